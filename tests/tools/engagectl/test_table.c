// Tables: widths of scripts and pictures, alignment, and text that must not move the cursor.
#include "tools/engagectl/progress.h"
#include "tools/engagectl/table.h"

#include "tests/support/suite.h"

static const struct width_case {
    const char *text;
    size_t want;
} width_cases[] = {
    {"", 0},
    {"plain", 5},
    {"Zoë", 3},
    {"Zoe\xCC\x88", 3}, // with a combining mark
    {"Nguyễn Thị Bình", 15},
    {"東京", 4},
    {"서울", 4},
    {"\xF0\x9F\x98\x80!", 3}, // a picture
    {"שלום", 4},
    {"\xFF\xFE", 2},  // no UTF-8
    {"a\xE6\x9D", 3}, // cut
};
enum { WIDTH_COUNT = sizeof(width_cases) / sizeof(width_cases[0]) };

START_TEST(text_is_as_wide_as_a_terminal_shows_it)
{
    ck_assert_msg(
        text_width(bytes_text(width_cases[_i].text)) == width_cases[_i].want, "%s: %zu",
        width_cases[_i].text, text_width(bytes_text(width_cases[_i].text)));
}
END_TEST

static void print_is(const struct table *table, const char *want)
{
    struct buffer text = {0};
    table_print(table, &text);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, want);
    buffer_free(&text);
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
    static const struct table_column columns[] = {
        {"NAME", TABLE_LEFT}, {"N", TABLE_RIGHT}, {"", TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, 3);
    print_is(&table, "NAME  N\n");
    table_add_text(&table, "東京");
    table_add_number(&table, 1234567);
    table_add_text(&table, "x");
    table_add_text(&table, "Zoë Ann");
    table_add_number(&table, 12);
    table_add_text(&table, "");
    print_is(
        &table, "NAME             N\n"
                "東京     1,234,567  x\n"
                "Zoë Ann         12\n");
    table_free(&table);
}
END_TEST

START_TEST(without_titles_there_is_no_line_of_them)
{
    static const struct table_column columns[] = {{NULL, TABLE_LEFT}, {NULL, TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, 2);
    print_is(&table, "");
    table_add_text(&table, "a");
    table_add_text(&table, "b");
    print_is(&table, "a  b\n");
    table_free(&table);
}
END_TEST

START_TEST(control_characters_become_spaces)
{
    static const struct table_column columns[] = {{NULL, TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, 1);
    table_add_text(
        &table, "a\n\x1B[2J\x7F\xC2\x9B"
                "b\xC3\xA9");
    print_is(&table, "a  [2J   bé\n");
    table_free(&table);
}
END_TEST

static const struct number_case {
    uint64_t number;
    const char *want;
} number_cases[] = {
    {0, "0"},
    {999, "999"},
    {1000, "1,000"},
    {100000, "100,000"},
    {UINT64_MAX, "18,446,744,073,709,551,615"},
};
enum { NUMBER_COUNT = sizeof(number_cases) / sizeof(number_cases[0]) };

START_TEST(numbers_have_their_thousands_apart)
{
    struct buffer text = {0};
    progress_add_number(&text, number_cases[_i].number);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, number_cases[_i].want);
    buffer_free(&text);
}
END_TEST

static const struct progress_case {
    const char *name;
    struct progress_state state;
    const char *want;
} progress_cases[] = {
    {"nobody knows how much there is",
     {.units = 5000, .elapsed_us = 500000, .unit = "events"},
     "  5,000 events  10,000/s"},
    {"a quarter is done",
     {.done = 25, .total = 100, .units = 300, .elapsed_us = 1000000, .unit = "frames"},
     "  300 frames  300/s  25%  3 s left"},
    {"nothing is done yet",
     {.done = 0, .total = 100, .units = 0, .elapsed_us = 1000000, .unit = "events"},
     "  0 events  0/s"},
    {"the file has grown",
     {.done = 120, .total = 100, .units = 12, .elapsed_us = 2000000, .unit = "events"},
     "  12 events  6/s  100%  0 s left"},
};
enum { PROGRESS_COUNT = sizeof(progress_cases) / sizeof(progress_cases[0]) };

START_TEST(progress_tells_rate_part_and_time_left)
{
    struct buffer text = {0};
    progress_add_line(&text, &progress_cases[_i].state);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, progress_cases[_i].want);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/table");
    TCase *tcase = tcase_create("table");
    tcase_add_loop_test(tcase, text_is_as_wide_as_a_terminal_shows_it, 0, WIDTH_COUNT);
    tcase_add_test(tcase, columns_are_as_wide_as_their_widest_cell);
    tcase_add_test(tcase, without_titles_there_is_no_line_of_them);
    tcase_add_test(tcase, control_characters_become_spaces);
    tcase_add_loop_test(tcase, numbers_have_their_thousands_apart, 0, NUMBER_COUNT);
    tcase_add_loop_test(tcase, progress_tells_rate_part_and_time_left, 0, PROGRESS_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
