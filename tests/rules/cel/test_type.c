// Types as text and back, which are equal, what signatures become, and how types are found out.
#include "rules/cel/function.h"
#include "rules/cel/infer.h"

#include "tests/support/suite.h"

static const char *text_of(struct arena *arena, const struct cel_type *type)
{
    struct buffer text = {0};
    cel_type_add(&text, type);
    const char *copy = arena_text(arena, buffer_bytes(&text));
    buffer_free(&text);
    return copy;
}

static const struct cel_type *read_type(struct arena *arena, const char *text)
{
    size_t at = 0;
    const struct cel_type *type = cel_type_parse(arena, bytes_text(text), &at);
    ck_assert_msg(type != NULL && at == strlen(text), "%s", text);
    return type;
}

// --- text
static const struct type_case {
    const char *text, *name;
} type_cases[] = {
    {"dyn", "dyn"},
    {"null", "null_type"},
    {"bool", "bool"},
    {"int", "int"},
    {"uint", "uint"},
    {"double", "double"},
    {"string", "string"},
    {"bytes", "bytes"},
    {"timestamp", "google.protobuf.Timestamp"},
    {"duration", "google.protobuf.Duration"},
    {"type", "type"},
    {"type(int)", "type"},
    {"list", "list"},
    {"list(int)", "list"},
    {"map", "map"},
    {"map(string, list(double))", "map"},
    {"list(map(int, type(list(dyn))))", "list"},
};
enum { TYPE_COUNT = sizeof(type_cases) / sizeof(type_cases[0]) };

START_TEST(a_type_is_written_as_it_is_read)
{
    struct arena arena = {0};
    size_t at = 0;
    const char *text = type_cases[_i].text;
    const struct cel_type *type = cel_type_parse(&arena, bytes_text(text), &at);
    if (strcmp(text, "list") == 0 || strcmp(text, "map") == 0) { // of what?
        ck_assert_ptr_null(type);
    } else {
        ck_assert_ptr_nonnull(type);
        ck_assert_uint_eq(at, strlen(text));
        ck_assert_str_eq(text_of(&arena, type), text);
        ck_assert_str_eq(cel_type_name(type), type_cases[_i].name);
    }
    arena_free(&arena);
}
END_TEST

static const char *const no_types[] = {
    "",
    "integer",
    "Int",
    "list()",
    "list(int",
    "list(int, int)",
    "map(int)",
    "map(int, )",
    "map(int int)",
    "map(, int)",
    "list(integer)",
    "type(",
    "object",
    "list(list(",
    "(int)",
    "1",
    " ",
};
enum { NO_TYPE_COUNT = sizeof(no_types) / sizeof(no_types[0]) };

START_TEST(what_is_no_type_is_not_read)
{
    struct arena arena = {0};
    struct bytes text = bytes_text(no_types[_i]);
    size_t at = 0;
    const struct cel_type *type = cel_type_parse(&arena, text, &at);
    ck_assert_msg(type == NULL || at < text.len, "%s", no_types[_i]);
    arena_free(&arena);
}
END_TEST

START_TEST(a_type_is_read_where_it_stands)
{
    struct arena arena = {0};
    struct bytes text = bytes_text("f(list(A), map( string,B )...)");
    size_t at = 2;
    const struct cel_type *type = cel_type_parse(&arena, text, &at);
    ck_assert_int_eq(type->kind, CEL_TYPE_LIST);
    ck_assert_int_eq(type->params[0]->kind, CEL_TYPE_VARIABLE);
    ck_assert_uint_eq(type->params[0]->variable, 0);
    ck_assert_uint_eq(at, 9);
    at = 11;
    type = cel_type_parse(&arena, text, &at);
    ck_assert_int_eq(type->params[0]->kind, CEL_TYPE_STRING);
    ck_assert_uint_eq(type->params[1]->variable, 1);
    ck_assert_uint_eq(at, 26);
    arena_free(&arena);
}
END_TEST

START_TEST(types_written_too_deep_are_not_read)
{
    struct arena arena = {0};
    for (size_t depth = 32; depth <= 33; depth++) {
        struct buffer text = {0};
        size_t at = 0;
        for (size_t i = 0; i < depth; i++)
            buffer_add_text(&text, "list(");
        buffer_add_text(&text, "int");
        for (size_t i = 0; i < depth; i++)
            buffer_add_text(&text, ")");
        ck_assert((cel_type_parse(&arena, buffer_bytes(&text), &at) != NULL) == (depth == 32));
        buffer_free(&text);
    }
    arena_free(&arena);
}
END_TEST

// --- equality
static const char *const different[] = {
    "dyn",
    "null",
    "int",
    "uint",
    "type",
    "type(int)",
    "type(dyn)",
    "list(int)",
    "list(uint)",
    "list(dyn)",
    "list(list(int))",
    "map(int, int)",
    "map(int, uint)",
    "map(uint, int)",
    "A",
    "B",
    "list(A)",
    "timestamp",
};
enum { DIFFERENT_COUNT = sizeof(different) / sizeof(different[0]) };

START_TEST(types_are_equal_by_what_they_are)
{
    struct arena arena = {0};
    const struct cel_type *type = read_type(&arena, different[_i]);
    for (int i = 0; i < DIFFERENT_COUNT; i++) {
        const struct cel_type *other = read_type(&arena, different[i]);
        ck_assert_msg(
            cel_type_equal(type, other) == (i == _i), "%s and %s", different[_i], different[i]);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(objects_are_equal_to_themselves_and_named_map)
{
    struct arena arena = {0};
    const struct cel_object contact = {.name = bytes_text("contact")};
    const struct cel_object other = {.name = bytes_text("contact")};
    const struct cel_type *type = cel_type_object(&arena, &contact);
    ck_assert(cel_type_equal(type, cel_type_object(&arena, &contact)));
    ck_assert(!cel_type_equal(type, cel_type_object(&arena, &other)));
    ck_assert_str_eq(text_of(&arena, type), "contact");
    ck_assert(cel_type_same_name(type, read_type(&arena, "map(int, int)")));
    ck_assert(!cel_type_same_name(type, read_type(&arena, "list(int)")));
    ck_assert(cel_type_same_name(read_type(&arena, "list(int)"), read_type(&arena, "list(dyn)")));
    arena_free(&arena);
}
END_TEST

// --- assigning, by signatures such as f(list(A), A): A
static const struct assign_case {
    const char *from[2], *to[2];
    const char *a; // what A then is; NULL: refused
} assign_cases[] = {
    {{"int", "int"}, {"A", "A"}, "int"},
    {{"int", "string"}, {"A", "A"}, NULL},
    {{"int", "dyn"}, {"A", "A"}, "dyn"},
    {{"dyn", "int"}, {"A", "A"}, "dyn"},
    {{"list(int)", "int"}, {"list(A)", "A"}, "int"},
    {{"list(int)", "string"}, {"list(A)", "A"}, NULL},
    {{"dyn", "string"}, {"list(A)", "A"}, "string"},
    {{"list(dyn)", "list(int)"}, {"A", "A"}, "list(dyn)"},
    {{"list(int)", "list(dyn)"}, {"A", "A"}, "list(dyn)"},
    {{"map(string, dyn)", "map(dyn, int)"}, {"A", "A"}, "map(dyn, dyn)"},
    {{"map(int, string)", "int"}, {"map(A, B)", "A"}, "int"},
    {{"map(int, string)", "string"}, {"map(A, B)", "A"}, NULL},
    {{"list(int)", "int"}, {"map(A, B)", "A"}, NULL},
    {{"dyn", "list(int)"}, {"map(A, B)", "A"}, NULL}, // a list is no key
    {{"dyn", "int"}, {"map(A, B)", "A"}, "int"},
    {{"type(int)", "type(string)"}, {"A", "A"}, "type(dyn)"},
    {{"type(int)", "type"}, {"A", "A"}, "type"},
    {{"null", "null"}, {"A", "A"}, "null"},
    {{"null", "int"}, {"A", "A"}, NULL},
    {{"int", "uint"}, {"double", "A"}, NULL},
};
enum { ASSIGN_COUNT = sizeof(assign_cases) / sizeof(assign_cases[0]) };

START_TEST(a_variable_takes_the_most_general_of_what_it_meets)
{
    const struct assign_case *row = &assign_cases[_i];
    struct arena arena = {0};
    struct infer infer = {.arena = &arena};
    uint32_t first = infer_reserve(&infer, 2);
    const struct cel_type *from[2], *to[2];
    for (int i = 0; i < 2; i++) {
        from[i] = read_type(&arena, row->from[i]);
        to[i] = infer_instance(&infer, read_type(&arena, row->to[i]), first);
    }
    const struct cel_type *a = cel_type_variable(&arena, first);
    ck_assert(infer_assign(&infer, from, to, 2) == (row->a != NULL));
    if (row->a == NULL) // undone
        ck_assert_int_eq(infer_head(&infer, a)->kind, CEL_TYPE_VARIABLE);
    else
        ck_assert_str_eq(text_of(&arena, infer_settle(&infer, a)), row->a);
    arena_free(&arena);
}
END_TEST

START_TEST(variables_that_meet_are_one)
{
    struct arena arena = {0};
    struct infer infer = {.arena = &arena};
    const struct cel_type *a = infer_fresh(&infer), *b = infer_fresh(&infer);
    const struct cel_type *c = infer_fresh(&infer), *list = cel_type_list(&arena, a);
    const struct cel_type *number = &cel_type_int;
    ck_assert(infer_assign(&infer, &c, &b, 1) && infer_assign(&infer, &b, &a, 1));
    ck_assert(infer_same(&infer, a, c));
    ck_assert(!infer_assign(&infer, &c, &list, 1)); // a list of itself
    ck_assert(infer_assign(&infer, &number, &c, 1));
    ck_assert_str_eq(text_of(&arena, infer_snapshot(&infer, list)), "list(int)");
    ck_assert_str_eq(text_of(&arena, infer_settle(&infer, list)), "list(int)");
    arena_free(&arena);
}
END_TEST

START_TEST(what_nothing_decides_is_dyn_at_the_end)
{
    struct arena arena = {0};
    struct infer infer = {.arena = &arena};
    const struct cel_type *map =
        infer_map(&infer, infer_fresh(&infer), cel_type_list(&arena, infer_fresh(&infer)));
    ck_assert_int_eq(infer_head(&infer, map->params[0])->kind, CEL_TYPE_VARIABLE);
    ck_assert_str_eq(text_of(&arena, infer_settle(&infer, map)), "map(dyn, list(dyn))");
    arena_free(&arena);
}
END_TEST

// --- the library
START_TEST(signatures_become_overloads)
{
    struct cel_library *library = cel_library_new();
    const struct cel_named_function *function = cel_library_find(library, bytes_text("_[_]"));
    ck_assert_ptr_nonnull(function);
    ck_assert_uint_eq(function->overload_count, 2);
    const struct cel_overload *overload = &function->overloads[1]; // (map(A, B), A): B
    ck_assert_uint_eq(overload->param_count, 2);
    ck_assert_uint_eq(overload->variable_count, 2);
    ck_assert_int_eq(overload->params[0]->kind, CEL_TYPE_MAP);
    ck_assert_uint_eq(overload->result->variable, 1);
    ck_assert(!overload->is_member && !overload->is_variadic && !overload->is_fallback);

    function = cel_library_find(library, bytes_text("startsWith"));
    ck_assert_ptr_nonnull(function);
    ck_assert(function->overloads[0].is_member);
    ck_assert_int_eq(function->overloads[0].params[0]->kind, CEL_TYPE_STRING);
    ck_assert_int_eq(function->overloads[0].result->kind, CEL_TYPE_BOOL);

    function = cel_library_find(library, bytes_text("_+_"));
    ck_assert_ptr_nonnull(function);
    ck_assert(function->overloads[function->overload_count - 1].is_fallback);
    ck_assert(!function->overloads[0].is_fallback);
    ck_assert_ptr_null(cel_library_find(library, bytes_text("starts")));
    ck_assert_ptr_null(cel_library_find(library, bytes_text("")));
    cel_library_free(library);
    cel_library_free(NULL);
}
END_TEST

START_TEST(name_spaces_are_those_of_functions)
{
    struct cel_library *library = cel_library_new();
    ck_assert(cel_library_has_space(library, bytes_text("math")));
    ck_assert(cel_library_has_space(library, bytes_text("base64")));
    ck_assert(!cel_library_has_space(library, bytes_text("mat")));
    ck_assert(!cel_library_has_space(library, bytes_text("math.abs")));
    ck_assert(!cel_library_has_space(library, bytes_text("contact")));
    cel_library_free(library);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/type");
    TCase *tcase = tcase_create("type");
    tcase_add_loop_test(tcase, a_type_is_written_as_it_is_read, 0, TYPE_COUNT);
    tcase_add_loop_test(tcase, what_is_no_type_is_not_read, 0, NO_TYPE_COUNT);
    tcase_add_test(tcase, a_type_is_read_where_it_stands);
    tcase_add_test(tcase, types_written_too_deep_are_not_read);
    tcase_add_loop_test(tcase, types_are_equal_by_what_they_are, 0, DIFFERENT_COUNT);
    tcase_add_test(tcase, objects_are_equal_to_themselves_and_named_map);
    tcase_add_loop_test(tcase, a_variable_takes_the_most_general_of_what_it_meets, 0, ASSIGN_COUNT);
    tcase_add_test(tcase, variables_that_meet_are_one);
    tcase_add_test(tcase, what_nothing_decides_is_dyn_at_the_end);
    tcase_add_test(tcase, signatures_become_overloads);
    tcase_add_test(tcase, name_spaces_are_those_of_functions);
    suite_add_tcase(suite, tcase);
    return suite;
}
