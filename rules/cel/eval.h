// Evaluates compiled expressions. Nothing is allocated by malloc once an evaluation's arena has grown.
#ifndef RULES_CEL_EVAL_H
#define RULES_CEL_EVAL_H

#include "engine/base/err.h"
#include "rules/cel/value_ops.h"

enum { CEL_REGEXES_KEPT = 16 }; // patterns that are not constant, of one cel_eval

struct cel_cached_regex;
struct cel_program;
struct cel_regex;

// The offset from UTC of a zone at a time. False when there is no such zone. name is "UTC", a name of
// the zone database ("Asia/Ho_Chi_Minh") or a fixed "+07:00", "-05:30".
typedef bool cel_zone_offset_fn(
    void *self, struct bytes name, int64_t unix_s, int32_t *offset_s_out);

// What surrounds an evaluation. All of it is borrowed.
struct cel_host {
    // The value of the variable of that index in the scope. False when it is unbound.
    bool (*variable)(
        void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out);
    cel_zone_offset_fn *zone_offset; // NULL: fixed offsets and UTC only
    int64_t now_s;                   // of the tick
    int32_t now_nanos;
    void *self;
};

#define CEL_COST_MAX UINT64_C(1000000) // of one evaluation, unless said otherwise

// One evaluation at a time; one thread. Zero-initialised but for host is valid.
struct cel_eval {
    struct arena arena;
    const struct cel_host *host;
    uint64_t cost_left; // steps, and elements or 16 bytes of text that a function goes through
    uint32_t at;        // where what is being evaluated stands in the text
    struct cel_value *stack;
    size_t stack_cap;
    struct cel_cached_regex *regexes; // CEL_REGEXES_KEPT of them, or NULL
    uint32_t regex_next;
    uint64_t regex_cost; // of all patterns that were made, as cel_regex_new counts it
};

void cel_eval_free(struct cel_eval *eval);

// Clears the arena: the value of the evaluation before is gone. cost_max 0 is CEL_COST_MAX. The value
// may be an error.
struct cel_value cel_run(
    struct cel_eval *eval, const struct cel_program *program, uint64_t cost_max);

// --- for functions
// An error value; the message is formatted into the arena (at most 512 bytes).
struct cel_value cel_fail(struct cel_eval *eval, enum cel_error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);
// "no such overload: f(int, string)"
struct cel_value cel_fail_overload(
    struct cel_eval *eval, const char *name, const struct cel_value *args, uint32_t count);
// Takes from the cost; false when there is none left (then return cel_fail_cost).
static inline bool cel_spend(struct cel_eval *eval, uint64_t cost)
{
    if (cost > eval->cost_left) {
        eval->cost_left = 0;
        return false;
    }
    eval->cost_left -= cost;
    return true;
}
struct cel_value cel_fail_cost(struct cel_eval *eval);
struct cel_value cel_fail_key(struct cel_eval *eval, struct cel_value key); // "no such key: 'x'"

// The compiled pattern, from among those that were compiled lately; it costs cel_regex_compile_cost each time. NULL
// when it is refused; then *why_out says why. NULL also when there is no cost left.
const struct cel_regex *cel_eval_regex(
    struct cel_eval *eval, struct bytes pattern, const char **why_out);

#endif
