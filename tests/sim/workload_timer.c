// Drawing what starts workflows by time, and printing it.
#include "tests/sim/workload_flow.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    INT64_C(86400000)

#define ALL_DAYS UINT32_C(0xfffffffe)

enum { ALL_MONTHS = 0x1ffe, ALL_WEEKDAYS = 127, ALL_HOURS = 0xffffff };

enum workload_starter draw_starter(const struct rules_draw *from, uint32_t number)
{
    static const uint32_t weights[] = {70, 8, 10, 12};
    struct draw draw = part_draw(from, "starter", number);
    if (from->is_plain)
        return WORKLOAD_ON_EVENT;
    return (enum workload_starter)sim_random_pick(&draw.random, weights, 4);
}

// --- dates
static void draw_zone(struct draw *draw, struct workload_time *time)
{
    static const char *const zones[] = {"contact", "account",          "Europe/Berlin",
                                        "+07:00",  "America/New_York", "No/Where"};
    if (sim_random_chance(&draw->random, 600))
        time->zone = text_of(zones[sim_random_below(&draw->random, 6)]);
}

static void draw_date(const struct rules_draw *from, struct draw *draw, struct workload_time *time)
{
    const struct workload_rules *rules = from->rules;
    struct sim_random *random = &draw->random;
    bool is_created = sim_random_chance(random, 400);
    for (uint32_t i = 0; i < rules->field_count && !is_created; i++) {
        bool is_day = rules->fields[i].type == WORKLOAD_TYPE_DATE;
        if (!is_day && rules->fields[i].type != WORKLOAD_TYPE_TIMESTAMP)
            continue;
        time->field = rules->fields[i].name;
        time->is_day = is_day;
    }
    time->is_yearly = sim_random_chance(random, time->field.len > 0 ? 800 : 300);
    time->has_at = sim_random_chance(random, 500);
    time->minute = (uint32_t)sim_random_below(random, 96) * 15;
    draw_zone(draw, time);
    if (time->is_day || time->is_yearly || time->has_at)
        time->offset_ms = sim_random_between(random, -40, 40) * DAY_MS;
    else
        time->offset_ms = draw_span(from, random);
    if (sim_random_chance(random, 200))
        time->offset_ms = 0;
}

static void print_date(const struct workload_time *time, struct sim_text *to)
{
    sim_add_chars(to, "{date: {field: contact.");
    sim_add(to, time->field.len == 0 ? text_of("created") : time->field);
    sim_add_chars(to, time->is_yearly ? ", every: year" : "");
    if (time->offset_ms != 0) {
        sim_add_chars(to, time->offset_ms < 0 ? ", before: " : ", after: ");
        span_print(time->offset_ms < 0 ? -time->offset_ms : time->offset_ms, to);
    }
    if (time->has_at)
        sim_add_format(to, ", at: \"%02u:%02u\"", time->minute / 60, time->minute % 60);
}

// --- schedules
// One of a range, or two of it, as text and as bits.
static uint64_t draw_numbers(struct draw *draw, struct sim_text *to, unsigned first, unsigned count)
{
    unsigned one = first + (unsigned)sim_random_below(&draw->random, count);
    unsigned other = first + (unsigned)sim_random_below(&draw->random, count);
    if (one == other || sim_random_chance(&draw->random, 500)) {
        sim_add_format(to, "%u ", one);
        return UINT64_C(1) << one;
    }
    sim_add_format(to, "%u,%u ", one, other);
    return UINT64_C(1) << one | UINT64_C(1) << other;
}

static uint64_t draw_each(struct draw *draw, struct sim_text *to)
{
    static const unsigned every[] = {1, 5, 15, 7};
    unsigned by = every[sim_random_below(&draw->random, 4)];
    uint64_t bits = 0;
    if (by == 1)
        sim_add_chars(to, "* ");
    else
        sim_add_format(to, "*/%u ", by);
    for (unsigned i = 0; i < 60; i += by)
        bits |= UINT64_C(1) << i;
    return bits;
}

static uint32_t draw_weekdays(struct draw *draw, struct sim_text *to)
{
    static const char *const texts[] = {"mon-fri", "sun", "0", "7", "tue,sat", "6-7"};
    static const uint32_t bits[] = {31, 64, 64, 64, 34, 96};
    size_t at = sim_random_below(&draw->random, 6);
    sim_add_chars(to, texts[at]);
    return bits[at];
}

enum period { EACH_MINUTES, EACH_HOUR, EACH_DAY, EACH_WEEK, EACH_MONTH, EACH_YEAR, PERIODS };

// Not so often that time is full of it.
static enum period draw_period(const struct rules_draw *from, struct draw *draw)
{
    static const int64_t periods_ms[PERIODS] = {MINUTE_MS, 30 * MINUTE_MS, DAY_MS / 2,
                                                DAY_MS,    7 * DAY_MS,     150 * DAY_MS};
    enum { TIMES_MAX = 60 };
    int first = 0;
    while (first < EACH_YEAR && from->horizon_ms / periods_ms[first] > TIMES_MAX)
        first++;
    return (enum period)sim_random_between(
        &draw->random, first, first + 2 < PERIODS ? first + 2 : EACH_YEAR);
}

static struct workload_cron draw_cron(const struct rules_draw *from, struct draw *draw)
{
    struct sim_text text = {NULL, 0, 0};
    struct workload_cron cron = {
        .hours = ALL_HOURS, .days = ALL_DAYS, .months = ALL_MONTHS, .weekdays = ALL_WEEKDAYS};
    enum period period = draw_period(from, draw);
    cron.minutes =
        period == EACH_MINUTES ? draw_each(draw, &text) : draw_numbers(draw, &text, 0, 60);
    if (period >= EACH_DAY)
        cron.hours =
            (uint32_t)draw_numbers(draw, &text, 0, sim_random_chance(&draw->random, 500) ? 4 : 24);
    else
        sim_add_chars(&text, "* ");
    if (period >= EACH_MONTH)
        cron.days = (uint32_t)draw_numbers(draw, &text, 1, period == EACH_YEAR ? 29 : 31);
    else
        sim_add_chars(&text, "* ");
    if (period == EACH_YEAR)
        cron.months = (uint32_t)draw_numbers(draw, &text, 1, 12);
    else
        sim_add_chars(&text, "* ");
    bool has_weekdays =
        period == EACH_WEEK || (period > EACH_WEEK && sim_random_chance(&draw->random, 300));
    if (has_weekdays)
        cron.weekdays = draw_weekdays(draw, &text);
    else
        sim_add_byte(&text, '*');
    cron.is_either_day = has_weekdays && period >= EACH_MONTH;
    cron.text = text_copy(from->arena, sim_text_view(&text));
    sim_text_free(&text);
    return cron;
}

static void draw_schedule(
    const struct rules_draw *from, struct draw *draw, struct workload_time *time)
{
    const struct workload_rules *rules = from->rules;
    time->cron = draw_cron(from, draw);
    draw_zone(draw, time);
    if (rules->segment_count > 0 && sim_random_chance(&draw->random, 600))
        time->segment = rules->segments[sim_random_below(&draw->random, rules->segment_count)].name;
}

static void print_schedule(const struct workload_time *time, struct sim_text *to)
{
    sim_add_chars(to, "{schedule: {cron: \"");
    sim_add(to, time->cron.text);
    sim_add_byte(to, '"');
    if (time->segment.len > 0) {
        sim_add_chars(to, ", each: segment.");
        sim_add(to, time->segment);
    }
}

// ---
void draw_time_trigger(
    const struct rules_draw *from, uint32_t number, struct workload_workflow *flow)
{
    struct draw draw = part_draw(from, "time", number);
    struct workload_time *time = &flow->time;
    flow->starter = draw_starter(from, number);
    switch (flow->starter) {
    case WORKLOAD_ON_EVENT: return;
    case WORKLOAD_ON_DATE: draw_date(from, &draw, time); break;
    case WORKLOAD_ON_SCHEDULE: draw_schedule(from, &draw, time); break;
    case WORKLOAD_ON_IDLE: break;
    }
    if (flow->starter != WORKLOAD_ON_IDLE) {
        flow->on = text_of("timer.due");
        return;
    }
    enum workload_type ignored;
    flow->on = draw_triggers(&draw, from, false);
    time->for_ms = draw_span(from, &draw.random);
    struct expr_scope scope = {.from = from, .event = on_event(from, flow->on)};
    if (sim_random_chance(&draw.random, 500))
        time->per = draw_kept(&draw, &scope, &ignored);
}

void idle_print(const struct workload_workflow *flow, struct sim_text *to)
{
    sim_add(to, flow->name);
    sim_add_byte(to, ' ');
    sim_add(to, flow->on);
    if (flow->time.per != NULL)
        expression_print(flow->time.per, to);
    sim_add_byte(to, '\n');
}

void time_trigger_print(const struct workload_workflow *flow, struct sim_text *to)
{
    const struct workload_time *time = &flow->time;
    if (flow->starter == WORKLOAD_ON_IDLE) {
        sim_add_chars(to, "{idle: {of: ");
        sim_add(to, flow->on);
        sim_add_chars(to, ", for: ");
        span_print(time->for_ms, to);
        if (time->per != NULL) {
            sim_add_chars(to, ", per: ");
            expression_print(time->per, to);
        }
    } else if (flow->starter == WORKLOAD_ON_DATE) {
        print_date(time, to);
    } else {
        print_schedule(time, to);
    }
    if (time->zone.len > 0) {
        sim_add_chars(to, ", zone: ");
        sim_add_json_text(to, time->zone);
    }
    sim_add_chars(to, "}}");
}
