#include "tools/engagectl/plan_enter.h"

#include "engine/fold/query_workflows.h"
#include "engine/fold/try_rules.h"
#include "engine/os/os_clock.h"

static int64_t runs_of(const struct run_places *places, struct bytes workflow)
{
    int64_t runs = 0;
    for (size_t i = 0; i < places->count; i++)
        if (bytes_equal(places->items[i].workflow, workflow))
            runs += (int64_t)places->items[i].runs;
    return runs;
}

// Runs that are there from a time when the workflow was in the rules before are none that begin.
static void add_runs(struct shard *shard, struct plan *plan, int64_t sign)
{
    struct run_places places = {.count = 0};
    run_places_find(shard, &places);
    for (size_t i = 0; i < plan->row_count; i++)
        if (plan->rows[i].has_existing)
            plan->rows[i].enter += sign * runs_of(&places, plan->rows[i].workflow);
    run_places_free(&places);
}

static enum err try_shard(
    struct shard *shard, const struct rule_bundle *bundle, struct plan *plan, struct fault *fault)
{
    struct diagnostics list = {0};
    struct ruleset *ruleset = NULL;
    struct clock clock = os_clock();
    enum err err = ruleset_compile(bundle, &list, &ruleset);
    diagnostics_free(&list);
    if (err != ERR_OK)
        return fault_set(fault, err, "the rules do not compile");
    add_runs(shard, plan, -1);
    err = shard_try_ruleset(shard, ruleset, clock.ops->wall_ms(clock.self), fault);
    if (err == ERR_OK)
        add_runs(shard, plan, 1);
    return err;
}

static void set_enter(struct plan *plan, int64_t enter)
{
    for (size_t i = 0; i < plan->row_count; i++)
        if (plan->rows[i].has_existing)
            plan->rows[i].enter = enter;
}

void plan_count_enter(struct plan_data *data, const struct rule_bundle *bundle, struct plan *plan)
{
    struct fault fault = {.err = ERR_OK};
    enum err err = ERR_OK;
    bool is_wanted = false;
    for (size_t i = 0; i < plan->row_count; i++)
        is_wanted = is_wanted || plan->rows[i].has_existing;
    if (!is_wanted || !plan_data_open(data, PLAN_UNKNOWN_ENTER))
        return;
    set_enter(plan, 0);
    const struct shard_set *set = &data->asking.set;
    for (size_t i = 0; i < set->count && err == ERR_OK; i++)
        err = try_shard(set->shards[i], bundle, plan, &fault);
    if (err != ERR_OK) {
        (void)fault_set(&fault, err, "%s", fault.text);
        data->faults[PLAN_UNKNOWN_ENTER] = fault;
        set_enter(plan, PLAN_UNKNOWN);
    }
}
