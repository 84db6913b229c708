// A contact's objects, as JSON.
#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/objects.h"
#include "engine/fold/query.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

static void add_name(struct buffer *to, bool is_first, struct bytes name)
{
    if (!is_first)
        buffer_add_u8(to, ',');
    text_add_json(to, name);
    buffer_add_u8(to, ':');
}

static void add_time(
    struct buffer *to,
    const struct object_def *object,
    bool is_first,
    enum object_member member,
    int64_t time_ms)
{
    if (object_declares(object, object_member_name(member)))
        return;
    add_name(to, is_first, object_member_name(member));
    json_add_time(to, time_ms);
}

static void add_object(
    struct buffer *to, const struct object_def *object, const struct object_row *row)
{
    struct arena arena = {0};
    bool is_first = true;
    buffer_add_u8(to, '{');
    for (uint32_t i = 0; i < object->field_count; i++) {
        struct cel_value value;
        if (!object_field(row, i, &arena, &value))
            continue;
        add_name(to, is_first, object->fields[i].name);
        query_add_value(to, value);
        is_first = false;
    }
    add_time(to, object, is_first, OBJECT_CREATED, row->created_ms);
    is_first = is_first && object_declares(object, object_member_name(OBJECT_CREATED));
    add_time(to, object, is_first, OBJECT_UPDATED, row->updated_ms);
    buffer_add_u8(to, '}');
    arena_free(&arena);
}

void query_objects(struct shard *shard, struct contact_number contact, struct buffer *to)
{
    struct fold *fold = &shard->fold;
    bool is_first = true;
    fold_look_at(fold, contact);
    for (size_t i = 0; i < ruleset_object_count(shard->ruleset); i++) {
        const struct object_def *object = ruleset_object(shard->ruleset, i);
        struct bytes rows = object_rows(fold, object);
        struct object_row row;
        size_t at = 0;
        if (!object_next(rows, &at, &row))
            continue;
        buffer_add_text(to, is_first ? ",\"objects\":{" : "},");
        text_add_json(to, object->name);
        buffer_add_text(to, ":{");
        is_first = false;
        at = 0;
        for (bool is_first_key = true; object_next(rows, &at, &row); is_first_key = false) {
            add_name(to, is_first_key, row.key);
            add_object(to, object, &row);
        }
    }
    if (!is_first)
        buffer_add_text(to, "}}");
}
