#include "rules/compile_history.h"

#include "engine/base/hash.h"

uint64_t compile_hash(const struct yaml_node *node)
{
    uint64_t hash = hash_mix((uint64_t)node->kind + 1);
    if (node->kind == YAML_KIND_SCALAR)
        return hash_u64(yaml_text(node), hash);
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        hash = hash_mix(hash + compile_hash(item)); // no deeper than YAML_DEPTH_MAX
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        hash = hash_mix(hash_mix(hash + compile_hash(entry.key)) + compile_hash(entry.value));
    return hash;
}

bool compile_from_now(struct compiler *compiler, const struct yaml_node *node)
{
    static const char *const names[] = {"from_now", "all"};
    static const struct yaml_words words = {"'history'", names, sizeof(names) / sizeof(names[0])};
    const struct yaml_node *value = yaml_get(node, "history");
    size_t word = 1;
    if (value != NULL)
        (void)yaml_to_word(value, &words, compiler->list, &word);
    return word == 0;
}
