// Teams and the step that assigns to them: what is taken from them, and what is refused where.
#include "rules/workflow_step.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define TEAMS  "teams: {sales: {label: Sales, members: {ann: {weight: 2, capacity: 50}, binh: }}}\n"
#define ASSIGN TEAMS "workflows:\n  w:\n    on: form.submitted\n    steps:\n      - assign: "

START_TEST(a_step_knows_its_team)
{
    struct ruleset *ruleset = compile_good(ASSIGN "{team: sales, by: load, sticky: false}\n"
                                                  "      - assign: {team: sales, person: binh}\n");
    const struct workflow_step *steps = ruleset_workflow(ruleset, 0)->steps;
    const struct team_def *team = steps[0].assign.team;
    ck_assert_int_eq(steps[0].kind, STEP_ASSIGN);
    ck_assert_int_eq(steps[0].assign.by, ASSIGN_BY_LOAD);
    ck_assert(!steps[0].assign.is_sticky);
    ck_assert_ptr_null(steps[0].assign.person);
    ck_assert_uint_eq(team->member_count, 2);
    ck_assert(bytes_equal_text(team->label, "Sales"));
    ck_assert(bytes_equal_text(team->members[0].name, "ann"));
    ck_assert_uint_eq(team->members[0].weight, 2);
    ck_assert_uint_eq(team->members[0].capacity, 50);
    ck_assert_uint_eq(team->members[1].weight, 1);
    ck_assert_uint_eq(team->members[1].capacity, 0);
    ck_assert_ptr_eq(steps[1].assign.person, &team->members[1]);
    ck_assert_int_eq(steps[1].assign.by, ASSIGN_BY_TURN);
    ck_assert(steps[1].assign.is_sticky);
    ruleset_destroy(ruleset);
}
END_TEST

static const struct bad_case {
    const char *what, *text, *wanted;
} bad[] = {
    {"an unknown team", ASSIGN "{team: sale}\n", "E0235 6:24"},
    {"an unknown person", ASSIGN "{team: sales, person: bin}\n", "E0235 6:39"},
    {"a person and a way to find one", ASSIGN "{team: sales, person: ann, by: load}\n",
     "E0215 6:48"},
    {"no team", ASSIGN "{by: load}\n", "E0204 6:9"},
    {"an unknown way", ASSIGN "{team: sales, by: laod}\n", "E0214 6:35"},
    {"no word of YAML", ASSIGN "{team: sales, sticky: yes}\n", "E0404 6:39"},
    {"a team without members", "teams: {sales: {members: {}}}\n", "E0410 1:26"},
    {"a team that says nothing", "teams: {sales: {label: Sales}}\n", "E0204 1:9"},
    {"a weight of nothing", "teams: {sales: {members: {ann: {weight: 0}}}}\n", "E0402 1:41"},
    {"a capacity of nothing", "teams: {sales: {members: {ann: {capacity: 0}}}}\n", "E0402 1:43"},
    {"a member twice", "teams: {sales: {members: {ann: {}, ann: {}}}}\n", "E0106 1:36"},
    {"a team twice", "teams: {sales: {members: {ann: }}, sales: {members: {ann: }}}\n",
     "E0106 1:36"},
    {"a condition about an event", "teams: {sales: {members: {ann: {if: data.x == 1}}}}\n",
     "E0607 1:37"},
    {"a condition of no bool", "teams: {sales: {members: {ann: {if: contact.stage}}}}\n",
     "E0604 1:37"},
    {"an unknown key", "teams: {sales: {members: {ann: {wieght: 2}}}}\n", "E0201 1:33"},
};
enum { BAD_COUNT = sizeof(bad) / sizeof(bad[0]) };

START_TEST(what_is_wrong_is_refused_at_its_place)
{
    assert_diagnostics(bad[_i].what, bad[_i].text, bad[_i].wanted);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/teams");
    TCase *tcase = tcase_create("teams");
    tcase_add_test(tcase, a_step_knows_its_team);
    tcase_add_loop_test(tcase, what_is_wrong_is_refused_at_its_place, 0, BAD_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
