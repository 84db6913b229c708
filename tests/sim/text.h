// Memory, growing text and JSON for the workload and the oracle; nothing of it is the engine's.
#ifndef TESTS_SIM_TEXT_H
#define TESTS_SIM_TEXT_H

#include "tests/sim/workload_rules.h"

#define TWO_TO_63 9223372036854775808.0

// --- memory that goes as a whole. Zero-initialised is empty.
struct sim_chunk;
struct sim_arena {
    struct sim_chunk *first, *current;
};
void *sim_alloc(struct sim_arena *arena, size_t bytes); // zeroed, aligned for anything
void sim_arena_reset(struct sim_arena *arena);          // keeps the memory
void sim_arena_free(struct sim_arena *arena);

// --- texts
struct text text_of(const char *terminated); // borrowed
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *terminated);
int text_compare(struct text a, struct text b);                   // by bytes, as memcmp
struct text text_copy(struct sim_arena *arena, struct text text); // terminated as well
struct text text_format(struct sim_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// --- growing text. Zero-initialised is empty; always terminated once something was added.
struct sim_text {
    char *at;
    size_t len, cap;
};
void sim_add_byte(struct sim_text *to, char byte);
void sim_add(struct sim_text *to, struct text text);
void sim_add_chars(struct sim_text *to, const char *terminated);
void sim_add_format(struct sim_text *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sim_text_clear(struct sim_text *to);
void sim_text_free(struct sim_text *to);
struct text sim_text_view(const struct sim_text *text);

// --- compact JSON, as the engine's documents say it is printed: whole numbers without a point, other
// numbers in the fewest digits that mean them, no escapes but those JSON asks for.
void sim_add_json_text(struct sim_text *to, struct text text);
void sim_add_json_value(struct sim_text *to, const struct workload_value *value);
void sim_add_milli(struct sim_text *to, int64_t milli); // thousandths, as points are printed
// "2026-01-02T03:04:05.678Z", counted year by year and month by month.
void sim_add_time(struct sim_text *to, int64_t time_ms);

// --- values
struct workload_value sim_value_of_text(const char *name, struct text text);
struct workload_value sim_value_of_int(const char *name, int64_t integer);
// The first member of that name; a value of kind WORKLOAD_ABSENT where there is none.
const struct workload_value *sim_value_member(const struct workload_value *map, struct text name);
struct workload_value sim_value_copy(struct sim_arena *arena, const struct workload_value *value);

#endif
