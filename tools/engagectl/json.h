// Reads JSON that this project wrote into a tree: answers of the daemon, dead letters.
#ifndef TOOLS_ENGAGECTL_JSON_H
#define TOOLS_ENGAGECTL_JSON_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_LIST,
    JSON_OBJECT,
};

enum { JSON_DEPTH_MAX = 64 };

// Lives in the arena, and points into the text that was read.
struct json {
    enum json_kind kind;
    struct bytes raw;   // as it stands in the text
    struct bytes text;  // without quotes and escapes; of anything else but lists and objects, raw
    struct bytes name;  // of a member, without escapes
    struct json *first; // element or member
    struct json *next;
};

//   ERR_INVALID it is no JSON, or nests deeper than JSON_DEPTH_MAX
NODISCARD enum err json_read(struct bytes text, struct arena *arena, struct json **out);

// The member of that name, or NULL; also where object is NULL or no object.
const struct json *json_member(const struct json *object, const char *name);
const struct json *json_member_of(const struct json *object, struct bytes name);
// Its text, empty where there is none.
struct bytes json_text(const struct json *object, const char *name);
// A whole number, or `otherwise` where there is none of that name.
int64_t json_integer(const struct json *object, const char *name, int64_t otherwise);

#endif
