// Speed of expressions: typical conditions through the evaluator, beside the first of them written in C
// over the same maps.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/invariant.h"
#include "rules/cel/eval.h"
#include "rules/cel/parser.h"
#include "rules/cel/program.h"

enum { EVALUATIONS = 1000000, RECORDS = 1024, FIELDS_MAX = 4, RUNS = 5, TAGS = 20 };

// A host's map: its values by the index of the field.
struct record {
    struct cel_map map; // first
    struct cel_value values[FIELDS_MAX];
};

struct bench {
    struct record data[RECORDS], contacts[RECORDS];
    struct cel_list tag_list;
    struct cel_value tags[TAGS];
    size_t at; // the record that is evaluated
};

enum { DATA, CONTACT, VARIABLES };
enum { AMOUNT, URL };
enum { COUNTRY, AGE, TAG_LIST };

static bool find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)eval;
    (void)name;
    if (field >= FIELDS_MAX)
        return false;
    *value_out = ((const struct record *)map)->values[field];
    return true;
}

static bool variable(void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    const struct bench *bench = self;
    (void)eval;
    const struct record *record =
        index == DATA ? &bench->data[bench->at] : &bench->contacts[bench->at];
    *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &record->map};
    return true;
}

static void fill(struct bench *bench)
{
    static const char *const countries[] = {"VN", "CA", "DE", "VN"};
    static const char *const urls[] = {
        "https://shop.example/promo/17", "https://shop.example/p/4711", "https://shop.example/"};
    static char names[TAGS][16];
    for (size_t i = 0; i < TAGS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "tag-%zu", i);
        bench->tags[i] = cel_string(bytes_text(names[i]));
    }
    bench->tag_list = (struct cel_list){.count = TAGS, .items = bench->tags};
    for (size_t i = 0; i < RECORDS; i++) {
        bench->data[i].map.find = find;
        bench->data[i].values[AMOUNT] = cel_double((double)(i % 7) * 40.0);
        bench->data[i].values[URL] = cel_string(bytes_text(urls[i % 3]));
        bench->contacts[i].map.find = find;
        bench->contacts[i].values[COUNTRY] = cel_string(bytes_text(countries[i % 4]));
        bench->contacts[i].values[AGE] = cel_int((int64_t)(i % 60) + 10);
        bench->contacts[i].values[TAG_LIST] =
            (struct cel_value){.kind = CEL_LIST, .as.list = &bench->tag_list};
    }
}

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct cel_program *compile(
    struct arena *arena, const struct cel_library *library, const char *text)
{
    static const struct cel_type *list_of_strings;
    list_of_strings = cel_type_list(arena, &cel_type_string);
    const struct cel_field data_fields[] = {
        {BYTES_LITERAL("amount"), &cel_type_double}, {BYTES_LITERAL("url"), &cel_type_string}};
    const struct cel_field contact_fields[] = {
        {BYTES_LITERAL("country"), &cel_type_string},
        {BYTES_LITERAL("age"), &cel_type_int},
        {BYTES_LITERAL("tags"), list_of_strings}};
    const struct cel_object data = {BYTES_LITERAL("data"), data_fields, 2, false, false, NULL};
    const struct cel_object contact = {
        BYTES_LITERAL("contact"), contact_fields, 3, false, false, NULL};
    const struct cel_variable variables[VARIABLES] = {
        {BYTES_LITERAL("data"), cel_type_object(arena, &data)},
        {BYTES_LITERAL("contact"), cel_type_object(arena, &contact)}};
    const struct cel_scope scope = {
        .library = library, .variables = variables, .variable_count = VARIABLES};
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(arena, bytes_text(text), &problems);
    INVARIANT(root != NULL);
    INVARIANT(cel_check(arena, &scope, root, &problems));
    return cel_compile(arena, &scope, root);
}

// Counts the conditions that hold: what the others must agree with.
static double evaluate(struct bench *bench, const struct cel_program *program, size_t *held_out)
{
    const struct cel_host host = {.variable = variable, .self = bench};
    struct cel_eval eval = {.host = &host};
    size_t held = 0;
    double start = now_ns();
    for (size_t i = 0; i < EVALUATIONS; i++) {
        bench->at = i % RECORDS;
        struct cel_value value = cel_run(&eval, program, 0);
        INVARIANT(value.kind == CEL_BOOL);
        held += value.as.boolean;
    }
    double each = (now_ns() - start) / EVALUATIONS;
    cel_eval_free(&eval);
    *held_out = held;
    return each;
}

static bool holds(struct bench *bench)
{
    struct cel_value data, contact, amount, country, age;
    return variable(bench, NULL, DATA, &data) &&
           data.as.map->find(data.as.map, NULL, BYTES_LITERAL("amount"), AMOUNT, &amount) &&
           amount.as.real > 100.0 && variable(bench, NULL, CONTACT, &contact) &&
           contact.as.map->find(
               contact.as.map, NULL, BYTES_LITERAL("country"), COUNTRY, &country) &&
           bytes_equal_text(country.as.text, "VN") &&
           contact.as.map->find(contact.as.map, NULL, BYTES_LITERAL("age"), AGE, &age) &&
           age.as.integer >= 18;
}

static double in_c(struct bench *bench, size_t *held_out)
{
    size_t held = 0;
    double start = now_ns();
    for (size_t i = 0; i < EVALUATIONS; i++) {
        bench->at = i % RECORDS;
        held += holds(bench);
    }
    *held_out = held;
    return (now_ns() - start) / EVALUATIONS;
}

static int compare_doubles(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

static void report(const char *name, double *runs, size_t held)
{
    qsort(runs, RUNS, sizeof(runs[0]), compare_doubles);
    (void)printf(
        "%-28s %8.1f ns/evaluation  (%.1f to %.1f), %.1f %% hold\n", name, runs[RUNS / 2], runs[0],
        runs[RUNS - 1], 100.0 * (double)held / EVALUATIONS);
}

int main(void)
{
    static const char *const conditions[][2] = {
        {"three comparisons",
         "data.amount > 100.0 && contact.country == \"VN\" && contact.age >= 18"},
        {"three, all looked at",
         "data.amount >= 0.0 && contact.country != \"\" && contact.age > 9"},
        {"arithmetic", "(data.amount * 1.1 + 5.0) / 2.0 > 50.0 && contact.age - 18 < 30"},
        {"text", "data.url.contains(\"/promo\") || contact.country.startsWith(\"D\")"},
        {"matches", "data.url.matches(\"/p(romo)?/[0-9]+$\")"},
        {"last of 20 tags", "\"tag-19\" in contact.tags"},
        {"exists over 20 tags", "contact.tags.exists(t, t == \"tag-19\")"},
    };
    static struct bench bench;
    struct cel_library *library = cel_library_new();
    double runs[RUNS];
    size_t held = 0, again = 0;
    fill(&bench);
    for (size_t run = 0; run < RUNS; run++)
        runs[run] = in_c(&bench, &held);
    report("three comparisons, in C", runs, held);
    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        struct arena arena = {0};
        struct cel_program *program = compile(&arena, library, conditions[i][1]);
        (void)evaluate(&bench, program, &again); // warms up
        INVARIANT(i > 0 || again == held);
        for (size_t run = 0; run < RUNS; run++)
            runs[run] = evaluate(&bench, program, &again);
        report(conditions[i][0], runs, again);
        cel_program_free(program);
        arena_free(&arena);
    }
    cel_library_free(library);
    return 0;
}
