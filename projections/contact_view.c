// A whole contact, decoded into an arena for printing and queries.
#include <stdlib.h>

#include "projections/contacts.h"
#include "projections/counters.h"
#include "projections/ledger.h"
#include "projections/profile.h"
#include "projections/segments.h"

// Whatever is sorted by name begins with its name.
static int compare_names(const void *a, const void *b)
{
    const struct bytes *left = a;
    const struct bytes *right = b;
    return bytes_compare(*left, *right);
}
_Static_assert(offsetof(struct contact_field, name) == 0, "sorted by its first member");
_Static_assert(offsetof(struct contact_segment, name) == 0, "sorted by its first member");
_Static_assert(offsetof(struct contact_consent_entry, channel) == 0, "sorted by its first member");

static int compare_scores(const void *a, const void *b)
{
    uint32_t left = ((const struct contact_score *)a)->score.value;
    uint32_t right = ((const struct contact_score *)b)->score.value;
    return (left > right) - (left < right);
}

static void view_identifiers(
    struct state *state, const uint8_t *record, struct arena *arena, struct contact_view *out)
{
    uint32_t count = get_u16(record + RECORD_IDENTIFIER_COUNT);
    struct contact_identifier *identifiers = arena_alloc(arena, count * sizeof(*identifiers));
    struct cursor cursor = cursor_of(record_section(record, SECTION_IDENTIFIERS));
    for (uint32_t i = 0; i < count; i++) {
        struct name_id kind = {(uint32_t)cursor_varint(&cursor)};
        identifiers[i].kind = names_text(state, kind);
        identifiers[i].value = arena_copy(arena, cursor_sized(&cursor));
    }
    out->identifiers = identifiers;
    out->identifier_count = count;
}

// The arrays of a view while it is filled.
struct profile_lists {
    struct contact_field *fields;
    struct bytes *tags;
    struct bytes *lists;
    struct contact_consent_entry *consents;
};

static void view_owner(struct state *state, struct bytes payload, struct contact_view *out)
{
    if (payload.len != 8)
        return;
    out->owner_team = names_text(state, (struct name_id){get_u32(payload.data)});
    out->owner_person = names_text(state, (struct name_id){get_u32(payload.data + 4)});
}

static void view_entry(
    struct state *state,
    const struct profile_entry *entry,
    struct arena *arena,
    struct profile_lists *lists,
    struct contact_view *out)
{
    struct bytes name = names_text(state, entry->key.name);
    struct bytes payload = arena_copy(arena, entry->payload);
    struct cursor cursor = cursor_of(payload);
    switch (entry->key.kind) {
    case PROFILE_FIELD:
        lists->fields[out->field_count++] = (struct contact_field){name, value_unpack(&cursor)};
        return;
    case PROFILE_TAG: lists->tags[out->tag_count++] = name; return;
    case PROFILE_LIST: lists->lists[out->list_count++] = name; return;
    case PROFILE_STAGE:
        out->stage = names_text(state, (struct name_id){cursor_u32(&cursor)});
        return;
    case PROFILE_OWNER: view_owner(state, payload, out); return;
    case PROFILE_ZONE: out->zone = payload; return;
    case PROFILE_CONSENT:
        lists->consents[out->consent_count].channel = name;
        lists->consents[out->consent_count].consent = (enum consent)cursor_u8(&cursor);
        lists->consents[out->consent_count++].dnd = (enum dnd)cursor_u8(&cursor);
        return;
    }
}

static void view_profile(
    struct state *state, const uint8_t *record, struct arena *arena, struct contact_view *out)
{
    struct profile_entry entry;
    size_t count = 0;
    for (size_t at = 0; profile_next(record, &at, &entry);)
        count++;
    if (count == 0)
        return;
    struct profile_lists lists = {
        .fields = arena_alloc(arena, count * sizeof(*lists.fields)),
        .tags = arena_alloc(arena, count * sizeof(*lists.tags)),
        .lists = arena_alloc(arena, count * sizeof(*lists.lists)),
        .consents = arena_alloc(arena, count * sizeof(*lists.consents)),
    };
    for (size_t at = 0; profile_next(record, &at, &entry);)
        view_entry(state, &entry, arena, &lists, out);
    qsort(lists.fields, out->field_count, sizeof(*lists.fields), compare_names);
    qsort(lists.tags, out->tag_count, sizeof(*lists.tags), compare_names);
    qsort(lists.lists, out->list_count, sizeof(*lists.lists), compare_names);
    qsort(lists.consents, out->consent_count, sizeof(*lists.consents), compare_names);
    out->fields = lists.fields;
    out->tags = lists.tags;
    out->lists = lists.lists;
    out->consents = lists.consents;
}

static void view_runs(const uint8_t *record, struct arena *arena, struct contact_view *out)
{
    uint32_t count = get_u16(record + RECORD_RUN_COUNT);
    const uint8_t *from = record + record_section_at(record, SECTION_RUNS);
    struct contact_run *runs = arena_alloc(arena, count * sizeof(*runs));
    for (uint32_t i = 0; i < count; i++, from += RECORD_RUN_BYTES)
        runs[i] = (struct contact_run){{get_u32(from)}, get_u32(from + 4)};
    out->runs = runs;
    out->run_count = count;
}

static void view_scores(const uint8_t *record, struct arena *arena, struct contact_view *out)
{
    uint32_t count = get_u16(record + RECORD_SCORE_COUNT);
    const uint8_t *from = record + record_section_at(record, SECTION_SCORES);
    struct contact_score *scores = arena_alloc(arena, count * sizeof(*scores));
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *score = from + (size_t)i * RECORD_SCORE_BYTES;
        scores[i] = (struct contact_score){
            {get_u32(score)}, (int64_t)get_u64(score + 4), (int64_t)get_u64(score + 12)};
    }
    qsort(scores, count, sizeof(*scores), compare_scores);
    out->scores = scores;
    out->score_count = count;
}

static void view_ledger(struct state *state, struct arena *arena, struct contact_view *out)
{
    struct ledger_walk walk = ledger_walk_all(state, out->number);
    size_t most = ledger_entries_most(state, out->number);
    struct ledger_entry *ledger = arena_alloc(arena, most * sizeof(*ledger));
    struct ledger_entry entry;
    while (ledger_walk_next(&walk, &entry))
        ledger[out->ledger_count++] = entry;
    out->ledger = ledger;
}

static void view_counters(struct state *state, struct arena *arena, struct contact_view *out)
{
    struct contact_counter counter;
    size_t count = 0;
    for (size_t at = 0; counter_next(state, out->number, &at, &counter.counter, &counter.bytes);)
        count++;
    struct contact_counter *counters = arena_alloc(arena, count * sizeof(*counters));
    for (size_t at = 0; counter_next(state, out->number, &at, &counter.counter, &counter.bytes);) {
        counter.bytes = arena_copy(arena, counter.bytes);
        counters[out->counter_count++] = counter;
    }
    out->counters = counters;
}

static void view_segments(struct state *state, struct arena *arena, struct contact_view *out)
{
    const uint8_t *record = state_record(state, out->number.value);
    uint32_t count = get_u16(record + RECORD_SEGMENT_COUNT);
    struct contact_segment *segments = arena_alloc(arena, count * sizeof(*segments));
    struct segment_state held;
    struct name_id name;
    uint32_t i = 0;
    for (size_t at = 0; segment_next(state, out->number, &at, &name, &held); i++)
        segments[i] =
            (struct contact_segment){names_text(state, name), held.is_member, held.since_ms};
    qsort(segments, i, sizeof(*segments), compare_names);
    out->segments = segments;
    out->segment_count = i;
}

enum err contact_read_profile(
    struct state *state,
    struct contact_number contact,
    struct arena *arena,
    struct contact_view *out)
{
    if (contact.value == 0 || contact.value > state->slots.count)
        return ERR_MISSING;
    const uint8_t *record = state_record(state, contact.value);
    if (state->fault.err != ERR_OK)
        return state->fault.err;
    *out = (struct contact_view){
        .number = contact,
        .created_ms = (int64_t)get_u64(record + RECORD_CREATED),
        .updated_ms = (int64_t)get_u64(record + RECORD_UPDATED),
        .notes = get_u32(record + RECORD_NOTES),
        .events = get_u32(record + RECORD_EVENTS),
    };
    view_identifiers(state, record, arena, out);
    view_profile(state, record, arena, out);
    return ERR_OK;
}

enum err contact_read(
    struct state *state,
    struct contact_number contact,
    struct arena *arena,
    struct contact_view *out)
{
    enum err err = contact_read_profile(state, contact, arena, out);
    if (err != ERR_OK)
        return err;
    const uint8_t *record = state_record(state, contact.value);
    view_scores(record, arena, out);
    view_runs(record, arena, out);
    view_segments(state, arena, out);
    view_counters(state, arena, out);
    view_ledger(state, arena, out);
    return ERR_OK;
}
