// The event types of a workload: built-in ones as config/catalog says them, and the rules' own.
#include <string.h>

#include "tests/sim/workload_internal.h"

// "name:type", with a '?' before what is optional.
static const struct built_in {
    const char *name, *fields;
} built_ins[] = {
    {"contact.created", "?fields:map ?identifiers:map ?zone:string"},
    {"contact.updated", "?fields:map ?identifiers:map ?zone:string"},
    {"contact.imported", "?fields:map ?identifiers:map ?zone:string"},
    {"contact.identified", "?fields:map ?identifiers:map ?zone:string ?form:string"},
    {"contact.tag_added", "tag:string ?by:string"},
    {"contact.tag_removed", "tag:string ?by:string"},
    {"contact.list_added", "list:string ?by:string"},
    {"contact.list_removed", "list:string ?by:string"},
    {"contact.note_added", "note:string ?text:string ?by:string"},
    {"contact.note_changed", "note:string ?text:string ?by:string"},
    {"contact.stage_changed", "stage:string ?by:string"},
    {"contact.assigned", "?team:string ?person:string ?by:string"},
    {"contact.unassigned", "?by:string"},
    {"contact.consent_changed", "channel:string state:string ?proof:any ?by:string"},
    {"contact.dnd_changed", "?channel:string on:bool ?by:string"},
    {"contact.unsubscribed", "?channel:string ?message:string ?campaign:string ?reason:string"},
    {"contact.resubscribed", "?channel:string ?message:string ?campaign:string ?proof:any"},
    {"contact.points_adjusted", "score:string ?add:double ?set:double ?reason:string ?by:string"},
    {"contact.deleted", "?reason:string ?by:string"},
    {"contact.merged", "from:string ?by:string ?reason:string"},
    {"contact.erased", "?reason:string ?by:string"},
    {"event.retracted", "?source:string event:string ?reason:string ?by:string"},
    {"email.opened", "?message:string ?campaign:string ?device:string ?machine:bool"},
    {"email.clicked", "?message:string ?campaign:string ?url:string ?device:string"},
    {"email.bounced", "?message:string ?campaign:string ?kind:string ?reason:string ?code:string"},
    {"page.viewed", "url:string ?title:string ?referrer:string ?session:string ?device:string "
                    "?campaign:string"},
    {"link.clicked", "url:string ?message:string ?campaign:string ?device:string"},
    {"form.submitted", "?form:string ?name:string ?page:string ?fields:map ?campaign:string"},
    {"survey.submitted", "survey:string ?name:string ?score:double ?answers:map"},
    {"order.placed", "?order:string ?amount:double ?currency:string ?items:int ?lines:list "
                     "?coupon:string ?store:string"},
    {"ticket.created", "ticket:string ?subject:string ?status:string ?priority:string "
                       "?channel:string ?assignee:string"},
    {"call.completed", "?call:string ?direction:string ?number:string ?seconds:int "
                       "?outcome:string ?recording:string"},
    {"score.changed", "score:string from:double to:double"},
    {"score.band_changed", "score:string from:string to:string value:double"},
    {"field.changed", "field:string ?from:any ?to:any"},
    {"tag.added", "tag:string"},
    {"tag.removed", "tag:string"},
    {"list.added", "list:string"},
    {"list.removed", "list:string"},
    {"run.started", "workflow:string run:string ?key:string"},
    {"run.ended", "workflow:string run:string ?key:string outcome:string ?why:string"},
    {"action.emitted", "action:string id:string ?workflow:string ?step:string"},
    {"segment.entered", "segment:string"},
    {"segment.left", "segment:string"},
};
enum {
    BUILT_IN_COUNT = sizeof(built_ins) / sizeof(built_ins[0]),
    FIELDS_MAX = 16,
    OWN_MAX = 4,
    EXTENDED_MAX = 2,
};

static struct workload_data_field parse_field(const char *at, size_t len)
{
    struct workload_data_field field = {.is_optional = *at == '?'};
    const char *colon = memchr(at, ':', len);
    const char *name = at + (field.is_optional ? 1 : 0);
    field.name = (struct text){name, (size_t)(colon - name)};
    field.type = workload_type_parse((struct text){colon + 1, (size_t)(at + len - colon) - 1});
    return field;
}

static struct workload_event_type parse_built_in(
    struct sim_arena *arena, const struct built_in *built_in)
{
    struct workload_data_field *fields = sim_alloc(arena, FIELDS_MAX * sizeof(*fields));
    struct workload_event_type type = {.name = text_of(built_in->name), .fields = fields};
    for (const char *at = built_in->fields; *at != '\0';) {
        size_t len = strcspn(at, " ");
        fields[type.field_count++] = parse_field(at, len);
        at += len;
        at += strspn(at, " ");
    }
    return type;
}

static void draw_own_fields(struct draw *draw, struct workload_event_type *type)
{
    static const char *const names[] = {"device", "reason", "count",    "amount",
                                        "when",   "more",   "odd name!"};
    struct workload_data_field *fields = sim_alloc(draw->arena, FIELDS_MAX * sizeof(*fields));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (sim_random_chance(&draw->random, 500))
            continue;
        fields[type->field_count++] = (struct workload_data_field){
            .name = text_of(names[i]),
            .type = (enum workload_type)sim_random_below(&draw->random, WORKLOAD_TYPE_COUNT),
            .is_optional = sim_random_chance(&draw->random, 700),
        };
    }
    type->fields = fields;
}

// A built-in type gets a field more, or one of another type.
static void extend(struct draw *draw, struct workload_event_type *type)
{
    static const char *const names[] = {"depth", "campaign", "device"};
    struct workload_data_field *fields = sim_alloc(draw->arena, FIELDS_MAX * sizeof(*fields));
    for (uint32_t i = 0; i < type->field_count; i++)
        fields[i] = type->fields[i];
    struct workload_data_field field = {
        .name = text_of(names[sim_random_below(&draw->random, 3)]),
        .type = (enum workload_type)sim_random_below(&draw->random, WORKLOAD_TYPE_COUNT),
        .is_optional = sim_random_chance(&draw->random, 800),
    };
    uint32_t at = 0;
    while (at < type->field_count && !text_equal(fields[at].name, field.name))
        at++;
    fields[at] = field;
    type->field_count += at == type->field_count;
    type->fields = fields;
    type->is_declared = true;
}

struct workload_event_type *draw_event_types(
    struct draw *draw, const struct sim_random *own, uint32_t *count_out)
{
    static const char *const own_names[OWN_MAX] = {
        "device.returned", "Game.levelUp", "x", "a-b_c.d"};
    struct workload_event_type *types =
        sim_alloc(draw->arena, (BUILT_IN_COUNT + OWN_MAX) * sizeof(*types));
    uint32_t count = 0;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++)
        types[count++] = parse_built_in(draw->arena, &built_ins[i]);
    for (uint32_t i = 0; i < EXTENDED_MAX; i++) {
        // from email.opened on, up to call.completed: what the engine itself does not read
        uint32_t at = 22 + (uint32_t)sim_random_below(&draw->random, 10);
        if (!types[at].is_declared && sim_random_chance(&draw->random, 300))
            extend(draw, &types[at]);
    }
    struct draw owned = {draw->arena, *own};
    for (uint32_t i = 0; i < OWN_MAX; i++) {
        if (sim_random_chance(&draw->random, 400))
            continue;
        types[count] =
            (struct workload_event_type){.name = text_of(own_names[i]), .is_declared = true};
        draw_own_fields(&owned, &types[count++]);
    }
    *count_out = count;
    return types;
}

const struct workload_event_type *rules_event(const struct workload_rules *rules, struct text name)
{
    for (uint32_t i = 0; i < rules->event_count; i++) {
        if (text_equal(rules->events[i].name, name))
            return &rules->events[i];
    }
    return NULL;
}
