// Bundles of rule files as bytes: packed for the journal, hashed to name a ruleset.
#include "rules/bundle.h"

#include <inttypes.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"

enum {
    FILE_BYTES_MIN = 2, // two lengths
    PIN_BYTES_MIN = 10, // a length, a version, a place
};

void rule_pin_add_path(struct buffer *to, const struct rule_file *file, uint64_t version)
{
    buffer_add_format(to, "%s@%08" PRIx32, file->path, (uint32_t)(version >> 32));
}

static void pack_files(const struct rule_file *files, size_t count, struct buffer *to)
{
    buffer_add_varint(to, count);
    for (size_t i = 0; i < count; i++) {
        buffer_add_sized(to, bytes_text(files[i].path));
        buffer_add_sized(to, files[i].text);
    }
}

static void pack_pins(const struct rule_bundle *bundle, struct buffer *to)
{
    if (bundle->pin_count == 0)
        return;
    pack_files(bundle->pinned_files, bundle->pinned_file_count, to);
    buffer_add_varint(to, bundle->pin_count);
    for (size_t i = 0; i < bundle->pin_count; i++) {
        buffer_add_sized(to, bundle->pins[i].workflow);
        buffer_add_u64(to, bundle->pins[i].version);
        buffer_add_varint(to, bundle->pins[i].file);
    }
}

// Layout: varint count; for each file varint length and path, varint length and text. Where something is pinned, the files
// that it stands in follow in the same manner; then varint how many pins; for each varint length and name of the workflow,
// its version (8), varint which file.
void rule_bundle_pack(const struct rule_bundle *bundle, struct buffer *to)
{
    pack_files(bundle->files, bundle->count, to);
    pack_pins(bundle, to);
}

uint64_t rule_bundle_hash(const struct rule_bundle *bundle)
{
    struct buffer packed = {0};
    pack_files(bundle->files, bundle->count, &packed);
    uint64_t hash = hash_u64(buffer_bytes(&packed), 0);
    buffer_free(&packed);
    return hash;
}

// NULL where they are malformed.
static const struct rule_file *unpack_files(
    struct cursor *from, struct arena *arena, size_t *count_out)
{
    uint64_t count = cursor_varint(from);
    if (from->has_failed || count > cursor_left(from) / FILE_BYTES_MIN)
        return NULL;
    struct rule_file *files = arena_alloc(arena, (size_t)count * sizeof(*files) + 1);
    for (size_t i = 0; i < count; i++) {
        struct bytes path = cursor_sized(from);
        files[i].text = cursor_sized(from);
        if (path.len > 0 && memchr(path.data, 0, path.len) != NULL)
            return NULL;
        files[i].path = arena_text(arena, path);
    }
    *count_out = (size_t)count;
    return from->has_failed ? NULL : files;
}

static bool unpack_pins(struct cursor *from, struct arena *arena, struct rule_bundle *into)
{
    into->pinned_files = unpack_files(from, arena, &into->pinned_file_count);
    if (into->pinned_files == NULL)
        return false;
    uint64_t count = cursor_varint(from);
    if (from->has_failed || count == 0 || count > cursor_left(from) / PIN_BYTES_MIN)
        return false;
    struct rule_pin *pins = arena_alloc(arena, (size_t)count * sizeof(*pins));
    for (size_t i = 0; i < count; i++) {
        pins[i].workflow = cursor_sized(from);
        pins[i].version = cursor_u64(from);
        pins[i].file = (size_t)cursor_varint(from);
        if (pins[i].file >= into->pinned_file_count)
            return false;
    }
    into->pins = pins;
    into->pin_count = (size_t)count;
    return true;
}

enum err rule_bundle_unpack(struct bytes packed, struct arena *arena, struct rule_bundle *out)
{
    struct cursor from = cursor_of(packed);
    struct rule_bundle bundle = {.count = 0};
    bundle.files = unpack_files(&from, arena, &bundle.count);
    if (bundle.files == NULL)
        return ERR_CORRUPT;
    if (cursor_left(&from) > 0 && !unpack_pins(&from, arena, &bundle))
        return ERR_CORRUPT;
    if (from.has_failed || cursor_left(&from) != 0)
        return ERR_CORRUPT;
    *out = bundle;
    return ERR_OK;
}

struct rule_bundle rule_bundle_copy(
    const struct rule_bundle *bundle, struct arena *arena, uint64_t *hash_out)
{
    struct rule_bundle copy;
    struct buffer packed = {0};
    pack_files(bundle->files, bundle->count, &packed);
    *hash_out = hash_u64(buffer_bytes(&packed), 0);
    pack_pins(bundle, &packed);
    enum err err = rule_bundle_unpack(arena_copy(arena, buffer_bytes(&packed)), arena, &copy);
    INVARIANT(err == ERR_OK);
    buffer_free(&packed);
    return copy;
}
