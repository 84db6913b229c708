// A sink that hands everything to up to three sinks: Kafka, a file of actions, a file of dead letters.
//
// Each of them leaves out the kinds that it does not take. A thing counts as published when all
// of them have it. When one fails the publication is repeated later; those that have it already
// must leave it out, as the file and Kafka sinks do.
//
// The mark combines the sizes of the two files in units of 4 KiB, rounded down: actions in the
// lower 32 bits, dead letters in the upper. Kafka needs none.
#ifndef CONSUMERS_FILE_ROUTE_SINK_H
#define CONSUMERS_FILE_ROUTE_SINK_H

#include "engine/port/sink.h"

enum route_leg {
    ROUTE_KAFKA,
    ROUTE_ACTIONS_FILE,
    ROUTE_DEAD_LETTERS_FILE,
    ROUTE_LEG_COUNT,
};

enum { ROUTE_MARK_UNIT_BYTES = 4096 };

// legs has ROUTE_LEG_COUNT entries; ops is NULL where there is none. The sinks are borrowed: they
// may be shared with other routes, and their owner destroys them after the routes.
//
// Errors are those of the legs. After ERR_NOSPACE too some legs may have the publication.
void route_sink_create(const struct sink *legs, struct sink *out);

#endif
