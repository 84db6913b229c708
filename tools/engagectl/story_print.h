// Prints what happened to a contact, or to one run of it.
#ifndef TOOLS_ENGAGECTL_STORY_PRINT_H
#define TOOLS_ENGAGECTL_STORY_PRINT_H

#include "engine/fold/explain_contact.h"
#include "tools/engagectl/ask.h"

// Folds the contact asked->known.number of the shard again and appends its lines; progress on a terminal. EXIT_CODE_DONE, or another code after
// having said why not.
int story_read(
    const struct asking *asking, size_t shard, struct contact_asked *asked, struct buffer *lines);
// Lines of JSON as -o asks. EXIT_CODE_DONE, or another code after having said why not.
int story_print(const struct command_call *call, const struct buffer *lines);

#endif
