// Journal files as a directory holds them: names, headers, the list.
#include "engine/journal/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"

enum { NAME_DIGITS = 20 };
static const char name_end[] = ".journal";

struct journal_path journal_file_path(const char *directory, uint64_t first)
{
    struct journal_path path;
    int len =
        snprintf(path.text, sizeof(path.text), "%s/%020" PRIu64 "%s", directory, first, name_end);
    INVARIANT(len > 0 && (size_t)len < sizeof(path.text));
    return path;
}

struct journal_path journal_file_prepared_path(const char *directory)
{
    struct journal_path path;
    int len = snprintf(path.text, sizeof(path.text), "%s/next.prepared", directory);
    INVARIANT(len > 0 && (size_t)len < sizeof(path.text));
    return path;
}

void file_header_encode(const struct file_header *header, uint8_t *to)
{
    memset(to, 0, SECTOR_BYTES);
    put_u32(to, FILE_MAGIC);
    put_u32(to + FILE_AT_FORMAT, header->format);
    put_u32(to + FILE_AT_SHARD, header->shard);
    put_u64(to + FILE_AT_IDENTITY, header->identity);
    put_u64(to + FILE_AT_SEQUENCE, header->first);
    put_u64(to + FILE_AT_PREVIOUS, header->previous);
    hash128_put(to + FILE_AT_CHAIN, header->chain);
    put_u64(to + FILE_AT_SIZE, header->size_bytes);
    struct bytes checked = bytes_of(to + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT);
    put_u32(to + FILE_AT_CRC, crc32c(0, checked));
}

static size_t zeroes_at_start(struct bytes bytes)
{
    size_t count = 0;
    while (count < bytes.len && bytes.data[count] == 0)
        count++;
    return count;
}

enum err file_header_decode(struct bytes sector, struct file_header *out)
{
    if (sector.len < SECTOR_BYTES || zeroes_at_start(sector) == sector.len)
        return ERR_TORN;
    const uint8_t *from = sector.data;
    struct bytes checked = bytes_of(from + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT);
    if (get_u32(from) != FILE_MAGIC || crc32c(0, checked) != get_u32(from + FILE_AT_CRC))
        return ERR_CORRUPT;
    struct file_header header = {
        .format = get_u32(from + FILE_AT_FORMAT),
        .shard = get_u32(from + FILE_AT_SHARD),
        .identity = get_u64(from + FILE_AT_IDENTITY),
        .first = get_u64(from + FILE_AT_SEQUENCE),
        .previous = get_u64(from + FILE_AT_PREVIOUS),
        .chain = hash128_get(from + FILE_AT_CHAIN),
        .size_bytes = get_u64(from + FILE_AT_SIZE),
    };
    if (header.format > FILE_FORMAT)
        return ERR_FORMAT;
    struct bytes rest = bytes_of(from + FILE_HEADER_BYTES, SECTOR_BYTES - FILE_HEADER_BYTES);
    if (header.format == 0 || header.first == 0 || zeroes_at_start(rest) != rest.len)
        return ERR_CORRUPT;
    *out = header;
    return ERR_OK;
}

// First sequence from a file's name, 0 when the name is not a journal file's.
static uint64_t name_sequence(const char *name)
{
    if (strlen(name) != NAME_DIGITS + sizeof(name_end) - 1 ||
        strcmp(name + NAME_DIGITS, name_end) != 0)
        return 0;
    uint64_t sequence = 0;
    for (size_t i = 0; i < NAME_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        uint64_t digit = (uint64_t)(name[i] - '0');
        if (sequence > (UINT64_MAX - digit) / 10)
            return 0;
        sequence = sequence * 10 + digit;
    }
    return sequence;
}

static void list_add(void *context, const char *name)
{
    struct file_list *list = context;
    uint64_t first = name_sequence(name);
    if (first == 0)
        return;
    if (list->count == list->cap) {
        list->cap = list->cap == 0 ? 16 : list->cap * 2;
        list->first = mem_resize(list->first, list->cap * sizeof(*list->first));
    }
    list->first[list->count++] = first;
}

static int sequence_order(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

enum err file_list_read(
    struct disk disk, const char *directory, struct file_list *out, struct fault *fault)
{
    if (strlen(directory) > JOURNAL_DIRECTORY_BYTES_MAX)
        return fault_set(
            fault, ERR_LIMIT, "journal directory: name longer than %d bytes",
            JOURNAL_DIRECTORY_BYTES_MAX);
    struct file_list list = {0};
    enum err err = disk.ops->list(disk.self, directory, list_add, &list);
    if (err != ERR_OK) {
        file_list_free(&list);
        return fault_set(fault, err, "%s: listing the journal: %s", directory, err_text(err));
    }
    if (list.count > 0)
        qsort(list.first, list.count, sizeof(*list.first), sequence_order);
    *out = list;
    return ERR_OK;
}

void file_list_free(struct file_list *list)
{
    free(list->first);
    *list = (struct file_list){0};
}

size_t file_list_find(const struct file_list *list, uint64_t sequence)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->first[middle] <= sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? list->count : low - 1;
}
