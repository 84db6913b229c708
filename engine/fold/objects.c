#include "engine/fold/objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/fold/fold.h"
#include "engine/fold/packed_value.h"
#include "engine/fold/step_value.h"

enum {
    VERSION = 1,
    HEAD_BYTES = 5,
    ROW_HEAD_BYTES = 22,
    FIELD_HEAD_BYTES = 10,
    WHOLE_CHARS = 24,
};
#define EXACT 9007199254740992.0 // 2^53

// --- reading
struct bytes object_rows(const struct fold *fold, const struct object_def *object)
{
    struct bytes kept =
        counter_read(fold->state, fold->contact, fold->binding.objects[object->index]);
    if (kept.len < HEAD_BYTES || kept.data[0] != VERSION ||
        get_u32(kept.data + 1) != object->layout)
        return (struct bytes){NULL, 0};
    return bytes_of(kept.data + HEAD_BYTES, kept.len - HEAD_BYTES);
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

// --- what an event says
// An object while an event changes it.
struct change {
    struct fold *fold;
    const struct object_def *object;
    struct bytes key;
    struct bytes said[OBJECT_FIELDS_MAX];      // packed; empty: nothing
    struct object_row before;                  // bytes 0: there is none of the key
    struct bytes others_before, others_behind; // rows that stay
    uint8_t *row;                              // as it becomes, in the fold's arena
    size_t row_bytes;
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

// Which rows stay, and which one becomes another. False where there is no room for a new one: all others were changed
// later than this event.
static bool find_rows(struct change *change, struct bytes rows)
{
    struct object_row row, oldest = {.bytes = 0};
    struct fold *fold = change->fold;
    uint32_t count = 0;
    change->others_before = rows;
    change->others_behind = (struct bytes){NULL, 0};
    for (size_t at = 0; object_next(rows, &at, &row); count++) {
        if (bytes_equal(row.key, change->key)) {
            change->before = row;
            change->others_before = bytes_of(rows.data, row.at);
            change->others_behind = bytes_of(rows.data + at, rows.len - at);
            return true;
        }
        if (oldest.bytes == 0 || row.updated_ms < oldest.updated_ms)
            oldest = row;
    }
    if (count < OBJECTS_MAX)
        return true;
    fold->counts.objects_dropped++;
    if (fold->time_ms < oldest.updated_ms)
        return false;
    size_t behind = oldest.at + oldest.bytes;
    change->others_before = bytes_of(rows.data, oldest.at);
    change->others_behind = bytes_of(rows.data + behind, rows.len - behind);
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

static void make_row(struct change *change)
{
    const struct fold *fold = change->fold;
    const struct object_row *before = &change->before;
    const uint32_t field_count = change->object->field_count;
    size_t most = ROW_HEAD_BYTES + change->key.len + before->bytes + field_count * FIELD_HEAD_BYTES;
    for (uint32_t i = 0; i < field_count; i++)
        most += change->said[i].len;
    uint8_t *row = arena_alloc(&change->fold->arena, most);
    bool is_new = before->bytes == 0;
    bool is_first = is_new || fold->time_ms < before->created_ms;
    bool is_last = is_new || fold->time_ms > before->updated_ms;
    size_t len = ROW_HEAD_BYTES + change->key.len, at = 0;
    for (uint32_t i = 0; i < field_count; i++) {
        const struct kept_field kept = field_next(before->fields, &at);
        len += put_field(change, i, &kept, row + len);
    }
    put_u32(row, (uint32_t)len);
    put_u64(row + 4, (uint64_t)(is_first ? fold->time_ms : before->created_ms));
    put_u64(row + 12, (uint64_t)(is_last ? fold->time_ms : before->updated_ms));
    put_u16(row + 20, (uint16_t)change->key.len);
    memcpy(row + ROW_HEAD_BYTES, change->key.data, change->key.len);
    change->row = row;
    change->row_bytes = len;
}

// False, and counted, where it finds no room; then all is as it was.
static bool write_rows(struct change *change)
{
    struct fold *fold = change->fold;
    const struct bytes before = change->others_before, behind = change->others_behind;
    size_t len = HEAD_BYTES + before.len + change->row_bytes + behind.len;
    uint8_t *all = arena_alloc(&fold->arena, len); // the rows there are borrowed
    all[0] = VERSION;
    put_u32(all + 1, change->object->layout);
    if (before.len > 0)
        memcpy(all + HEAD_BYTES, before.data, before.len);
    memcpy(all + HEAD_BYTES + before.len, change->row, change->row_bytes);
    if (behind.len > 0)
        memcpy(all + len - behind.len, behind.data, behind.len);
    uint8_t *to = counter_write(
        fold->state, fold->contact, fold->binding.objects[change->object->index], len);
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

enum { SAID_OF_CHANGE = 6 };

static void say_change(struct change *change, struct value_pair *out)
{
    const struct object_row *before = &change->before;
    size_t fields_at = ROW_HEAD_BYTES + change->key.len;
    struct bytes after = bytes_of(change->row + fields_at, change->row_bytes - fields_at);
    out[0] = (struct value_pair){BYTES_LITERAL("object"), value_text(change->object->name)};
    out[1] = (struct value_pair){BYTES_LITERAL("key"), value_text(change->key)};
    out[2] = (struct value_pair){BYTES_LITERAL("fields"), names_of(change)};
    out[3] = (struct value_pair){BYTES_LITERAL("from"), fields_of(change, before->fields)};
    out[4] = (struct value_pair){BYTES_LITERAL("to"), fields_of(change, after)};
    out[5] = (struct value_pair){
        BYTES_LITERAL("is_new"), {.kind = VALUE_BOOL, .as.boolean = before->bytes == 0}};
}

void object_apply(struct fold *fold, const struct object_def *object, uint32_t depth)
{
    struct change change = {.fold = fold, .object = object};
    if (!read_key(&change))
        return;
    read_fields(&change);
    if (!find_rows(&change, object_rows(fold, object)))
        return;
    make_row(&change);
    bool is_told = change.before.bytes == 0 || change.changed_count > 0;
    bool is_heard = fold->binding.is_heard[BUILTIN_OBJECT_CHANGED];
    struct value_pair said[SAID_OF_CHANGE];
    if (is_told && is_heard)
        say_change(&change, said); // while what was is still there
    if (!write_rows(&change))
        return;
    live_mark(fold, ruleset_dependency_object(fold->ruleset, object->index));
    if (is_told && is_heard)
        fold_derive(fold, BUILTIN_OBJECT_CHANGED, depth, said, SAID_OF_CHANGE);
}
