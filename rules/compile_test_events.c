// Compiles the events of a test into the messages that a source would bring.
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "engine/base/time.h"
#include "rules/compile_members.h"
#include "rules/compile_tests.h"
#include "rules/literal.h"

enum { WHAT_BYTES = 160, ID_CHARS = 32 };

// --- events
static void add_member(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    const struct event_type_def *type,
    struct buffer *json)
{
    const struct data_field *field = catalog_field(type, yaml_text(entry->key));
    struct value value = {.kind = VALUE_NULL};
    char what[WHAT_BYTES];
    (void)snprintf(
        what, sizeof(what), "'%.*s'", compile_shown_len(yaml_text(entry->key)),
        (const char *)yaml_text(entry->key).data);
    text_add_json(json, yaml_text(entry->key));
    buffer_add_u8(json, ':');
    if (field == NULL) { // an event may carry more than is declared
        compile_undeclared_member(compiler, entry->key, type);
        literal_add_json(json, entry->value);
        return;
    }
    if (!yaml_is_null(entry->value))
        (void)literal_value(compiler, entry->value, what, field->type, &value);
    value_add_json(json, value);
}

static void add_data(
    struct compiler *compiler,
    const struct yaml_node *event,
    const struct event_type_def *type,
    struct buffer *json)
{
    const struct yaml_node *data = yaml_get(event, "data");
    if (data != NULL && !yaml_expect(data, YAML_KIND_MAPPING, "'data'", compiler->list))
        return;
    buffer_add_text(json, ",\"data\":{");
    struct yaml_entry entry = data == NULL ? yaml_entry_of(NULL) : yaml_first_entry(data);
    for (bool is_first = true; entry.key != NULL; entry = yaml_next_entry(entry)) {
        if (!is_first)
            buffer_add_u8(json, ',');
        is_first = false;
        add_member(compiler, &entry, type, json);
    }
    buffer_add_u8(json, '}');
    compile_missing_members(
        compiler, data, yaml_place(data == NULL ? yaml_get_key(event, "type") : data), type,
        DIAGNOSTIC_E0204);
}

static void add_contact(
    const struct compiler *compiler, const struct test_contact *contact, struct buffer *json)
{
    buffer_add_text(json, ",\"contact\":{");
    for (uint32_t i = 0; i < contact->count; i++) {
        if (i > 0)
            buffer_add_u8(json, ',');
        text_add_json(
            json, catalog_identifier(compiler->ruleset->catalog, contact->identifiers[i].kind));
        buffer_add_u8(json, ':');
        text_add_json(json, contact->identifiers[i].value);
    }
    buffer_add_u8(json, '}');
}

static void add_attributes(
    struct compiler *compiler,
    const struct yaml_node *node,
    size_t number,
    int64_t time_ms,
    struct buffer *json)
{
    char id[ID_CHARS];
    struct bytes given = compile_test_text(compiler, node, "id");
    struct bytes source = compile_test_text(compiler, node, "source");
    (void)snprintf(id, sizeof(id), "event-%zu", number);
    buffer_add_text(json, "{\"id\":");
    text_add_json(json, given.len > 0 ? given : bytes_text(id));
    buffer_add_text(json, ",\"source\":");
    text_add_json(json, source.len > 0 ? source : BYTES_LITERAL("test"));
    buffer_add_text(json, ",\"time\":\"");
    char text[TIME_TEXT_CHARS];
    time_print(time_ms, text);
    buffer_add(json, text, sizeof(text));
    buffer_add_u8(json, '"');
}

// False after a diagnostic.
static bool read_event_times(
    struct test_work *work,
    const struct yaml_node *node,
    struct test_event *event,
    int64_t *time_ms)
{
    const struct yaml_node *at = yaml_get(node, "at");
    const struct yaml_node *time = yaml_get(node, "time");
    if (at == NULL || !compile_test_at(work, at, "'at'", &event->at_ms))
        return false;
    *time_ms = event->at_ms;
    if (time == NULL)
        return true;
    const struct yaml_range range = {"'time'", TIME_MS_MIN, TIME_MS_MAX};
    return compile_test_time(work->compiler, time, &range, work->test->start_ms, time_ms);
}

static void compile_event(
    struct test_work *work, const struct yaml_node *node, size_t number, struct test_event *event)
{
    struct compiler *compiler = work->compiler;
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST_EVENT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *name = compile_required(compiler, node, "type", yaml_place(node), keys);
    (void)compile_required(compiler, node, "at", yaml_place(node), keys);
    int64_t time_ms = 0;
    bool is_good = read_event_times(work, node, event, &time_ms);
    const struct yaml_node *who = yaml_get(node, "contact");
    struct test_contact contact = work->test->contact;
    if (who != NULL && compile_test_contact(compiler, who, &contact))
        work->contacts[work->contact_count++] = contact;
    event_type type = EVENT_TYPE_UNKNOWN;
    if (name == NULL || !yaml_expect(name, YAML_KIND_SCALAR, "'type'", compiler->list) ||
        !compile_trigger(compiler, name, "'type'", &type) || !is_good)
        return;
    const struct event_type_def *def = catalog_type(compiler->ruleset->catalog, type);
    struct buffer json = {0};
    add_attributes(compiler, node, number, time_ms, &json);
    buffer_add_text(&json, ",\"type\":");
    text_add_json(&json, def->name);
    add_contact(compiler, &contact, &json);
    add_data(compiler, node, def, &json);
    buffer_add_u8(&json, '}');
    event->json = compile_copy(compiler, buffer_bytes(&json));
    event->place = compile_test_place(compiler, node);
    buffer_free(&json);
}

// By time; what is written first comes first.
static int compare_events(const void *a, const void *b)
{
    const struct test_event *first = a;
    const struct test_event *second = b;
    if (first->at_ms != second->at_ms)
        return first->at_ms < second->at_ms ? -1 : 1;
    return test_place_compare(&first->place, &second->place);
}

void compile_test_events(struct test_work *work, const struct yaml_node *node)
{
    struct compiler *compiler = work->compiler;
    size_t count = node == NULL ? 0 : node->count;
    work->contacts = arena_alloc(&compiler->scratch, (count + 1) * sizeof(*work->contacts));
    work->contacts[0] = work->test->contact;
    work->contact_count = 1;
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'events'", compiler->list))
        return;
    struct test_event *events = arena_alloc(&compiler->ruleset->arena, count * sizeof(*events) + 1);
    memset(events, 0, count * sizeof(*events));
    size_t number = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        compile_event(work, item, number + 1, &events[number]);
        number++;
    }
    if (count > 1)
        qsort(events, count, sizeof(*events), compare_events);
    work->test->events = events;
    work->test->event_count = (uint32_t)count;
}
