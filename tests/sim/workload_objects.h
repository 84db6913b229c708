// Objects of drawn rules, as plain data.
#ifndef TESTS_SIM_WORKLOAD_OBJECTS_H
#define TESTS_SIM_WORKLOAD_OBJECTS_H

#include "tests/sim/workload_expr.h"

struct workload_object_field {
    struct text name;
    const struct workload_expr *value; // a member of the event's data, or its time
};

struct workload_object {
    struct text name, on;
    const struct workload_expr *key;
    const struct workload_object_field *fields;
    uint32_t field_count;
};

#endif
