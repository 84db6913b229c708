// Tops and bands of a score as tables, bars and JSON.
#ifndef TOOLS_ENGAGECTL_SCORE_TABLE_H
#define TOOLS_ENGAGECTL_SCORE_TABLE_H

#include "engine/base/buffer.h"
#include "tools/engagectl/command.h"

enum score_answer { SCORE_TOP, SCORE_BANDS };

// Appends an answer of query_top or query_bands in the form wanted; ndjson is a line for each contact or
// band.
//   ERR_INVALID the answer is no JSON
NODISCARD enum err score_add_answer(
    struct buffer *to, struct bytes json, enum score_answer answer, enum command_output output);

// The same to standard output; an exit code.
int score_print(
    const struct command *command,
    struct bytes json,
    enum score_answer answer,
    enum command_output output);

#endif
