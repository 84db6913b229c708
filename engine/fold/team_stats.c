#include "engine/fold/team_stats.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/assign.h"
#include "engine/fold/shard_internal.h"
#include "projections/owners.h"

// --- packed: how many teams; of each its name and how many people; of each the name, 1 where it is gone, and the numbers
struct packing {
    const struct fold *fold;
    const struct team_def *team;
    struct name_id team_id;
    uint32_t count;
    struct buffer people;
};

static void pack_person(struct packing *packing, const struct member_stat *stat)
{
    const uint64_t numbers[] = {stat->is_gone ? 1 : 0, stat->weight, stat->capacity,
                                stat->owned,           stat->handed, stat->next_in};
    packing->count++;
    buffer_add_sized(&packing->people, stat->person);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        buffer_add_varint(&packing->people, numbers[i]);
}

static void pack_member(struct packing *packing, const struct team_member *member, bool is_next)
{
    const struct state *state = packing->fold->state;
    struct owner_id id = {packing->team_id, names_find(state, NAME_PERSON, member->name)};
    struct member_stat stat = {
        .person = member->name,
        .weight = member->weight,
        .capacity = member->capacity,
        .next_in = is_next ? 1 : 0,
    };
    if (id.team.value != 0 && id.person.value != 0) { // else nobody had a contact of it
        stat.owned = owners_owned(state, id);
        stat.handed = owners_handed(state, id);
    }
    pack_person(packing, &stat);
}

static void pack_if_gone(void *context, struct owner_id owner)
{
    struct packing *packing = context;
    const struct state *state = packing->fold->state;
    struct member_stat stat = {.is_gone = true, .owned = owners_owned(state, owner)};
    if (owner.team.value != packing->team_id.value || owner.person.value == 0 || stat.owned == 0)
        return;
    stat.person = names_text(state, owner.person);
    stat.handed = owners_handed(state, owner);
    for (uint32_t i = 0; i < packing->team->member_count; i++)
        if (bytes_equal(packing->team->members[i].name, stat.person))
            return;
    pack_person(packing, &stat);
}

static void pack_team(struct buffer *to, const struct fold *fold, const struct team_def *team)
{
    struct packing packing = {
        .fold = fold,
        .team = team,
        .team_id = names_find(fold->state, NAME_TEAM, team->name),
    };
    const struct team_member *next = fold_next_in_turn(fold, team);
    for (uint32_t i = 0; i < team->member_count; i++)
        pack_member(&packing, &team->members[i], next == &team->members[i]);
    if (packing.team_id.value != 0)
        owners_each(fold->state, pack_if_gone, &packing);
    buffer_add_sized(to, team->name);
    buffer_add_varint(to, packing.count);
    buffer_add_bytes(to, buffer_bytes(&packing.people));
    buffer_free(&packing.people);
}

enum err team_stats_pack(const struct shard *shard, struct bytes name, struct buffer *to)
{
    const struct fold *fold = &shard->fold;
    size_t count = fold->ruleset == NULL ? 0 : ruleset_team_count(fold->ruleset);
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += name.len == 0 || bytes_equal(ruleset_team(fold->ruleset, i)->name, name) ? 1 : 0;
    if (found == 0 && name.len > 0)
        return ERR_MISSING;
    buffer_add_varint(to, found);
    for (size_t i = 0; i < count; i++)
        if (name.len == 0 || bytes_equal(ruleset_team(fold->ruleset, i)->name, name))
            pack_team(to, fold, ruleset_team(fold->ruleset, i));
    return ERR_OK;
}

// --- sums. Shards have the same rules but for a moment.
// Room for one more: twice as many when it is full.
static void *with_room(
    struct arena *arena, void *items, size_t count, size_t *cap, size_t item_bytes)
{
    if (count < *cap)
        return items;
    *cap = *cap == 0 ? 16 : *cap * 2;
    void *larger = arena_alloc(arena, *cap * item_bytes);
    if (count > 0)
        memcpy(larger, items, count * item_bytes);
    return larger;
}

static struct team_stat *team_for(struct team_stats *stats, struct arena *arena, struct bytes name)
{
    for (size_t i = 0; i < stats->count; i++) {
        if (bytes_equal(stats->items[i].name, name))
            return &stats->items[i];
    }
    stats->items = with_room(arena, stats->items, stats->count, &stats->cap, sizeof(*stats->items));
    stats->items[stats->count] = (struct team_stat){.name = name};
    return &stats->items[stats->count++];
}

// People are packed in the same order nearly everywhere, so that the one looked for is mostly at `hint`.
static struct member_stat *member_for(
    struct team_stat *team, struct arena *arena, struct bytes person, size_t hint)
{
    if (hint < team->member_count && bytes_equal(team->members[hint].person, person))
        return &team->members[hint];
    for (size_t i = 0; i < team->member_count; i++) {
        if (bytes_equal(team->members[i].person, person))
            return &team->members[i];
    }
    team->members = with_room(
        arena, team->members, team->member_count, &team->member_cap, sizeof(*team->members));
    team->members[team->member_count] = (struct member_stat){.person = person};
    return &team->members[team->member_count++];
}

static void add_team(struct team_stats *stats, struct arena *arena, struct cursor *from)
{
    struct team_stat *team = team_for(stats, arena, cursor_sized(from));
    uint64_t people = cursor_varint(from);
    for (uint64_t i = 0; i < people && !from->has_failed; i++) {
        struct member_stat *member = member_for(team, arena, cursor_sized(from), i);
        member->is_gone = cursor_varint(from) != 0;
        member->weight = cursor_varint(from);
        member->capacity = cursor_varint(from);
        member->owned += cursor_varint(from);
        member->handed += cursor_varint(from);
        member->next_in += cursor_varint(from);
    }
}

enum err team_stats_sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct team_stats *out)
{
    *out = (struct team_stats){.shard_count = count};
    for (size_t i = 0; i < count; i++) {
        struct cursor from = cursor_of(packed[i]);
        uint64_t teams = cursor_varint(&from);
        for (uint64_t j = 0; j < teams && !from.has_failed; j++)
            add_team(out, arena, &from);
        if (from.has_failed)
            return ERR_CORRUPT;
    }
    return ERR_OK;
}

// --- JSON
static void add_member(struct buffer *to, const struct member_stat *member)
{
    buffer_add_text(to, "{\"person\":");
    text_add_json(to, member->person);
    if (member->is_gone)
        buffer_add_text(to, ",\"gone\":true");
    else
        buffer_add_format(to, ",\"weight\":%" PRIu64, member->weight);
    if (member->capacity > 0)
        buffer_add_format(to, ",\"capacity\":%" PRIu64, member->capacity);
    buffer_add_format(
        to, ",\"contacts\":%" PRIu64 ",\"handed_over\":%" PRIu64 ",\"next_in\":%" PRIu64 "}",
        member->owned, member->handed, member->next_in);
}

void team_stats_add_json(struct buffer *to, const struct team_stats *stats)
{
    buffer_add_format(to, "{\"shards\":%zu,\"teams\":[", stats->shard_count);
    for (size_t i = 0; i < stats->count; i++) {
        const struct team_stat *team = &stats->items[i];
        uint64_t owned = 0, handed = 0;
        for (size_t j = 0; j < team->member_count; j++) {
            owned += team->members[j].owned;
            handed += team->members[j].handed;
        }
        buffer_add_text(to, i == 0 ? "{\"team\":" : ",{\"team\":");
        text_add_json(to, team->name);
        buffer_add_format(
            to, ",\"contacts\":%" PRIu64 ",\"handed_over\":%" PRIu64 ",\"members\":[", owned,
            handed);
        for (size_t j = 0; j < team->member_count; j++) {
            if (j > 0)
                buffer_add_u8(to, ',');
            add_member(to, &team->members[j]);
        }
        buffer_add_text(to, "]}");
    }
    buffer_add_text(to, "]}");
}
