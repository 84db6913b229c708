// Compiles `wait` and windows of days and hours.
#include "engine/base/local_time.h"
#include "engine/base/time.h"
#include "engine/base/zone.h"
#include "rules/compile_flow.h"
#include "rules/compile_triggers.h"

#define DAY_MS      INT64_C(86400000)
#define WAIT_MS_MAX (3653 * DAY_MS) // ten years

enum { MINUTES_OF_DAY = 24 * 60, ALL_DAYS = 0x7f };

// "HH:MM"; 24:00 only where it may be an end.
static bool parse_minute(struct bytes text, uint32_t *out)
{
    if (text.len != 5 || text.data[2] != ':')
        return false;
    for (size_t i = 0; i < 5; i++) {
        if (i != 2 && (text.data[i] < '0' || text.data[i] > '9'))
            return false;
    }
    uint32_t hour = (uint32_t)(text.data[0] - '0') * 10 + (uint32_t)(text.data[1] - '0');
    uint32_t minute = (uint32_t)(text.data[3] - '0') * 10 + (uint32_t)(text.data[4] - '0');
    *out = hour * 60 + minute;
    return minute < 60 && *out <= MINUTES_OF_DAY;
}

bool compile_time_of_day(
    struct compiler *compiler, const struct yaml_node *node, const char *what, uint32_t *out)
{
    struct bytes text;
    if (!yaml_to_text(node, what, compiler->list, &text))
        return false;
    if (parse_minute(text, out) && *out < MINUTES_OF_DAY)
        return true;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
        "%s must be a time of day such as \"09:00\"", what);
    return false;
}

// --- windows
static bool compile_day(struct compiler *compiler, const struct yaml_node *node, uint32_t *days)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const struct yaml_words words = {"a day", names, 7};
    size_t day = 0;
    if (!yaml_to_word(node, &words, compiler->list, &day))
        return false;
    *days |= 1U << day;
    return true;
}

static bool compile_days(struct compiler *compiler, const struct yaml_node *node, uint32_t *days)
{
    *days = 0;
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'days'", compiler->list))
        return false;
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "a window needs a day at least");
        return false;
    }
    bool is_good = true;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        is_good = compile_day(compiler, item, days) && is_good;
    return is_good;
}

static bool compile_hours(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_window *out)
{
    struct bytes text;
    if (!yaml_to_text(node, "'hours'", compiler->list, &text))
        return false;
    bool is_good = text.len == 11 && text.data[5] == '-' &&
                   parse_minute(bytes_of(text.data, 5), &out->start_minute) &&
                   parse_minute(bytes_of(text.data + 6, 5), &out->stop_minute) &&
                   out->start_minute < MINUTES_OF_DAY && out->start_minute != out->stop_minute;
    if (!is_good)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
            "'hours' must be two different times such as \"08:00-20:00\"");
    return is_good;
}

bool compile_zone(struct compiler *compiler, const struct yaml_node *node, struct zone_choice *out)
{
    struct bytes text;
    int32_t ahead_s;
    if (node == NULL)
        return true;
    if (!yaml_to_text(node, "'zone'", compiler->list, &text))
        return false;
    if (bytes_equal_text(text, "contact")) {
        *out = (struct zone_choice){.of = ZONE_OF_CONTACT};
        return true;
    }
    if (bytes_equal_text(text, "account")) {
        *out = (struct zone_choice){.of = ZONE_OF_ACCOUNT};
        return true;
    }
    if (local_zone_parse(text, &ahead_s) || zone_name_is_fit(text)) {
        *out = (struct zone_choice){ZONE_NAMED, compile_copy(compiler, text)};
        return true;
    }
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
        "'zone' must be contact, account or a time zone such as Asia/Ho_Chi_Minh or +07:00");
    return false;
}

bool compile_window(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum section section,
    struct workflow_window *out)
{
    enum keys_result keys = compile_keys(compiler, node, section);
    if (keys == KEYS_WRONG)
        return false;
    const struct yaml_node *days = yaml_get(node, "days");
    const struct yaml_node *hours = yaml_get(node, "hours");
    const struct yaml_node *zone = yaml_get(node, "zone");
    *out = (struct workflow_window){.days = ALL_DAYS, .stop_minute = MINUTES_OF_DAY};
    if (days == NULL && hours == NULL && keys == KEYS_GOOD) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(node), "%s needs 'days' or 'hours'",
            section == SECTION_QUIET ? "'quiet'" : "a window");
        return false;
    }
    bool is_good = keys == KEYS_GOOD;
    if (days != NULL)
        is_good = compile_days(compiler, days, &out->days) && is_good;
    if (hours != NULL)
        is_good = compile_hours(compiler, hours, out) && is_good;
    is_good = compile_zone(compiler, zone, &out->zone) && is_good;
    return is_good;
}

// --- waits
static bool wait_duration(
    struct compiler *compiler, const struct yaml_node *node, const char *what, int64_t *out_ms)
{
    const struct yaml_range range = {what, 1, WAIT_MS_MAX};
    return yaml_to_duration(node, &range, compiler->list, out_ms);
}

// 1d at "09:00"
static void compile_wait_time(
    struct compiler *compiler, const struct yaml_node *node, struct step_wait *wait)
{
    static const char at_word[] = " at ";
    const size_t word_len = sizeof(at_word) - 1;
    struct bytes text = yaml_text(node);
    wait->kind = WAIT_TIME;
    size_t at = 0;
    while (at + word_len <= text.len && memcmp(text.data + at, at_word, word_len) != 0)
        at++;
    if (at + word_len > text.len) {
        (void)wait_duration(compiler, node, "'wait'", &wait->ms);
        return;
    }
    struct bytes time = bytes_of(text.data + at + word_len, text.len - at - word_len);
    if (time.len == 7 && time.data[0] == '"' && time.data[6] == '"')
        time = bytes_of(time.data + 1, 5);
    wait->has_at = true;
    bool is_good = duration_parse(bytes_of(text.data, at), &wait->ms) &&
                   parse_minute(time, &wait->at_minute) && wait->at_minute < MINUTES_OF_DAY;
    if (!is_good)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0403, yaml_place(node),
            "'wait' must be a duration such as 36h, or one with a time of day: 1d at \"09:00\"");
    else if (wait->ms > WAIT_MS_MAX)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0402, yaml_place(node), "'wait' is at most ten years");
}

static void compile_wait_event(
    struct flow *flow, const struct yaml_node *node, const struct yaml_node *on, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct step_wait *wait = &flow->steps[at].wait;
    const struct yaml_node *condition = yaml_get(node, "if");
    const struct yaml_node *at_most = yaml_get(node, "at_most");
    const struct yaml_node *already = yaml_get(node, "already");
    wait->kind = WAIT_EVENT;
    wait->on = EVENT_TYPE_UNKNOWN;
    if (at_most != NULL)
        (void)wait_duration(compiler, at_most, "'at_most'", &wait->ms);
    if (already != NULL) {
        const struct step_expression about_contact = {
            .on = EVENT_TYPE_UNKNOWN, .run_on = flow->workflow->on, .use = EXPRESSION_CONDITION};
        wait->already = compile_step_expression(compiler, already, "'already'", &about_contact);
    }
    if (!compile_triggers(compiler, on, "'for'", &wait->on) || condition == NULL)
        return;
    const struct step_expression as = {
        .on = wait->on, .run_on = flow->workflow->on, .use = EXPRESSION_CONDITION};
    wait->condition = compile_step_expression(compiler, condition, "'if'", &as);
}

static void compile_wait_mapping(struct flow *flow, const struct yaml_node *node, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct step_wait *wait = &flow->steps[at].wait;
    enum keys_result keys = compile_keys(compiler, node, SECTION_STEP_WAIT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *on = yaml_get(node, "for");
    const struct yaml_node *until = yaml_get(node, "until");
    const struct yaml_node *window = yaml_get(node, "window");
    int given = (on != NULL) + (until != NULL) + (window != NULL);
    bool has_more = yaml_get(node, "if") != NULL || yaml_get(node, "at_most") != NULL ||
                    yaml_get(node, "already") != NULL;
    if (given != 1 || (has_more && on == NULL)) {
        if (keys == KEYS_GOOD)
            diagnostic_add(
                compiler->list, given == 0 ? DIAGNOSTIC_E0204 : DIAGNOSTIC_E0215, yaml_place(node),
                "'wait' has one of 'for' (with 'if', 'already' and 'at_most'), 'until' and "
                "'window'");
    } else if (on != NULL) {
        compile_wait_event(flow, node, on, at);
    } else if (until != NULL) {
        wait->kind = WAIT_UNTIL;
        wait->until = flow_expression(flow, until, "'until'", EXPRESSION_TIME);
    } else {
        wait->kind = WAIT_WINDOW;
        (void)compile_window(compiler, window, SECTION_WINDOW, &wait->window);
    }
}

void compile_wait(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct bytes text;
    const struct yaml_node *then = yaml_get_key(node, "then");
    const struct yaml_node *otherwise = yaml_get_key(node, "else");
    if (entry->value->kind == YAML_KIND_MAPPING)
        compile_wait_mapping(flow, entry->value, at);
    else if (yaml_to_text(entry->value, "'wait'", compiler->list, &text))
        compile_wait_time(compiler, entry->value, &flow->steps[at].wait);
    if ((then == NULL && otherwise == NULL) || flow->steps[at].wait.kind == WAIT_EVENT)
        return;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0215, yaml_place(then != NULL ? then : otherwise),
        "'%s' is for a 'wait' for an event", then != NULL ? "then" : "else");
}
