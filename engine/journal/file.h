// Journal files as a directory holds them: names, headers, the list.
#ifndef ENGINE_JOURNAL_FILE_H
#define ENGINE_JOURNAL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/port/disk.h"

enum { JOURNAL_DIRECTORY_BYTES_MAX = 1024, JOURNAL_PATH_BYTES = 1088 };

struct journal_path {
    char text[JOURNAL_PATH_BYTES];
};

// "DIRECTORY/00000000000000000001.journal"
struct journal_path journal_file_path(const char *directory, uint64_t first);
// Where the next file is made ready before it gets its name.
struct journal_path journal_file_prepared_path(const char *directory);

struct file_header {
    uint32_t format;
    uint32_t shard;
    uint64_t identity;
    uint64_t first;    // sequence
    uint64_t previous; // first sequence of the file before; 0: none
    struct hash128 chain;
    uint64_t size_bytes;
};

// Writes SECTOR_BYTES.
void file_header_encode(const struct file_header *header, uint8_t *to);
// sector: the first SECTOR_BYTES of a file, or fewer when it is shorter.
//   ERR_TORN shorter than a sector, or a sector of zeroes · ERR_CORRUPT · ERR_FORMAT newer version
NODISCARD enum err file_header_decode(struct bytes sector, struct file_header *out);

// First sequences of the files, ascending. Zero-initialised is an empty list.
struct file_list {
    uint64_t *first;
    size_t count;
    size_t cap;
};

// Names that are not a journal file's are passed over.
//   ERR_LIMIT directory name too long · ERR_MISSING no such directory · ERR_IO
NODISCARD enum err file_list_read(
    struct disk disk, const char *directory, struct file_list *out, struct fault *fault);
void file_list_free(struct file_list *list);
// The last file whose first sequence is not above `sequence`; list->count when there is none.
size_t file_list_find(const struct file_list *list, uint64_t sequence);

#endif
