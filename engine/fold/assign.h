// Giving the contact in hand to a member of a team.
#ifndef ENGINE_FOLD_ASSIGN_H
#define ENGINE_FOLD_ASSIGN_H

#include <stdbool.h>

#include "rules/team.h"

struct fold;

// Sets the owner of the contact in hand as the step says. False when no member may have it: each is full, or its
// condition does not hold; the owner stays as it was, and nobody's turn has come.
bool fold_assign(struct fold *fold, const struct step_assign *assign);

// Whose turn comes next in a team, of those who have room, where the contact meets all conditions. NULL: all are full.
const struct team_member *fold_next_in_turn(const struct fold *fold, const struct team_def *team);

#endif
