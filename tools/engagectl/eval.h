// `engagectl eval`: what its two forms share.
#ifndef TOOLS_ENGAGECTL_EVAL_H
#define TOOLS_ENGAGECTL_EVAL_H

#include "engine/base/buffer.h"
#include "engine/os/os_zone.h"
#include "rules/cel/program.h"
#include "rules/cel/value_ops.h"
#include "tools/engagectl/json.h"

// Variables with their values; a value of kind CEL_ERROR is unbound.
struct eval_variables {
    struct cel_variable *variables;
    struct cel_value *values;
    size_t count, cap;
    struct os_zones *zones; // made when a zone is asked for
};

// Adds a variable, or finds the one of that name; NULL type: dyn. The name is borrowed. Returns its index.
size_t eval_variable(
    struct eval_variables *variables, struct bytes name, const struct cel_type *type);
void eval_variables_free(struct eval_variables *variables);

// An evaluation: host.self is the variables.
struct cel_host eval_host(struct eval_variables *variables);

// Binds `contact`, `score` and `objects` to a contact as it is printed; a date is the text that it was sent as. kinds: a
// list of {"name":…}, the kinds of objects that rules know, or NULL. False when it is no such object.
bool eval_bind_contact(
    struct arena *arena,
    const struct json *contact,
    const struct json *kinds,
    struct eval_variables *variables);

// Reads lines of JSON from standard input and writes one for each to standard output; an exit code.
int eval_batch(void);

#endif
