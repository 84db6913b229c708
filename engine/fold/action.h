// An action as every sink writes it: a CloudEvent with an id derived from what was decided.
#ifndef ENGINE_FOLD_ACTION_H
#define ENGINE_FOLD_ACTION_H

#include <stdbool.h>

#include "engine/fold/fold.h"

// One `do` step of one run.
struct action_step {
    const struct workflow_def *workflow;
    const struct workflow_step *step;
    uint32_t run;               // the contact's how-many-eth run of this workflow, from 1
    uint32_t occurrence;        // how often the run has come to the step
    const struct value *values; // by the step's `with`
};

// Renders the action into the fold's buffers; *out is valid until the next one is rendered. False when a
// required parameter has no value for this contact.
bool action_render(struct fold *fold, const struct action_step *step, struct fold_action *out);

// The id of a run as its actions carry it, in hexadecimal; borrowed until the input is done. Empty when
// the contact cannot be read.
struct bytes action_run_text(struct fold *fold, const struct workflow_def *workflow, uint32_t run);
struct contact_identifier;
// The id itself, by the contact's first identifier; the text is for building it.
struct hash128 action_run_id(
    struct buffer *text,
    const struct contact_identifier *first,
    const struct workflow_def *workflow,
    uint32_t run);
// The same of an action's id.
struct bytes action_id_text(struct fold *fold, struct hash128 id);

// The id of the action of a step of a run, or without a step of the run, in hexadecimal, in the arena given; empty when the
// contact cannot be read.
struct action_name {
    const struct workflow_def *workflow;
    uint32_t run;
    struct bytes step;
    uint32_t occurrence;
};
struct bytes action_name_text(
    struct fold *fold, const struct action_name *name, struct arena *arena);

// The value of a parameter of the action, as JSON; nothing where it has none.
void action_add_param(
    struct fold *fold, const struct action_step *step, uint32_t param, struct buffer *to);

// Emits the action of a step, or records what holds it back. False: it is delayed, and to be tried again at *until_ms_out,
// which is later than now.
bool fold_emit_action(
    struct fold *fold, const struct action_step *step, uint32_t depth, int64_t *until_ms_out);

#endif
