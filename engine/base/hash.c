// XXH3 of bytes, and hashes as hex.
#include "engine/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { PAIR_BYTES_MAX = 512, LENGTH_BYTES = 8, LONG_BYTES = 1024 };

static struct hash128 hash128_from(XXH128_hash_t hash)
{
    return (struct hash128){.low = hash.low64, .high = hash.high64};
}

// Never NULL, which XXH3 refuses.
static const void *data_of(struct bytes bytes)
{
    return bytes.data != NULL ? (const void *)bytes.data : "";
}

uint64_t hash_u64(struct bytes bytes, uint64_t seed)
{
    if (bytes.len >= LONG_BYTES)
        return hash_u64_long(bytes, seed);
    return XXH3_64bits_withSeed(data_of(bytes), bytes.len, seed);
}

struct hash128 hash_u128(struct bytes bytes, uint64_t seed)
{
    return hash128_from(XXH3_128bits_withSeed(data_of(bytes), bytes.len, seed));
}

struct hash128 hash_u128_pair(struct bytes first, struct bytes second, uint64_t seed)
{
    // Length of the first, the first, the second: the streamed form gives the same as one block.
    uint8_t block[PAIR_BYTES_MAX];
    put_u64(block, first.len);
    if (first.len < PAIR_BYTES_MAX && second.len < PAIR_BYTES_MAX &&
        LENGTH_BYTES + first.len + second.len <= PAIR_BYTES_MAX) {
        memcpy(block + LENGTH_BYTES, data_of(first), first.len);
        memcpy(block + LENGTH_BYTES + first.len, data_of(second), second.len);
        return hash_u128(bytes_of(block, LENGTH_BYTES + first.len + second.len), seed);
    }
    XXH3_state_t state;
    XXH3_INITSTATE(&state); // the reset reads two of its fields
    (void)XXH3_128bits_reset_withSeed(&state, seed);
    (void)XXH3_128bits_update(&state, block, LENGTH_BYTES);
    (void)XXH3_128bits_update(&state, data_of(first), first.len);
    (void)XXH3_128bits_update(&state, data_of(second), second.len);
    return hash128_from(XXH3_128bits_digest(&state));
}

uint64_t hash_mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

// The eight digits of half a hash at once: one to a byte, the first in the lowest.
static uint64_t hex_digits(uint32_t half)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t digits = __builtin_bswap32(half);
    digits = (digits << 16 | digits) & UINT64_C(0x0000ffff0000ffff);
    digits = (digits << 8 | digits) & UINT64_C(0x00ff00ff00ff00ff);
    digits =
        (digits >> 4 & UINT64_C(0x000f000f000f000f)) | (digits << 8 & UINT64_C(0x0f000f000f000f00));
    uint64_t are_letters = ((digits + ones * 6) >> 4) & ones;
    return digits + ones * '0' + are_letters * ('a' - '0' - 10);
}

void hash64_hex(uint64_t hash, char *hex_out)
{
    put_u64((uint8_t *)hex_out, hex_digits((uint32_t)(hash >> 32)));
    put_u64((uint8_t *)hex_out + 8, hex_digits((uint32_t)hash));
}

void hash128_hex(struct hash128 hash, char *hex_out)
{
    hash64_hex(hash.high, hex_out);
    hash64_hex(hash.low, hex_out + 16);
}

static int hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

bool hash128_parse(struct bytes text, struct hash128 *out)
{
    if (text.len != HASH128_HEX_CHARS)
        return false;
    uint64_t halves[2] = {0, 0};
    for (size_t i = 0; i < HASH128_HEX_CHARS; i++) {
        int digit = hex_digit(text.data[i]);
        if (digit < 0)
            return false;
        halves[i / 16] = halves[i / 16] << 4 | (uint64_t)digit;
    }
    *out = (struct hash128){.low = halves[1], .high = halves[0]};
    return true;
}
