#include "rules/compile_time_trigger.h"

#include "engine/base/hash.h"
#include "rules/compile_expression.h"
#include "rules/compile_flow.h"
#include "rules/compile_history.h"
#include "rules/compile_triggers.h"

#define DAY_MS        INT64_C(86400000)
#define OFFSET_MS_MAX (3653 * DAY_MS) // ten years
#define IDLE_MS_MAX   (3653 * DAY_MS)
#define IDLE_SEED     UINT64_C(0x69646c65) // "idle"

static event_type timer_type(const struct compiler *compiler)
{
    return catalog_find(compiler->ruleset->catalog, BYTES_LITERAL(TRIGGER_TYPE));
}

// --- date
static bool is_time(const struct field_def *field)
{
    return field->type == DATA_DATE || field->type == DATA_TIMESTAMP;
}

// No field of a time is called so.
static void report_unknown_field(
    struct compiler *compiler, const struct yaml_node *node, struct bytes name)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const char *known[SYMBOLS_NAMED_MAX];
    size_t count = 0;
    for (size_t i = 0; i < ruleset->field_count && count < SYMBOLS_NAMED_MAX; i++) {
        if (diagnostics_is_full(compiler->list))
            break;
        if (is_time(&ruleset->fields[i]))
            known[count++] = (const char *)ruleset->fields[i].name.data; // a copy ends with a 0
    }
    diagnostic_add_unknown(
        compiler->list, DIAGNOSTIC_E0203, yaml_place(node),
        &(struct unknown_word){"field of a contact", name, known, count});
}

static bool compile_field(
    struct compiler *compiler, const struct yaml_node *node, struct time_trigger *time)
{
    static const char before[] = "contact.";
    const size_t len = sizeof(before) - 1;
    const struct ruleset *ruleset = compiler->ruleset;
    struct bytes text;
    if (!yaml_to_text(node, "'field'", compiler->list, &text))
        return false;
    struct bytes name = {NULL, 0};
    if (text.len > len && memcmp(text.data, before, len) == 0)
        name = bytes_of(text.data + len, text.len - len);
    if (bytes_equal_text(name, "created")) {
        time->field = TRIGGER_FIELD_CREATED;
        return true;
    }
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_FIELD], name);
    bool is_known = symbol != NULL && symbol->index < ruleset->field_count;
    const struct field_def *field = is_known ? &ruleset->fields[symbol->index] : NULL;
    if (field != NULL && bytes_equal(field->name, name)) { // else its definition was refused
        if (is_time(field)) {
            time->field = (uint32_t)symbol->index;
            time->is_day = field->type == DATA_DATE;
            return true;
        }
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
            "'%.*s' is %s: expected a field of a date or a timestamp", compile_shown_len(name),
            (const char *)name.data, data_type_name(field->type));
        return false;
    }
    if (name.len == 0)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0203, yaml_place(node),
            "expected a field of the contact, such as contact.birthday, or contact.created");
    else
        report_unknown_field(compiler, node, name);
    return false;
}

static void compile_offset(
    struct compiler *compiler, const struct yaml_node *node, struct time_trigger *time)
{
    static const struct yaml_range range = {"a time before or after a date", 1, OFFSET_MS_MAX};
    const struct yaml_node *before = yaml_get(node, "before");
    const struct yaml_node *after = yaml_get(node, "after");
    const struct yaml_node *offset = before != NULL ? before : after;
    if (before != NULL && after != NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(after),
            "a date has 'before' or 'after', not both");
    if (offset == NULL || !yaml_to_duration(offset, &range, compiler->list, &time->offset_ms))
        return;
    if (time->offset_ms % DAY_MS != 0 && (time->is_day || time->has_at || time->is_yearly))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0403, yaml_place(offset),
            "expected whole days, such as 3d: 'at' gives the time of day");
    if (offset == before)
        time->offset_ms = -time->offset_ms;
}

static void compile_date(
    struct compiler *compiler, const struct yaml_entry *entry, struct workflow_def *workflow)
{
    static const char *const spans[] = {"year"};
    static const struct yaml_words words = {"'every'", spans, 1};
    struct time_trigger *time = &workflow->time;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_TRIGGER_DATE);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *field =
        compile_required(compiler, entry->value, "field", yaml_place(entry->key), keys);
    const struct yaml_node *every = yaml_get(entry->value, "every");
    const struct yaml_node *at = yaml_get(entry->value, "at");
    size_t word = 0;
    if (field == NULL || !compile_field(compiler, field, time))
        return;
    time->is_yearly = every != NULL && yaml_to_word(every, &words, compiler->list, &word);
    time->has_at = at != NULL && compile_time_of_day(compiler, at, "'at'", &time->at_minute);
    compile_offset(compiler, entry->value, time);
    (void)compile_zone(compiler, yaml_get(entry->value, "zone"), &time->zone);
    workflow->trigger = TRIGGER_DATE;
    workflow->on = timer_type(compiler);
}

// --- schedule
static bool compile_cron(
    struct compiler *compiler, const struct yaml_node *node, struct time_trigger *time)
{
    struct bytes text;
    struct cron_problem problem;
    if (!yaml_to_text(node, "'cron'", compiler->list, &text))
        return false;
    if (cron_parse(text, &time->cron, &problem))
        return true;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0241,
        yaml_place_shown(compiler->list, node, problem.begin, problem.end), "expected %s",
        problem.expected);
    return false;
}

static bool compile_each(
    struct compiler *compiler, const struct yaml_node *node, struct time_trigger *time)
{
    static const char before[] = "segment.";
    const size_t len = sizeof(before) - 1;
    const struct ruleset *ruleset = compiler->ruleset;
    struct bytes text;
    time->segment = TRIGGER_EVERY_CONTACT;
    if (node == NULL)
        return true;
    if (!yaml_to_text(node, "'each'", compiler->list, &text))
        return false;
    if (bytes_equal_text(text, "contact"))
        return true;
    struct bytes name = {NULL, 0};
    if (text.len > len && memcmp(text.data, before, len) == 0)
        name = bytes_of(text.data + len, text.len - len);
    struct symbols *segments = &compiler->symbols[SYMBOL_SEGMENT];
    const struct symbol *symbol = symbols_find(segments, name);
    bool is_known = symbol != NULL && symbol->index < ruleset->segment_count;
    if (is_known && bytes_equal(ruleset->segments[symbol->index].name, name)) {
        time->segment = (uint32_t)symbol->index;
        return true;
    }
    size_t known_count = 0;
    const char *const *known = symbols_names(segments, &compiler->scratch, &known_count);
    if (name.len == 0)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0203, yaml_place(node),
            "expected contact, or a segment, such as segment.unassigned");
    else
        diagnostic_add_unknown(
            compiler->list, DIAGNOSTIC_E0203, yaml_place(node),
            &(struct unknown_word){"segment", name, known, known_count});
    return false;
}

static void compile_schedule(
    struct compiler *compiler, const struct yaml_entry *entry, struct workflow_def *workflow)
{
    struct time_trigger *time = &workflow->time;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_TRIGGER_SCHEDULE);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *cron =
        compile_required(compiler, entry->value, "cron", yaml_place(entry->key), keys);
    time->zone.of = ZONE_OF_ACCOUNT;
    (void)compile_zone(compiler, yaml_get(entry->value, "zone"), &time->zone);
    bool is_good = compile_each(compiler, yaml_get(entry->value, "each"), time);
    if (cron == NULL || !compile_cron(compiler, cron, time) || !is_good)
        return;
    workflow->trigger = TRIGGER_SCHEDULE;
    workflow->on = timer_type(compiler);
}

// --- idle
static void compile_idle(
    struct compiler *compiler, const struct yaml_entry *entry, struct workflow_def *workflow)
{
    static const struct yaml_range range = {"'for'", 1, IDLE_MS_MAX};
    struct time_trigger *time = &workflow->time;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_TRIGGER_IDLE);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *of =
        compile_required(compiler, entry->value, "of", yaml_place(entry->key), keys);
    const struct yaml_node *span =
        compile_required(compiler, entry->value, "for", yaml_place(entry->key), keys);
    const struct yaml_node *per = yaml_get(entry->value, "per");
    bool is_good = span != NULL && yaml_to_duration(span, &range, compiler->list, &time->for_ms);
    event_type on = EVENT_TYPE_UNKNOWN;
    if (of == NULL || !compile_triggers(compiler, of, "'of'", &on) || !is_good)
        return;
    if (per != NULL)
        time->per = compile_expression(compiler, per, "'per'", on, EXPRESSION_KEY);
    workflow->trigger = TRIGGER_IDLE;
    workflow->on = on;
    time->is_from_now = compile_from_now(compiler, entry->value);
    time->idle_hash = compile_hash(of) + (per == NULL ? 0 : hash_mix(compile_hash(per)));
    if (!time->is_from_now && !workflow->is_pinned) // no run begins with one of before
        compiler->ruleset->history_hash +=
            hash_mix(time->idle_hash + hash_u64(workflow->name, IDLE_SEED));
}

void compile_time_trigger(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const struct {
        const char *key;
        void (*compile)(
            struct compiler *compiler,
            const struct yaml_entry *entry,
            struct workflow_def *workflow);
    } kinds[] = {{"date", compile_date}, {"schedule", compile_schedule}, {"idle", compile_idle}};
    if (compile_keys(compiler, node, SECTION_TRIGGER) != KEYS_GOOD)
        return;
    if (node->count != 1) {
        diagnostic_add(
            compiler->list, node->count == 0 ? DIAGNOSTIC_E0204 : DIAGNOSTIC_E0215,
            yaml_place(node), "'on' is an event, or one of date, schedule and idle");
        return;
    }
    struct yaml_entry entry = yaml_first_entry(node);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bytes_equal_text(yaml_text(entry.key), kinds[i].key))
            kinds[i].compile(compiler, &entry, workflow);
    }
}
