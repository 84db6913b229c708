// The table of all keys.
#include "rules/vocabulary.h"

#include "engine/base/invariant.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct key_row top_keys[] = {
    {"events", SHAPE_MAP_OF, SECTION_EVENT, NULL, "event types, by name", false},
    {"contact", SHAPE_SECTION, SECTION_CONTACT, NULL, "what a contact has", false},
    {"lists", SHAPE_MAP_OF, SECTION_LIST, NULL, "audiences kept by hand or by workflows", false},
    {"teams", SHAPE_MAP_OF, SECTION_TEAM, NULL, "to whose members contacts are assigned", false},
    {"objects", SHAPE_MAP_OF, SECTION_OBJECT, NULL, "what a contact has several of, by name",
     false},
    {"counters", SHAPE_MAP_OF, SECTION_COUNTER, NULL, "numbers about events, by name", false},
    {"scores", SHAPE_MAP_OF, SECTION_SCORE, NULL, "scores, by name", false},
    {"segments", SHAPE_MAP_OF, SECTION_SEGMENT, NULL, "audiences that a condition defines", false},
    {"channels", SHAPE_MAP_OF, SECTION_CHANNEL, NULL, "limits and quiet hours of channels, by name",
     false},
    {"actions", SHAPE_MAP_OF, SECTION_ACTION, NULL, "what workflows may do, by name", false},
    {"workflows", SHAPE_MAP_OF, SECTION_WORKFLOW, NULL, "workflows, by name", false},
    {"tests", SHAPE_LIST_OF, SECTION_TEST, NULL, "what must come of which events", false},
};

static const struct key_row event_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"data", SHAPE_MAP_TEXT, 0, NULL, "its data: name: type, or name: optional type", false},
    {"example", SHAPE_MAP_ANY, 0, NULL, "an example of its data", false},
    {"implies", SHAPE_MAP_OF, SECTION_IMPLIED, NULL,
     "events that it says have come, too, by type: counted once, whichever comes first", false},
};

static const struct key_row implied_keys[] = {
    {"same", SHAPE_NAMES, 0, NULL,
     "data.NAME, or several: members of the data of both that say which event it is", true},
};

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

static const struct key_row team_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"members", SHAPE_MAP_OF, SECTION_TEAM_MEMBER, NULL, "its people, by name", true},
};

static const struct key_row team_member_keys[] = {
    {"if", SHAPE_TEXT, 0, NULL, "an expression about the contact: only where it is true", false},
    {"weight", SHAPE_WHOLE, 0, NULL, "of the sum of all weights; default: 1", false},
    {"capacity", SHAPE_WHOLE, 0, NULL, "no more contacts at once", false},
};

static const struct key_row object_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"key", SHAPE_TEXT, 0, NULL, "an expression about the event: which of them it is about", true},
    {"on", SHAPE_EVENTS, 0, NULL, "the event type, or several, that tell of it", true},
    {"removed_by", SHAPE_EVENTS, 0, NULL, "the event type, or several, that remove it", false},
    {"fields", SHAPE_MAP_TEXT, 0, NULL,
     "name: an expression about the event; what it has no value for stays as it was", true},
    {"history", SHAPE_WORD, 0, "from_now|all", "from_now: starts empty; default: from all events",
     false},
};

static const struct key_row counter_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"count", SHAPE_EVENTS, 0, NULL, "an event type or several: how many of them", false},
    {"sum", SHAPE_TEXT, 0, NULL, "an expression: the sum of its numbers", false},
    {"min", SHAPE_TEXT, 0, NULL, "an expression: the least of its numbers", false},
    {"max", SHAPE_TEXT, 0, NULL, "an expression: the greatest of its numbers", false},
    {"avg", SHAPE_TEXT, 0, NULL, "an expression: the mean of its numbers", false},
    {"first", SHAPE_TEXT, 0, NULL, "an expression: its value at the earliest event", false},
    {"last", SHAPE_TEXT, 0, NULL, "an expression: its value at the latest event", false},
    {"distinct", SHAPE_TEXT, 0, NULL, "an expression: how many different values", false},
    {"on", SHAPE_EVENTS, 0, NULL, "the event type or several, where 'count' does not name them",
     false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: only events of which it is true", false},
    {"within", SHAPE_DURATION, 0, NULL, "only events younger than that", false},
    {"history", SHAPE_WORD, 0, "from_now|all", "from_now: starts empty; default: from all events",
     false},
};

static const struct key_row score_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"min", SHAPE_NUMBER, 0, NULL, "the total is never shown below", false},
    {"max", SHAPE_NUMBER, 0, NULL, "the total is never shown above", false},
    {"bands", SHAPE_MAP_NUMBER, 0, NULL, "name: from so many points; ascending", false},
    {"forget", SHAPE_SECTION_OR_WORD, SECTION_FORGET, "none", "how points are lost with time",
     false},
    {"groups", SHAPE_MAP_OF, SECTION_SCORE_GROUP, NULL, "caps over several rules, by name", false},
    {"rules", SHAPE_LIST_OF, SECTION_SCORE_RULE, NULL, "what gives points", false},
    {"combine", SHAPE_TEXT, 0, NULL, "an expression of other scores, in place of rules", false},
    {"history", SHAPE_WORD, 0, "from_now|all", "from_now: starts empty; default: from all events",
     false},
};

static const struct key_row forget_keys[] = {
    {"half_life", SHAPE_DURATION, 0, NULL, "each entry halves in that time, bit by bit", false},
    {"linear", SHAPE_SECTION, SECTION_FORGET_LINEAR, NULL, "of the original points, in steps",
     false},
    {"expire", SHAPE_DURATION, 0, NULL, "each entry counts while it is younger", false},
    {"idle", SHAPE_SECTION, SECTION_FORGET_IDLE, NULL, "without events that score", false},
};

static const struct key_row forget_linear_keys[] = {
    {"percent", SHAPE_PERCENT, 0, NULL, "of the original points", true},
    {"every", SHAPE_DURATION, 0, NULL, "at each full one", true},
};

static const struct key_row forget_idle_keys[] = {
    {"after", SHAPE_DURATION, 0, NULL, "since the last event that scored", true},
    {"points", SHAPE_NUMBER, 0, NULL, "are added then; mostly below 0", true},
    {"every", SHAPE_DURATION, 0, NULL, "and again each time it is over", true},
};

static const struct key_row score_group_keys[] = {
    {"min", SHAPE_NUMBER, 0, NULL, "its rules together give no less", false},
    {"max", SHAPE_NUMBER, 0, NULL, "its rules together give no more", false},
};

static const struct key_row score_rule_keys[] = {
    {"name", SHAPE_TEXT, 0, NULL, "unique in its score", true},
    {"on", SHAPE_EVENTS, 0, NULL, "the event type, or several, that give the points", false},
    {"while", SHAPE_TEXT, 0, NULL, "an expression, in place of 'on': counts as long as it is true",
     false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: counts where it is true", false},
    {"points", SHAPE_NUMBER_OR_TEXT, 0, NULL,
     "a number with at most three decimals, or an expression; may be negative", true},
    {"group", SHAPE_TEXT, 0, NULL, "one of the score's groups, whose cap holds for it", false},
    {"limit", SHAPE_SECTION, SECTION_SCORE_LIMIT, NULL, "how often it counts", false},
};

static const struct key_row score_limit_keys[] = {
    {"times", SHAPE_WHOLE, 0, NULL, "at most so many times", false},
    {"points", SHAPE_NUMBER_ABOVE_0, 0, NULL, "at most so many points, whatever their sign", false},
    {"per", SHAPE_TEXT, 0, NULL, "an expression: for each value of it; else for each contact",
     false},
    {"every", SHAPE_SPAN, 0, "day|week|month|year", "in each of them; else for ever", false},
};

static const struct key_row segment_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: contacts of which it is true", true},
    {"known_for", SHAPE_DURATION, 0, NULL, "not before the contact has been known so long", false},
    {"for", SHAPE_DURATION, 0, NULL, "true without a break for so long", false},
    {"history", SHAPE_WORD, 0, "from_now|all", "from_now: starts empty; default: from all events",
     false},
};

static const struct key_row action_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"topic", SHAPE_TEXT, 0, NULL, "where it is published; default: actions.NAME", false},
    {"channel", SHAPE_TEXT, 0, NULL, "needs consent for this channel", false},
    {"limit", SHAPE_SECTION, SECTION_ACTION_LIMIT, NULL, "how often a contact gets it", false},
    {"with", SHAPE_MAP_TEXT, 0, NULL, "its parameters: name: [optional] type [= default]", false},
};

static const struct key_row action_limit_keys[] = {
    {"times", SHAPE_WHOLE, 0, NULL, "at most so many times, up to 1,000", true},
    {"every", SHAPE_SPAN, 0, "day|week|month|year", "in each of them; else for ever", false},
    {"per", SHAPE_TEXT, 0, NULL, "a parameter: for each value of it; else of all together", false},
    {"over", SHAPE_WORD, 0, "skip|delay", "what becomes of more than that; default: skip", false},
};

static const struct key_row channel_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"limit", SHAPE_SECTION, SECTION_CHANNEL_LIMIT, NULL,
     "how often a contact gets anything through it", false},
    {"quiet", SHAPE_SECTION, SECTION_QUIET, NULL, "when nothing is sent", false},
};

static const struct key_row channel_limit_keys[] = {
    {"times", SHAPE_WHOLE, 0, NULL, "at most so many times, up to 1,000", true},
    {"every", SHAPE_SPAN, 0, "day|week|month|year", "in each of them; else for ever", false},
    {"over", SHAPE_WORD, 0, "skip|delay", "what becomes of more than that; default: skip", false},
};

static const struct key_row quiet_keys[] = {
    {"days", SHAPE_NAME_LIST, 0, NULL, "mon tue wed thu fri sat sun; default: all", false},
    {"hours", SHAPE_TEXT, 0, NULL, "\"21:00-08:00\", the end not included; default: all", false},
    {"zone", SHAPE_TEXT, 0, NULL, "contact, or a time zone; default: contact", false},
    {"over", SHAPE_WORD, 0, "skip|delay", "what becomes of an action then; default: delay", false},
};

static const struct key_row workflow_keys[] = {
    {"label", SHAPE_TEXT, 0, NULL, "what people call it", false},
    {"on", SHAPE_TRIGGER, SECTION_TRIGGER, NULL,
     "the event type, or several, that start it; or what does by time", true},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: starts where it is true", false},
    {"key", SHAPE_TEXT, 0, NULL, "an expression: one run for each value; else for each contact",
     false},
    {"reenter", SHAPE_SECTION_OR_WORD, SECTION_REENTER, "never|always|after_end",
     "may a contact enter again; default: never", false},
    {"stop", SHAPE_LIST_OF, SECTION_STOP, NULL, "what ends a run before its last step", false},
    {"window", SHAPE_SECTION, SECTION_WINDOW, NULL, "actions wait until it is open", false},
    {"on_error", SHAPE_SECTION_OR_WORD, SECTION_ON_ERROR, "stop|continue",
     "what becomes of a run whose step fails; default: stop", false},
    {"edit", SHAPE_SECTION_OR_WORD, SECTION_EDIT, "follow|pin|cancel",
     "what becomes of runs in flight when it is written differently; default: follow", false},
    {"existing", SHAPE_WORD, 0, "ignore|include",
     "when it is new: contacts that match already; default: ignore", false},
    {"overdue", SHAPE_SECTION_OR_WORD, SECTION_OVERDUE, "run|skip",
     "what becomes of runs that are woken late; default: run", false},
    {"steps", SHAPE_STEPS, SECTION_STEP, NULL, "what is done, in order", true},
};

static const struct key_row edit_keys[] = {
    {"move", SHAPE_MAP_TEXT, 0, NULL, "the id of an old step: that of the step to go on at", true},
};

static const struct key_row overdue_keys[] = {
    {"skip_after", SHAPE_DURATION, 0, NULL, "ends them where they are later than that", false},
    {"spread", SHAPE_DURATION, 0, NULL, "lets them go on at some moment within so long", false},
};

static const struct key_row trigger_keys[] = {
    {"date", SHAPE_SECTION, SECTION_TRIGGER_DATE, NULL, "a date of the contact", false},
    {"schedule", SHAPE_SECTION, SECTION_TRIGGER_SCHEDULE, NULL, "times as cron has them", false},
    {"idle", SHAPE_SECTION, SECTION_TRIGGER_IDLE, NULL, "that nothing has come for so long", false},
};

static const struct key_row trigger_date_keys[] = {
    {"field", SHAPE_TEXT, 0, NULL, "contact.FIELD, of a date or timestamp; or contact.created",
     true},
    {"every", SHAPE_WORD, 0, "year", "each year on that day; else once", false},
    {"before", SHAPE_DURATION, 0, NULL, "so long before it", false},
    {"after", SHAPE_DURATION, 0, NULL, "so long after it", false},
    {"at", SHAPE_TEXT, 0, NULL, "time of day, HH:MM", false},
    {"zone", SHAPE_TEXT, 0, NULL, "contact (default), account, or a time zone", false},
};

static const struct key_row trigger_schedule_keys[] = {
    {"cron", SHAPE_TEXT, 0, NULL, "minute hour day month weekday", true},
    {"each", SHAPE_TEXT, 0, NULL, "segment.NAME: for each member; default: contact, each one",
     false},
    {"zone", SHAPE_TEXT, 0, NULL, "account (default), contact, or a time zone", false},
};

static const struct key_row trigger_idle_keys[] = {
    {"of", SHAPE_EVENTS, 0, NULL, "an event type or several", true},
    {"per", SHAPE_TEXT, 0, NULL, "an expression about the event: each value by itself", false},
    {"for", SHAPE_DURATION, 0, NULL, "since the last of them", true},
    {"history", SHAPE_WORD, 0, "from_now|all",
     "from_now: silences begin with the next event; default: with events that came before", false},
};

static const struct key_row reenter_keys[] = {
    {"after", SHAPE_DURATION, 0, NULL, "so long after the last run began, once it has ended", true},
};

static const struct key_row on_error_keys[] = {
    {"goto", SHAPE_TEXT, 0, NULL, "the id of the step at which it goes on", true},
};

static const struct key_row stop_keys[] = {
    {"on", SHAPE_EVENTS, 0, NULL,
     "an event type or several; else the condition is about the contact", false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: stops where it is true", false},
};

static const struct key_row window_keys[] = {
    {"days", SHAPE_NAME_LIST, 0, NULL, "mon tue wed thu fri sat sun; default: all", false},
    {"hours", SHAPE_TEXT, 0, NULL, "\"08:00-20:00\", the end not included; default: all", false},
    {"zone", SHAPE_TEXT, 0, NULL, "contact, or a time zone; default: contact", false},
};

static const struct key_row step_keys[] = {
    {"id", SHAPE_TEXT, 0, NULL, "name of the step, unique in its workflow", false},
    {"do", SHAPE_TEXT, 0, NULL, "the action to emit", false},
    {"to", SHAPE_SECTION_OR_WORD, SECTION_STEP_TO, "contact",
     "of 'do': whom it reaches; default: the contact", false},
    {"with", SHAPE_MAP_ANY, 0, NULL, "the action's parameters", false},
    {"tag", SHAPE_SECTION, SECTION_STEP_TAG, NULL, "adds or removes tags", false},
    {"list", SHAPE_SECTION, SECTION_STEP_LIST, NULL, "adds to or removes from lists", false},
    {"wait", SHAPE_SECTION_OR_TEXT, SECTION_STEP_WAIT, NULL,
     "a duration, also 1d at \"09:00\"; or for an event, until a time or until a window", false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression: 'then' where it is true, else 'else'", false},
    {"then", SHAPE_STEPS, SECTION_STEP, NULL, "of 'if' and of a wait for an event", false},
    {"else", SHAPE_STEPS, SECTION_STEP, NULL, "likewise", false},
    {"choose", SHAPE_LIST_OF, SECTION_CHOICE, NULL, "the first choice that is true", false},
    {"split", SHAPE_LIST_OF, SECTION_BRANCH, NULL, "contacts go different ways, by shares", false},
    {"set", SHAPE_MAP_ANY, 0, NULL, "contact.FIELD and contact.stage: values", false},
    {"points", SHAPE_SECTION, SECTION_STEP_POINTS, NULL, "adds to a score", false},
    {"assign", SHAPE_SECTION, SECTION_STEP_ASSIGN, NULL, "to a member of a team", false},
    {"emit", SHAPE_SECTION, SECTION_STEP_EMIT, NULL, "an event that rules and workflows hear",
     false},
    {"start", SHAPE_SECTION_OR_TEXT, SECTION_STEP_START, NULL, "another workflow", false},
    {"goto", SHAPE_TEXT, 0, NULL, "the id of the step at which it goes on", false},
    {"stop", SHAPE_TEXT, 0, NULL, "ends the run as stopped; why", false},
};

static const struct key_row step_to_keys[] = {
    {"staff", SHAPE_TEXT, 0, NULL, "a member of staff, such as \"{{ contact.owner }}\"", false},
    {"address", SHAPE_TEXT, 0, NULL, "a fixed address", false},
};

static const struct key_row step_wait_keys[] = {
    {"for", SHAPE_EVENTS, 0, NULL, "an event type or several", false},
    {"if", SHAPE_TEXT, 0, NULL, "an expression about that event", false},
    {"already", SHAPE_TEXT, 0, NULL, "an expression about the contact: where it is true, no wait",
     false},
    {"at_most", SHAPE_DURATION, 0, NULL, "no longer than that; then 'else'", false},
    {"until", SHAPE_TEXT, 0, NULL, "an expression: a time; one that has passed is no wait", false},
    {"window", SHAPE_SECTION, SECTION_WINDOW, NULL, "until it is open", false},
};

static const struct key_row step_points_keys[] = {
    {"score", SHAPE_TEXT, 0, NULL, "the score", true},
    {"add", SHAPE_NUMBER_OR_TEXT, 0, NULL, "a number, or an expression", true},
};

static const struct key_row step_assign_keys[] = {
    {"team", SHAPE_TEXT, 0, NULL, "the team", true},
    {"by", SHAPE_WORD, 0, "round_robin|load",
     "in turn (default), or to who owns the fewest contacts", false},
    {"person", SHAPE_TEXT, 0, NULL, "the member, in place of 'by'", false},
    {"sticky", SHAPE_BOOL, 0, NULL, "a member that owns the contact keeps it; default: true",
     false},
};

static const struct key_row step_emit_keys[] = {
    {"type", SHAPE_TEXT, 0, NULL, "the event type", true},
    {"data", SHAPE_MAP_ANY, 0, NULL, "its data", false},
};

static const struct key_row step_start_keys[] = {
    {"workflow", SHAPE_TEXT, 0, NULL, "its name", true},
};

static const struct key_row choice_keys[] = {
    {"if", SHAPE_TEXT, 0, NULL, "an expression", false},
    {"steps", SHAPE_STEPS, SECTION_STEP, NULL, "what is done where it is true", false},
    {"else", SHAPE_STEPS, SECTION_STEP, NULL, "of the last one: what is done where none is", false},
};

static const struct key_row branch_keys[] = {
    {"name", SHAPE_TEXT, 0, NULL, "unique in its split", true},
    {"share", SHAPE_WHOLE, 0, NULL, "of the sum of all shares", true},
    {"steps", SHAPE_STEPS, SECTION_STEP, NULL, "what is done", false},
};

static const struct key_row step_tag_keys[] = {
    {"add", SHAPE_NAMES, 0, NULL, "a tag or several", false},
    {"remove", SHAPE_NAMES, 0, NULL, "a tag or several", false},
};

static const struct key_row step_list_keys[] = {
    {"add", SHAPE_NAMES, 0, NULL, "a list or several", false},
    {"remove", SHAPE_NAMES, 0, NULL, "a list or several", false},
};

static const struct key_row test_keys[] = {
    {"name", SHAPE_TEXT, 0, NULL, "unique among the tests", true},
    {"contact", SHAPE_CONTACT, 0, NULL, "what is known of the contact before the test begins",
     false},
    {"start", SHAPE_TIME, 0, NULL, "when the test begins; default: 2026-01-05T00:00:00Z, a Monday",
     false},
    {"zone", SHAPE_TEXT, 0, NULL, "the account's time zone; default: UTC", false},
    {"events", SHAPE_LIST_OF, SECTION_TEST_EVENT, NULL, "what happens", false},
    {"expect", SHAPE_LIST_OF, SECTION_TEST_EXPECTATION, NULL, "what must have come of it", true},
};

static const struct key_row test_event_keys[] = {
    {"at", SHAPE_TIME, 0, NULL, "when it arrives: a duration from the start, or a time", true},
    {"type", SHAPE_TEXT, 0, NULL, "the event type", true},
    {"data", SHAPE_MAP_ANY, 0, NULL, "its data, as the event type declares them", false},
    {"contact", SHAPE_CONTACT, 0, NULL, "whom it is about; default: the test's contact", false},
    {"time", SHAPE_TIME, 0, NULL, "when it happened; default: when it arrives", false},
    {"id", SHAPE_TEXT, 0, NULL, "default: event- and its number in the list, from 1", false},
    {"source", SHAPE_TEXT, 0, NULL, "default: test", false},
};

static const struct key_row test_expectation_keys[] = {
    {"at", SHAPE_TIME, 0, NULL, "when it must hold: a duration from the start, or a time", true},
    {"contact", SHAPE_CONTACT, 0, NULL, "of whom; default: the test's contact", false},
    {"score", SHAPE_MAP_NUMBER_OR, SECTION_TEST_SCORE, NULL, "scores as they are shown, by name",
     false},
    {"bands", SHAPE_MAP_TEXT, 0, NULL, "bands of scores, by the score's name", false},
    {"segments", SHAPE_MAP_BOOL, 0, NULL, "whether the contact is a member, by name", false},
    {"counters", SHAPE_MAP_ANY, 0, NULL, "counters, by name; null: it has no value", false},
    {"objects", SHAPE_MAP_ANY, 0, NULL,
     "objects, by name, key and field; null: there is no such object, or no value", false},
    {"fields", SHAPE_MAP_ANY, 0, NULL, "fields, by name; null: it is not set", false},
    {"tags", SHAPE_NAME_LIST, 0, NULL, "all tags", false},
    {"lists", SHAPE_NAME_LIST, 0, NULL, "all lists", false},
    {"stage", SHAPE_TEXT_OR_NULL, 0, NULL, "the stage; null: there is none", false},
    {"actions", SHAPE_LIST_OF, SECTION_TEST_ACTION, NULL,
     "all actions since the expectation before, in order", false},
    {"held", SHAPE_LIST_OF, SECTION_TEST_HELD, NULL,
     "all actions that were held back since then, in order", false},
    {"because", SHAPE_NAME_LIST, 0, NULL,
     "workflows and rules (score/rule) that were at work since then", false},
};

static const struct key_row test_score_keys[] = {
    {"value", SHAPE_NUMBER, 0, NULL, "its value", false},
    {"band", SHAPE_TEXT_OR_NULL, 0, NULL, "its band; null: below the lowest", false},
};

static const struct key_row test_action_keys[] = {
    {"do", SHAPE_TEXT, 0, NULL, "the action", true},
    {"with", SHAPE_MAP_ANY, 0, NULL, "some of its parameters; null: it is not there", false},
    {"workflow", SHAPE_TEXT, 0, NULL, "the workflow that it comes from", false},
    {"step", SHAPE_TEXT, 0, NULL, "the step that it comes from", false},
};

static const struct key_row test_held_keys[] = {
    {"do", SHAPE_TEXT, 0, NULL, "the action", true},
    {"because", SHAPE_WORD, 0, "consent|dnd|quiet|limit|channel_limit|missing|event_limit",
     "what held it back", false},
    {"until", SHAPE_TIME, 0, NULL, "it is delayed until then", false},
};

#define SECTION(what, keys)              \
    {                                    \
        what, keys, COUNT(keys), NULL, 0 \
    }
static const struct section_def sections[SECTION_COUNT] = {
    [SECTION_TOP] = SECTION("a rule file", top_keys),
    [SECTION_EVENT] = SECTION("an event", event_keys),
    [SECTION_IMPLIED] = SECTION("what is implied", implied_keys),
    [SECTION_CONTACT] = SECTION("'contact'", contact_keys),
    [SECTION_FIELD] = SECTION("a field", field_keys),
    [SECTION_LIST] = SECTION("a list", list_keys),
    [SECTION_TEAM] = SECTION("a team", team_keys),
    [SECTION_TEAM_MEMBER] = SECTION("a member", team_member_keys),
    [SECTION_OBJECT] = SECTION("an object", object_keys),
    [SECTION_COUNTER] = SECTION("a counter", counter_keys),
    [SECTION_SCORE] = SECTION("a score", score_keys),
    [SECTION_SCORE_GROUP] = SECTION("a group", score_group_keys),
    [SECTION_SCORE_RULE] = SECTION("a rule", score_rule_keys),
    [SECTION_SCORE_LIMIT] = SECTION("a limit", score_limit_keys),
    [SECTION_FORGET] = SECTION("'forget'", forget_keys),
    [SECTION_FORGET_LINEAR] = SECTION("'linear'", forget_linear_keys),
    [SECTION_FORGET_IDLE] = SECTION("'idle'", forget_idle_keys),
    [SECTION_SEGMENT] = SECTION("a segment", segment_keys),
    [SECTION_ACTION] = SECTION("an action", action_keys),
    [SECTION_ACTION_LIMIT] = SECTION("a limit", action_limit_keys),
    [SECTION_CHANNEL] = SECTION("a channel", channel_keys),
    [SECTION_CHANNEL_LIMIT] = SECTION("a channel's limit", channel_limit_keys),
    [SECTION_QUIET] = SECTION("'quiet'", quiet_keys),
    [SECTION_WORKFLOW] = SECTION("a workflow", workflow_keys),
    [SECTION_EDIT] = SECTION("'edit'", edit_keys),
    [SECTION_OVERDUE] = SECTION("'overdue'", overdue_keys),
    [SECTION_STEP] = SECTION("a step", step_keys),
    [SECTION_STEP_TO] = SECTION("'to'", step_to_keys),
    [SECTION_STEP_TAG] = SECTION("'tag'", step_tag_keys),
    [SECTION_STEP_LIST] = SECTION("'list'", step_list_keys),
    [SECTION_STEP_WAIT] = SECTION("'wait'", step_wait_keys),
    [SECTION_STEP_POINTS] = SECTION("'points'", step_points_keys),
    [SECTION_STEP_ASSIGN] = SECTION("'assign'", step_assign_keys),
    [SECTION_STEP_EMIT] = SECTION("'emit'", step_emit_keys),
    [SECTION_STEP_START] = SECTION("'start'", step_start_keys),
    [SECTION_CHOICE] = SECTION("a choice", choice_keys),
    [SECTION_BRANCH] = SECTION("a branch", branch_keys),
    [SECTION_WINDOW] = SECTION("'window'", window_keys),
    [SECTION_STOP] = SECTION("a stop", stop_keys),
    [SECTION_TRIGGER] = SECTION("'on'", trigger_keys),
    [SECTION_TRIGGER_DATE] = SECTION("'date'", trigger_date_keys),
    [SECTION_TRIGGER_SCHEDULE] = SECTION("'schedule'", trigger_schedule_keys),
    [SECTION_TRIGGER_IDLE] = SECTION("'idle'", trigger_idle_keys),
    [SECTION_REENTER] = SECTION("'reenter'", reenter_keys),
    [SECTION_ON_ERROR] = SECTION("'on_error'", on_error_keys),
    [SECTION_TEST] = SECTION("a test", test_keys),
    [SECTION_TEST_EVENT] = SECTION("an event of a test", test_event_keys),
    [SECTION_TEST_EXPECTATION] = SECTION("an expectation", test_expectation_keys),
    [SECTION_TEST_SCORE] = SECTION("what is expected of a score", test_score_keys),
    [SECTION_TEST_ACTION] = SECTION("an expected action", test_action_keys),
    [SECTION_TEST_HELD] = SECTION("an action that is held back", test_held_keys),
};

const struct section_def *section_def_of(enum section section)
{
    INVARIANT(section < SECTION_COUNT);
    return &sections[section];
}
