#include "engine/fold/evaluate.h"

#include <math.h>

#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/fold/counter.h"
#include "engine/fold/fold.h"
#include "engine/fold/scoring.h"
#include "rules/conjunction.h"

#define POINTS_MAX 1e6
#define NUMBER_MAX 1e27 // of a counter

static const struct cel_value nothing = {.kind = CEL_ERROR};

int64_t fold_clock_ms(const struct fold *fold)
{
    const struct expressions *expressions = &fold->expressions;
    return expressions->clock_ms != NULL && expressions->depth <= 1 ? *expressions->clock_ms
                                                                    : fold->now_ms;
}

const struct cel_host *fold_expression_host(struct fold *fold)
{
    struct cel_host *host = &fold->expressions.host;
    int64_t now_ms = fold_clock_ms(fold);
    host->now_s = now_ms / 1000 - (now_ms % 1000 < 0);
    return host;
}

// The value is valid until the next evaluation as deep as this one.
static struct cel_value run(struct fold *fold, const struct cel_program *program)
{
    struct expressions *expressions = &fold->expressions;
    if (expressions->depth == EXPRESSION_DEPTH_MAX)
        return nothing;
    int64_t outer_now_s = expressions->host.now_s; // of the expression that asks for a score
    struct cel_eval *eval = &expressions->evals[expressions->depth++];
    eval->host = fold_expression_host(fold);
    struct cel_value value = cel_run(eval, program, 0);
    expressions->depth--;
    expressions->host.now_s = outer_now_s;
    return value;
}

void fold_failed(
    struct fold *fold,
    const struct rule_expression *expression,
    struct cel_value value,
    const char *why)
{
    fold->trace.failed = expression;
    if (!fold->is_tried)
        failures_count(&fold->failures, expression, failure_why(value, why), fold->ref);
}

struct counter_place fold_counter_place(const struct fold *fold, uint32_t counter)
{
    return (struct counter_place){
        fold->state, fold->contact, fold->binding.counters[counter],
        ruleset_counter(fold->ruleset, counter)};
}

// --- conditions of simple parts
static enum told told_of(bool is_true)
{
    return is_true ? TOLD_TRUE : TOLD_FALSE;
}

static enum told told_of_data(const struct conjunct *conjunct, struct value value)
{
    bool is_there = value.kind != VALUE_ABSENT && value.kind != VALUE_NULL;
    if (conjunct->is_asked_for && !is_there)
        return TOLD_FALSE;
    switch (conjunct->kind) {
    case CONJUNCT_HAS: return told_of(is_there);
    case CONJUNCT_TEXT:
        return value.kind == VALUE_TEXT ? told_of(bytes_equal(value.as.text, conjunct->text))
                                        : UNTOLD;
    case CONJUNCT_NUMBER:
        if (value.kind == VALUE_INT)
            return told_of(comparison_holds(&conjunct->comparison, (double)value.as.integer));
        if (value.kind == VALUE_DOUBLE)
            return told_of(comparison_holds(&conjunct->comparison, value.as.real));
        return UNTOLD;
    case CONJUNCT_COUNTER:
    case CONJUNCT_SCORE: break;
    }
    return UNTOLD;
}

static enum told told_of_counter(struct fold *fold, const struct comparison *comparison)
{
    const struct counter_place place = fold_counter_place(fold, comparison->member);
    struct cel_value value;
    if (!counter_value(&place, fold->now_ms, NULL, &value)) // no text, so nothing is allocated
        return UNTOLD;
    double real = value.kind == CEL_INT ? (double)value.as.integer : value.as.real;
    return told_of(comparison_holds(comparison, real));
}

// Asked from within the condition, as its program would.
static enum told told_of_score(struct fold *fold, const struct comparison *comparison)
{
    struct expressions *expressions = &fold->expressions;
    if (expressions->depth == EXPRESSION_DEPTH_MAX)
        return UNTOLD;
    int64_t outer_now_s = expressions->host.now_s;
    (void)fold_expression_host(fold);
    expressions->depth++;
    int64_t milli = fold_score_value(fold, comparison->member, fold->now_ms).shown_milli;
    expressions->depth--;
    expressions->host.now_s = outer_now_s;
    return told_of(comparison_holds(comparison, (double)milli / 1000.0));
}

// As && is: what is false decides, whatever the others are and though they fail. UNTOLD: the program says it.
static enum told told_of_conjuncts(struct fold *fold, const struct rule_expression *condition)
{
    enum told all = TOLD_TRUE;
    for (uint32_t i = 0; i < condition->conjunct_count; i++) {
        const struct conjunct *conjunct = &condition->conjuncts[i];
        enum told told;
        if (conjunct->kind == CONJUNCT_COUNTER)
            told = told_of_counter(fold, &conjunct->comparison);
        else if (conjunct->kind == CONJUNCT_SCORE)
            told = told_of_score(fold, &conjunct->comparison);
        else
            told = told_of_data(conjunct, value_member(fold->expressions.values, conjunct->member));
        if (told == TOLD_FALSE)
            return TOLD_FALSE;
        if (told == UNTOLD)
            all = UNTOLD;
    }
    return all;
}

bool fold_condition(struct fold *fold, const struct rule_expression *condition)
{
    if (condition->conjunct_count > 0) {
        enum told told = told_of_conjuncts(fold, condition);
        if (told != UNTOLD)
            return told == TOLD_TRUE;
    }
    struct cel_value value = run(fold, condition->program);
    if (value.kind == CEL_BOOL)
        return value.as.boolean;
    fold_failed(fold, condition, value, NO_TRUTH);
    return false;
}

struct cel_value fold_value(struct fold *fold, const struct rule_expression *expression)
{
    struct cel_value value = run(fold, expression->program);
    if (value.kind == CEL_ERROR)
        fold_failed(fold, expression, value, NO_VALUE);
    return value;
}

struct cel_value fold_value_if_any(struct fold *fold, const struct rule_expression *expression)
{
    struct cel_value value = run(fold, expression->program);
    if (value.kind != CEL_ERROR)
        return value;
    if (value.as.error == NULL || value.as.error->code != CEL_ERROR_NO_KEY)
        fold_failed(fold, expression, value, NO_VALUE);
    return cel_null();
}

static double real_of(struct cel_value value)
{
    switch (value.kind) {
    case CEL_INT: return (double)value.as.integer;
    case CEL_UINT: return (double)value.as.unsigned_integer;
    case CEL_DOUBLE: return value.as.real;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_STRING:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: break;
    }
    return NAN;
}

bool fold_points(struct fold *fold, const struct rule_expression *points, int64_t *milli_out)
{
    struct cel_value value = run(fold, points->program);
    double real = real_of(value);
    if (!(real >= -POINTS_MAX && real <= POINTS_MAX)) { // a NaN neither
        fold_failed(fold, points, value, NO_POINTS);
        return false;
    }
    *milli_out = (int64_t)round(real * 1000); // half away from zero
    return true;
}

// Equal values have equal hashes, numbers across their types; kept in stores, so it never changes.
static uint64_t value_hash_of(struct cel_eval *eval, struct cel_value value, uint64_t seed)
{
    uint64_t hash = hash_mix(seed + (uint64_t)value.kind);
    switch (value.kind) {
    case CEL_BOOL:
        return value_hash((struct value){.kind = VALUE_BOOL, .as.boolean = value.as.boolean}, seed);
    case CEL_INT: return value_hash(value_int(value.as.integer), seed);
    case CEL_UINT:
        if (value.as.unsigned_integer <= INT64_MAX)
            return value_hash(value_int((int64_t)value.as.unsigned_integer), seed);
        return value_hash(
            (struct value){.kind = VALUE_UINT, .as.unsigned_integer = value.as.unsigned_integer},
            seed);
    case CEL_DOUBLE: return value_hash(value_double(value.as.real), seed);
    case CEL_STRING: return value_hash(value_text(value.as.text), seed);
    case CEL_BYTES: return hash_u64(value.as.text, hash);
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return hash_mix(
            hash + hash_mix((uint64_t)value.as.seconds + hash_mix((uint64_t)value.nanos)));
    case CEL_LIST:
        for (size_t i = 0; i < value.as.list->count; i++) // no deeper than CEL_NESTING_MAX
            hash = hash_mix(hash + value_hash_of(eval, cel_list_at(eval, value.as.list, i), seed));
        return hash;
    case CEL_MAP:
        for (size_t i = 0; i < cel_map_count(eval, value.as.map); i++) {
            struct cel_value name, member;
            cel_map_at(eval, value.as.map, i, &name, &member);
            hash += hash_mix(
                value_hash_of(eval, name, seed) + hash_mix(value_hash_of(eval, member, seed)));
        }
        return hash;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_TYPE: break;
    }
    return value_hash((struct value){.kind = VALUE_ABSENT}, seed);
}

static uint64_t hash_of(struct fold *fold, struct cel_value value)
{
    return value_hash_of(&fold->expressions.evals[fold->expressions.depth], value, fold->seed);
}

uint64_t fold_key(struct fold *fold, const struct rule_expression *key)
{
    if (key->data_member.len > 0) {
        struct value value = value_member(fold->expressions.values, key->data_member);
        if (value.kind == VALUE_NULL)
            value.kind = VALUE_ABSENT;
        return value_hash(value, fold->seed);
    }
    return hash_of(fold, run(fold, key->program));
}

// Of text that is told apart as it came.
static bool distinct_text(
    struct fold *fold, const struct counter_def *counter, struct counted *counted_out)
{
    struct bytes member = counter->value->data_member;
    if (counter->kind != COUNTER_DISTINCT || member.len == 0)
        return false;
    struct value value = value_member(fold->expressions.values, member);
    if (value.kind != VALUE_TEXT)
        return false;
    counted_out->hash = value_hash(value, fold->seed);
    return true;
}

bool fold_counted(struct fold *fold, const struct counter_def *counter, struct counted *counted_out)
{
    if (distinct_text(fold, counter, counted_out))
        return true;
    struct cel_value value = run(fold, counter->value->program);
    bool is_good = false;
    switch (counter->kind) {
    case COUNTER_SUM:
    case COUNTER_MIN:
    case COUNTER_MAX:
    case COUNTER_AVG:
        counted_out->number = real_of(value);
        is_good = counted_out->number >= -NUMBER_MAX && counted_out->number <= NUMBER_MAX;
        break;
    case COUNTER_FIRST:
    case COUNTER_LAST:
        counted_out->value = value;
        is_good = counter_can_keep(value);
        break;
    case COUNTER_DISTINCT:
        is_good = value.kind != CEL_ERROR;
        if (is_good)
            counted_out->hash = hash_of(fold, value);
        break;
    case COUNTER_COUNT: is_good = true; break;
    }
    if (!is_good)
        fold_failed(fold, counter->value, value, NO_COUNT);
    return is_good;
}

bool fold_moment(struct fold *fold, const struct rule_moment *moment, int64_t *at_ms_out)
{
    struct cel_value value = run(fold, moment->program);
    if (value.kind != CEL_TIMESTAMP)
        return false;
    *at_ms_out = value.as.seconds * 1000 + value.nanos / 1000000;
    return *at_ms_out >= TIME_MS_MIN && *at_ms_out <= TIME_MS_MAX;
}
