// Objects: all that was ever said of each, looked through again whenever one is asked.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { KEY_BYTES_MOST = 256, TEXT_BYTES_MOST = 1024, TIMES_MOST = 16 };

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

// Whether a word counts, of the first `count` that were told: none of these is a removal that it is not behind.
static bool is_alive(const struct contact *contact, size_t index, size_t count)
{
    const struct object_word *told = &contact->object_words.at[index];
    if (told->is_removal)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct object_word *other = &contact->object_words.at[i];
        if (other->is_removal && is_of(other, told) &&
            (other->time_ms > told->time_ms || (other->time_ms == told->time_ms && i > index)))
            return false;
    }
    return true;
}

static bool is_there(const struct contact *contact, const struct object_word *of, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_of(&contact->object_words.at[i], of) && is_alive(contact, i, count))
            return true;
    }
    return false;
}

// Whether the object is there, and this is the word that made it: it has been there ever since.
static bool is_maker(const struct contact *contact, size_t index)
{
    const struct object_word *told = &contact->object_words.at[index];
    if (told->is_removal || is_there(contact, told, index))
        return false;
    for (size_t i = index; i < contact->object_words.count; i++) {
        bool is_about = is_of(&contact->object_words.at[i], told);
        if (is_about && !is_there(contact, told, i + 1))
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
            (latest == NULL || told->time_ms >= latest->time_ms) && is_alive(contact, i, count))
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

// Whether the newest word has made another of the object.
static bool has_changed(const struct contact *contact, const struct workload_object *object)
{
    size_t count = contact->object_words.count;
    const struct object_word *told = &contact->object_words.at[count - 1];
    bool is_changed = is_there(contact, told, count - 1) != is_there(contact, told, count);
    for (uint32_t i = 0; i < object->field_count; i++)
        is_changed = is_changed ||
                     !is_kept_alike(
                         field_of(contact, told, i, count - 1), field_of(contact, told, i, count));
    return is_changed;
}

static void tell(
    struct oracle *oracle, const struct workload_object *object, struct text type, uint32_t depth)
{
    struct object_word told = {
        .object = object->name,
        .is_removal = !text_equal(object->on, type),
        .time_ms = oracle->time_ms,
    };
    if (!key_of(oracle, object, &told.key))
        return;
    struct said *values = sim_alloc(&oracle->arena, (object->field_count + 1) * sizeof(*values));
    for (uint32_t i = 0; i < object->field_count; i++) {
        values[i] = told.is_removal ? (struct said){.kind = SAID_ERROR}
                                    : oracle_say(oracle, object->fields[i].value);
        bool is_too_long = values[i].kind == SAID_TEXT && values[i].text.len > TEXT_BYTES_MOST;
        if (values[i].kind == SAID_OTHER || is_too_long)
            values[i].kind = SAID_ERROR;
        values[i].text = text_copy(&oracle->arena, values[i].text);
    }
    told.values = values;
    struct contact *contact = oracle_contact(oracle);
    *(struct object_word *)list_add(&contact->object_words) = told;
    if (has_changed(contact, object))
        oracle_derive(oracle, "object.changed", depth + 1, NULL, 0);
}

bool oracle_object_hears(const struct workload_object *object, struct text type)
{
    for (uint32_t i = 0; i < object->remover_count; i++) {
        if (text_equal(object->removed_by[i], type))
            return true;
    }
    return text_equal(object->on, type);
}

void oracle_tell_objects(struct oracle *oracle, struct text type, uint32_t depth)
{
    for (uint32_t i = 0; i < oracle->rules->object_count; i++) {
        if (oracle_object_hears(&oracle->rules->objects[i], type))
            tell(oracle, &oracle->rules->objects[i], type, depth);
    }
}

// --- asking
int64_t oracle_object_count(struct oracle *oracle, struct text name)
{
    const struct contact *contact = oracle_contact(oracle);
    int64_t count = 0;
    for (size_t i = 0; i < contact->object_words.count; i++)
        count += text_equal(contact->object_words.at[i].object, name) && is_maker(contact, i);
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
            contact->object_words.at[i].values[index].kind != SAID_ERROR &&
            is_alive(contact, i, contact->object_words.count))
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

// The n-th greatest of the times before `count` that count, the same ones once; INT64_MIN: there are not as many.
static int64_t time_from_behind(
    const struct contact *contact, const struct object_word *of, size_t count, int n)
{
    int64_t below_ms = INT64_MAX;
    for (; n > 0; n--) {
        int64_t most_ms = INT64_MIN;
        for (size_t i = 0; i < count; i++) {
            const struct object_word *told = &contact->object_words.at[i];
            if (is_of(told, of) && told->time_ms < below_ms && told->time_ms > most_ms &&
                is_alive(contact, i, count))
                most_ms = told->time_ms;
        }
        if (most_ms == INT64_MIN)
            return most_ms;
        below_ms = most_ms;
    }
    return below_ms;
}

// The least time of what counts; behind a removal that takes the first, of the greatest that are known then.
static int64_t created_of(const struct contact *contact, const struct object_word *of)
{
    int64_t created_ms = INT64_MAX;
    for (size_t i = 0; i < contact->object_words.count; i++) {
        const struct object_word *told = &contact->object_words.at[i];
        if (!is_of(told, of))
            continue;
        if (!told->is_removal && is_alive(contact, i, i + 1) && told->time_ms < created_ms)
            created_ms = told->time_ms;
        if (!told->is_removal || created_ms > told->time_ms)
            continue;
        int64_t known_ms = time_from_behind(contact, of, i, TIMES_MOST);
        created_ms = INT64_MAX;
        for (size_t k = 0; k < i; k++) {
            const struct object_word *left = &contact->object_words.at[k];
            if (is_of(left, of) && left->time_ms >= known_ms && left->time_ms < created_ms &&
                is_alive(contact, k, i + 1))
                created_ms = left->time_ms;
        }
    }
    return created_ms;
}

static void add_object(
    struct sim_text *to,
    const struct contact *contact,
    const struct workload_object *object,
    const struct object_word *of)
{
    int64_t last_ms = of->time_ms;
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
        if (!is_of(told, of) || told->is_removal) // the latest word counts, where one does
            continue;
        last_ms = told->time_ms > last_ms ? told->time_ms : last_ms;
    }
    add_time(to, "created", created_of(contact, of));
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
                !is_maker(contact, i))
                continue;
            sim_add_chars(to, before);
            before = ",";
            add_object(to, contact, object, &contact->object_words.at[i]);
        }
        sim_add_byte(to, '}');
    }
    sim_add_chars(to, before_kind[1] == '"' ? "" : "}");
}
