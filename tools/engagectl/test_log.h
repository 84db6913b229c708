// What the rules did during a test, in the order in which it was seen.
#ifndef TOOLS_ENGAGECTL_TEST_LOG_H
#define TOOLS_ENGAGECTL_TEST_LOG_H

#include "engine/base/arena.h"
#include "engine/fold/hold.h"
#include "engine/fold/matched.h"
#include "rules/ruleset.h"
#include "tools/engagectl/json.h"

enum test_deed_kind { TEST_DEED_RULE, TEST_DEED_WORKFLOW, TEST_DEED_ACTION, TEST_DEED_HELD };

struct test_deed {
    enum test_deed_kind kind;
    struct contact_number contact;
    struct bytes name;         // of the rule ("score/rule"), the workflow, the action
    const struct json *action; // its "data"; NULL for others
    struct hold hold;          // TEST_DEED_HELD
};

// Up to where it was looked at, of a contact.
struct test_mark {
    struct contact_number contact;
    size_t at;
};

// Zero-initialised is empty.
struct test_log {
    struct arena arena; // of the actions
    struct test_deed *deeds;
    size_t count, cap;
    struct test_mark *marks;
    size_t mark_count, mark_cap;
};

void test_log_free(struct test_log *log);
void test_log_add(struct test_log *log, const struct test_deed *deed);
// What comes from here on is new of the contact; gives where that was before.
size_t test_log_mark(struct test_log *log, struct contact_number contact);

#endif
