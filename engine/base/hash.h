// Hashes: XXH3 for tables and digests, CRC32C for bytes on disk.
#ifndef ENGINE_BASE_HASH_H
#define ENGINE_BASE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct hash128 {
    uint64_t low;
    uint64_t high;
};

static inline bool hash128_equal(struct hash128 a, struct hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

// XXH3 of the bytes under a seed; the same on every machine.
uint64_t hash_u64(struct bytes bytes, uint64_t seed);
// The same of at least one byte, which pays for more than about a thousand; hash_u64 turns to it by itself.
uint64_t hash_u64_long(struct bytes bytes, uint64_t seed);
struct hash128 hash_u128(struct bytes bytes, uint64_t seed);
// One pass over two byte strings with their lengths, so that ("ab","c") and ("a","bc") differ.
struct hash128 hash_u128_pair(struct bytes first, struct bytes second, uint64_t seed);
// Mixes a 64-bit number (a bijection, from SplitMix64).
uint64_t hash_mix(uint64_t value);

// CRC32C (Castagnoli), reflected, initial value and final xor as in RFC 3720; "123456789" gives
// 0xE3069283. Pass the result of one call as `crc` to go on; 0 to start. Uses SSE4.2 where present.
uint32_t crc32c(uint32_t crc, struct bytes bytes);

enum { HASH64_HEX_CHARS = 16, HASH128_HEX_CHARS = 32 };
// Lower-case hex digits, high part first, no NUL.
void hash64_hex(uint64_t hash, char *hex_out);
void hash128_hex(struct hash128 hash, char *hex_out);
// False when text is not exactly 32 hex digits.
bool hash128_parse(struct bytes text, struct hash128 *out);

#endif
