// The bytes of a contact's runs of one workflow.
//
// Due (8): when the next one is, ms since TIME_MS_MIN and 1, 0: none. Then each run, in the order they started: its
// length (varint), and within it number, flags (1: ended, 2: waits for the window, 4: begins, 8: cancelled, 16: pinned,
// 64: asks again, 128: planned), started and due (ms since TIME_MS_MIN, due and 1), place of its step (varints), hash of the
// step's id (4), key (8), how many steps are counted (varint), of each its hash (4) and times (varint), then the key's
// value, the data and the name of the event's type, each behind its length (varint); of one that is planned, when it came
// to its wait (ms since TIME_MS_MIN, varint); of one that is pinned, at the end, the version that it goes on with (8).
#include "engine/fold/run.h"

#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "engine/fold/fold.h"
#include "engine/fold/packed_value.h"
#include "projections/counters.h"
#include "projections/record.h"

enum {
    FLAG_ENDED = 1,
    FLAG_AT_DOOR = 2,
    FLAG_BEGINS = 4,
    FLAG_CANCELLED = 8,
    FLAG_PINNED = 16,
    FLAG_ASKS = 64,
    FLAG_PLANNED = 128,
    DUE_BYTES = 8
};

static uint64_t pack_due(int64_t due_ms)
{
    return due_ms == TIMER_NONE ? 0 : (uint64_t)(due_ms - TIME_MS_MIN) + 1;
}

static int64_t unpack_due(uint64_t packed)
{
    return packed == 0 ? TIMER_NONE : (int64_t)(packed - 1) + TIME_MS_MIN;
}

uint32_t run_step_hash(struct bytes id)
{
    return (uint32_t)hash_u64(id, 0);
}

uint32_t run_step_times(const struct run *run, uint32_t step_hash)
{
    for (uint32_t i = 0; i < run->step_count; i++) {
        if (run->steps[i].step == step_hash)
            return run->steps[i].times;
    }
    return 0;
}

void run_count_step(struct fold *fold, struct run *run, uint32_t step_hash)
{
    uint32_t i = 0;
    while (i < run->step_count && run->steps[i].step != step_hash)
        i++;
    if (i < run->step_count) {
        run->steps[i].times++;
        return;
    }
    struct run_step *steps = arena_alloc(&fold->arena, (i + 1) * sizeof(*steps));
    for (uint32_t j = 0; j < i; j++)
        steps[j] = run->steps[j];
    steps[i] = (struct run_step){step_hash, 1};
    run->steps = steps;
    run->step_count++;
}

void run_uncount_step(struct run *run, uint32_t step_hash)
{
    uint32_t i = 0;
    while (i < run->step_count && run->steps[i].step != step_hash)
        i++;
    INVARIANT(i < run->step_count);
    INVARIANT(run->steps[i].times > 0);
    if (--run->steps[i].times == 0) // it was put behind the others
        run->step_count--;
}

static uint64_t flags_of(const struct run *run)
{
    uint64_t flags = (run->has_ended ? FLAG_ENDED : 0) | (run->waits_for_door ? FLAG_AT_DOOR : 0);
    if (run->mark == RUN_BEGINS)
        flags |= FLAG_BEGINS;
    else if (run->mark == RUN_CANCELLED)
        flags |= FLAG_CANCELLED;
    else if (run->mark == RUN_ASKS)
        flags |= FLAG_ASKS;
    flags |= run->is_planned ? FLAG_PLANNED : 0;
    if (run->version != 0)
        flags |= FLAG_PINNED;
    return flags;
}

static void pack(const struct run *run, struct buffer *to)
{
    buffer_add_varint(to, run->number);
    buffer_add_varint(to, flags_of(run));
    buffer_add_varint(to, (uint64_t)(record_time(run->started_ms) - TIME_MS_MIN));
    buffer_add_varint(to, pack_due(run->due_ms));
    buffer_add_varint(to, run->at);
    buffer_add_u32(to, run->at_hash);
    buffer_add_u64(to, run->key);
    buffer_add_varint(to, run->step_count);
    for (uint32_t i = 0; i < run->step_count; i++) {
        buffer_add_u32(to, run->steps[i].step);
        buffer_add_varint(to, run->steps[i].times);
    }
    buffer_add_sized(to, run->key_value);
    buffer_add_sized(to, run->data);
    buffer_add_sized(to, run->type_name);
    if (run->is_planned)
        buffer_add_varint(to, (uint64_t)(record_time(run->entered_ms) - TIME_MS_MIN));
    if (run->version != 0)
        buffer_add_u64(to, run->version);
}

// Where the rules in force have the step that a run is at.
static uint32_t step_of(const struct workflow_def *workflow, uint32_t at, uint32_t hash)
{
    if (at < workflow->step_count && run_step_hash(workflow->steps[at].id) == hash)
        return at;
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        if (run_step_hash(workflow->steps[i].id) == hash)
            return i;
    }
    return STEP_NONE;
}

void run_bind(struct run *run, const struct workflow_def *workflow)
{
    const struct workflow_def *pinned =
        run->version == 0 ? NULL : workflow_version(workflow, run->version);
    run->workflow = pinned != NULL ? pinned : workflow;
    run->at = step_of(run->workflow, run->at, run->at_hash);
}

static bool unpack(
    struct fold *fold, struct bytes from, const struct workflow_def *workflow, struct run *out)
{
    struct cursor cursor = cursor_of(from);
    *out = (struct run){.number = (uint32_t)cursor_varint(&cursor), .is_kept = true};
    uint64_t flags = cursor_varint(&cursor);
    out->has_ended = (flags & FLAG_ENDED) != 0;
    out->waits_for_door = (flags & FLAG_AT_DOOR) != 0;
    out->is_planned = (flags & FLAG_PLANNED) != 0;
    if ((flags & FLAG_BEGINS) != 0)
        out->mark = RUN_BEGINS;
    else if ((flags & FLAG_CANCELLED) != 0)
        out->mark = RUN_CANCELLED;
    else if ((flags & FLAG_ASKS) != 0)
        out->mark = RUN_ASKS;
    out->started_ms = (int64_t)cursor_varint(&cursor) + TIME_MS_MIN;
    out->due_ms = unpack_due(cursor_varint(&cursor));
    uint32_t at = (uint32_t)cursor_varint(&cursor);
    out->at_hash = cursor_u32(&cursor);
    out->key = cursor_u64(&cursor);
    uint64_t count = cursor_varint(&cursor);
    if (cursor.has_failed || count > RUN_STEPS_MAX)
        return false;
    out->step_count = (uint32_t)count;
    out->steps = arena_alloc(&fold->arena, count * sizeof(*out->steps) + 1);
    for (uint32_t i = 0; i < count; i++) {
        out->steps[i].step = cursor_u32(&cursor);
        out->steps[i].times = (uint32_t)cursor_varint(&cursor);
    }
    out->key_value = cursor_sized(&cursor);
    out->data = cursor_sized(&cursor);
    out->type_name = cursor_sized(&cursor);
    if (out->is_planned)
        out->entered_ms = (int64_t)cursor_varint(&cursor) + TIME_MS_MIN;
    out->version = (flags & FLAG_PINNED) != 0 ? cursor_u64(&cursor) : 0;
    out->at = at;
    run_bind(out, workflow);
    return !cursor.has_failed;
}

void run_key_of(
    struct fold *fold,
    const struct rule_expression *expression,
    uint64_t *hash_out,
    struct bytes *value_out)
{
    struct cel_value value = fold_value(fold, expression);
    size_t len = packed_value_bytes(value);
    uint8_t *bytes = arena_alloc(&fold->arena, len + 1);
    if (len > 0)
        packed_value_put(bytes, value);
    *value_out = bytes_of(bytes, len);
    *hash_out = fold_key(fold, expression);
}

struct bytes run_pack_data(struct fold *fold, struct value data)
{
    struct buffer packed = {0};
    value_pack(&packed, data);
    struct bytes bytes = {NULL, 0};
    if (buffer_bytes(&packed).len <= RUN_DATA_BYTES_MAX)
        bytes = arena_copy(&fold->arena, buffer_bytes(&packed));
    else
        fold->counts.run_data_refused++;
    buffer_free(&packed);
    return bytes;
}

struct value run_unpack_data(struct bytes packed, struct arena *arena)
{
    if (packed.len == 0)
        return (struct value){.kind = VALUE_ABSENT};
    struct cursor cursor = cursor_of(packed);
    struct value data = value_unpack(&cursor);
    bool is_json = data.kind == VALUE_MAP && data.pair_count == VALUE_AS_JSON;
    if (is_json && !value_of_json(arena, data.as.text, &data))
        return (struct value){.kind = VALUE_ABSENT};
    return data;
}

static struct bytes kept_bytes(struct fold *fold, const struct workflow_def *workflow)
{
    return counter_read(fold->state, fold->contact, fold->binding.workflows[workflow->index]);
}

struct run *runs_read(struct fold *fold, const struct workflow_def *workflow, uint32_t *count_out)
{
    *count_out = 0;
    struct bytes kept = kept_bytes(fold, workflow);
    if (kept.len <= DUE_BYTES)
        return NULL;
    kept = arena_copy(&fold->arena, kept); // what is done to one moves the bytes of all
    struct cursor cursor = cursor_of(bytes_of(kept.data + DUE_BYTES, kept.len - DUE_BYTES));
    uint32_t count = 0;
    for (struct cursor at = cursor; cursor_left(&at) > 0 && !at.has_failed; count++)
        (void)cursor_sized(&at);
    struct run *runs = arena_alloc(&fold->arena, count * sizeof(*runs));
    for (uint32_t i = 0; i < count; i++) {
        if (!unpack(fold, cursor_sized(&cursor), workflow, &runs[*count_out]))
            break; // the record's checksum held: a version after this one wrote it
        ++*count_out;
    }
    return runs;
}

// The next row of one that has not ended. False at the end.
static bool next_place(struct cursor *cursor, uint32_t *at_hash_out, uint64_t *version_out)
{
    while (cursor_left(cursor) > 0 && !cursor->has_failed) {
        struct bytes bytes = cursor_sized(cursor);
        struct cursor row = cursor_of(bytes);
        (void)cursor_varint(&row);
        uint64_t flags = cursor_varint(&row);
        for (int i = 0; i < 3; i++) // started, due, place
            (void)cursor_varint(&row);
        *at_hash_out = cursor_u32(&row);
        if ((flags & FLAG_ENDED) != 0 || row.has_failed)
            continue;
        bool is_pinned = (flags & FLAG_PINNED) != 0 && cursor_left(&row) >= sizeof(uint64_t);
        *version_out = is_pinned ? get_u64(bytes.data + bytes.len - sizeof(uint64_t)) : 0;
        return true;
    }
    return false;
}

static struct cursor rows_of(struct bytes kept)
{
    if (kept.len <= DUE_BYTES)
        return cursor_of((struct bytes){NULL, 0});
    return cursor_of(bytes_of(kept.data + DUE_BYTES, kept.len - DUE_BYTES));
}

uint32_t runs_waiting(struct fold *fold, struct name_id workflow)
{
    uint32_t count = 0;
    uint32_t at_hash = 0;
    uint64_t version = 0;
    struct cursor cursor = rows_of(counter_read(fold->state, fold->contact, workflow));
    while (next_place(&cursor, &at_hash, &version))
        count++;
    return count;
}

void runs_each_place(struct fold *fold, run_place_fn *each, void *context)
{
    struct name_id name;
    struct bytes kept;
    uint32_t at_hash = 0;
    uint64_t version = 0;
    for (size_t at = 0; counter_next(fold->state, fold->contact, &at, &name, &kept);) {
        struct bytes text = names_text(fold->state, name);
        if (names_find(fold->state, NAME_WORKFLOW, text).value != name.value)
            continue;
        struct cursor cursor = rows_of(kept);
        while (next_place(&cursor, &at_hash, &version))
            each(context, name, at_hash, version);
    }
}

// Where the row of a run stands among the bytes that are kept, and what else stands there.
struct row_place {
    size_t begin, end; // its row with its length; the same, behind the others: it has none
    uint32_t others;
    uint64_t due; // of the others, the next one; 0: none
};

static struct row_place place_of(struct bytes kept, uint32_t number)
{
    size_t len = kept.len < DUE_BYTES ? DUE_BYTES : kept.len;
    struct row_place place = {.begin = len, .end = len};
    struct cursor cursor = rows_of(kept);
    while (cursor_left(&cursor) > 0 && !cursor.has_failed) {
        size_t begin = (size_t)(cursor.at - kept.data);
        struct cursor row = cursor_of(cursor_sized(&cursor));
        if ((uint32_t)cursor_varint(&row) == number) {
            place.begin = begin;
            place.end = (size_t)(cursor.at - kept.data);
            continue;
        }
        place.others++;
        (void)cursor_varint(&row);
        (void)cursor_varint(&row);
        uint64_t next = cursor_varint(&row);
        if (next != 0 && (place.due == 0 || next < place.due))
            place.due = next;
    }
    return place;
}

// Puts the row of a run, with its length, in place of the one it had, or behind the others. An empty one removes it.
static bool put_row(struct fold *fold, const struct run *run, struct bytes row)
{
    struct name_id name = fold->binding.workflows[run->workflow->index];
    struct bytes kept = kept_bytes(fold, run->workflow);
    struct row_place place = place_of(kept, run->number);
    uint64_t due = row.len == 0 ? 0 : pack_due(run->due_ms);
    struct bytes behind = {NULL, 0};
    if (place.begin == place.end && row.len > 0 && place.others >= RUNS_MAX)
        return false;
    if (kept.len > place.end) // the bytes move
        behind = arena_copy(&fold->arena, bytes_of(kept.data + place.end, kept.len - place.end));
    size_t len = place.begin + row.len + behind.len;
    uint8_t *to = counter_write(fold->state, fold->contact, name, len == DUE_BYTES ? 0 : len);
    fold->live.is_plan_due = true;
    if (to == NULL)
        return len == DUE_BYTES;
    put_u64(to, due == 0 || (place.due != 0 && place.due < due) ? place.due : due);
    if (row.len > 0)
        memcpy(to + place.begin, row.data, row.len);
    if (behind.len > 0)
        memcpy(to + place.begin + row.len, behind.data, behind.len);
    return true;
}

bool run_write(struct fold *fold, const struct run *run)
{
    struct buffer packed = {0};
    struct buffer row = {0};
    pack(run, &packed);
    buffer_add_sized(&row, buffer_bytes(&packed));
    bool is_kept = put_row(fold, run, buffer_bytes(&row));
    buffer_free(&packed);
    buffer_free(&row);
    return is_kept;
}

void run_remove(struct fold *fold, const struct run *run)
{
    (void)put_row(fold, run, (struct bytes){NULL, 0});
}

const struct workflow_def *runs_next_workflow(struct fold *fold, size_t *at, int64_t *due_ms_out)
{
    struct name_id name;
    struct bytes kept;
    while (counter_next(fold->state, fold->contact, at, &name, &kept)) {
        uint32_t index = name_index_find(&fold->binding.workflow_of_name, name);
        if (index == NAME_INDEX_NONE || kept.len < DUE_BYTES)
            continue;
        *due_ms_out = unpack_due(get_u64(kept.data));
        return ruleset_workflow(fold->ruleset, index);
    }
    return NULL;
}

int64_t runs_due_ms(struct fold *fold)
{
    int64_t due_ms = TIMER_NONE;
    int64_t next_ms = TIMER_NONE;
    for (size_t at = 0; runs_next_workflow(fold, &at, &next_ms) != NULL;)
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    return due_ms;
}
