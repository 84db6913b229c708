// JSON text as a value that can be walked.
#include <string.h>

#include "engine/event/node.h"
#include "engine/event/value.h"

static void *take(void *context, size_t size)
{
    return arena_alloc(context, size);
}

static void *resize(void *context, void *old, size_t old_size, size_t size)
{
    void *larger = arena_alloc(context, size);
    memcpy(larger, old, old_size < size ? old_size : size);
    return larger;
}

static void give_back(void *context, void *memory)
{
    (void)context; // with the arena
    (void)memory;
}

bool value_of_json(struct arena *arena, struct bytes json, struct value *out)
{
    const yyjson_alc alc = {.malloc = take, .realloc = resize, .free = give_back, .ctx = arena};
    char *text = arena_text(arena, json); // the library takes no const; it does not write
    yyjson_doc *doc = yyjson_read_opts(text, json.len, YYJSON_READ_NOFLAG, &alc, NULL);
    if (doc == NULL)
        return false;
    *out = node_value(yyjson_doc_get_root(doc));
    return true;
}
