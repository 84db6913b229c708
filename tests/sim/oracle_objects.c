// Objects: all that was ever said of each, looked through again whenever one is asked.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { KEY_BYTES_MOST = 256, TEXT_BYTES_MOST = 1024 };

static const struct workload_object *object_of(const struct oracle *oracle, struct text name)
{
    const struct workload_object *object = oracle->rules->objects;
    while (!text_equal(object->name, name))
        object++; // the rules compile, so it is there
    return object;
}

static bool is_of(const struct object_word *told, const struct object_word *other)
{
    return text_equal(told->object, other->object) && text_equal(told->key, other->key);
}

// Whether nothing before it tells of the same object.
static bool is_first(const struct contact *contact, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (is_of(&contact->object_words.at[i], &contact->object_words.at[index]))
            return false;
    }
    return true;
}

// What was said of a field at the latest time, of equal ones by what came last, among the first `count` of what was told.
static struct said field_of(
    const struct contact *contact, const struct object_word *of, uint32_t field, size_t count)
{
    const struct object_word *latest = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct object_word *told = &contact->object_words.at[i];
        if (is_of(told, of) && told->values[field].kind != SAID_ERROR &&
            (latest == NULL || told->time_ms >= latest->time_ms))
            latest = told;
    }
    return latest == NULL ? (struct said){.kind = SAID_ERROR} : latest->values[field];
}

// As it is kept: -0.0 is another value than 0.0, and a NaN is one like itself.
static bool is_kept_alike(struct said a, struct said b)
{
    if (a.kind == SAID_DOUBLE && b.kind == SAID_DOUBLE)
        return memcmp(&a.real, &b.real, sizeof(a.real)) == 0;
    return (a.kind == SAID_ERROR && b.kind == SAID_ERROR) ||
           (a.kind == b.kind && said_is_same(a, b));
}

static bool key_of(
    struct oracle *oracle, const struct workload_object *object, struct text *key_out)
{
    struct said key = oracle_say(oracle, object->key);
    if (key.kind == SAID_INT)
        *key_out = text_format(&oracle->arena, "%lld", (long long)key.integer);
    else if (key.kind == SAID_TEXT)
        *key_out = text_copy(&oracle->arena, key.text);
    else
        return false;
    return key_out->len > 0 && key_out->len <= KEY_BYTES_MOST;
}

static void tell(struct oracle *oracle, const struct workload_object *object, uint32_t depth)
{
    struct object_word told = {.object = object->name, .time_ms = oracle->time_ms};
    if (!key_of(oracle, object, &told.key))
        return;
    struct said *values = sim_alloc(&oracle->arena, (object->field_count + 1) * sizeof(*values));
    for (uint32_t i = 0; i < object->field_count; i++) {
        values[i] = oracle_say(oracle, object->fields[i].value);
        bool is_too_long = values[i].kind == SAID_TEXT && values[i].text.len > TEXT_BYTES_MOST;
        if (values[i].kind == SAID_OTHER || is_too_long)
            values[i].kind = SAID_ERROR;
        values[i].text = text_copy(&oracle->arena, values[i].text);
    }
    told.values = values;
    struct contact *contact = oracle_contact(oracle);
    *(struct object_word *)list_add(&contact->object_words) = told;
    size_t count = contact->object_words.count;
    bool is_changed = is_first(contact, count - 1);
    for (uint32_t i = 0; i < object->field_count; i++)
        is_changed = is_changed || !is_kept_alike(
                                       field_of(contact, &told, i, count - 1),
                                       field_of(contact, &told, i, count));
    if (is_changed)
        oracle_derive(oracle, "object.changed", depth + 1, NULL, 0);
}

void oracle_tell_objects(struct oracle *oracle, struct text type, uint32_t depth)
{
    for (uint32_t i = 0; i < oracle->rules->object_count; i++) {
        if (text_equal(oracle->rules->objects[i].on, type))
            tell(oracle, &oracle->rules->objects[i], depth);
    }
}

// --- asking
int64_t oracle_object_count(struct oracle *oracle, struct text name)
{
    const struct contact *contact = oracle_contact(oracle);
    int64_t count = 0;
    for (size_t i = 0; i < contact->object_words.count; i++)
        count += text_equal(contact->object_words.at[i].object, name) && is_first(contact, i);
    return count;
}

bool oracle_object_has(struct oracle *oracle, struct text name, struct text field)
{
    const struct contact *contact = oracle_contact(oracle);
    const struct workload_object *object = object_of(oracle, name);
    uint32_t index = 0;
    while (!text_equal(object->fields[index].name, field))
        index++;
    for (size_t i = 0; i < contact->object_words.count; i++) {
        if (text_equal(contact->object_words.at[i].object, name) &&
            contact->object_words.at[i].values[index].kind != SAID_ERROR)
            return true;
    }
    return false;
}

static void add_time(struct sim_text *to, const char *key, int64_t time_ms)
{
    sim_add_format(to, "\"%s\":\"", key);
    sim_add_time(to, time_ms);
    sim_add_byte(to, '"');
}

static void add_object(
    struct sim_text *to,
    const struct contact *contact,
    const struct workload_object *object,
    const struct object_word *of)
{
    int64_t first_ms = of->time_ms, last_ms = of->time_ms;
    sim_add_json_text(to, of->key);
    sim_add_chars(to, ":{");
    for (uint32_t i = 0; i < object->field_count; i++) {
        struct said said = field_of(contact, of, i, contact->object_words.count);
        if (said.kind == SAID_ERROR)
            continue;
        sim_add_json_text(to, object->fields[i].name);
        sim_add_byte(to, ':');
        oracle_add_said(to, said);
        sim_add_byte(to, ',');
    }
    for (size_t i = 0; i < contact->object_words.count; i++) {
        const struct object_word *told = &contact->object_words.at[i];
        if (!is_of(told, of))
            continue;
        first_ms = told->time_ms < first_ms ? told->time_ms : first_ms;
        last_ms = told->time_ms > last_ms ? told->time_ms : last_ms;
    }
    add_time(to, "created", first_ms);
    sim_add_byte(to, ',');
    add_time(to, "updated", last_ms);
    sim_add_byte(to, '}');
}

void oracle_add_objects(struct oracle *oracle, struct sim_text *to)
{
    const struct contact *contact = oracle_contact(oracle);
    const char *before_kind = ",\"objects\":{";
    for (uint32_t k = 0; k < oracle->rules->object_count; k++) {
        const struct workload_object *object = &oracle->rules->objects[k];
        const char *before = ":{";
        if (oracle_object_count(oracle, object->name) == 0)
            continue;
        sim_add_chars(to, before_kind);
        before_kind = ",";
        sim_add_json_text(to, object->name);
        for (size_t i = 0; i < contact->object_words.count; i++) {
            if (!text_equal(contact->object_words.at[i].object, object->name) ||
                !is_first(contact, i))
                continue;
            sim_add_chars(to, before);
            before = ",";
            add_object(to, contact, object, &contact->object_words.at[i]);
        }
        sim_add_byte(to, '}');
    }
    sim_add_chars(to, before_kind[1] == '"' ? "" : "}");
}
