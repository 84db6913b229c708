// Compiles `actions`: topics, channels and declared parameters.
#include "engine/base/buffer.h"
#include "rules/compile_channels.h"
#include "rules/compile_default.h"
#include "rules/compile_expression.h"
#include "rules/compiler.h"
#include "rules/declaration.h"

enum { TOPIC_BYTES_MAX = 249 };

// What a Kafka topic may be called.
static bool is_topic(struct bytes text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\0' || strchr(allowed, text.data[i]) == NULL)
            return false;
    }
    return text.len > 0 && text.len <= TOPIC_BYTES_MAX && !bytes_equal_text(text, ".") &&
           !bytes_equal_text(text, "..");
}

static struct bytes compile_topic(
    struct compiler *compiler, const struct yaml_node *node, struct bytes name)
{
    struct buffer text = {0};
    struct bytes topic;
    if (node == NULL) {
        buffer_add_text(&text, "actions.");
        buffer_add_bytes(&text, name);
    } else if (yaml_to_text(node, "'topic'", compiler->list, &topic)) {
        buffer_add_bytes(&text, topic);
        if (!is_topic(topic))
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0211, yaml_place(node),
                "'%.*s' is no name of a topic: 1 to %d letters, digits, '.', '_' or '-'",
                compile_shown_len(topic), (const char *)topic.data, TOPIC_BYTES_MAX);
    }
    topic = compile_copy(compiler, buffer_bytes(&text));
    buffer_free(&text);
    return topic;
}

static bool compile_param(
    struct compiler *compiler, const struct yaml_entry *entry, struct action_param *out)
{
    struct declaration declared;
    if (!compile_name_form(compiler, entry->key, NAME_FORM_FIELD, "a parameter") ||
        !declaration_parse(compiler, entry->value, "a declaration", &declared))
        return false;
    struct action_param param = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .type = declared.type,
        .is_optional = declared.is_optional,
        .default_path = BYTES_LITERAL(""),
        .default_value = {.kind = VALUE_ABSENT},
    };
    bool has_default = declared.has_default &&
                       compile_default(compiler, entry->value, declared.default_text, &param);
    if (declared.has_default && !has_default)
        param.is_optional = true; // its default was refused: steps need not say it as well
    *out = param;
    return true;
}

static void compile_params(
    struct compiler *compiler, const struct yaml_node *node, struct action_def *action)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'with'", compiler->list))
        return;
    if (node->count > ACTION_PARAMS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node),
            "an action has at most %d parameters", ACTION_PARAMS_MAX);
        return;
    }
    struct action_param *params =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*params));
    uint32_t count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        count += compile_param(compiler, &entry, &params[count]) ? 1 : 0;
    action->params = params;
    action->param_count = count;
}

static void compile_action(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->action_count;
    if (!compile_define(compiler, SYMBOL_ACTION, entry->key, NAME_FORM_PLAIN, index))
        return;
    struct action_def action = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .place = compile_place(compiler, entry->key),
        .label = BYTES_LITERAL(""),
        .channel = BYTES_LITERAL(""),
        .channel_at = ACTION_NO_CHANNEL,
    };
    if (compile_keys(compiler, entry->value, SECTION_ACTION) != KEYS_WRONG) {
        const struct yaml_node *channel = yaml_get(entry->value, "channel");
        const struct yaml_node *limit = yaml_get(entry->value, "limit");
        action.label = compile_text(compiler, entry->value, "label");
        action.channel = compile_text(compiler, entry->value, "channel");
        if (action.channel.len > 0)
            (void)compile_name_form(compiler, channel, NAME_FORM_PLAIN, "a channel");
        action.channel_at = compile_channel_find(compiler, action.channel);
        action.topic = compile_topic(compiler, yaml_get(entry->value, "topic"), action.name);
        compile_owner(compiler, "actions", action.name);
        compile_params(compiler, yaml_get(entry->value, "with"), &action);
        if (limit != NULL)
            compile_action_limit(compiler, limit, &action, &action.limit);
    }
    ruleset->actions =
        compile_grow(ruleset->actions, &ruleset->action_cap, index, sizeof(*ruleset->actions));
    ruleset->actions[ruleset->action_count++] = action;
}

void compile_actions(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'actions'", compile_action);
}
