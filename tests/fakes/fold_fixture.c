// One fold world for each test of a program.
#include "tests/fakes/fold_fixture.h"

struct fold_world world;

void fold_fixture_setup(void)
{
    world_create(&world);
}

void fold_fixture_teardown(void)
{
    world_destroy(&world);
}

void fold_fixture_again(void)
{
    fold_fixture_teardown();
    fold_fixture_setup();
}
