// Where each number of a journal file stands. Numbers on disk are for ever: docs/journal-format.md.
#ifndef ENGINE_JOURNAL_LAYOUT_H
#define ENGINE_JOURNAL_LAYOUT_H

// All integers are little endian, written byte by byte.
//
// A file: header sector, then groups of records, each group beginning at a sector that holds
// nothing older, then (in a file that is not full) zeroes, or (in a sealed file) a seal at the very
// end. A sector that was made durable is never written again, but for recovery cutting a torn tail.
//
// File header, one sector:
//   offset  bytes  field
//        0      4  magic "EJ01"
//        4      4  CRC32C of bytes 8..63
//        8      4  format version
//       12      4  shard
//       16      8  identity of the data directory
//       24      8  first sequence in this file
//       32      8  first sequence of the file before; 0: there is none
//       40     16  chain hash before the first frame (low, high)
//       56      8  size the file was prepared for, bytes
//       64    448  zeroes
enum {
    FILE_MAGIC = 0x31304a45, // "EJ01"
    FILE_FORMAT = 1,
    FILE_AT_CRC = 4,
    FILE_AT_FORMAT = 8,
    FILE_AT_SHARD = 12,
    FILE_AT_IDENTITY = 16,
    FILE_AT_SEQUENCE = 24,
    FILE_AT_PREVIOUS = 32,
    FILE_AT_CHAIN = 40,
    FILE_AT_SIZE = 56,
    FILE_HEADER_BYTES = 64,
    SECTOR_BYTES = 512,
};

// What every record begins with:
//        0      4  length of the record, a multiple of 8
//        4      4  CRC32C of the record's header from byte 8 on
//        8      8  durable mark: when this was written, all frames up to that sequence were durable
//       16      4  kind: 1 frame, 2 seal
//       20      4  CRC32C of the body (frame); zero (seal)
//       24      8  sequence (of a seal: the last in the file)
//       32      8  identity of the data directory
//
// A frame goes on with:
//       40      8  tick, ms since 1970 UTC
//       48      8  ruleset in force
//       56      8  state digest after this frame
//       64     16  chain hash: XXH3-128 with the identity as seed over bytes 16..length of the frame,
//                  with the previous frame's chain hash standing in this field
//       80     16  events, duplicates, rejected inputs, outgoing things (4 bytes each)
//       96     16  bytes of the sections sources, commands, inputs, outgoing (4 bytes each)
//      112      8  number of sources, number of commands (4 bytes each)
//      120      8  zeroes
//      128         body: the four sections in that order, zeroes up to a multiple of 8
//
// A seal goes on with:
//       40      8  frames in the file
//       48      8  length of the file, this seal included
//       56     16  chain hash of the last frame
enum {
    RECORD_ALIGN = 8,
    RECORD_FRAME = 1,
    RECORD_SEAL = 2,
    RECORD_AT_CRC = 4,
    RECORD_AT_DURABLE = 8,
    RECORD_AT_KIND = 16,
    RECORD_AT_BODY_CRC = 20,
    RECORD_AT_SEQUENCE = 24,
    RECORD_AT_IDENTITY = 32,
    FRAME_AT_TICK = 40,
    FRAME_AT_RULESET = 48,
    FRAME_AT_DIGEST = 56,
    FRAME_AT_CHAIN = 64,
    FRAME_AT_COUNTS = 80,
    FRAME_AT_SECTIONS = 96,
    FRAME_SECTIONS = 4,
    FRAME_AT_SOURCES = 112,
    FRAME_AT_COMMANDS = 116,
    FRAME_AT_ZERO = 120,
    FRAME_HEADER_BYTES = 128,
    FRAME_CHAINED_FROM = RECORD_AT_KIND,
    SEAL_AT_FRAMES = 40,
    SEAL_AT_LENGTH = 48,
    SEAL_AT_CHAIN = 56,
    SEAL_BYTES = 72,
    CHAIN_BYTES = 16,
};

_Static_assert(FILE_HEADER_BYTES == FILE_AT_SIZE + 8, "the file header has no gap");
_Static_assert(FILE_HEADER_BYTES <= SECTOR_BYTES, "the file header fits its sector");
_Static_assert(SECTOR_BYTES % RECORD_ALIGN == 0, "groups begin aligned");
_Static_assert(FRAME_AT_CHAIN + CHAIN_BYTES == FRAME_AT_COUNTS, "counts follow the chain hash");
_Static_assert(FRAME_AT_ZERO + 8 == FRAME_HEADER_BYTES, "the frame header has no gap");
_Static_assert(FRAME_HEADER_BYTES % RECORD_ALIGN == 0, "bodies begin aligned");
_Static_assert(SEAL_AT_CHAIN + CHAIN_BYTES == SEAL_BYTES, "the seal has no gap");
_Static_assert(SEAL_BYTES % RECORD_ALIGN == 0, "the seal ends aligned");

// An input's first byte: kind in bits 0-1, headers follow in bit 2, source index in bits 3-7
// (INPUT_SOURCE_LATER: the index follows as a varint).
enum {
    INPUT_KIND_MASK = 3,
    INPUT_HAS_HEADERS = 4,
    INPUT_SOURCE_SHIFT = 3,
    INPUT_SOURCE_LATER = 31
};

#endif
