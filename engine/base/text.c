// Text in and out: UTF-8, JSON strings and numbers, decimal points, near words.
#include "engine/base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"

#define MILLI_MAX INT64_C(9000000000000000)

enum { WORD_BYTES_MAX = 64 };

// Length of the valid UTF-8 character at the front of len bytes (len > 0), or 0.
static size_t utf8_char(const uint8_t *at, size_t len)
{
    uint8_t first = at[0];
    if (first < 0x80)
        return 1;
    size_t want = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || len < want)
        return 0;
    for (size_t i = 1; i < want; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    bool is_overlong = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
    bool is_surrogate = first == 0xed && at[1] > 0x9f;
    bool is_beyond = first == 0xf4 && at[1] > 0x8f;
    return is_overlong || is_surrogate || is_beyond ? 0 : want;
}

bool text_is_utf8(struct bytes text)
{
    size_t at = 0;
    while (at < text.len) {
        uint64_t word;
        if (text.len - at >= sizeof(word)) { // eight ASCII bytes at once
            memcpy(&word, text.data + at, sizeof(word));
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof(word);
                continue;
            }
        }
        size_t len = utf8_char(text.data + at, text.len - at);
        if (len == 0)
            return false;
        at += len;
    }
    return true;
}

int text_shown_len(struct bytes text, int len_max)
{
    INVARIANT(len_max >= 0);
    int len = text.len > (size_t)len_max ? len_max : (int)text.len;
    while (len > 0 && (size_t)len < text.len && (text.data[len] & 0xc0) == 0x80)
        len--;
    return len;
}

static void add_escape(struct buffer *to, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; // byte, letter
    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if ((uint8_t)shorts[i] == byte) {
            escape[1] = shorts[i + 1];
            buffer_add(to, escape, 2);
            return;
        }
    }
    buffer_add(to, escape, sizeof(escape));
}

// Whether one of eight bytes is below 0x20, above 0x7f, a quote or a backslash; where one is, others may count as well.
static bool has_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = word ^ ones * '"';
    uint64_t backslash = word ^ ones * '\\';
    uint64_t below = (word - ones * 0x20) & ~word;
    return ((word | below | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) &
            tops) != 0;
}

// Whether all of it is copied into JSON as it is, for sure. The last eight bytes overlap those before.
static bool is_plain(struct bytes text)
{
    uint64_t word = UINT64_C(0x2020202020202020);
    if (text.len < sizeof(word)) {
        if (text.len > 0)
            memcpy(&word, text.data, text.len);
        return !has_special(word);
    }
    for (size_t at = 0; text.len - at > sizeof(word); at += sizeof(word)) {
        memcpy(&word, text.data + at, sizeof(word));
        if (has_special(word))
            return false;
    }
    memcpy(&word, text.data + text.len - sizeof(word), sizeof(word));
    return !has_special(word);
}

static void add_escaped(struct buffer *to, struct bytes text)
{
    size_t plain = 0; // start of the run that is copied as it is
    size_t at = 0;
    while (at < text.len) {
        uint8_t byte = text.data[at];
        bool is_escaped = byte < 0x20 || byte == '"' || byte == '\\';
        size_t len = is_escaped ? 0 : utf8_char(text.data + at, text.len - at);
        if (len > 0) {
            at += len;
            continue;
        }
        buffer_add(to, text.data + plain, at - plain);
        if (is_escaped)
            add_escape(to, byte);
        else
            buffer_add_text(to, "\xef\xbf\xbd");
        plain = ++at;
    }
    if (at > plain)
        buffer_add(to, text.data + plain, at - plain);
}

void text_add_json(struct buffer *to, struct bytes text)
{
    uint8_t *at = buffer_reserve(to, text.len + 2);
    if (is_plain(text)) {
        *at++ = '"';
        if (text.len > 0)
            memcpy(at, text.data, text.len);
        at[text.len] = '"';
        to->len += text.len + 2;
        return;
    }
    buffer_add_u8(to, '"');
    add_escaped(to, text);
    buffer_add_u8(to, '"');
}

bool milli_parse(struct bytes text, int64_t *out_milli)
{
    size_t at = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    size_t start = at;
    int64_t value = 0;
    int64_t scale = 1000;
    bool has_point = false;
    for (; at < text.len; at++) {
        uint8_t byte = text.data[at];
        if (byte == '.' && !has_point && at > start) {
            has_point = true;
            continue;
        }
        if (byte < '0' || byte > '9' || (has_point && scale == 1))
            return false;
        if (has_point)
            scale /= 10;
        value = has_point ? value + (byte - '0') * scale : value * 10 + (byte - '0') * scale;
        if (value > MILLI_MAX)
            return false;
    }
    if (at == start || text.data[at - 1] == '.')
        return false;
    *out_milli = start == 1 ? -value : value;
    return true;
}

void milli_add(struct buffer *to, int64_t value_milli)
{
    uint64_t value = value_milli < 0 ? ~(uint64_t)value_milli + 1 : (uint64_t)value_milli;
    unsigned fraction = (unsigned)(value % 1000);
    buffer_add_format(to, "%s%" PRIu64, value_milli < 0 ? "-" : "", value / 1000);
    if (fraction == 0)
        return;
    buffer_add_format(to, ".%03u", fraction);
    while (to->data[to->len - 1] == '0')
        to->len--;
}

void duration_add(struct buffer *to, int64_t duration_ms)
{
    static const struct {
        int64_t unit_ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
    INVARIANT(duration_ms >= 0);
    size_t i = 0;
    while (duration_ms % units[i].unit_ms != 0)
        i++; // ends at the milliseconds
    if (duration_ms == 0)
        buffer_add_text(to, "0s");
    else
        buffer_add_format(to, "%" PRId64 "%s", duration_ms / units[i].unit_ms, units[i].name);
}

void text_add_double(struct buffer *to, double value)
{
    char text[32];
    if (!isfinite(value)) {
        buffer_add_text(to, "null");
        return;
    }
    if (value > -1e15 && value < 1e15) {
        int64_t whole = (int64_t)value;
        double rest = value - (double)whole;
        if (!(rest < 0) && !(rest > 0)) {
            buffer_add_format(to, "%" PRId64, whole);
            return;
        }
    }
    // %g drops zeros at the end, so that 15 digits give every shorter form as well; only the
    // subnormal numbers have fewer digits than that.
    bool is_subnormal = value > -DBL_MIN && value < DBL_MIN;
    for (int precision = is_subnormal ? 1 : 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof(text), "%.*g", precision, value);
        double back = strtod(text, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    buffer_add_text(to, text);
}

// Optimal string alignment distance: insert, delete, replace, swap of neighbours.
static size_t distance(struct bytes a, struct bytes b)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            bool is_swap =
                i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1];
            if (is_swap && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.len];
}

static bool may_be_near(struct bytes word, struct bytes candidate, size_t changes_max)
{
    size_t more = word.len > candidate.len ? word.len - candidate.len : candidate.len - word.len;
    bool is_word = candidate.len > 0 && candidate.len <= WORD_BYTES_MAX;
    return is_word && more <= changes_max;
}

// NULL also when it takes more steps.
static const char *find_nearest(
    struct bytes word, const char *const *candidates, size_t count, size_t *steps, size_t steps_max)
{
    if (word.len == 0 || word.len > WORD_BYTES_MAX)
        return NULL;
    size_t least = word.len / 3 == 0 ? 1 : word.len / 3;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        struct bytes candidate = bytes_text(candidates[i]);
        if (*steps >= steps_max)
            return NULL;
        *steps += word.len;
        if (!may_be_near(word, candidate, least))
            continue;
        *steps += word.len * candidate.len;
        size_t changes = distance(word, candidate);
        bool is_nearer = nearest == NULL ? changes <= least : changes < least;
        if (is_nearer) {
            least = changes;
            nearest = candidates[i];
        }
    }
    return nearest;
}

const char *text_nearest(struct bytes word, const char *const *candidates, size_t count)
{
    size_t steps = 0;
    return find_nearest(word, candidates, count, &steps, SIZE_MAX);
}

const char *text_nearest_bounded(
    struct bytes word, const char *const *candidates, size_t count, size_t *steps)
{
    return find_nearest(word, candidates, count, steps, TEXT_NEAREST_STEPS_MAX);
}
