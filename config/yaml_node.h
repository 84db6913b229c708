// A node of a YAML tree, and the way through a tree.
//
// Files may have 100,000 of them, so they are small: children are a list, texts are views, and what all
// have in common is said once for a slab of them.
#ifndef CONFIG_YAML_NODE_H
#define CONFIG_YAML_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostic.h"
#include "engine/base/bytes.h"

// Of a line, a column, a length: a file has at most 2^20 bytes.
enum { YAML_PLACE_MAX = (1 << 21) - 1 };

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_SEQUENCE, YAML_KIND_MAPPING };

// Never copied: it knows its slab by where it lies. Text, place and children by the functions below.
struct yaml_node {
    uint64_t line : 21, column : 21, length : 21; // of its place
    union {
        const uint8_t *text;     // scalar
        struct yaml_node *first; // sequence: its first item; mapping: its first key; NULL: none
    };
    struct yaml_node *next; // item after it; behind a key its value, behind a value the next key
    uint32_t count;         // of items or entries; of a scalar: bytes of its text
    uint16_t slot;          // number in its slab
    enum yaml_kind kind : 8;
    bool is_plain : 1;   // a scalar without quotes and not a block
    bool is_refused : 1; // an alias: already reported, reading it fails without a word
};
_Static_assert(sizeof(struct yaml_node) == 32, "nodes are small");

// In front of nodes that lie together.
struct yaml_slab {
    const struct source_text *source;
    struct bytes written; // what the file has, where the text is another; data NULL: it is not
};

// A scalar on its own, of another text than stands in the file.
struct yaml_single {
    struct yaml_slab slab;
    struct yaml_node node;
};
_Static_assert(
    offsetof(struct yaml_single, node) == sizeof(struct yaml_slab), "nodes follow their slab");

static inline const struct yaml_slab *yaml_slab_of(const struct yaml_node *node)
{
    return (const struct yaml_slab *)(const void *)(node - node->slot) - 1;
}

// A scalar's text on its first line; for the others their first character.
static inline struct place yaml_place(const struct yaml_node *node)
{
    return (struct place){
        yaml_slab_of(node)->source, (uint32_t)node->line, (uint32_t)node->column,
        (uint32_t)node->length};
}

// A scalar's text: valid UTF-8, may hold a NUL. Empty for the others.
static inline struct bytes yaml_text(const struct yaml_node *node)
{
    return node->kind == YAML_KIND_SCALAR ? bytes_of(node->text, node->count) : bytes_of(NULL, 0);
}

// The items of a sequence: from the first to NULL. A mapping or a scalar has none.
static inline const struct yaml_node *yaml_first(const struct yaml_node *node)
{
    return node->kind == YAML_KIND_SEQUENCE ? node->first : NULL;
}
static inline const struct yaml_node *yaml_next(const struct yaml_node *node)
{
    return node->next;
}

// The entries of a mapping, in the order written, no key twice: from the first to one whose key is NULL.
// A sequence or a scalar has none.
struct yaml_entry {
    const struct yaml_node *key; // a scalar
    const struct yaml_node *value;
};
static inline struct yaml_entry yaml_entry_of(const struct yaml_node *key)
{
    return (struct yaml_entry){key, key == NULL ? NULL : key->next};
}
static inline struct yaml_entry yaml_first_entry(const struct yaml_node *node)
{
    return yaml_entry_of(node->kind == YAML_KIND_MAPPING ? node->first : NULL);
}
static inline struct yaml_entry yaml_next_entry(struct yaml_entry entry)
{
    return yaml_entry_of(entry.value->next);
}

// The scalar node with another text, which is borrowed; like: what the file has in its place.
static inline const struct yaml_node *yaml_single_set(
    struct yaml_single *single, const struct yaml_node *like, struct bytes text)
{
    single->slab = (struct yaml_slab){yaml_slab_of(like)->source, yaml_text(like)};
    single->node = *like;
    single->node.kind = YAML_KIND_SCALAR;
    single->node.text = text.data;
    single->node.count = (uint32_t)text.len;
    single->node.slot = 0;
    return &single->node;
}

#endif
