#include "engine/fold/prefetch.h"

#include "engine/fold/fold.h"
#include "rules/expression.h"

enum { SCORES_PREFETCHED = 4 };

void fold_prefetch(const struct fold *fold, struct contact_number contact)
{
    if (fold->ruleset == NULL || contact.value == 0)
        return;
    live_prefetch(&fold->live, contact);
    const size_t scores = ruleset_score_count(fold->ruleset);
    for (uint32_t score = 0; score < scores && score < SCORES_PREFETCHED; score++) {
        const struct score_def *def = ruleset_score(fold->ruleset, score);
        if (score_fade_serves(def))
            fades_prefetch(&fold->fades, (struct fade_key){contact, score});
        if (def->state_rule_count > 0)
            state_sums_prefetch(&fold->state_sums, contact, score);
    }
}

enum { RULES_PREFETCHED = 8, CACHE_LINE_BYTES = 64 };

static uint32_t prefetched_count(const struct candidates *candidates)
{
    return candidates->count < RULES_PREFETCHED ? candidates->count : RULES_PREFETCHED;
}

void rules_prefetch(const struct candidates *candidates, const struct match_list *match)
{
    for (uint32_t i = 0; i < prefetched_count(candidates); i++) {
        const uint8_t *rule = (const uint8_t *)match->rules[candidates->places[i]];
        for (size_t at = 0; at < sizeof(struct score_rule); at += CACHE_LINE_BYTES)
            __builtin_prefetch(rule + at);
    }
}

void rules_prefetch_conditions(const struct candidates *candidates, const struct match_list *match)
{
    for (uint32_t i = 0; i < prefetched_count(candidates); i++)
        __builtin_prefetch(match->rules[candidates->places[i]]->condition);
}

void rules_prefetch_conjuncts(const struct candidates *candidates, const struct match_list *match)
{
    for (uint32_t i = 0; i < prefetched_count(candidates); i++) {
        const struct rule_expression *condition = match->rules[candidates->places[i]]->condition;
        const uint8_t *conjuncts = condition == NULL ? NULL : (const uint8_t *)condition->conjuncts;
        if (conjuncts == NULL)
            continue;
        __builtin_prefetch(conjuncts);
        __builtin_prefetch(conjuncts + CACHE_LINE_BYTES);
    }
}
