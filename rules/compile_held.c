// Compiles `held` of an expectation: the actions that were held back, and why.
#include "rules/compile_tests.h"

static bool read_held(struct test_work *work, const struct yaml_node *node, struct test_held *out)
{
    static const char *const names[] = {"consent",       "dnd",     "quiet",      "limit",
                                        "channel_limit", "missing", "event_limit"};
    static const struct yaml_words words = {"'because'", names, sizeof(names) / sizeof(names[0])};
    struct compiler *compiler = work->compiler;
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST_HELD);
    if (keys == KEYS_WRONG)
        return false;
    struct bytes text;
    size_t word = 0;
    const struct yaml_node *name = compile_required(compiler, node, "do", yaml_place(node), keys);
    const struct yaml_node *because = yaml_get(node, "because");
    const struct yaml_node *until = yaml_get(node, "until");
    if (name == NULL || !yaml_to_text(name, "'do'", compiler->list, &text))
        return false;
    const struct symbol *action = test_symbol_find(compiler, SYMBOL_ACTION, DIAGNOSTIC_E0209, name);
    if (action == NULL)
        return false;
    *out = (struct test_held){.action = (uint32_t)action->index, .because = BYTES_LITERAL("")};
    if (because != NULL && yaml_to_word(because, &words, compiler->list, &word))
        out->because = bytes_text(names[word]);
    out->has_until = until != NULL && compile_test_at(work, until, "'until'", &out->until_ms);
    return true;
}

void compile_held(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out)
{
    struct compiler *compiler = work->compiler;
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'held'", compiler->list))
        return;
    struct test_held *held =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*held) + 1);
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        if (read_held(work, item, &held[out->held_count]))
            out->held_count++;
    }
    out->held = held;
    out->has_held = true;
}
