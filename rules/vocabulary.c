// The table of all keys.
#include "rules/vocabulary.h"

#include "engine/base/invariant.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct key_row top_keys[] = {
    {"events", SHAPE_MAP_OF, SECTION_EVENT, NULL, "event types, by name", false},
    {"contact", SHAPE_SECTION, SECTION_CONTACT, NULL, "what a contact has", false},
    {"lists", SHAPE_MAP_OF, SECTION_LIST, NULL, "audiences kept by hand or by workflows", false},
    {"scores", SHAPE_MAP_OF, SECTION_SCORE, NULL, "scores, by name", false},
    {"actions", SHAPE_MAP_OF, SECTION_ACTION, NULL, "what workflows may do, by name", false},
    {"workflows", SHAPE_MAP_OF, SECTION_WORKFLOW, NULL, "workflows, by name", false},
};
static const char *const top_later[] = {"objects", "counters", "segments", "teams", "tests"};

static const struct key_row event_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"data", SHAPE_MAP_TEXT, 0, NULL, "its data: name: type, or name: optional type", false},
    {"example", SHAPE_MAP_ANY, 0, NULL, "an example of its data", false},
};
static const char *const event_later[] = {"implies"};

static const struct key_row contact_keys[] = {
    {"identifiers", SHAPE_NAME_LIST, 0, NULL, "kinds of identifier, strongest first", false},
    {"fields", SHAPE_MAP_OF, SECTION_FIELD, NULL, "fields of a contact, by name", false},
};

static const struct key_row field_keys[] = {
    {"type", SHAPE_WORD, 0, "any|string|int|double|bool|timestamp|date|duration|list|map",
     "type of its values", true},
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"one_of", SHAPE_NAME_LIST, 0, NULL, "the only values there are", false},
};

static const struct key_row list_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
};

static const struct key_row score_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"min", SHAPE_NUMBER, 0, NULL, "the total is never shown below", false},
    {"max", SHAPE_NUMBER, 0, NULL, "the total is never shown above", false},
    {"bands", SHAPE_MAP_NUMBER, 0, NULL, "name: from so many points; ascending", false},
    {"rules", SHAPE_LIST_OF, SECTION_SCORE_RULE, NULL, "what gives points", false},
};
static const char *const score_later[] = {"forget", "groups", "combine"};

static const struct key_row score_rule_keys[] = {
    {"name", SHAPE_TEXT, 0, NULL, "unique in its score", true},
    {"on", SHAPE_TEXT, 0, NULL, "the event type that gives the points", true},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: counts where it is true", false},
    {"points", SHAPE_NUMBER_OR_TEXT, 0, NULL,
     "a number with at most three decimals, or an expression; may be negative", true},
    {"limit", SHAPE_SECTION, SECTION_SCORE_LIMIT, NULL, "how often it counts", false},
};
static const char *const score_rule_later[] = {"while", "group"};

static const struct key_row score_limit_keys[] = {
    {"times", SHAPE_WHOLE, 0, NULL, "at most so many times", true},
    {"per", SHAPE_TEXT, 0, NULL, "for each value of data.NAME; else for each contact", false},
};
static const char *const score_limit_later[] = {"every", "points"};

static const struct key_row action_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"topic", SHAPE_TEXT, 0, NULL, "where it is published; default: actions.NAME", false},
    {"channel", SHAPE_TEXT, 0, NULL, "needs consent for this channel", false},
    {"with", SHAPE_MAP_TEXT, 0, NULL, "its parameters: name: [optional] type [= default]", false},
};
static const char *const action_later[] = {"limit"};

static const struct key_row workflow_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"on", SHAPE_TEXT, 0, NULL, "the event type that starts it", true},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: starts where it is true", false},
    {"reenter", SHAPE_WORD, 0, "never|always", "may a contact enter again; default: never", false},
    {"steps", SHAPE_LIST_OF, SECTION_STEP, NULL, "what is done, in order", true},
};
static const char *const workflow_later[] = {"key", "existing", "stop", "window", "edit"};

static const struct key_row step_keys[] = {
    {"id", SHAPE_TEXT, 0, NULL, "name of the step, unique in its workflow", false},
    {"do", SHAPE_TEXT, 0, NULL, "the action to emit", false},
    {"with", SHAPE_MAP_ANY, 0, NULL, "the action's parameters", false},
    {"tag", SHAPE_SECTION, SECTION_STEP_TAG, NULL, "adds or removes tags", false},
    {"list", SHAPE_SECTION, SECTION_STEP_LIST, NULL, "adds to or removes from lists", false},
};
static const char *const step_later[] = {
    "wait",   "if",   "choose", "split", "set",  "points",
    "assign", "emit", "start",  "stop",  "goto", "end",
};

static const struct key_row step_tag_keys[] = {
    {"add", SHAPE_NAMES, 0, NULL, "a tag or several", false},
    {"remove", SHAPE_NAMES, 0, NULL, "a tag or several", false},
};

static const struct key_row step_list_keys[] = {
    {"add", SHAPE_NAMES, 0, NULL, "a list or several", false},
    {"remove", SHAPE_NAMES, 0, NULL, "a list or several", false},
};

#define SECTION(what, keys)              \
    {                                    \
        what, keys, COUNT(keys), NULL, 0 \
    }
#define SECTION_LATER(what, keys, later)             \
    {                                                \
        what, keys, COUNT(keys), later, COUNT(later) \
    }

static const struct section_def sections[SECTION_COUNT] = {
    [SECTION_TOP] = SECTION_LATER("a rule file", top_keys, top_later),
    [SECTION_EVENT] = SECTION_LATER("an event", event_keys, event_later),
    [SECTION_CONTACT] = SECTION("'contact'", contact_keys),
    [SECTION_FIELD] = SECTION("a field", field_keys),
    [SECTION_LIST] = SECTION("a list", list_keys),
    [SECTION_SCORE] = SECTION_LATER("a score", score_keys, score_later),
    [SECTION_SCORE_RULE] = SECTION_LATER("a rule", score_rule_keys, score_rule_later),
    [SECTION_SCORE_LIMIT] = SECTION_LATER("a limit", score_limit_keys, score_limit_later),
    [SECTION_ACTION] = SECTION_LATER("an action", action_keys, action_later),
    [SECTION_WORKFLOW] = SECTION_LATER("a workflow", workflow_keys, workflow_later),
    [SECTION_STEP] = SECTION_LATER("a step", step_keys, step_later),
    [SECTION_STEP_TAG] = SECTION("'tag'", step_tag_keys),
    [SECTION_STEP_LIST] = SECTION("'list'", step_list_keys),
};

static const char *const triggers[] = {"date", "schedule", "idle"};
static const char *const reenters[] = {"after_end"};

const struct section_def *section_def_of(enum section section)
{
    INVARIANT(section < SECTION_COUNT);
    return &sections[section];
}

const char *const *trigger_later(size_t *count_out)
{
    *count_out = COUNT(triggers);
    return triggers;
}

const char *const *reenter_later(size_t *count_out)
{
    *count_out = COUNT(reenters);
    return reenters;
}
