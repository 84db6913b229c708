// All contacts of some shards, sorted by id.
#ifndef TOOLS_ENGAGECTL_CONTACT_LIST_H
#define TOOLS_ENGAGECTL_CONTACT_LIST_H

#include <stddef.h>

#include "engine/fold/shard.h"

// Called for each contact with its JSON object, without a newline, borrowed during the call. An error
// ends the walk.
typedef enum err contact_list_fn(void *context, struct bytes json, struct fault *fault);

// In byte order of the ids as printed; equal ones by shard.
//   ERR_CORRUPT, ERR_IO a store cannot be read · what each returns
NODISCARD enum err contact_list_each(
    struct shard *const *shards,
    size_t shard_count,
    contact_list_fn *each,
    void *context,
    struct fault *fault);

#endif
