// What types expressions have, what their names mean, and what is wrong with those that cannot work.
#include "rules/cel/check.h"
#include "rules/cel/parser.h"

#include "tests/support/suite.h"

// A constant of struct bytes.
#define NAME(text)                                 \
    {                                              \
        (const uint8_t *)(text), sizeof(text) - 1, \
    }

static const struct cel_field contact_fields[] = {
    {NAME("id"), &cel_type_string},      {NAME("plan"), &cel_type_string},
    {NAME("age"), &cel_type_int},        {NAME("created"), &cel_type_timestamp},
    {NAME("hot-leads"), &cel_type_bool}, {NAME("lead-score-2"), &cel_type_double},
    {NAME("age-i"), &cel_type_string},
};
#define COUNT(items) (sizeof(items) / sizeof((items)[0]))
static const struct cel_object contact = {NAME("contact"), contact_fields, COUNT(contact_fields),
                                          false,           false,          NULL};
static const struct cel_field data_fields[] = {
    {NAME("plan"), &cel_type_double},
    {NAME("utm-source"), &cel_type_string},
    {NAME("x-i"), &cel_type_string},
};
static const struct cel_object data = {
    NAME("data of order.placed"), data_fields, COUNT(data_fields), true, false, NULL};
static const struct cel_type contact_type = {.kind = CEL_TYPE_OBJECT, .object = &contact};
static const struct cel_type data_type = {.kind = CEL_TYPE_OBJECT, .object = &data};
static const struct cel_type ints_type = {.kind = CEL_TYPE_LIST, .params = {&cel_type_int}};
static const struct cel_type texts_type = {.kind = CEL_TYPE_LIST, .params = {&cel_type_string}};
static const struct cel_type map_type = {
    .kind = CEL_TYPE_MAP, .params = {&cel_type_string, &cel_type_int}};

static const struct cel_variable variables[] = {
    {NAME("i"), &cel_type_int},         {NAME("u"), &cel_type_uint},
    {NAME("d"), &cel_type_double},      {NAME("s"), &cel_type_string},
    {NAME("b"), &cel_type_bool},        {NAME("y"), &cel_type_bytes},
    {NAME("t"), &cel_type_timestamp},   {NAME("r"), &cel_type_duration},
    {NAME("n"), &cel_type_null},        {NAME("any"), &cel_type_dyn},
    {NAME("ints"), &ints_type},         {NAME("texts"), &texts_type},
    {NAME("map_of"), &map_type},        {NAME("q.v"), &cel_type_int},
    {NAME("q.v.w"), &cel_type_string},  {NAME("contact"), &contact_type},
    {NAME("data"), &data_type},         {NAME("com.example.i"), &cel_type_string},
    {NAME("base64"), &cel_type_string},
};
enum { VARIABLE_COUNT = COUNT(variables) };

// One expression, checked.
struct checked {
    struct arena arena;
    struct cel_library *library;
    struct cel_scope scope;
    struct cel_problems problems;
    struct cel_node *root; // NULL: not parsed
    bool is_right;
};

static void begin(struct checked *checked)
{
    *checked = (struct checked){.library = cel_library_new()};
    checked->scope = (struct cel_scope){
        .library = checked->library, .variables = variables, .variable_count = VARIABLE_COUNT};
}

static void check(struct checked *checked, const char *text)
{
    checked->problems = (struct cel_problems){.count = 0};
    checked->root = cel_parse(&checked->arena, bytes_text(text), &checked->problems);
    ck_assert_msg(checked->root != NULL, "%s: %s", text, checked->problems.items[0].message);
    checked->is_right =
        cel_check(&checked->arena, &checked->scope, checked->root, &checked->problems);
    ck_assert(checked->is_right == (checked->problems.total == 0));
}

static void end(struct checked *checked)
{
    cel_library_free(checked->library);
    arena_free(&checked->arena);
}

// The type, or "BEGIN-END MESSAGE; ..." of what is wrong.
static const char *outcome(struct checked *checked)
{
    struct buffer text = {0};
    if (checked->is_right)
        cel_type_add(&text, checked->root->type);
    for (size_t i = 0; i < checked->problems.count; i++) {
        const struct cel_problem *problem = &checked->problems.items[i];
        buffer_add_format(
            &text, "%s%u-%u %s", i == 0 ? "" : "; ", problem->begin, problem->end,
            problem->message);
    }
    const char *copy = arena_text(&checked->arena, buffer_bytes(&text));
    buffer_free(&text);
    return copy;
}

static const struct expression_case {
    const char *text, *outcome;
} type_cases[] = {
    // literals, lists, maps
    {"null", "null"},
    {"1u", "uint"},
    {"b'x'", "bytes"},
    {"[]", "list(dyn)"},
    {"{}", "map(dyn, dyn)"},
    {"[1, 2]", "list(int)"},
    {"[1, 1.0]", "list(dyn)"},
    {"[1, null]", "list(dyn)"},
    {"[any, 1]", "list(dyn)"},
    {"[1, any]", "list(dyn)"},
    {"[[1], ['a']]", "list(dyn)"},
    {"[[1], [any]]", "list(list(dyn))"},
    {"[[any], [1]]", "list(list(dyn))"},
    {"[{1: any}, {any: 1}]", "list(map(dyn, dyn))"},
    {"[int, string]", "list(type(dyn))"},
    {"{'abc': 123}", "map(string, int)"},
    {"{1: 1, 'a': 'b'}", "map(dyn, dyn)"},
    {"{true: 1, false: null}", "map(bool, dyn)"},
    {"['foo'][0]", "string"},
    {"[[], [[]], [[[]]], [[[[]]]]]", "list(list(list(list(list(dyn)))))"},
    {"[[[[[]]]], [], [[[]]]]", "list(list(list(list(list(dyn)))))"},
    {"([].map(x, x))[0].foo", "dyn"},
    {"[[], {}][0]", "dyn"},
    // operators
    {"1 + 2", "int"},
    {"i + d", "double"},
    {"d - u", "double"},
    {"u * d", "double"},
    {"i / d", "double"},
    {"s + 'a'", "string"},
    {"y + y", "bytes"},
    {"t + r", "timestamp"},
    {"t - t", "duration"},
    {"-i", "int"},
    {"ints + [any]", "list(dyn)"},
    {"[] + [1]", "list(int)"},
    {"any + any", "dyn"},
    {"any + 1", "dyn"}, // 1.5 + 1 is a double
    {"any - 1.0", "double"},
    {"any % 2", "int"},
    {"i < u && i < d && u >= d && s < 'a' && t < t && b < b", "bool"},
    {"i == d || d != u || any == 1 || 1 == any", "bool"},
    {"any == null && null != any && n == null", "bool"},
    {"1 in ints && 'a' in map_of && 'a' in contact && any in ints", "bool"},
    {"map_of['a'] + ints[0]", "int"},
    {"any[0].x[any]", "dyn"},
    {"b ? 1 : 2", "int"},
    {"b ? [] : [1]", "list(int)"},
    {"b ? any : 'a'", "dyn"},
    {"any ? 1 : 2", "int"},
    {"any && any || !any", "bool"},
    // names of types
    {"type(1)", "type(int)"},
    {"type(type([1]))", "type(type(list(int)))"},
    {"[int, uint, double, bool, string, bytes, list, map, null_type, type]", "list(type(dyn))"},
    {"type", "type(type)"},
    {"type(t) == google.protobuf.Timestamp", "bool"},
    {"type(r) == google.protobuf.Duration && type(any) == list", "bool"},
    // functions
    {"size(any) + s.size() + size(ints)", "int"},
    {"string(1) + string(t)", "string"},
    {"any.startsWith('a')", "bool"},
    {"math.greatest(1, 2)", "int"},
    {"math.greatest(1, 2.0)", "dyn"},
    {"min(i, d)", "double"},
    {"any.getHours('UTC')", "int"},
    // macros
    {"ints.all(x, x > 0) && map_of.exists(k, map_of[k] > 0)", "bool"},
    {"ints.map(x, x + 0.5)", "list(double)"},
    {"ints.map(x, x > 1, [x])", "list(list(int))"},
    {"map_of.map(k, k)", "list(string)"},
    {"map_of.filter(k, k == 'a')", "list(string)"},
    {"contact.map(k, k)", "list(string)"},
    {"[].filter(x, x.y)", "list(dyn)"},
    {"any.map(x, x)", "list(dyn)"},
    {"ints.sortBy(x, -x)", "list(int)"},
    {"texts.transformList(n, x, n)", "list(int)"},
    {"map_of.transformMap(k, v, v > 0, k)", "map(string, string)"},
    {"texts.transformMapEntry(n, x, {x: n})", "map(string, int)"},
    {"cel.bind(x, 1, cel.bind(x, 'a', x))", "string"},
    // objects
    {"contact.plan + contact['plan']", "string"},
    {"contact['hot-leads'] && contact.`hot-leads`", "bool"},
    {"data.plan + 1", "double"},
    {"data.whatever", "dyn"},
    {"data['whatever']", "dyn"},
    {"contact[s]", "dyn"},
    {"has(contact.age) && has(data.x) && has(map_of.x) && has(any.x)", "bool"},
    {"[contact, contact][0].age", "int"},
    {"(b ? contact : contact).plan", "string"},
    {"contact == data", "bool"},
    {"data.utm-i", "dyn"},
    {"data.x-i", "dyn"},
    {"contact.age-i + 1", "int"},
    {"contact.age-i > contact.age-d", "bool"},
};
enum { TYPE_COUNT = COUNT(type_cases) };

static void check_case(const struct expression_case *row)
{
    struct checked checked;
    begin(&checked);
    check(&checked, row->text);
    ck_assert_msg(
        strcmp(outcome(&checked), row->outcome) == 0, "%s: %s, expected %s", row->text,
        outcome(&checked), row->outcome);
    end(&checked);
}

START_TEST(an_expression_has_a_type)
{
    check_case(&type_cases[_i]);
}
END_TEST

static const struct expression_case problem_cases[] = {
    {"1 + 'a'", "0-7 '+' does not take int and string"},
    {"i + u", "0-5 '+' does not take int and uint"},
    {"i % 2.0", "0-7 '%' does not take int and double"},
    {"-s", "0-2 '-' does not take string"},
    {"-u", "0-2 '-' does not take uint"},
    {"!i", "0-2 '!' does not take int"},
    {"1 == 1u", "0-7 '==' does not take int and uint"},
    {"i != 'a'", "0-8 '!=' does not take int and string"},
    {"i == null", "0-9 '==' does not take int and null; has() asks whether a member is there"},
    {"[1] == ['a']", "0-12 '==' does not take list(int) and list(string)"},
    {"b < i", "0-5 '<' does not take bool and int"},
    {"y < s", "0-5 '<' does not take bytes and string"},
    {"ints < ints", "0-11 '<' does not take list(int) and list(int)"},
    {"t + t", "0-5 '+' does not take timestamp and timestamp"},
    {"[1] + ['a']", "0-11 '+' does not take list(int) and list(string)"},
    {"s[0]", "0-4 '[]' does not take string and int"},
    {"ints['a']", "0-9 '[]' does not take list(int) and string"},
    {"map_of[1]", "0-9 '[]' does not take map(string, int) and int"},
    {"contact[i]", "0-10 '[]' does not take contact and int"},
    {"1 in ['a']", "0-10 'in' does not take int and list(string)"},
    {"1 in contact", "0-12 'in' does not take int and contact"},
    {"[1] in {'a': 1}", "0-15 'in' does not take list(int) and map(string, int)"},
    {"'a' && i", "0-3 what '&&' joins is true or false (bool), this is string; 7-8 what '&&' joins "
                 "is true or false (bool), this is int"},
    {"i || b", "0-1 what '||' joins is true or false (bool), this is int"},
    {"i ? 1 : 2", "0-1 what stands before '?' is true or false (bool), this is int"},
    {"b ? 1 : 'a'", "0-11 '?:' gives int on one side and string on the other"},
    {"b ? 1 : 1.0", "0-11 '?:' gives int on one side and double on the other"},
    {"{1.0: 2}", "1-4 a key of a map is a string, a bool, an int or a uint, not double"},
    {"{[1]: 2, null: 3}",
     "1-4 a key of a map is a string, a bool, an int or a uint, not list(int); 9-13 a key of a map "
     "is a string, a bool, an int or a uint, not null"},
    {"int == 1", "0-8 '==' does not take type(int) and int"},
    {"int(ints)", "0-9 there is no int(list(int))"},
    {"bool(1)", "0-7 there is no bool(int)"},
    {"size(1)", "0-7 there is no size(int)"},
    {"s.size(1)", "0-9 there is no string.size(int)"},
    {"s.startsWith(1)", "0-15 there is no string.startsWith(int)"},
    {"startsWith(s, 'a')", "0-18 there is no startsWith(string, string)"},
    {"max(1, 'a')", "0-11 there is no max(int, string)"},
    {"math.greatest()", "0-15 there is no math.greatest()"},
    {"ints.all(x, x)", "12-13 what is asked of each element is true or false (bool), this is int"},
    {"map_of.filter(k, k)",
     "17-18 what is asked of each element is true or false (bool), this is string"},
    {"ints.map(x, x, x)",
     "12-13 what is asked of each element is true or false (bool), this is int"},
    {"s.exists(x, true)", "0-1 exists() walks a list or a map, this is string"},
    {"i.map(x, y)", "0-1 map() walks a list or a map, this is int"},
    {"ints.sortBy(x, [x])", "15-18 sortBy() needs a key that has an order, this is list(int)"},
    {"ints.sortBy(x, null)", "15-19 sortBy() needs a key that has an order, this is null"},
    {"ints.transformMapEntry(n, x, x)",
     "29-30 transformMapEntry() needs a map of one entry, this is int"},
    {"[].map(x, x == [x])", "10-18 '==' does not take dyn and list(dyn)"},
    {"ints.map(x, x) + x", "17-18 unknown name 'x'"},
    {"cel.bind(x, 1, x + 'a')", "15-22 '+' does not take int and string"},
    {"has(i.a)", "0-8 int has no members, so none that is called 'a'"},
    {"has(ints.a)", "0-11 list(int) has no members, so none that is called 'a'"},
    {"has(contact.plam)", "12-16 unknown field 'plam'"},
    {"has(contact.plan.x)", "0-19 string has no members, so none that is called 'x'"},
    {"scroe > 3", "0-5 unknown name 'scroe'"},
    {".scroe", "1-6 unknown name 'scroe'"},
    {"q", "0-1 unknown name 'q'"},
    {"q.x", "0-1 unknown name 'q'"},
    {"q.v.x", "0-5 int has no members, so none that is called 'x'"},
    {"contact.plam", "8-12 unknown field 'plam'"},
    {"contact['plam']", "8-14 unknown field 'plam'"},
    {"contact.plan.x", "0-14 string has no members, so none that is called 'x'"},
    {"contact.age.x + [1].y", "0-13 int has no members, so none that is called 'x'; 16-21 "
                              "list(int) has no members, so none that is called 'y'"},
    {"contact.hot -leads", "8-11 unknown field 'hot'; 13-18 unknown name 'leads'"},
    {"contact.hot- leads", "8-11 unknown field 'hot'; 13-18 unknown name 'leads'"},
    {"!contact.lead-score-2 && b", "9-21 unknown field 'lead'; a name with a dash is written "
                                   "[\"lead-score-2\"] or .`lead-score-2`"},
    {"data.utm-source.x + 1",
     "5-15 unknown field 'utm'; a name with a dash is written [\"utm-source\"] or .`utm-source`"},
    {"base64.nothing()", "7-14 unknown function 'nothing'"},
    {"base64.encode(1)", "0-16 there is no base64.encode(int)"},
    {"dyn", "0-3 unknown name 'dyn'"},
    {"foo(1)", "0-3 unknown function 'foo'"},
    {"s.beginsWith('a')", "2-12 unknown function 'beginsWith'"},
    {"math.flor(1.5)", "0-9 unknown function 'math.flor'"},
    {"math . flor(zz)", "12-14 unknown name 'zz'; 0-9 unknown function 'math.flor'"},
    {"maths.floor(1.5)", "0-5 unknown name 'maths'; 6-11 unknown function 'floor'"},
    {"nope.size()", "0-4 unknown name 'nope'"},
    {"contact.hot-leads",
     "8-17 unknown field 'hot'; a name with a dash is written [\"hot-leads\"] or .`hot-leads`"},
    {"!contact.hot-leads && b",
     "9-18 unknown field 'hot'; a name with a dash is written [\"hot-leads\"] or .`hot-leads`"},
    {"contact.hot-leads ? 1 : 'a'",
     "8-17 unknown field 'hot'; a name with a dash is written [\"hot-leads\"] or .`hot-leads`; "
     "0-27 '?:' gives int on one side and string on the other"},
    {"contact.lead-score-2 > 1.0", "8-20 unknown field 'lead'; a name with a dash is written "
                                   "[\"lead-score-2\"] or .`lead-score-2`"},
    {"contact.lead-score > 1.0", "8-12 unknown field 'lead'; 13-18 unknown name 'score'"},
    {"contact.hot - leads", "8-11 unknown field 'hot'; 14-19 unknown name 'leads'"},
    {"data.utm-source == 'x'",
     "5-15 unknown field 'utm'; a name with a dash is written [\"utm-source\"] or .`utm-source`"},
    {"zz.hot-leads", "0-2 unknown name 'zz'; 7-12 unknown name 'leads'"},
    {"zz + yy + contact.x",
     "0-2 unknown name 'zz'; 5-7 unknown name 'yy'; 18-19 unknown field 'x'"},
    {"(i + s) + (d % d) && nope", "1-6 '+' does not take int and string; 11-16 '%' does not take "
                                  "double and double; 21-25 unknown name 'nope'"},
    {"[zz, zz].map(x, x + 1)", "1-3 unknown name 'zz'; 5-7 unknown name 'zz'"},
    {"zz(1) + 1", "0-2 unknown function 'zz'"},
    {"[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]] + 1",
     "0-47 '+' does not take "
     "list(list(list(list(list(list(list(list(list(list(list(list(list(list(list(list(... and int"},
};
enum { PROBLEM_COUNT = COUNT(problem_cases) };

START_TEST(what_cannot_work_is_named_with_its_place)
{
    check_case(&problem_cases[_i]);
}
END_TEST

// --- objects
// The index that the fields of another object have is never used for a value that may be either.
static const char *const either_cases[] = {
    "(b ? contact : data).plan",
    "(b ? data : contact).plan",
    "(b ? contact : {'plan': 'x'}).plan",
    "(b ? {'plan': 'x'} : contact).plan",
    "(b ? contact : map_of).plan",
    "[contact, data][0].plan",
    "[[contact], [data]][0][0].plan",
    "[[data], [contact]][0][0].plan",
    "[{'x': contact}, {'x': data}][0].x.plan",
    "([contact] + [data])[0].plan",
    "cel.bind(l, [], ([contact] + l + [data])[0]).plan",
    "(b ? contact : data)['plan']",
};
enum { EITHER_COUNT = COUNT(either_cases) };

START_TEST(fields_of_two_objects_are_not_mixed_up)
{
    struct checked checked;
    begin(&checked);
    check(&checked, either_cases[_i]);
    ck_assert_str_eq(outcome(&checked), "dyn");
    ck_assert_uint_eq(checked.root->field, CEL_NO_FIELD);
    end(&checked);
}
END_TEST

static const struct field_case {
    const char *text;
    uint32_t field;
} field_cases[] = {
    {"contact.id", 0},
    {"contact.created", 3},
    {"contact['hot-leads']", 4},
    {"has(contact.age)", 2},
    {"data.plan", 0},
    {"data.other", CEL_NO_FIELD},
    {"map_of.plan", CEL_NO_FIELD},
    {"(b ? contact : contact).age", 2},
    {"[contact][0].age", 2},
};
enum { FIELD_COUNT = COUNT(field_cases) };

START_TEST(a_field_is_noted_by_its_index)
{
    struct checked checked;
    begin(&checked);
    check(&checked, field_cases[_i].text);
    ck_assert(checked.is_right);
    ck_assert_uint_eq(checked.root->field, field_cases[_i].field);
    end(&checked);
}
END_TEST

// --- names
static const struct name_case {
    const char *container, *text, *outcome;
    uint32_t variable; // of the root
} name_cases[] = {
    {"", "i", "int", 0},
    {"com.example", "i", "string", 17},
    {"com.example.deeper", "i", "string", 17},
    {"com", "example.i", "string", 17},
    {"com", "i", "int", 0},
    {"com.example", ".i", "int", 0},
    {"com.exam", "i", "int", 0},
    {"", "q.v", "int", 13},
    {"", "q.v.w", "string", 14}, // the longest name
    {"q", "v", "int", 13},
    {"q", "v.w", "string", 14},
    {"q.v", "w", "string", 14},
    {"q", ".v", "1-2 unknown name 'v'", CEL_NOT_A_VARIABLE},
    {"google.protobuf", "Timestamp", "type(timestamp)", CEL_NOT_A_VARIABLE},
    {"math", "abs(1)", "int", CEL_NOT_A_VARIABLE},
    {"", ".math.abs(1)", "int", CEL_NOT_A_VARIABLE},
    {"", "[0].exists(i, i == 0)", "bool", CEL_NOT_A_VARIABLE},
    {"com.example", "[0].exists(i, i == 0)", "bool", CEL_NOT_A_VARIABLE},
    {"", "[{'v': 0}].exists(q, q.v == 0)", "bool", CEL_NOT_A_VARIABLE},
    {"", "[{'v': 'x'}].map(q, q.v + 'y')[0]", "string", CEL_NOT_A_VARIABLE},
    {"", "[{'v': 'x'}].exists(q, .q.v == 1)", "bool", CEL_NOT_A_VARIABLE},
    {"", "['x'].map(math, math.size())[0]", "int", CEL_NOT_A_VARIABLE},
    {"", "[1].map(x, [2].map(x, [x]))", "list(list(list(int)))", CEL_NOT_A_VARIABLE},
    {"", "cel.bind(i, 'x', i) + s", "string", CEL_NOT_A_VARIABLE},
};
enum { NAME_COUNT = COUNT(name_cases) };

START_TEST(names_are_looked_for_in_containers_and_around)
{
    const struct name_case *row = &name_cases[_i];
    struct checked checked;
    begin(&checked);
    checked.scope.container = bytes_text(row->container);
    check(&checked, row->text);
    ck_assert_msg(
        strcmp(outcome(&checked), row->outcome) == 0, "%s in '%s': %s, expected %s", row->text,
        row->container, outcome(&checked), row->outcome);
    ck_assert_uint_eq(checked.root->variable, row->variable);
    end(&checked);
}
END_TEST

START_TEST(names_are_found_without_types)
{
    const struct name_case *row = &name_cases[_i];
    struct checked checked;
    begin(&checked);
    checked.scope.container = bytes_text(row->container);
    checked.root = cel_parse(&checked.arena, bytes_text(row->text), &checked.problems);
    ck_assert_ptr_nonnull(checked.root);
    cel_resolve(&checked.arena, &checked.scope, checked.root);
    ck_assert_uint_eq(checked.root->variable, row->variable);
    ck_assert_ptr_null(checked.root->type);
    end(&checked);
}
END_TEST

START_TEST(a_function_of_a_name_space_is_no_member)
{
    static const char *const texts[] = {"math.abs(i)", "math.nothing(i)"};
    for (int is_unchecked = 0; is_unchecked < 2; is_unchecked++) {
        for (size_t i = 0; i < 2; i++) {
            struct checked checked;
            begin(&checked);
            checked.root = cel_parse(&checked.arena, bytes_text(texts[i]), &checked.problems);
            if (is_unchecked)
                cel_resolve(&checked.arena, &checked.scope, checked.root);
            else
                (void)cel_check(&checked.arena, &checked.scope, checked.root, &checked.problems);
            ck_assert(!checked.root->is_member);
            ck_assert_uint_eq(checked.root->child_count, 1);
            ck_assert(bytes_equal_text(checked.root->text, i == 0 ? "math.abs" : "math.nothing"));
            ck_assert_uint_eq(checked.root->children[0]->variable, 0);
            end(&checked);
        }
    }
}
END_TEST

static const struct nearest_case {
    const char *text, *nearest;
} nearest_cases[] = {
    {"textz", "texts"},
    {"contcat", "contact"},
    {"creatd", "contact.created"},
    {"hot_leads", "contact[\"hot-leads\"]"},
    {"zzzzzz", NULL},
    {"contact.plam", "plan"},
    {"contact['creatde']", "created"},
    {"contact.zzzzz", NULL},
    {"s.startWith('a')", "startsWith"},
    {"math.flor(1.0)", "math.floor"},
    {"floor(1.0)", "math.floor"},
    {"zzzzzzz(1)", NULL},
};
enum { NEAREST_COUNT = COUNT(nearest_cases) };

START_TEST(an_unknown_name_is_likely_another)
{
    const struct nearest_case *row = &nearest_cases[_i];
    struct checked checked;
    size_t steps = 0;
    begin(&checked);
    check(&checked, row->text);
    ck_assert_uint_eq(checked.problems.count, 1);
    const struct cel_problem *problem = &checked.problems.items[0];
    const char *nearest =
        problem->kind == CEL_PROBLEM_FUNCTION
            ? cel_library_nearest(checked.library, problem->word, &steps)
        : problem->object != NULL
            ? cel_object_nearest(&checked.arena, problem->object, problem->word, &steps)
            : cel_scope_nearest(&checked.arena, &checked.scope, problem->word, &steps);
    ck_assert_pstr_eq(nearest, row->nearest);
    end(&checked);
}
END_TEST

START_TEST(problems_are_of_a_kind_and_name_the_word)
{
    struct checked checked;
    begin(&checked);
    check(&checked, "nope + contact.nix + nil(1) + 'a'");
    ck_assert_uint_eq(checked.problems.count, 3); // what has no type fits everything
    const struct cel_problem *problems = checked.problems.items;
    ck_assert_int_eq(problems[0].kind, CEL_PROBLEM_NAME);
    ck_assert(bytes_equal_text(problems[0].word, "nope"));
    ck_assert_ptr_null(problems[0].object);
    ck_assert_int_eq(problems[1].kind, CEL_PROBLEM_NAME);
    ck_assert(bytes_equal_text(problems[1].word, "nix"));
    ck_assert_ptr_eq(problems[1].object, &contact);
    ck_assert_int_eq(problems[2].kind, CEL_PROBLEM_FUNCTION);
    ck_assert(bytes_equal_text(problems[2].word, "nil"));
    check(&checked, "1 + 'a'");
    ck_assert_int_eq(checked.problems.items[0].kind, CEL_PROBLEM_TYPE);
    ck_assert_uint_eq(checked.problems.items[0].word.len, 0);
    end(&checked);
}
END_TEST

START_TEST(a_call_of_too_many_arguments_is_refused)
{
    static const char *const outcomes[] = {
        "int", "0-528 math.greatest() takes at most 256 arguments, here are 257"};
    struct checked checked;
    begin(&checked);
    for (size_t over = 0; over < 2; over++) {
        struct buffer text = {0};
        buffer_add_text(&text, "math.greatest(1");
        for (size_t i = 1; i < 256 + over; i++)
            buffer_add_text(&text, ",1");
        buffer_add_text(&text, ")");
        buffer_add_u8(&text, 0);
        check(&checked, (const char *)text.data);
        ck_assert_str_eq(outcome(&checked), outcomes[over]);
        buffer_free(&text);
    }
    end(&checked);
}
END_TEST

static void all_have_types(const struct cel_node *node)
{
    ck_assert_ptr_nonnull(node->type);
    ck_assert_int_ne(node->type->kind, CEL_TYPE_VARIABLE);
    for (uint32_t i = 0; i < node->child_count; i++)
        all_have_types(node->children[i]);
}

START_TEST(every_part_has_a_type)
{
    struct checked checked;
    begin(&checked);
    check(&checked, "[].map(x, {x: [x + 1]}).exists(m, m[1] == [] || size([[]]) > (b ? 1 : i))");
    ck_assert_str_eq(outcome(&checked), "bool");
    all_have_types(checked.root);
    end(&checked);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/check");
    TCase *tcase = tcase_create("check");
    tcase_add_loop_test(tcase, an_expression_has_a_type, 0, TYPE_COUNT);
    tcase_add_loop_test(tcase, what_cannot_work_is_named_with_its_place, 0, PROBLEM_COUNT);
    tcase_add_loop_test(tcase, fields_of_two_objects_are_not_mixed_up, 0, EITHER_COUNT);
    tcase_add_loop_test(tcase, a_field_is_noted_by_its_index, 0, FIELD_COUNT);
    tcase_add_loop_test(tcase, names_are_looked_for_in_containers_and_around, 0, NAME_COUNT);
    tcase_add_loop_test(tcase, names_are_found_without_types, 0, NAME_COUNT);
    tcase_add_test(tcase, a_function_of_a_name_space_is_no_member);
    tcase_add_loop_test(tcase, an_unknown_name_is_likely_another, 0, NEAREST_COUNT);
    tcase_add_test(tcase, problems_are_of_a_kind_and_name_the_word);
    tcase_add_test(tcase, a_call_of_too_many_arguments_is_refused);
    tcase_add_test(tcase, every_part_has_a_type);
    suite_add_tcase(suite, tcase);
    return suite;
}
