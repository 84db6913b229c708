#include "tests/fakes/run_counts_check.h"

#include "engine/fold/run.h"
#include "engine/fold/shard_internal.h"
#include "projections/contacts.h"

#include "tests/support/suite.h"

// Runs of a workflow that wait: at the step of that hash, or at any.
static uint64_t count_waiting(
    struct fold *fold, const struct workflow_def *workflow, const uint32_t *hash)
{
    uint64_t waiting = 0;
    for (uint64_t number = 1; number <= contacts_count(fold->state); number++) {
        uint32_t count = 0;
        fold->contact = (struct contact_number){number};
        const struct run *runs = runs_read(fold, workflow, &count);
        for (uint32_t i = 0; i < count; i++)
            waiting += !runs[i].has_ended && (hash == NULL || runs[i].at_hash == *hash);
        arena_clear(&fold->arena);
    }
    return waiting;
}

static void ck_sum(const struct run_count *count, const char *of)
{
    ck_assert_msg(
        count->entered == count->waiting + count->done + count->stopped + count->failed,
        "%s: entered %u, waiting %u, done %u, stopped %u, failed %u", of, (unsigned)count->entered,
        (unsigned)count->waiting, (unsigned)count->done, (unsigned)count->stopped,
        (unsigned)count->failed);
}

static void ck_workflow(struct fold *fold, const struct workflow_count *item)
{
    uint32_t index = name_index_find(&fold->binding.workflow_of_name, item->name);
    if (index == NAME_INDEX_NONE)
        return; // the rules have it no more
    const struct workflow_def *workflow = ruleset_workflow(fold->ruleset, index);
    ck_sum(&item->runs, "a workflow");
    ck_assert_uint_eq(item->runs.waiting, count_waiting(fold, workflow, NULL));
    for (uint32_t i = 0; i < item->step_count; i++) {
        ck_sum(&item->steps[i].count, item->steps[i].id);
        ck_assert_uint_eq(
            item->steps[i].count.waiting, count_waiting(fold, workflow, &item->steps[i].hash));
    }
}

void ck_run_counts(struct shard *shard)
{
    for (uint32_t i = 0; i < shard->fold.run_counts.count; i++)
        ck_workflow(&shard->fold, &shard->fold.run_counts.items[i]);
}
