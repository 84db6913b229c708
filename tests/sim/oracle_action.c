// Actions: what they look like.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { ID_DIGITS = 32, HASH_DIGITS = 16, SHOWN = 60 };

static struct workload_value default_of(struct oracle *oracle, const struct workload_param *param)
{
    const struct contact *contact = oracle_contact(oracle);
    struct workload_value found = {.kind = WORKLOAD_ABSENT};
    if (param->found != NULL)
        return oracle_find_value(oracle, param->found, &found)
                   ? found
                   : (struct workload_value){.kind = WORKLOAD_ABSENT};
    if (param->default_path.len == 0)
        return param->default_value;
    if (text_is(param->default_path, "id")) {
        sim_text_clear(&oracle->id_text);
        oracle_add_id(&oracle->id_text, contact);
        return sim_value_of_text("", sim_text_view(&oracle->id_text));
    }
    for (size_t i = 0; i < contact->fields.count; i++) {
        if (text_equal(contact->fields.at[i].name, param->default_path))
            return contact->fields.at[i].value;
    }
    for (size_t i = 0; i < contact->identifiers.count; i++) {
        if (text_equal(contact->identifiers.at[i].kind, param->default_path))
            return sim_value_of_text("", contact->identifiers.at[i].value);
    }
    return (struct workload_value){.kind = WORKLOAD_ABSENT};
}

struct workload_value oracle_param_value(
    struct oracle *oracle, const struct workload_param *param, const struct doing *doing)
{
    struct workload_value value = {.kind = WORKLOAD_ABSENT};
    for (uint32_t i = 0; i < doing->step->given_count; i++) {
        if (text_equal(doing->values[i].name, param->name))
            value = doing->values[i];
    }
    return value.kind == WORKLOAD_ABSENT ? default_of(oracle, param) : value;
}

// False when a required parameter has no value.
static bool add_with(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing)
{
    struct sim_text *to = &oracle->text;
    const char *before = "{";
    for (uint32_t i = 0; i < action->param_count; i++) {
        const struct workload_param *param = &action->params[i];
        struct workload_value value = oracle_param_value(oracle, param, doing);
        bool is_there = value.kind != WORKLOAD_ABSENT && value.kind != WORKLOAD_NULL;
        if (!is_there && !param->is_optional)
            return false;
        if (!is_there)
            continue;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, param->name);
        sim_add_byte(to, ':');
        sim_add_json_value(to, &value);
    }
    sim_add_chars(to, before[0] == '{' ? "{}" : "}");
    return true;
}

static void add_hex(struct sim_text *to, const char *before, int digits)
{
    sim_add_chars(to, before);
    sim_add_byte(to, '"');
    for (int i = 0; i < digits; i++)
        sim_add_byte(to, ORACLE_HEX);
    sim_add_byte(to, '"');
}

static void add_text(struct sim_text *to, const char *before, struct text text)
{
    sim_add_chars(to, before);
    sim_add_json_text(to, text);
}

static void add_head(
    struct oracle *oracle, const struct workload_action *action, struct text subject)
{
    struct sim_text *to = &oracle->text;
    add_hex(to, "{\"specversion\":\"1.0\",\"id\":", ID_DIGITS);
    sim_add_chars(to, ",\"source\":\"engaged\",\"type\":\"action.");
    sim_add(to, action->name);
    add_text(to, "\",\"subject\":", subject);
    sim_add_chars(to, ",\"time\":\"");
    sim_add_time(to, oracle->tick_ms);
    sim_add_byte(to, '"');
    if (oracle->event->traceparent.len > 0)
        add_text(to, ",\"traceparent\":", oracle->event->traceparent);
    sim_add_chars(to, ",\"datacontenttype\":\"application/json\"");
}

static bool render(
    struct oracle *oracle,
    const struct workload_action *action,
    const struct doing *doing,
    struct text subject)
{
    struct sim_text *to = &oracle->text;
    const struct workload_event *event = oracle->event;
    sim_text_clear(to);
    add_head(oracle, action, subject);
    add_text(to, ",\"data\":{\"action\":", action->name);
    add_text(to, ",\"contact\":{\"id\":", subject);
    sim_add_chars(to, ",\"identifiers\":");
    oracle_add_identifiers(to, oracle_contact(oracle));
    add_text(to, "},\"workflow\":", doing->flow->name);
    add_hex(to, ",\"run\":", ID_DIGITS);
    add_text(to, ",\"step\":", doing->step->id);
    sim_add_format(to, ",\"occurrence\":%u", doing->occurrence);
    add_hex(to, ",\"ruleset\":", HASH_DIGITS);
    add_text(to, ",\"cause\":{\"source\":", event->source);
    add_text(to, ",\"id\":", event->id);
    add_text(to, ",\"type\":", event->type);
    sim_add_byte(to, '}');
    if (doing->step->recipient != WORKLOAD_TO_CONTACT)
        sim_add_chars(
            to, doing->step->recipient == WORKLOAD_TO_STAFF ? ",\"recipient\":\"staff\""
                                                            : ",\"recipient\":\"address\"");
    sim_add_chars(to, ",\"with\":");
    if (!add_with(oracle, action, doing))
        return false;
    sim_add_chars(to, "}}");
    return true;
}

static void derive_emitted(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing)
{
    struct workload_value items[] = {
        sim_value_of_text("action", action->name),
        sim_value_of_text(
            "id", // its own, and no text that is drawn
            text_format(&oracle->arena, "the oracle's action %zu", oracle->actions.count)),
        sim_value_of_text("workflow", doing->flow->name),
        sim_value_of_text("step", doing->step->id)};
    oracle_derive(oracle, "action.emitted", doing->depth, items, 4);
}

int64_t oracle_do_action(struct oracle *oracle, const struct doing *doing)
{
    const struct workload_workflow *flow = doing->flow;
    const struct workload_step *step = doing->step;
    const struct workload_action *action = oracle->rules->actions;
    while (!text_equal(action->name, step->of))
        action++; // the rules compile, so it is there
    struct hold hold = oracle_hold(oracle, action, doing);
    if (hold.kind != HOLDS_NOT)
        return hold.kind == HOLDS_UP ? hold.until_ms : 0;
    if (oracle->actions_here >= oracle->shape->actions_per_event_max) {
        oracle->counts.held_limit++;
        return 0;
    }
    sim_text_clear(&oracle->id_text);
    oracle_add_id(&oracle->id_text, oracle_contact(oracle));
    struct text subject = text_copy(&oracle->arena, sim_text_view(&oracle->id_text));
    if (!render(oracle, action, doing, subject)) {
        oracle->counts.held_missing++;
        return 0;
    }
    oracle->actions_here++;
    oracle->counts.actions++;
    struct text json = text_copy(&oracle->arena, sim_text_view(&oracle->text));
    *(struct oracle_action *)list_add(&oracle->actions) = (struct oracle_action){
        .contact = oracle->contact + 1,
        .index = oracle->index,
        .tick_ms = oracle->tick_ms,
        .run = doing->run,
        .name = action->name,
        .topic = action->topic,
        .key = subject,
        .workflow = flow->name,
        .step = step->id,
        .json = json.at,
        .len = json.len,
    };
    derive_emitted(oracle, action, doing);
    oracle_note_sent(oracle, action, doing);
    return 0;
}

void oracle_retime(struct oracle *oracle, size_t action, int64_t tick_ms)
{
    static const char before[] = ",\"time\":\"";
    struct oracle_action *of = &oracle->actions.at[action];
    struct sim_text time = {NULL, 0, 0};
    sim_add_time(&time, tick_ms);
    const char *at = strstr(of->json, before); // a quote in what stands before it is escaped
    assert(at != NULL);
    memcpy((char *)(uintptr_t)at + sizeof(before) - 1, time.at, time.len); // made here, not const
    of->tick_ms = tick_ms;
    sim_text_free(&time);
}

static bool is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

bool oracle_text_matches(struct text expected, struct text found, char *why, size_t why_size)
{
    size_t at = 0;
    while (at < expected.len && at < found.len &&
           (expected.at[at] == ORACLE_HEX ? is_hex(found.at[at]) : found.at[at] == expected.at[at]))
        at++;
    if (at == expected.len && at == found.len)
        return true;
    size_t from = at < SHOWN / 2 ? 0 : at - SHOWN / 2;
    int expected_len = (int)(expected.len - from < SHOWN ? expected.len - from : SHOWN);
    int found_len = (int)(found.len - from < SHOWN ? found.len - from : SHOWN);
    if (why_size > 0)
        (void)snprintf(
            why, why_size, "byte %zu: expected …%.*s…, found …%.*s…", at, expected_len,
            expected.at + from, found_len, found.at + from);
    return false;
}

bool oracle_action_matches(
    const struct oracle_action *expected, struct text json, char *why, size_t why_size)
{
    return oracle_text_matches((struct text){expected->json, expected->len}, json, why, why_size);
}
