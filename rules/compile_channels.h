// What actions and channels share: their limits.
#ifndef RULES_COMPILE_CHANNELS_H
#define RULES_COMPILE_CHANNELS_H

#include "rules/compiler.h"

compile_function compile_channels;
// Once all actions are compiled: each channel is one of theirs.
void compile_channels_finish(struct compiler *compiler);

// A limit of an action, or of a channel where action is NULL; its parameters are known. Left as it is after a diagnostic.
void compile_action_limit(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct action_def *action,
    struct action_limit *out);

// Index of the channel of that name that is declared; ACTION_NO_CHANNEL: it is not.
uint32_t compile_channel_find(const struct compiler *compiler, struct bytes name);

// Whether a run may have to wait before the action.
bool compile_may_delay(const struct ruleset *ruleset, const struct action_def *action);

#endif
