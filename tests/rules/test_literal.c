// Constants of every type: what is taken, what it becomes, what is refused.
#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static const struct literal_case {
    const char *type;
    const char *written;
    const char *wanted; // the value as JSON, or the code that refuses it
} cases[] = {
    {"string", "plain text", "\"plain text\""},
    {"string", "'quoted'", "\"quoted\""},
    {"string", "1.0", "\"1.0\""},
    {"string", "true", "\"true\""},
    {"string", "", "E0213"},
    {"string", "{a: b}", "E0213"},
    {"int", "0", "0"},
    {"int", "-9223372036854775808", "-9223372036854775808"},
    {"int", "9223372036854775808", "E0213"},
    {"int", "1.5", "E0213"},
    {"int", "1.0", "E0213"},
    {"int", "'1'", "E0213"},
    {"int", "007", "E0213"},
    {"int", "-", "E0213"},
    {"int", "11111111111111111111111111111111111111111", "E0213"},
    {"int", "contact.nam", "E0203"},
    {"int", "3 / 0", "E0605"},
    {"int", "3.5 * 4.0", "E0604"},
    {"double", "1.5", "1.5"},
    {"double", "-0.25", "-0.25"},
    {"double", "2", "2"},
    {"double", "1e3", "1000"},
    {"double", "2.5E-1", "0.25"},
    {"double", "1e999", "E0213"},
    {"double", "1.", "E0213"},
    {"double", "1e", "E0213"},
    {"double", ".5", "E0213"},
    {"double", "1x", "E0213"},
    {"double", "'1.5'", "E0213"},
    {"bool", "true", "true"},
    {"bool", "false", "false"},
    {"bool", "yes", "E0213"},
    {"bool", "'true'", "E0213"},
    {"timestamp", "2026-01-31T09:00:00Z", "\"2026-01-31T09:00:00Z\""},
    {"timestamp", "1767225600000", "1767225600000"},
    {"timestamp", "99999999999999999", "E0213"},
    {"timestamp", "2026-02-31T09:00:00Z", "E0213"},
    {"timestamp", "now + dayz(1)", "E0603"},
    {"timestamp", "1 + 1", "E0604"},
    {"date", "2026-01-31", "\"2026-01-31\""},
    {"date", "2026-02-31", "E0213"},
    {"duration", "36h", "\"36h\""},
    {"duration", "36 hours", "E0213"},
    {"list", "[1, a, 2.5, true, null, '3', {b: []}]", "[1,\"a\",2.5,true,null,\"3\",{\"b\":[]}]"},
    {"list", "[]", "[]"},
    {"list", "a", "E0213"},
    {"list", "[{a: 'x {{ y }}'}]", "E0303"},
    {"map", "{a: 1, \"b\\\"\": 'x'}", "{\"a\":1,\"b\\\"\":\"x\"}"},
    {"map", "[a]", "E0213"},
    {"any", "1", "1"},
    {"any", "1.5", "1.5"},
    {"any", "true", "true"},
    {"any", "~", "null"},
    {"any", "text", "\"text\""},
    {"any", "'1'", "\"1\""},
    {"any", "[1]", "[1]"},
    {"any", "{a: 1}", "{\"a\":1}"},
    {"any", "*alias", "E0107"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

// The only value of the only step.
static void add_value(struct buffer *to, const struct ruleset *ruleset)
{
    const struct workflow_step *step = &ruleset_workflow(ruleset, 0)->steps[0];
    ck_assert_uint_eq(step->with_count, 1);
    value_add_json(to, step->with[0].value.constant);
}

START_TEST(constants_are_typed_by_their_declaration)
{
    const struct literal_case *it = &cases[_i];
    struct buffer text = {0};
    struct buffer found = {0};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    buffer_add_format(
        &text,
        "actions: {a: {with: {x: %s}}}\n"
        "workflows: {w: {on: email.opened, steps: [{do: a, with: {x: %s}}]}}\n",
        it->type, it->written);
    buffer_add_u8(&text, 0);
    if (compile_text_into((const char *)text.data, &list, &ruleset) == ERR_OK)
        add_value(&found, ruleset);
    else
        buffer_add_text(&found, diagnostic_code_text(list.items[0]->code));
    buffer_add_u8(&found, 0);
    ck_assert_msg(list.count <= 1, "%s: %s", it->written, list.items[list.count - 1]->message);
    ck_assert_msg(
        strcmp((const char *)found.data, it->wanted) == 0, "%s %s: found %s, wanted %s", it->type,
        it->written, (const char *)found.data, it->wanted);
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
    buffer_free(&found);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/literal");
    TCase *tcase = tcase_create("literal");
    tcase_add_loop_test(tcase, constants_are_typed_by_their_declaration, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
