// The schemas are JSON and hold what the compiler accepts.
#include <yyjson.h>

#include "rules/schema.h"
#include "rules/vocabulary.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static yyjson_doc *parse(const struct buffer *json)
{
    yyjson_read_err err = {0};
    yyjson_doc *document =
        yyjson_read_opts((char *)json->data, json->len, YYJSON_READ_NOFLAG, NULL, &err);
    ck_assert_msg(document != NULL, "%s at byte %zu", err.msg, err.pos);
    return document;
}

static void assert_draft(yyjson_doc *document)
{
    yyjson_val *draft = yyjson_obj_get(yyjson_doc_get_root(document), "$schema");
    ck_assert_str_eq(yyjson_get_str(draft), "http://json-schema.org/draft-07/schema#");
}

START_TEST(the_schema_of_rules_has_every_key)
{
    struct buffer json = {0};
    rules_schema_json(&json);
    yyjson_doc *document = parse(&json);
    yyjson_val *definitions = yyjson_obj_get(yyjson_doc_get_root(document), "definitions");
    size_t index;
    size_t count;
    yyjson_val *key;
    yyjson_val *definition;
    assert_draft(document);
    ck_assert_uint_eq(yyjson_obj_size(definitions), SECTION_COUNT);
    yyjson_obj_foreach(definitions, index, count, key, definition)
    {
        const struct section_def *def = section_def_of((enum section)index);
        yyjson_val *properties = yyjson_obj_get(definition, "properties");
        ck_assert_uint_eq(yyjson_obj_size(properties), def->key_count);
        ck_assert(yyjson_is_false(yyjson_obj_get(definition, "additionalProperties")));
        for (size_t i = 0; i < def->key_count; i++)
            ck_assert_ptr_nonnull(yyjson_obj_get(properties, def->keys[i].name));
    }
    yyjson_doc_free(document);
    buffer_free(&json);
}
END_TEST

START_TEST(the_schema_of_events_has_every_type)
{
    struct buffer json = {0};
    struct ruleset *ruleset = compile_good("events: {own.event: {data: {'a\"b': string}}}\n");
    events_schema_json(&json, ruleset_catalog(ruleset));
    yyjson_doc *document = parse(&json);
    assert_draft(document);
    ck_assert_uint_eq(
        yyjson_arr_size(yyjson_obj_get(yyjson_doc_get_root(document), "allOf")),
        catalog_type_count(ruleset_catalog(ruleset)));
    yyjson_doc_free(document);
    buffer_free(&json);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(the_schema_of_actions_is_one)
{
    struct buffer json = {0};
    actions_schema_json(&json);
    yyjson_doc *document = parse(&json);
    assert_draft(document);
    yyjson_doc_free(document);
    buffer_free(&json);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/schema");
    TCase *tcase = tcase_create("schema");
    tcase_add_test(tcase, the_schema_of_rules_has_every_key);
    tcase_add_test(tcase, the_schema_of_events_has_every_type);
    tcase_add_test(tcase, the_schema_of_actions_is_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
