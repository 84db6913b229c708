// The zone database: read once, refused by name, not filled up by names that are none.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/zone.h"
#include "engine/os/os_zone.h"

#include "tests/support/suite.h"

static char directory[TEST_SCRATCH_BYTES];

static void write_file(const char *name, const void *data, size_t len)
{
    char path[TEST_SCRATCH_BYTES + 100];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

// A zone that is always so many seconds ahead, of at most 65,535: version 1.
static void write_zone(const char *name, unsigned offset_s)
{
    uint8_t file[44 + 6 + 4] = "TZif";
    file[39] = 1; // types
    file[43] = 4; // characters
    file[46] = (uint8_t)(offset_s >> 8);
    file[47] = (uint8_t)offset_s;
    memcpy(file + 50, "XYZ", 4);
    write_file(name, file, sizeof(file));
}

static void remove_file(const char *name)
{
    char path[TEST_SCRATCH_BYTES + 100];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    ck_assert_int_eq(unlink(path), 0);
}

static void make_directory(void)
{
    test_scratch_make(directory);
}

static bool find(struct os_zones *zones, const char *name, int32_t *offset_s_out)
{
    return os_zones_offset(zones, bytes_text(name), 0, offset_s_out);
}

START_TEST(a_zone_is_read_once)
{
    int32_t offset_s = 0;
    struct os_zones *zones = os_zones_new(directory);
    write_zone("Near", 3600);
    ck_assert(find(zones, "Near", &offset_s));
    ck_assert_int_eq(offset_s, 3600);
    remove_file("Near");
    offset_s = 0;
    ck_assert(find(zones, "Near", &offset_s));
    ck_assert_int_eq(offset_s, 3600);
    os_zones_free(zones);
    os_zones_free(NULL);
}
END_TEST

START_TEST(what_is_no_zone_is_refused)
{
    char path[TEST_SCRATCH_BYTES + 100];
    int32_t offset_s = 77;
    struct os_zones *zones = os_zones_new(directory);
    (void)snprintf(path, sizeof(path), "%s/Directory", directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    write_file("Text", "no zone at all, but long enough to be the header of one", 55);
    write_file("Empty", "", 0);
    write_zone("lower", 3600);
    static const char *const names[] = {"Missing", "Directory", "Text",
                                        "Empty",   "lower",     "",
                                        "../Near", "/Near",     "Directory/Missing"};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            ck_assert_msg(!find(zones, names[i], &offset_s), "%s", names[i]);
    }
    ck_assert_int_eq(offset_s, 77);
    os_zones_free(zones);
}
END_TEST

// Names come from contacts: whatever they send, the zones that there are stay found.
START_TEST(names_that_are_none_take_no_place)
{
    char name[64];
    int32_t offset_s;
    struct os_zones *zones = os_zones_new(directory);
    write_zone("Before", 60);
    write_zone("After", 120);
    ck_assert(find(zones, "Before", &offset_s));
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof(name), "None/N%d", i);
        ck_assert(!find(zones, name, &offset_s));
    }
    ck_assert(find(zones, "Before", &offset_s));
    ck_assert_int_eq(offset_s, 60);
    ck_assert(find(zones, "After", &offset_s));
    ck_assert_int_eq(offset_s, 120);
    os_zones_free(zones);
}
END_TEST

START_TEST(any_number_of_zones_is_kept)
{
    enum { ZONES = 1500 };
    char name[32];
    int32_t offset_s;
    struct os_zones *zones = os_zones_new(directory);
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < ZONES; i++) {
            (void)snprintf(name, sizeof(name), "Z%u", i);
            if (round == 0)
                write_zone(name, i);
            ck_assert(find(zones, name, &offset_s));
            ck_assert_int_eq(offset_s, (int32_t)i);
            if (round == 0)
                remove_file(name);
        }
    }
    os_zones_free(zones);
}
END_TEST

START_TEST(a_name_that_is_none_may_become_one_later)
{
    char name[32];
    int32_t offset_s;
    struct os_zones *zones = os_zones_new(directory);
    ck_assert(!find(zones, "Late", &offset_s));
    write_zone("Late", 60);
    ck_assert(!find(zones, "Late", &offset_s)); // remembered
    for (int i = 0; i < 64; i++) {
        (void)snprintf(name, sizeof(name), "N%d", i);
        ck_assert(!find(zones, name, &offset_s));
    }
    ck_assert(find(zones, "Late", &offset_s)); // forgotten
    os_zones_free(zones);
}
END_TEST

START_TEST(the_systems_database_is_where_it_is_looked_for)
{
    int32_t offset_s = 0;
    struct os_zones *zones = os_zones_new(NULL);
    ck_assert(os_zones_offset(zones, BYTES_LITERAL("Europe/Berlin"), 1782864000, &offset_s));
    ck_assert_int_eq(offset_s, 7200);
    ck_assert(os_zones_offset(zones, BYTES_LITERAL("Europe/Berlin"), 1767225600, &offset_s));
    ck_assert_int_eq(offset_s, 3600);
    ck_assert(!os_zones_offset(zones, BYTES_LITERAL("Europe"), 0, &offset_s));
    ck_assert(!os_zones_offset(zones, BYTES_LITERAL("Europe/berlin"), 0, &offset_s));
    os_zones_free(zones);
}
END_TEST

START_TEST(a_file_is_given_as_it_is)
{
    struct arena arena = {0};
    struct zone_file file = {{NULL, 0}, {NULL, 0}};
    struct zone_files files = os_zone_files(directory);
    write_zone("Near", 3600);
    ck_assert_int_eq(files.ops->read(files.self, BYTES_LITERAL("Near"), &arena, &file), ERR_OK);
    ck_assert_uint_gt(file.bytes.len, 44);
    ck_assert_int_eq(memcmp(file.bytes.data, "TZif", 4), 0);
    ck_assert_uint_eq(file.version.len, 0); // nothing tells
    write_zone("Near", 7200);
    write_file("tzdata.zi", "# version 2026a\nL Near By\n", 26);
    ck_assert_int_eq(files.ops->read(files.self, BYTES_LITERAL("Near"), &arena, &file), ERR_OK);
    ck_assert(bytes_equal_text(file.version, "2026a"));
    const struct zone *zone = NULL;
    ck_assert_int_eq(zone_parse(&arena, file.bytes, &zone), ERR_OK);
    ck_assert_int_eq(zone_offset_s(zone, 0), 7200); // as it is now
    static const char *const others[] = {"# version ", "# version \n", "version 2026a\n", "# vers"};
    for (size_t i = 0; i < 4; i++) {
        write_file("tzdata.zi", others[i], strlen(others[i]));
        ck_assert_int_eq(files.ops->read(files.self, BYTES_LITERAL("Near"), &arena, &file), ERR_OK);
        ck_assert_uint_eq(file.version.len, 0);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_missing_and_one_that_cannot_be_read_is_not)
{
    char path[TEST_SCRATCH_BYTES + 32];
    struct arena arena = {0};
    struct zone_file file;
    struct zone_files files = os_zone_files(directory);
    ck_assert_int_eq(
        files.ops->read(files.self, BYTES_LITERAL("None"), &arena, &file), ERR_MISSING);
    (void)snprintf(path, sizeof(path), "%s/Below", directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(
        files.ops->read(files.self, BYTES_LITERAL("Below"), &arena, &file), ERR_MISSING);
    ck_assert_int_eq(
        files.ops->read(files.self, BYTES_LITERAL("Below/None"), &arena, &file), ERR_MISSING);
    (void)snprintf(path, sizeof(path), "%s/Round", directory);
    ck_assert_int_eq(symlink("Round", path), 0);
    ck_assert_int_eq(files.ops->read(files.self, BYTES_LITERAL("Round"), &arena, &file), ERR_IO);
    arena_free(&arena);
}
END_TEST

START_TEST(a_zone_is_known_by_its_name_or_its_offset)
{
    ck_assert(os_zone_is_known(BYTES_LITERAL("UTC")));
    ck_assert(os_zone_is_known(BYTES_LITERAL("+05:45")));
    ck_assert(os_zone_is_known(BYTES_LITERAL("Europe/Berlin")));
    ck_assert(!os_zone_is_known(BYTES_LITERAL("Europe/Berlín")));
    ck_assert(!os_zone_is_known(BYTES_LITERAL("Europe/Bonn")));
    ck_assert(!os_zone_is_known(BYTES_LITERAL("")));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/os/os_zone");
    TCase *tcase = tcase_create("os_zone");
    tcase_add_checked_fixture(tcase, make_directory, NULL);
    tcase_add_test(tcase, a_zone_is_read_once);
    tcase_add_test(tcase, what_is_no_zone_is_refused);
    tcase_add_test(tcase, names_that_are_none_take_no_place);
    tcase_add_test(tcase, any_number_of_zones_is_kept);
    tcase_add_test(tcase, a_file_is_given_as_it_is);
    tcase_add_test(tcase, a_file_that_is_not_there_is_missing_and_one_that_cannot_be_read_is_not);
    tcase_add_test(tcase, a_zone_is_known_by_its_name_or_its_offset);
    tcase_add_test(tcase, a_name_that_is_none_may_become_one_later);
    tcase_add_test(tcase, the_systems_database_is_where_it_is_looked_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
