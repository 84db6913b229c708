// What became of an event, as tables.
#ifndef TOOLS_ENGAGECTL_EVENT_TABLE_H
#define TOOLS_ENGAGECTL_EVENT_TABLE_H

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

// Appends what explain_event gave.
//   ERR_INVALID it is no JSON
NODISCARD enum err event_add_tables(struct buffer *to, struct bytes json);

#endif
