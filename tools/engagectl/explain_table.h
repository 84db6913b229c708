// The explanation of a contact's scores as tables and JSON.
#ifndef TOOLS_ENGAGECTL_EXPLAIN_TABLE_H
#define TOOLS_ENGAGECTL_EXPLAIN_TABLE_H

#include "engine/base/buffer.h"
#include "tools/engagectl/command.h"

// Appends an answer of query_explain in the form wanted; ndjson is a line for each score.
//   ERR_INVALID the answer is no JSON
NODISCARD enum err explain_add_answer(
    struct buffer *to, struct bytes json, enum command_output output);

#endif
