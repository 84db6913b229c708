// Compiles `channels`, and the limits of them and of actions.
#include "rules/compile_channels.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/compile_flow.h"
#include "rules/compile_score_rules.h"
#include "rules/compile_with.h"

enum { KNOWN_MAX = 100, ALL_DAYS = 0x7f, DAY_MINUTES = 24 * 60 };

static enum action_over compile_over(
    struct compiler *compiler, const struct yaml_node *node, enum action_over otherwise)
{
    static const char *const names[] = {"skip", "delay"};
    static const struct yaml_words words = {"'over'", names, 2};
    size_t word = 0;
    if (node == NULL || !yaml_to_word(node, &words, compiler->list, &word))
        return otherwise;
    return word == 0 ? OVER_SKIP : OVER_DELAY;
}

static void compile_per(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct action_def *action,
    struct action_limit *limit)
{
    struct bytes name;
    if (!yaml_to_text(node, "'per'", compiler->list, &name))
        return;
    uint32_t param = action_param_find(action, name);
    if (param == action->param_count)
        compile_unknown_param(compiler, node, action);
    else
        limit->per = param;
}

void compile_action_limit(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct action_def *action,
    struct action_limit *out)
{
    static const struct yaml_range range = {"'times'", 1, ACTION_LIMIT_TIMES_MAX};
    enum keys_result keys =
        compile_keys(compiler, node, action == NULL ? SECTION_CHANNEL_LIMIT : SECTION_ACTION_LIMIT);
    if (keys == KEYS_WRONG)
        return;
    struct action_limit limit = {.span = LIMIT_EVER, .per = LIMIT_PER_NONE};
    const struct yaml_node *times =
        compile_required(compiler, node, "times", yaml_place(node), keys);
    const struct yaml_node *every = yaml_get(node, "every");
    const struct yaml_node *over = yaml_get(node, "over");
    const struct yaml_node *per = action == NULL ? NULL : yaml_get(node, "per");
    int64_t count = 0;
    if (times != NULL && yaml_to_int(times, &range, compiler->list, &count))
        limit.times = (uint32_t)count;
    if (every != NULL)
        compile_span(compiler, every, &limit.span, &limit.span_ms);
    if (per != NULL)
        compile_per(compiler, per, action, &limit);
    limit.over = compile_over(compiler, over, OVER_SKIP);
    if (limit.over == OVER_DELAY && every == NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(over),
            "'delay' needs 'every': a limit for ever has no room again");
    *out = limit;
}

static void compile_quiet(
    struct compiler *compiler, const struct yaml_node *node, struct channel_def *channel)
{
    channel->has_quiet = compile_window(compiler, node, SECTION_QUIET, &channel->quiet);
    if (!channel->has_quiet)
        return;
    channel->quiet_over = compile_over(compiler, yaml_get(node, "over"), OVER_DELAY);
    const struct workflow_window *quiet = &channel->quiet;
    if (quiet->days == ALL_DAYS && quiet->start_minute == 0 && quiet->stop_minute == DAY_MINUTES)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0402, yaml_place(node),
            "'quiet' is all the time: some hours or days must be left");
}

static void compile_channel(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->channel_count;
    if (!compile_define(compiler, SYMBOL_CHANNEL, entry->key, NAME_FORM_PLAIN, index))
        return;
    struct channel_def channel = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = BYTES_LITERAL(""),
        .place = compile_place(compiler, entry->key),
    };
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_CHANNEL);
    if (keys != KEYS_WRONG) {
        const struct yaml_node *limit = yaml_get(entry->value, "limit");
        const struct yaml_node *quiet = yaml_get(entry->value, "quiet");
        channel.label = compile_text(compiler, entry->value, "label");
        if (limit != NULL)
            compile_action_limit(compiler, limit, NULL, &channel.limit);
        if (quiet != NULL)
            compile_quiet(compiler, quiet, &channel);
    }
    ruleset->channels =
        compile_grow(ruleset->channels, &ruleset->channel_cap, index, sizeof(*ruleset->channels));
    ruleset->channels[ruleset->channel_count++] = channel;
}

void compile_channels(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'channels'", compile_channel);
}

static void report_unused(struct compiler *compiler, const struct symbol *channel)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (size_t i = 0; i < ruleset->action_count && count < KNOWN_MAX; i++) {
        if (ruleset->actions[i].channel.len > 0)
            known[count++] = (const char *)ruleset->actions[i].channel.data;
    }
    const struct unknown_word unknown = {"channel of an action", channel->name, known, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0232, channel->place, &unknown);
}

void compile_channels_finish(struct compiler *compiler)
{
    const struct symbols *channels = &compiler->symbols[SYMBOL_CHANNEL];
    const struct ruleset *ruleset = compiler->ruleset;
    bool *is_used = mem_zero(channels->count, sizeof(*is_used));
    for (size_t i = 0; i < ruleset->action_count; i++) {
        const struct symbol *channel = symbols_find(channels, ruleset->actions[i].channel);
        if (channel != NULL)
            is_used[channel - channels->items] = true;
    }
    for (size_t i = 0; i < channels->count; i++) {
        if (!is_used[i])
            report_unused(compiler, &channels->items[i]);
    }
    free(is_used);
}

uint32_t compile_channel_find(const struct compiler *compiler, struct bytes name)
{
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_CHANNEL], name);
    return symbol == NULL ? ACTION_NO_CHANNEL : (uint32_t)symbol->index;
}

bool compile_may_delay(const struct ruleset *ruleset, const struct action_def *action)
{
    if (action->limit.times > 0 && action->limit.over == OVER_DELAY)
        return true;
    if (action->channel_at == ACTION_NO_CHANNEL)
        return false;
    const struct channel_def *channel = &ruleset->channels[action->channel_at];
    return (channel->limit.times > 0 && channel->limit.over == OVER_DELAY) ||
           (channel->has_quiet && channel->quiet_over == OVER_DELAY);
}
