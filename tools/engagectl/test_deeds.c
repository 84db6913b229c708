// What the rules did about a contact since the expectation before, beside what is expected of that.
#include "tools/engagectl/test_deeds.h"

#include "engine/base/text.h"
#include "tools/engagectl/test_value.h"

// What was held back is looked at by itself (test_held.h).
static bool is_about(const struct test_deeds *deeds, const struct test_deed *deed)
{
    return deed->kind != TEST_DEED_HELD && deed->contact.value == deeds->contact.value;
}

// The next action at *at or behind it, or NULL.
static const struct test_deed *next_action(const struct test_deeds *deeds, size_t *at)
{
    while (*at < deeds->log->count) {
        const struct test_deed *deed = &deeds->log->deeds[(*at)++];
        if (deed->kind == TEST_DEED_ACTION && is_about(deeds, deed))
            return deed;
    }
    return NULL;
}

static bool is_action(
    const struct test_deeds *deeds,
    const struct test_action *expected,
    const struct test_deed *deed)
{
    const struct json *with = json_member(deed->action, "with");
    if (!bytes_equal(ruleset_action(deeds->ruleset, expected->action)->name, deed->name))
        return false;
    if (expected->workflow.len > 0 &&
        !bytes_equal(expected->workflow, json_text(deed->action, "workflow")))
        return false;
    if (expected->step.len > 0 && !bytes_equal(expected->step, json_text(deed->action, "step")))
        return false;
    for (uint32_t i = 0; i < expected->with.count; i++) {
        const struct test_value *param = &expected->with.items[i];
        if (!test_value_is(param->value, json_member_of(with, param->name), deeds->start_ms))
            return false;
    }
    return true;
}

bool test_deeds_are(const struct test_deeds *deeds, const struct test_expectation *expectation)
{
    size_t at = deeds->from;
    for (uint32_t i = 0; i < expectation->action_count; i++) {
        const struct test_deed *deed = next_action(deeds, &at);
        if (deed == NULL || !is_action(deeds, &expectation->actions[i], deed))
            return false;
    }
    return next_action(deeds, &at) == NULL;
}

// --- at work
static bool is_cause(const struct test_deed *deed, const struct test_cause *cause)
{
    switch (deed->kind) {
    case TEST_DEED_RULE:
        return cause->kind == TEST_CAUSE_RULE && bytes_equal(cause->name, deed->name);
    case TEST_DEED_WORKFLOW:
        return cause->kind == TEST_CAUSE_WORKFLOW && bytes_equal(cause->name, deed->name);
    case TEST_DEED_ACTION: // of a run that may have begun before
        return cause->kind == TEST_CAUSE_WORKFLOW &&
               bytes_equal(cause->name, json_text(deed->action, "workflow"));
    case TEST_DEED_HELD: return false;
    }
    return false;
}

static bool was_at_work(const struct test_deeds *deeds, const struct test_cause *cause)
{
    for (size_t i = deeds->from; i < deeds->log->count; i++) {
        const struct test_deed *deed = &deeds->log->deeds[i];
        if (is_about(deeds, deed) && is_cause(deed, cause))
            return true;
    }
    return false;
}

bool test_deeds_are_because(
    const struct test_deeds *deeds, const struct test_expectation *expectation)
{
    for (uint32_t i = 0; i < expectation->cause_count; i++) {
        if (!was_at_work(deeds, &expectation->causes[i]))
            return false;
    }
    return true;
}

// --- printed
static void add_origin(struct buffer *to, struct bytes workflow, struct bytes step)
{
    if (workflow.len == 0 && step.len == 0)
        return;
    buffer_add_text(to, " by ");
    buffer_add_bytes(to, workflow.len > 0 ? workflow : BYTES_LITERAL("*"));
    if (step.len == 0)
        return;
    buffer_add_u8(to, '/');
    buffer_add_bytes(to, step);
}

static void begin_line(struct buffer *to, uint32_t index)
{
    buffer_add_format(to, "%s%u: ", index == 0 ? "" : "\n", index);
}

void test_deeds_add_expected(
    struct buffer *to, const struct test_deeds *deeds, const struct test_expectation *expectation)
{
    if (expectation->action_count == 0)
        buffer_add_text(to, "none");
    for (uint32_t i = 0; i < expectation->action_count; i++) {
        const struct test_action *action = &expectation->actions[i];
        begin_line(to, i);
        buffer_add_bytes(to, ruleset_action(deeds->ruleset, action->action)->name);
        add_origin(to, action->workflow, action->step);
        for (uint32_t j = 0; j < action->with.count; j++) {
            buffer_add_text(to, j == 0 ? " with " : ", ");
            buffer_add_bytes(to, action->with.items[j].name);
            buffer_add_u8(to, ' ');
            test_value_add(to, action->with.items[j].value);
        }
    }
}

void test_deeds_add_actions(struct buffer *to, const struct test_deeds *deeds)
{
    size_t at = deeds->from;
    uint32_t index = 0;
    const struct test_deed *deed = NULL;
    while ((deed = next_action(deeds, &at)) != NULL) {
        const struct json *with = json_member(deed->action, "with");
        begin_line(to, index++);
        buffer_add_bytes(to, deed->name);
        add_origin(to, json_text(deed->action, "workflow"), json_text(deed->action, "step"));
        bool is_first = true;
        for (const struct json *it = with == NULL ? NULL : with->first; it != NULL; it = it->next) {
            buffer_add_text(to, is_first ? " with " : ", ");
            is_first = false;
            buffer_add_bytes(to, it->name);
            buffer_add_u8(to, ' ');
            buffer_add_bytes(to, it->raw);
        }
    }
    if (index == 0)
        buffer_add_text(to, "none");
}

void test_deeds_add_causes(struct buffer *to, const struct test_expectation *expectation)
{
    for (uint32_t i = 0; i < expectation->cause_count; i++) {
        if (i > 0)
            buffer_add_text(to, ", ");
        buffer_add_bytes(to, expectation->causes[i].name);
    }
}

static struct bytes cause_of(const struct test_deed *deed)
{
    return deed->kind == TEST_DEED_ACTION ? json_text(deed->action, "workflow") : deed->name;
}

static bool is_named_before(const struct test_deeds *deeds, size_t index)
{
    struct bytes name = cause_of(&deeds->log->deeds[index]);
    for (size_t i = deeds->from; i < index; i++) {
        if (is_about(deeds, &deeds->log->deeds[i]) &&
            bytes_equal(cause_of(&deeds->log->deeds[i]), name))
            return true;
    }
    return false;
}

void test_deeds_add_at_work(struct buffer *to, const struct test_deeds *deeds)
{
    size_t start = to->len;
    for (size_t i = deeds->from; i < deeds->log->count; i++) {
        if (!is_about(deeds, &deeds->log->deeds[i]) || is_named_before(deeds, i))
            continue;
        if (to->len > start)
            buffer_add_text(to, ", ");
        buffer_add_bytes(to, cause_of(&deeds->log->deeds[i]));
    }
    if (to->len == start)
        buffer_add_text(to, "none");
}
