// Folding a source of events to its end in a shard of its own: what `simulate` does.
#ifndef TOOLS_ENGAGECTL_SIMULATE_H
#define TOOLS_ENGAGECTL_SIMULATE_H

#include <stdint.h>

#include "engine/fold/shard.h"
#include "tools/engagectl/out_file.h"
#include "tools/engagectl/progress.h"

enum { SIMULATION_LETTERS_SHOWN = 5 };

// Everything is borrowed; the source was not started.
struct simulation {
    struct shard *shard; // with rules in force
    const struct shard_params *params;
    struct source source;
    const char *shown_name; // of the source, for talk
    int64_t until_ms;       // where it ends; TIME_MS_MAX: at the last event
    struct out_file *actions;
    struct progress *progress;

    uint64_t later; // out: events left out
};

// Reads, folds, journals and publishes until the source has ended. With an end later events are left out, and after
// the last one the clock moves on to it and fires what is due. Frames hold the same number of events
// whatever the pieces in which the source gives them, so that two runs over the same events are the same.
// Dead letters are counted by the shard; the first ones are said on standard error.
//
//   ERR_AGAIN a signal asks to stop
//   others    of source, journal and actions, told in the fault
NODISCARD enum err simulation_run(struct simulation *simulation, struct fault *fault);

#endif
