#include "engine/fold/counter.h"

#include <math.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/fold/counter_standing.h"
#include "engine/fold/packed_value.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

enum {
    HEAD_BYTES = 1,
    WITHIN_FLAG = 128,
    TIME_BYTES = 8,
    NUMBER_OF_SUM = 16,    // … of SUM and AVG
    VALUE_HEAD_BYTES = 12, // time and length before a packed value
    BILLION = 1000000000,
};
#define SUM_MAX 1e27 // of a value; sums stay within 128 bits

static uint8_t head_of(const struct counter_def *def)
{
    return (uint8_t)((unsigned)def->kind + (def->within_ms > 0 ? WITHIN_FLAG : 0));
}

// The bytes behind the head; empty when there are none, or when they are of another kind.
static inline struct bytes body_of_bytes(const struct counter_def *def, struct bytes bytes)
{
    if (bytes.len < HEAD_BYTES || bytes.data[0] != head_of(def))
        return (struct bytes){NULL, 0};
    return bytes_of(bytes.data + HEAD_BYTES, bytes.len - HEAD_BYTES);
}

static struct bytes body_of(const struct counter_place *place)
{
    return body_of_bytes(place->def, counter_read(place->state, place->contact, place->name));
}

// An event while it is counted.
struct adding {
    const struct counter_place *place;
    const struct counter_def *def; // the place's
    const struct counted *counted;
    int64_t now_ms;
    uint32_t entries_max;
    struct bytes body; // of the counter: as it was, then as it has become
    struct counter_spot spot;
};

// Makes the body len bytes long and gives it, with its head; NULL when it is refused.
static uint8_t *body_write(struct adding *adding, size_t len)
{
    const struct counter_place *place = adding->place;
    uint8_t *to;
    if (len == adding->body.len) {
        to = counter_rewrite_at(place->state, &adding->spot);
    } else {
        to = counter_write_at(place->state, &adding->spot, HEAD_BYTES + len);
        if (to == NULL)
            return NULL;
        to[0] = head_of(place->def);
    }
    adding->body = bytes_of(to + HEAD_BYTES, len);
    return to + HEAD_BYTES;
}

static double real_of(const uint8_t *from)
{
    uint64_t bits = get_u64(from);
    double real = 0;
    memcpy(&real, &bits, sizeof(real));
    return real;
}

static void put_real(uint8_t *to, double real)
{
    uint64_t bits = 0;
    memcpy(&bits, &real, sizeof(bits));
    put_u64(to, bits);
}

// --- sums in billionths: the same in whatever order they are made
static wide billionths_of(double real)
{
    if (real > SUM_MAX)
        real = SUM_MAX;
    if (real < -SUM_MAX)
        real = -SUM_MAX;
    double whole = trunc(real);
    return (wide)whole * BILLION + (wide)round((real - whole) * BILLION);
}

static double real_of_billionths(wide billionths)
{
    const wide exact = (wide)1 << 53;
    if (billionths > -exact && billionths < exact)
        return (double)(int64_t)billionths / BILLION; // both exact: rounded once
    return (double)(billionths / BILLION) + (double)(int64_t)(billionths % BILLION) / BILLION;
}

static wide wide_read(const uint8_t *from)
{
    return (wide)((unsigned_wide)get_u64(from + 8) << 64 | get_u64(from));
}

static void wide_put(uint8_t *to, wide value)
{
    put_u64(to, (uint64_t)value);
    put_u64(to + 8, (uint64_t)(value >> 64));
}

// --- for ever
static struct counter_outcome add_number(struct adding *adding)
{
    enum counter_kind kind = adding->def->kind;
    double number = adding->counted->number;
    struct bytes old = adding->body;
    size_t len = kind == COUNTER_SUM ? 16 : kind == COUNTER_AVG ? 24 : 8;
    bool is_first = old.len != len;
    if (!is_first && kind == COUNTER_MIN && number >= real_of(old.data))
        return (struct counter_outcome){0};
    if (!is_first && kind == COUNTER_MAX && number <= real_of(old.data))
        return (struct counter_outcome){0};
    uint8_t *to = body_write(adding, len);
    if (to == NULL)
        return (struct counter_outcome){.refused = 1};
    if (is_first)
        memset(to, 0, len);
    if (kind == COUNTER_COUNT)
        put_u64(to, get_u64(to) + 1);
    else if (kind == COUNTER_MIN || kind == COUNTER_MAX)
        put_real(to, number);
    else
        wide_put(to, wide_read(to) + billionths_of(number));
    if (kind == COUNTER_AVG)
        put_u64(to + 16, get_u64(to + 16) + 1);
    return (struct counter_outcome){.has_changed = true};
}

static struct counter_outcome add_hash(struct adding *adding)
{
    uint64_t hash = adding->counted->hash;
    struct bytes old = adding->body;
    size_t low = 0, high = old.len / 8;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (get_u64(old.data + middle * 8) < hash)
            low = middle + 1;
        else
            high = middle;
    }
    if (low * 8 < old.len && get_u64(old.data + low * 8) == hash)
        return (struct counter_outcome){0};
    size_t len = old.len;
    uint8_t *to = len / 8 < adding->entries_max ? body_write(adding, len + 8) : NULL;
    if (to == NULL)
        return (struct counter_outcome){.refused = 1};
    memmove(to + low * 8 + 8, to + low * 8, len - low * 8);
    put_u64(to + low * 8, hash);
    return (struct counter_outcome){.has_changed = true};
}

// FIRST for ever and LAST: one value with its time.
static struct counter_outcome keep_value(struct adding *adding)
{
    const struct counted *counted = adding->counted;
    struct bytes old = adding->body;
    if (old.len >= TIME_BYTES) {
        int64_t time_ms = (int64_t)get_u64(old.data);
        if (adding->def->kind == COUNTER_FIRST ? counted->time_ms >= time_ms
                                               : counted->time_ms < time_ms)
            return (struct counter_outcome){0};
    }
    uint8_t *to = body_write(adding, TIME_BYTES + packed_value_bytes(counted->value));
    if (to == NULL)
        return (struct counter_outcome){.refused = 1};
    put_u64(to, (uint64_t)counted->time_ms);
    packed_value_put(to + TIME_BYTES, counted->value);
    return (struct counter_outcome){.has_changed = true};
}

// --- within a window: entries of one length, by time
static size_t stride_of(enum counter_kind kind)
{
    switch (kind) {
    case COUNTER_COUNT: return COUNTER_COUNT_STRIDE;
    case COUNTER_SUM:
    case COUNTER_AVG: return 20;
    case COUNTER_MIN:
    case COUNTER_MAX: return 16;
    case COUNTER_DISTINCT: return COUNTER_DISTINCT_STRIDE;
    case COUNTER_FIRST:
    case COUNTER_LAST: break;
    }
    INVARIANT(false);
}

static int64_t entry_time(const uint8_t *entries, size_t index, size_t stride)
{
    return (int64_t)get_u64(entries + index * stride);
}

static bool is_within(const struct counter_def *def, int64_t time_ms, int64_t now_ms)
{
    return now_ms < time_ms || now_ms - time_ms < def->within_ms;
}

// How many of the oldest have left the window. Mostly few have since it was asked last, so it is searched from them on.
static size_t left_window(
    const struct counter_def *def, struct bytes entries, size_t stride, int64_t now_ms)
{
    const size_t count = entries.len / stride;
    size_t low = 0, high = 0;
    while (high < count && !is_within(def, entry_time(entries.data, high, stride), now_ms)) {
        low = high + 1;
        high = 2 * high + 1;
    }
    high = high < count ? high : count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (is_within(def, entry_time(entries.data, middle, stride), now_ms))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// Entries while they are changed: an array with room for one more.
struct entries {
    uint8_t *at;
    size_t count;
    size_t stride;
};

static void entries_remove(struct entries *entries, size_t from, size_t count)
{
    if (count == 0)
        return;
    memmove(
        entries->at + from * entries->stride, entries->at + (from + count) * entries->stride,
        (entries->count - from - count) * entries->stride);
    entries->count -= count;
}

// Where an entry of that time goes: behind those of the same.
static size_t entries_place(const struct entries *entries, int64_t time_ms)
{
    size_t at = entries->count;
    while (at > 0 && entry_time(entries->at, at - 1, entries->stride) > time_ms)
        at--;
    return at;
}

static uint8_t *entries_insert(struct entries *entries, size_t at, int64_t time_ms)
{
    uint8_t *to = entries->at + at * entries->stride;
    if (at < entries->count)
        memmove(to + entries->stride, to, (entries->count - at) * entries->stride);
    entries->count++;
    put_u64(to, (uint64_t)time_ms);
    return to;
}

// Merges the two oldest: what they stand for leaves the window with the newer of them.
static void entries_summarise(struct entries *entries, enum counter_kind kind)
{
    uint8_t *older = entries->at;
    uint8_t *newer = entries->at + entries->stride;
    if (kind == COUNTER_COUNT) {
        put_u32(
            newer + COUNTER_NUMBER_AT,
            get_u32(newer + COUNTER_NUMBER_AT) + get_u32(older + COUNTER_NUMBER_AT));
    } else if (kind == COUNTER_SUM || kind == COUNTER_AVG) {
        put_real(
            newer + 8, real_of_billionths(
                           billionths_of(real_of(newer + 8)) + billionths_of(real_of(older + 8))));
        put_u32(
            newer + NUMBER_OF_SUM, get_u32(newer + NUMBER_OF_SUM) + get_u32(older + NUMBER_OF_SUM));
    }
    entries_remove(entries, 0, 1); // of the others the oldest is forgotten
}

// MIN, MAX: an entry counts only while no later one outdoes it (a monotone queue).
static bool insert_extreme(
    struct entries *entries, const struct counted *counted, enum counter_kind kind)
{
    size_t at = entries_place(entries, counted->time_ms);
    double sign = kind == COUNTER_MIN ? 1 : -1;
    if (at < entries->count && sign * real_of(entries->at + at * 16 + 8) <= sign * counted->number)
        return false;
    size_t first = at;
    while (first > 0 &&
           sign * real_of(entries->at + (first - 1) * 16 + 8) >= sign * counted->number)
        first--;
    entries_remove(entries, first, at - first);
    put_real(entries_insert(entries, first, counted->time_ms) + 8, counted->number);
    return true;
}

// DISTINCT: each value with the newest time it was seen at.
static bool insert_distinct(struct entries *entries, const struct counted *counted)
{
    for (size_t i = entries->count; i > 0; i--) {
        if (get_u64(entries->at + (i - 1) * 16 + 8) != counted->hash)
            continue;
        if (entry_time(entries->at, i - 1, 16) >= counted->time_ms)
            return false;
        entries_remove(entries, i - 1, 1);
        break;
    }
    size_t at = entries_place(entries, counted->time_ms);
    put_u64(entries_insert(entries, at, counted->time_ms) + 8, counted->hash);
    return true;
}

static bool insert(struct entries *entries, const struct counted *counted, enum counter_kind kind)
{
    if (kind == COUNTER_MIN || kind == COUNTER_MAX)
        return insert_extreme(entries, counted, kind);
    if (kind == COUNTER_DISTINCT)
        return insert_distinct(entries, counted);
    uint8_t *to =
        entries_insert(entries, entries_place(entries, counted->time_ms), counted->time_ms);
    if (kind == COUNTER_COUNT) {
        put_u32(to + COUNTER_NUMBER_AT, 1);
    } else {
        put_real(to + 8, counted->number);
        put_u32(to + NUMBER_OF_SUM, 1);
    }
    return true;
}

// The entries that have left the window go, and there is room for one more.
static struct counter_outcome add_within(struct adding *adding)
{
    const struct counter_def *def = adding->def;
    struct counter_outcome outcome = {0};
    struct entries entries = {.stride = stride_of(def->kind)};
    entries.count = adding->body.len / entries.stride;
    size_t gone = left_window(def, adding->body, entries.stride, adding->now_ms);
    size_t old_len = adding->body.len;
    size_t most = gone == 0 ? old_len + entries.stride : old_len;
    entries.at = body_write(adding, most);
    if (entries.at == NULL)
        return (struct counter_outcome){.refused = 1};
    entries_remove(&entries, 0, gone);
    outcome.has_changed = insert(&entries, adding->counted, def->kind);
    while (entries.count > adding->entries_max) {
        entries_summarise(&entries, def->kind);
        outcome.summarised++;
    }
    if (entries.count * entries.stride != most)
        (void)body_write(adding, entries.count * entries.stride); // shorter: always taken
    return outcome;
}

// --- FIRST within a window: entries of any length
struct value_entry {
    int64_t time_ms;
    struct bytes packed;
    size_t at, len; // of the whole entry
};

static bool next_value(struct bytes body, size_t *at, struct value_entry *out)
{
    if (body.len - *at < VALUE_HEAD_BYTES)
        return false;
    size_t len = get_u32(body.data + *at + TIME_BYTES);
    if (len > body.len - *at - VALUE_HEAD_BYTES)
        return false;
    out->time_ms = (int64_t)get_u64(body.data + *at);
    out->packed = bytes_of(body.data + *at + VALUE_HEAD_BYTES, len);
    out->at = *at;
    out->len = VALUE_HEAD_BYTES + len;
    *at += out->len;
    return true;
}

static struct counter_outcome add_first_within(struct adding *adding)
{
    const struct counted *counted = adding->counted;
    struct bytes old = adding->body;
    struct value_entry entry;
    size_t gone = 0, to_at = 0, at = 0;
    uint32_t kept = 0;
    while (next_value(old, &at, &entry)) {
        if (!is_within(adding->def, entry.time_ms, adding->now_ms))
            gone = at;
        else
            kept++;
        if (entry.time_ms <= counted->time_ms)
            to_at = at;
    }
    to_at = to_at > gone ? to_at - gone : 0;
    size_t len = VALUE_HEAD_BYTES + packed_value_bytes(counted->value);
    size_t old_len = at;
    if (kept >= adding->entries_max)
        return (struct counter_outcome){.refused = 1};
    uint8_t *body = body_write(adding, old_len + len);
    if (body == NULL)
        return (struct counter_outcome){.refused = 1};
    memmove(body, body + gone, old_len - gone);
    memmove(body + to_at + len, body + to_at, old_len - gone - to_at);
    put_u64(body + to_at, (uint64_t)counted->time_ms);
    put_u32(body + to_at + TIME_BYTES, (uint32_t)(len - VALUE_HEAD_BYTES));
    packed_value_put(body + to_at + VALUE_HEAD_BYTES, counted->value);
    if (gone > 0)
        (void)body_write(adding, old_len - gone + len);
    return (struct counter_outcome){.has_changed = true};
}

bool counter_can_keep(struct cel_value value)
{
    return packed_value_bytes(value) > 0;
}

// --- reading
static bool value_for_ever(
    const struct counter_def *def, struct bytes body, struct cel_value *value_out)
{
    switch (def->kind) {
    case COUNTER_COUNT: *value_out = cel_int(body.len < 8 ? 0 : (int64_t)get_u64(body.data)); break;
    case COUNTER_DISTINCT: *value_out = cel_int((int64_t)(body.len / 8)); break;
    case COUNTER_SUM:
        *value_out = cel_double(body.len < 16 ? 0 : real_of_billionths(wide_read(body.data)));
        break;
    case COUNTER_AVG:
        if (body.len < 24)
            return false;
        *value_out =
            cel_double(real_of_billionths(wide_read(body.data)) / (double)get_u64(body.data + 16));
        break;
    case COUNTER_MIN:
    case COUNTER_MAX:
        if (body.len < 8)
            return false;
        *value_out = cel_double(real_of(body.data));
        break;
    case COUNTER_FIRST:
    case COUNTER_LAST: return false; // of value_kept
    }
    return true;
}

static bool value_within(
    const struct counter_def *def, struct bytes body, int64_t now_ms, struct cel_value *value_out)
{
    size_t stride = stride_of(def->kind);
    size_t count = body.len / stride;
    size_t first = left_window(def, body, stride, now_ms);
    if (def->kind == COUNTER_DISTINCT) {
        *value_out = cel_int((int64_t)(count - first));
        return true;
    }
    if (def->kind == COUNTER_MIN || def->kind == COUNTER_MAX) {
        if (first < count)
            *value_out = cel_double(real_of(body.data + first * stride + 8));
        return first < count;
    }
    uint64_t events = 0;
    wide sum = 0;
    for (size_t i = first; i < count; i++) {
        const uint8_t *entry = body.data + i * stride;
        events += get_u32(entry + (def->kind == COUNTER_COUNT ? COUNTER_NUMBER_AT : NUMBER_OF_SUM));
        if (def->kind != COUNTER_COUNT)
            sum += billionths_of(real_of(entry + 8));
    }
    if (def->kind == COUNTER_COUNT)
        *value_out = cel_int((int64_t)events);
    else if (def->kind == COUNTER_SUM)
        *value_out = cel_double(real_of_billionths(sum));
    else if (events == 0)
        return false;
    else
        *value_out = cel_double(real_of_billionths(sum) / (double)events);
    return true;
}

static bool value_kept(
    const struct counter_def *def,
    struct bytes body,
    int64_t now_ms,
    struct cel_eval *eval,
    struct cel_value *value_out)
{
    struct value_entry entry = {0};
    size_t at = 0;
    if (def->kind == COUNTER_FIRST && def->within_ms > 0) {
        do {
            if (!next_value(body, &at, &entry))
                return false;
        } while (!is_within(def, entry.time_ms, now_ms));
        *value_out = packed_value_get(entry.packed, &eval->arena);
        return true;
    }
    if (body.len < TIME_BYTES)
        return false;
    if (def->within_ms > 0 && !is_within(def, (int64_t)get_u64(body.data), now_ms))
        return false;
    *value_out =
        packed_value_get(bytes_of(body.data + TIME_BYTES, body.len - TIME_BYTES), &eval->arena);
    return true;
}

bool counter_value(
    const struct counter_place *place,
    int64_t now_ms,
    struct cel_eval *eval,
    struct cel_value *value_out)
{
    const struct counter_def *def = place->def;
    struct bytes body = body_of(place);
    if (def->kind == COUNTER_FIRST || def->kind == COUNTER_LAST)
        return value_kept(def, body, now_ms, eval, value_out);
    if (def->within_ms > 0)
        return value_within(def, body, now_ms, value_out);
    return value_for_ever(def, body, value_out);
}

// --- sides
static uint32_t side_of(const struct counter_def *def, double value)
{
    uint32_t side = 0;
    while (side < def->threshold_count && def->thresholds[side] <= value)
        side++;
    return side;
}

static uint32_t side_of_body(const struct counter_def *def, struct bytes body, int64_t now_ms)
{
    struct cel_value value = {.kind = CEL_NULL};
    if (def->threshold_count == 0)
        return 0;
    if (counter_is_stepped(def))
        return standing_of(def, body, now_ms).side;
    if (def->within_ms > 0)
        (void)value_within(def, body, now_ms, &value);
    else
        (void)value_for_ever(def, body, &value);
    return side_of(def, value.kind == CEL_INT ? (double)value.as.integer : value.as.real);
}

// --- counting
static struct counter_outcome add(struct adding *adding)
{
    const struct counter_def *def = adding->def;
    if (def->kind == COUNTER_FIRST && def->within_ms > 0)
        return add_first_within(adding);
    if (def->kind == COUNTER_FIRST || def->kind == COUNTER_LAST)
        return keep_value(adding);
    if (def->within_ms > 0)
        return add_within(adding);
    if (def->kind == COUNTER_DISTINCT)
        return add_hash(adding);
    return add_number(adding);
}

static int64_t leaves_ms(const struct counter_def *def, int64_t time_ms)
{
    return time_ms > INT64_MAX - def->within_ms ? INT64_MAX : time_ms + def->within_ms;
}

// Of a COUNT that has room for one more entry one walk tells both sides.
static void add_stepped(struct adding *adding, struct counter_outcome *out)
{
    const struct counter_def *def = adding->def;
    const bool is_one_more =
        def->kind == COUNTER_COUNT && adding->body.len / COUNTER_COUNT_STRIDE < adding->entries_max;
    struct standing standing = {0};
    if (!is_one_more)
        standing = standing_of(def, adding->body, adding->now_ms);
    uint32_t from = standing.side;
    *out = add(adding);
    if (!out->has_changed) {
        out->from = out->to = from;
        return;
    }
    standing = is_one_more ? standing_after(def, adding->body, adding->now_ms, &from)
                           : standing_of(def, adding->body, adding->now_ms);
    out->from = from;
    out->to = standing.side;
    out->is_next_known = true;
    out->next_ms = leaves_ms(def, standing.reached_ms);
}

// COUNT for ever, which has counted before.
static void add_to_number(struct adding *adding, struct counter_outcome *out)
{
    const struct counter_def *def = adding->def;
    const uint64_t number = get_u64(adding->body.data);
    put_u64(body_write(adding, adding->body.len), number + 1); // its length stays: always taken
    *out = (struct counter_outcome){.has_changed = true};
    if (!counter_is_by_sides(def))
        return;
    out->from = side_of(def, (double)(int64_t)number);
    out->to = side_of(def, (double)(int64_t)(number + 1));
}

static void add_by_sides(struct adding *adding, struct counter_outcome *out)
{
    uint32_t from = side_of_body(adding->def, adding->body, adding->now_ms);
    *out = add(adding);
    out->from = from;
    out->to = out->has_changed ? side_of_body(adding->def, adding->body, adding->now_ms) : from;
}

struct counter_outcome counter_add(
    const struct counter_place *place,
    const struct counted *counted,
    int64_t now_ms,
    uint32_t entries_max)
{
    const struct counter_def *def = place->def;
    struct counter_outcome outcome = {0};
    if (def->within_ms > 0 && !is_within(def, counted->time_ms, now_ms))
        return outcome;
    struct adding adding;
    adding.place = place;
    adding.def = def;
    adding.counted = counted;
    adding.now_ms = now_ms;
    adding.entries_max = entries_max;
    adding.body = body_of_bytes(
        def, counter_read_spot(place->state, place->contact, place->name, &adding.spot));
    if (def->kind == COUNTER_COUNT && def->within_ms == 0 && adding.body.len == 8)
        add_to_number(&adding, &outcome);
    else if (counter_is_by_sides(def) && counter_is_stepped(def))
        add_stepped(&adding, &outcome);
    else if (counter_is_by_sides(def))
        add_by_sides(&adding, &outcome);
    else
        outcome = add(&adding);
    return outcome;
}

uint32_t counter_side(const struct counter_place *place, int64_t now_ms)
{
    return side_of_body(place->def, body_of(place), now_ms);
}

// --- time
int64_t counter_next_change(const struct counter_place *place, int64_t now_ms)
{
    const struct counter_def *def = place->def;
    struct bytes body = body_of(place);
    int64_t time_ms = INT64_MAX;
    if (def->within_ms == 0 || body.len == 0)
        return INT64_MAX;
    if (counter_is_stepped(def) && counter_is_by_sides(def)) {
        time_ms =
            standing_of(def, body, now_ms).reached_ms; // when it leaves, it is on a lower side
    } else if (def->kind == COUNTER_FIRST) {
        struct value_entry entry = {0};
        for (size_t at = 0; time_ms == INT64_MAX && next_value(body, &at, &entry);) {
            if (is_within(def, entry.time_ms, now_ms))
                time_ms = entry.time_ms;
        }
    } else if (def->kind == COUNTER_LAST) {
        if (is_within(def, (int64_t)get_u64(body.data), now_ms))
            time_ms = (int64_t)get_u64(body.data);
    } else {
        size_t stride = stride_of(def->kind);
        size_t first = left_window(def, body, stride, now_ms);
        if (first < body.len / stride)
            time_ms = entry_time(body.data, first, stride);
    }
    return leaves_ms(def, time_ms);
}
