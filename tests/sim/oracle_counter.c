// Counters: all events that each of them counted, looked through again whenever one is asked.
#include <math.h>

#include "tests/sim/oracle_internal.h"

__extension__ typedef __int128 wide;

#define NUMBER_MOST 1e27
#define BILLION     1000000000

static bool is_sum(enum workload_counter_kind kind)
{
    return kind == WORKLOAD_SUM || kind == WORKLOAD_AVG;
}

static bool is_of_numbers(enum workload_counter_kind kind)
{
    return is_sum(kind) || kind == WORKLOAD_MIN || kind == WORKLOAD_MAX;
}

static bool can_be_kept(const struct workload_counter *counter, struct said value)
{
    if (counter->kind == WORKLOAD_COUNT)
        return true;
    if (!is_of_numbers(counter->kind))
        return value.kind != SAID_ERROR &&
               (value.kind != SAID_OTHER || counter->kind == WORKLOAD_DISTINCT);
    return (value.kind == SAID_INT || value.kind == SAID_DOUBLE) &&
           fabs(said_number(value)) <= NUMBER_MOST;
}

// What has left its window never counts again, as time goes on only.
static void drop_what_has_left(struct oracle *oracle, const struct workload_counter *counter)
{
    struct contact *contact = oracle_contact(oracle);
    size_t kept = 0;
    for (size_t i = 0; i < contact->counted.count; i++) {
        struct counted counted = contact->counted.at[i];
        bool has_left = counter->within_ms > 0 && text_equal(counted.counter, counter->name) &&
                        oracle->now_ms - counted.time_ms >= counter->within_ms;
        if (!has_left)
            contact->counted.at[kept++] = counted;
    }
    contact->counted.count = kept;
}

// Of a value that is told apart only when it was seen last matters: one that is there already is not written down again.
static bool is_seen_again(
    struct oracle *oracle, const struct workload_counter *counter, struct said value)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; counter->kind == WORKLOAD_DISTINCT && i < contact->counted.count; i++) {
        struct counted *counted = &contact->counted.at[i];
        if (!text_equal(counted->counter, counter->name) || !said_is_same(counted->value, value))
            continue;
        if (counted->time_ms < oracle->time_ms)
            counted->time_ms = oracle->time_ms;
        return true;
    }
    return false;
}

void oracle_count(struct oracle *oracle, struct text type)
{
    const struct workload_rules *rules = oracle->rules;
    for (uint32_t i = 0; i < rules->counter_count; i++) {
        const struct workload_counter *counter = &rules->counters[i];
        struct said value = {.kind = SAID_ERROR};
        if (!on_is(counter->on, type) ||
            (counter->condition != NULL && !oracle_is_true(oracle, counter->condition)))
            continue;
        if (counter->value != NULL)
            value = oracle_say(oracle, counter->value);
        if (!can_be_kept(counter, value))
            continue;
        drop_what_has_left(oracle, counter);
        if (is_seen_again(oracle, counter, value))
            continue;
        value.text = text_copy(&oracle->arena, value.text);
        struct counted *counted = list_add(&oracle_contact(oracle)->counted);
        *counted = (struct counted){counter->name, oracle->time_ms, value};
    }
}

// --- asking
struct asked {
    const struct workload_counter *counter;
    const struct contact *contact;
    int64_t now_ms;
};

static const struct counted *counted_at(const struct asked *asked, size_t index)
{
    const struct counted *counted = &asked->contact->counted.at[index];
    bool is_within = asked->counter->within_ms == 0 ||
                     asked->now_ms - counted->time_ms < asked->counter->within_ms;
    return is_within && text_equal(counted->counter, asked->counter->name) ? counted : NULL;
}

static int64_t count_all(const struct asked *asked)
{
    int64_t count = 0;
    for (size_t i = 0; i < asked->contact->counted.count; i++)
        count += counted_at(asked, i) != NULL;
    return count;
}

static int64_t count_different(const struct asked *asked)
{
    int64_t count = 0;
    for (size_t i = 0; i < asked->contact->counted.count; i++) {
        const struct counted *counted = counted_at(asked, i);
        bool is_first = counted != NULL;
        for (size_t j = 0; j < i && is_first; j++) {
            const struct counted *earlier = counted_at(asked, j);
            is_first = earlier == NULL || !said_is_same(earlier->value, counted->value);
        }
        count += is_first;
    }
    return count;
}

// Of the greatest or least number; of the last or first, where equal times go by arrival.
static const struct counted *find_best(const struct asked *asked)
{
    const struct counted *best = NULL;
    for (size_t i = 0; i < asked->contact->counted.count; i++) {
        const struct counted *counted = counted_at(asked, i);
        bool is_better = best == NULL;
        if (counted == NULL)
            continue;
        if (!is_better && asked->counter->kind == WORKLOAD_FIRST)
            is_better = counted->time_ms < best->time_ms;
        else if (!is_better && asked->counter->kind == WORKLOAD_LAST)
            is_better = counted->time_ms >= best->time_ms;
        else if (!is_better && asked->counter->kind == WORKLOAD_MIN)
            is_better = said_number(counted->value) < said_number(best->value);
        else if (!is_better)
            is_better = said_number(counted->value) > said_number(best->value);
        best = is_better ? counted : best;
    }
    return best;
}

// Sums are exact to the billionth.
static double add_up(const struct asked *asked)
{
    wide sum = 0;
    for (size_t i = 0; i < asked->contact->counted.count; i++) {
        const struct counted *counted = counted_at(asked, i);
        if (counted == NULL)
            continue;
        double number = said_number(counted->value);
        double whole = trunc(number);
        sum += (wide)whole * BILLION + (wide)llround((number - whole) * BILLION);
    }
    const wide exact = (wide)1 << 53;
    if (sum > -exact && sum < exact)
        return (double)(int64_t)sum / BILLION;
    return (double)(sum / BILLION) + (double)(int64_t)(sum % BILLION) / BILLION;
}

static struct said say_double(double real)
{
    return (struct said){.kind = SAID_DOUBLE, .real = real};
}

struct said oracle_counter(struct oracle *oracle, struct text name)
{
    const struct workload_counter *counter = oracle->rules->counters;
    while (!text_equal(counter->name, name))
        counter++; // the rules compile, so it is there
    const struct asked asked = {counter, oracle_contact(oracle), oracle->now_ms};
    const struct counted *best = NULL;
    int64_t count = count_all(&asked);
    switch (counter->kind) {
    case WORKLOAD_COUNT: return (struct said){.kind = SAID_INT, .integer = count};
    case WORKLOAD_DISTINCT:
        return (struct said){.kind = SAID_INT, .integer = count_different(&asked)};
    case WORKLOAD_SUM: return say_double(add_up(&asked));
    case WORKLOAD_AVG:
        if (count == 0)
            return (struct said){.kind = SAID_ERROR};
        return say_double(add_up(&asked) / (double)count);
    case WORKLOAD_MIN:
    case WORKLOAD_MAX:
    case WORKLOAD_FIRST:
    case WORKLOAD_LAST: break;
    }
    best = find_best(&asked);
    if (best == NULL)
        return (struct said){.kind = SAID_ERROR};
    return is_of_numbers(counter->kind) ? say_double(said_number(best->value)) : best->value;
}
