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

// Marks the rows that stay and are of versions that these rules do not have; NULL: there are none. True where there are any.
static bool mark_unchecked(const struct checking *checking, const struct ruleset *before)
{
    bool has_any = false;
    for (size_t i = 0; i < checking->plan->row_count; i++) {
        struct plan_row *row = &checking->plan->rows[i];
        const struct workflow_def *old =
            before == NULL ? NULL : ruleset_workflow_find(before, row->workflow);
        row->is_unchecked =
            row->outcome == PLAN_STAYS && (old == NULL || old->hash != row->version);
        has_any = has_any || row->is_unchecked;
    }
    return has_any;
}

void plan_check_pins(
    struct plan_data *data,
    const struct ruleset *before,
    const struct ruleset *after,
    struct arena *arena,
    struct plan *plan)
{
    const struct checking checking = {after, arena, plan};
    const struct shard_set *set = &data->asking.set;
    check(&checking, before);
    // Runs that are there have versions of their own, of which rules that are compared with do not tell.
    if (!mark_unchecked(&checking, before) || !plan_data_open(data, PLAN_UNKNOWN_PINS))
        return;
    for (size_t i = 0; i < set->count; i++)
        check(&checking, shard_ruleset(set->shards[i]));
    for (size_t i = 0; i < plan->row_count; i++)
        plan->rows[i].is_unchecked = false;
}
