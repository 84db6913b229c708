// Teams: who is given a contact, by asking all contacts for their owners.
#include "tests/sim/oracle_internal.h"

enum { MEMBERS_MAX = 8 };

// One who may have the contact.
struct candidate {
    const struct workload_member *member;
    uint32_t weight, owned; // owned: contacts other than this one
};

static const struct workload_team *find_team(const struct oracle *oracle, struct text name)
{
    const struct workload_team *team = oracle->rules->teams;
    while (!text_equal(team->name, name))
        team++; // the rules compile, so it is there
    return team;
}

static bool is_owner(const struct contact *contact, struct text team, struct text person)
{
    return text_equal(contact->team, team) && text_equal(contact->person, person);
}

static bool is_kept(
    struct oracle *oracle, const struct workload_team *team, const struct workload_assign *assign)
{
    const struct contact *contact = oracle_contact(oracle);
    bool is_member = false;
    for (uint32_t i = 0; i < team->member_count; i++)
        is_member = is_member || is_owner(contact, team->name, team->members[i].name);
    return is_member && !assign->is_loose &&
           (assign->person.len == 0 || text_equal(contact->person, assign->person));
}

static uint32_t find_candidates(
    struct oracle *oracle,
    const struct workload_team *team,
    const struct workload_assign *assign,
    struct candidate *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < team->member_count; i++) { // each shard begins with another one
        const struct workload_member *member =
            &team->members[(i + oracle->shard) % team->member_count];
        struct candidate candidate = {member, member->weight == 0 ? 1 : member->weight, 0};
        for (size_t j = 0; j < oracle->contacts.count; j++)
            candidate.owned +=
                j != oracle->contact && is_owner(&oracle->contacts.at[j], team->name, member->name);
        if ((assign->person.len > 0 && !text_equal(assign->person, member->name)) ||
            (member->capacity > 0 && candidate.owned >= member->capacity) ||
            (member->condition != NULL && !oracle_is_true(oracle, member->condition)))
            continue;
        out[count++] = candidate;
    }
    return count;
}

static int64_t *turn_of(struct oracle *oracle, struct text team, struct text person)
{
    for (size_t i = 0; i < oracle->turns.count; i++) {
        if (text_equal(oracle->turns.at[i].team, team) &&
            text_equal(oracle->turns.at[i].person, person))
            return &oracle->turns.at[i].ahead;
    }
    struct turn *turn = list_add(&oracle->turns);
    *turn = (struct turn){team, person, 0};
    return &turn->ahead;
}

// Each comes nearer by its weight; the nearest has it, and goes back by what all came nearer.
static uint32_t next_in_turn(
    struct oracle *oracle, struct text team, const struct candidate *all, uint32_t count)
{
    int64_t total = 0, most = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t *ahead = turn_of(oracle, team, all[i].member->name);
        *ahead += all[i].weight;
        total += all[i].weight;
        if (i == 0 || *ahead > most) {
            most = *ahead;
            next = i;
        }
    }
    *turn_of(oracle, team, all[next].member->name) -= total;
    return next;
}

static uint32_t least_loaded(const struct candidate *all, uint32_t count)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (all[i].owned * all[least].weight < all[least].owned * all[i].weight)
            least = i;
    }
    return least;
}

bool oracle_assign(struct oracle *oracle, const struct workload_step *step)
{
    const struct workload_team *team = find_team(oracle, step->of);
    struct candidate candidates[MEMBERS_MAX];
    struct contact *contact = oracle_contact(oracle);
    if (is_kept(oracle, team, &step->assign))
        return true;
    uint32_t count = find_candidates(oracle, team, &step->assign, candidates);
    if (count == 0)
        return false;
    uint32_t chosen = 0;
    if (step->assign.person.len == 0)
        chosen = step->assign.is_by_load ? least_loaded(candidates, count)
                                         : next_in_turn(oracle, team->name, candidates, count);
    contact->team = team->name;
    contact->person = candidates[chosen].member->name;
    return true;
}
