#include "tools/engagectl/plan_pins.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/shard.h"
#include "rules/pins.h"

struct checking {
    const struct ruleset *after;
    struct arena *arena;
    struct plan *plan;
};

static bool is_always_live(void *context, struct bytes workflow, uint64_t version)
{
    (void)context;
    (void)workflow;
    (void)version;
    return true;
}

static void refuse(const struct checking *checking, const struct pin_refusal *refusal)
{
    struct plan *plan = checking->plan;
    for (size_t i = 0; i < plan->row_count; i++) {
        struct plan_row *row = &plan->rows[i];
        if (row->outcome == PLAN_STAYS && row->version == refusal->version &&
            bytes_equal_text(row->workflow, refusal->workflow))
            plan_unpin(
                plan, checking->after, row,
                arena_text(checking->arena, bytes_text(refusal->reason)));
    }
}

static void check(const struct checking *checking, const struct ruleset *before)
{
    const struct pin_question question = {
        .next = checking->after, .before = before, .is_live = is_always_live};
    struct pinning pinning;
    pins_find(&question, &pinning);
    for (size_t i = 0; i < pinning.refusal_count; i++)
        refuse(checking, &pinning.refusals[i]);
    ruleset_destroy(pinning.ruleset);
    pinning_free(&pinning);
}

void plan_check_pins(
    struct asking *asking,
    const struct plan_question *question,
    const struct ruleset *before,
    struct arena *arena,
    struct plan *plan)
{
    const struct ruleset *after = question->after;
    bool knows_runs = question->shard_count > 0;
    const struct checking checking = {after, arena, plan};
    bool is_wanted = false;
    for (size_t i = 0; i < plan->row_count; i++)
        is_wanted = is_wanted || plan->rows[i].outcome == PLAN_STAYS;
    if (!is_wanted)
        return;
    if (!knows_runs) {
        check(&checking, before);
        return;
    }
    // Runs that are there have versions of their own, which other rules that are compared with do not tell.
    if (asking->set.count == 0 && ask_shards(asking) != EXIT_CODE_DONE)
        return; // it has said why
    for (size_t i = 0; i < asking->set.count; i++)
        check(&checking, shard_ruleset(asking->set.shards[i]));
}
