// What a program is made of; for the compiler and the evaluator only.
#ifndef RULES_CEL_PROGRAM_INTERNAL_H
#define RULES_CEL_PROGRAM_INTERNAL_H

#include "rules/cel/program.h"

// Each works on the top of the stack. "target" is the index of an instruction.
enum op_code {
    OP_CONSTANT, // pushes constants[a]
    OP_VARIABLE, // pushes the host's variable a; constants[b] is its name
    OP_FIELD,    // pushes the member members[b] of the host's variable a
    OP_LOCAL,    // pushes stack[a]
    OP_FAIL,     // pushes the error that constants[a] (text) says, of code b
    OP_SELECT,   // the top's member members[a]
    OP_HAS,      // whether the top has the member
    OP_CALL,     // functions[a] of the count values on top
    OP_COMPARE, // from here on functions[a] of two values, with a short cut for usual ones: an order in mask
    OP_ADD, // the right one of the two is constants[b], or the top where b is OPERAND_ON_STACK
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_NOT,     // functions[a] of one value
    OP_MATCHES, // whether the top matches regexes[a]
    OP_FIRST,   // of && and ||: the top becomes a bool or an error; on to target a when it is mask
    OP_NEXT,    // what is below and the top become one; on to target a when it is mask
    OP_CONDITION, // takes the top: on to target a when false, to b with the error when it is none of both
    OP_JUMP,  // on to target a
    OP_LIST,  // of the count values on top
    OP_MAP,   // of the count values on top: key, value, …
    OP_MACRO, // macros[a] over the top
    OP_SLIDE, // takes away what is below the top
};

#define OPERAND_ON_STACK UINT32_MAX

// Outcomes of a comparison; the mask of OP_COMPARE has those that make it true.
enum { IS_LESS = 1, IS_EQUAL = 2, IS_GREATER = 4, IS_UNORDERED = 8 };

struct op {
    uint16_t code;
    uint16_t mask; // OP_FIRST, OP_NEXT: 0 of &&, 1 of ||; OP_CALL: 1 when it asks the host
    uint32_t count;
    uint32_t a, b;
    uint32_t at; // in the text
};

struct member {
    struct bytes name;
    uint32_t field;
    // OP_FIELD: the variable's name and where it stands in the text
    struct bytes variable;
    uint32_t variable_at;
};

// A macro's code stands behind its instruction; predicate and body each leave one value.
struct macro_code {
    enum cel_macro macro;
    bool has_two; // names: index or key, and value
    bool has_predicate;
    uint32_t predicate; // where it begins; it ends where the body begins
    uint32_t body, end;
    uint32_t at, predicate_at, body_at; // in the text
};

struct cel_program {
    const struct op *ops;
    const struct cel_value *constants;
    const struct member *members;
    cel_function *const *functions;
    struct cel_regex *const *regexes;
    const struct macro_code *macros;
    uint32_t op_count, regex_count, stack_max;
};

// The instruction of a function of that name: OP_CALL but for the usual operators.
struct op op_of_function(struct bytes name);

// Runs ops begin to end; the result is at top[0]. False when the cost is spent.
bool program_run(
    struct cel_eval *eval,
    const struct cel_program *program,
    uint32_t begin,
    uint32_t end,
    struct cel_value *top);
// The same for OP_MACRO: top[-1] is the range, and then the result.
bool program_run_macro(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct macro_code *macro,
    struct cel_value *top);
// The value, or an error when it nests deeper than CEL_NESTING_MAX.
struct cel_value eval_limit_nesting(struct cel_eval *eval, struct cel_value value);
// The error of a map that has the key twice, or a key that cannot be one.
struct cel_value eval_fail_map(struct cel_eval *eval, struct cel_value key);
// A copy of a value that owns all it points to; it is no error. What it holds several times is copied as often.
struct cel_value value_copy(struct arena *arena, struct cel_eval *eval, struct cel_value value);
// How much would be copied: elements, and 16 bytes of text each. Nothing beyond max is looked at.
size_t value_size(struct cel_eval *eval, struct cel_value value, size_t max);
// Lets go of the patterns that cel_eval_regex keeps.
void eval_free_regexes(struct cel_eval *eval);
// Room for that many values on the stack.
void eval_reserve(struct cel_eval *eval, uint32_t count);

#endif
