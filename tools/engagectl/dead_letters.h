// What the dead-letters commands share: finding a letter by its number.
#ifndef TOOLS_ENGAGECTL_DEAD_LETTERS_H
#define TOOLS_ENGAGECTL_DEAD_LETTERS_H

#include <stdbool.h>

#include "tools/engagectl/ask.h"
#include "tools/engagectl/letter_file.h"

struct wanted_letter {
    uint64_t number;
    bool is_found;
    struct buffer line; // owned by the caller
};

// Where the letters are. EXIT_CODE_DONE, or EXIT_CODE_FAILED after having said that they are in Kafka.
int letter_path(const struct asking *asking, const char **out);
// Reads the configuration into *asking (zero-initialised; the caller ends it in any case) and the
// letter whose number is the first argument. EXIT_CODE_DONE, or another code after having said why not.
int letter_find(const struct command_call *call, struct asking *asking, struct wanted_letter *out);

#endif
