// Teams, to whose members workflows assign contacts.
#ifndef RULES_TEAM_H
#define RULES_TEAM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct rule_expression;

struct team_member {
    struct bytes name;
    const struct rule_expression *condition; // which contacts; NULL: any
    uint32_t weight;                         // 1 and up
    uint32_t capacity;                       // contacts at once; 0: any number
};

struct team_def {
    struct bytes name, label;
    const struct team_member *members; // in the order written; at least one
    uint32_t member_count;
};

enum assign_by { ASSIGN_BY_TURN, ASSIGN_BY_LOAD };

// What `assign` says.
struct step_assign {
    const struct team_def *team;
    enum assign_by by;
    bool is_sticky;                   // who is a member and owns the contact keeps it
    const struct team_member *person; // to this one; NULL: to one that `by` finds
};

#endif
