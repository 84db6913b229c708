// A YAML file as a tree of nodes that know where they stand.
//
// One document, mappings, sequences and scalars only. Anchors, aliases, merge keys and tags are
// refused, and so are duplicate keys: a file says what it seems to say.
#ifndef CONFIG_YAML_TREE_H
#define CONFIG_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostic.h"
#include "config/yaml_node.h"
#include "engine/base/arena.h"
#include "engine/base/bytes.h"

enum { YAML_DEPTH_MAX = 32, YAML_FILE_BYTES_MAX = 1024 * 1024, YAML_NODES_MAX = 100000 };

// Parses text into a tree, which lives in the arena and points into text: both must stay as long as the
// tree and its places are used. The file's name is copied.
// Returns NULL when there is no tree to work with; a tree may come with errors in the list all the
// same (a duplicate key, a tag), so that the caller can find more: count them before and after.
// An empty file is an empty mapping.
const struct yaml_node *yaml_tree_parse(
    struct arena *arena, const char *file, struct bytes text, struct diagnostics *list);

// The value of a key, or NULL when node is not a mapping or has no such key.
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
// The key's own node, for places; NULL likewise.
const struct yaml_node *yaml_get_key(const struct yaml_node *node, const char *key);

// "a mapping", "a list", "text", for messages.
const char *yaml_kind_text(enum yaml_kind kind);

// Nothing behind the colon, or a plain ~ or null.
bool yaml_is_null(const struct yaml_node *node);

// Where bytes begin to end of a scalar's text stand in the file; the node's own place where an escape
// keeps that from being told.
struct place yaml_place_within(const struct yaml_node *node, size_t begin, size_t end);
// The same for the next diagnostic of the list; the node's own where that is not kept.
struct place yaml_place_shown(
    const struct diagnostics *list, const struct yaml_node *node, size_t begin, size_t end);

// The functions below add a diagnostic and return false when the node is not what is asked for;
// out-parameters are then untouched. `what` names the thing in the message: "'points'".

// E0202.
bool yaml_expect(
    const struct yaml_node *node, enum yaml_kind kind, const char *what, struct diagnostics *list);

// Any scalar but null; E0202. Borrowed from the tree.
bool yaml_to_text(
    const struct yaml_node *node, const char *what, struct diagnostics *list, struct bytes *out);

// Plain true or false, nothing else (yes, on… are refused with a hint); E0404.
bool yaml_to_bool(
    const struct yaml_node *node, const char *what, struct diagnostics *list, bool *out);

// What is asked for, and its limits, both included.
struct yaml_range {
    const char *what;
    int64_t min;
    int64_t max;
};

// A plain whole number; E0401, E0402.
bool yaml_to_int(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out);
// A plain number with at most three decimals, as thousandths; E0405, E0402.
bool yaml_to_milli(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out_milli);
// "36h", "30d"; limits in milliseconds; E0403, E0402.
bool yaml_to_duration(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out_ms);

struct yaml_words {
    const char *what;
    const char *const *words;
    size_t count;
};

// One of the words; *out is its index; E0214 with a did-you-mean.
bool yaml_to_word(
    const struct yaml_node *node,
    const struct yaml_words *words,
    struct diagnostics *list,
    size_t *out);

// Which keys a mapping may have.
struct yaml_keys {
    const char *what;         // "a score", as in "unknown key of a score 'bnads'"
    const char *const *known; // known_count of them
    size_t known_count;
    const char *const *later; // part of the language, refused as not supported yet (E0301)
    size_t later_count;
};

// node must be a mapping (E0202). Reports each unknown key (E0201, did you mean) and each later one
// (E0301); false when there was any.
bool yaml_check_keys(
    const struct yaml_node *node, const struct yaml_keys *keys, struct diagnostics *list);

#endif
