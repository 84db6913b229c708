// CRC32C: eight bytes a step by tables, or by the processor's own instruction.
#include "engine/base/crc32c.h"

#include "engine/base/hash.h"
#include "engine/base/invariant.h"

// A CRC is linear: the entry for a byte is the xor of the entries of its bits. These are the
// entries of bits 0..7 of a byte that k zero bytes follow; the tables are put together from them.
#define SLICE_0 \
    (0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78)
#define SLICE_1 \
    (0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9)
#define SLICE_2 \
    (0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743)
#define SLICE_3 \
    (0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f)
#define SLICE_4 \
    (0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c)
#define SLICE_5 \
    (0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6)
#define SLICE_6 \
    (0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4)
#define SLICE_7 \
    (0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664)

#define XOR_OF(i, b0, b1, b2, b3, b4, b5, b6, b7)                                                \
    (((i)&1 ? b0##U : 0U) ^ ((i)&2 ? b1##U : 0U) ^ ((i)&4 ? b2##U : 0U) ^ ((i)&8 ? b3##U : 0U) ^ \
     ((i)&16 ? b4##U : 0U) ^ ((i)&32 ? b5##U : 0U) ^ ((i)&64 ? b6##U : 0U) ^                     \
     ((i)&128 ? b7##U : 0U))
#define UNWRAP(...)    __VA_ARGS__
#define ENTRY_(i, ...) XOR_OF(i, __VA_ARGS__)
#define ENTRY(i, bits) ENTRY_(i, UNWRAP bits)
#define ROW_4(i, bits) \
    ENTRY(i, bits), ENTRY((i) + 1, bits), ENTRY((i) + 2, bits), ENTRY((i) + 3, bits)
#define ROW_16(i, bits) \
    ROW_4(i, bits), ROW_4((i) + 4, bits), ROW_4((i) + 8, bits), ROW_4((i) + 12, bits)
#define ROW_64(i, bits) \
    ROW_16(i, bits), ROW_16((i) + 16, bits), ROW_16((i) + 32, bits), ROW_16((i) + 48, bits)
#define TABLE(bits)                                                             \
    {                                                                           \
        ROW_64(0, bits), ROW_64(64, bits), ROW_64(128, bits), ROW_64(192, bits) \
    }

static const uint32_t tables[8][256] = {TABLE(SLICE_0), TABLE(SLICE_1), TABLE(SLICE_2),
                                        TABLE(SLICE_3), TABLE(SLICE_4), TABLE(SLICE_5),
                                        TABLE(SLICE_6), TABLE(SLICE_7)};

uint32_t crc32c_portable(uint32_t crc, struct bytes bytes)
{
    const uint8_t *at = bytes.data;
    size_t left = bytes.len;
    uint32_t state = ~crc;
    for (; left >= 8; left -= 8, at += 8) {
        uint32_t low = state ^ get_u32(at);
        uint32_t high = get_u32(at + 4);
        state = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
                tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
                tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; left > 0; left--, at++)
        state = state >> 8 ^ tables[0][(state ^ *at) & 255];
    return ~state;
}

#if defined(__x86_64__)

#    include <nmmintrin.h>
#    include <wmmintrin.h>

// Three lanes hide the instruction's latency of three cycles; each lane is this long. The shifts
// are x^(8 * bytes - 33) mod P, reflected: what moves a lane's state over the lanes behind it.
enum { LANE_BYTES = 256 };
static const uint32_t shift_one_lane = 0xb9e02b86;
static const uint32_t shift_two_lanes = 0xdd7e3b0c;

bool crc32c_has_hardware(void)
{
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

__attribute__((target("sse4.2"))) static inline uint64_t crc_word(uint64_t state, const uint8_t *at)
{
    return _mm_crc32_u64(state, get_u64(at));
}

__attribute__((target("sse4.2,pclmul"))) static inline uint64_t crc_shift(
    uint64_t state, uint32_t shift)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)state), _mm_cvtsi32_si128((int)shift), 0);
    return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t crc_lanes(
    uint64_t state, const uint8_t *at)
{
    uint64_t second = 0;
    uint64_t third = 0;
    for (unsigned i = 0; i < LANE_BYTES; i += 8) {
        state = crc_word(state, at + i);
        second = crc_word(second, at + i + LANE_BYTES);
        third = crc_word(third, at + i + 2 * LANE_BYTES);
    }
    return crc_shift(state, shift_two_lanes) ^ crc_shift(second, shift_one_lane) ^ third;
}

__attribute__((target("sse4.2,pclmul"))) uint32_t crc32c_hardware(uint32_t crc, struct bytes bytes)
{
    const uint8_t *at = bytes.data;
    size_t left = bytes.len;
    uint64_t state = (uint32_t)~crc;
    for (; left >= 3 * (size_t)LANE_BYTES; left -= 3 * (size_t)LANE_BYTES, at += 3 * LANE_BYTES)
        state = crc_lanes(state, at);
    for (; left >= 8; left -= 8, at += 8)
        state = crc_word(state, at);
    for (; left > 0; left--, at++)
        state = _mm_crc32_u8((uint32_t)state, *at);
    return ~(uint32_t)state;
}

#else

bool crc32c_has_hardware(void)
{
    return false;
}

uint32_t crc32c_hardware(uint32_t crc, struct bytes bytes)
{
    (void)bytes;
    INVARIANT(crc32c_has_hardware());
    return crc;
}

#endif

uint32_t crc32c(uint32_t crc, struct bytes bytes)
{
    return crc32c_has_hardware() ? crc32c_hardware(crc, bytes) : crc32c_portable(crc, bytes);
}
