// Counters, scores with all their keys, and segments: what rules say is what the ruleset holds.
#include "rules/expression_tree.h"
#include "rules/scope.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static const int64_t HOUR = INT64_C(3600000), DAY = INT64_C(24) * 3600000;

static const char all[] =
    "contact: {fields: {country: {type: string}}}\n"
    "counters:\n"
    "  opens_30d: {count: email.opened, within: 30d, label: Opens}\n"
    "  spend: {sum: data.amount, on: order.placed, if: has(data.amount)}\n"
    "  least: {min: data.amount, on: order.placed}\n"
    "  most: {max: data.amount, on: order.placed}\n"
    "  usual: {avg: data.amount, on: order.placed}\n"
    "  first_order: {first: event.time, on: order.placed}\n"
    "  last_coupon: {last: data.coupon, on: order.placed, within: 12h}\n"
    "  pages: {distinct: data.url, on: page.viewed, within: 7d}\n"
    "scores:\n"
    "  halving:\n"
    "    forget: {half_life: 30d}\n"
    "    groups: {email: {max: 40}, trouble: {min: -20.5, max: 0}}\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 5, group: email, limit: {times: 3, every: "
    "day}}\n"
    "      - {name: ticket, on: ticket.created, points: -5, group: trouble,\n"
    "         limit: {points: 50, every: 30d, per: data.ticket}}\n"
    "      - {name: canada, while: contact.country == \"CA\", points: 15}\n"
    "      - {name: spender, while: counter.spend > 0, points: counter.spend / 10, group: email}\n"
    "  stepping:\n"
    "    forget: {linear: {percent: 12.5, every: 2w}}\n"
    "    rules:\n"
    "      - {name: weekly, on: email.opened, points: 1, limit: {times: 1, every: week}}\n"
    "      - {name: monthly, on: email.opened, points: 1, limit: {times: 1, every: month}}\n"
    "      - {name: yearly, on: email.opened, points: 1, limit: {times: 1, points: 7.5, every: "
    "year}}\n"
    "      - {name: customer, while: '\"customer\" in contact.tags', points: 1}\n"
    "  expiring: {forget: {expire: 90d}}\n"
    "  idling: {forget: {idle: {after: 14d, points: -5, every: 7d}}}\n"
    "  keeping: {forget: none}\n"
    "  total: {combine: 0.6 * score.halving + score.idling, min: 0, bands: {low: 0, high: 10}}\n"
    "segments:\n"
    "  hot-leads: {if: score.total >= 80, label: Hot}\n"
    "  lapsed: {if: counter.opens_30d == 0, known_for: 30d}\n"
    "  stuck: {if: 'contact.stage == \"trial\"', for: 36h}\n";

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

static const struct counter_case {
    const char *name;
    enum counter_kind kind;
    const char *on, *value, *condition; // NULL: none
    int64_t within_h;
} counter_cases[] = {
    {"opens_30d", COUNTER_COUNT, "email.opened", NULL, NULL, 720},
    {"spend", COUNTER_SUM, "order.placed", "data.amount", "has(data.amount)", 0},
    {"least", COUNTER_MIN, "order.placed", "data.amount", NULL, 0},
    {"most", COUNTER_MAX, "order.placed", "data.amount", NULL, 0},
    {"usual", COUNTER_AVG, "order.placed", "data.amount", NULL, 0},
    {"first_order", COUNTER_FIRST, "order.placed", "event.time", NULL, 0},
    {"last_coupon", COUNTER_LAST, "order.placed", "data.coupon", NULL, 12},
    {"pages", COUNTER_DISTINCT, "page.viewed", "data.url", NULL, 168},
};
enum { COUNTER_CASES = sizeof(counter_cases) / sizeof(counter_cases[0]) };

START_TEST(counters_keep_what_they_count)
{
    ck_assert_uint_eq(ruleset_counter_count(ruleset), COUNTER_CASES);
    for (uint32_t i = 0; i < COUNTER_CASES; i++) {
        const struct counter_case *it = &counter_cases[i];
        const struct counter_def *counter = ruleset_counter(ruleset, i);
        assert_text(counter->name, it->name);
        ck_assert_uint_eq(counter->index, i);
        ck_assert_int_eq(counter->kind, it->kind);
        ck_assert_uint_eq(counter->on, catalog_find(ruleset_catalog(ruleset), bytes_text(it->on)));
        ck_assert_int_eq(counter->value != NULL, it->value != NULL);
        if (it->value != NULL)
            assert_text(counter->value->text, it->value);
        ck_assert_int_eq(counter->condition != NULL, it->condition != NULL);
        if (it->condition != NULL)
            assert_text(counter->condition->text, it->condition);
        ck_assert_int_eq(counter->within_ms, it->within_h * HOUR);
        ck_assert_uint_eq(counter->place.line, 3 + i);
    }
    assert_text(ruleset_counter(ruleset, 0)->label, "Opens");
}
END_TEST

START_TEST(an_event_finds_its_counters_as_written)
{
    const struct catalog *catalog = ruleset_catalog(ruleset);
    const struct match_list *orders =
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("order.placed")));
    ck_assert_uint_eq(orders->counter_count, 6);
    for (uint32_t i = 0; i < 6; i++)
        ck_assert_ptr_eq(orders->counters[i], ruleset_counter(ruleset, i + 1));
    const struct match_list *pages =
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("page.viewed")));
    ck_assert_uint_eq(pages->counter_count, 1);
    assert_text(pages->counters[0]->name, "pages");
    ck_assert_uint_eq(
        ruleset_match(ruleset, catalog_find(catalog, BYTES_LITERAL("page.left")))->counter_count,
        0);
}
END_TEST

START_TEST(scores_keep_how_they_forget)
{
    const struct forget_def *halving = &ruleset_score(ruleset, 0)->forget;
    ck_assert_int_eq(halving->kind, FORGET_HALF_LIFE);
    ck_assert_int_eq(halving->span_ms, 30 * DAY);
    const struct forget_def *stepping = &ruleset_score(ruleset, 1)->forget;
    ck_assert_int_eq(stepping->kind, FORGET_LINEAR);
    ck_assert_int_eq(stepping->percent_milli, 12500);
    ck_assert_int_eq(stepping->span_ms, 14 * DAY);
    const struct forget_def *expiring = &ruleset_score(ruleset, 2)->forget;
    ck_assert_int_eq(expiring->kind, FORGET_EXPIRE);
    ck_assert_int_eq(expiring->span_ms, 90 * DAY);
    const struct forget_def *idling = &ruleset_score(ruleset, 3)->forget;
    ck_assert_int_eq(idling->kind, FORGET_IDLE);
    ck_assert_int_eq(idling->after_ms, 14 * DAY);
    ck_assert_int_eq(idling->span_ms, 7 * DAY);
    ck_assert_int_eq(idling->points_milli, -5000);
    ck_assert_int_eq(ruleset_score(ruleset, 4)->forget.kind, FORGET_NONE);
}
END_TEST

START_TEST(scores_keep_groups_and_state_rules)
{
    const struct score_def *halving = ruleset_score(ruleset, 0);
    const struct score_def *stepping = ruleset_score(ruleset, 1);
    ck_assert_uint_eq(halving->group_count, 2);
    assert_text(halving->groups[0].name, "email");
    ck_assert(!halving->groups[0].has_min && halving->groups[0].has_max);
    ck_assert_int_eq(halving->groups[0].max_milli, 40000);
    ck_assert(halving->groups[1].has_min && halving->groups[1].has_max);
    ck_assert_int_eq(halving->groups[1].min_milli, -20500);
    ck_assert_uint_eq(ruleset_rule(ruleset, 0)->group, 0);
    ck_assert_uint_eq(ruleset_rule(ruleset, 1)->group, 1);
    ck_assert_uint_eq(ruleset_rule(ruleset, 2)->group, SCORE_NO_GROUP);
    ck_assert_uint_eq(ruleset_rule(ruleset, 3)->group, 0);
    ck_assert_uint_eq(halving->state_rule_count, 2);
    ck_assert_uint_eq(halving->state_rules[0], 2);
    ck_assert_uint_eq(halving->state_rules[1], 3);
    ck_assert_uint_eq(stepping->state_rule_count, 1);
    ck_assert_uint_eq(stepping->state_rules[0], 7);
    const struct score_rule *canada = ruleset_rule(ruleset, 2);
    ck_assert_int_eq(canada->kind, SCORE_RULE_STATE);
    ck_assert_uint_eq(canada->on, EVENT_TYPE_UNKNOWN);
    assert_text(canada->state->text, "contact.country == \"CA\"");
    ck_assert_ptr_null(canada->condition);
    ck_assert_ptr_null(canada->points);
    ck_assert_int_eq(canada->points_milli, 15000);
    assert_text(ruleset_rule(ruleset, 3)->points->text, "counter.spend / 10");
}
END_TEST

START_TEST(a_state_rule_waits_for_no_event)
{
    ck_assert_uint_eq(ruleset_match(ruleset, EVENT_TYPE_UNKNOWN)->rule_count, 0);
    size_t matched = 0;
    for (size_t i = 0; i < catalog_type_count(ruleset_catalog(ruleset)); i++)
        matched += ruleset_match(ruleset, (event_type)i)->rule_count;
    ck_assert_uint_eq(matched, 5);
}
END_TEST

START_TEST(limits_keep_their_spans)
{
    const struct limit_def *daily = &ruleset_rule(ruleset, 0)->limit;
    ck_assert_uint_eq(daily->times, 3);
    ck_assert_int_eq(daily->points_milli, 0);
    ck_assert_int_eq(daily->span, LIMIT_DAY);
    ck_assert_ptr_null(daily->per);
    const struct limit_def *rolling = &ruleset_rule(ruleset, 1)->limit;
    ck_assert_uint_eq(rolling->times, 0);
    ck_assert_int_eq(rolling->points_milli, 50000);
    ck_assert_int_eq(rolling->span, LIMIT_ROLLING);
    ck_assert_int_eq(rolling->span_ms, 30 * DAY);
    assert_text(rolling->per->text, "data.ticket");
    ck_assert_int_eq(ruleset_rule(ruleset, 4)->limit.span, LIMIT_WEEK);
    ck_assert_int_eq(ruleset_rule(ruleset, 5)->limit.span, LIMIT_MONTH);
    ck_assert_int_eq(ruleset_rule(ruleset, 6)->limit.span, LIMIT_YEAR);
    ck_assert_uint_eq(ruleset_rule(ruleset, 6)->limit.times, 1);
    ck_assert_int_eq(ruleset_rule(ruleset, 6)->limit.points_milli, 7500);
}
END_TEST

START_TEST(a_combined_score_is_an_expression)
{
    const struct score_def *total = ruleset_score_find(ruleset, BYTES_LITERAL("total"));
    assert_text(total->combine->text, "0.6 * score.halving + score.idling");
    ck_assert(total->has_min);
    ck_assert_uint_eq(total->band_count, 2);
    ck_assert_uint_eq(total->state_rule_count, 0);
    ck_assert_ptr_null(ruleset_score(ruleset, 0)->combine);
}
END_TEST

START_TEST(segments_keep_condition_and_waits)
{
    ck_assert_uint_eq(ruleset_segment_count(ruleset), 3);
    const struct segment_def *hot = ruleset_segment(ruleset, 0);
    assert_text(hot->name, "hot-leads");
    assert_text(hot->label, "Hot");
    assert_text(hot->condition->text, "score.total >= 80");
    ck_assert_int_eq(hot->known_for_ms + hot->for_ms, 0);
    ck_assert_uint_eq(hot->place.line, 33);
    const struct segment_def *lapsed = ruleset_segment_find(ruleset, BYTES_LITERAL("lapsed"));
    ck_assert_ptr_eq(lapsed, ruleset_segment(ruleset, 1));
    ck_assert_uint_eq(lapsed->index, 1);
    ck_assert_int_eq(lapsed->known_for_ms, 30 * DAY);
    ck_assert_int_eq(ruleset_segment(ruleset, 2)->for_ms, 36 * HOUR);
    ck_assert_ptr_null(ruleset_segment_find(ruleset, BYTES_LITERAL("laps")));
}
END_TEST

START_TEST(trees_are_made_again_when_they_are_asked_for)
{
    struct arena arena = {0};
    const struct cel_node *amount =
        expression_tree(ruleset, ruleset_counter(ruleset, 1)->value, &arena);
    ck_assert_int_eq(amount->kind, CEL_NODE_SELECT);
    ck_assert_int_eq(amount->type->kind, CEL_TYPE_DOUBLE); // as the event declares it
    const struct cel_node *url =
        expression_tree(ruleset, ruleset_counter(ruleset, 7)->value, &arena);
    ck_assert_int_eq(url->type->kind, CEL_TYPE_STRING);
    ck_assert_int_eq(amount->children[0]->type->object->field_count > 0, true);
    const struct cel_node *hot =
        expression_tree(ruleset, ruleset_segment(ruleset, 0)->condition, &arena);
    ck_assert_int_eq(hot->type->kind, CEL_TYPE_BOOL);
    ck_assert_uint_eq(hot->children[0]->field, 5); // score.total
    cel_program_free(cel_compile(&arena, scope_of_parts(ruleset), hot->children[0]));
    arena_free(&arena);
}
END_TEST

// What an expression may do with a counter tells what the checker knows of its type.
static const struct type_case {
    const char *expression, *type; // NULL: it fits
} type_cases[] = {
    {"counter.opens_30d + 1 == 2", NULL},
    {"counter.opens_30d == \"x\"", "int"},
    {"counter.pages == \"x\"", "int"},
    {"counter.spend == \"x\"", "double"},
    {"counter.least == \"x\"", "double"},
    {"counter.most == \"x\"", "double"},
    {"counter.usual == \"x\"", "double"},
    {"counter.first_order == \"x\"", "timestamp"},
    {"now - counter.first_order > days(1)", NULL},
    {"counter.last_coupon == \"x\"", NULL},
    {"counter.last_coupon > 1", "string"},
    {"segment.lapsed == \"x\"", "bool"},
    {"segment[\"hot-leads\"] && !segment.`hot-leads`", NULL},
    {"score.total == \"x\"", "double"},
};
enum { TYPE_CASES = sizeof(type_cases) / sizeof(type_cases[0]) };

START_TEST(counters_and_segments_have_types)
{
    const struct type_case *it = &type_cases[_i];
    struct buffer text = {0};
    buffer_add_text(&text, all);
    buffer_add_format(&text, "  asked:\n    if: >-\n      %s\n", it->expression);
    buffer_add_u8(&text, 0);
    struct buffer shown = compile_printed((const char *)text.data);
    const char *printed = (const char *)shown.data;
    bool is_good = it->type == NULL ? strcmp(printed, "") == 0
                                    : strstr(printed, it->type) != NULL &&
                                          strstr(printed, "error[E0604]") != NULL;
    ck_assert_msg(is_good, "%s: %s", it->expression, printed);
    buffer_free(&shown);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/definitions");
    TCase *tcase = tcase_create("definitions");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, counters_keep_what_they_count);
    tcase_add_test(tcase, an_event_finds_its_counters_as_written);
    tcase_add_test(tcase, scores_keep_how_they_forget);
    tcase_add_test(tcase, scores_keep_groups_and_state_rules);
    tcase_add_test(tcase, a_state_rule_waits_for_no_event);
    tcase_add_test(tcase, limits_keep_their_spans);
    tcase_add_test(tcase, a_combined_score_is_an_expression);
    tcase_add_test(tcase, segments_keep_condition_and_waits);
    tcase_add_test(tcase, trees_are_made_again_when_they_are_asked_for);
    tcase_add_loop_test(tcase, counters_and_segments_have_types, 0, TYPE_CASES);
    suite_add_tcase(suite, tcase);
    return suite;
}
