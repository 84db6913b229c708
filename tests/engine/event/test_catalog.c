// The catalogue: types by name, replaced definitions, identifier kinds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "engine/base/memory.h"
#include "engine/event/catalog.h"

#include "tests/support/suite.h"

static struct catalog *catalog;

static void setup(void)
{
    catalog = catalog_create();
}

static void teardown(void)
{
    catalog_destroy(catalog);
}

static event_type put(const char *name, const struct data_field *fields, size_t count)
{
    const struct event_type_def type = {
        .name = bytes_text(name), .fields = fields, .field_count = count};
    event_type index = EVENT_TYPE_UNKNOWN;
    ck_assert_int_eq(catalog_put_type(catalog, &type, &index), ERR_OK);
    return index;
}

START_TEST(copies_are_kept)
{
    char name[] = "link.clicked";
    char field[] = "campaign_name";
    const struct data_field fields[] = {{bytes_text(field), DATA_STRING, false}};
    const struct event_type_def type = {
        .name = bytes_text(name),
        .label = BYTES_LITERAL("Link clicked"),
        .group = BYTES_LITERAL("web"),
        .example = BYTES_LITERAL("{}"),
        .fields = fields,
        .field_count = 1,
        .builtin = BUILTIN_TAG_ADDED, // not for the caller to say
    };
    event_type index;
    ck_assert_int_eq(catalog_put_type(catalog, &type, &index), ERR_OK);
    memset(name, 'x', sizeof(name) - 1);
    memset(field, 'x', sizeof(field) - 1);
    ck_assert_uint_eq(catalog_find(catalog, BYTES_LITERAL("link.clicked")), index);
    const struct event_type_def *kept = catalog_type(catalog, index);
    ck_assert(bytes_equal_text(kept->label, "Link clicked"));
    ck_assert(bytes_equal_text(kept->group, "web"));
    ck_assert(bytes_equal_text(kept->example, "{}"));
    ck_assert_int_eq(kept->builtin, BUILTIN_NONE);
    ck_assert_uint_eq(kept->required_count, 1);
    ck_assert_ptr_nonnull(catalog_field(kept, BYTES_LITERAL("campaign_name")));
    ck_assert_ptr_null(catalog_field(kept, BYTES_LITERAL("campaign_nome")));
    ck_assert_ptr_null(catalog_field(kept, BYTES_LITERAL("campaign")));
    ck_assert_ptr_null(catalog_field(kept, BYTES_LITERAL("")));
}
END_TEST

START_TEST(a_later_definition_replaces)
{
    const struct data_field fields[] = {{BYTES_LITERAL("url"), DATA_STRING, false}};
    event_type first = put("a", NULL, 0);
    event_type other = put("b", NULL, 0);
    ck_assert_uint_eq(put("a", fields, 1), first);
    ck_assert_uint_ne(first, other);
    ck_assert_uint_eq(catalog_type_count(catalog), 2);
    ck_assert_uint_eq(catalog_type(catalog, first)->field_count, 1);
}
END_TEST

START_TEST(thousands_of_types_are_found)
{
    char name[32];
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof(name), "type.%d", i);
        ck_assert_uint_eq(put(name, NULL, 0), (event_type)i);
    }
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof(name), "type.%d", i);
        ck_assert_uint_eq(catalog_find(catalog, bytes_text(name)), (event_type)i);
    }
    ck_assert_uint_eq(catalog_find(catalog, BYTES_LITERAL("type.5000")), EVENT_TYPE_UNKNOWN);
    ck_assert_uint_eq(catalog_find(catalog, (struct bytes){0}), EVENT_TYPE_UNKNOWN);
}
END_TEST

START_TEST(types_have_a_limit)
{
    char name[32];
    for (int i = 0; i < CATALOG_TYPES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "%d", i);
        (void)put(name, NULL, 0);
    }
    const struct event_type_def one_more = {.name = BYTES_LITERAL("one.more")};
    event_type index = 7;
    ck_assert_int_eq(catalog_put_type(catalog, &one_more, &index), ERR_LIMIT);
    ck_assert_uint_eq(index, 7);
    ck_assert_uint_eq(put("17", NULL, 0), 17); // a known one may still be replaced
}
END_TEST

START_TEST(bad_definitions_change_nothing)
{
    struct data_field *many = mem_zero(DATA_FIELDS_MAX + 1, sizeof(*many));
    char(*names)[8] = mem_zero(DATA_FIELDS_MAX + 1, sizeof(*names));
    for (size_t i = 0; i <= DATA_FIELDS_MAX; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "f%zu", i);
        many[i].name = bytes_text(names[i]);
    }
    const struct data_field twice[] = {
        {BYTES_LITERAL("a"), DATA_INT, true}, {BYTES_LITERAL("a"), DATA_INT, true}};
    const struct event_type_def too_many = {
        .name = BYTES_LITERAL("t"), .fields = many, .field_count = DATA_FIELDS_MAX + 1};
    const struct event_type_def double_field = {
        .name = BYTES_LITERAL("t"), .fields = twice, .field_count = 2};
    const struct event_type_def nameless = {.name = BYTES_LITERAL("")};
    event_type index;
    ck_assert_int_eq(catalog_put_type(catalog, &too_many, &index), ERR_LIMIT);
    ck_assert_int_eq(catalog_put_type(catalog, &double_field, &index), ERR_INVALID);
    ck_assert_int_eq(catalog_put_type(catalog, &nameless, &index), ERR_INVALID);
    ck_assert_uint_eq(catalog_type_count(catalog), 0);
    event_type full = put("t", many, DATA_FIELDS_MAX);
    ck_assert_uint_eq(catalog_type(catalog, full)->required_count, DATA_FIELDS_MAX);
    free(names);
    free(many);
}
END_TEST

START_TEST(builtins_are_known_by_name)
{
    ck_assert_uint_eq(catalog_builtin(catalog, BUILTIN_TAG_ADDED), EVENT_TYPE_UNKNOWN);
    event_type tag = put("tag.added", NULL, 0);
    ck_assert_uint_eq(catalog_builtin(catalog, BUILTIN_TAG_ADDED), tag);
    ck_assert_int_eq(catalog_type(catalog, tag)->builtin, BUILTIN_TAG_ADDED);
    ck_assert_uint_eq(catalog_builtin(catalog, BUILTIN_NONE), EVENT_TYPE_UNKNOWN);
}
END_TEST

START_TEST(identifier_kinds_are_ordered)
{
    ck_assert_uint_eq(catalog_identifier_count(catalog), 4);
    ck_assert(bytes_equal_text(catalog_identifier(catalog, 0), "contact_id"));
    const struct bytes kinds[] = {BYTES_LITERAL("card"), BYTES_LITERAL("email")};
    const struct bytes same[] = {BYTES_LITERAL("card"), BYTES_LITERAL("card")};
    const struct bytes empty[] = {BYTES_LITERAL("")};
    const struct bytes many[IDENTIFIER_KINDS_MAX + 1] = {{0}};
    ck_assert_int_eq(catalog_set_identifiers(catalog, same, 2), ERR_INVALID);
    ck_assert_int_eq(catalog_set_identifiers(catalog, empty, 1), ERR_INVALID);
    ck_assert_int_eq(catalog_set_identifiers(catalog, kinds, 0), ERR_LIMIT);
    ck_assert_int_eq(catalog_set_identifiers(catalog, many, IDENTIFIER_KINDS_MAX + 1), ERR_LIMIT);
    ck_assert_uint_eq(catalog_identifier_count(catalog), 4);
    ck_assert_int_eq(catalog_set_identifiers(catalog, kinds, 2), ERR_OK);
    ck_assert_uint_eq(catalog_identifier_find(catalog, BYTES_LITERAL("email")), 1);
    ck_assert_uint_eq(
        catalog_identifier_find(catalog, BYTES_LITERAL("phone")), IDENTIFIER_KINDS_MAX);
}
END_TEST

START_TEST(data_types_have_names)
{
    for (int i = DATA_ANY; i <= DATA_MAP; i++) {
        enum data_type type;
        ck_assert(data_type_parse(bytes_text(data_type_name((enum data_type)i)), &type));
        ck_assert_int_eq((int)type, i);
    }
    enum data_type type = DATA_BOOL;
    ck_assert(!data_type_parse(BYTES_LITERAL("str"), &type));
    ck_assert_int_eq(type, DATA_BOOL);
    ck_assert_str_eq(data_type_name(DATA_TIMESTAMP), "timestamp");
}
END_TEST

START_TEST(nothing_is_destroyed)
{
    catalog_destroy(NULL);
    struct catalog *other = catalog_create();
    ck_assert_uint_eq(catalog_type_count(other), 0);
    catalog_destroy(other);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("catalog");
    TCase *cases = tcase_create("types");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, copies_are_kept);
    tcase_add_test(cases, a_later_definition_replaces);
    tcase_add_test(cases, thousands_of_types_are_found);
    tcase_add_test(cases, types_have_a_limit);
    tcase_add_test(cases, bad_definitions_change_nothing);
    tcase_add_test(cases, builtins_are_known_by_name);
    tcase_add_test(cases, identifier_kinds_are_ordered);
    tcase_add_test(cases, data_types_have_names);
    tcase_add_test(cases, nothing_is_destroyed);
    suite_add_tcase(suite, cases);
    return suite;
}
