#include "engine/fold/query_workflows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/run.h"
#include "engine/fold/shard_internal.h"
#include "projections/contacts.h"

// --- where runs are
struct search {
    struct fold *fold;
    struct run_places *places;
    size_t last; // mostly the next run is at the same place
};

static bool is_same_place(const struct run_place *place, const struct run_place *other)
{
    return place->at_hash == other->at_hash && place->version == other->version &&
           bytes_equal(place->workflow, other->workflow);
}

static void add_place(void *context, struct name_id workflow, uint32_t at_hash, uint64_t version)
{
    struct search *search = context;
    struct run_places *places = search->places;
    const struct run_place place = {names_text(search->fold->state, workflow), version, at_hash, 0};
    if (search->last >= places->count || !is_same_place(&places->items[search->last], &place)) {
        size_t i = 0;
        while (i < places->count && !is_same_place(&places->items[i], &place))
            i++;
        if (i == places->cap) {
            places->cap = places->cap == 0 ? 16 : places->cap * 2;
            places->items = mem_resize(places->items, places->cap * sizeof(*places->items));
        }
        if (i == places->count)
            places->items[places->count++] = place;
        search->last = i;
    }
    places->items[search->last].runs++;
}

static void add_contact(void *context, struct contact_number contact)
{
    struct search *search = context;
    search->fold->contact = contact;
    runs_each_place(search->fold, add_place, search);
}

void run_places_find(struct shard *shard, struct run_places *out)
{
    struct search search = {.fold = &shard->fold, .places = out};
    contacts_each(shard->state, add_contact, &search);
}

void run_places_free(struct run_places *places)
{
    free(places->items);
    *places = (struct run_places){.count = 0};
}

// --- as JSON
static void add_step(
    struct buffer *to, bool *is_first, const struct bytes *step, const struct run_place *place)
{
    buffer_add_text(to, *is_first ? "{\"step\":" : ",{\"step\":");
    *is_first = false;
    if (step == NULL)
        buffer_add_text(to, "null");
    else
        text_add_json(to, *step);
    if (place->version != 0)
        buffer_add_format(to, ",\"version\":\"%016" PRIx64 "\"", place->version);
    buffer_add_format(
        to, ",\"at\":\"%08" PRIx32 "\",\"runs\":%" PRIu64 "}", place->at_hash, place->runs);
}

static uint64_t runs_at(const struct run_places *places, const struct run_place *place)
{
    for (size_t i = 0; i < places->count; i++) {
        if (is_same_place(&places->items[i], place))
            return places->items[i].runs;
    }
    return 0;
}

static bool may_hold_runs(const struct workflow_def *workflow, const struct workflow_step *step)
{
    return step->kind == STEP_WAIT || (workflow->has_window && step->kind == STEP_DO);
}

static const struct workflow_step *find_step(const struct workflow_def *workflow, uint32_t at_hash)
{
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        if (run_step_hash(workflow->steps[i].id) == at_hash)
            return &workflow->steps[i];
    }
    return NULL;
}

static void add_workflow(
    struct buffer *to, const struct workflow_def *workflow, const struct run_places *places)
{
    bool is_first = true;
    buffer_add_text(to, "{\"workflow\":");
    text_add_json(to, workflow->name);
    buffer_add_format(to, ",\"hash\":\"%016" PRIx64 "\",\"steps\":[", workflow->hash);
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        struct run_place place = {workflow->name, 0, run_step_hash(step->id), 0};
        place.runs = runs_at(places, &place);
        if (place.runs > 0 || may_hold_runs(workflow, step))
            add_step(to, &is_first, &step->id, &place);
    }
    for (size_t i = 0; i < places->count; i++) { // of versions before, or at steps that are gone
        const struct run_place *place = &places->items[i];
        const struct workflow_def *of =
            place->version == 0 ? workflow : workflow_version(workflow, place->version);
        const struct workflow_step *step = of == NULL ? NULL : find_step(of, place->at_hash);
        if (bytes_equal(place->workflow, workflow->name) && (place->version != 0 || step == NULL))
            add_step(to, &is_first, step == NULL ? NULL : &step->id, place);
    }
    buffer_add_text(to, "]}");
}

static bool is_first_of_its_workflow(const struct run_places *places, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (bytes_equal(places->items[i].workflow, places->items[at].workflow))
            return false;
    }
    return true;
}

// Runs whose workflow the rules do not have.
static void add_asleep(
    struct buffer *to,
    const struct ruleset *ruleset,
    const struct run_places *places,
    bool is_first)
{
    for (size_t i = 0; i < places->count; i++) {
        struct bytes name = places->items[i].workflow;
        bool is_known = ruleset != NULL && ruleset_workflow_find(ruleset, name) != NULL;
        if (is_known || !is_first_of_its_workflow(places, i))
            continue;
        buffer_add_text(to, is_first ? "{\"workflow\":" : ",{\"workflow\":");
        is_first = false;
        text_add_json(to, name);
        buffer_add_text(to, ",\"steps\":[");
        bool is_first_step = true;
        for (size_t j = i; j < places->count; j++) {
            const struct run_place *place = &places->items[j];
            if (bytes_equal(place->workflow, name))
                add_step(to, &is_first_step, NULL, place);
        }
        buffer_add_text(to, "]}");
    }
}

static void add_definition(struct buffer *to, bool is_first, struct bytes name, uint64_t hash)
{
    buffer_add_text(to, is_first ? "{\"name\":" : ",{\"name\":");
    text_add_json(to, name);
    buffer_add_format(to, ",\"hash\":\"%016" PRIx64 "\"}", hash);
}

static void add_definitions(struct buffer *to, const struct ruleset *ruleset)
{
    size_t scores = ruleset == NULL ? 0 : ruleset_score_count(ruleset);
    size_t counters = ruleset == NULL ? 0 : ruleset_counter_count(ruleset);
    size_t segments = ruleset == NULL ? 0 : ruleset_segment_count(ruleset);
    size_t objects = ruleset == NULL ? 0 : ruleset_object_count(ruleset);
    buffer_add_text(to, ",\"scores\":[");
    for (size_t i = 0; i < scores; i++)
        add_definition(
            to, i == 0, ruleset_score(ruleset, i)->name, ruleset_score(ruleset, i)->hash);
    buffer_add_text(to, "],\"counters\":[");
    for (size_t i = 0; i < counters; i++)
        add_definition(
            to, i == 0, ruleset_counter(ruleset, i)->name, ruleset_counter(ruleset, i)->hash);
    buffer_add_text(to, "],\"segments\":[");
    for (size_t i = 0; i < segments; i++)
        add_definition(
            to, i == 0, ruleset_segment(ruleset, i)->name, ruleset_segment(ruleset, i)->hash);
    buffer_add_text(to, "],\"objects\":[");
    for (size_t i = 0; i < objects; i++)
        add_definition(
            to, i == 0, ruleset_object(ruleset, i)->name, ruleset_object(ruleset, i)->hash);
    buffer_add_text(to, "]}");
}

void workflows_add_json(
    struct buffer *to, const struct ruleset *ruleset, const struct run_places *places)
{
    size_t count = ruleset == NULL ? 0 : ruleset_workflow_count(ruleset);
    buffer_add_text(to, "{\"ruleset\":");
    if (ruleset == NULL)
        buffer_add_text(to, "null");
    else
        buffer_add_format(to, "\"%016" PRIx64 "\"", ruleset_hash(ruleset));
    buffer_add_text(to, ",\"workflows\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        add_workflow(to, ruleset_workflow(ruleset, i), places);
    }
    add_asleep(to, ruleset, places, count == 0);
    buffer_add_u8(to, ']');
    add_definitions(to, ruleset);
}

void query_workflows(struct shard *shard, struct buffer *to)
{
    struct run_places places = {.count = 0};
    run_places_find(shard, &places);
    workflows_add_json(to, shard->ruleset, &places);
    run_places_free(&places);
}
