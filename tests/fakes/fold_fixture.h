// One fold world for each test of a program, named `world`.
#ifndef TESTS_FAKES_FOLD_FIXTURE_H
#define TESTS_FAKES_FOLD_FIXTURE_H

#include "tests/fakes/fold_world.h"

extern struct fold_world world;

// For tcase_add_checked_fixture().
void fold_fixture_setup(void);
void fold_fixture_teardown(void);
// Another world in its place, for a test that goes through many.
void fold_fixture_again(void);

#endif
