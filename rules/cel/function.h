// The functions that expressions may call: their signatures for the checker, their code for the evaluator.
#ifndef RULES_CEL_FUNCTION_H
#define RULES_CEL_FUNCTION_H

#include "rules/cel/eval.h"
#include "rules/cel/type.h"
#include "rules/cel/value_ops.h"

// args hold no errors; a receiver is the first. Returns an error (cel_fail) for kinds that it does not
// take: the checker lets dyn through.
typedef struct cel_value cel_function(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count);

// One overload. Rows of one function follow each other and have the same code, which decides by the
// kinds of its arguments.
struct cel_function_row {
    // "string.startsWith(string): bool" with a receiver (what is before the dot is a type),
    // "math.abs(int): int" and "size(list(A)): int" without; a capital letter is a type variable. Of
    // "f(A...): A" the last argument may come any number of times, once at least. With "~" before it
    // the overload counts only where no other fits.
    const char *signature;
    cel_function *function;
};

// Ended by a row without a signature.
extern const struct cel_function_row cel_functions_operator[]; // "_+_", "_[_]", "@in", …
extern const struct cel_function_row cel_functions_convert[];  // int(x), type(x), dyn(x)
extern const struct cel_function_row cel_functions_string[];
extern const struct cel_function_row cel_functions_math[];
extern const struct cel_function_row cel_functions_list[];
extern const struct cel_function_row cel_functions_time[];
extern const struct cel_function_row cel_functions_encode[];
extern const struct cel_function_row
    cel_functions_own[]; // days, date, local, age, bucket, min, max

// The items as a list in the order of their keys, equal ones as they were; NaN first. An error when keys
// have no order among them. items and keys may be the same.
struct cel_value cel_sort(
    struct cel_eval *eval,
    const struct cel_value *items,
    const struct cel_value *keys,
    size_t count);

struct cel_overload {
    const struct cel_type *params[8];
    uint32_t param_count;
    bool is_member;
    bool is_variadic; // the last parameter, once or more
    bool is_fallback; // looked at when no other fits
    uint32_t variable_count;
    const struct cel_type *result;
};

struct cel_named_function {
    struct bytes name; // "size", "math.greatest", "_+_"
    const struct cel_overload *overloads;
    uint32_t overload_count;
    cel_function *function;
    // Its instruction (program_internal.h), and the number of arguments from which on it asks the host.
    uint16_t op_code, op_mask;
    uint32_t host_args_min;
    // None of its overloads takes just anything: where arguments are of plain types, their kinds tell which take them.
    bool is_told_by_kinds;
};

// All tables, parsed. Immutable: one is shared by any number of threads.
struct cel_library;
struct cel_library *cel_library_new(void);
void cel_library_free(struct cel_library *library);
// NULL when there is none of that name.
const struct cel_named_function *cel_library_find(
    const struct cel_library *library, struct bytes name);
// Whether there are functions in that name space: "math", as there is math.abs.
bool cel_library_has_space(const struct cel_library *library, struct bytes space);
// The function whose name, or else whose name behind the dot, is most like it (text_nearest_bounded); or NULL.
const char *cel_library_nearest(
    const struct cel_library *library, struct bytes name, size_t *steps);

#endif
