// Runs in flight when rules come into force, and contacts that are there when a workflow is new. What becomes of each is
// written into its row; the contact's timer does it, right afterwards, so that a frame holds what it decides.
#ifndef ENGINE_FOLD_RUN_EDIT_H
#define ENGINE_FOLD_RUN_EDIT_H

#include "rules/ruleset.h"

struct fold;

// The rules in force have taken the place of others (NULL: there were none). Behind live_sweep, inside a frame; a replay
// with the same rules before does the same.
void runs_edit(struct fold *fold, const struct ruleset *before);

#endif
