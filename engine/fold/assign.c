#include "engine/fold/assign.h"

#include "engine/fold/contact_change.h"
#include "engine/fold/evaluate.h"
#include "engine/fold/fold.h"
#include "projections/contact_ask.h"
#include "projections/names.h"
#include "projections/owners.h"

// One who may have the contact.
struct candidate {
    const struct team_member *member;
    struct owner_id id;
    uint64_t owned;
};

static bool is_kept(struct fold *fold, const struct step_assign *assign)
{
    struct bytes team, person;
    contact_owner(fold->state, fold->contact, &team, &person);
    if (!assign->is_sticky || !bytes_equal(team, assign->team->name))
        return false;
    for (uint32_t i = 0; i < assign->team->member_count; i++) {
        const struct team_member *member = &assign->team->members[i];
        if (bytes_equal(member->name, person))
            return assign->person == NULL || assign->person == member;
    }
    return false; // it has left the team
}

// Whether the member may have the contact; its own does not fill it.
static bool is_available(struct fold *fold, struct candidate *out)
{
    struct owner_id now = contact_owner_id(fold->state, fold->contact);
    out->owned = owners_owned(fold->state, out->id);
    if (out->owned > 0 && now.team.value == out->id.team.value &&
        now.person.value == out->id.person.value)
        out->owned--;
    if (out->member->capacity > 0 && out->owned >= out->member->capacity)
        return false;
    return out->member->condition == NULL || fold_condition(fold, out->member->condition);
}

// In the order written, from another member on in each shard.
static uint32_t find_candidates(
    struct fold *fold, const struct step_assign *assign, struct candidate *out)
{
    const struct team_def *team = assign->team;
    struct name_id team_id = names_intern(fold->state, NAME_TEAM, team->name);
    uint32_t count = 0;
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct team_member *member = &team->members[(i + fold->shard) % team->member_count];
        out[count].member = member;
        out[count].id =
            (struct owner_id){team_id, names_intern(fold->state, NAME_PERSON, member->name)};
        bool is_meant = assign->person == NULL || assign->person == member;
        count += is_meant && is_available(fold, &out[count]) ? 1 : 0;
    }
    return count;
}

// Each of them comes nearer to its turn by its weight; who is the nearest has it, and goes back by what the others
// came nearer. So the turns of a weight are spread, and those who were away do not catch up.
static const struct candidate *next_in_turn(
    struct fold *fold, const struct candidate *candidates, uint32_t count)
{
    int64_t total = 0, most = 0;
    const struct candidate *next = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct candidate *each = &candidates[i];
        int64_t turn = owners_turn(fold->state, each->id) + each->member->weight;
        owners_set_turn(fold->state, each->id, turn);
        total += each->member->weight;
        if (next == NULL || turn > most) {
            next = each;
            most = turn;
        }
    }
    owners_set_turn(fold->state, next->id, most - total);
    return next;
}

static const struct candidate *least_loaded(const struct candidate *candidates, uint32_t count)
{
    const struct candidate *least = &candidates[0];
    for (uint32_t i = 1; i < count; i++) {
        const struct candidate *each = &candidates[i];
        if (each->owned * least->member->weight < least->owned * each->member->weight)
            least = each;
    }
    return least;
}

bool fold_assign(struct fold *fold, const struct step_assign *assign)
{
    if (is_kept(fold, assign))
        return true;
    struct candidate *candidates =
        arena_alloc(&fold->arena, assign->team->member_count * sizeof(*candidates));
    uint32_t count = find_candidates(fold, assign, candidates);
    if (count == 0)
        return false;
    const struct candidate *chosen = &candidates[0];
    if (assign->person == NULL)
        chosen = assign->by == ASSIGN_BY_LOAD ? least_loaded(candidates, count)
                                              : next_in_turn(fold, candidates, count);
    owners_note_handed(fold->state, chosen->id);
    fold_set_owner(fold, assign->team->name, chosen->member->name);
    return true;
}

const struct team_member *fold_next_in_turn(const struct fold *fold, const struct team_def *team)
{
    const struct state *state = fold->state;
    struct name_id team_id = names_find(state, NAME_TEAM, team->name);
    const struct team_member *next = NULL;
    int64_t most = 0;
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct team_member *member = &team->members[(i + fold->shard) % team->member_count];
        struct owner_id id = {team_id, names_find(state, NAME_PERSON, member->name)};
        bool is_known = id.team.value != 0 && id.person.value != 0;
        uint64_t owned = is_known ? owners_owned(state, id) : 0;
        int64_t turn = (is_known ? owners_turn(state, id) : 0) + member->weight;
        if ((member->capacity > 0 && owned >= member->capacity) || (next != NULL && turn <= most))
            continue;
        next = member;
        most = turn;
    }
    return next;
}
