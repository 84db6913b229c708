// The phases of the torture. Each prints its verdict and adds to the tally.
#ifndef TESTS_TORTURE_PHASES_H
#define TESTS_TORTURE_PHASES_H

#include "tests/torture/world.h"

struct tally {
    unsigned passed, failed, skipped;
    struct verdict total;
};

enum { FAILURES_MAX = 5 }; // a phase ends after so many

__attribute__((format(printf, 2, 3))) void tally_skip(struct tally *tally, const char *format, ...);
void tally_check(struct tally *tally, bool is_good, const char *name);
// The end of a phase: its verdict, counted as one check that nothing was found.
void tally_verdict(struct tally *tally, struct world *world, int64_t began_us);

// kill -9 at random: running, stopping, frozen, recovering.
void phase_kills(const struct settings *settings, struct tally *tally);
// Killed at every failpoint, and stopped there; a table of them.
void phase_points(const struct settings *settings, struct tally *tally);
// Steps that fail at failpoints, with the exit code that is documented.
void phase_errors(const struct settings *settings, struct tally *tally);
// Power cuts of a file system: at random, at failpoints, while recovering; and the control.
void phase_cuts(const struct settings *settings, const char *type, struct tally *tally);
// Full disk, read-only, memory limits, frozen.
void phase_faults(const struct settings *settings, struct tally *tally);

// ---- failpoints, for points.c and cuts.c

enum { POINTS_MAX = 256 };

// What a point needs to be passed.
enum recipe {
    RECIPE_NONE,
    RECIPE_FRESH,      // a data directory that is not there yet
    RECIPE_TORN,       // a journal with a torn tail
    RECIPE_UNSEALED,   // a roll-over that was interrupted before the seal
    RECIPE_REPLAY,     // frames behind the checkpoint
    RECIPE_NO_STORE,   // a store that is to be given up
    RECIPE_TORN_LINES, // a file of actions with half a line at its end
    RECIPE_RELOAD,     // nothing before, but other rules while it runs
};

struct points {
    char names[POINTS_MAX][64];
    char marks[POINTS_MAX][8]; // "C4"
    size_t count;
};

void points_list(const struct settings *settings, struct points *out);
bool point_is_elsewhere(const char *name); // belongs to the tests with a real Kafka
enum recipe point_recipe(const char *name);
// Brings the world, which has no daemon running, into the state that the recipe names.
void recipe_prepare(struct world *world, enum recipe recipe);
// world_drive, as the recipe needs it.
enum happened recipe_drive(struct world *world, enum recipe recipe, int64_t for_us);

#endif
