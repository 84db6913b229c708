// Points given and taken by hand, and the withdrawal of events.
#include <math.h>

#include "engine/fold/fold.h"
#include "engine/fold/live.h"
#include "engine/fold/scoring.h"
#include "projections/ledger.h"
#include "projections/limits.h"

#define ADJUSTMENT_MAX 1e12 // points

// Thousandths of a number; false when it is none, or beyond bounds.
static bool milli_of(struct value value, int64_t *milli_out)
{
    double real = 0;
    if (value.kind == VALUE_INT)
        real = (double)value.as.integer;
    else if (value.kind == VALUE_DOUBLE)
        real = value.as.real;
    else
        return false;
    if (!(real >= -ADJUSTMENT_MAX && real <= ADJUSTMENT_MAX)) // a NaN neither
        return false;
    *milli_out = (int64_t)round(real * 1000); // half away from zero
    return true;
}

void fold_adjust_points(struct fold *fold, const struct event *event)
{
    struct value score_name = value_member(event->data, BYTES_LITERAL("score"));
    struct value add = value_member(event->data, BYTES_LITERAL("add"));
    struct value set = value_member(event->data, BYTES_LITERAL("set"));
    bool is_set = set.kind != VALUE_ABSENT && set.kind != VALUE_NULL;
    int64_t milli = 0;
    const struct score_def *score = NULL;
    if (score_name.kind == VALUE_TEXT)
        score = ruleset_score_find(fold->ruleset, score_name.as.text);
    if (score == NULL || score->combine != NULL || !milli_of(is_set ? set : add, &milli)) {
        fold->counts.fields_refused++;
        return;
    }
    uint32_t index = (uint32_t)(score - ruleset_score(fold->ruleset, 0));
    if (is_set) // what is beneath min and max becomes the number, now
        milli -= fold_score_value(fold, index, fold->now_ms).beneath_milli;
    const struct ledger_entry entry = {
        .score = fold->binding.scores[index],
        .rule = fold_rule_name(fold, score->name, ADJUSTMENT_RULE),
        .ref = fold->ref,
        .event_key = fold_event_key(fold, event->source, event->id),
        .count = 1,
        .time_ms = is_set ? fold->now_ms : fold->time_ms,
        .points_milli = milli,
    };
    fold_add_entry(fold, &entry);
}

// Of a rule that there is no more: LIMIT_MERGE.
static enum limit_mode limit_mode_of(const struct fold *fold, struct name_id rule)
{
    uint32_t index = name_index_find(&fold->binding.rule_of_name, rule);
    return index == NAME_INDEX_NONE ? LIMIT_MERGE
                                    : fold_limit_mode(&ruleset_rule(fold->ruleset, index)->limit);
}

// An entry of a withdrawn event is gone.
static void give_back(void *context, const struct ledger_entry *entry)
{
    struct fold *fold = context;
    live_mark_score(fold, entry->score);
    if (entry->limit_key != 0)
        limit_give_back(fold->state, fold->contact, entry, limit_mode_of(fold, entry->rule));
}

void fold_retract(struct fold *fold, const struct event *event)
{
    struct value id = value_member(event->data, BYTES_LITERAL("event"));
    struct value source = value_member(event->data, BYTES_LITERAL("source"));
    struct bytes of = source.kind == VALUE_TEXT ? source.as.text : event->source;
    if (id.kind != VALUE_TEXT || id.as.text.len == 0) {
        fold->counts.fields_refused++;
        return;
    }
    uint64_t key = fold_event_key(fold, of, id.as.text);
    uint32_t count = ledger_withdraw(fold->state, fold->contact, key, give_back, fold);
    fold->counts.entries_withdrawn += count;
    if (count == 0)
        fold->counts.withdrawals_unmatched++;
}
