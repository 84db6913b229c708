// Compiles `counters`: what they count, of which events, within which time.
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compile_triggers.h"
#include "rules/compiler.h"

#define WITHIN_MS_MAX INT64_C(31557600000000) // a thousand years

static const struct {
    const char *key;
    enum counter_kind kind;
    enum expression_use use;
} kinds[] = {
    {"count", COUNTER_COUNT, EXPRESSION_VALUE}, {"sum", COUNTER_SUM, EXPRESSION_NUMBER},
    {"min", COUNTER_MIN, EXPRESSION_NUMBER},    {"max", COUNTER_MAX, EXPRESSION_NUMBER},
    {"avg", COUNTER_AVG, EXPRESSION_NUMBER},    {"first", COUNTER_FIRST, EXPRESSION_VALUE},
    {"last", COUNTER_LAST, EXPRESSION_VALUE},   {"distinct", COUNTER_DISTINCT, EXPRESSION_DISTINCT},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

// Which of the kinds the mapping is; KIND_COUNT after a diagnostic.
static size_t find_kind(
    struct compiler *compiler, const struct yaml_entry *entry, enum keys_result keys)
{
    size_t found = KIND_COUNT;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct yaml_node *key = yaml_get_key(entry->value, kinds[i].key);
        if (key == NULL)
            continue;
        if (found != KIND_COUNT) {
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0215, yaml_place(key),
                "a counter is one of '%s' and '%s', not both", kinds[found].key, kinds[i].key);
            return KIND_COUNT;
        }
        found = i;
    }
    if (found == KIND_COUNT && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(entry->key),
            "one of count, sum, min, max, avg, first, last, distinct is missing here");
    return found;
}

static void compile_kind(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    size_t kind,
    enum keys_result keys,
    struct counter_def *counter)
{
    const struct yaml_node *value = yaml_get(entry->value, kinds[kind].key);
    counter->kind = kinds[kind].kind;
    if (counter->kind == COUNTER_COUNT) {
        (void)compile_triggers(compiler, value, "'count'", &counter->on);
        const struct yaml_node *key = yaml_get_key(entry->value, "on");
        if (key != NULL)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0215, yaml_place(key),
                "'count' names the events already");
        return;
    }
    const struct yaml_node *on =
        compile_required(compiler, entry->value, "on", yaml_place(entry->key), keys);
    if (on == NULL || !compile_triggers(compiler, on, "'on'", &counter->on))
        return;
    counter->value =
        compile_expression(compiler, value, kinds[kind].key, counter->on, kinds[kind].use);
}

static void compile_counter(struct compiler *compiler, const struct yaml_entry *entry)
{
    static const struct yaml_range within_range = {"'within'", 1, WITHIN_MS_MAX};
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->counter_count;
    if (!compile_define(compiler, SYMBOL_COUNTER, entry->key, NAME_FORM_PLAIN, index))
        return;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_COUNTER);
    if (keys == KEYS_WRONG)
        return;
    struct counter_def counter = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, entry->value, "label"),
        .index = (uint32_t)index,
        .on = EVENT_TYPE_UNKNOWN,
        .is_from_now = compile_from_now(compiler, entry->value),
        .hash = compile_hash(entry->value),
        .place = compile_place(compiler, entry->key),
    };
    compile_owner(compiler, "counters", counter.name);
    size_t kind = find_kind(compiler, entry, keys);
    if (kind != KIND_COUNT)
        compile_kind(compiler, entry, kind, keys, &counter);
    const struct yaml_node *condition = yaml_get(entry->value, "if");
    const struct yaml_node *within = yaml_get(entry->value, "within");
    if (condition != NULL)
        counter.condition =
            compile_expression(compiler, condition, "'if'", counter.on, EXPRESSION_COUNTED);
    if (within != NULL)
        (void)yaml_to_duration(within, &within_range, compiler->list, &counter.within_ms);
    ruleset->counters =
        compile_grow(ruleset->counters, &ruleset->counter_cap, index, sizeof(counter));
    ruleset->counters[ruleset->counter_count++] = counter;
}

void compile_counters(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'counters'", compile_counter);
}
