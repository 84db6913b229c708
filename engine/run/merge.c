// Joins what several shards answered to one question about scores or segments.
#include "engine/run/merge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/event/split.h"

// Where `what` stands in text, or text.len. Keys are found by it: a quote inside of a value is escaped.
static size_t find(struct bytes text, const char *what)
{
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.data + i, what, len) == 0)
            return i;
    return text.len;
}

static struct bytes behind(struct bytes text, size_t at)
{
    INVARIANT(at <= text.len);
    return bytes_of(text.data + at, text.len - at);
}

// The number that follows a key.
static struct bytes number_of(struct bytes text, const char *key)
{
    struct bytes rest = behind(text, find(text, key));
    if (rest.len == 0)
        return rest;
    rest = behind(rest, strlen(key));
    size_t len = 0;
    while (len < rest.len && rest.data[len] != ',' && rest.data[len] != '}')
        len++;
    return bytes_of(rest.data, len);
}

// One shard's list on the way: the element at its head.
struct list {
    struct splitter splitter;
    struct bytes head;
    bool has_head;
};

static void advance(struct list *list)
{
    list->has_head = split_next(&list->splitter, &list->head) == SPLIT_ELEMENT;
}

// Opens every text's list under key.
static struct list *open_lists(const struct bytes *texts, size_t count, const char *key)
{
    struct list *lists = mem_zero(count, sizeof(*lists));
    size_t key_len = strlen(key);
    for (size_t i = 0; i < count; i++) {
        size_t at = find(texts[i], key);
        INVARIANT(at < texts[i].len);
        struct bytes array = behind(texts[i], at + key_len);
        INVARIANT(array.len > 0 && array.data[array.len - 1] == '}');
        array.len--; // of the object around it
        lists[i].splitter = split_begin(array);
        advance(&lists[i]);
    }
    return lists;
}

static int64_t value_of(struct bytes element)
{
    int64_t value_milli = 0;
    return milli_parse(number_of(element, "\"value\":"), &value_milli) ? value_milli : INT64_MIN;
}

void merge_top(const struct bytes *texts, size_t count, size_t max, struct buffer *to)
{
    static const char key[] = "\"contacts\":";
    struct list *lists = open_lists(texts, count, key);
    buffer_add(to, texts[0].data, find(texts[0], key) + sizeof(key) - 1);
    buffer_add_text(to, "[");
    for (size_t done = 0; done < max; done++) {
        struct list *best = NULL;
        for (size_t i = 0; i < count; i++)
            if (lists[i].has_head &&
                (best == NULL || value_of(lists[i].head) > value_of(best->head)))
                best = &lists[i];
        if (best == NULL)
            break;
        if (done > 0)
            buffer_add_text(to, ",");
        buffer_add_bytes(to, best->head);
        advance(best);
    }
    buffer_add_text(to, "]}");
    free(lists);
}

// The whole number that follows a key; 0 when there is none.
static uint64_t count_of(struct bytes text, const char *key)
{
    int64_t milli = 0;
    return milli_parse(number_of(text, key), &milli) ? (uint64_t)(milli / 1000) : 0;
}

// {"score":…,"below":n: what stands before the bands, with the sum of n.
static void add_below(const struct bytes *texts, size_t count, struct buffer *to)
{
    static const char key[] = "\"below\":";
    uint64_t below = 0;
    for (size_t i = 0; i < count; i++)
        below += count_of(texts[i], key);
    buffer_add(to, texts[0].data, find(texts[0], key));
    buffer_add_format(to, "%s%" PRIu64 ",\"bands\":", key, below);
}

void merge_bands(const struct bytes *texts, size_t count, struct buffer *to)
{
    static const char key[] = "\"contacts\":";
    struct list *lists = open_lists(texts, count, "\"bands\":");
    add_below(texts, count, to);
    buffer_add_text(to, "[");
    for (size_t done = 0; lists[0].has_head; done++) {
        uint64_t sum = 0;
        struct bytes element = lists[0].head;
        for (size_t i = 0; i < count; i++) {
            if (lists[i].has_head)
                sum += count_of(lists[i].head, key);
            advance(&lists[i]);
        }
        if (done > 0)
            buffer_add_text(to, ",");
        buffer_add(to, element.data, find(element, key) + sizeof(key) - 1);
        buffer_add_format(to, "%" PRIu64 "}", sum);
    }
    buffer_add_text(to, "]}");
    free(lists);
}

void merge_members(const struct bytes *texts, size_t count, size_t max, struct buffer *to)
{
    static const char key[] = "\"count\":";
    struct list *lists = open_lists(texts, count, "\"members\":");
    uint64_t members = 0;
    size_t done = 0;
    for (size_t i = 0; i < count; i++)
        members += count_of(texts[i], key);
    buffer_add(to, texts[0].data, find(texts[0], key));
    buffer_add_format(to, "%s%" PRIu64 ",\"members\":[", key, members);
    for (size_t i = 0; i < count; i++) {
        for (; lists[i].has_head && done < max; done++) {
            if (done > 0)
                buffer_add_u8(to, ',');
            buffer_add_bytes(to, lists[i].head);
            advance(&lists[i]);
        }
    }
    buffer_add_text(to, "]}");
    free(lists);
}
