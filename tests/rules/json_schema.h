// As much of JSON Schema (draft-07) as the schemas of this project use.
#ifndef TESTS_RULES_JSON_SCHEMA_H
#define TESTS_RULES_JSON_SCHEMA_H

#include <stdbool.h>
#include <yyjson.h>

// Whether the schema, the root of a document, takes the value. Fails the test on a keyword that is not known here.
bool json_schema_takes(yyjson_val *schema, yyjson_val *value);

#endif
