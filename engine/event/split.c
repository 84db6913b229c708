// Finds the elements of a JSON array without looking into them.
#include "engine/event/split.h"

#include "engine/base/invariant.h"
#include "engine/event/json_text.h"

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static const uint8_t *skip_space(const uint8_t *at, const uint8_t *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

bool split_is_array(struct bytes text)
{
    if (text.len == 0)
        return false;
    const uint8_t *end = text.data + text.len;
    const uint8_t *at = skip_space(text.data, end);
    return at < end && *at == '[';
}

struct splitter split_begin(struct bytes text)
{
    INVARIANT(split_is_array(text));
    const uint8_t *end = text.data + text.len;
    return (struct splitter){.at = skip_space(text.data, end) + 1, .end = end};
}

// The ',' or ']' that ends the element which begins at `at`, or NULL.
static const uint8_t *find_end(const uint8_t *at, const uint8_t *end)
{
    size_t depth = 0;
    while (at < end) {
        switch (*at) {
        case '"':
            at = json_text_skip(at, end);
            if (at == NULL)
                return NULL;
            continue;
        case '{':
        case '[': depth++; break;
        case '}':
            if (depth > 0)
                depth--;
            break;
        case ']':
            if (depth == 0)
                return at;
            depth--;
            break;
        case ',':
            if (depth == 0)
                return at;
            break;
        default: break; // a byte, not an enum of ours
        }
        at++;
    }
    return NULL;
}

static enum split_step finish(const struct splitter *splitter)
{
    return skip_space(splitter->at, splitter->end) == splitter->end ? SPLIT_END : SPLIT_BROKEN;
}

enum split_step split_next(struct splitter *splitter, struct bytes *element_out)
{
    const uint8_t *begin = skip_space(splitter->at, splitter->end);
    if (!splitter->has_begun && begin < splitter->end && *begin == ']') {
        splitter->at = begin + 1; // an empty array
        return finish(splitter);
    }
    if (splitter->has_begun && splitter->at[-1] == ']')
        return finish(splitter);
    const uint8_t *end = find_end(begin, splitter->end);
    if (end == NULL)
        return SPLIT_BROKEN;
    splitter->has_begun = true;
    splitter->at = end + 1;
    while (end > begin && is_space(end[-1]))
        end--;
    *element_out = bytes_of(begin, (size_t)(end - begin));
    return SPLIT_ELEMENT;
}
