#include "engine/fold/idle.h"

#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/fold.h"
#include "engine/fold/run.h"
#include "projections/counters.h"
#include "projections/record.h"

static struct bytes rows_of(struct fold *fold, const struct workflow_def *workflow)
{
    return counter_read(fold->state, fold->contact, fold->binding.idle[workflow->index]);
}

static bool next_row(struct cursor *cursor, struct bytes *whole_out, struct idle_row *out)
{
    const uint8_t *begin = cursor->at;
    if (cursor_left(cursor) == 0)
        return false;
    struct cursor row = cursor_of(cursor_sized(cursor));
    out->last_ms = (int64_t)cursor_varint(&row) + TIME_MS_MIN;
    out->key = cursor_u64(&row);
    out->key_value = cursor_sized(&row);
    out->type_name = cursor_sized(&row);
    out->data = cursor_sized(&row);
    *whole_out = bytes_of(begin, (size_t)(cursor->at - begin));
    return !cursor->has_failed && !row.has_failed;
}

static int64_t due_of(const struct workflow_def *workflow, int64_t last_ms)
{
    return last_ms > TIME_MS_MAX - workflow->time.for_ms ? TIMER_NONE
                                                         : last_ms + workflow->time.for_ms;
}

static void pack_row(struct buffer *to, const struct idle_row *row)
{
    struct buffer packed = {0};
    buffer_add_varint(&packed, (uint64_t)(record_time(row->last_ms) - TIME_MS_MIN));
    buffer_add_u64(&packed, row->key);
    buffer_add_sized(&packed, row->key_value);
    buffer_add_sized(&packed, row->type_name);
    buffer_add_sized(&packed, row->data);
    buffer_add_sized(to, buffer_bytes(&packed));
    buffer_free(&packed);
}

static bool write_rows(struct fold *fold, const struct workflow_def *workflow, struct bytes rows)
{
    uint8_t *to =
        counter_write(fold->state, fold->contact, fold->binding.idle[workflow->index], rows.len);
    fold->live.is_plan_due = true;
    if (to == NULL)
        return rows.len == 0;
    memcpy(to, rows.data, rows.len);
    return true;
}

// The rows but the one of the key, or where there are too many but the oldest; *old_ms_out: when that of the key was.
static void others_of(
    struct fold *fold, struct bytes kept, uint64_t key, struct buffer *to, int64_t *old_ms_out)
{
    struct idle_row row;
    struct bytes whole, oldest = {NULL, 0};
    int64_t oldest_ms = INT64_MAX;
    uint32_t count = 0;
    *old_ms_out = TIME_MS_MIN;
    for (struct cursor at = cursor_of(kept); next_row(&at, &whole, &row);) {
        if (row.key == key) {
            *old_ms_out = row.last_ms;
            continue;
        }
        if (row.last_ms < oldest_ms) {
            oldest_ms = row.last_ms;
            oldest = whole;
        }
        count++;
    }
    bool is_full = count >= IDLE_ROWS_MAX;
    fold->counts.counted_refused += is_full;
    for (struct cursor at = cursor_of(kept); next_row(&at, &whole, &row);) {
        if (row.key != key && !(is_full && whole.data == oldest.data))
            buffer_add_bytes(to, whole);
    }
}

void idle_note(struct fold *fold, const struct workflow_def *workflow, struct value data)
{
    struct idle_row row = {.last_ms = fold->time_ms, .type_name = fold->expressions.type->name};
    struct buffer rows = {0};
    int64_t old_ms;
    if (workflow->time.per != NULL)
        run_key_of(fold, workflow->time.per, &row.key, &row.key_value);
    row.data = run_pack_data(fold, data);
    others_of(fold, rows_of(fold, workflow), row.key, &rows, &old_ms);
    if (old_ms <= row.last_ms) { // else a later one has come already
        pack_row(&rows, &row);
        if (!write_rows(fold, workflow, buffer_bytes(&rows)))
            fold->counts.counted_refused++;
    }
    buffer_free(&rows);
}

int64_t idle_due_ms(struct fold *fold, const struct workflow_def *workflow)
{
    struct idle_row row;
    struct bytes whole;
    int64_t due_ms = TIMER_NONE;
    for (struct cursor at = cursor_of(rows_of(fold, workflow)); next_row(&at, &whole, &row);) {
        int64_t next_ms = due_of(workflow, row.last_ms);
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    return due_ms;
}

bool idle_take(struct fold *fold, const struct workflow_def *workflow, struct idle_row *out)
{
    struct bytes kept = rows_of(fold, workflow), whole, first = {NULL, 0};
    struct idle_row row;
    for (struct cursor at = cursor_of(kept); first.len == 0 && next_row(&at, &whole, &row);) {
        if (due_of(workflow, row.last_ms) <= fold->now_ms)
            first = whole;
    }
    if (first.len == 0)
        return false;
    struct buffer rest = {0};
    size_t before = (size_t)(first.data - kept.data);
    struct cursor taken = cursor_of(arena_copy(&fold->arena, first));
    (void)next_row(&taken, &whole, out);
    buffer_add_bytes(&rest, bytes_of(kept.data, before));
    buffer_add_bytes(
        &rest, bytes_of(kept.data + before + first.len, kept.len - before - first.len));
    (void)write_rows(fold, workflow, buffer_bytes(&rest)); // shorter: always taken
    buffer_free(&rest);
    return true;
}

void idle_take_over(struct fold *fold, const struct workflow_def *workflow, struct bytes rows)
{
    struct idle_row row;
    struct bytes whole;
    struct buffer running = {0};
    for (struct cursor at = cursor_of(rows); next_row(&at, &whole, &row);) {
        if (due_of(workflow, row.last_ms) > fold->tick_ms)
            buffer_add_bytes(&running, whole);
    }
    if (!write_rows(fold, workflow, buffer_bytes(&running)))
        fold->counts.counted_refused++;
    buffer_free(&running);
}

void idle_add_name(struct buffer *to, struct bytes workflow)
{
    buffer_add_text(to, "idle ");
    buffer_add_bytes(to, workflow);
}
