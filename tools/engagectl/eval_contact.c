// A contact as printed, {"id":…,"fields":{…},"scores":{…},"objects":{…}}, as the names `contact`, `score` and `objects`
// that rules know.
#include "rules/cel/text.h"
#include "tools/engagectl/eval.h"
#include "tools/engagectl/typed_json.h"

// The members of `contact` that every contact has, as far as they are set.
static const char *const known[] = {"id",      "identifiers", "tags",    "lists", "created",
                                    "updated", "zone",        "consent", "owner", "stage"};
enum { KNOWN_COUNT = sizeof(known) / sizeof(known[0]) };

struct pairs {
    struct cel_pair *items;
    size_t count;
};

static size_t member_count(const struct json *object)
{
    size_t count = 0;
    for (const struct json *at = object == NULL ? NULL : object->first; at != NULL; at = at->next)
        count++;
    return count;
}

static struct pairs pairs_for(struct arena *arena, size_t count)
{
    return (struct pairs){arena_alloc(arena, count * sizeof(struct cel_pair) + 1), 0};
}

static void add_pair(struct pairs *pairs, struct bytes name, struct cel_value value)
{
    pairs->items[pairs->count++] = (struct cel_pair){cel_string(name), value};
}

// What a contact has none of is not printed, and empty to rules.
static bool add_absent(struct arena *arena, const char *name, struct pairs *to)
{
    struct pairs none = pairs_for(arena, 0);
    struct cel_value value;
    size_t wrong;
    if (strcmp(name, "consent") == 0) {
        if (!cel_map_of(arena, none.items, 0, &value, &wrong))
            return false;
    } else if (strcmp(name, "tags") == 0 || strcmp(name, "lists") == 0) {
        value = cel_list_of(arena, arena_alloc(arena, 1), 0);
    } else {
        return true;
    }
    add_pair(to, bytes_text(name), value);
    return true;
}

static bool add_known(
    struct arena *arena, const struct json *contact, const char *name, struct pairs *to)
{
    const struct json *member = json_member(contact, name);
    bool is_time = strcmp(name, "created") == 0 || strcmp(name, "updated") == 0;
    struct cel_value value;
    if (member == NULL)
        return add_absent(arena, name, to);
    if (is_time ? !cel_parse_timestamp(member->text, &value)
                : !plain_json_read(arena, member, &value))
        return false;
    add_pair(to, bytes_text(name), value);
    return true;
}

static bool read_contact(struct arena *arena, const struct json *contact, struct cel_value *out)
{
    const struct json *identifiers = json_member(contact, "identifiers");
    const struct json *fields = json_member(contact, "fields");
    struct pairs pairs =
        pairs_for(arena, KNOWN_COUNT + member_count(identifiers) + member_count(fields));
    size_t wrong;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (!add_known(arena, contact, known[i], &pairs))
            return false;
    }
    // contact.email: the first of that kind
    for (const struct json *at = identifiers == NULL ? NULL : identifiers->first; at != NULL;
         at = at->next) {
        if (at->first != NULL && at->first->kind == JSON_TEXT)
            add_pair(&pairs, at->name, cel_string(at->first->text));
    }
    for (const struct json *at = fields == NULL ? NULL : fields->first; at != NULL; at = at->next) {
        struct cel_value value;
        if (!plain_json_read(arena, at, &value))
            return false;
        add_pair(&pairs, at->name, value);
    }
    return cel_map_of(arena, pairs.items, pairs.count, out, &wrong);
}

// {"engagement":{"value":42.5,"band":"warm"}} as {"engagement": 42.5}; points are doubles.
static bool read_scores(struct arena *arena, const struct json *scores, struct cel_value *out)
{
    struct pairs pairs = pairs_for(arena, member_count(scores));
    size_t wrong;
    for (const struct json *at = scores == NULL ? NULL : scores->first; at != NULL; at = at->next) {
        const struct json *points = json_member(at, "value");
        struct cel_value value;
        if (points == NULL || !plain_json_read(arena, points, &value))
            return false;
        if (value.kind == CEL_INT)
            value = cel_double((double)value.as.integer);
        add_pair(&pairs, at->name, value);
    }
    return cel_map_of(arena, pairs.items, pairs.count, out, &wrong);
}

// {"stage":"offer","created":"2026-…"}, with its key beside the fields, as rules see it.
static bool read_object(struct arena *arena, const struct json *object, struct cel_value *out)
{
    struct pairs pairs = pairs_for(arena, member_count(object) + 1);
    size_t wrong;
    for (const struct json *at = object->first; at != NULL; at = at->next) {
        bool is_time = at->kind == JSON_TEXT && (bytes_equal_text(at->name, "created") ||
                                                 bytes_equal_text(at->name, "updated"));
        struct cel_value value;
        if (!(is_time && cel_parse_timestamp(at->text, &value)) &&
            !plain_json_read(arena, at, &value))
            return false;
        add_pair(&pairs, at->name, value);
    }
    if (json_member(object, "key") == NULL)
        add_pair(&pairs, BYTES_LITERAL("key"), cel_string(object->name));
    return cel_map_of(arena, pairs.items, pairs.count, out, &wrong);
}

static bool read_kind(struct arena *arena, const struct json *kind, struct cel_value *out)
{
    struct pairs pairs = pairs_for(arena, member_count(kind));
    size_t wrong;
    for (const struct json *at = kind == NULL ? NULL : kind->first; at != NULL; at = at->next) {
        struct cel_value value;
        if (!read_object(arena, at, &value))
            return false;
        add_pair(&pairs, at->name, value);
    }
    return cel_map_of(arena, pairs.items, pairs.count, out, &wrong);
}

// {"deal":{"o-1":{…}}}; kinds of the rules that the contact has none of are empty to rules.
static bool read_objects(
    struct arena *arena,
    const struct json *objects,
    const struct json *kinds,
    struct cel_value *out)
{
    struct pairs pairs = pairs_for(arena, member_count(objects) + member_count(kinds));
    struct cel_value value;
    size_t wrong;
    for (const struct json *at = objects == NULL ? NULL : objects->first; at != NULL;
         at = at->next) {
        if (!read_kind(arena, at, &value))
            return false;
        add_pair(&pairs, at->name, value);
    }
    for (const struct json *at = kinds == NULL ? NULL : kinds->first; at != NULL; at = at->next) {
        struct bytes name = json_text(at, "name");
        if (json_member_of(objects, name) != NULL)
            continue;
        if (!read_kind(arena, NULL, &value))
            return false;
        add_pair(&pairs, name, value);
    }
    return cel_map_of(arena, pairs.items, pairs.count, out, &wrong);
}

bool eval_bind_contact(
    struct arena *arena,
    const struct json *contact,
    const struct json *kinds,
    struct eval_variables *variables)
{
    struct cel_value value, scores, objects;
    if (!read_contact(arena, contact, &value) ||
        !read_scores(arena, json_member(contact, "scores"), &scores) ||
        !read_objects(arena, json_member(contact, "objects"), kinds, &objects))
        return false;
    size_t index = eval_variable(variables, BYTES_LITERAL("contact"), NULL);
    variables->values[index] = value;
    index = eval_variable(variables, BYTES_LITERAL("score"), NULL);
    variables->values[index] = scores;
    index = eval_variable(variables, BYTES_LITERAL("objects"), NULL);
    variables->values[index] = objects;
    return true;
}
