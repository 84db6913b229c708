// The form of rule files as JSON Schema (draft-07), for editors.
#ifndef RULES_SCHEMA_H
#define RULES_SCHEMA_H

#include "engine/base/buffer.h"
#include "engine/event/catalog.h"

// Made from the table that the compiler checks keys with.
void rules_schema_json(struct buffer *to);
// An event as it is sent (structured CloudEvents or plain), with the data of the catalogue's types.
void events_schema_json(struct buffer *to, const struct catalog *catalog);
// An action as every sink writes it.
void actions_schema_json(struct buffer *to);

#endif
