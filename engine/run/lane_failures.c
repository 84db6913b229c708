#include "engine/run/lane_failures.h"

#include "engine/fold/failures.h"

void lane_failures_tell(struct lane *lane)
{
    const struct failures *failures = shard_failures(lane->shard);
    for (; lane->failures_told < failures->count; lane->failures_told++) {
        const struct failure *failure = &failures->items[lane->failures_told];
        DIAG(
            &lane->runtime->log, DIAG_WARN,
            "an expression of the rules failed and did not match; it is counted from now on",
            DIAG_NUM("shard", lane->number), DIAG_TEXT("rule", failure->rule),
            DIAG_TEXT("reason", failure->why),
            DIAG_NUM("sequence", event_ref_sequence(failure->ref)),
            DIAG_NUM("index", event_ref_index(failure->ref)));
    }
}
