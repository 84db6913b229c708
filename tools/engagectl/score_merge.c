// What several shards say of one score, made into one answer.
#include "tools/engagectl/score_merge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"

struct rank {
    int64_t value_milli;
    size_t order; // of being met: by shard, then by rank there
    struct bytes raw;
};

enum err score_answers_add(struct score_answers *answers, struct bytes json)
{
    struct bytes kept = arena_copy(&answers->arena, json);
    enum err err = json_read(kept, &answers->arena, &answers->items[answers->count]);
    if (err == ERR_OK)
        answers->count++;
    return err;
}

void score_answers_free(struct score_answers *answers)
{
    arena_free(&answers->arena);
}

static int compare_ranks(const void *a, const void *b)
{
    const struct rank *first = a;
    const struct rank *second = b;
    if (first->value_milli != second->value_milli)
        return first->value_milli > second->value_milli ? -1 : 1;
    return (first->order > second->order) - (first->order < second->order);
}

static void add_name(const struct score_answers *answers, struct buffer *to)
{
    buffer_add_text(to, "{\"score\":");
    text_add_json(to, json_text(answers->items[0], "score"));
}

void score_add_merged_top(const struct score_answers *answers, size_t max, struct buffer *to)
{
    struct rank *ranks = NULL;
    size_t count = 0;
    size_t cap = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct json *contacts = json_member(answers->items[i], "contacts");
        const struct json *contact = contacts == NULL ? NULL : contacts->first;
        for (; contact != NULL; contact = contact->next) {
            int64_t value_milli = 0;
            if (count == cap) {
                cap = cap == 0 ? 64 : cap * 2;
                ranks = mem_resize(ranks, cap * sizeof(*ranks));
            }
            (void)milli_parse(json_text(contact, "value"), &value_milli);
            ranks[count] = (struct rank){value_milli, count, contact->raw};
            count++;
        }
    }
    if (count > 1)
        qsort(ranks, count, sizeof(*ranks), compare_ranks);
    add_name(answers, to);
    buffer_add_text(to, ",\"contacts\":[");
    for (size_t i = 0; i < count && i < max; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        buffer_add_bytes(to, ranks[i].raw);
    }
    buffer_add_text(to, "]}");
    free(ranks);
}

static const struct json *find_band(const struct json *answer, struct bytes name)
{
    const struct json *bands = json_member(answer, "bands");
    const struct json *band = bands == NULL ? NULL : bands->first;
    while (band != NULL && !bytes_equal(json_text(band, "band"), name))
        band = band->next;
    return band;
}

static bool was_before(const struct score_answers *answers, size_t end, struct bytes name)
{
    for (size_t i = 0; i < end; i++) {
        if (find_band(answers->items[i], name) != NULL)
            return true;
    }
    return false;
}

static void add_band(
    const struct score_answers *answers, size_t from, const struct json *band, struct buffer *to)
{
    struct bytes name = json_text(band, "band");
    int64_t contacts = 0;
    for (size_t i = from; i < answers->count; i++)
        contacts += json_integer(find_band(answers->items[i], name), "contacts", 0);
    buffer_add_text(to, "{\"band\":");
    text_add_json(to, name);
    buffer_add_text(to, ",\"from\":");
    buffer_add_bytes(to, json_text(band, "from"));
    buffer_add_format(to, ",\"contacts\":%" PRId64 "}", contacts);
}

void score_add_merged_bands(const struct score_answers *answers, struct buffer *to)
{
    int64_t below = 0;
    bool is_first = true;
    for (size_t i = 0; i < answers->count; i++)
        below += json_integer(answers->items[i], "below", 0);
    add_name(answers, to);
    buffer_add_format(to, ",\"below\":%" PRId64 ",\"bands\":[", below);
    for (size_t i = 0; i < answers->count; i++) {
        const struct json *bands = json_member(answers->items[i], "bands");
        const struct json *band = bands == NULL ? NULL : bands->first;
        for (; band != NULL; band = band->next) {
            if (was_before(answers, i, json_text(band, "band")))
                continue;
            if (!is_first)
                buffer_add_u8(to, ',');
            is_first = false;
            add_band(answers, i, band, to);
        }
    }
    buffer_add_text(to, "]}");
}
