#include "engine/fold/step_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/event/data_type.h"
#include "engine/fold/fold.h"

static struct value text_value(struct fold *fold, const char *text, size_t len)
{
    return value_text(arena_copy(&fold->arena, bytes_of(text, len)));
}

static bool time_value(struct fold *fold, struct cel_value from, struct value *out)
{
    char text[TIME_TEXT_CHARS];
    int64_t time_ms = from.as.seconds * 1000 + from.nanos / 1000000;
    if (time_ms < TIME_MS_MIN || time_ms > TIME_MS_MAX)
        return false;
    time_print(time_ms, text);
    *out = text_value(fold, text, sizeof(text));
    return true;
}

static struct value duration_value(struct fold *fold, struct cel_value from)
{
    char text[32];
    int len = from.nanos == 0 ? snprintf(text, sizeof(text), "%" PRId64 "s", from.as.seconds)
                              : snprintf(
                                    text, sizeof(text), "%" PRId64 "ms",
                                    from.as.seconds * 1000 + from.nanos / 1000000);
    return text_value(fold, text, (size_t)len);
}

bool step_value_of(struct fold *fold, struct cel_value from, struct value *out)
{
    switch (from.kind) {
    case CEL_NULL: *out = (struct value){.kind = VALUE_ABSENT}; return true;
    case CEL_BOOL:
        *out = (struct value){.kind = VALUE_BOOL, .as.boolean = from.as.boolean};
        return true;
    case CEL_INT: *out = value_int(from.as.integer); return true;
    case CEL_UINT:
        *out = (struct value){.kind = VALUE_UINT, .as.unsigned_integer = from.as.unsigned_integer};
        return true;
    case CEL_DOUBLE:
        *out = value_double(from.as.real);
        return isfinite(from.as.real); // JSON has no other numbers
    case CEL_STRING: *out = value_text(arena_copy(&fold->arena, from.as.text)); return true;
    case CEL_TIMESTAMP: return time_value(fold, from, out);
    case CEL_DURATION: *out = duration_value(fold, from); return true;
    case CEL_ERROR:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: break;
    }
    return false;
}

static bool expression_value(
    struct fold *fold, const struct rule_expression *expression, struct value *out)
{
    struct cel_value value = fold_value(fold, expression);
    return value.kind != CEL_ERROR && step_value_of(fold, value, out);
}

// A value as a text shows it.
static void add_shown(struct buffer *to, struct value value)
{
    if (value.kind == VALUE_TEXT)
        buffer_add_bytes(to, value.as.text);
    else if (value.kind != VALUE_ABSENT)
        value_add_json(to, value);
}

static bool text_of_pieces(struct fold *fold, const struct step_value *of, struct value *out)
{
    struct buffer text = {0};
    bool is_good = true;
    for (uint32_t i = 0; i < of->piece_count && is_good; i++) {
        struct value value = value_text(of->pieces[i].text);
        if (of->pieces[i].expression != NULL)
            is_good = expression_value(fold, of->pieces[i].expression, &value);
        if (is_good)
            add_shown(&text, value);
    }
    *out = value_text(arena_copy(&fold->arena, buffer_bytes(&text)));
    buffer_free(&text);
    return is_good;
}

// A value whose type the checker did not know may be of another; a time is a date by its day.
static bool is_of_type(enum data_type type, struct value *value)
{
    enum { DATE_CHARS = 10 };
    if (type == DATA_DATE && value->kind == VALUE_TEXT && value->as.text.len > DATE_CHARS)
        value->as.text.len = DATE_CHARS;
    return value->kind == VALUE_ABSENT || data_type_holds(type, *value);
}

bool step_value_find(struct fold *fold, const struct step_value *of, struct value *out)
{
    if (of->expression != NULL)
        return expression_value(fold, of->expression, out) && is_of_type(of->type, out);
    if (of->piece_count > 0)
        return text_of_pieces(fold, of, out);
    *out = of->constant;
    return true;
}
