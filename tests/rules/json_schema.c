#include "tests/rules/json_schema.h"

#include <math.h>
#include <regex.h>
#include <string.h>

#include <check.h>

struct validation {
    yyjson_val *root; // definitions are looked up in it
};

static bool takes(const struct validation *validation, yyjson_val *schema, yyjson_val *value);

static bool is_type(const char *type, yyjson_val *value)
{
    static const char *const known[] = {"object",  "array",   "string", "number",
                                        "integer", "boolean", "null"};
    bool is_known = false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        is_known = is_known || strcmp(known[i], type) == 0;
    ck_assert_msg(is_known, "type '%s'", type);
    if (strcmp(type, "number") == 0)
        return yyjson_is_num(value);
    if (strcmp(type, "integer") == 0)
        return yyjson_is_int(value);
    return (strcmp(type, "object") == 0 && yyjson_is_obj(value)) ||
           (strcmp(type, "array") == 0 && yyjson_is_arr(value)) ||
           (strcmp(type, "string") == 0 && yyjson_is_str(value)) ||
           (strcmp(type, "boolean") == 0 && yyjson_is_bool(value)) ||
           (strcmp(type, "null") == 0 && yyjson_is_null(value));
}

static bool takes_type(yyjson_val *types, yyjson_val *value)
{
    if (yyjson_is_str(types))
        return is_type(yyjson_get_str(types), value);
    for (size_t i = 0; i < yyjson_arr_size(types); i++) {
        if (is_type(yyjson_get_str(yyjson_arr_get(types, i)), value))
            return true;
    }
    return false;
}

static size_t count_taking(
    const struct validation *validation, yyjson_val *schemas, yyjson_val *value)
{
    size_t count = 0;
    for (size_t i = 0; i < yyjson_arr_size(schemas); i++)
        count += takes(validation, yyjson_arr_get(schemas, i), value);
    return count;
}

static bool has_all(yyjson_val *names, yyjson_val *object)
{
    for (size_t i = 0; i < yyjson_arr_size(names) && yyjson_is_obj(object); i++) {
        if (yyjson_obj_get(object, yyjson_get_str(yyjson_arr_get(names, i))) == NULL)
            return false;
    }
    return true;
}

static bool takes_members(
    const struct validation *validation, yyjson_val *schema, yyjson_val *object)
{
    yyjson_val *properties = yyjson_obj_get(schema, "properties");
    yyjson_val *others = yyjson_obj_get(schema, "additionalProperties");
    size_t index, count;
    yyjson_val *key, *member;
    yyjson_obj_foreach(object, index, count, key, member)
    {
        yyjson_val *known = yyjson_obj_get(properties, yyjson_get_str(key));
        if (known == NULL && others != NULL && yyjson_is_false(others))
            return false;
        yyjson_val *of = known == NULL && yyjson_is_obj(others) ? others : known;
        if (of != NULL && !takes(validation, of, member))
            return false;
    }
    return true;
}

static bool matches(const char *pattern, const char *text)
{
    regex_t regex;
    ck_assert_msg(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0, "%s", pattern);
    bool is_match = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_match;
}

static bool is_among(yyjson_val *values, yyjson_val *value)
{
    for (size_t i = 0; i < yyjson_arr_size(values); i++) {
        if (yyjson_equals(yyjson_arr_get(values, i), value))
            return true;
    }
    return false;
}

static yyjson_val *definition(const struct validation *validation, const char *reference)
{
    static const char prefix[] = "#/definitions/";
    ck_assert_msg(strncmp(reference, prefix, sizeof(prefix) - 1) == 0, "%s", reference);
    yyjson_val *found = yyjson_obj_get(
        yyjson_obj_get(validation->root, "definitions"), reference + sizeof(prefix) - 1);
    ck_assert_msg(found != NULL, "%s", reference);
    return found;
}

// What a keyword says of a number, or of another kind of value, which it takes.
static bool takes_number(const char *keyword, double bound, yyjson_val *value)
{
    if (!yyjson_is_num(value))
        return true;
    double number = yyjson_get_num(value);
    if (strcmp(keyword, "minimum") == 0)
        return number >= bound;
    if (strcmp(keyword, "maximum") == 0)
        return number <= bound;
    if (strcmp(keyword, "exclusiveMinimum") == 0)
        return number > bound;
    double times = number / bound; // multipleOf
    return fabs(times - round(times)) < 1e-6;
}

static bool are_unique(yyjson_val *value)
{
    for (size_t i = 0; i < yyjson_arr_size(value); i++) {
        for (size_t j = 0; j < i; j++) {
            if (yyjson_equals(yyjson_arr_get(value, i), yyjson_arr_get(value, j)))
                return false;
        }
    }
    return true;
}

static bool takes_keyword(
    const struct validation *validation, const char *keyword, yyjson_val *schema, yyjson_val *value)
{
    yyjson_val *argument = yyjson_obj_get(schema, keyword);
    size_t size = yyjson_obj_size(value);
    if (strcmp(keyword, "$ref") == 0)
        return takes(validation, definition(validation, yyjson_get_str(argument)), value);
    if (strcmp(keyword, "type") == 0)
        return takes_type(argument, value);
    if (strcmp(keyword, "enum") == 0)
        return is_among(argument, value);
    if (strcmp(keyword, "pattern") == 0)
        return !yyjson_is_str(value) || matches(yyjson_get_str(argument), yyjson_get_str(value));
    if (strcmp(keyword, "required") == 0)
        return has_all(argument, value);
    if (strcmp(keyword, "properties") == 0 || strcmp(keyword, "additionalProperties") == 0)
        return takes_members(validation, schema, value);
    if (strcmp(keyword, "minProperties") == 0)
        return !yyjson_is_obj(value) || size >= yyjson_get_uint(argument);
    if (strcmp(keyword, "maxProperties") == 0)
        return !yyjson_is_obj(value) || size <= yyjson_get_uint(argument);
    if (strcmp(keyword, "items") == 0) {
        for (size_t i = 0; i < yyjson_arr_size(value); i++) {
            if (!takes(validation, argument, yyjson_arr_get(value, i)))
                return false;
        }
        return true;
    }
    if (strcmp(keyword, "minItems") == 0)
        return !yyjson_is_arr(value) || yyjson_arr_size(value) >= yyjson_get_uint(argument);
    if (strcmp(keyword, "uniqueItems") == 0)
        return are_unique(value);
    if (strcmp(keyword, "allOf") == 0)
        return count_taking(validation, argument, value) == yyjson_arr_size(argument);
    if (strcmp(keyword, "anyOf") == 0)
        return count_taking(validation, argument, value) > 0;
    if (strcmp(keyword, "oneOf") == 0)
        return count_taking(validation, argument, value) == 1;
    if (strcmp(keyword, "not") == 0)
        return !takes(validation, argument, value);
    bool is_number = strcmp(keyword, "minimum") == 0 || strcmp(keyword, "maximum") == 0 ||
                     strcmp(keyword, "exclusiveMinimum") == 0 || strcmp(keyword, "multipleOf") == 0;
    if (is_number)
        return takes_number(keyword, yyjson_get_num(argument), value);
    bool is_silent = strcmp(keyword, "$schema") == 0 || strcmp(keyword, "title") == 0 ||
                     strcmp(keyword, "description") == 0 || strcmp(keyword, "definitions") == 0;
    ck_assert_msg(is_silent, "keyword '%s'", keyword);
    return true;
}

static bool takes(const struct validation *validation, yyjson_val *schema, yyjson_val *value)
{
    size_t index, count;
    yyjson_val *key, *argument;
    yyjson_obj_foreach(schema, index, count, key, argument)
    {
        (void)argument;
        if (!takes_keyword(validation, yyjson_get_str(key), schema, value))
            return false;
    }
    return true;
}

bool json_schema_takes(yyjson_val *schema, yyjson_val *value)
{
    const struct validation validation = {schema};
    return takes(&validation, schema, value);
}
