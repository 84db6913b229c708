// What a contact's counters say, as JSON.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/counter.h"
#include "engine/fold/query.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

static int64_t ms_of(struct cel_value value)
{
    return value.as.seconds * 1000 + value.nanos / 1000000;
}

static void add_duration(struct buffer *to, int64_t duration_ms)
{
    buffer_add_text(to, duration_ms < 0 ? "\"-" : "\"");
    duration_add(to, duration_ms < 0 ? -duration_ms : duration_ms);
    buffer_add_u8(to, '"');
}

void query_add_value(struct buffer *to, struct cel_value value)
{
    switch (value.kind) {
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); return;
    case CEL_INT: buffer_add_format(to, "%" PRId64, value.as.integer); return;
    case CEL_UINT: buffer_add_format(to, "%" PRIu64, value.as.unsigned_integer); return;
    case CEL_DOUBLE: value_add_json(to, value_double(value.as.real)); return;
    case CEL_STRING: text_add_json(to, value.as.text); return;
    case CEL_TIMESTAMP: json_add_time(to, ms_of(value)); return;
    case CEL_DURATION: add_duration(to, ms_of(value)); return;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: break; // no counter keeps one
    }
    buffer_add_text(to, "null");
}

void query_counters(struct shard *shard, struct contact_number contact, struct buffer *to)
{
    struct fold *fold = &shard->fold;
    struct cel_eval eval = {0};
    bool is_first = true;
    fold_look_at(fold, contact);
    buffer_add_u8(to, '{');
    for (size_t i = 0; i < ruleset_counter_count(shard->ruleset); i++) {
        const struct counter_def *counter = ruleset_counter(shard->ruleset, i);
        const struct counter_place place = {
            fold->state, contact, fold->binding.counters[i], counter};
        struct cel_value value;
        arena_clear(&eval.arena);
        if (!counter_value(&place, fold->now_ms, &eval, &value))
            continue;
        if (!is_first)
            buffer_add_u8(to, ',');
        is_first = false;
        text_add_json(to, counter->name);
        buffer_add_u8(to, ':');
        query_add_value(to, value);
    }
    buffer_add_u8(to, '}');
    cel_eval_free(&eval);
}
