// Groups of messages whose borders depend on the messages alone, not on how a source hands them out.
#ifndef TOOLS_ENGAGECTL_SIMULATE_GATHER_H
#define TOOLS_ENGAGECTL_SIMULATE_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/buffer.h"
#include "engine/port/source.h"

enum { GATHER_MESSAGES = 4096, GATHER_BYTES = 16 << 20 };

// Whether a message goes into a group.
typedef bool gather_wants_fn(void *context, const struct message *message);

struct gather {
    struct source source; // started; borrowed
    gather_wants_fn *wants;
    void *context;

    struct message *messages; // the group: values point into bytes
    size_t count;
    struct buffer bytes;

    struct message *lent; // what the last poll gave
    size_t lent_count, lent_used;
    bool is_lent;
    bool has_ended;
};

void gather_init(struct gather *gather, struct source source);
void gather_free(struct gather *gather);
// Makes the next group. It is full unless the source has ended; empty when nothing is left.
//   ERR_AGAIN a signal asks to stop · errors of the source
NODISCARD enum err gather_next(struct gather *gather, struct fault *fault);

#endif
