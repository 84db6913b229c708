// The equations that must hold between what the parts of a shard counted.
#include "engine/run/balance.h"

#include "engine/base/invariant.h"

const char *balance_name(enum balance balance)
{
    static const char *const names[BALANCE_COUNT] = {
        [BALANCE_READ] = "read",
        [BALANCE_FOLDED] = "folded",
        [BALANCE_ACTIONS] = "actions",
        [BALANCE_DEAD_LETTERS] = "dead_letters",
    };
    INVARIANT(balance < BALANCE_COUNT);
    return names[balance];
}

struct balance_sides balance_sides(const struct balance_facts *facts, enum balance balance)
{
    const struct shard_flow *flow = &facts->flow;
    switch (balance) {
    case BALANCE_READ: return (struct balance_sides){facts->polled, shard_flow_read(flow)};
    case BALANCE_FOLDED: return (struct balance_sides){flow->journalled, flow->folded};
    case BALANCE_ACTIONS:
        return (struct balance_sides){
            flow->decided + flow->actions_recalled,
            facts->confirmed.actions + flow->actions_waiting + flow->actions_dropped};
    case BALANCE_DEAD_LETTERS:
        return (struct balance_sides){
            flow->refused + flow->dead_letters_recalled,
            facts->confirmed.dead_letters + flow->dead_letters_waiting};
    case BALANCE_COUNT: break;
    }
    INVARIANT(!"a balance");
    return (struct balance_sides){0, 0};
}

unsigned balance_check(const struct balance_facts *facts)
{
    unsigned broken = 0;
    for (enum balance balance = 0; balance < BALANCE_COUNT; balance++) {
        struct balance_sides sides = balance_sides(facts, balance);
        if (sides.came != sides.found)
            broken |= 1U << balance;
    }
    return broken;
}
