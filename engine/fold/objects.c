#include "engine/fold/objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/fold/fold.h"
#include "engine/fold/packed_value.h"
#include "engine/fold/step_value.h"
#include "rules/event_set.h"

enum {
    VERSION = 1,
    VERSION_REMOVED = 2, // of kinds that events remove
    HEAD_BYTES = 5,
    REMOVALS_HEAD_BYTES = 4,
    REMOVAL_HEAD_BYTES = 10,
    ROW_HEAD_BYTES = 22,
    FIELD_HEAD_BYTES = 10,
    WHOLE_CHARS = 24,
};
#define EXACT 9007199254740992.0 // 2^53

// --- reading
static bool is_removable(const struct object_def *object)
{
    return object->removed_by != EVENT_TYPE_UNKNOWN;
}

// All that is kept of a kind, borrowed.
struct kept {
    struct bytes removals, rows;
};

static struct kept read_kept(const struct fold *fold, const struct object_def *object)
{
    struct bytes all =
        counter_read(fold->state, fold->contact, fold->binding.objects[object->index]);
    struct kept none = {{NULL, 0}, {NULL, 0}};
    if (all.len < HEAD_BYTES || all.data[0] != (is_removable(object) ? VERSION_REMOVED : VERSION) ||
        get_u32(all.data + 1) != object->layout)
        return none;
    all = bytes_of(all.data + HEAD_BYTES, all.len - HEAD_BYTES);
    if (!is_removable(object))
        return (struct kept){{NULL, 0}, all};
    if (all.len < REMOVALS_HEAD_BYTES || get_u32(all.data) > all.len - REMOVALS_HEAD_BYTES)
        return none;
    size_t removals = get_u32(all.data), before = REMOVALS_HEAD_BYTES + removals;
    return (struct kept){
        .removals = bytes_of(all.data + REMOVALS_HEAD_BYTES, removals),
        .rows = bytes_of(all.data + before, all.len - before),
    };
}

struct bytes object_rows(const struct fold *fold, const struct object_def *object)
{
    return read_kept(fold, object).rows;
}

bool object_next(struct bytes rows, size_t *at, struct object_row *out)
{
    if (rows.len < ROW_HEAD_BYTES || *at > rows.len - ROW_HEAD_BYTES)
        return false;
    const uint8_t *row = rows.data + *at;
    size_t bytes = get_u32(row), key = get_u16(row + 20);
    if (bytes > rows.len - *at || bytes < ROW_HEAD_BYTES + key)
        return false;
    *out = (struct object_row){
        .created_ms = (int64_t)get_u64(row + 4),
        .updated_ms = (int64_t)get_u64(row + 12),
        .key = bytes_of(row + ROW_HEAD_BYTES, key),
        .fields = bytes_of(row + ROW_HEAD_BYTES + key, bytes - ROW_HEAD_BYTES - key),
        .at = *at,
        .bytes = bytes,
    };
    *at += bytes;
    return true;
}

// A field as it is kept; packed is empty where it has no value.
struct kept_field {
    int64_t time_ms;
    struct bytes packed;
};

static struct kept_field field_next(struct bytes fields, size_t *at)
{
    struct kept_field field = {0, {NULL, 0}};
    if (fields.len < FIELD_HEAD_BYTES || *at > fields.len - FIELD_HEAD_BYTES)
        return field;
    const uint8_t *head = fields.data + *at;
    size_t len = get_u16(head + 8);
    *at += FIELD_HEAD_BYTES;
    if (len <= fields.len - *at)
        field = (struct kept_field){(int64_t)get_u64(head), bytes_of(fields.data + *at, len)};
    *at += len;
    return field;
}

bool object_field(
    const struct object_row *row, uint32_t field, struct arena *arena, struct cel_value *out)
{
    struct kept_field kept = {0, {NULL, 0}};
    size_t at = 0;
    for (uint32_t i = 0; i <= field; i++)
        kept = field_next(row->fields, &at);
    if (kept.packed.len == 0)
        return false;
    *out = packed_value_get(kept.packed, arena);
    return true;
}

// A removal that is remembered; bytes 0: none.
struct removal {
    int64_t time_ms;
    struct bytes key;
    size_t at, bytes; // among the removals
};

static bool removal_next(struct bytes removals, size_t *at, struct removal *out)
{
    if (removals.len < REMOVAL_HEAD_BYTES || *at > removals.len - REMOVAL_HEAD_BYTES)
        return false;
    const uint8_t *head = removals.data + *at;
    size_t key = get_u16(head + 8), bytes = REMOVAL_HEAD_BYTES + key;
    if (bytes > removals.len - *at)
        return false;
    *out = (struct removal){
        .time_ms = (int64_t)get_u64(head),
        .key = bytes_of(head + REMOVAL_HEAD_BYTES, key),
        .at = *at,
        .bytes = bytes,
    };
    *at += bytes;
    return true;
}

// The greatest times of an object's events, the least first.
struct times {
    int64_t at_ms[OBJECT_TIMES_MAX];
    uint32_t count;
};

// `behind` is what stands behind the fields of a row.
static void times_read(struct bytes behind, struct times *out)
{
    size_t count = behind.len > 0 ? behind.data[0] : 0;
    out->count = 0;
    if (count > OBJECT_TIMES_MAX || behind.len < 1 + 8 * count)
        return;
    for (; out->count < count; out->count++)
        out->at_ms[out->count] = (int64_t)get_u64(behind.data + 1 + 8 * (size_t)out->count);
}

static void times_add(struct times *times, int64_t time_ms)
{
    uint32_t place = 0;
    while (place < times->count && times->at_ms[place] < time_ms)
        place++;
    if (place < times->count && times->at_ms[place] == time_ms)
        return;
    bool is_full = times->count == OBJECT_TIMES_MAX;
    if (is_full && place == 0)
        return;
    if (is_full) { // the least goes
        memmove(times->at_ms, times->at_ms + 1, (place - 1) * sizeof(times->at_ms[0]));
        times->at_ms[place - 1] = time_ms;
        return;
    }
    memmove(
        times->at_ms + place + 1, times->at_ms + place,
        (times->count - place) * sizeof(times->at_ms[0]));
    times->at_ms[place] = time_ms;
    times->count++;
}

static void times_cut(struct times *times, int64_t until_ms)
{
    uint32_t gone = 0;
    while (gone < times->count && times->at_ms[gone] <= until_ms)
        gone++;
    times->count -= gone;
    memmove(times->at_ms, times->at_ms + gone, times->count * sizeof(times->at_ms[0]));
}

static size_t times_put(const struct times *times, uint8_t *to)
{
    to[0] = (uint8_t)times->count;
    for (uint32_t i = 0; i < times->count; i++)
        put_u64(to + 1 + 8 * (size_t)i, (uint64_t)times->at_ms[i]);
    return 1 + 8 * (size_t)times->count;
}

// --- what an event says
// Bytes of which a part becomes another.
struct replaced {
    struct bytes before, now, behind;
};

static void replace(struct replaced *out, struct bytes all, size_t at, size_t bytes)
{
    out->before = bytes_of(all.data, at);
    out->behind = bytes_of(all.data + at + bytes, all.len - at - bytes);
}

static size_t replaced_bytes(const struct replaced *replaced)
{
    return replaced->before.len + replaced->now.len + replaced->behind.len;
}

static uint8_t *replaced_put(const struct replaced *replaced, uint8_t *to)
{
    const struct bytes parts[] = {replaced->before, replaced->now, replaced->behind};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].len > 0)
            memcpy(to, parts[i].data, parts[i].len);
        to += parts[i].len;
    }
    return to;
}

// An object while an event changes it.
struct change {
    struct fold *fold;
    const struct object_def *object;
    struct bytes key;
    struct bytes said[OBJECT_FIELDS_MAX]; // packed; empty: nothing
    struct kept kept;
    struct object_row before; // bytes 0: there is none of the key
    struct removal removed;   // the newest of the key that came before
    struct replaced rows, removals;
    uint32_t changed[OBJECT_FIELDS_MAX], changed_count;
};

static bool key_text(struct fold *fold, struct cel_value value, struct bytes *out)
{
    char text[WHOLE_CHARS];
    int len = 0;
    if (value.kind == CEL_DOUBLE && value.as.real > -EXACT && value.as.real < EXACT &&
        value.as.real == (double)(int64_t)value.as.real)
        value = cel_int((int64_t)value.as.real);
    if (value.kind == CEL_INT)
        len = snprintf(text, sizeof(text), "%" PRId64, value.as.integer);
    else if (value.kind == CEL_UINT)
        len = snprintf(text, sizeof(text), "%" PRIu64, value.as.unsigned_integer);
    else if (value.kind != CEL_STRING || value.as.text.len > OBJECT_KEY_BYTES_MAX)
        return false;
    *out = arena_copy(
        &fold->arena, value.kind == CEL_STRING ? value.as.text : bytes_of(text, (size_t)len));
    return true;
}

// False where the event does not say which object it is about.
static bool read_key(struct change *change)
{
    struct fold *fold = change->fold;
    const struct rule_expression *key = change->object->key;
    struct cel_value value = fold_value_if_any(fold, key);
    if (value.kind == CEL_NULL)
        return false;
    if (!key_text(fold, value, &change->key)) {
        fold_failed(fold, key, value, NO_OBJECT_KEY);
        return false;
    }
    return change->key.len > 0;
}

static void read_fields(struct change *change)
{
    struct fold *fold = change->fold;
    for (uint32_t i = 0; i < change->object->field_count; i++) {
        const struct rule_expression *expression = change->object->fields[i].value;
        struct cel_value value = fold_value_if_any(fold, expression);
        size_t bytes = packed_value_bytes(value);
        change->said[i] = (struct bytes){NULL, 0};
        if (value.kind == CEL_NULL)
            continue;
        if (bytes == 0 || bytes > 1 + OBJECT_TEXT_BYTES_MAX) {
            fold_failed(fold, expression, value, NO_OBJECT_VALUE);
            continue;
        }
        uint8_t *packed = arena_alloc(&fold->arena, bytes);
        packed_value_put(packed, value);
        change->said[i] = bytes_of(packed, bytes);
    }
}

static void find_row(struct change *change)
{
    struct object_row row;
    for (size_t at = 0; object_next(change->kept.rows, &at, &row);) {
        if (!bytes_equal(row.key, change->key))
            continue;
        change->before = row;
        replace(&change->rows, change->kept.rows, row.at, row.bytes);
        return;
    }
    replace(&change->rows, change->kept.rows, change->kept.rows.len, 0); // behind all others
}

static void find_removal(struct change *change)
{
    struct removal removal;
    replace(&change->removals, change->kept.removals, change->kept.removals.len, 0);
    for (size_t at = 0; removal_next(change->kept.removals, &at, &removal);) {
        if (bytes_equal(removal.key, change->key))
            change->removed = removal;
    }
}

// Makes room for a new object. False where there is none: all others were changed later than this event.
static bool make_room(struct change *change)
{
    struct object_row row, oldest = {.bytes = 0};
    struct fold *fold = change->fold;
    uint32_t count = 0;
    for (size_t at = 0; object_next(change->kept.rows, &at, &row); count++) {
        if (oldest.bytes == 0 || row.updated_ms < oldest.updated_ms)
            oldest = row;
    }
    if (count < OBJECTS_MAX)
        return true;
    fold->counts.objects_dropped++;
    if (fold->time_ms < oldest.updated_ms)
        return false;
    replace(&change->rows, change->kept.rows, oldest.at, oldest.bytes);
    return true;
}

// Puts the later of what is kept of a field and what the event says; gives its length.
static size_t put_field(
    struct change *change, uint32_t field, const struct kept_field *kept, uint8_t *to)
{
    struct bytes said = change->said[field];
    const int64_t time_ms = change->fold->time_ms;
    bool is_kept = kept->packed.len > 0;
    bool is_taken = said.len > 0 && (!is_kept || time_ms >= kept->time_ms);
    struct bytes packed = is_taken ? said : kept->packed;
    put_u64(to, (uint64_t)(is_taken ? time_ms : kept->time_ms));
    put_u16(to + 8, (uint16_t)packed.len);
    if (packed.len > 0)
        memcpy(to + FIELD_HEAD_BYTES, packed.data, packed.len);
    if (is_taken && !bytes_equal(said, kept->packed))
        change->changed[change->changed_count++] = field;
    return FIELD_HEAD_BYTES + packed.len;
}

// How long the row may become at most.
static size_t row_bytes_max(const struct change *change)
{
    const uint32_t field_count = change->object->field_count;
    size_t most = ROW_HEAD_BYTES + change->key.len + change->before.bytes +
                  field_count * FIELD_HEAD_BYTES + 1 + 8 * OBJECT_TIMES_MAX;
    for (uint32_t i = 0; i < field_count; i++)
        most += change->said[i].len;
    return most;
}

// Begins a row behind whose head and key `bytes` of it stand already.
static void finish_row(
    struct change *change, uint8_t *row, size_t bytes, int64_t created_ms, int64_t updated_ms)
{
    put_u32(row, (uint32_t)bytes);
    put_u64(row + 4, (uint64_t)created_ms);
    put_u64(row + 12, (uint64_t)updated_ms);
    put_u16(row + 20, (uint16_t)change->key.len);
    memcpy(row + ROW_HEAD_BYTES, change->key.data, change->key.len);
    change->rows.now = bytes_of(row, bytes);
}

static void make_row(struct change *change)
{
    const struct fold *fold = change->fold;
    const struct object_row *before = &change->before;
    uint8_t *row = arena_alloc(&change->fold->arena, row_bytes_max(change));
    bool is_new = before->bytes == 0;
    bool is_first = is_new || fold->time_ms < before->created_ms;
    bool is_last = is_new || fold->time_ms > before->updated_ms;
    size_t len = ROW_HEAD_BYTES + change->key.len, at = 0;
    for (uint32_t i = 0; i < change->object->field_count; i++) {
        const struct kept_field kept = field_next(before->fields, &at);
        len += put_field(change, i, &kept, row + len);
    }
    if (is_removable(change->object)) {
        struct times times = {.count = 0};
        if (!is_new)
            times_read(bytes_of(before->fields.data + at, before->fields.len - at), &times);
        times_add(&times, fold->time_ms);
        len += times_put(&times, row + len);
    }
    finish_row(
        change, row, len, is_first ? fold->time_ms : before->created_ms,
        is_last ? fold->time_ms : before->updated_ms);
}

// --- removals
// What is left of the object: what was said later than the removal.
static void cut_row(struct change *change)
{
    const struct object_row *before = &change->before;
    const int64_t time_ms = change->fold->time_ms;
    uint8_t *row = arena_alloc(&change->fold->arena, row_bytes_max(change));
    size_t len = ROW_HEAD_BYTES + change->key.len, at = 0;
    struct times times;
    for (uint32_t i = 0; i < change->object->field_count; i++) {
        struct kept_field kept = field_next(before->fields, &at);
        if (kept.packed.len > 0 && kept.time_ms <= time_ms) {
            change->changed[change->changed_count++] = i;
            kept = (struct kept_field){0, {NULL, 0}};
        }
        change->said[i] = (struct bytes){NULL, 0};
        len += put_field(change, i, &kept, row + len);
    }
    times_read(bytes_of(before->fields.data + at, before->fields.len - at), &times);
    times_cut(&times, time_ms);
    if (before->updated_ms <= time_ms)
        return; // nothing: it is removed
    len += times_put(&times, row + len);
    bool is_first_left = before->created_ms > time_ms;
    finish_row(
        change, row, len, is_first_left ? before->created_ms : times.at_ms[0], before->updated_ms);
}

// Which removal goes for the new one. False where all that are remembered are newer.
static bool make_removal_room(struct change *change)
{
    struct removal removal, oldest = {.bytes = 0};
    uint32_t count = 0;
    if (change->removed.bytes > 0) {
        replace(
            &change->removals, change->kept.removals, change->removed.at, change->removed.bytes);
        return true;
    }
    for (size_t at = 0; removal_next(change->kept.removals, &at, &removal); count++) {
        if (oldest.bytes == 0 || removal.time_ms < oldest.time_ms)
            oldest = removal;
    }
    if (count < OBJECT_REMOVALS_MAX)
        return true;
    change->fold->counts.object_removals_forgotten++;
    if (change->fold->time_ms < oldest.time_ms)
        return false;
    replace(&change->removals, change->kept.removals, oldest.at, oldest.bytes);
    return true;
}

static void remember_removal(struct change *change)
{
    if (!make_removal_room(change))
        return;
    size_t bytes = REMOVAL_HEAD_BYTES + change->key.len;
    uint8_t *to = arena_alloc(&change->fold->arena, bytes);
    put_u64(to, (uint64_t)change->fold->time_ms);
    put_u16(to + 8, (uint16_t)change->key.len);
    memcpy(to + REMOVAL_HEAD_BYTES, change->key.data, change->key.len);
    change->removals.now = bytes_of(to, bytes);
}

// --- writing
// False, and counted, where it finds no room; then all is as it was.
static bool write_kept(struct change *change)
{
    struct fold *fold = change->fold;
    const struct object_def *object = change->object;
    size_t removals = replaced_bytes(&change->removals);
    size_t head = HEAD_BYTES + (is_removable(object) ? REMOVALS_HEAD_BYTES : 0);
    size_t len = head + removals + replaced_bytes(&change->rows);
    uint8_t *all = arena_alloc(&fold->arena, len); // what is there is borrowed
    all[0] = is_removable(object) ? VERSION_REMOVED : VERSION;
    put_u32(all + 1, object->layout);
    if (is_removable(object))
        put_u32(all + HEAD_BYTES, (uint32_t)removals);
    (void)replaced_put(&change->rows, replaced_put(&change->removals, all + head));
    uint8_t *to =
        counter_write(fold->state, fold->contact, fold->binding.objects[object->index], len);
    if (to == NULL) {
        fold->counts.objects_refused++;
        return false;
    }
    memcpy(to, all, len);
    return true;
}

// --- object.changed
static struct value value_of(struct fold *fold, struct bytes packed)
{
    struct value value = {.kind = VALUE_NULL};
    if (packed.len > 0)
        (void)step_value_of(fold, packed_value_get(packed, &fold->arena), &value);
    return value;
}

// The names as a list, which is kept as its JSON.
static struct value names_of(const struct change *change)
{
    struct buffer json = {0};
    buffer_add_u8(&json, '[');
    for (uint32_t i = 0; i < change->changed_count; i++) {
        if (i > 0)
            buffer_add_u8(&json, ',');
        text_add_json(&json, change->object->fields[change->changed[i]].name);
    }
    buffer_add_u8(&json, ']');
    struct value names = {
        .kind = VALUE_LIST,
        .pair_count = VALUE_AS_JSON,
        .as.text = arena_copy(&change->fold->arena, buffer_bytes(&json))};
    buffer_free(&json);
    return names;
}

// What the changed fields have in the row; those that had nothing are not in it.
static struct value fields_of(const struct change *change, struct bytes fields)
{
    struct fold *fold = change->fold;
    struct value_pair *pairs =
        arena_alloc(&fold->arena, change->changed_count * sizeof(*pairs) + 1);
    uint32_t count = 0, next = 0;
    size_t at = 0;
    for (uint32_t i = 0; next < change->changed_count; i++) {
        const struct kept_field field = field_next(fields, &at);
        if (i != change->changed[next])
            continue;
        next++;
        if (field.packed.len > 0)
            pairs[count++] =
                (struct value_pair){change->object->fields[i].name, value_of(fold, field.packed)};
    }
    return value_map_of(pairs, count);
}

enum { SAID_MAX = 7, SAID_FIELDS = 2, SAID_FROM, SAID_TO };

static uint32_t say_change(
    const struct change *change, enum object_deed deed, struct value_pair *out)
{
    size_t fields_at = ROW_HEAD_BYTES + change->key.len;
    struct bytes row = change->rows.now, after = {NULL, 0};
    if (row.len > 0)
        after = bytes_of(row.data + fields_at, row.len - fields_at);
    out[0] = (struct value_pair){BYTES_LITERAL("object"), value_text(change->object->name)};
    out[1] = (struct value_pair){BYTES_LITERAL("key"), value_text(change->key)};
    out[SAID_FIELDS] = (struct value_pair){BYTES_LITERAL("fields"), names_of(change)};
    out[SAID_FROM] =
        (struct value_pair){BYTES_LITERAL("from"), fields_of(change, change->before.fields)};
    out[SAID_TO] = (struct value_pair){BYTES_LITERAL("to"), fields_of(change, after)};
    out[5] = (struct value_pair){
        BYTES_LITERAL("is_new"), {.kind = VALUE_BOOL, .as.boolean = deed == OBJECT_MADE}};
    out[6] = (struct value_pair){
        BYTES_LITERAL("removed"), {.kind = VALUE_BOOL, .as.boolean = deed == OBJECT_REMOVED}};
    return is_removable(change->object) ? SAID_MAX : SAID_MAX - 1;
}

const char *object_deed_text(enum object_deed deed)
{
    switch (deed) {
    case OBJECT_MADE: return "made";
    case OBJECT_CHANGED: return "changed";
    case OBJECT_SAME: return "same";
    case OBJECT_REMOVED: return "removed";
    case OBJECT_ABSENT: return "absent";
    case OBJECT_OLDER: return "older";
    case OBJECT_NO_ROOM: return "no_room";
    case OBJECT_NO_KEY: return "no_key";
    }
    return "";
}

static void explain(
    const struct change *change, enum object_deed deed, const struct value_pair *said)
{
    struct object_told told = {.object = change->object, .deed = deed, .key = change->key};
    if (said != NULL) {
        told.from = said[SAID_FROM].value;
        told.to = said[SAID_TO].value;
    }
    trace_object(change->fold, &told);
}

// Keeps what has become of it, and tells whom it concerns.
static void settle(struct change *change, enum object_deed deed, uint32_t depth)
{
    struct fold *fold = change->fold;
    bool is_told = deed == OBJECT_MADE || deed == OBJECT_CHANGED || deed == OBJECT_REMOVED;
    bool is_heard = fold->binding.is_heard[BUILTIN_OBJECT_CHANGED];
    struct value_pair said[SAID_MAX];
    uint32_t said_count = 0;
    if (is_told && (is_heard || fold->trace.is_on))
        said_count = say_change(change, deed, said); // while what was is still there
    if (!write_kept(change)) {
        explain(change, OBJECT_NO_ROOM, NULL);
        return;
    }
    explain(change, deed, said_count > 0 ? said : NULL);
    if (deed != OBJECT_ABSENT)
        live_mark(fold, ruleset_dependency_object(fold->ruleset, change->object->index));
    if (is_told && is_heard)
        fold_derive(fold, BUILTIN_OBJECT_CHANGED, depth, said, said_count);
}

static void tell(struct change *change, uint32_t depth)
{
    if (change->before.bytes == 0 && !make_room(change)) {
        explain(change, OBJECT_NO_ROOM, NULL);
        return;
    }
    make_row(change);
    enum object_deed deed = change->changed_count > 0 ? OBJECT_CHANGED : OBJECT_SAME;
    settle(change, change->before.bytes == 0 ? OBJECT_MADE : deed, depth);
}

static void remove_object(struct change *change, uint32_t depth)
{
    enum object_deed deed = OBJECT_ABSENT;
    if (change->before.bytes > 0) {
        cut_row(change);
        deed = change->changed_count > 0 ? OBJECT_CHANGED : OBJECT_SAME;
        deed = change->rows.now.len == 0 ? OBJECT_REMOVED : deed;
    }
    remember_removal(change);
    settle(change, deed, depth);
}

// What is kept of the kind, and of the object; borrowed as that is.
static void look(struct change *change)
{
    change->kept = read_kept(change->fold, change->object);
    find_row(change);
    find_removal(change);
}

void object_apply(
    struct fold *fold, const struct object_def *object, event_type type, uint32_t depth)
{
    struct change change = {.fold = fold, .object = object};
    if (!read_key(&change)) {
        explain(&change, OBJECT_NO_KEY, NULL);
        return;
    }
    if (is_removable(object)) {
        look(&change);
        if (change.removed.bytes > 0 && fold->time_ms < change.removed.time_ms) {
            explain(&change, OBJECT_OLDER, NULL);
            return;
        }
        if (ruleset_is_on(fold->ruleset, object->removed_by, type)) {
            remove_object(&change, depth);
            return;
        }
    }
    read_fields(&change);
    look(&change); // an expression may have read other records
    tell(&change, depth);
}
