// Compares what a test expects at a moment with what its shard has come to.
#include "tools/engagectl/test_compare.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/query.h"
#include "tools/engagectl/test_contact.h"
#include "tools/engagectl/test_deeds.h"
#include "tools/engagectl/test_held.h"
#include "tools/engagectl/test_value.h"

// One comparison.
struct compare {
    const struct test_view *view;
    const struct test_expectation *expectation;
    const struct ruleset *ruleset;
    struct arena arena;
    struct buffer contact_text, counters_text;
    const struct json *contact, *counters; // NULL: the contact is not there
    struct buffer what, expected, got;     // of the difference being written
};

static void begin(struct compare *compare, const char *what, struct bytes name)
{
    buffer_clear(&compare->what);
    buffer_clear(&compare->expected);
    buffer_clear(&compare->got);
    buffer_add_text(&compare->what, what);
    if (name.len > 0)
        buffer_add_u8(&compare->what, ' ');
    buffer_add_bytes(&compare->what, name);
}

static void differs(struct compare *compare)
{
    const struct test_expectation *expectation = compare->expectation;
    const struct test_difference difference = {
        .expectation = expectation,
        .place = expectation->place,
        .at = expectation->at_text,
        .what = buffer_bytes(&compare->what),
        .expected = buffer_bytes(&compare->expected),
        .got = buffer_bytes(&compare->got),
    };
    test_result_add(compare->view->result, &difference);
}

// What is not shown of a contact is 0.
static int64_t score_milli(const struct compare *compare, const struct score_def *score)
{
    int64_t value_milli = 0;
    const struct json *shown = json_member_of(json_member(compare->contact, "scores"), score->name);
    if (shown != NULL)
        (void)milli_parse(json_text(shown, "value"), &value_milli);
    return value_milli;
}

static void add_band(struct buffer *to, struct bytes band)
{
    if (band.len == 0)
        buffer_add_text(to, "none");
    buffer_add_bytes(to, band);
}

static void compare_score(struct compare *compare, const struct test_score *expected)
{
    const struct score_def *score = ruleset_score(compare->ruleset, expected->score);
    int64_t value_milli = score_milli(compare, score);
    struct bytes band = score_def_band(score, value_milli);
    if (expected->has_value && expected->value_milli != value_milli) {
        begin(compare, "score", score->name);
        milli_add(&compare->expected, expected->value_milli);
        milli_add(&compare->got, value_milli);
        differs(compare);
    }
    if (expected->has_band && !bytes_equal(expected->band, band)) {
        begin(compare, "band of", score->name);
        add_band(&compare->expected, expected->band);
        add_band(&compare->got, band);
        differs(compare);
    }
}

// --- segments, tags, lists, stage
static bool holds(const struct json *list, struct bytes text)
{
    const struct json *item = list == NULL ? NULL : list->first;
    while (item != NULL && !bytes_equal(item->text, text))
        item = item->next;
    return item != NULL;
}

static void compare_segment(struct compare *compare, const struct test_segment *expected)
{
    struct bytes name = ruleset_segment(compare->ruleset, expected->segment)->name;
    bool is_member = holds(json_member(compare->contact, "segments"), name);
    if (is_member == expected->is_member)
        return;
    begin(compare, "segment", name);
    buffer_add_text(&compare->expected, expected->is_member ? "true" : "false");
    buffer_add_text(&compare->got, is_member ? "true" : "false");
    differs(compare);
}

static int compare_names(const void *a, const void *b)
{
    const struct bytes *first = a;
    const struct bytes *second = b;
    return bytes_compare(*first, *second);
}

// Sorted, each once.
static void add_names(struct buffer *to, struct bytes *names, size_t count)
{
    if (count > 1)
        qsort(names, count, sizeof(*names), compare_names);
    buffer_add_u8(to, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && bytes_equal(names[i - 1], names[i]))
            continue;
        if (i > 0)
            buffer_add_text(to, ", ");
        buffer_add_bytes(to, names[i]);
    }
    buffer_add_u8(to, ']');
}

static void compare_name_list(
    struct compare *compare, const char *key, const struct test_names *expected)
{
    if (!expected->is_given)
        return;
    const struct json *list = json_member(compare->contact, key);
    size_t got_count = 0;
    const struct json *item = list == NULL ? NULL : list->first;
    for (const struct json *at = item; at != NULL; at = at->next)
        got_count++;
    size_t cap = got_count > expected->count ? got_count : expected->count;
    struct bytes *names = mem_zero(cap + 1, sizeof(*names));
    begin(compare, key, BYTES_LITERAL(""));
    for (uint32_t i = 0; i < expected->count; i++)
        names[i] = expected->items[i];
    add_names(&compare->expected, names, expected->count);
    for (size_t i = 0; i < got_count; i++, item = item->next)
        names[i] = item->text;
    add_names(&compare->got, names, got_count);
    free(names);
    if (!bytes_equal(buffer_bytes(&compare->expected), buffer_bytes(&compare->got)))
        differs(compare);
}

static void compare_stage(struct compare *compare)
{
    struct bytes stage = json_text(compare->contact, "stage");
    if (!compare->expectation->has_stage || bytes_equal(stage, compare->expectation->stage))
        return;
    begin(compare, "stage", BYTES_LITERAL(""));
    add_band(&compare->expected, compare->expectation->stage);
    add_band(&compare->got, stage);
    differs(compare);
}

// --- values
static void compare_value(
    struct compare *compare,
    const char *what,
    const struct test_value *expected,
    const struct json *got)
{
    if (test_value_is(expected->value, got, compare->view->test->start_ms))
        return;
    begin(compare, what, expected->name);
    test_value_add(&compare->expected, expected->value);
    test_value_add_json(&compare->got, got);
    differs(compare);
}

// A contact that is not there yet has no events.
static const struct json *counter_shown(
    const struct compare *compare, const struct counter_def *counter)
{
    static const struct json zero = {
        .kind = JSON_NUMBER, .raw = {(const uint8_t *)"0", 1}, .text = {(const uint8_t *)"0", 1}};
    bool is_number_of_events = counter->kind == COUNTER_COUNT || counter->kind == COUNTER_SUM ||
                               counter->kind == COUNTER_DISTINCT;
    if (compare->counters == NULL && is_number_of_events)
        return &zero;
    return json_member_of(compare->counters, counter->name);
}

static void compare_values(struct compare *compare)
{
    const struct test_expectation *expectation = compare->expectation;
    const struct json *fields = json_member(compare->contact, "fields");
    for (uint32_t i = 0; i < expectation->fields.count; i++) {
        const struct test_value *field = &expectation->fields.items[i];
        compare_value(compare, "field", field, json_member_of(fields, field->name));
    }
    for (uint32_t i = 0; i < expectation->counter_count; i++) {
        const struct counter_def *counter =
            ruleset_counter(compare->ruleset, expectation->counters[i].counter);
        const struct test_value expected = {counter->name, expectation->counters[i].value};
        compare_value(compare, "counter", &expected, counter_shown(compare, counter));
    }
}

// --- objects
// "opportunity.o-1", "opportunity.o-1.stage"
static struct bytes object_text(
    struct compare *compare, const struct test_object *object, struct bytes field)
{
    struct buffer text = {0};
    buffer_add_bytes(&text, ruleset_object(compare->ruleset, object->object)->name);
    buffer_add_u8(&text, '.');
    buffer_add_bytes(&text, object->key);
    if (field.len > 0)
        buffer_add_u8(&text, '.');
    buffer_add_bytes(&text, field);
    struct bytes copy = arena_copy(&compare->arena, buffer_bytes(&text));
    buffer_free(&text);
    return copy;
}

static void compare_object(struct compare *compare, const struct test_object *expected)
{
    const struct json *objects = json_member(compare->contact, "objects");
    const struct json *kind =
        json_member_of(objects, ruleset_object(compare->ruleset, expected->object)->name);
    const struct json *object = json_member_of(kind, expected->key);
    if (expected->is_there != (object != NULL)) {
        begin(compare, "object", object_text(compare, expected, BYTES_LITERAL("")));
        buffer_add_text(&compare->expected, expected->is_there ? "there" : "none");
        buffer_add_text(&compare->got, expected->is_there ? "none" : "there");
        differs(compare);
        return;
    }
    for (uint32_t i = 0; i < expected->fields.count; i++) {
        const struct test_value *field = &expected->fields.items[i];
        const struct test_value shown = {object_text(compare, expected, field->name), field->value};
        compare_value(compare, "object", &shown, json_member_of(object, field->name));
    }
}

// --- deeds
static void compare_deeds(struct compare *compare, const struct test_deeds *deeds)
{
    const struct test_expectation *expectation = compare->expectation;
    if (expectation->has_actions && !test_deeds_are(deeds, expectation)) {
        begin(compare, "actions", BYTES_LITERAL(""));
        test_deeds_add_expected(&compare->expected, deeds, expectation);
        test_deeds_add_actions(&compare->got, deeds);
        differs(compare);
    }
    if (expectation->has_held && !test_held_are(deeds, expectation)) {
        begin(compare, "held", BYTES_LITERAL(""));
        test_held_add_expected(&compare->expected, deeds, expectation);
        test_held_add_got(&compare->got, deeds);
        differs(compare);
    }
    if (expectation->cause_count == 0 || test_deeds_are_because(deeds, expectation))
        return;
    begin(compare, "because", BYTES_LITERAL(""));
    test_deeds_add_causes(&compare->expected, expectation);
    test_deeds_add_at_work(&compare->got, deeds);
    differs(compare);
}

// --- all of it
static enum err read_contact(
    struct compare *compare, struct contact_number number, struct fault *fault)
{
    struct json *root = NULL;
    struct shard *shard = compare->view->shard;
    if (number.value == 0)
        return ERR_OK;
    enum err err = query_contact(shard, number, &compare->contact_text);
    if (err == ERR_OK)
        err = json_read(buffer_bytes(&compare->contact_text), &compare->arena, &root);
    compare->contact = root;
    query_counters(shard, number, &compare->counters_text);
    if (err == ERR_OK)
        err = json_read(buffer_bytes(&compare->counters_text), &compare->arena, &root);
    compare->counters = root;
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "the contact: %s", err_text(err));
}

static void compare_all(struct compare *compare, const struct test_deeds *deeds)
{
    const struct test_expectation *expectation = compare->expectation;
    for (uint32_t i = 0; i < expectation->score_count; i++)
        compare_score(compare, &expectation->scores[i]);
    for (uint32_t i = 0; i < expectation->segment_count; i++)
        compare_segment(compare, &expectation->segments[i]);
    compare_values(compare);
    for (uint32_t i = 0; i < expectation->object_count; i++)
        compare_object(compare, &expectation->objects[i]);
    compare_name_list(compare, "tags", &expectation->tags);
    compare_name_list(compare, "lists", &expectation->lists);
    compare_stage(compare);
    compare_deeds(compare, deeds);
}

enum err test_compare(
    const struct test_view *view, const struct test_expectation *expectation, struct fault *fault)
{
    struct compare compare = {
        .view = view, .expectation = expectation, .ruleset = shard_ruleset(view->shard)};
    struct contact_number number = test_contact_number(
        shard_state(view->shard), ruleset_catalog(compare.ruleset), &expectation->contact);
    const struct test_deeds deeds = {
        .ruleset = compare.ruleset,
        .log = view->log,
        .contact = number,
        .from = test_log_mark(view->log, number),
        .start_ms = view->test->start_ms,
    };
    enum err err = read_contact(&compare, number, fault);
    if (err == ERR_OK)
        compare_all(&compare, &deeds);
    buffer_free(&compare.contact_text);
    buffer_free(&compare.counters_text);
    buffer_free(&compare.what);
    buffer_free(&compare.expected);
    buffer_free(&compare.got);
    arena_free(&compare.arena);
    return err;
}
