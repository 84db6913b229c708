// What is live: in which order, who reads what, which values of scores and which moments matter.
#include "rules/cel/eval.h"
#include "rules/expression.h"
#include "rules/scope.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static const char all[] = "contact: {fields: {country: {type: string}, ends: {type: timestamp}}}\n"
                          "counters:\n"
                          "  opens: {count: email.opened, within: 30d}\n"
                          "  spend: {sum: data.amount, on: order.placed}\n"
                          "segments:\n"
                          "  last: {if: segment.middle && score.total > 5}\n"
                          "  middle: {if: segment.first || counter.opens == 0}\n"
                          "  first: {if: '\"vip\" in contact.tags'}\n"
                          "scores:\n"
                          "  total: {combine: score.base + score.other}\n"
                          "  base:\n"
                          "    rules:\n"
                          "      - {name: opened, on: email.opened, points: 1, if: segment.last}\n"
                          "      - {name: vip, while: segment.first, points: counter.spend}\n"
                          "      - {name: canada, while: contact.country == \"CA\", points: 15}\n"
                          "  other: {rules: [{name: page, on: page.viewed, points: 1}]}\n";

static uint32_t position(const struct ruleset *ruleset, enum live_kind kind, const char *name)
{
    struct bytes text = bytes_text(name);
    size_t index = 0;
    switch (kind) {
    case LIVE_RULE: index = ruleset_rule_find(ruleset, text)->index; break;
    case LIVE_SCORE:
        index = (size_t)(ruleset_score_find(ruleset, text) - ruleset_score(ruleset, 0));
        break;
    case LIVE_SEGMENT: index = ruleset_segment_find(ruleset, text)->index; break;
    case LIVE_STOP: break;
    }
    uint32_t at = ruleset_live_position(ruleset, kind, index);
    ck_assert_int_eq(ruleset_live(ruleset, at)->kind, kind);
    ck_assert_uint_eq(ruleset_live(ruleset, at)->index, index);
    return at;
}

START_TEST(each_node_comes_behind_what_it_reads)
{
    struct ruleset *ruleset = compile_good(all);
    uint32_t last = position(ruleset, LIVE_SEGMENT, "last");
    uint32_t middle = position(ruleset, LIVE_SEGMENT, "middle");
    uint32_t first = position(ruleset, LIVE_SEGMENT, "first");
    uint32_t total = position(ruleset, LIVE_SCORE, "total");
    uint32_t base = position(ruleset, LIVE_SCORE, "base");
    uint32_t vip = position(ruleset, LIVE_RULE, "base/vip");
    uint32_t canada = position(ruleset, LIVE_RULE, "base/canada");
    ck_assert_uint_eq(ruleset_live_count(ruleset), 8); // event rules are none
    ck_assert(first < middle && middle < last);
    ck_assert(first < vip && vip < base && canada < base && base < total && total < last);
    ck_assert(position(ruleset, LIVE_SCORE, "other") < total);
    ruleset_destroy(ruleset);
}
END_TEST

// The readers of a dependency as "kind name" in the order of the nodes, for comparing.
static void add_readers(struct buffer *to, const struct ruleset *ruleset, dependency of)
{
    static const char *const kinds[] = {"rule ", "score ", "segment "};
    struct live_list list = ruleset_dependents(ruleset, of);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct live_node *node = ruleset_live(ruleset, list.positions[i]);
        ck_assert(i == 0 || list.positions[i] > list.positions[i - 1]);
        struct bytes name = node->kind == LIVE_RULE ? ruleset_rule(ruleset, node->index)->state_name
                            : node->kind == LIVE_SCORE
                                ? ruleset_score(ruleset, node->index)->name
                                : ruleset_segment(ruleset, node->index)->name;
        buffer_add_text(to, i == 0 ? "" : ", ");
        buffer_add_text(to, kinds[node->kind]);
        buffer_add_bytes(to, name);
    }
    buffer_add_u8(to, 0);
}

static void assert_readers(const struct ruleset *ruleset, dependency of, const char *wanted)
{
    struct buffer found = {0};
    add_readers(&found, ruleset, of);
    ck_assert_str_eq((const char *)found.data, wanted);
    buffer_free(&found);
}

START_TEST(a_change_reaches_those_that_read_it)
{
    struct ruleset *ruleset = compile_good(all);
    uint32_t country = scope_contact_count(ruleset) - 2; // the declared fields are last
    assert_readers(
        ruleset, ruleset_dependency_contact(ruleset, SCOPE_CONTACT_TAGS), "segment first");
    assert_readers(ruleset, ruleset_dependency_contact(ruleset, country), "rule base/canada");
    assert_readers(ruleset, ruleset_dependency_contact(ruleset, SCOPE_CONTACT_ZONE), "");
    assert_readers(ruleset, ruleset_dependency_counter(ruleset, 0), "segment middle");
    assert_readers(ruleset, ruleset_dependency_counter(ruleset, 1), "rule base/vip");
    assert_readers(ruleset, ruleset_dependency_score(ruleset, 0), "segment last");
    assert_readers(ruleset, ruleset_dependency_score(ruleset, 1), "score total");
    assert_readers(ruleset, ruleset_dependency_score(ruleset, 2), "score total");
    assert_readers(
        ruleset, ruleset_dependency_segment(ruleset, 0), ""); // an event rule is not live
    assert_readers(ruleset, ruleset_dependency_segment(ruleset, 1), "segment last");
    assert_readers(
        ruleset, ruleset_dependency_segment(ruleset, 2), "rule base/vip, segment middle");
    ruleset_destroy(ruleset);
}
END_TEST

// Which of counter.a, score.s, segment.t, contact.tags and contact.country an expression reads.
static const struct read_case {
    const char *expression, *reads;
} read_cases[] = {
    {"counter.a > 1 && counter.a < 5", "a"},
    {"counter[\"a\"] > 1", "a"},
    {"has(counter.a)", "a"},
    {"counter.exists(n, n == \"a\")", "a"},
    {"counter[contact.country] == 1", "a country"},
    {"score.s > 1.0 || segment.t", "s t"},
    {"score.all(n, score[n] > 1.0)", "s"},
    {"segment.exists(n, segment[n])", "t"},
    {"contact.tags.exists(tag, tag == \"vip\")", "tags"},
    {"cel.bind(c, contact, c.country == \"VN\")", "tags country"},
    {"contact[\"country\"] == \"VN\"", "country"},
    {"[1].exists(score, score > 1)", ""}, // a name of its own
    {"now > timestamp(\"2026-01-01T00:00:00Z\")", ""},
};
enum { READ_CASES = sizeof(read_cases) / sizeof(read_cases[0]) };

START_TEST(members_and_whole_objects_are_read)
{
    const struct read_case *it = &read_cases[_i];
    struct buffer text = {0}, found = {0};
    buffer_add_format(
        &text,
        "contact: {fields: {country: {type: string}}}\n"
        "counters: {a: {count: email.opened}}\n"
        "scores: {s: {rules: [{name: r, on: email.opened, points: 1}]}}\n"
        "segments:\n  t: {if: 'contact.id == \"x\"'}\n  asked:\n    if: >-\n      %s\n",
        it->expression);
    buffer_add_u8(&text, 0);
    // `segment` as a whole holds the one that asks, too, so that is asked of another ruleset.
    bool is_whole = strncmp(it->expression, "segment.exists", 14) == 0;
    if (is_whole) {
        assert_diagnostics(it->expression, (const char *)text.data, "E0220 8:7");
        buffer_free(&text);
        return;
    }
    struct ruleset *ruleset = compile_good((const char *)text.data);
    uint32_t asked = position(ruleset, LIVE_SEGMENT, "asked");
    const struct {
        const char *name;
        dependency of;
    } known[] = {
        {"a", ruleset_dependency_counter(ruleset, 0)},
        {"s", ruleset_dependency_score(ruleset, 0)},
        {"t", ruleset_dependency_segment(ruleset, 0)},
        {"tags", ruleset_dependency_contact(ruleset, SCOPE_CONTACT_TAGS)},
        {"country", ruleset_dependency_contact(ruleset, scope_contact_count(ruleset) - 1)},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct live_list list = ruleset_dependents(ruleset, known[i].of);
        bool is_read = false;
        for (uint32_t r = 0; r < list.count; r++)
            is_read = is_read || list.positions[r] == asked;
        if (is_read)
            buffer_add_format(&found, "%s%s", found.len > 0 ? " " : "", known[i].name);
    }
    buffer_add_u8(&found, 0);
    ck_assert_str_eq((const char *)found.data, it->reads);
    buffer_free(&found);
    buffer_free(&text);
    ruleset_destroy(ruleset);
}
END_TEST

// --- thresholds
static const struct threshold_case {
    const char *expression; // of a segment; the score is s
    int64_t thresholds[4];  // ended by 0
    bool is_hourly;
} threshold_cases[] = {
    {"score.s >= 80", {80000}, false},
    {"score.s < 80", {80000}, false},
    {"score.s > 80", {80001}, false},
    {"score.s <= 80", {80001}, false},
    {"score.s == 80", {80000, 80001}, false},
    {"score.s != 80", {80000, 80001}, false},
    {"80 <= score.s", {80000}, false},
    {"80 > score.s", {80000}, false},
    {"80 < score.s", {80001}, false},
    {"80u >= score.s", {80001}, false},
    {"score[\"s\"] >= -2.5", {-2500}, false},
    {"score.s > -2.5", {-2499}, false},
    {"score.s >= 2.007", {2007}, false}, // 2.007 * 1000 is a little more than 2007
    {"score.s > 2.007", {2008}, false},
    {"score.s >= 1.001", {1001}, false},
    {"score.s > 1.001", {1002}, false}, // 1.001 * 1000 is a little less than 1001
    {"score.s > 1.0005", {1001}, false},
    {"score.s == 1.0005", {1001}, false},
    {"score.s >= 2 * 40 + 0.5", {80500}, false},
    {"score.s > 5 && (score.s < 9 || score.s >= 9)", {5001, 9000}, false},
    {"score.s > 1e300 || score.s < -1e300 || score.s > 5", {5001}, false},
    {"has(score.s) && score.s > 5", {5001}, false},
    {"score.s * 2.0 > 5.0", {0}, true},
    {"score.s > score.fixed", {0}, true},
    {"score.fixed * 2.0 > 5.0", {0}, false}, // it does not forget
    {"int(score.s) in [1, 2]", {0}, true},
    {"score.exists(n, score[n] > 5.0)", {0}, true},
    {"score.sum > 5", {0}, false}, // sum itself is looked at each full hour
    {"score.sum * 2.0 > 5.0", {0}, true},
};
enum { THRESHOLD_CASES = sizeof(threshold_cases) / sizeof(threshold_cases[0]) };

START_TEST(comparisons_with_constants_are_thresholds)
{
    const struct threshold_case *it = &threshold_cases[_i];
    struct buffer text = {0};
    buffer_add_format(
        &text,
        "scores:\n"
        "  s: {forget: {half_life: 1d}, rules: [{name: r, on: email.opened, points: 1}]}\n"
        "  fixed: {rules: [{name: r, on: email.opened, points: 1}]}\n"
        "  sum: {combine: score.s + score.fixed}\n"
        "segments:\n  asked:\n    if: >-\n      %s\n",
        it->expression);
    buffer_add_u8(&text, 0);
    struct ruleset *ruleset = compile_good((const char *)text.data);
    const struct score_def *score = ruleset_score(ruleset, 0);
    uint32_t count = 0;
    while (count < 4 && it->thresholds[count] != 0)
        count++;
    ck_assert_msg(
        score->threshold_count == count, "%s: %u", it->expression, score->threshold_count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(score->thresholds_milli[i], it->thresholds[i]);
    ck_assert_int_eq(
        ruleset_live(ruleset, position(ruleset, LIVE_SEGMENT, "asked"))->is_hourly, it->is_hourly);
    // A sum that somebody compares has no thresholds of its own that time could cross: it is tried.
    bool is_compared = strncmp(it->expression, "score.sum", 9) == 0;
    ck_assert_int_eq(
        ruleset_live(ruleset, position(ruleset, LIVE_SCORE, "sum"))->is_hourly,
        is_compared || strncmp(it->expression, "score.exists", 12) == 0);
    ck_assert(ruleset_has_timers(ruleset) == (count > 0 || it->is_hourly || is_compared));
    buffer_free(&text);
    ruleset_destroy(ruleset);
}
END_TEST

// --- sides of counters
static const struct side_case {
    const char *condition; // of a segment; the counter is k
    double thresholds[4];  // ended by 0
    bool is_free, is_false_of_new;
} side_cases[] = {
    {"counter.k >= 3", {3}, false, true},
    {"3 <= counter.k", {3}, false, true},
    {"counter.k < 3", {3}, false, false},
    {"counter.k > 2 || counter.k == 1", {1, 1.0000000000000002, 2.0000000000000004}, false, true},
    {"counter.k >= 3 && counter.k < 3 + 2", {3, 5}, false, true},
    {"!(counter.k < 3)", {3}, false, true},
    {"counter.k >= 3 || score.s >= 0", {3}, false, false},
    {"counter.k >= 3 || segment.other", {3}, false, true},
    {"counter.k >= 3 || contact.stage == \"lead\"", {3}, false, false},
    {"counter.k >= 3 && contact.stage == \"lead\"", {3}, false, true},
    {"has(counter.k) && counter.k >= 3", {3}, false, true},
    {"counter.k + 1 >= 3", {0}, true, false},
    {"counter.k >= 3 && counter.k + 1 >= 3", {3}, true, true},
    {"counter.k >= counter.m", {0}, true, false},
    {"counter.k >= 9007199254740993", {0}, true, true},
    {"counter[contact.stage] >= 3", {0}, true, false},
    {"counter.k >= 3 && counter.m >= 2.0", {3}, true, false},     // m may say nothing
    {"counter.k >= 3 && now > contact.created", {3}, true, true}, // looked at by time, too
};
enum { SIDE_CASES = sizeof(side_cases) / sizeof(side_cases[0]) };

START_TEST(comparisons_with_constants_are_sides_of_counters)
{
    const struct side_case *it = &side_cases[_i];
    struct buffer text = {0};
    buffer_add_format(
        &text,
        "scores: {s: {rules: [{name: r, on: email.opened, points: 1}]}}\n"
        "counters: {k: {count: email.opened}, m: {max: data.amount, on: order.placed}}\n"
        "segments:\n"
        "  other: {if: score.s >= 5}\n"
        "  asked:\n    if: >-\n      %s\n",
        it->condition);
    buffer_add_u8(&text, 0);
    struct ruleset *ruleset = compile_good((const char *)text.data);
    const struct counter_def *counter = ruleset_counter(ruleset, 0);
    uint32_t asked = position(ruleset, LIVE_SEGMENT, "asked");
    uint32_t count = 0;
    while (count < 4 && it->thresholds[count] != 0)
        count++;
    ck_assert_msg(
        counter->threshold_count == count, "%s: %u", it->condition, counter->threshold_count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_double_eq(counter->thresholds[i], it->thresholds[i]);
        ck_assert_uint_eq(counter->readers[counter->reader_begins[i]], asked);
    }
    ck_assert_int_eq(counter->has_free_readers, it->is_free);
    ck_assert_int_eq(ruleset_live(ruleset, asked)->is_false_of_new, it->is_false_of_new);
    buffer_free(&text);
    ruleset_destroy(ruleset);
}
END_TEST

// --- scores of new contacts
#define OPENED "rules: [{name: r, on: email.opened, points: 5}]"
#define GROUPED                                                  \
    "rules: [{name: r, on: email.opened, points: 5, group: g}, " \
    "{name: o, on: order.placed, points: 5, group: h}]"
static const struct zero_case {
    const char *score;
    bool is_zero;
} zero_cases[] = {
    {OPENED, true},
    {"forget: {half_life: 30d}, " OPENED, true},
    {"forget: {linear: {percent: 25, every: 2d}}, " OPENED, true},
    {"forget: {expire: 9d}, " OPENED, true},
    {"forget: {idle: {after: 3d, points: -2, every: 1d}}, " OPENED, false},
    {"rules: [{name: r, while: contact.stage == \"lead\", points: 5}]", true},
    {"min: 0, max: 100, " OPENED, true},
    {"min: -5, max: 0, " OPENED, true},
    {"min: 5, " OPENED, false},
    {"min: 0.001, max: 100, " OPENED, false},
    {"max: -1, " OPENED, false},
    {"min: -5, max: -0.001, " OPENED, false},
    {"groups: {g: {min: 0, max: 40}, h: {min: -5, max: 0}}, " GROUPED, true},
    {"groups: {g: {min: 1}, h: {max: 40}}, " GROUPED, false},
    {"groups: {g: {max: 40}, h: {min: 1}}, " GROUPED, false},
    {"groups: {g: {max: -1}, h: {max: 40}}, " GROUPED, false},
    {"groups: {g: {max: 40}, h: {max: -1}}, " GROUPED, false},
    {"combine: score.other", false},
    {"combine: score.other + 1.0", false},
};
enum { ZERO_CASES = sizeof(zero_cases) / sizeof(zero_cases[0]) };

START_TEST(a_score_that_is_zero_of_new_contacts_is_known)
{
    const struct zero_case *it = &zero_cases[_i];
    struct buffer text = {0};
    buffer_add_format(
        &text,
        "scores: {s: {%s}, other: {" OPENED "}}\n"
        "segments: {t: {if: score.s >= 5 && score.other >= 5}}\n",
        it->score);
    buffer_add_u8(&text, 0);
    struct ruleset *ruleset = compile_good((const char *)text.data);
    uint32_t at = position(ruleset, LIVE_SCORE, "s");
    ck_assert_msg(ruleset_live(ruleset, at)->is_false_of_new == it->is_zero, "%s", it->score);
    ck_assert(ruleset_live(ruleset, position(ruleset, LIVE_SCORE, "other"))->is_false_of_new);
    buffer_free(&text);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(a_score_that_nobody_watches_is_zero_of_a_new_contact)
{
    struct ruleset *ruleset = compile_good("scores:\n"
                                           "  s: {" OPENED "}\n"
                                           "  high: {min: 5, " OPENED "}\n"
                                           "  twice: {combine: score.s * 2}\n");
    ck_assert(ruleset_live(ruleset, position(ruleset, LIVE_SCORE, "s"))->is_false_of_new);
    ck_assert(!ruleset_live(ruleset, position(ruleset, LIVE_SCORE, "high"))->is_false_of_new);
    ck_assert(!ruleset_live(ruleset, position(ruleset, LIVE_SCORE, "twice"))->is_false_of_new);
    ruleset_destroy(ruleset);
}
END_TEST

#define BANDS \
    "scores: {s: {bands: {a: 10, b: 20}, rules: [{name: r, on: page.viewed, points: 1}]}}\n"
static const struct band_case {
    const char *text;
    uint32_t thresholds;
} band_cases[] = {
    {BANDS, 0},
    {BANDS "workflows: {w: {on: score.band_changed, steps: [{tag: {add: x}}]}}\n", 2},
    {BANDS "workflows: {w: {on: score.changed, steps: [{tag: {add: x}}]}}\n", 2},
    {BANDS "counters: {c: {count: score.band_changed}}\n", 2},
    {BANDS "objects: {o: {key: data.score, on: score.band_changed, fields: {b: data.to}}}\n", 2},
    {BANDS
     "objects: {o: {key: data.score, on: page.viewed, removed_by: score.band_changed, fields: "
     "{at: event.time}}}\n",
     2},
    {BANDS "workflows: {w: {on: page.viewed, steps: [{tag: {add: x}}]}}\n", 0},
    {BANDS "workflows: {w: {on: score.changed, steps: [{tag: {add: x}}]}}\n"
           "segments: {t: {if: score.s >= 10 || score.s > 15}}\n",
     3},
};
enum { BAND_CASES = sizeof(band_cases) / sizeof(band_cases[0]) };

START_TEST(bands_are_thresholds_where_somebody_listens)
{
    struct ruleset *ruleset = compile_good(band_cases[_i].text);
    const struct score_def *score = ruleset_score(ruleset, 0);
    ck_assert_uint_eq(score->threshold_count, band_cases[_i].thresholds);
    for (uint32_t i = 1; i < score->threshold_count; i++)
        ck_assert_int_lt(score->thresholds_milli[i - 1], score->thresholds_milli[i]);
    ruleset_destroy(ruleset);
}
END_TEST

// --- moments
// The contact of the moments below: created at the start of 2026, ends a day later, of a grace of an hour.
#define CREATED_S INT64_C(1767225600)

static bool find_member(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    (void)field;
    if (bytes_equal_text(name, "created"))
        return cel_timestamp_of(CREATED_S, 0, value_out);
    if (bytes_equal_text(name, "ends"))
        return cel_timestamp_of(CREATED_S + 86400, 0, value_out);
    return bytes_equal_text(name, "grace") && cel_duration_of(3600, 0, value_out);
}

static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    static const struct cel_map contact = {.find = find_member};
    (void)self;
    (void)eval;
    *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &contact};
    return index == SCOPE_CONTACT; // a moment needs nothing else
}

static const struct moment_case {
    const char *expression;
    int64_t moments_s[3]; // since CREATED_S; ended by 0
    const char *warned;   // places of W0506, in the ninth line
} moment_cases[] = {
    {"now > contact.ends", {86400}, ""},
    {"contact.ends <= now", {86400}, ""},
    {"now == contact.ends || now != contact.ends + days(1)", {86400, 172800}, ""},
    {"now - contact.created > days(30)", {2592000}, ""},
    {"days(30) < now - contact.created", {2592000}, ""},
    {"now - days(3) >= contact.ends", {345600}, ""},
    {"now + days(1) > contact.ends + days(3)", {259200}, ""},
    {"days(1) + now > contact.ends + days(3)", {259200}, ""},
    {"contact.ends - now <= contact.grace", {82800}, ""},
    {"contact.grace >= contact.ends - now", {82800}, ""},
    {"days(9) - (now - contact.created) < days(2)", {604800}, ""},
    {"now - contact.created - contact.grace > days(1)", {90000}, ""},
    {"now-contact.created>days(30)", {2592000}, ""},
    {"contact.created < now && (now < contact.ends || now > contact.ends + days(1))",
     {0},
     ""}, // counted below: three
    {"contact.ends.getFullYear() == 2026 && now > contact.ends", {86400}, ""},
    {"now > (has(contact.ends) ? contact.ends : contact.created)", {86400}, ""},
    {"(now > contact.ends) == true", {86400}, ""},
    {"now > [contact.ends].map(t, t + days(1))[0]", {172800}, ""}, // a name that it brings itself
    {"now.getHours() == 9", {0}, "W0506 9:7"},
    {"age(contact.created) >= 18", {0}, "W0506 9:7"},
    {"now - contact.created > now - contact.ends", {0}, "W0506 9:7, W0506 9:31"},
    {"[contact.ends].exists(t, now > t)", {0}, "W0506 9:32"},
    {"cel.bind(t, contact.ends, now > t)", {0}, "W0506 9:33"},
    {"cel.bind(contact, {\"created\": contact.ends}, now > contact.created)", {0}, "W0506 9:52"},
    {"min(now, contact.ends) > contact.created", {0}, "W0506 9:11"},
    {"string(now) > \"x\" || now > contact.ends", {86400}, "W0506 9:14"},
};
enum { MOMENT_CASES = sizeof(moment_cases) / sizeof(moment_cases[0]) };

START_TEST(comparisons_with_now_change_at_moments)
{
    const struct moment_case *it = &moment_cases[_i];
    const struct cel_host host = {.variable = find_variable};
    struct cel_eval eval = {.host = &host};
    struct buffer text = {0};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    buffer_add_format(
        &text,
        "contact:\n  fields:\n    ends: {type: timestamp}\n    grace: {type: duration}\n\n"
        "segments:\n  asked:\n    if: >-\n      %s\n",
        it->expression);
    buffer_add_u8(&text, 0);
    assert_diagnostics(it->expression, (const char *)text.data, it->warned);
    ck_assert_int_eq(compile_text_into((const char *)text.data, &list, &ruleset), ERR_OK);
    const struct live_node *node = ruleset_live(ruleset, 0);
    uint32_t count = 0;
    while (count < 3 && it->moments_s[count] != 0)
        count++;
    bool is_long = strstr(it->expression, "contact.created < now && (") != NULL;
    ck_assert_msg(
        node->moment_count == (is_long ? 3 : count), "%s: %u", it->expression, node->moment_count);
    for (uint32_t i = 0; i < count; i++) {
        struct cel_value value = cel_run(&eval, node->moments[i].program, 0);
        ck_assert_msg(value.kind == CEL_TIMESTAMP, "%s", it->expression);
        ck_assert_int_eq(value.as.seconds - CREATED_S, it->moments_s[i]);
    }
    ck_assert_int_eq(node->is_hourly, it->warned[0] != '\0');
    ck_assert(ruleset_has_timers(ruleset));
    cel_eval_free(&eval);
    diagnostics_free(&list);
    buffer_free(&text);
    ruleset_destroy(ruleset);
}
END_TEST

// --- timers
static const struct timer_case {
    const char *text;
    bool has_timers;
} timer_cases[] = {
    {"", false},
    {"segments: {t: {if: '\"a\" in contact.tags'}}\n", false},
    {"segments: {t: {if: '\"a\" in contact.tags', for: 1d}}\n", true},
    {"segments: {t: {if: '\"a\" in contact.tags', known_for: 1d}}\n", true},
    {"counters: {c: {count: email.opened, within: 1d}}\n", false}, // nothing live reads it
    {"counters: {c: {count: email.opened, within: 1d}}\nsegments: {t: {if: counter.c > 0}}\n",
     true},
    {"counters: {c: {count: email.opened}}\nsegments: {t: {if: counter.c > 0}}\n", false},
    {"scores: {s: {forget: {expire: 1d}, rules: [{name: r, on: page.viewed, points: 1}]}}\n",
     false},
    {"scores: {s: {forget: {expire: 1d}, rules: [{name: r, on: page.viewed, points: 1}]}}\n"
     "segments: {t: {if: score.s > 5}}\n",
     true},
    {"scores: {s: {rules: [{name: r, while: now > contact.created + days(1), points: 1}]}}\n",
     true},
    {"scores: {s: {combine: 'now > contact.created + days(1) ? 1 : 0'}}\n", false}, // not watched
    {"scores: {s: {combine: 'now > contact.created + days(1) ? 1 : 0'}}\n"
     "segments: {t: {if: score.s > 0}}\n",
     true},
    {"scores: {s: {combine: 'now > contact.created + days(1) ? 1 : 0'}}\n"
     "segments: {t: {if: score.s * 2.0 > 0.0}}\n",
     true},
};
enum { TIMER_CASES = sizeof(timer_cases) / sizeof(timer_cases[0]) };

START_TEST(timers_are_there_where_time_alone_changes_something)
{
    struct ruleset *ruleset = compile_good(timer_cases[_i].text);
    ck_assert_int_eq(ruleset_has_timers(ruleset), timer_cases[_i].has_timers);
    ruleset_destroy(ruleset);
}
END_TEST

// --- order
START_TEST(a_ring_is_named_with_its_places)
{
    struct buffer shown =
        compile_printed("segments:\n"
                        "  a: {if: score.s > 5}\n"
                        "  b: {if: '!segment.b'}\n"
                        "scores:\n"
                        "  s: {rules: [{name: r, while: segment.a, points: 1}]}\n");
    ck_assert_str_eq(
        (const char *)shown.data,
        "rules.yaml:3:13: error[E0220]: segment 'b' depends on itself\n"
        "     3 |   b: {if: '!segment.b'}\n"
        "       |             ^~~~~~~~~\n"
        "rules.yaml:5:32: error[E0220]: rule 's/r' depends on itself\n"
        "     5 |   s: {rules: [{name: r, while: segment.a, points: 1}]}\n"
        "       |                                ^~~~~~~~~\n"
        "  note: rules.yaml:5:32: rule 's/r' reads segment 'a'\n"
        "  note: rules.yaml:2:11: segment 'a' reads score 's'\n"
        "  note: rules.yaml:5:32: score 's' has rule 's/r'\n");
    buffer_free(&shown);
}
END_TEST

START_TEST(rings_are_found_beside_other_errors)
{
    assert_diagnostics(
        "both", "segments: {a: {if: segment.a}, b: {if: segment.c}}\n", "E0220 1:20, E0223 1:48");
}
END_TEST

// A chain of count scores, each made of the one before.
static void make_chain(struct buffer *to, int count)
{
    buffer_add_text(to, "scores:\n  s0: {combine: '1'}\n");
    for (int i = 1; i < count; i++)
        buffer_add_format(to, "  s%d: {combine: score.s%d}\n", i, i - 1);
    buffer_add_u8(to, 0);
}

START_TEST(scores_are_made_of_others_as_deep_as_may_be)
{
    struct buffer good = {0}, deep = {0};
    make_chain(&good, SCORE_DEPTH_MAX);
    make_chain(&deep, SCORE_DEPTH_MAX + 3);
    assert_diagnostics("deep enough", (const char *)good.data, "");
    assert_diagnostics("one deeper", (const char *)deep.data, "E0407 17:3"); // said once
    buffer_free(&good);
    buffer_free(&deep);
}
END_TEST

START_TEST(a_long_chain_of_segments_is_put_in_order)
{
    enum { LONG = 3000 };
    struct buffer text = {0};
    buffer_add_text(&text, "segments:\n");
    for (int i = 0; i < LONG; i++)
        buffer_add_format(&text, "  s%d: {if: segment.s%d}\n", i, i + 1);
    buffer_add_format(&text, "  s%d: {if: '\"a\" in contact.tags'}\n", LONG);
    buffer_add_u8(&text, 0);
    struct ruleset *ruleset = compile_good((const char *)text.data);
    for (uint32_t i = 0; i <= LONG; i++)
        ck_assert_uint_eq(ruleset_live_position(ruleset, LIVE_SEGMENT, i), LONG - i);
    ruleset_destroy(ruleset);
    buffer_free(&text);
}
END_TEST

// Each reads all counters: counted one by one.
START_TEST(what_is_read_in_all_is_bounded)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "counters:\n");
        for (int i = 0; i < 1000; i++)
            buffer_add_format(&text, "  c%d: {count: email.opened}\n", i);
        buffer_add_text(&text, "segments:\n");
        for (int i = 0; i < 500 + more; i++)
            buffer_add_format(&text, "  t%d: {if: 'counter.exists(n, counter[n] > 5)'}\n", i);
        buffer_add_u8(&text, 0);
        assert_diagnostics("reads", (const char *)text.data, more == 0 ? "" : "E0407 1503:14");
        buffer_free(&text);
    }
}
END_TEST

START_TEST(earlier_errors_of_a_list_are_not_of_this_ruleset)
{
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(
        compile_text_into("segments: {a: {if: nothing}}\n", &list, &ruleset), ERR_INVALID);
    ck_assert_int_eq(
        compile_text_into("segments: {a: {if: 'now > contact.created'}}\n", &list, &ruleset),
        ERR_OK);
    ck_assert_uint_eq(ruleset_live_count(ruleset), 1);
    ck_assert(ruleset_has_timers(ruleset));
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/live");
    TCase *tcase = tcase_create("live");
    tcase_add_test(tcase, each_node_comes_behind_what_it_reads);
    tcase_add_test(tcase, a_change_reaches_those_that_read_it);
    tcase_add_loop_test(tcase, members_and_whole_objects_are_read, 0, READ_CASES);
    tcase_add_loop_test(tcase, comparisons_with_constants_are_thresholds, 0, THRESHOLD_CASES);
    tcase_add_loop_test(tcase, comparisons_with_constants_are_sides_of_counters, 0, SIDE_CASES);
    tcase_add_loop_test(tcase, a_score_that_is_zero_of_new_contacts_is_known, 0, ZERO_CASES);
    tcase_add_test(tcase, a_score_that_nobody_watches_is_zero_of_a_new_contact);
    tcase_add_loop_test(tcase, bands_are_thresholds_where_somebody_listens, 0, BAND_CASES);
    tcase_add_loop_test(tcase, comparisons_with_now_change_at_moments, 0, MOMENT_CASES);
    tcase_add_loop_test(tcase, timers_are_there_where_time_alone_changes_something, 0, TIMER_CASES);
    tcase_add_test(tcase, a_ring_is_named_with_its_places);
    tcase_add_test(tcase, rings_are_found_beside_other_errors);
    tcase_add_test(tcase, scores_are_made_of_others_as_deep_as_may_be);
    tcase_add_test(tcase, a_long_chain_of_segments_is_put_in_order);
    tcase_add_test(tcase, what_is_read_in_all_is_bounded);
    tcase_add_test(tcase, earlier_errors_of_a_list_are_not_of_this_ruleset);
    suite_add_tcase(suite, tcase);
    return suite;
}
