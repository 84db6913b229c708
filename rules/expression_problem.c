#include "rules/expression_problem.h"

#include "engine/base/text.h"

// The place in a text that is all expression; lines and columns from 1, in characters.
static struct place place_in_text(const struct source_text *source, uint32_t begin, uint32_t end)
{
    struct place place = {source, 1, 1, 1};
    uint32_t at = 0;
    for (; at < begin && at < source->text.len; at++) {
        if (source->text.data[at] == '\n') {
            place.line++;
            place.column = 1;
        } else {
            place.column += (source->text.data[at] & 0xC0) != 0x80;
        }
    }
    uint32_t length = 0;
    for (; at < end && at < source->text.len && source->text.data[at] != '\n'; at++)
        length += (source->text.data[at] & 0xC0) != 0x80;
    place.length = length == 0 ? 1 : length;
    return place;
}

struct place expression_place(const struct expression_source *source, uint32_t begin, uint32_t end)
{
    return source->node != NULL
               ? yaml_place_within(source->node, source->begin + begin, source->begin + end)
               : place_in_text(source->text, begin, end);
}

static enum diagnostic_code code_of(enum cel_problem_kind kind)
{
    switch (kind) {
    case CEL_PROBLEM_SYNTAX: return DIAGNOSTIC_E0601;
    case CEL_PROBLEM_LIMIT: return DIAGNOSTIC_E0602;
    case CEL_PROBLEM_NAME: return DIAGNOSTIC_E0203;
    case CEL_PROBLEM_FUNCTION: return DIAGNOSTIC_E0603;
    case CEL_PROBLEM_TYPE: return DIAGNOSTIC_E0604;
    case CEL_PROBLEM_ARGUMENT: return DIAGNOSTIC_E0605;
    }
    return DIAGNOSTIC_E0601;
}

// What the members of an object of the scope are, where they are declared under a key of their own.
static const char *declared_as(const struct cel_object *object, enum diagnostic_code *code_out)
{
    static const struct {
        const char *object, *shown;
        enum diagnostic_code code;
    } known[] = {
        {"counter", "counter", DIAGNOSTIC_E0221},
        {"score", "score", DIAGNOSTIC_E0222},
        {"segment", "segment", DIAGNOSTIC_E0223},
        {"objects", "object", DIAGNOSTIC_E0233},
    };
    for (size_t i = 0; object != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
        if (!bytes_equal_text(object->name, known[i].object))
            continue;
        *code_out = known[i].code;
        return known[i].shown;
    }
    return NULL;
}

static bool is_event_missed(
    const struct expression_source *source, const struct cel_problem *problem)
{
    return source->is_without_event && problem->kind == CEL_PROBLEM_NAME &&
           problem->object == NULL &&
           (bytes_equal_text(problem->word, "event") || bytes_equal_text(problem->word, "data"));
}

// The known name that is most like the unknown one, or NULL.
static const char *nearest(
    struct arena *arena,
    const struct cel_scope *scope,
    const struct cel_problem *problem,
    size_t *steps)
{
    if (problem->word.len == 0)
        return NULL;
    if (problem->kind == CEL_PROBLEM_FUNCTION)
        return cel_library_nearest(scope->library, problem->word, steps);
    return problem->object != NULL
               ? cel_object_nearest(arena, problem->object, problem->word, steps)
               : cel_scope_nearest(arena, scope, problem->word, steps);
}

static void report(
    struct diagnostics *list,
    const struct expression_source *source,
    const struct cel_scope *scope,
    const struct cel_problem *problem,
    struct arena *arena)
{
    enum diagnostic_code code = code_of(problem->kind);
    const char *kind = declared_as(problem->object, &code);
    if (diagnostics_is_full(list)) {
        diagnostic_add(list, code, PLACE_NONE, "%s", problem->message);
        return;
    }
    struct place place = expression_place(source, problem->begin, problem->end);
    int len = text_shown_len(problem->word, 60);
    const char *word = (const char *)problem->word.data;
    if (is_event_missed(source, problem)) {
        const char *why = source->is_of_run
                              ? "a run may go on long after its event: 'run.data' is its data, not"
                              : "this is about a contact, without an event: no";
        diagnostic_add(list, DIAGNOSTIC_E0607, place, "%s '%.*s'", why, len, word);
        return;
    }
    const char *meant = nearest(arena, scope, problem, &list->nearest_steps);
    const char *begin = meant == NULL ? "" : ", did you mean '";
    const char *end = meant == NULL ? "" : "'?";
    meant = meant == NULL ? "" : meant;
    if (kind != NULL && problem->word.len > 0)
        diagnostic_add(
            list, code, place, "unknown %s '%.*s'%s%s%s", kind, len, word, begin, meant, end);
    else
        diagnostic_add(list, code, place, "%s%s%s%s", problem->message, begin, meant, end);
}

void expression_report(
    struct diagnostics *list,
    const struct expression_source *source,
    const struct cel_scope *scope,
    const struct cel_problems *problems)
{
    struct arena arena = {0};
    for (size_t i = 0; i < problems->count; i++)
        report(list, source, scope, &problems->items[i], &arena);
    if (problems->total > problems->count)
        diagnostic_note(
            list, PLACE_NONE, "and %zu more in this expression", problems->total - problems->count);
    arena_free(&arena);
}

void expression_report_error(
    struct diagnostics *list, const struct expression_source *source, const struct cel_error *error)
{
    diagnostic_add(
        list, DIAGNOSTIC_E0606, expression_place(source, error->at, error->at + 1), "%.*s",
        (int)error->message.len, (const char *)error->message.data);
}
