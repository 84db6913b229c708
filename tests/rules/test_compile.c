// What rules say is what the ruleset holds.
#include "rules/expression.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static const char all[] =
    "events:\n"
    "  device.returned: {label: Came back, data: {device: string, days: optional int}}\n"
    "contact:\n"
    "  identifiers: [contact_id, email, loyalty_card]\n"
    "  fields:\n"
    "    plan: {type: string, label: Plan, one_of: [free, pro]}\n"
    "scores:\n"
    "  engagement:\n"
    "    label: Engagement\n"
    "    min: -10.5\n"
    "    max: 1000\n"
    "    bands: {cold: -10.5, warm: 40, hot: 80.125}\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 5, limit: {times: 2, per: data.message}}\n"
    "      - name: returned\n"
    "        on: device.returned\n"
    "        points: -0.125\n"
    "  fit:\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 1.5, limit: {times: 1}}\n"
    "actions:\n"
    "  plain: {}\n"
    "  mail:\n"
    "    label: Mail\n"
    "    topic: out.mail\n"
    "    channel: email\n"
    "    with:\n"
    "      template: string\n"
    "      note: optional string\n"
    "      to: string = contact.email\n"
    "      plan: optional string = contact.plan\n"
    "      who: string = 'sales team'\n"
    "      days: int = 3\n"
    "      extra: optional any\n"
    "workflows:\n"
    "  zebra:\n"
    "    on: email.opened\n"
    "    steps:\n"
    "      - tag: {add: [a, b], remove: c}\n"
    "      - {id: stop-it, list: {remove: news}}\n"
    "  apple:\n"
    "    label: Apple\n"
    "    on: email.opened\n"
    "    reenter: always\n"
    "    steps:\n"
    "      - do: mail\n"
    "        with: {template: t1, days: 5, extra: {a: [1, 2.5, yes, null]}}\n"
    "      - do: plain\n";

static struct ruleset *ruleset;

static void set_up(void)
{
    ruleset = compile_good(all);
}

static void tear_down(void)
{
    ruleset_destroy(ruleset);
}

static void assert_text(struct bytes found, const char *wanted)
{
    ck_assert_msg(
        bytes_equal_text(found, wanted), "found '%.*s', wanted '%s'", (int)found.len,
        (const char *)found.data, wanted);
}

START_TEST(scores_keep_limits_and_bands)
{
    const struct score_def *score = ruleset_score(ruleset, 0);
    ck_assert_uint_eq(ruleset_score_count(ruleset), 2);
    assert_text(score->name, "engagement");
    assert_text(score->label, "Engagement");
    ck_assert(score->has_min && score->has_max);
    ck_assert_int_eq(score->min_milli, -10500);
    ck_assert_int_eq(score->max_milli, 1000000);
    ck_assert_uint_eq(score->band_count, 3);
    assert_text(score->bands[2].name, "hot");
    ck_assert_int_eq(score->bands[2].from_milli, 80125);
    ck_assert_str_eq(score->place.file, "rules.yaml");
    ck_assert_uint_eq(score->place.line, 8);
    const struct score_def *fit = ruleset_score_find(ruleset, BYTES_LITERAL("fit"));
    ck_assert_ptr_eq(fit, ruleset_score(ruleset, 1));
    ck_assert(!fit->has_min && !fit->has_max);
    ck_assert_ptr_null(ruleset_score_find(ruleset, BYTES_LITERAL("fi")));
}
END_TEST

START_TEST(rules_keep_points_and_limits)
{
    const struct catalog *catalog = ruleset_catalog(ruleset);
    ck_assert_uint_eq(ruleset_rule_count(ruleset), 3);
    const struct score_rule *opened = ruleset_rule(ruleset, 0);
    assert_text(opened->state_name, "engagement/opened");
    assert_text(opened->limit.per->text, "data.message");
    ck_assert_uint_eq(opened->limit.times, 2);
    ck_assert_int_eq(opened->limit.points_milli, 0);
    ck_assert_int_eq(opened->limit.span, LIMIT_EVER);
    ck_assert_uint_eq(opened->group, SCORE_NO_GROUP);
    ck_assert_int_eq(opened->kind, SCORE_RULE_EVENT);
    ck_assert_int_eq(opened->points_milli, 5000);
    ck_assert_uint_eq(opened->on, catalog_find(catalog, BYTES_LITERAL("email.opened")));
    const struct score_rule *returned = ruleset_rule(ruleset, 1);
    ck_assert_int_eq(returned->points_milli, -125);
    ck_assert_uint_eq(returned->limit.times, 0);
    ck_assert_ptr_null(returned->limit.per);
    ck_assert_uint_eq(returned->index, 1);
    ck_assert_uint_eq(returned->place.line, 15);
    const struct score_rule *fit = ruleset_rule_find(ruleset, BYTES_LITERAL("fit/opened"));
    ck_assert_ptr_eq(fit, ruleset_rule(ruleset, 2));
    ck_assert_uint_eq(fit->score, 1);
    ck_assert_uint_eq(fit->limit.times, 1);
    ck_assert_ptr_null(ruleset_rule_find(ruleset, BYTES_LITERAL("opened")));
}
END_TEST

START_TEST(actions_keep_parameters)
{
    ck_assert_uint_eq(ruleset_action_count(ruleset), 2);
    assert_text(ruleset_action(ruleset, 0)->topic, "actions.plain");
    ck_assert_uint_eq(ruleset_action(ruleset, 0)->channel.len, 0);
    const struct action_def *mail = ruleset_action(ruleset, 1);
    assert_text(mail->topic, "out.mail");
    assert_text(mail->channel, "email");
    ck_assert_uint_eq(mail->param_count, 7);
    ck_assert(!mail->params[0].is_optional);
    ck_assert_uint_eq(mail->params[0].default_path.len, 0);
    ck_assert_int_eq(mail->params[0].default_value.kind, VALUE_ABSENT);
    ck_assert(mail->params[1].is_optional);
    assert_text(mail->params[2].default_path, "email");
    assert_text(mail->params[3].default_path, "plan");
    ck_assert(mail->params[3].is_optional);
    ck_assert_int_eq(mail->params[4].default_value.kind, VALUE_TEXT);
    assert_text(mail->params[4].default_value.as.text, "sales team");
    ck_assert_int_eq(mail->params[5].default_value.as.integer, 3);
    ck_assert_int_eq(mail->params[6].type, DATA_ANY);
}
END_TEST

START_TEST(workflows_keep_steps_and_come_by_name)
{
    ck_assert_uint_eq(ruleset_workflow_count(ruleset), 2);
    const struct workflow_def *apple = ruleset_workflow(ruleset, 0);
    const struct workflow_def *zebra = ruleset_workflow(ruleset, 1);
    assert_text(apple->name, "apple");
    assert_text(apple->label, "Apple");
    ck_assert_uint_eq(zebra->index, 1);
    ck_assert_int_eq(apple->reenter, WORKFLOW_REENTER_ALWAYS);
    ck_assert_int_eq(zebra->reenter, WORKFLOW_REENTER_NEVER);
    ck_assert_uint_eq(zebra->step_count, 2);
    ck_assert_int_eq(zebra->steps[0].kind, STEP_TAG);
    assert_text(zebra->steps[0].id, "1");
    ck_assert_uint_eq(zebra->steps[0].add_count, 2);
    assert_text(zebra->steps[0].add[1], "b");
    ck_assert_uint_eq(zebra->steps[0].remove_count, 1);
    assert_text(zebra->steps[0].remove[0], "c");
    ck_assert_int_eq(zebra->steps[1].kind, STEP_LIST);
    assert_text(zebra->steps[1].id, "stop-it");
    ck_assert_uint_eq(zebra->steps[1].add_count, 0);
    assert_text(zebra->steps[1].remove[0], "news");
}
END_TEST

START_TEST(steps_keep_typed_constants)
{
    const struct workflow_step *step = &ruleset_workflow(ruleset, 0)->steps[0];
    ck_assert_int_eq(step->kind, STEP_DO);
    ck_assert_uint_eq(step->action, 1);
    ck_assert_uint_eq(step->with_count, 3);
    ck_assert_uint_eq(step->with[0].param, 0);
    assert_text(step->with[0].value.constant.as.text, "t1");
    ck_assert_uint_eq(step->with[1].param, 5);
    ck_assert_int_eq(step->with[1].value.constant.kind, VALUE_INT);
    ck_assert_int_eq(step->with[1].value.constant.as.integer, 5);
    struct buffer json = {0};
    value_add_json(&json, step->with[2].value.constant);
    assert_text(buffer_bytes(&json), "{\"a\":[1,2.5,\"yes\",null]}");
    buffer_free(&json);
    ck_assert_uint_eq(ruleset_workflow(ruleset, 0)->steps[1].with_count, 0);
}
END_TEST

START_TEST(an_event_finds_its_rules_as_written_and_its_workflows_by_name)
{
    const struct catalog *catalog = ruleset_catalog(ruleset);
    const struct match_list *opened =
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("email.opened")));
    ck_assert_uint_eq(opened->rule_count, 2);
    assert_text(opened->rules[0]->state_name, "engagement/opened");
    assert_text(opened->rules[1]->state_name, "fit/opened");
    ck_assert_uint_eq(opened->workflow_count, 2);
    assert_text(opened->workflows[0]->name, "apple");
    assert_text(opened->workflows[1]->name, "zebra");
    const struct match_list *returned =
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("device.returned")));
    ck_assert_uint_eq(returned->rule_count, 1);
    ck_assert_uint_eq(returned->workflow_count, 0);
    const struct match_list *page =
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("page.viewed")));
    ck_assert_uint_eq(page->rule_count + page->workflow_count, 0);
    ck_assert_ptr_nonnull(ruleset_match(ruleset, EVENT_TYPE_UNKNOWN));
    ck_assert_uint_eq(ruleset_match(ruleset, EVENT_TYPE_UNKNOWN)->rule_count, 0);
}
END_TEST

START_TEST(contact_has_declared_fields_and_identifiers)
{
    const struct catalog *catalog = ruleset_catalog(ruleset);
    const struct field_def *plan = ruleset_field_find(ruleset, BYTES_LITERAL("plan"));
    ck_assert_ptr_nonnull(plan);
    ck_assert_int_eq(plan->type, DATA_STRING);
    ck_assert_uint_eq(plan->one_of_count, 2);
    assert_text(plan->one_of[1], "pro");
    ck_assert_ptr_null(ruleset_field_find(ruleset, BYTES_LITERAL("plans")));
    ck_assert_uint_eq(catalog_identifier_count(catalog), 3);
    assert_text(catalog_identifier(catalog, 2), "loyalty_card");
}
END_TEST

START_TEST(an_event_given_again_extends_the_built_in_one)
{
    struct ruleset *own =
        compile_good("events: {email.opened: {label: Opened it, data: {mood: optional string}}}\n"
                     "scores: {s: {rules: [{name: a, on: email.opened, points: 1, "
                     "limit: {times: 1, per: data.mood}}]}}\n");
    const struct catalog *catalog = ruleset_catalog(own);
    const struct event_type_def *type =
        catalog_type(catalog, catalog_find(catalog, BYTES_LITERAL("email.opened")));
    assert_text(type->label, "Opened it");
    assert_text(type->group, "email");
    ck_assert_ptr_nonnull(catalog_field(type, BYTES_LITERAL("mood")));
    ck_assert_ptr_nonnull(catalog_field(type, BYTES_LITERAL("message")));
    ck_assert_uint_eq(
        catalog_type_count(catalog) + 1, catalog_type_count(ruleset_catalog(ruleset)));
    ruleset_destroy(own);
}
END_TEST

START_TEST(totals_are_clamped_and_banded)
{
    const struct score_def *score = ruleset_score(ruleset, 0);
    ck_assert_int_eq(score_def_clamp(score, -10501), -10500);
    ck_assert_int_eq(score_def_clamp(score, 1000001), 1000000);
    ck_assert_int_eq(score_def_clamp(score, 7), 7);
    ck_assert_int_eq(score_def_clamp(ruleset_score(ruleset, 1), INT64_MIN), INT64_MIN);
    assert_text(score_def_band(score, -10501), "");
    assert_text(score_def_band(score, -10500), "cold");
    assert_text(score_def_band(score, 39999), "cold");
    assert_text(score_def_band(score, 40000), "warm");
    assert_text(score_def_band(score, INT64_MAX), "hot");
    assert_text(score_def_band(ruleset_score(ruleset, 1), 5), "");
}
END_TEST

START_TEST(the_same_files_make_the_same_hash)
{
    struct ruleset *again = compile_good(all);
    struct ruleset *other = compile_good("lists: {a: }\n");
    ck_assert_uint_eq(ruleset_hash(again), ruleset_hash(ruleset));
    ck_assert_uint_ne(ruleset_hash(other), ruleset_hash(ruleset));
    ruleset_destroy(other);
    ruleset_destroy(again);
}
END_TEST

START_TEST(many_definitions_are_all_kept)
{
    enum { COUNT = 300 };
    struct buffer text = {0};
    buffer_add_text(&text, "scores:\n  s:\n    rules:\n");
    for (int i = 0; i < COUNT; i++)
        buffer_add_format(&text, "      - {name: r%d, on: page.viewed, points: %d}\n", i, i);
    buffer_add_text(&text, "workflows:\n");
    for (int i = 0; i < COUNT; i++)
        buffer_add_format(
            &text, "  w%d: {on: page.viewed, steps: [{tag: {add: t%d}}]}\n", COUNT - i, i);
    buffer_add_u8(&text, 0);
    struct ruleset *large = compile_good((const char *)text.data);
    const struct match_list *match =
        ruleset_match(large, catalog_find(ruleset_catalog(large), BYTES_LITERAL("page.viewed")));
    ck_assert_uint_eq(match->rule_count, COUNT);
    ck_assert_uint_eq(match->workflow_count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        ck_assert_uint_eq(match->rules[i]->index, i);
        ck_assert_int_eq(match->rules[i]->points_milli, (int64_t)i * 1000);
        ck_assert_uint_eq(match->workflows[i]->index, i);
        if (i > 0)
            ck_assert_int_lt(
                bytes_compare(match->workflows[i - 1]->name, match->workflows[i]->name), 0);
    }
    ruleset_destroy(large);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/compile");
    TCase *tcase = tcase_create("compile");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, scores_keep_limits_and_bands);
    tcase_add_test(tcase, rules_keep_points_and_limits);
    tcase_add_test(tcase, actions_keep_parameters);
    tcase_add_test(tcase, workflows_keep_steps_and_come_by_name);
    tcase_add_test(tcase, steps_keep_typed_constants);
    tcase_add_test(tcase, an_event_finds_its_rules_as_written_and_its_workflows_by_name);
    tcase_add_test(tcase, contact_has_declared_fields_and_identifiers);
    tcase_add_test(tcase, an_event_given_again_extends_the_built_in_one);
    tcase_add_test(tcase, totals_are_clamped_and_banded);
    tcase_add_test(tcase, the_same_files_make_the_same_hash);
    tcase_add_test(tcase, many_definitions_are_all_kept);
    suite_add_tcase(suite, tcase);
    return suite;
}
