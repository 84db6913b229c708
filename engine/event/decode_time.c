// The time of an event: RFC 3339 text or epoch milliseconds.
#include "engine/base/time.h"
#include "engine/event/decoder.h"

enum { SECONDS_CHARS = 20, MILLISECONDS_CHARS = 24 }; // with the Z

// "HH:MM:SS", eight bytes at once; -1 where it is not one, or its last second is a leap second.
static int64_t clock_ms(const uint8_t *text)
{
    uint64_t word = get_u64(text) ^ get_u64((const uint8_t *)"00:00:00");
    // A byte of the sum has its high bit where a digit is above 9, or a colon is none.
    uint64_t sum = (word & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x76767f76767f7676);
    if (((sum | word) & UINT64_C(0x8080808080808080)) != 0)
        return -1;
    uint8_t digit[8];
    put_u64(digit, word);
    int64_t hour = digit[0] * 10 + digit[1];
    int64_t minute = digit[3] * 10 + digit[4];
    int64_t second = digit[6] * 10 + digit[7];
    if (hour > 23 || minute > 59 || second > 59)
        return -1;
    return ((hour * 60 + minute) * 60 + second) * 1000;
}

// ".mmm"; -1 where it is not.
static int64_t fraction_ms(const uint8_t *text)
{
    uint32_t a = text[1] - (uint32_t)'0';
    uint32_t b = text[2] - (uint32_t)'0';
    uint32_t c = text[3] - (uint32_t)'0';
    if (text[0] != '.' || a > 9 || b > 9 || c > 9)
        return -1;
    return a * 100 + b * 10 + c;
}

// The way most producers write it, "2026-01-02T03:04:05.678Z", on the same day as the one before.
// False for all else, which may still be a time.
static bool time_parse_fast(struct decoder *decoder, struct bytes text, int64_t *out_ms)
{
    if ((text.len != SECONDS_CHARS && text.len != MILLISECONDS_CHARS) ||
        text.data[DAY_TEXT_BYTES] != 'T' || text.data[text.len - 1] != 'Z')
        return false;
    if (get_u64(text.data) != get_u64(decoder->day_text) ||
        get_u16(text.data + 8) != get_u16(decoder->day_text + 8)) {
        if (!time_parse_date(bytes_of(text.data, DAY_TEXT_BYTES), &decoder->day_ms))
            return false;
        memcpy(decoder->day_text, text.data, DAY_TEXT_BYTES);
    }
    int64_t clock = clock_ms(text.data + DAY_TEXT_BYTES + 1);
    int64_t fraction =
        text.len == MILLISECONDS_CHARS ? fraction_ms(text.data + SECONDS_CHARS - 1) : 0;
    if (clock < 0 || fraction < 0)
        return false;
    *out_ms = decoder->day_ms + clock + fraction;
    return true;
}

// Milliseconds may be written as a whole number or not (1.7e12).
static bool time_of_number(const yyjson_val *node, int64_t *out_ms)
{
    if (node_type(node) != YYJSON_TYPE_NUM)
        return false;
    if (node_subtype(node) != YYJSON_SUBTYPE_REAL) {
        if (node_subtype(node) == YYJSON_SUBTYPE_UINT && node->uni.u64 > (uint64_t)TIME_MS_MAX)
            return false;
        *out_ms = node->uni.i64;
        return *out_ms >= TIME_MS_MIN;
    }
    double real = node->uni.f64;
    if (!(real >= (double)TIME_MS_MIN && real <= (double)TIME_MS_MAX))
        return false;
    *out_ms = (int64_t)real;
    return (double)*out_ms == real;
}

enum reject_code decode_time(struct decode_call *call, const yyjson_val *node)
{
    int64_t *time_ms = &call->event->time_ms;
    *time_ms = EVENT_TIME_NONE;
    if (node == NULL)
        return REJECT_NONE;
    bool is_time = node_is_text(node) ? time_parse_fast(call->decoder, node_text(node), time_ms) ||
                                            time_parse(node_text(node), time_ms)
                                      : time_of_number(node, time_ms);
    if (is_time)
        return REJECT_NONE;
    return decode_reject(
        call->reject, REJECT_BAD_TIME,
        "time: expected an RFC 3339 time or epoch milliseconds, years 0000 to 9999");
}
