// Bundles of rule files as bytes: packed for the journal, hashed to name a ruleset.
#include "rules/bundle.h"

#include "engine/base/hash.h"

enum { ENTRY_BYTES_MIN = 2 }; // a packed file is at least two lengths

// Layout: varint count; for each file varint length and path, varint length and text.
void rule_bundle_pack(const struct rule_bundle *bundle, struct buffer *to)
{
    buffer_add_varint(to, bundle->count);
    for (size_t i = 0; i < bundle->count; i++) {
        buffer_add_sized(to, bytes_text(bundle->files[i].path));
        buffer_add_sized(to, bundle->files[i].text);
    }
}

uint64_t rule_bundle_hash(const struct rule_bundle *bundle)
{
    struct buffer packed = {0};
    rule_bundle_pack(bundle, &packed);
    uint64_t hash = hash_u64(buffer_bytes(&packed), 0);
    buffer_free(&packed);
    return hash;
}

enum err rule_bundle_unpack(struct bytes packed, struct arena *arena, struct rule_bundle *out)
{
    struct cursor from = cursor_of(packed);
    uint64_t count = cursor_varint(&from);
    if (from.has_failed || count > cursor_left(&from) / ENTRY_BYTES_MIN)
        return ERR_CORRUPT;
    struct rule_file *files = arena_alloc(arena, (size_t)count * sizeof(*files));
    for (size_t i = 0; i < count; i++) {
        struct bytes path = cursor_sized(&from);
        files[i].text = cursor_sized(&from);
        if (path.len > 0 && memchr(path.data, 0, path.len) != NULL)
            return ERR_CORRUPT;
        files[i].path = arena_text(arena, path);
    }
    if (from.has_failed || cursor_left(&from) != 0)
        return ERR_CORRUPT;
    *out = (struct rule_bundle){files, (size_t)count};
    return ERR_OK;
}
