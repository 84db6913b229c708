// What the parts of the rule compiler share: the ruleset being made, names and where they stand.
//
// Internal to rules/. Texts in the ruleset are copied into its arena; trees and symbols live in the
// scratch arena and are gone when compiling ends.
#ifndef RULES_COMPILER_H
#define RULES_COMPILER_H

#include "config/diagnostic.h"
#include "config/yaml_tree.h"
#include "engine/base/arena.h"
#include "rules/expression.h"
#include "rules/reads.h"
#include "rules/ruleset_data.h"
#include "rules/symbols.h"
#include "rules/vocabulary.h"

enum symbol_kind {
    SYMBOL_EVENT,
    SYMBOL_FIELD,
    SYMBOL_LIST,
    SYMBOL_COUNTER,
    SYMBOL_OBJECT,
    SYMBOL_SCORE,
    SYMBOL_SEGMENT,
    SYMBOL_CHANNEL,
    SYMBOL_ACTION,
    SYMBOL_WORKFLOW,
    SYMBOL_TEAM,
    SYMBOL_TEST,
    SYMBOL_KIND_COUNT,
};

struct compiler {
    struct ruleset *ruleset;
    struct diagnostics *list;
    size_t errors_before;              // of the list, when compiling began
    struct cel_compiler cel;           // with what constants and patterns may cost, all together
    size_t node_count, node_count_max; // of the trees of expressions, all together
    struct arena scratch;
    struct arena tree; // of the expression in hand
    struct tree_survey survey;
    struct live_room *live_room;       // of live_facts.h; made when needed
    struct trigger_room *trigger_room; // of compile_triggers.c; likewise
    struct symbols symbols[SYMBOL_KIND_COUNT];
    struct parts parts;
    bool has_lists;                 // there is a `lists` somewhere: unknown ones are errors
    const char *file;               // that is being compiled, as the ruleset keeps it
    struct bytes group;             // of its events: the file's name without its ending
    struct place identifiers_place; // where 'identifiers' stands; source NULL: nowhere yet
    const char **event_names;       // all of the catalogue, for did-you-mean; made when needed
    struct buffer owner;            // of expressions taken now
    struct flow_room *flow_room;    // of compile_flow.h; made when needed
    const struct yaml_node *on_error_goto; // of the workflow in hand
    const struct yaml_node **started;      // names of workflows that steps start
    size_t started_count, started_cap, event_name_count;
    struct implication *implications;   // of compile_implied.h
    struct pending_expression *pending; // to be compiled when all names are known
    struct kept_value *kept;            // of compile_kept.h; likewise
    size_t pending_count, pending_cap, implication_count, implication_cap, kept_count, kept_cap;
};

enum { ACTION_PARAMS_MAX = 255 };
// One function a top-level key; node is its value.
typedef void compile_function(struct compiler *compiler, const struct yaml_node *node);
compile_function compile_events, compile_contact, compile_lists, compile_actions, compile_counters;
compile_function compile_objects, compile_scores, compile_segments, compile_workflows,
    compile_tests;
// Has each entry of a section taken; what is not a mapping is reported under the name `what`, with its quotes.
typedef void compile_one(struct compiler *compiler, const struct yaml_entry *entry);
void compile_section(
    struct compiler *compiler, const struct yaml_node *node, const char *what, compile_one *take);

// Once all of `contact` is compiled: no field may be called like a kind of identifier.
void compile_contact_finish(struct compiler *compiler);

// The built-in catalogue; its errors (there are none in a build that passes its tests) are in the
// list. The caller owns it.
struct catalog *compile_builtin(struct diagnostics *diagnostics);
// ruleset_compile over a catalogue, which is taken over.
NODISCARD enum err compile_bundle(
    struct catalog *catalog,
    const struct rule_bundle *bundle,
    struct diagnostics *diagnostics,
    struct ruleset **out);

enum keys_result { // what the keys of a mapping came to
    KEYS_WRONG,    // not a mapping: nothing to work with
    KEYS_PARTIAL,  // something is refused: what is missing may be due to that
    KEYS_GOOD,
};
// Reports unknown keys (E0201) and those that are not supported yet (E0301).
enum keys_result compile_keys(
    struct compiler *compiler, const struct yaml_node *node, enum section section);
// The value of a required key, or NULL after E0204 at `place` (silent when keys are partial).
const struct yaml_node *compile_required(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *key,
    struct place place,
    enum keys_result keys);

// What a name may be made of.
enum name_form {
    NAME_FORM_PLAIN, // a-z 0-9 _ . -, a letter first
    NAME_FORM_EVENT, // A-Z too
    NAME_FORM_FIELD, // letters, digits and _, no digit first
    NAME_FORM_TAG,   // anything printable
};
enum { NAME_BYTES_MAX = 100 };
// False after E0211.
bool compile_name_form(
    struct compiler *compiler, const struct yaml_node *node, enum name_form form, const char *what);
// Checks the form and that no other definition of the kind has the name (E0205). False after either.
bool compile_define(
    struct compiler *compiler,
    enum symbol_kind kind,
    const struct yaml_node *key,
    enum name_form form,
    size_t index);

// Reports a name that none of the kind has (E0209, …), with a did-you-mean.
void compile_unknown(
    struct compiler *compiler,
    enum symbol_kind kind,
    enum diagnostic_code code,
    const struct yaml_node *node);

// E0301: "'word' is not supported yet".
void compile_not_yet(struct compiler *compiler, struct place place, struct bytes word);
int compile_shown_len(struct bytes text); // as much of it as a message shows, for "%.*s"

// A copy in the ruleset's arena, NUL-terminated.
struct bytes compile_copy(struct compiler *compiler, struct bytes text);
struct rule_place compile_place(struct compiler *compiler, const struct yaml_node *node);
// Text of an optional key ("label"); otherwise empty. Reports what is no text or holds a template.
struct bytes compile_text(struct compiler *compiler, const struct yaml_node *node, const char *key);
bool compile_refuse_template(struct compiler *compiler, const struct yaml_node *node); // E0303
// The one event type that `on` names; false after a diagnostic. Several: compile_triggers.
bool compile_trigger(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out);

// After the expressions: what is live, in which order, and, where nothing is wrong, what it depends on. (compile_live.c)
void compile_live(struct compiler *compiler);

// Makes room for one more in an array of a ruleset.
void *compile_grow(void *items, size_t *cap, size_t count, size_t item_bytes);
// The same for count in all, where that is known before.
void *compile_reserve(void *items, size_t *cap, size_t count, size_t item_bytes);

#endif
