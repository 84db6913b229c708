// Rendering actions and deriving their ids.
#include "engine/fold/action.h"

#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/step_value.h"
#include "projections/contact_ask.h"
#include "projections/contacts.h"

// The ids of runs and actions are XXH3-128 over their parts, each behind its length, under this
// fixed seed: the same decision has the same id in every data directory and version.
#define ID_SEED UINT64_C(0x656e676167656431) // "engaged1"

struct hash128 action_run_id(
    struct buffer *text,
    const struct contact_identifier *first,
    const struct workflow_def *workflow,
    uint32_t run)
{
    buffer_clear(text);
    if (bytes_equal_text(first->kind, "contact_id")) {
        buffer_add_sized(text, BYTES_LITERAL("run"));
    } else { // whose id as text could be another's contact_id
        buffer_add_sized(text, BYTES_LITERAL("run by"));
        buffer_add_sized(text, first->kind);
    }
    buffer_add_sized(text, first->value);
    buffer_add_sized(text, workflow->name);
    buffer_add_varint(text, run);
    return hash_u128(buffer_bytes(text), ID_SEED);
}

// occurrence counts how often the run came to the step.
static struct hash128 action_id(
    struct buffer *text, struct hash128 run, struct bytes step, uint32_t occurrence)
{
    buffer_clear(text);
    buffer_add_sized(text, BYTES_LITERAL("action"));
    buffer_add_u64(text, run.low);
    buffer_add_u64(text, run.high);
    buffer_add_sized(text, step);
    buffer_add_varint(text, occurrence);
    return hash_u128(buffer_bytes(text), ID_SEED);
}

static struct value identifier_value(const struct contact_view *view, struct bytes kind)
{
    for (uint32_t i = 0; i < view->identifier_count; i++) {
        if (bytes_equal(view->identifiers[i].kind, kind))
            return value_text(view->identifiers[i].value);
    }
    return (struct value){.kind = VALUE_ABSENT};
}

// What `= contact.email` stands for.
static struct value default_value(
    const struct contact_view *view, struct bytes id, const struct action_param *param)
{
    if (param->default_path.len == 0)
        return param->default_value;
    if (bytes_equal_text(param->default_path, "id"))
        return value_text(id);
    if (bytes_equal_text(param->default_path, "stage"))
        return view->stage.len > 0 ? value_text(view->stage) : (struct value){.kind = VALUE_ABSENT};
    if (bytes_equal_text(param->default_path, "zone"))
        return view->zone.len > 0 ? value_text(view->zone) : (struct value){.kind = VALUE_ABSENT};
    for (uint32_t i = 0; i < view->field_count; i++) {
        if (bytes_equal(view->fields[i].name, param->default_path))
            return view->fields[i].value;
    }
    return identifier_value(view, param->default_path);
}

// What the step gives, or what an expression in the parameter's default gives; of one that fails, which is counted, nothing.
// Looked for before the contact is read.
static struct value given_value(
    struct fold *fold,
    const struct action_step *step,
    const struct action_param *param,
    uint32_t at)
{
    const struct step_value *found = &param->default_found;
    struct value value = {.kind = VALUE_ABSENT};
    for (uint32_t i = 0; i < step->step->with_count; i++) {
        if (step->step->with[i].param == at)
            value = step->values[i];
    }
    if (value.kind != VALUE_ABSENT || (found->expression == NULL && found->piece_count == 0))
        return value;
    return step_value_find(fold, found, &value) ? value : (struct value){.kind = VALUE_ABSENT};
}

static const struct value *given_values(
    struct fold *fold, const struct action_def *action, const struct action_step *step)
{
    struct value *values = arena_alloc(&fold->arena, (action->param_count + 1) * sizeof(*values));
    for (uint32_t i = 0; i < action->param_count; i++)
        values[i] = given_value(fold, step, &action->params[i], i);
    return values;
}

// False when a required parameter has no value.
static bool add_with(
    struct buffer *to,
    const struct action_def *action,
    const struct value *values,
    const struct contact_view *view,
    struct bytes id)
{
    bool is_first = true;
    buffer_add_u8(to, '{');
    for (uint32_t i = 0; i < action->param_count; i++) {
        struct value value = values[i];
        if (value.kind == VALUE_ABSENT)
            value = default_value(view, id, &action->params[i]);
        if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL) {
            if (!action->params[i].is_optional)
                return false;
            continue;
        }
        if (!is_first)
            buffer_add_u8(to, ',');
        is_first = false;
        text_add_json(to, action->params[i].name);
        buffer_add_u8(to, ':');
        value_add_json(to, value);
    }
    buffer_add_u8(to, '}');
    return true;
}

void action_add_param(
    struct fold *fold, const struct action_step *step, uint32_t param, struct buffer *to)
{
    const struct action_param *params = ruleset_action(fold->ruleset, step->step->action)->params;
    struct contact_view view;
    struct value value = given_value(fold, step, &params[param], param);
    if (value.kind == VALUE_ABSENT &&
        contact_read_profile(fold->state, fold->contact, &fold->arena, &view) == ERR_OK) {
        struct buffer id = {0};
        contact_add_id(&id, &view);
        value = default_value(&view, arena_copy(&fold->arena, buffer_bytes(&id)), &params[param]);
        buffer_free(&id);
    }
    if (value.kind != VALUE_ABSENT)
        value_add_json(to, value);
}

static void add_text_member(struct buffer *to, const char *before, struct bytes text)
{
    buffer_add_text(to, before);
    text_add_json(to, text);
}

static void add_attributes(
    struct fold *fold, const struct action_def *action, struct hash128 id, struct bytes subject)
{
    struct buffer *to = &fold->json;
    buffer_add_text(to, "{\"specversion\":\"1.0\",\"id\":");
    json_add_hex128(to, id);
    buffer_add_text(to, ",\"source\":\"engaged\",\"type\":\"action.");
    buffer_add_bytes(to, action->name); // names are plain: the compiler sees to it
    add_text_member(to, "\",\"subject\":", subject);
    buffer_add_text(to, ",\"time\":");
    json_add_time(to, fold->tick_ms);
    if (fold->input->traceparent.len > 0)
        add_text_member(to, ",\"traceparent\":", fold->input->traceparent);
    buffer_add_text(to, ",\"datacontenttype\":\"application/json\"");
}

static void add_cause(struct buffer *to, const struct event *event)
{
    add_text_member(to, "\"cause\":{\"source\":", event->source);
    add_text_member(to, ",\"id\":", event->id);
    add_text_member(to, ",\"type\":", event->type_name);
    buffer_add_u8(to, '}');
}

static void add_recipient(struct buffer *to, enum step_recipient recipient)
{
    switch (recipient) {
    case RECIPIENT_CONTACT: break;
    case RECIPIENT_STAFF: buffer_add_text(to, ",\"recipient\":\"staff\""); break;
    case RECIPIENT_ADDRESS: buffer_add_text(to, ",\"recipient\":\"address\""); break;
    }
}

bool action_render(struct fold *fold, const struct action_step *step, struct fold_action *out)
{
    const struct action_def *action = ruleset_action(fold->ruleset, step->step->action);
    const struct value *values = given_values(fold, action, step);
    struct contact_view view;
    if (contact_read_profile(fold->state, fold->contact, &fold->arena, &view) != ERR_OK)
        return false; // the state keeps the reason; the frame will not be journalled
    struct buffer *to = &fold->json;

    buffer_clear(to);
    contact_add_id(to, &view);
    struct bytes id = arena_copy(&fold->arena, buffer_bytes(to));
    struct hash128 run = action_run_id(to, &view.identifiers[0], step->workflow, step->run);
    out->id = action_id(to, run, step->step->id, step->occurrence);

    buffer_clear(to);
    add_attributes(fold, action, out->id, id);
    add_text_member(to, ",\"data\":{\"action\":", action->name);
    add_text_member(to, ",\"contact\":{\"id\":", id);
    buffer_add_text(to, ",\"identifiers\":");
    contact_add_identifiers(to, &view);
    add_text_member(to, "},\"workflow\":", step->workflow->name);
    buffer_add_text(to, ",\"run\":");
    json_add_hex128(to, run);
    add_text_member(to, ",\"step\":", step->step->id);
    buffer_add_text(to, ",\"occurrence\":");
    buffer_add_decimal(to, step->occurrence);
    buffer_add_text(to, ",\"ruleset\":");
    json_add_hex64(to, ruleset_hash(fold->ruleset));
    buffer_add_u8(to, ',');
    add_cause(to, fold->input);
    add_recipient(to, step->step->recipient);
    buffer_add_text(to, ",\"with\":");
    if (!add_with(to, action, values, &view, id))
        return false;
    buffer_add_text(to, "}}");

    out->topic = action->topic;
    out->key = id;
    out->json = buffer_bytes(to);
    return true;
}

struct bytes action_id_text(struct fold *fold, struct hash128 id)
{
    char hex[HASH128_HEX_CHARS];
    hash128_hex(id, hex);
    return arena_copy(&fold->arena, bytes_of(hex, sizeof(hex)));
}

static bool first_identifier(struct fold *fold, struct contact_identifier *out)
{
    size_t at = 0;
    return contact_next_identifier(fold->state, fold->contact, &at, &out->kind, &out->value);
}

struct bytes action_run_text(struct fold *fold, const struct workflow_def *workflow, uint32_t run)
{
    struct contact_identifier first;
    if (!first_identifier(fold, &first))
        return (struct bytes){NULL, 0};
    struct buffer text = {0};
    struct hash128 id = action_run_id(&text, &first, workflow, run);
    buffer_free(&text);
    return action_id_text(fold, id);
}

struct bytes action_name_text(
    struct fold *fold, const struct action_name *name, struct arena *arena)
{
    struct contact_identifier first;
    if (!first_identifier(fold, &first))
        return (struct bytes){NULL, 0};
    struct buffer text = {0};
    struct hash128 run = action_run_id(&text, &first, name->workflow, name->run);
    struct hash128 id = run;
    if (name->step.len > 0)
        id = action_id(&text, run, name->step, name->occurrence);
    buffer_free(&text);
    char hex[HASH128_HEX_CHARS];
    hash128_hex(id, hex);
    return arena_copy(arena, bytes_of(hex, sizeof(hex)));
}
