// Any text as an expression: it is refused with a place in it, or it compiles and comes to a value or an error,
// which is the same with the checker and without.
#include <stdint.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "rules/cel/parser.h"
#include "rules/cel/program.h"
#include "rules/cel/value_ops.h"
#include "rules/expression_problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COST_MAX = 200000 };

static const struct cel_field fields[] = {
    {BYTES_LITERAL("name"), &cel_type_string},
    {BYTES_LITERAL("age"), &cel_type_int},
};
static const struct cel_object contact_object = {
    .name = BYTES_LITERAL("contact"), .fields = fields, .field_count = 2};
static const struct cel_type contact_type = {.kind = CEL_TYPE_OBJECT, .object = &contact_object};
static const struct cel_type list_type = {.kind = CEL_TYPE_LIST, .params = {&cel_type_int}};

static const struct cel_variable variables[] = {
    {BYTES_LITERAL("contact"), &contact_type}, {BYTES_LITERAL("data"), &cel_type_dyn},
    {BYTES_LITERAL("l"), &list_type},          {BYTES_LITERAL("i"), &cel_type_int},
    {BYTES_LITERAL("u"), &cel_type_uint},      {BYTES_LITERAL("d"), &cel_type_double},
    {BYTES_LITERAL("s"), &cel_type_string},    {BYTES_LITERAL("t"), &cel_type_timestamp},
    {BYTES_LITERAL("a.b"), &cel_type_bool},    {BYTES_LITERAL("unbound"), &cel_type_int},
};
enum { VARIABLE_COUNT = sizeof(variables) / sizeof(variables[0]) };

// What the variables are; in an arena of its own.
struct world {
    struct arena arena;
    struct cel_value values[VARIABLE_COUNT];
};

static struct cel_value text_value(const char *text)
{
    return cel_string(bytes_text(text));
}

static struct cel_value make_map(
    struct world *world, struct cel_value first, struct cel_value second, const char *const *names)
{
    struct cel_pair *pairs = arena_alloc(&world->arena, 2 * sizeof(*pairs));
    struct cel_value map;
    size_t wrong;
    pairs[0] = (struct cel_pair){text_value(names[0]), first};
    pairs[1] = (struct cel_pair){text_value(names[1]), second};
    INVARIANT(cel_map_of(&world->arena, pairs, 2, &map, &wrong));
    return map;
}

static void make_world(struct world *world)
{
    struct cel_value *numbers = arena_alloc(&world->arena, 3 * sizeof(*numbers));
    for (int i = 0; i < 3; i++)
        numbers[i] = cel_int(i - 1);
    struct cel_value list = cel_list_of(&world->arena, numbers, 3);
    world->values[0] = make_map(
        world, text_value("Ann \xE2\x9C\x8C"), cel_int(42), (const char *const[]){"name", "age"});
    world->values[1] =
        make_map(world, cel_double(12.5), list, (const char *const[]){"amount", "in"});
    world->values[2] = list;
    world->values[3] = cel_int(-7);
    world->values[4] = cel_uint(UINT64_MAX);
    world->values[5] = cel_double(0.1);
    world->values[6] = text_value("a, b, c");
    INVARIANT(cel_timestamp_of(INT64_C(1767225600), 1, &world->values[7]));
    world->values[8] = cel_bool(true);
}

static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    const struct world *world = self;
    (void)eval;
    INVARIANT(index < VARIABLE_COUNT);
    if (index == VARIABLE_COUNT - 1)
        return false;
    *value_out = world->values[index];
    return true;
}

// Every problem is in the text, and is shown as text.
static void check_problems(
    struct bytes text, const struct cel_scope *scope, const struct cel_problems *problems)
{
    struct diagnostics list = {.count = 0};
    struct buffer shown = {0};
    const struct source_text source_text = {.file = "fuzz", .text = text};
    const struct expression_source source = {.text = &source_text};
    INVARIANT(problems->count > 0 && problems->count <= problems->total);
    for (size_t i = 0; i < problems->count; i++) {
        INVARIANT(problems->items[i].begin <= problems->items[i].end);
        INVARIANT(problems->items[i].end <= text.len);
    }
    expression_report(&list, &source, scope, problems);
    INVARIANT(list.error_count == problems->count);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    INVARIANT(text_is_utf8(buffer_bytes(&shown)));
    buffer_free(&shown);
    diagnostics_free(&list);
}

static void check_value(struct cel_value value, struct bytes text)
{
    if (value.kind == CEL_STRING)
        INVARIANT(text_is_utf8(value.as.text));
    if (value.kind != CEL_ERROR)
        return;
    INVARIANT(text_is_utf8(value.as.error->message));
    INVARIANT(value.as.error->message.len > 0);
    INVARIANT(value.as.error->at <= text.len);
}

static struct cel_value run(
    struct arena *arena,
    const struct cel_scope *scope,
    const struct cel_node *root,
    struct cel_eval *eval)
{
    struct cel_program *program = cel_compile(arena, scope, root);
    struct cel_value value = cel_run(eval, program, COST_MAX);
    cel_program_free(program);
    return value;
}

static bool is_unlimited(struct cel_value value)
{
    return value.kind != CEL_ERROR || value.as.error->code != CEL_ERROR_COST;
}

static void evaluate(const struct cel_scope *scope, struct world *world, struct bytes text)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    const struct cel_host host = {
        .variable = find_variable, .now_s = INT64_C(1767225600), .self = world};
    struct cel_eval checked = {.host = &host}, unchecked = {.host = &host};
    struct cel_node *root = cel_parse(&arena, text, &problems);
    struct cel_node *again = cel_parse(&arena, text, &problems);
    INVARIANT((root == NULL) == (again == NULL) && (root == NULL) == (problems.count > 0));
    if (root == NULL) {
        check_problems(text, scope, &problems);
        goto free_all;
    }
    struct buffer tree = {0};
    cel_print(&tree, root);
    INVARIANT(tree.len > 0);
    buffer_free(&tree);
    cel_resolve(&arena, scope, again);
    struct cel_value second = run(&arena, scope, again, &unchecked);
    check_value(second, text);
    if (!cel_check(&arena, scope, root, &problems)) {
        check_problems(text, scope, &problems);
        goto free_all;
    }
    struct cel_value first = run(&arena, scope, root, &checked);
    check_value(first, text);
    if (is_unlimited(first) && is_unlimited(second))
        INVARIANT(first.kind == second.kind);
free_all:
    cel_eval_free(&checked);
    cel_eval_free(&unchecked);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = {.arena = {0}};
    struct cel_library *library = cel_library_new();
    const struct cel_scope scope = {
        .library = library,
        .container = BYTES_LITERAL("a"),
        .variables = variables,
        .variable_count = VARIABLE_COUNT,
    };
    make_world(&world);
    evaluate(&scope, &world, bytes_of(data, size));
    cel_library_free(library);
    arena_free(&world.arena);
    return 0;
}
