// What the files that compile tests share.
#ifndef RULES_COMPILE_TESTS_H
#define RULES_COMPILE_TESTS_H

#include "rules/compiler.h"
#include "rules/rule_test.h"

// The rules of all scores by name, made when the first is asked for. Zero-initialised is empty.
struct test_rules {
    struct symbols whole;   // "engagement/opened"
    struct symbols alone;   // "opened"
    struct symbols several; // those of alone that more than one has
    bool is_made;
};

// A test being compiled.
struct test_work {
    struct compiler *compiler;
    struct test_rules *rules; // of all tests of a file
    struct rule_test *test;
    // All that its contact and its events name; the test's own is the first.
    struct test_contact *contacts;
    uint32_t contact_count;
    bool knows_contacts; // they are in the table of parts
};

// Milliseconds from `start_ms` on as a duration ("36h", "-30d"), or a time; both limits of the range are times. False
// after E0213 or E0402.
bool compile_test_time(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_range *range,
    int64_t start_ms,
    int64_t *out_ms);
// A moment that is not before the start, "'at'" or as `what` says. False as above.
bool compile_test_at(
    struct test_work *work, const struct yaml_node *node, const char *what, int64_t *out_ms);

// A moment, as it is written. False after E0213.
bool compile_test_moment(
    struct compiler *compiler, const struct yaml_node *node, const char *what, struct value *out);

// A contact as an event names it: its contact_id, or a mapping of identifiers. False after a diagnostic.
bool compile_test_contact(
    struct compiler *compiler, const struct yaml_node *node, struct test_contact *out);
// Whether one of those of the test has an identifier of it. Once all its events are compiled.
bool test_has_contact(struct test_work *work, const struct test_contact *contact);

// What a test names; NULL after a diagnostic of that code, or where the definition itself is refused.
const struct symbol *test_symbol_find(
    struct compiler *compiler,
    enum symbol_kind kind,
    enum diagnostic_code code,
    const struct yaml_node *name);

struct test_place compile_test_place(struct compiler *compiler, const struct yaml_node *node);
// Of two places in one file: below 0 where a comes first.
int test_place_compare(const struct test_place *a, const struct test_place *b);
// Text of an optional key, a copy; empty where it is not there, or after a diagnostic.
struct bytes compile_test_text(
    struct compiler *compiler, const struct yaml_node *node, const char *key);
// The same of `zone`.
struct bytes compile_test_zone(struct compiler *compiler, const struct yaml_node *node);
// A declared field: its name and a constant of its type. False after a diagnostic.
bool compile_test_field(
    struct compiler *compiler, const struct yaml_entry *entry, struct test_value *out);
// A list of tags (SYMBOL_KIND_COUNT), or of lists (SYMBOL_LIST).
void compile_test_names(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum symbol_kind kind,
    struct test_names *out);

// `contact` of a test; NULL: it has none.
void compile_test_given(struct test_work *work, const struct yaml_node *node);
// `events`, once the test's contact is known; NULL: it has none.
void compile_test_events(struct test_work *work, const struct yaml_node *node);
// `expect`, once the events are compiled.
void compile_expectations(struct test_work *work, const struct yaml_node *node);
// `held`; NULL: there is none.
void compile_held(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out);
// `because`; NULL: there is none.
void compile_causes(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out);
// `objects`; NULL: there is none.
void compile_test_objects(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out);
void test_rules_free(struct test_rules *rules);

#endif
