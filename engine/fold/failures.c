#include "engine/fold/failures.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { ITEM_UNKNOWN = 0, ITEM_OTHER = UINT16_MAX };
_Static_assert((int)FAILURES_MAX < (int)ITEM_OTHER, "an item and 1 fit in 16 bits");

void failures_bind(struct failures *failures, const struct ruleset *ruleset)
{
    free(failures->item_of);
    failures->expression_count = ruleset_expression_count(ruleset);
    failures->item_of = mem_zero(failures->expression_count + 1, sizeof(uint16_t));
}

// The item of that name, and 1; ITEM_OTHER when there is none and no room for one.
static uint16_t item_find_or_add(struct failures *failures, struct bytes name)
{
    for (uint32_t i = 0; i < failures->count; i++) {
        if (bytes_equal_text(name, failures->items[i].rule))
            return (uint16_t)(i + 1);
    }
    if (failures->count == FAILURES_MAX)
        return ITEM_OTHER;
    if (failures->count == failures->cap) {
        failures->cap = failures->cap == 0 ? 16 : failures->cap * 2;
        failures->items = mem_resize(failures->items, failures->cap * sizeof(*failures->items));
    }
    failures->items[failures->count] = (struct failure){.rule = mem_text(name.data, name.len)};
    return (uint16_t)++failures->count;
}

void failures_count(
    struct failures *failures,
    const struct rule_expression *expression,
    const char *why,
    struct event_ref ref)
{
    INVARIANT(failures->item_of != NULL);
    uint16_t *item_of = &failures->item_of[expression->index];
    if (*item_of == ITEM_UNKNOWN)
        *item_of = item_find_or_add(failures, expression->name);
    if (*item_of == ITEM_OTHER) {
        failures->others++;
        return;
    }
    struct failure *failure = &failures->items[*item_of - 1];
    failure->count++;
    failure->why = why;
    failure->ref = ref;
}

void failures_forget(struct failures *failures)
{
    for (uint32_t i = 0; i < failures->count; i++)
        free(failures->items[i].rule);
    failures->count = 0;
    failures->others = 0;
    for (size_t i = 0; i < failures->expression_count; i++)
        failures->item_of[i] = ITEM_UNKNOWN;
}

void failures_free(struct failures *failures)
{
    failures_forget(failures);
    free(failures->items);
    free(failures->item_of);
    *failures = (struct failures){.count = 0};
}

uint64_t failures_total(const struct failures *failures)
{
    uint64_t total = failures->others;
    for (uint32_t i = 0; i < failures->count; i++)
        total += failures->items[i].count;
    return total;
}

const char *failure_why(struct cel_value value, const char *otherwise)
{
    if (value.kind != CEL_ERROR)
        return otherwise;
    if (value.as.error == NULL)
        return "scores read each other too deep";
    switch (value.as.error->code) {
    case CEL_ERROR_NO_KEY: return "no such key";
    case CEL_ERROR_NO_OVERLOAD: return "values of types that do not go together";
    case CEL_ERROR_OVERFLOW: return "out of range";
    case CEL_ERROR_DIVISION: return "division by zero";
    case CEL_ERROR_ARGUMENT: return "a value that a function refuses";
    case CEL_ERROR_UNBOUND: return "a name without a value";
    case CEL_ERROR_COST: return "too many steps";
    }
    return otherwise;
}
