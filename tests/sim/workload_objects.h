// Objects of drawn rules, as plain data.
#ifndef TESTS_SIM_WORKLOAD_OBJECTS_H
#define TESTS_SIM_WORKLOAD_OBJECTS_H

#include "tests/sim/workload_expr.h"

struct workload_object_field {
    struct text name;
    const struct workload_expr *value; // a member of the event's data, or its time
};

enum { OBJECT_REMOVERS_MAX = 2 };

struct workload_object {
    struct text name, on;
    struct text removed_by[OBJECT_REMOVERS_MAX];
    uint32_t remover_count;
    const struct workload_expr *key;
    const struct workload_object_field *fields;
    uint32_t field_count;
};

#endif
