// What the plan of a wait is made from: the members that its `until` reads, and whether zones have a say in it.
#ifndef RULES_WAITS_H
#define RULES_WAITS_H

#include "rules/expression.h"
#include "rules/reads.h"
#include "rules/workflow_step.h"

// Whether an expression that is asked without an event goes by the clocks of zones: local(time, zone) and the like.
bool ruleset_is_by_zones(const struct ruleset *ruleset);
// Of an expression that is asked without an event.
void waits_note_zones(struct ruleset *ruleset, const struct cel_node *root);

// Keeps with an expression what its checked tree reads of the contact that changes by being set, and whether it goes by
// a zone's clocks.
void waits_take_tree(
    struct ruleset *ruleset, struct rule_expression *expression, const struct cel_node *root);
// Once all steps are there: which members some wait is planned from.
void waits_link(struct ruleset *ruleset);

// Whether some wait is planned from a member of the contact, from being in a segment, or from its objects of a kind.
bool ruleset_waits_by(const struct ruleset *ruleset, dependency member);
// Whether this one is.
bool wait_is_by(const struct step_wait *wait, dependency member);
// Whether the clocks of the contact's zone say when it ends; one whose `until` reads the zone is by that member.
bool wait_is_by_contact_zone(const struct step_wait *wait);
// Whether those of any zone do.
bool wait_is_by_zones(const struct step_wait *wait);
// Whether it is planned again when one of these changes.
bool wait_is_planned(const struct step_wait *wait);

#endif
