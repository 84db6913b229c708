// What a step of a workflow does, in few words.
#ifndef ENGINE_FOLD_STEP_TEXT_H
#define ENGINE_FOLD_STEP_TEXT_H

#include "engine/base/buffer.h"
#include "rules/ruleset.h"

// Appends "do send_email", "wait 1d", "wait for email.opened", "if score.engagement >= 50", "tag", …
void step_text_add(
    struct buffer *to, const struct ruleset *ruleset, const struct workflow_step *step);

#endif
