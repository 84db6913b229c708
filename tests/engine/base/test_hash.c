// Hashes: known values, agreement of the CRC's two ways, hex.
#include <stdlib.h>

#include "engine/base/crc32c.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"

#include "tests/support/suite.h"

START_TEST(crc_of_the_standard_check_text)
{
    struct bytes text = BYTES_LITERAL("123456789");
    ck_assert_uint_eq(crc32c(0, text), 0xE3069283U);
    ck_assert_uint_eq(crc32c_portable(0, text), 0xE3069283U);
    ck_assert_uint_eq(crc32c(0, bytes_of(NULL, 0)), 0);
}
END_TEST

// RFC 3720, B.4: 32 bytes of zeros, of ones, ascending, descending.
START_TEST(crc_of_the_rfc_vectors)
{
    static const uint32_t want[] = {0x8A9136AAU, 0x62A8AB43U, 0x46DD794EU, 0x113FDB5CU};
    uint8_t data[32];
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(_i == 0 ? 0 : _i == 1 ? 0xff : _i == 2 ? i : 31 - i);
    ck_assert_uint_eq(crc32c_portable(0, bytes_of(data, sizeof(data))), want[_i]);
    ck_assert_uint_eq(crc32c(0, bytes_of(data, sizeof(data))), want[_i]);
}
END_TEST

// From some length on a hash is made by other instructions.
START_TEST(hashes_of_many_bytes_are_those_of_few)
{
    enum { SIZE = 5000 };
    uint8_t *data = mem_alloc(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(i * 31 >> 3);
    for (unsigned len = 1; len < 1024; len++)
        ck_assert_uint_eq(hash_u64_long(bytes_of(data, len), 7), hash_u64(bytes_of(data, len), 7));
    ck_assert_uint_eq(hash_u64(bytes_of(data, 1024), 7), UINT64_C(0xbcfaf41ecc87eb63));
    ck_assert_uint_eq(hash_u64(bytes_of(data, SIZE), 0), UINT64_C(0x6004385fa0556523));
    free(data);
}
END_TEST

START_TEST(both_crcs_agree_at_every_length_and_alignment)
{
    if (!crc32c_has_hardware()) {
        test_skip("this processor has no CRC32C instruction");
        return;
    }
    enum { SIZE = 4096 };
    uint8_t *data = mem_alloc(SIZE);
    uint64_t seed = test_seed();
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (uint8_t)hash_mix(seed + i);
    for (unsigned len = 0; len < 3000; len += len < 100 ? 1 : 37) {
        for (unsigned shift = 0; shift < 9; shift++) {
            struct bytes part = bytes_of(data + shift, len);
            ck_assert_uint_eq(crc32c_hardware(len, part), crc32c_portable(len, part));
        }
    }
    free(data);
}
END_TEST

START_TEST(crc_in_pieces_is_crc_of_the_whole)
{
    uint8_t data[2000];
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7);
    uint32_t whole = crc32c(0, bytes_of(data, sizeof(data)));
    for (unsigned cut = 0; cut <= sizeof(data); cut += 13) {
        uint32_t first = crc32c(0, bytes_of(data, cut));
        ck_assert_uint_eq(crc32c(first, bytes_of(data + cut, sizeof(data) - cut)), whole);
    }
}
END_TEST

START_TEST(xxh3_has_its_published_values)
{
    ck_assert_uint_eq(hash_u64(bytes_of(NULL, 0), 0), UINT64_C(0x2D06800538D394C2));
    struct hash128 hash = hash_u128(bytes_of(NULL, 0), 0);
    ck_assert_uint_eq(hash.high, UINT64_C(0x99AA06D3014798D8));
    ck_assert_uint_eq(hash.low, UINT64_C(0x6001C324468D497F));
}
END_TEST

START_TEST(pair_knows_where_the_first_ends)
{
    struct hash128 a = hash_u128_pair(BYTES_LITERAL("ab"), BYTES_LITERAL("c"), 1);
    struct hash128 b = hash_u128_pair(BYTES_LITERAL("a"), BYTES_LITERAL("bc"), 1);
    ck_assert(!hash128_equal(a, b));
    ck_assert(!hash128_equal(a, hash_u128_pair(BYTES_LITERAL("ab"), BYTES_LITERAL("c"), 2)));
}
END_TEST

START_TEST(pair_is_the_same_in_one_block_or_streamed)
{
    uint8_t data[1100];
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 31);
    for (unsigned len = 450; len < 1000; len += 11) {
        uint8_t block[8 + 1100];
        put_u64(block, 100);
        memcpy(block + 8, data, 100 + len);
        struct hash128 want = hash_u128(bytes_of(block, 8 + 100 + len), 5);
        struct hash128 got = hash_u128_pair(bytes_of(data, 100), bytes_of(data + 100, len), 5);
        ck_assert(hash128_equal(got, want));
    }
}
END_TEST

START_TEST(mix_moves_zero_and_neighbours)
{
    ck_assert_uint_eq(hash_mix(0), UINT64_C(0xE220A8397B1DCDAF)); // SplitMix64's first number
    ck_assert_uint_ne(hash_mix(1), hash_mix(2));
}
END_TEST

START_TEST(hex_reads_back)
{
    struct hash128 hash = {
        .low = UINT64_C(0x0123456789abcdef), .high = UINT64_C(0xfedcba9876543210)};
    char hex[HASH128_HEX_CHARS];
    hash128_hex(hash, hex);
    ck_assert_mem_eq(hex, "fedcba98765432100123456789abcdef", HASH128_HEX_CHARS);
    struct hash128 back;
    ck_assert(hash128_parse(bytes_of(hex, sizeof(hex)), &back));
    ck_assert(hash128_equal(back, hash));
    ck_assert(hash128_parse(BYTES_LITERAL("FEDCBA98765432100123456789ABCDEF"), &back));
    ck_assert(hash128_equal(back, hash));
}
END_TEST

START_TEST(what_is_not_hex_is_refused)
{
    struct hash128 out = {.low = 7, .high = 9};
    ck_assert(!hash128_parse(BYTES_LITERAL(""), &out));
    ck_assert(!hash128_parse(BYTES_LITERAL("fedcba98765432100123456789abcde"), &out));
    ck_assert(!hash128_parse(BYTES_LITERAL("fedcba98765432100123456789abcdeff"), &out));
    ck_assert(!hash128_parse(BYTES_LITERAL("fedcba98765432100123456789abcdeg"), &out));
    ck_assert_uint_eq(out.low, 7);
    ck_assert_uint_eq(out.high, 9);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("hash");
    TCase *crc = tcase_create("crc32c");
    tcase_add_test(crc, crc_of_the_standard_check_text);
    tcase_add_loop_test(crc, crc_of_the_rfc_vectors, 0, 4);
    tcase_add_test(crc, both_crcs_agree_at_every_length_and_alignment);
    tcase_add_test(crc, crc_in_pieces_is_crc_of_the_whole);
    suite_add_tcase(suite, crc);
    TCase *xxh3 = tcase_create("xxh3");
    tcase_add_test(xxh3, xxh3_has_its_published_values);
    tcase_add_test(xxh3, hashes_of_many_bytes_are_those_of_few);
    tcase_add_test(xxh3, pair_knows_where_the_first_ends);
    tcase_add_test(xxh3, pair_is_the_same_in_one_block_or_streamed);
    tcase_add_test(xxh3, mix_moves_zero_and_neighbours);
    suite_add_tcase(suite, xxh3);
    TCase *hex = tcase_create("hex");
    tcase_add_test(hex, hex_reads_back);
    tcase_add_test(hex, what_is_not_hex_is_refused);
    suite_add_tcase(suite, hex);
    return suite;
}
