// A reader of journals that shares no code with the engine: written from docs/journal-format.md.
#include "tests/torture/journal_view.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    SECTOR = 512,
    HEADER_BYTES = 64,
    RECORD_BYTES = 128,
    SEAL_BYTES = 72,
    NAME_BYTES = 28, // 20 digits and ".journal"
    KIND_FRAME = 1,
    KIND_SEAL = 2,
    SOURCES_MAX = 32,
    SOURCE_FOLLOWS = 31,
    FILES_MAX = 4096,
};

struct walk {
    struct journal_view *view;
    journal_input_fn *each;
    void *context;
    const unsigned char *data;
    size_t len;
    uint64_t identity;
    bool is_sealed;
    bool is_broken; // stands at something that is no record
};

static uint32_t u32_at(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t u64_at(const unsigned char *at)
{
    return u32_at(at) | (uint64_t)u32_at(at + 4) << 32;
}

// CRC32C, four bits at a time: short rather than quick.
static uint32_t crc32c(const unsigned char *data, size_t len)
{
    static uint32_t table[8][256];
    if (table[0][1] == 0) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
            table[0][i] = crc;
        }
        for (uint32_t i = 0; i < 256; i++)
            for (int k = 1; k < 8; k++)
                table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
    }
    uint32_t crc = ~0U;
    for (; len >= 8; len -= 8, data += 8) {
        uint32_t low = crc ^ u32_at(data);
        uint32_t high = u32_at(data + 4);
        crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^
              table[4][low >> 24] ^ table[3][high & 255] ^ table[2][high >> 8 & 255] ^
              table[1][high >> 16 & 255] ^ table[0][high >> 24];
    }
    for (; len > 0; len--, data++)
        crc = crc >> 8 ^ table[0][(crc ^ *data) & 255];
    return ~crc;
}

static void say_wrong(struct journal_view *view, const char *what, uint64_t number)
{
    if (view->wrong[0] == '\0')
        (void)snprintf(view->wrong, sizeof(view->wrong), "journal: %s %" PRIu64, what, number);
}

// ---- inputs of a frame

struct cursor {
    const unsigned char *at, *end;
    bool is_wrong;
};

static uint64_t take_varint(struct cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && cursor->at < cursor->end; shift += 7) {
        unsigned char byte = *cursor->at++;
        if (shift < 64)
            value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
    cursor->is_wrong = true;
    return 0;
}

static uint64_t take_signed(struct cursor *cursor)
{
    uint64_t value = take_varint(cursor);
    return value >> 1 ^ (0 - (value & 1));
}

static const char *take_sized(struct cursor *cursor, size_t *len_out)
{
    uint64_t len = take_varint(cursor);
    if (len > (uint64_t)(cursor->end - cursor->at)) {
        cursor->is_wrong = true;
        len = 0;
    }
    const char *data = (const char *)cursor->at;
    cursor->at += len;
    *len_out = (size_t)len;
    return data;
}

static void take_input(struct walk *walk, struct cursor *cursor, uint64_t positions[SOURCES_MAX])
{
    size_t ignored = 0;
    unsigned byte = cursor->at < cursor->end ? *cursor->at++ : 0;
    uint64_t source = byte >> 3;
    if (source == SOURCE_FOLLOWS)
        source = take_varint(cursor);
    uint64_t *position = &positions[source % SOURCES_MAX];
    *position += take_signed(cursor);
    struct journal_input input = {.kind = (enum input_kind)(byte & 3), .position = *position};
    if (input.kind != INPUT_DUPLICATE) {
        input.value = take_sized(cursor, &input.value_len);
        if (byte & 4)
            (void)take_sized(cursor, &ignored);
    }
    if (input.kind == INPUT_REJECTED) {
        (void)take_varint(cursor);
        (void)take_varint(cursor);
        (void)take_sized(cursor, &ignored);
        (void)take_sized(cursor, &ignored);
    }
    if (!cursor->is_wrong && walk->each != NULL)
        walk->each(walk->context, &input);
}

static void take_inputs(struct walk *walk, const unsigned char *record)
{
    uint64_t positions[SOURCES_MAX] = {0};
    uint32_t events = u32_at(record + 80);
    uint32_t duplicates = u32_at(record + 84);
    uint32_t rejected = u32_at(record + 88);
    const unsigned char *inputs =
        record + RECORD_BYTES + u32_at(record + 96) + u32_at(record + 100);
    struct cursor cursor = {.at = inputs, .end = inputs + u32_at(record + 104)};
    while (cursor.at < cursor.end && !cursor.is_wrong)
        take_input(walk, &cursor, positions);
    if (cursor.is_wrong)
        say_wrong(walk->view, "inputs that cannot be read in frame", walk->view->count + 1);
    walk->view->events += events;
    walk->view->duplicates += duplicates;
    walk->view->rejected += rejected;
}

// ---- records

static bool is_whole(const struct walk *walk, const unsigned char *record, size_t left)
{
    if (left < SEAL_BYTES)
        return false;
    uint32_t len = u32_at(record);
    uint32_t kind = u32_at(record + 16);
    if (len % 8 != 0 || len > left || u64_at(record + 32) != walk->identity)
        return false;
    if (kind == KIND_SEAL)
        return len >= SEAL_BYTES && crc32c(record + 8, SEAL_BYTES - 8) == u32_at(record + 4);
    return kind == KIND_FRAME && len >= RECORD_BYTES &&
           crc32c(record + 8, RECORD_BYTES - 8) == u32_at(record + 4) &&
           crc32c(record + RECORD_BYTES, len - RECORD_BYTES) == u32_at(record + 20);
}

static struct chain chain_of(
    const struct walk *walk, const unsigned char *record, struct text *room)
{
    unsigned char before[16] = {0};
    const struct journal_view *view = walk->view;
    struct chain last = view->count > 0 ? view->frames[view->count - 1] : (struct chain){0, 0};
    for (unsigned i = 0; i < 8; i++) {
        before[i] = (unsigned char)(last.low >> 8 * i);
        before[8 + i] = (unsigned char)(last.high >> 8 * i);
    }
    text_clear(room);
    text_add_bytes(room, record + 16, u32_at(record) - 16);
    memcpy(room->data + 64 - 16, before, sizeof(before));
    XXH128_hash_t hash = XXH3_128bits_withSeed(room->data, room->len, walk->identity);
    return (struct chain){hash.low64, hash.high64};
}

static void take_frame(struct walk *walk, const unsigned char *record, struct text *room)
{
    struct journal_view *view = walk->view;
    uint64_t sequence = u64_at(record + 24);
    struct chain chain = {u64_at(record + 64), u64_at(record + 72)};
    struct chain want = chain_of(walk, record, room);
    if (sequence != view->count + 1)
        say_wrong(view, "a whole frame with the wrong sequence, wanted", view->count + 1);
    else if (chain.low != want.low || chain.high != want.high)
        say_wrong(view, "a chain hash that does not follow, at frame", sequence);
    if (view->wrong[0] != '\0')
        return;
    if (walk->each != NULL)
        take_inputs(walk, record);
    if (view->count == view->cap) {
        view->cap = view->cap == 0 ? 1024 : view->cap * 2;
        view->frames = realloc(view->frames, view->cap * sizeof(*view->frames));
        if (view->frames == NULL)
            give_up("out of memory");
    }
    view->frames[view->count++] = chain;
    if (u64_at(record + 8) > view->durable_mark)
        view->durable_mark = u64_at(record + 8);
}

static bool is_zero_from(const struct walk *walk, size_t at)
{
    while (at < walk->len && walk->data[at] == 0)
        at++;
    return at >= walk->len;
}

static void walk_file(struct walk *walk, struct text *room)
{
    size_t at = SECTOR;
    while (walk->view->wrong[0] == '\0' && at + 8 <= walk->len) {
        if (u32_at(walk->data + at) == 0 && at % SECTOR != 0) {
            at = (at + SECTOR - 1) / SECTOR * SECTOR;
            continue;
        }
        if (!is_whole(walk, walk->data + at, walk->len - at)) {
            walk->is_broken = !is_zero_from(walk, at);
            return;
        }
        if (u32_at(walk->data + at + 16) == KIND_SEAL) {
            walk->is_sealed = true;
            return;
        }
        take_frame(walk, walk->data + at, room);
        at += u32_at(walk->data + at);
    }
}

// ---- files

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

static size_t list_files(const char *directory, char (*names)[NAME_BYTES + 1])
{
    size_t count = 0;
    DIR *open = opendir(directory);
    if (open == NULL)
        return 0;
    for (struct dirent *entry = readdir(open); entry != NULL && count < FILES_MAX;
         entry = readdir(open))
        if (strlen(entry->d_name) == NAME_BYTES && strcmp(entry->d_name + 20, ".journal") == 0)
            memcpy(names[count++], entry->d_name, NAME_BYTES + 1);
    (void)closedir(open);
    qsort(names, count, sizeof(names[0]), compare_names);
    return count;
}

// Whether the file has a header; what is wrong with one that has is said.
static bool header_read(struct walk *walk)
{
    const unsigned char *data = walk->data;
    struct journal_view *view = walk->view;
    if (walk->len < SECTOR || is_zero_from(walk, 0))
        return false;
    if (memcmp(data, "EJ01", 4) != 0 || crc32c(data + 8, HEADER_BYTES - 8) != u32_at(data + 4))
        say_wrong(view, "a file header that cannot be read, before frame", view->count + 1);
    else if (u64_at(data + 24) != view->count + 1)
        say_wrong(view, "a file that does not follow; wanted frame", view->count + 1);
    walk->identity = u64_at(data + 16);
    return true;
}

void journal_view_read(
    const char *directory, struct journal_view *view, journal_input_fn *each, void *context)
{
    struct text bytes = {0};
    struct text room = {0};
    struct walk walk = {.view = view, .each = each, .context = context, .is_sealed = true};
    journal_view_free(view);
    char(*names)[NAME_BYTES + 1] = memory_of(FILES_MAX * sizeof(*names));
    size_t count = list_files(directory, names);
    for (size_t i = 0; i < count && view->wrong[0] == '\0'; i++) {
        char path[PATH_BYTES];
        path_of(path, directory, names[i]);
        if (!file_read(path, &bytes))
            break;
        walk.data = (const unsigned char *)bytes.data;
        walk.len = bytes.len;
        size_t before = view->count;
        if (!header_read(&walk)) {
            if (i + 1 < count)
                say_wrong(view, "a file without header in the middle, before frame", before + 1);
            break;
        }
        if (walk.is_broken)
            say_wrong(view, "damage in a file that is not the last, at frame", before + 1);
        walk.is_sealed = false;
        walk_file(&walk, &room);
        bool is_before_last = i + 2 == count; // a roll-over may have been interrupted
        if (!walk.is_sealed && i + 1 < count && !is_before_last)
            say_wrong(view, "a file in the middle is not sealed, at frame", view->count);
    }
    view->is_torn = walk.is_broken;
    free(names);
    text_free(&bytes);
    text_free(&room);
}

void journal_view_free(struct journal_view *view)
{
    free(view->frames);
    *view = (struct journal_view){.frames = NULL};
}
