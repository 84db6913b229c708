// The sinks that the configuration names: files shared by all workers, and one route for each of them.
#ifndef ENGINE_RUN_SINKS_H
#define ENGINE_RUN_SINKS_H

#include "config/config.h"
#include "engine/port/sink.h"
#include "engine/run/runtime.h"

struct sinks;

// Opens the files, or creates them: actions go to DATA/actions.ndjson when no sink is configured, dead
// letters to DATA/dead-letters.ndjson.
//   ERR_MISSING, ERR_IO, ERR_NOSPACE named in the fault
NODISCARD enum err sinks_open(
    const struct config *config,
    const struct runtime *runtime,
    struct sinks **out,
    struct fault *fault);
// The sink of one worker, owned by the caller; destroyed before the sinks are closed.
//   ERR_INVALID a setting that the Kafka library refuses
NODISCARD enum err sinks_route(
    struct sinks *sinks, uint32_t worker, struct sink *out, struct fault *fault);
void sinks_close(struct sinks *sinks); // NULL is fine

#endif
