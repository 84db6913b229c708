// The keys of rule files: one table that the compiler checks with and the JSON Schema is made from.
#ifndef RULES_VOCABULARY_H
#define RULES_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

// A kind of mapping in a rule file.
enum section {
    SECTION_TOP,
    SECTION_EVENT,
    SECTION_IMPLIED,
    SECTION_CONTACT,
    SECTION_FIELD,
    SECTION_LIST,
    SECTION_TEAM,
    SECTION_TEAM_MEMBER,
    SECTION_OBJECT,
    SECTION_COUNTER,
    SECTION_SCORE,
    SECTION_SCORE_GROUP,
    SECTION_SCORE_RULE,
    SECTION_SCORE_LIMIT,
    SECTION_FORGET,
    SECTION_FORGET_LINEAR,
    SECTION_FORGET_IDLE,
    SECTION_SEGMENT,
    SECTION_ACTION,
    SECTION_ACTION_LIMIT,
    SECTION_CHANNEL,
    SECTION_CHANNEL_LIMIT,
    SECTION_QUIET,
    SECTION_WORKFLOW,
    SECTION_TRIGGER,
    SECTION_TRIGGER_DATE,
    SECTION_TRIGGER_SCHEDULE,
    SECTION_TRIGGER_IDLE,
    SECTION_STEP,
    SECTION_STEP_TO,
    SECTION_STEP_TAG,
    SECTION_STEP_LIST,
    SECTION_STEP_WAIT,
    SECTION_STEP_POINTS,
    SECTION_STEP_ASSIGN,
    SECTION_STEP_EMIT,
    SECTION_STEP_START,
    SECTION_CHOICE,
    SECTION_BRANCH,
    SECTION_WINDOW,
    SECTION_STOP,
    SECTION_REENTER,
    SECTION_ON_ERROR,
    SECTION_EDIT,
    SECTION_OVERDUE,
    SECTION_TEST,
    SECTION_TEST_EVENT,
    SECTION_TEST_EXPECTATION,
    SECTION_TEST_SCORE,
    SECTION_TEST_ACTION,
    SECTION_TEST_HELD,
    SECTION_COUNT,
};

// What the value of a key looks like.
enum shape {
    SHAPE_TEXT,
    SHAPE_TEXT_OR_NULL,
    SHAPE_WORD,            // one of words
    SHAPE_BOOL,            // true or false
    SHAPE_NUMBER,          // of points
    SHAPE_NUMBER_ABOVE_0,  // likewise
    SHAPE_PERCENT,         // above 0, at most 100
    SHAPE_NUMBER_OR_TEXT,  // of points, or an expression
    SHAPE_WHOLE,           // at least 1
    SHAPE_DURATION,        // 30d, 12h
    SHAPE_SPAN,            // one of words, or a duration
    SHAPE_TIME,            // a duration from somewhere on, or a time
    SHAPE_SECTION_OR_TEXT, // a mapping of the kind `of`, or text
    SHAPE_STEPS,           // a list of steps, each a mapping or "end"
    SHAPE_SECTION_OR_WORD, // a mapping of the kind `of`, or one of words
    SHAPE_NAMES,           // a name or a list of names
    SHAPE_EVENTS,          // an event type or a list of them
    SHAPE_TRIGGER,         // the same, or a mapping of the kind `of`
    SHAPE_NAME_LIST,       // a list of names
    SHAPE_SECTION,         // a mapping of the kind `of`
    SHAPE_MAP_OF,          // name: a mapping of the kind `of`
    SHAPE_LIST_OF,         // a list of mappings of the kind `of`
    SHAPE_MAP_TEXT,        // name: text
    SHAPE_MAP_BOOL,        // name: true or false
    SHAPE_MAP_NUMBER,      // name: number of points
    SHAPE_MAP_NUMBER_OR,   // name: number of points, or a mapping of the kind `of`
    SHAPE_MAP_ANY,         // name: anything
    SHAPE_CONTACT,         // a contact's id, or name: anything
};

struct key_row {
    const char *name;
    enum shape shape;
    enum section of;   // SHAPE_SECTION, SHAPE_MAP_OF, SHAPE_LIST_OF
    const char *words; // SHAPE_WORD: separated by '|'
    const char *help;
    bool is_required;
};

enum { SECTION_KEYS_MAX = 24 };

struct section_def {
    const char *what; // "a score"
    const struct key_row *keys;
    size_t key_count;
    const char *const *later; // keys of the language that this version refuses by name
    size_t later_count;
};

// Static storage.
const struct section_def *section_def_of(enum section section);

#endif
