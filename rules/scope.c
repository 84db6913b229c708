#include "rules/scope.h"

#include <stdlib.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "rules/expression.h"
#include "rules/ruleset_data.h"

struct scopes {
    struct arena arena;
    const struct ruleset *ruleset;
    struct cel_library *library;
    struct cel_object contact, score, counter, segment, objects, run, event;
    struct cel_field run_fields[SCOPE_RUN_FIELD_COUNT];
    struct cel_field *counter_fields;
    struct cel_field **object_fields; // of each object: the declared ones, then what each has
    const struct cel_type **data;     // by slot_of: of its data; NULL: not asked for yet
    struct cel_variable variables[SCOPE_VARIABLE_COUNT];
    struct cel_scope scope;
};

const struct cel_type *scope_type_of(struct arena *arena, enum data_type type)
{
    switch (type) {
    case DATA_ANY: return &cel_type_dyn;
    case DATA_STRING: return &cel_type_string;
    case DATA_INT: return &cel_type_int;
    case DATA_DOUBLE: return &cel_type_double;
    case DATA_BOOL: return &cel_type_bool;
    case DATA_TIMESTAMP:
    case DATA_DATE: return &cel_type_timestamp; // a date is its midnight UTC
    case DATA_DURATION: return &cel_type_duration;
    case DATA_LIST: return cel_type_list(arena, &cel_type_dyn);
    case DATA_MAP: return cel_type_map(arena, &cel_type_string, &cel_type_dyn);
    }
    return &cel_type_dyn;
}

static void make_event(struct scopes *scopes)
{
    static const struct cel_field fields[SCOPE_EVENT_FIELD_COUNT] = {
        [SCOPE_EVENT_ID] = {{(const uint8_t *)"id", 2}, &cel_type_string},
        [SCOPE_EVENT_TYPE] = {{(const uint8_t *)"type", 4}, &cel_type_string},
        [SCOPE_EVENT_SOURCE] = {{(const uint8_t *)"source", 6}, &cel_type_string},
        [SCOPE_EVENT_TIME] = {{(const uint8_t *)"time", 4}, &cel_type_timestamp},
    };
    scopes->event = (struct cel_object){
        .name = BYTES_LITERAL("event"), .fields = fields, .field_count = SCOPE_EVENT_FIELD_COUNT};
}

// --- the contact
static const struct {
    const char *name, *type;
} contact_members[SCOPE_CONTACT_FIELD_COUNT] = {
    [SCOPE_CONTACT_ID] = {"id", "string"},
    [SCOPE_CONTACT_IDENTIFIERS] = {"identifiers", "map(string, list(string))"},
    [SCOPE_CONTACT_TAGS] = {"tags", "list(string)"},
    [SCOPE_CONTACT_LISTS] = {"lists", "list(string)"},
    [SCOPE_CONTACT_CREATED] = {"created", "timestamp"},
    [SCOPE_CONTACT_UPDATED] = {"updated", "timestamp"},
    [SCOPE_CONTACT_ZONE] = {"zone", "string"},
    [SCOPE_CONTACT_CONSENT] = {"consent", "map(string, string)"},
    [SCOPE_CONTACT_OWNER] = {"owner", "string"},
    [SCOPE_CONTACT_STAGE] = {"stage", "string"},
};

uint32_t scope_contact_count(const struct ruleset *ruleset)
{
    return SCOPE_CONTACT_FIELD_COUNT + (uint32_t)catalog_identifier_count(ruleset->catalog) +
           (uint32_t)ruleset->field_count;
}

struct bytes scope_contact_name(const struct ruleset *ruleset, uint32_t index)
{
    INVARIANT(index < scope_contact_count(ruleset));
    size_t kinds = catalog_identifier_count(ruleset->catalog);
    if (index < SCOPE_CONTACT_FIELD_COUNT)
        return bytes_text(contact_members[index].name);
    index -= SCOPE_CONTACT_FIELD_COUNT;
    return index < kinds ? catalog_identifier(ruleset->catalog, index)
                         : ruleset->fields[index - kinds].name;
}

bool scope_contact_has(struct bytes name)
{
    static const char *const printed[] = {"fields", "scores", "segments", "runs"}; // of its JSON
    for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
        if (bytes_equal_text(name, printed[i]))
            return true;
    }
    for (uint32_t i = 0; i < SCOPE_CONTACT_FIELD_COUNT; i++) {
        if (bytes_equal_text(name, contact_members[i].name))
            return true;
    }
    return false;
}

static const struct cel_type *contact_type(
    struct arena *arena, const struct ruleset *ruleset, uint32_t index)
{
    size_t declared = SCOPE_CONTACT_FIELD_COUNT + catalog_identifier_count(ruleset->catalog);
    size_t at = 0;
    if (index >= declared)
        return scope_type_of(arena, ruleset->fields[index - declared].type);
    return index < SCOPE_CONTACT_FIELD_COUNT
               ? cel_type_parse(arena, bytes_text(contact_members[index].type), &at)
               : &cel_type_string; // the first identifier of a kind
}

static void make_contact(struct scopes *scopes)
{
    struct arena *arena = &scopes->arena;
    const struct ruleset *ruleset = scopes->ruleset;
    uint32_t count = scope_contact_count(ruleset);
    struct cel_field *fields = arena_alloc(arena, count * sizeof(*fields));
    for (uint32_t i = 0; i < count; i++)
        fields[i] =
            (struct cel_field){scope_contact_name(ruleset, i), contact_type(arena, ruleset, i)};
    scopes->contact = (struct cel_object){
        .name = BYTES_LITERAL("contact"),
        .fields = fields,
        .field_count = count,
        .index = cel_field_index_of(arena, fields, count)};
}

static void make_score(struct scopes *scopes)
{
    const struct ruleset *ruleset = scopes->ruleset;
    struct cel_field *fields =
        arena_alloc(&scopes->arena, (ruleset->score_count + 1) * sizeof(*fields));
    for (size_t i = 0; i < ruleset->score_count; i++)
        fields[i] = (struct cel_field){ruleset->scores[i].name, &cel_type_double};
    scopes->score = (struct cel_object){
        .name = BYTES_LITERAL("score"),
        .fields = fields,
        .field_count = (uint32_t)ruleset->score_count,
        .index = cel_field_index_of(&scopes->arena, fields, (uint32_t)ruleset->score_count)};
}

static const struct cel_type *counter_type(const struct counter_def *counter)
{
    switch (counter->kind) {
    case COUNTER_COUNT:
    case COUNTER_DISTINCT: return &cel_type_int;
    case COUNTER_SUM:
    case COUNTER_MIN:
    case COUNTER_MAX:
    case COUNTER_AVG: return &cel_type_double;
    case COUNTER_FIRST:
    case COUNTER_LAST: break;
    }
    return &cel_type_dyn;
}

static void make_counter(struct scopes *scopes)
{
    const struct ruleset *ruleset = scopes->ruleset;
    size_t count = ruleset->counter_count;
    scopes->counter_fields =
        arena_alloc(&scopes->arena, (count + 1) * sizeof(*scopes->counter_fields));
    for (size_t i = 0; i < count; i++)
        scopes->counter_fields[i] =
            (struct cel_field){ruleset->counters[i].name, counter_type(&ruleset->counters[i])};
    scopes->counter = (struct cel_object){
        .name = BYTES_LITERAL("counter"),
        .fields = scopes->counter_fields,
        .field_count = (uint32_t)count,
        .index = cel_field_index_of(&scopes->arena, scopes->counter_fields, (uint32_t)count)};
}

static void make_segment(struct scopes *scopes)
{
    const struct ruleset *ruleset = scopes->ruleset;
    size_t count = ruleset->segment_count;
    struct cel_field *fields = arena_alloc(&scopes->arena, (count + 1) * sizeof(*fields));
    for (size_t i = 0; i < count; i++)
        fields[i] = (struct cel_field){ruleset->segments[i].name, &cel_type_bool};
    scopes->segment = (struct cel_object){
        .name = BYTES_LITERAL("segment"),
        .fields = fields,
        .field_count = (uint32_t)count,
        .index = cel_field_index_of(&scopes->arena, fields, (uint32_t)count)};
}

// The declared fields, then what every object has beside them.
static const struct cel_type *make_object(struct scopes *scopes, const struct object_def *object)
{
    struct arena *arena = &scopes->arena;
    uint32_t count = 0;
    struct cel_field *fields =
        arena_alloc(arena, (object->field_count + OBJECT_MEMBER_COUNT) * sizeof(*fields));
    scopes->object_fields[object->index] = fields;
    for (uint32_t i = 0; i < object->field_count; i++)
        fields[count++] = (struct cel_field){object->fields[i].name, &cel_type_dyn};
    for (enum object_member member = 0; member < OBJECT_MEMBER_COUNT; member++) {
        struct bytes name = object_member_name(member);
        if (!object_declares(object, name))
            fields[count++] = (struct cel_field){
                name, member == OBJECT_KEY ? &cel_type_string : &cel_type_timestamp};
    }
    struct buffer name = {0};
    buffer_add_text(&name, "objects.");
    buffer_add_bytes(&name, object->name);
    struct cel_object *of = arena_alloc(arena, sizeof(*of));
    *of = (struct cel_object){
        .name = arena_copy(arena, buffer_bytes(&name)),
        .fields = fields,
        .field_count = count,
        .index = cel_field_index_of(arena, fields, count)};
    buffer_free(&name);
    return cel_type_map(arena, &cel_type_string, cel_type_object(arena, of));
}

static void make_objects(struct scopes *scopes)
{
    const struct ruleset *ruleset = scopes->ruleset;
    size_t count = ruleset->object_count;
    struct cel_field *fields = arena_alloc(&scopes->arena, (count + 1) * sizeof(*fields));
    scopes->object_fields =
        arena_alloc(&scopes->arena, (count + 1) * sizeof(*scopes->object_fields));
    for (size_t i = 0; i < count; i++)
        fields[i] =
            (struct cel_field){ruleset->objects[i].name, make_object(scopes, &ruleset->objects[i])};
    scopes->objects = (struct cel_object){
        .name = BYTES_LITERAL("objects"),
        .fields = fields,
        .field_count = (uint32_t)count,
        .index = cel_field_index_of(&scopes->arena, fields, (uint32_t)count)};
}

void scopes_set_object_field(
    struct scopes *scopes, size_t object, uint32_t field, const struct cel_type *type)
{
    scopes->object_fields[object][field].type = type;
}

static void make_run(struct scopes *scopes)
{
    struct arena *arena = &scopes->arena;
    size_t at = 0;
    struct cel_field *fields = scopes->run_fields;
    fields[SCOPE_RUN_ID] = (struct cel_field){BYTES_LITERAL("id"), &cel_type_string};
    fields[SCOPE_RUN_WORKFLOW] = (struct cel_field){BYTES_LITERAL("workflow"), &cel_type_string};
    fields[SCOPE_RUN_KEY] = (struct cel_field){BYTES_LITERAL("key"), &cel_type_dyn};
    fields[SCOPE_RUN_STARTED] = (struct cel_field){BYTES_LITERAL("started"), &cel_type_timestamp};
    fields[SCOPE_RUN_DATA] = // of the type that starts the workflow
        (struct cel_field){BYTES_LITERAL("data"), &cel_type_dyn};
    fields[SCOPE_RUN_STEP] = (struct cel_field){
        BYTES_LITERAL("step"),
        cel_type_parse(arena, BYTES_LITERAL("map(string, map(string, string))"), &at)};
    scopes->run = (struct cel_object){
        .name = BYTES_LITERAL("run"), .fields = fields, .field_count = SCOPE_RUN_FIELD_COUNT};
}

void scopes_set_counter(struct scopes *scopes, size_t counter, const struct cel_type *type)
{
    scopes->counter_fields[counter].type = type;
}

struct scopes *scopes_new(const struct ruleset *ruleset)
{
    struct scopes *scopes = mem_zero(1, sizeof(*scopes));
    scopes->ruleset = ruleset;
    scopes->data = mem_zero(
        catalog_type_count(ruleset->catalog) + ruleset->event_set_count + 1, sizeof(*scopes->data));
    scopes->library = cel_library_new();
    make_event(scopes);
    make_contact(scopes);
    make_score(scopes);
    make_counter(scopes);
    make_segment(scopes);
    make_objects(scopes);
    make_run(scopes);
    struct arena *arena = &scopes->arena;
    scopes->variables[SCOPE_NOW] = (struct cel_variable){BYTES_LITERAL("now"), &cel_type_timestamp};
    scopes->variables[SCOPE_CONTACT] =
        (struct cel_variable){BYTES_LITERAL("contact"), cel_type_object(arena, &scopes->contact)};
    scopes->variables[SCOPE_SCORE] =
        (struct cel_variable){BYTES_LITERAL("score"), cel_type_object(arena, &scopes->score)};
    scopes->variables[SCOPE_COUNTER] =
        (struct cel_variable){BYTES_LITERAL("counter"), cel_type_object(arena, &scopes->counter)};
    scopes->variables[SCOPE_SEGMENT] =
        (struct cel_variable){BYTES_LITERAL("segment"), cel_type_object(arena, &scopes->segment)};
    scopes->variables[SCOPE_OBJECTS] =
        (struct cel_variable){BYTES_LITERAL("objects"), cel_type_object(arena, &scopes->objects)};
    scopes->variables[SCOPE_RUN] =
        (struct cel_variable){BYTES_LITERAL(""), cel_type_object(arena, &scopes->run)};
    scopes->variables[SCOPE_EVENT] =
        (struct cel_variable){BYTES_LITERAL("event"), cel_type_object(arena, &scopes->event)};
    scopes->variables[SCOPE_DATA] =
        (struct cel_variable){BYTES_LITERAL("data"), &cel_type_dyn}; // of the type asked for
    scopes->scope = (struct cel_scope){
        .library = scopes->library, .container = BYTES_LITERAL(""), .variables = scopes->variables};
    return scopes;
}

void scopes_free(struct scopes *scopes)
{
    if (scopes == NULL)
        return;
    cel_library_free(scopes->library);
    arena_free(&scopes->arena);
    free(scopes->data);
    free(scopes);
}

static const struct cel_type *data_type_of(struct scopes *scopes, event_type type)
{
    struct arena *arena = &scopes->arena;
    const struct event_type_def *def = catalog_type(scopes->ruleset->catalog, type);
    struct cel_field *fields = arena_alloc(arena, (def->field_count + 1) * sizeof(*fields));
    for (size_t i = 0; i < def->field_count; i++)
        fields[i] =
            (struct cel_field){def->fields[i].name, scope_type_of(arena, def->fields[i].type)};
    struct cel_object *data = arena_alloc(arena, sizeof(*data));
    *data = (struct cel_object){
        .name = def->name,
        .fields = fields,
        .field_count = (uint32_t)def->field_count,
        .is_open = true,
        .index = cel_field_index_of(arena, fields, (uint32_t)def->field_count)};
    return cel_type_object(arena, data);
}

// "email.opened or email.clicked", "email.opened or 2 more"
static struct bytes name_of_set(struct scopes *scopes, const struct event_set *set)
{
    const struct catalog *catalog = scopes->ruleset->catalog;
    struct buffer name = {0};
    buffer_add_bytes(&name, catalog_type(catalog, set->types[0])->name);
    buffer_add_text(&name, " or ");
    if (set->count == 2)
        buffer_add_bytes(&name, catalog_type(catalog, set->types[1])->name);
    else
        buffer_add_format(&name, "%u more", set->count - 1);
    struct bytes copy = arena_copy(&scopes->arena, buffer_bytes(&name));
    buffer_free(&name);
    return copy;
}

// Fields of several types while they are merged.
struct merged {
    struct cel_field *fields;
    uint32_t *declared; // by field: how many of the types declare it
    uint32_t count;
    uint32_t *slots; // open addressing by name: index of a field and 1
    uint32_t mask;
};

static void merge(struct arena *arena, struct merged *merged, const struct data_field *field)
{
    const struct cel_type *type = scope_type_of(arena, field->type);
    uint32_t at = (uint32_t)hash_u64(field->name, 0) & merged->mask;
    while (merged->slots[at] != 0 &&
           !bytes_equal(merged->fields[merged->slots[at] - 1].name, field->name))
        at = (at + 1) & merged->mask;
    if (merged->slots[at] == 0) {
        merged->slots[at] = merged->count + 1;
        merged->fields[merged->count] = (struct cel_field){field->name, type};
        merged->declared[merged->count++] = 1;
        return;
    }
    struct cel_field *first = &merged->fields[merged->slots[at] - 1];
    merged->declared[merged->slots[at] - 1]++;
    if (!cel_type_equal(first->type, type))
        first->type = &cel_type_dyn;
}

// What any of the types declares: of its type where all declare it alike, else dyn.
static const struct cel_type *data_type_of_set(struct scopes *scopes, const struct event_set *set)
{
    struct arena *arena = &scopes->arena;
    const struct catalog *catalog = scopes->ruleset->catalog;
    size_t most = 1;
    for (uint32_t i = 0; i < set->count; i++)
        most += catalog_type(catalog, set->types[i])->field_count;
    struct merged merged = {.mask = 1};
    while (merged.mask < most * 2)
        merged.mask = merged.mask * 2 + 1;
    merged.fields = arena_alloc(arena, most * sizeof(*merged.fields));
    merged.declared = mem_zero(most, sizeof(*merged.declared));
    merged.slots = mem_zero((size_t)merged.mask + 1, sizeof(*merged.slots));
    for (uint32_t i = 0; i < set->count; i++) {
        const struct event_type_def *def = catalog_type(catalog, set->types[i]);
        for (size_t f = 0; f < def->field_count; f++)
            merge(arena, &merged, &def->fields[f]);
    }
    for (uint32_t i = 0; i < merged.count; i++) {
        if (merged.declared[i] < set->count)
            merged.fields[i].type = &cel_type_dyn;
    }
    free(merged.slots);
    free(merged.declared);
    struct cel_object *data = arena_alloc(arena, sizeof(*data));
    *data = (struct cel_object){
        .name = name_of_set(scopes, set),
        .fields = merged.fields,
        .field_count = merged.count,
        .is_open = true,
        .is_by_name = true,
        .index = cel_field_index_of(arena, merged.fields, merged.count)};
    return cel_type_object(arena, data);
}

// Sets come behind the types of the catalogue.
static size_t slot_of(const struct scopes *scopes, event_type on)
{
    return on < EVENT_SET_FIRST
               ? on
               : catalog_type_count(scopes->ruleset->catalog) + (on - EVENT_SET_FIRST);
}

static const struct cel_type *kept_data_type(struct scopes *scopes, event_type on)
{
    const struct cel_type **data = &scopes->data[slot_of(scopes, on)];
    if (*data == NULL && on < EVENT_SET_FIRST)
        *data = data_type_of(scopes, on);
    else if (*data == NULL)
        *data = data_type_of_set(scopes, &scopes->ruleset->event_sets[on - EVENT_SET_FIRST]);
    return *data;
}

static void name_run(struct cel_variable *variables, bool is_there)
{
    variables[SCOPE_RUN].name = is_there ? BYTES_LITERAL("run") : BYTES_LITERAL("");
}

const struct cel_scope *scopes_of_run(struct scopes *scopes, event_type on, event_type run_on)
{
    (void)scopes_of(scopes, on);
    name_run(scopes->variables, true);
    scopes->run_fields[SCOPE_RUN_DATA].type = kept_data_type(scopes, run_on);
    return &scopes->scope;
}

const struct cel_scope *scopes_of(struct scopes *scopes, event_type on)
{
    name_run(scopes->variables, false);
    scopes->scope.variable_count = SCOPE_EVENT;
    if (on == EVENT_TYPE_UNKNOWN)
        return &scopes->scope;
    scopes->scope.variable_count = SCOPE_VARIABLE_COUNT;
    scopes->variables[SCOPE_DATA].type = kept_data_type(scopes, on);
    return &scopes->scope;
}

const struct cel_scope *scope_again(
    const struct ruleset *ruleset, const struct rule_expression *of, struct arena *arena)
{
    event_type on = of->on;
    const struct scopes *scopes = ruleset->scopes;
    struct cel_scope *scope = arena_alloc(arena, sizeof(*scope));
    struct cel_variable *variables = arena_alloc(arena, sizeof(scopes->variables));
    memcpy(variables, scopes->variables, sizeof(scopes->variables));
    *scope = scopes->scope;
    scope->variables = variables;
    scope->variable_count = on == EVENT_TYPE_UNKNOWN ? SCOPE_EVENT : SCOPE_VARIABLE_COUNT;
    if (on != EVENT_TYPE_UNKNOWN) {
        variables[SCOPE_DATA].type = scopes->data[slot_of(scopes, on)];
        INVARIANT(variables[SCOPE_DATA].type != NULL);
    }
    name_run(variables, of->run_on != EVENT_TYPE_UNKNOWN);
    if (of->run_on != EVENT_TYPE_UNKNOWN) {
        struct cel_object *run = arena_alloc(arena, sizeof(*run));
        struct cel_field *fields = arena_alloc(arena, sizeof(scopes->run_fields));
        memcpy(fields, scopes->run_fields, sizeof(scopes->run_fields));
        fields[SCOPE_RUN_DATA].type = scopes->data[slot_of(scopes, of->run_on)];
        *run = scopes->run;
        run->fields = fields;
        variables[SCOPE_RUN].type = cel_type_object(arena, run);
    }
    return scope;
}

const struct cel_scope *scope_of_parts(const struct ruleset *ruleset)
{
    return &ruleset->scopes->scope; // names and library are the same whatever the event
}
