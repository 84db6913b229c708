// Why a condition is not true: the part to blame, as it is written, and the values that it looked at.
#include "engine/base/buffer.h"
#include "rules/cel/json.h"
#include "rules/cel/why.h"

#include "tests/rules/cel/evaluate.h"

static struct evaluate world;
static struct buffer shown;

enum { A, B, TEXT, LIST, MAP, VARIABLE_COUNT };
static const struct cel_variable variables[VARIABLE_COUNT] = {
    [A] = {{(const uint8_t *)"a", 1}, &cel_type_int},
    [B] = {{(const uint8_t *)"b", 1}, &cel_type_bool},
    [TEXT] = {{(const uint8_t *)"text", 4}, &cel_type_string},
    [LIST] = {{(const uint8_t *)"list", 4}, &cel_type_dyn},
    [MAP] = {{(const uint8_t *)"m", 1}, &cel_type_dyn},
};
static struct cel_value values[VARIABLE_COUNT];

static void set_up(void)
{
    static const struct cel_value items[] = {
        {.kind = CEL_INT, .as.integer = 5}, {.kind = CEL_INT, .as.integer = 7}};
    static const struct cel_pair pairs[] = {
        {{.kind = CEL_STRING, .as.text = {(const uint8_t *)"x", 1}},
         {.kind = CEL_INT, .as.integer = 3}}};
    size_t wrong = 0;
    evaluate_begin(&world);
    world.variables = variables;
    world.values = values;
    world.variable_count = VARIABLE_COUNT;
    values[A] = cel_int(2);
    values[B] = cel_bool(true);
    values[TEXT] = cel_string(BYTES_LITERAL("https://x/pricing"));
    values[LIST] = cel_list_of(&world.arena, items, 2);
    ck_assert(cel_map_of(&world.arena, pairs, 1, &values[MAP], &wrong));
    buffer_clear(&shown);
}

static void tear_down(void)
{
    evaluate_end(&world);
}

static void show_value(
    void *context, struct cel_eval *eval, struct bytes text, struct cel_value value)
{
    (void)context;
    buffer_add_text(&shown, "; ");
    buffer_add_bytes(&shown, text);
    buffer_add_text(&shown, " = ");
    if (value.kind == CEL_ERROR)
        buffer_add_bytes(&shown, value.as.error->message);
    else
        ck_assert(cel_json_add(&shown, eval, value, 1000));
}

static const struct why_case {
    const char *text;
    const char *wanted; // the part; of = value, …
} cases[] = {
    // comparisons
    {"a > 3", "a > 3; a = 2"},
    {"3 < a", "3 < a; a = 2"},
    {"a * 10 > 30", "a * 10 > 30; a * 10 = 20; a = 2"},
    {"a > m.x", "a > m.x; a = 2; m.x = 3"},
    {"m['x'] == a + 5", "m['x'] == a + 5; m['x'] = 3; a + 5 = 7; a = 2"},
    {"a in list", "a in list; a = 2; list = [5, 7]"},
    {"list.size() == 3", "list.size() == 3; list.size() = 2; list = [5, 7]"},
    {"text.contains('/promo')", "text.contains('/promo'); text = \"https://x/pricing\""},
    {"text.lowerAscii().contains('y')",
     "text.lowerAscii().contains('y'); text.lowerAscii() = \"https://x/pricing\"; text = "
     "\"https://x/pricing\""},
    {"false", "false"},
    {"a == a + 1", "a == a + 1; a = 2; a + 1 = 3"}, // once each
    // && has the first part that is false, also before one that fails
    {"b && a > 3 && false", "a > 3; a = 2"},
    {"b && (a == 2 && a == 4) && b", "a == 4; a = 2"},
    {"m.y == 1 && a > 3", "a > 3; a = 2"},
    {"m.y == 1 && b", "m.y == 1; m.y = no such key: 'y'"},
    {"b && m.y == 1", "m.y == 1; m.y = no such key: 'y'"},
    // || has none of its own
    {"a > 3 || list[0] == 1", "a > 3 || list[0] == 1; a = 2; list[0] = 5"},
    {"b && (a > 3 || text == '(')", "a > 3 || text == '('; a = 2; text = \"https://x/pricing\""},
    {"a > 3 || m.y == 1", "m.y == 1; m.y = no such key: 'y'"},
    // !
    {"!b", "!b; b = true"},
    {"!(a == 2 && b)", "!(a == 2 && b); a = 2; b = true"},
    {"!(a == 1 || b)", "!(a == 1 || b); b = true"},
    {"b && !(5 in list)", "!(5 in list); list = [5, 7]"},
    {"!!(a > 3)", "!!(a > 3); a = 2"},
    {"!(m.y == 1)", "m.y == 1; m.y = no such key: 'y'"},
    // ?: has the side that was taken
    {"b ? a > 3 : true", "a > 3; a = 2"},
    {"a == 2 ? false : b", "a == 2 ? false : b; a = 2"},
    {"m.y == 1 ? b : b", "m.y == 1; m.y = no such key: 'y'"},
    // what names of its own have is not shown
    {"list.exists(i, i == a)", "list.exists(i, i == a); list = [5, 7]"},
    {"[a, 4].exists(i, i > 9)", "[a, 4].exists(i, i > 9); a = 2"},
    {"cel.bind(c, a + 1, c > 9)", "cel.bind(c, a + 1, c > 9); a = 2"},
    {"list.map(i, i + 1)[0] == 9",
     "list.map(i, i + 1)[0] == 9; list.map(i, i + 1)[0] = 6; list = [5, 7]"},
    {"has(m.y)", "has(m.y)"},
    {"has(m.x.z)", "has(m.x.z); m.x = 3"},
    // parentheses
    {"(a + 1) * 2 > 9", "(a + 1) * 2 > 9; (a + 1) * 2 = 6; a = 2"},
    {"b && ((a)) > ((9))", "((a)) > ((9)); a = 2"},
    {"b && (')' + text) == '('", "(')' + text) == '('; ')' + text = \")https://x/pricing\"; text = "
                                 "\"https://x/pricing\""},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(the_first_part_that_is_not_true_is_shown)
{
    const struct cel_scope scope = evaluate_scope(&world);
    struct cel_problems problems = {0};
    struct bytes text = bytes_text(cases[_i].text);
    struct cel_node *root = cel_parse(&world.arena, text, &problems);
    ck_assert_msg(
        root != NULL && cel_check(&world.arena, &scope, root, &problems), "%s: %s", cases[_i].text,
        problems.count > 0 ? problems.items[0].message : "");
    const struct cel_inspection inspection = {&scope, text, &world.eval};
    struct cel_part part = cel_part_not_true(&inspection, root);
    buffer_add_bytes(&shown, cel_part_text(&inspection, part.node));
    cel_part_each_value(&inspection, part.reason, CEL_VALUES_COMPUTED, show_value, NULL);
    buffer_add_u8(&shown, 0);
    ck_assert_str_eq((const char *)shown.data, cases[_i].wanted);
}
END_TEST

static void count_value(
    void *context, struct cel_eval *eval, struct bytes text, struct cel_value value)
{
    (void)eval;
    (void)text;
    (void)value;
    ++*(int *)context;
}

START_TEST(no_more_values_are_shown_than_people_read)
{
    static const char text[] =
        "[a+1,a+2] == [a] || a+1==0 || a+2==0 || a+3==0 || a+4==0 || a+5==0 || a+6==0 || a+7==0 || "
        "a+8==0 || a+9==0 || a+10==0 || a+11==0 || a+12==0 || a+13==0";
    const struct cel_scope scope = evaluate_scope(&world);
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&world.arena, bytes_text(text), &problems);
    ck_assert(root != NULL && cel_check(&world.arena, &scope, root, &problems));
    const struct cel_inspection inspection = {&scope, bytes_text(text), &world.eval};
    int count = 0;
    cel_part_each_value(&inspection, root, CEL_VALUES_COMPUTED, count_value, &count);
    ck_assert_int_eq(count, CEL_VALUES_MAX);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/why");
    TCase *tcase = tcase_create("why");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, the_first_part_that_is_not_true_is_shown, 0, CASE_COUNT);
    tcase_add_test(tcase, no_more_values_are_shown_than_people_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
