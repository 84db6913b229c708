// Names that belong to something: members of a team, values of `one_of`, steps. Found without looking through all.
#ifndef RULES_PARTS_H
#define RULES_PARTS_H

#include "rules/compiler.h"

enum part_kind {
    PART_MEMBER,  // of the team of that number
    PART_VALUE,   // of `one_of` of the field of that number
    PART_STEP,    // of the workflow of that number, by its id
    PART_DEED,    // likewise, where the step does the action of that number; see parts_deed
    PART_BAND,    // of 0: a band of any score, by its name
    PART_IMPLIED, // of 0: what is implied, by its name
    PART_CONTACT, // of the test and the kind of identifier: an identifier that its events name
};

struct part {
    enum part_kind kind;
    uint64_t of;
    struct bytes name;
};

// Nothing where it is there already.
void parts_add(struct compiler *compiler, const struct part *part, size_t index);
// SIZE_MAX: there is none.
#define PART_NONE SIZE_MAX
size_t parts_find(struct compiler *compiler, const struct part *part);

// Adds the steps of a workflow, by their ids.
void parts_add_steps(
    struct compiler *compiler, uint64_t of, const struct workflow_step *steps, uint32_t count);
// Whether a step of that id does the action, in the workflow of that number, or in any where it is PART_ANY.
enum { PART_ANY = UINT32_MAX >> 1 };
bool parts_has_deed(struct compiler *compiler, uint32_t workflow, uint32_t action, struct bytes id);

#endif
