// A program keeps what it needs of the tree it comes from, and no more.
#include "rules/cel/eval.h"
#include "rules/cel/parser.h"
#include "rules/cel/program.h"

#include "tests/support/suite.h"

// Compiles into the arena; the tree, the text and all that was found out about them are gone then.
static struct cel_program *compile(
    struct arena *arena, const struct cel_scope *scope, const char *expression)
{
    struct arena tree = {0};
    struct cel_problems problems = {0};
    char *text = arena_text(&tree, bytes_text(expression));
    struct cel_node *root = cel_parse(&tree, bytes_text(text), &problems);
    ck_assert_msg(
        root != NULL && cel_check(&tree, scope, root, &problems), "%s: %s", expression,
        problems.count == 0 ? "" : problems.items[0].message);
    struct cel_program *program = cel_compile(arena, scope, root);
    arena_free(&tree);
    return program;
}

static bool find_member(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    (void)field;
    *value_out = cel_string(BYTES_LITERAL("abc"));
    return bytes_equal_text(name, "a-b") || bytes_equal_text(name, "c");
}

static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    static const struct cel_map map = {.find = find_member};
    (void)self;
    (void)eval;
    (void)index;
    *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &map};
    return true;
}

struct world {
    struct arena arena;
    struct cel_library *library;
    struct cel_variable variable;
    struct cel_scope scope;
    struct cel_host host;
    struct cel_eval eval;
};

static void world_begin(struct world *world)
{
    *world = (struct world){.library = cel_library_new()};
    world->variable = (struct cel_variable){
        BYTES_LITERAL("m"), cel_type_map(&world->arena, &cel_type_string, &cel_type_string)};
    world->scope = (struct cel_scope){
        .library = world->library,
        .container = BYTES_LITERAL(""),
        .variables = &world->variable,
        .variable_count = 1};
    world->host = (struct cel_host){.variable = find_variable};
    world->eval.host = &world->host;
}

static void world_end(struct world *world)
{
    cel_eval_free(&world->eval);
    arena_free(&world->arena);
    cel_library_free(world->library);
}

// All of them are true.
static const char *const truths[] = {
    "m.c == \"a\" + \"bc\"",
    "m.`a-b` == \"abc\" && m[\"a-b\"].startsWith(\"a\\x62\")",
    "has(m.`a-b`) && !has(m.d)",
    "m.c in [\"x\", \"abc\", \"y\"]",
    "{\"k\": [\"abc\", {\"deep\": b\"\\x00\\x01\"}]}.k[0] == m.c",
    "type(m) == map && type([m.c]) == list && type(m.c) == string",
    "type(type(m.c)) == type",
    "m.c.matches(\"^a.c$\")",
    "[\"a\", \"b\"].map(x, x + m.c) == [\"aabc\", \"babc\"]",
    "cel.bind(x, \"long enough to be copied\", x.size() == 24 && m.c != x)",
    "timestamp(\"2026-01-02T03:04:05Z\") > timestamp(\"2026-01-01T00:00:00Z\") && m.c != \"\"",
    "{1: \"a\", true: \"b\", \"s\": \"c\"}[1] == \"a\" && m.c == \"abc\"",
    "[1.5, 2.5, dyn(\"x\"), dyn(null)].size() == 4 && m.c == \"abc\"",
};
enum { TRUTH_COUNT = sizeof(truths) / sizeof(truths[0]) };

START_TEST(a_program_outlives_its_tree)
{
    struct world world;
    world_begin(&world);
    struct cel_program *program = compile(&world.arena, &world.scope, truths[_i]);
    struct cel_value value = cel_run(&world.eval, program, 0);
    ck_assert_msg(
        value.kind == CEL_BOOL && value.as.boolean, "%s: %.*s", truths[_i],
        value.kind == CEL_ERROR ? (int)value.as.error->message.len : 0,
        value.kind == CEL_ERROR ? (const char *)value.as.error->message.data : "");
    cel_program_free(program);
    world_end(&world);
}
END_TEST

static const struct constant_case {
    const char *expression;
    bool is_constant;
} constant_cases[] = {
    {"1 + 1 == 2", true},
    {"\"abc\".contains(\"b\") ? [1, 2] : [3]", true},
    {"m.c == \"abc\"", false},
    {"1 / 0", false}, // fails each time
    {"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(x, x * 2)", true},
    {"lists.range(50)", true},
    {"lists.range(500)", false},          // larger than what is written
    {"lists.range(19000).size()", false}, // costs more than what is written
    {"cel.bind(a, [1, 2, 3, 4, 5, 6, 7, 8, 9], cel.bind(b, [a, a, a, a, a, a, a, a, a],"
     " [b, b, b, b, b, b, b, b, b]))",
     false}, // 729 elements where it is told out
};
enum { CONSTANT_COUNT = sizeof(constant_cases) / sizeof(constant_cases[0]) };

START_TEST(constants_are_kept_where_they_are_small)
{
    struct world world;
    world_begin(&world);
    struct cel_program *program =
        compile(&world.arena, &world.scope, constant_cases[_i].expression);
    ck_assert_msg(
        (cel_program_constant(program) != NULL) == constant_cases[_i].is_constant, "%s",
        constant_cases[_i].expression);
    cel_program_free(program);
    world_end(&world);
}
END_TEST

START_TEST(a_program_is_no_larger_than_it_must_be)
{
    struct world world;
    world_begin(&world);
    size_t before = world.arena.used_bytes;
    for (int i = 0; i < 100; i++)
        cel_program_free(compile(&world.arena, &world.scope, "m.c == \"abc\""));
    ck_assert_uint_lt((world.arena.used_bytes - before) / 100, 400);
    world_end(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/program");
    TCase *tcase = tcase_create("program");
    tcase_add_loop_test(tcase, a_program_outlives_its_tree, 0, TRUTH_COUNT);
    tcase_add_loop_test(tcase, constants_are_kept_where_they_are_small, 0, CONSTANT_COUNT);
    tcase_add_test(tcase, a_program_is_no_larger_than_it_must_be);
    suite_add_tcase(suite, tcase);
    return suite;
}
