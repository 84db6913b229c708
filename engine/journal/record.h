// One record of a journal file: its checksums, its chain hash, its durable mark, and the seal.
#ifndef ENGINE_JOURNAL_RECORD_H
#define ENGINE_JOURNAL_RECORD_H

#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"

struct record {
    uint32_t length;
    uint32_t kind;
    uint64_t durable;
    uint64_t sequence;
    uint64_t identity;
};

struct seal {
    uint64_t sequence_last;
    uint64_t identity;
    uint64_t frames;
    uint64_t file_bytes;
    struct hash128 chain;
};

// Reads what every record begins with, its header's checksum verified.
//   ERR_END   the length is zero · ERR_TORN the bytes end within the header
//   ERR_CORRUPT checksum, length or kind
NODISCARD enum err record_read(struct bytes bytes, struct record *out);

// Whether the body of a whole frame has its checksum. bytes begin with the frame and hold all of it.
NODISCARD enum err record_check_body(struct bytes bytes, const struct record *record);

// The chain hash of a frame. Writes into the frame's chain field and leaves `previous` there.
struct hash128 record_chain(
    uint8_t *frame, uint32_t length, struct hash128 previous, uint64_t identity);

// Writes the checksum of the header; everything else of the header stands.
void record_finish_header(uint8_t *record);
// Sets the durable mark of a frame and its header's checksum again.
void record_mark_durable(uint8_t *frame, uint64_t durable);

void hash128_put(uint8_t *to, struct hash128 hash);
struct hash128 hash128_get(const uint8_t *from);

// Writes SEAL_BYTES.
void seal_encode(const struct seal *seal, uint8_t *to);
// bytes hold a record that record_read found to be a seal.
struct seal seal_decode(const uint8_t *from);

#endif
