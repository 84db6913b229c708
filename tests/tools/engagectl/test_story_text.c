// What became of objects, as people read it: lines of a timeline, and rows of what an event did.
#include "tools/engagectl/event_table.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/story_text.h"

#include "tests/support/suite.h"

#define LINE "{\"what\":\"object\",\"object\":\"deal\",\"key\":\"a b\",\"state\":"
static const struct line_case {
    const char *line, *detail;
} line_cases[] = {
    {LINE "\"made\",\"from\":{},\"to\":{\"s\":\"new\",\"v\":3}}", "made: s new, v 3"},
    {LINE "\"made\",\"from\":{},\"to\":{}}", "made"},
    {LINE "\"changed\",\"from\":{\"s\":\"new\",\"x\":true},\"to\":{\"s\":\"won\",\"v\":1.5}}",
     "changed: s from new to won, v 1.5, x true no more"},
    {LINE "\"changed\",\"from\":{\"x\":true},\"to\":{}}", "changed: x true no more"},
    {LINE "\"removed\",\"from\":{\"s\":\"won\",\"v\":3},\"to\":{}}", "removed: s won, v 3"},
    {LINE "\"removed\",\"from\":{},\"to\":{}}", "removed"},
};
enum { LINE_COUNT = sizeof(line_cases) / sizeof(line_cases[0]) };

START_TEST(a_line_of_an_object_is_read)
{
    struct arena arena = {0};
    struct json *line = NULL;
    struct buffer text = {0};
    ck_assert_int_eq(json_read(bytes_text(line_cases[_i].line), &arena, &line), ERR_OK);
    story_add_name(&text, line);
    ck_assert(bytes_equal_text(buffer_bytes(&text), "deal a b"));
    buffer_clear(&text);
    story_add_detail(&text, line);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, line_cases[_i].detail);
    buffer_free(&text);
    arena_free(&arena);
}
END_TEST

#define ITEM  "{\"event\":{},\"objects\":[{\"object\":\"deal\",\"key\":\"a\",\"outcome\":"
#define PLACE ",\"file\":\"r.yaml\",\"line\":2}]}"
static const struct row_case {
    const char *item, *wanted;
} row_cases[] = {
    {ITEM "\"made\",\"from\":{},\"to\":{\"s\":\"new\"}" PLACE,
     "object  deal a  made     s new  r.yaml:2"},
    {ITEM "\"changed\",\"from\":{\"s\":\"a\"},\"to\":{\"s\":\"b\"}" PLACE,
     "object  deal a  changed  s from a to b  r.yaml:2"},
    {ITEM "\"removed\",\"from\":{\"s\":\"new\"},\"to\":{}" PLACE,
     "object  deal a  removed  s new  r.yaml:2"},
    {ITEM "\"same\"" PLACE, "object  deal a  same     no field is another  r.yaml:2"},
    {ITEM "\"absent\"" PLACE, "object  deal a  absent   there is none to be removed  r.yaml:2"},
    {ITEM "\"older\"" PLACE, "object  deal a  older    it was removed at a later time  r.yaml:2"},
    {ITEM "\"no_room\"" PLACE, "object  deal a  no room  the contact has no room for it  r.yaml:2"},
    {"{\"event\":{},\"objects\":[{\"object\":\"deal\",\"outcome\":\"no_key\"" PLACE,
     "object  deal  no key   the event does not say which  r.yaml:2"},
};
enum { ROW_COUNT = sizeof(row_cases) / sizeof(row_cases[0]) };

START_TEST(a_row_says_what_an_event_did_to_an_object)
{
    struct buffer text = {0};
    ck_assert_int_eq(event_add_tables(&text, bytes_text(row_cases[_i].item)), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_msg(
        strstr((const char *)text.data, row_cases[_i].wanted) != NULL, "%s",
        (const char *)text.data);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engagectl/story_text");
    TCase *tcase = tcase_create("story_text");
    tcase_add_loop_test(tcase, a_line_of_an_object_is_read, 0, LINE_COUNT);
    tcase_add_loop_test(tcase, a_row_says_what_an_event_did_to_an_object, 0, ROW_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
