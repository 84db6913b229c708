// What the files that compile tests share.
#ifndef RULES_COMPILE_TESTS_H
#define RULES_COMPILE_TESTS_H

#include "rules/compiler.h"
#include "rules/rule_test.h"

// A test being compiled.
struct test_work {
    struct compiler *compiler;
    struct rule_test *test;
    // All that its contact and its events name; the test's own is the first.
    struct test_contact *contacts;
    uint32_t contact_count;
};

// Milliseconds from `start_ms` on as a duration ("36h", "-30d"), or a time; both limits of the range are times. False
// after E0213 or E0402.
bool compile_test_time(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_range *range,
    int64_t start_ms,
    int64_t *out_ms);
// When an event arrives, or something must hold: not before the start. False as above.
bool compile_test_at(struct test_work *work, const struct yaml_node *node, int64_t *out_ms);

// A contact as an event names it: its contact_id, or a mapping of identifiers. False after a diagnostic.
bool compile_test_contact(
    struct compiler *compiler, const struct yaml_node *node, struct test_contact *out);
// The one among those of the test that has an identifier of it, or NULL.
const struct test_contact *test_contact_find(
    const struct test_work *work, const struct test_contact *contact);

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

#endif
