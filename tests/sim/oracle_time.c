// What comes by time alone: every moment at which anything might change is tried, one after the other.
#include <math.h>
#include <stdlib.h>

#include "tests/sim/oracle_run.h"
#include "tests/sim/workload_draw.h"

#define NEVER INT64_MAX

// A search for the first moment behind `from` and up to `until`.
struct search {
    struct oracle *oracle;
    int64_t from_ms, until_ms;
};

static void offer(struct search *search, int64_t at_ms)
{
    if (at_ms > search->from_ms && at_ms < search->until_ms)
        search->until_ms = at_ms;
}

// --- expressions
typedef void expr_fn(struct search *search, const struct workload_expr *expr);

static void each_part(struct search *search, const struct workload_expr *expr, expr_fn *visit)
{
    if (expr == NULL)
        return;
    visit(search, expr);
    each_part(search, expr->left, visit);
    each_part(search, expr->right, visit);
}

static void each_live_part(struct search *search, expr_fn *visit)
{
    const struct workload_rules *rules = search->oracle->rules;
    for (uint32_t i = 0; i < rules->score_count; i++) {
        each_part(search, rules->scores[i].combine, visit);
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            const struct workload_score_rule *rule = &rules->scores[i].rules[j];
            each_part(search, rule->state, visit);
            if (rule->state != NULL)
                each_part(search, rule->points, visit);
        }
    }
    for (uint32_t i = 0; i < rules->segment_count; i++)
        each_part(search, rules->segments[i].condition, visit);
}

// A comparison with the clock changes at that moment or right behind it.
static void offer_clock(struct search *search, const struct workload_expr *expr)
{
    if (expr->kind != EXPR_CLOCK)
        return;
    struct said time = oracle_say(search->oracle, expr->left);
    if (time.kind != SAID_TIME)
        return;
    offer(search, time.integer + expr->span_ms);
    offer(search, time.integer + expr->span_ms + 1);
}

// --- stops of runs that wait
static void offer_stops(struct search *search, const struct going *going)
{
    search->oracle->going = going;
    for (uint32_t i = 0; i < going->flow->stop_count; i++) {
        if (going->flow->stops[i].on.len == 0)
            each_part(search, going->flow->stops[i].condition, offer_clock);
    }
    search->oracle->going = NULL;
}

static void offer_all_stops(struct search *search)
{
    size_t count = 0;
    if (!oracle_some_flow_waits(search->oracle)) // nor in what is folded again
        return;
    struct waiting *all = oracle_all_waiting(search->oracle, &count);
    for (size_t i = 0; i < count; i++) {
        struct going going = oracle_going_of(&all[i], 1);
        offer_stops(search, &going);
        if (oracle_is_stopped(search->oracle, &going)) // new rules have found it so
            offer(search, search->from_ms + 1);
    }
    free(all);
}

// --- counters and segments
static void offer_windows(struct search *search)
{
    const struct contact *contact = oracle_contact(search->oracle);
    const struct workload_rules *rules = search->oracle->rules;
    for (size_t i = 0; i < contact->counted.count; i++) {
        for (uint32_t j = 0; j < rules->counter_count; j++) {
            if (rules->counters[j].within_ms > 0 &&
                text_equal(rules->counters[j].name, contact->counted.at[i].counter))
                offer(search, contact->counted.at[i].time_ms + rules->counters[j].within_ms);
        }
    }
}

static void offer_segments(struct search *search)
{
    const struct contact *contact = oracle_contact(search->oracle);
    const struct workload_rules *rules = search->oracle->rules;
    for (uint32_t i = 0; i < rules->segment_count; i++) {
        const struct workload_segment *segment = &rules->segments[i];
        offer(search, contact->created_ms + segment->known_for_ms);
        for (size_t j = 0; j < contact->held.count; j++) {
            if (text_equal(contact->held.at[j].name, segment->name))
                offer(search, contact->held.at[j].since_ms + segment->for_ms);
        }
    }
}

// --- scores that forget
// On which side a value is of all that its score is compared with, and of its bands.
struct sides {
    struct search *search;
    struct text score;
    int64_t milli;
    uint32_t side;
};

static double constant_of(const struct workload_expr *expr)
{
    return expr->value.kind == WORKLOAD_INT ? (double)expr->value.integer : expr->value.real;
}

static uint32_t side_in(const struct sides *sides, const struct workload_expr *expr)
{
    if (expr == NULL)
        return 0;
    uint32_t side = side_in(sides, expr->left) + side_in(sides, expr->right);
    bool is_comparison = expr->kind >= EXPR_LESS && expr->kind <= EXPR_UNEQUAL;
    if (!is_comparison)
        return side;
    bool is_left = expr->left->kind == EXPR_SCORE;
    const struct workload_expr *score = is_left ? expr->left : expr->right;
    const struct workload_expr *other = is_left ? expr->right : expr->left;
    if (score->kind != EXPR_SCORE || other->kind != EXPR_VALUE ||
        !text_equal(score->name, sides->score))
        return side;
    double value = (double)sides->milli / 1000.0;
    return side + (value >= constant_of(other)) + (value > constant_of(other));
}

static uint32_t side_of_stops(const struct sides *sides, const struct workload_workflow *flow)
{
    uint32_t side = 0;
    for (uint32_t i = 0; i < flow->stop_count; i++) {
        if (flow->stops[i].on.len == 0)
            side += side_in(sides, flow->stops[i].condition);
    }
    return side;
}

static uint32_t side_of(const struct oracle *oracle, uint32_t score, int64_t milli)
{
    const struct workload_rules *rules = oracle->rules;
    const struct sides sides = {.score = rules->scores[score].name, .milli = milli};
    uint32_t side = 0;
    for (uint32_t i = 0; i < rules->scores[score].band_count; i++)
        side += milli >= rules->scores[score].bands[i].from_milli;
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++)
            side += side_in(&sides, rules->scores[i].rules[j].state);
    }
    for (uint32_t i = 0; i < rules->segment_count; i++)
        side += side_in(&sides, rules->segments[i].condition);
    for (uint32_t i = 0; i < rules->workflow_count; i++)
        side += side_of_stops(&sides, &rules->workflows[i]);
    for (size_t i = 0; i < oracle->pins.count; i++)
        side += side_of_stops(&sides, oracle->pins.at[i].flow);
    return side;
}

// The first moment in (from, to] on another side; NEVER when there is none. Halves in which the value can come to no
// other side are passed over; in others each millisecond may be tried.
static int64_t first_crossing(
    struct oracle *oracle, uint32_t score, uint32_t side, int64_t from_ms, int64_t to_ms)
{
    if (side_of(oracle, score, oracle_score_least(oracle, score, from_ms, to_ms).shown_milli) ==
            side &&
        side_of(oracle, score, oracle_score_most(oracle, score, from_ms, to_ms).shown_milli) ==
            side)
        return NEVER;
    if (to_ms - from_ms == 1)
        return side_of(
                   oracle, score, oracle_score_least(oracle, score, to_ms, to_ms).shown_milli) ==
                       side
                   ? NEVER
                   : to_ms;
    int64_t middle_ms = from_ms + (to_ms - from_ms) / 2;
    int64_t found_ms = first_crossing(oracle, score, side, from_ms, middle_ms);
    return found_ms != NEVER ? found_ms : first_crossing(oracle, score, side, middle_ms, to_ms);
}

static void offer_score(struct search *search, uint32_t score)
{
    struct oracle *oracle = search->oracle;
    int64_t from_ms = search->from_ms;
    int64_t value = oracle_score_least(oracle, score, from_ms, from_ms).shown_milli;
    offer(
        search,
        first_crossing(oracle, score, side_of(oracle, score, value), from_ms, search->until_ms));
}

// --- scores that are combined from one that forgets: between other moments they only ever fall, or only ever rise
static uint32_t side_at(struct oracle *oracle, uint32_t score, int64_t at_ms)
{
    oracle->now_ms = at_ms;
    return side_of(oracle, score, oracle_score_value(oracle, score).shown_milli);
}

static void offer_combined(struct search *search, uint32_t score)
{
    struct oracle *oracle = search->oracle;
    int64_t same_ms = search->from_ms;
    int64_t other_ms = search->until_ms - 1; // at until_ms itself everything is looked at anyway
    uint32_t side = side_at(oracle, score, same_ms);
    if (other_ms <= same_ms || side_at(oracle, score, other_ms) == side)
        return;
    while (other_ms - same_ms > 1) {
        int64_t middle_ms = same_ms + (other_ms - same_ms) / 2;
        if (side_at(oracle, score, middle_ms) == side)
            same_ms = middle_ms;
        else
            other_ms = middle_ms;
    }
    offer(search, other_ms);
}

int64_t oracle_next_moment(struct oracle *oracle, int64_t until_ms)
{
    const struct workload_rules *rules = oracle->rules;
    const struct contact *contact = oracle_contact(oracle);
    struct search search = {oracle, contact->quiet_ms, until_ms + 1};
    oracle->now_ms = search.from_ms;
    if (search.from_ms >= until_ms)
        return NEVER;
    int64_t due_ms = oracle_run_due_ms(oracle); // that of one forgotten for a while has passed
    offer(&search, due_ms > search.from_ms ? due_ms : search.from_ms + 1);
    due_ms = oracle_timed_due_ms(oracle, until_ms); // that of a silence that was told of late, too
    offer(&search, due_ms > search.from_ms ? due_ms : search.from_ms + 1);
    offer_windows(&search);
    offer_segments(&search);
    each_live_part(&search, offer_clock);
    offer_all_stops(&search);
    for (uint32_t i = 0; i < rules->score_count; i++) {
        if (rules->scores[i].forget != WORKLOAD_KEEP)
            offer_score(&search, i);
    }
    for (uint32_t i = 0; i < rules->score_count; i++) {
        if (score_fading(rules, i) == FADES_COMBINED)
            offer_combined(&search, i);
    }
    return search.until_ms > until_ms ? NEVER : search.until_ms;
}

// --- letting it pass
static void fire(struct oracle *oracle, int64_t due_ms)
{
    static const struct workload_value nothing = {.kind = WORKLOAD_ABSENT};
    struct sim_text id = {NULL, 0, 0};
    sim_add_time(&id, due_ms);
    const struct workload_event timer = {
        .source = text_of("engaged"),
        .id = text_copy(&oracle->arena, sim_text_view(&id)),
        .type = text_of("timer"),
    };
    sim_text_free(&id);
    if (oracle->shape->clock == WORKLOAD_CLOCK_EVENT && due_ms > oracle->tick_ms)
        oracle->tick_ms = due_ms;
    oracle->event = &timer;
    oracle->index = UINT64_MAX;
    oracle->now_ms = due_ms;
    oracle->time_ms = due_ms;
    oracle->actions_here = 0;
    oracle->derived.count = 0;
    oracle->inputs++;
    oracle->data = &nothing;
    oracle_settle(oracle, 1);
    oracle_wake(oracle);
    if (!oracle->is_history)
        oracle_start_timed(oracle);
    oracle_settle(oracle, 1);
    if (!oracle->is_history)
        oracle_check_stops(oracle, 0);
    oracle_run_derived(oracle);
    oracle->event = NULL;
}

static void look_ahead(struct oracle *oracle, size_t contact, int64_t until_ms)
{
    struct contact *at = &oracle->contacts.at[contact];
    if (at->next_ms != NEVER || at->quiet_ms >= until_ms)
        return;
    oracle->contact = contact;
    at->next_ms = oracle_next_moment(oracle, until_ms);
    if (at->next_ms == NEVER)
        at->quiet_ms = until_ms;
}

// The earliest first, of equal ones the contact that was met first.
void oracle_let_pass(struct oracle *oracle, int64_t until_ms)
{
    for (;;) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < oracle->contacts.count; i++) {
            look_ahead(oracle, i, until_ms);
            if (oracle->contacts.at[i].next_ms <= until_ms &&
                (next == SIZE_MAX ||
                 oracle->contacts.at[i].next_ms < oracle->contacts.at[next].next_ms))
                next = i;
        }
        if (next == SIZE_MAX)
            return;
        oracle->contact = next;
        fire(oracle, oracle->contacts.at[next].next_ms);
    }
}
