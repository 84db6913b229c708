// One line on a terminal that says how far a command is.
#include "tools/engagectl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { SHOWN_EVERY_US = 100000, SECOND_US = 1000000, DIGITS_MAX = 20 };

struct progress progress_begin(struct clock clock, uint64_t total, const char *unit)
{
    int64_t now_us = clock.ops->mono_us(clock.self);
    return (struct progress){
        .clock = clock,
        .begin_us = now_us,
        .next_us = now_us + SHOWN_EVERY_US,
        .total = total,
        .unit = unit,
        .is_shown = isatty(STDERR_FILENO) == 1,
    };
}

void progress_add_number(struct buffer *to, uint64_t number)
{
    char digits[DIGITS_MAX + 1];
    int count = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            buffer_add_u8(to, ',');
        buffer_add_u8(to, (uint8_t)digits[i]);
    }
}

uint64_t progress_rate(uint64_t units, int64_t elapsed_us)
{
    return (uint64_t)((double)units * SECOND_US / (double)elapsed_us);
}

void progress_add_line(struct buffer *to, const struct progress_state *state)
{
    buffer_add_text(to, "  ");
    progress_add_number(to, state->units);
    buffer_add_format(to, " %s  ", state->unit);
    progress_add_number(to, progress_rate(state->units, state->elapsed_us));
    buffer_add_text(to, "/s");
    if (state->total == 0 || state->done == 0)
        return;
    uint64_t done = state->done < state->total ? state->done : state->total;
    double left_us = (double)state->elapsed_us * (double)(state->total - done) / (double)done;
    buffer_add_format(
        to, "  %" PRIu64 "%%  %" PRIu64 " s left",
        (uint64_t)((double)done * 100 / (double)state->total), (uint64_t)(left_us / SECOND_US));
}

static void wipe(struct progress *progress)
{
    if (progress->is_line_there)
        (void)fputs("\r\033[K", stderr);
    progress->is_line_there = false;
}

static int64_t elapsed(const struct progress *progress, int64_t now_us)
{
    int64_t elapsed_us = now_us - progress->begin_us;
    return elapsed_us < 1 ? 1 : elapsed_us;
}

void progress_update(struct progress *progress, uint64_t done, uint64_t units)
{
    if (!progress->is_shown)
        return;
    int64_t now_us = progress->clock.ops->mono_us(progress->clock.self);
    if (now_us < progress->next_us)
        return;
    struct progress_state state = {
        .done = done,
        .total = progress->total,
        .units = units,
        .elapsed_us = elapsed(progress, now_us),
        .unit = progress->unit,
    };
    struct buffer line = {0};
    progress_add_line(&line, &state);
    wipe(progress);
    (void)fwrite(line.data, 1, line.len, stderr);
    (void)fflush(stderr);
    progress->is_line_there = true;
    progress->next_us = now_us + SHOWN_EVERY_US;
    buffer_free(&line);
}

int64_t progress_end(struct progress *progress)
{
    wipe(progress);
    return elapsed(progress, progress->clock.ops->mono_us(progress->clock.self));
}
