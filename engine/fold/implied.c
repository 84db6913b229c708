#include "engine/fold/implied.h"

#include <string.h>

#include "engine/base/hash.h"
#include "engine/fold/fold.h"
#include "projections/counters.h"

enum { ROW_BYTES = 8 };
#define ONLY_IMPLIED UINT64_C(1)

// Of the members; false where one is not there, so that nothing says which event it is.
static bool hash_of(const struct implied_def *implied, struct value data, uint64_t *out)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < implied->member_count; i++) {
        struct value value = value_member(data, implied->members[i]);
        if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL)
            return false;
        hash = hash_mix(hash + value_hash(value, i));
    }
    *out = hash & ~ONLY_IMPLIED;
    return true;
}

// Where the row is; the length when there is none.
static size_t row_of(struct bytes rows, uint64_t hash)
{
    size_t at = 0;
    while (at + ROW_BYTES <= rows.len && (get_u64(rows.data + at) & ~ONLY_IMPLIED) != hash)
        at += ROW_BYTES;
    return at;
}

static void add_row(struct fold *fold, struct name_id name, struct bytes rows, uint64_t row)
{
    size_t len = rows.len;
    bool is_full = len / ROW_BYTES >= fold->settings.counter_entries_max;
    uint8_t *to = counter_write(fold->state, fold->contact, name, is_full ? len : len + ROW_BYTES);
    if (to == NULL) {
        fold->counts.counted_refused++;
        return;
    }
    if (is_full) {
        memmove(to, to + ROW_BYTES, len - ROW_BYTES);
        len -= ROW_BYTES;
        fold->counts.counted_summarised++;
    }
    put_u64(to + len, row);
}

bool implied_has_counted(struct fold *fold, const struct match_list *match, struct value data)
{
    bool has_counted = false;
    for (uint32_t i = 0; i < match->implied_as.count; i++) {
        uint32_t index = match->implied_as.items[i];
        struct name_id name = fold->binding.implied[index];
        uint64_t hash = 0;
        if (!hash_of(ruleset_implied(fold->ruleset, index), data, &hash))
            continue;
        struct bytes rows = counter_read(fold->state, fold->contact, name);
        size_t at = row_of(rows, hash);
        if (at >= rows.len) {
            add_row(fold, name, rows, hash);
        } else if ((get_u64(rows.data + at) & ONLY_IMPLIED) != 0) {
            put_u64(counter_write(fold->state, fold->contact, name, rows.len) + at, hash);
            has_counted = true;
        }
    }
    return has_counted;
}

void implied_derive(
    struct fold *fold, const struct match_list *match, struct value data, uint32_t depth)
{
    for (uint32_t i = 0; i < match->implies.count; i++) {
        uint32_t index = match->implies.items[i];
        const struct implied_def *implied = ruleset_implied(fold->ruleset, index);
        struct name_id name = fold->binding.implied[index];
        uint64_t hash = 0;
        if (!hash_of(implied, data, &hash))
            continue;
        struct bytes rows = counter_read(fold->state, fold->contact, name);
        if (row_of(rows, hash) < rows.len)
            continue;
        struct value_pair pairs[IMPLIED_MEMBERS_MAX];
        for (uint32_t m = 0; m < implied->member_count; m++)
            pairs[m] =
                (struct value_pair){implied->members[m], value_member(data, implied->members[m])};
        uint64_t derived = fold->counts.derived;
        fold_derive_implied(fold, implied->type, depth, pairs, implied->member_count);
        if (fold->counts.derived >
            derived) // else the event itself is to be counted, should it come
            add_row(fold, name, rows, hash | ONLY_IMPLIED);
    }
}
