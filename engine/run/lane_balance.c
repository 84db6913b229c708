// Holds what a lane's parts counted against each other.
#include "engine/run/lane_balance.h"

#define SHOWN_US (INT64_C(60) * 1000 * 1000) // long enough to be scraped a few times

void lane_balance_facts(const struct lane *lane, struct balance_facts *out)
{
    *out = (struct balance_facts){.confirmed = lane->confirmed};
    for (size_t i = 0; i < lane->inlet_count; i++)
        out->polled += lane->inlets[i].polled;
    out->polled -= lane->hand.count - lane->hand.next;
    shard_flow(lane->shard, &out->flow);
}

static void say_broken(const struct lane *lane, const struct balance_facts *facts, unsigned broken)
{
    for (enum balance balance = 0; balance < BALANCE_COUNT; balance++) {
        struct balance_sides sides = balance_sides(facts, balance);
        if ((broken & 1U << balance) != 0)
            DIAG(
                &lane->runtime->log, DIAG_ERROR,
                "what was counted does not add up, the shard stops reading and publishing",
                DIAG_NUM("shard", lane->number), DIAG_TEXT("balance", balance_name(balance)),
                DIAG_NUM("came", sides.came), DIAG_NUM("found", sides.found));
    }
}

bool lane_balance_holds(struct lane *lane, int64_t now_us)
{
    struct runtime *runtime = lane->runtime;
    unsigned broken = atomic_load_explicit(&lane->broken, memory_order_relaxed);
    if (broken == 0) {
        struct balance_facts facts;
        lane_balance_facts(lane, &facts);
        broken = balance_check(&facts);
        if (broken == 0)
            return true;
        atomic_store(&lane->broken, broken);
        lane->broken_us = now_us;
        say_broken(lane, &facts, broken);
    }
    bool is_seen = now_us - lane->broken_us > SHOWN_US;
    if (is_seen || runtime->is_once || atomic_load(&runtime->is_stopping)) {
        struct fault fault = {.err = ERR_STATE};
        (void)fault_set(&fault, ERR_STATE, "shard %u: see the line above", lane->number);
        runtime_fail(runtime, EXIT_CODE_INTERNAL, "what was counted does not add up", &fault);
    }
    return false;
}
