// Puts rules in force on a lane's shard.
#include "engine/run/lane_rules.h"

#include "engine/run/lane_timers.h"

void lane_put_in_force(struct lane *lane, const struct rules *rules)
{
    struct runtime *runtime = lane->runtime;
    struct fault fault = {.err = ERR_OK};
    uint64_t before = shard_sequence(lane->shard);
    fault.err = shard_activate(
        lane->shard, ruleset_hold(rules->ruleset), &rules->bundle, lane_clock_ms(lane), &fault);
    if (fault.err != ERR_OK)
        runtime_fail(
            runtime, exit_code_of(fault.err), "rules cannot be put in force", &fault);
    uint64_t sequence = shard_sequence(lane->shard);
    if (sequence == before)
        return;
    DIAG(
        &runtime->log, DIAG_INFO, "rules put in force", DIAG_NUM("shard", lane->number),
        DIAG_NUM("sequence", sequence), DIAG_HEX("ruleset", ruleset_hash(rules->ruleset)));
}
