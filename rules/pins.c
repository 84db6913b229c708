#include "rules/pins.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct pinned {
    struct rule_pin pin; // file: among those of `from`
    const struct rule_file *from;
    bool is_live;
    const char *refused; // NULL: it is kept
};

struct search {
    const struct pin_question *question;
    struct arena *arena;
    struct pinned *items; // owned
    size_t count, cap;
};

// --- what is to be pinned
static void add(
    struct search *search,
    struct bytes workflow,
    uint64_t version,
    const struct rule_file *from,
    bool is_live)
{
    if (search->count == search->cap) {
        search->cap = search->cap == 0 ? 8 : search->cap * 2;
        search->items = mem_resize(search->items, search->cap * sizeof(*search->items));
    }
    search->items[search->count++] = (struct pinned){{workflow, version, 0}, from, is_live, NULL};
}

static const struct rule_file *file_of(const struct rule_bundle *bundle, const char *path)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if (strcmp(bundle->files[i].path, path) == 0)
            return &bundle->files[i];
    }
    return NULL;
}

// The version that was in force, which runs may begin with until its place is taken, and those that still have runs.
static void find_versions(struct search *search, const struct workflow_def *next)
{
    const struct pin_question *question = search->question;
    const struct rule_bundle *bundle = ruleset_bundle(question->before);
    const struct workflow_def *old = ruleset_workflow_find(question->before, next->name);
    if (old == NULL || next->edit != EDIT_PIN)
        return;
    if (old->hash != next->hash && old->has_waits) {
        const struct rule_file *file = file_of(bundle, old->place.file);
        INVARIANT(file != NULL); // it was compiled from it
        add(search, old->name, old->hash, file, question->is_live(question->context, old->name, 0));
    }
    for (size_t i = 0; i < bundle->pin_count; i++) {
        const struct rule_pin *pin = &bundle->pins[i];
        if (bytes_equal(pin->workflow, next->name) && pin->version != next->hash &&
            question->is_live(question->context, pin->workflow, pin->version))
            add(search, pin->workflow, pin->version, &bundle->pinned_files[pin->file], true);
    }
}

// --- the bundle
struct making {
    struct rule_bundle bundle;
    struct rule_file *files;
    struct rule_pin *pins;
    size_t bytes;
};

static size_t file_bytes(const struct rule_file *file)
{
    return strlen(file->path) + file->text.len;
}

// Which of the pinned files it is; they are few, and the same one is mostly the last.
static size_t place_of(struct making *making, const struct rule_file *file)
{
    for (size_t i = making->bundle.pinned_file_count; i-- > 0;) {
        const struct rule_file *other = &making->files[i];
        if (strcmp(other->path, file->path) == 0 && bytes_equal(other->text, file->text))
            return i;
    }
    making->files[making->bundle.pinned_file_count] = *file;
    making->bytes += file_bytes(file);
    return making->bundle.pinned_file_count++;
}

static void make_bundle(struct search *search, struct making *making)
{
    const struct pin_question *question = search->question;
    *making = (struct making){.bundle = *ruleset_bundle(question->next)};
    making->files = arena_alloc(search->arena, (search->count + 1) * sizeof(*making->files));
    making->pins = arena_alloc(search->arena, (search->count + 1) * sizeof(*making->pins));
    making->bundle.pinned_files = making->files;
    making->bundle.pinned_file_count = 0;
    making->bundle.pins = making->pins;
    making->bundle.pin_count = 0;
    for (size_t i = 0; i < making->bundle.count; i++)
        making->bytes += file_bytes(&making->bundle.files[i]);
    for (size_t i = 0; i < search->count; i++) {
        struct pinned *item = &search->items[i];
        if (item->refused != NULL)
            continue;
        if (question->bytes_max > 0 &&
            making->bytes + file_bytes(item->from) > question->bytes_max) {
            item->refused = "the files of the versions that runs go on with are larger than a "
                            "frame of the journal may carry";
            continue;
        }
        item->pin.file = place_of(making, item->from);
        making->pins[making->bundle.pin_count++] = item->pin;
    }
}

// --- compiling
static bool is_of(const struct pinned *item, const char *file)
{
    struct buffer path = {0};
    rule_pin_add_path(&path, item->from, item->pin.version);
    bool is_its = bytes_equal_text(buffer_bytes(&path), file);
    buffer_free(&path);
    return is_its;
}

static const char *reason_of(struct arena *arena, const struct diagnostic *diagnostic)
{
    struct buffer text = {0};
    buffer_add_format(
        &text, "%s:%u:%u: error[%s]: %s", diagnostic->file, (unsigned)diagnostic->line,
        (unsigned)diagnostic->column, diagnostic_code_text(diagnostic->code), diagnostic->message);
    const char *reason = arena_text(arena, buffer_bytes(&text));
    buffer_free(&text);
    return reason;
}

// Marks what the diagnostics are about. False where that is none of the pinned ones.
static bool refuse(struct search *search, const struct diagnostics *list)
{
    bool has_any = false;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->severity != SEVERITY_ERROR)
            continue;
        for (size_t k = 0; k < search->count; k++) {
            struct pinned *item = &search->items[k];
            if (item->refused != NULL || !is_of(item, list->items[i]->file))
                continue;
            item->refused = reason_of(search->arena, list->items[i]);
            has_any = true;
        }
    }
    return has_any;
}

// Each time with fewer of them, until it compiles.
static struct ruleset *compile(struct search *search)
{
    struct ruleset *ruleset = NULL;
    for (;;) {
        struct making making;
        struct diagnostics list = {0};
        make_bundle(search, &making);
        if (making.bundle.pin_count == 0)
            return NULL;
        enum err err = ruleset_compile(&making.bundle, &list, &ruleset);
        bool has_any = err != ERR_OK && refuse(search, &list);
        diagnostics_free(&list);
        if (err == ERR_OK)
            return ruleset;
        INVARIANT(has_any); // what is written now compiles by itself
    }
}

void pins_find(const struct pin_question *question, struct pinning *out)
{
    *out = (struct pinning){.ruleset = NULL};
    struct search search = {.question = question, .arena = &out->arena};
    for (size_t i = 0; question->before != NULL && i < ruleset_workflow_count(question->next); i++)
        find_versions(&search, ruleset_workflow(question->next, i));
    if (search.count > 0)
        out->ruleset = compile(&search);
    struct pin_refusal *refusals = arena_alloc(&out->arena, (search.count + 1) * sizeof(*refusals));
    for (size_t i = 0; i < search.count; i++) {
        const struct pinned *item = &search.items[i];
        if (item->refused == NULL || !item->is_live)
            continue;
        refusals[out->refusal_count++] = (struct pin_refusal){
            arena_text(&out->arena, item->pin.workflow), item->pin.version, item->refused};
    }
    out->refusals = refusals;
    free(search.items);
}

void pinning_free(struct pinning *pinning)
{
    arena_free(&pinning->arena);
}
