// The data directory that a plan asks for what only it can tell, and what is not known where it cannot be read.
#ifndef TOOLS_ENGAGECTL_PLAN_DATA_H
#define TOOLS_ENGAGECTL_PLAN_DATA_H

#include "tools/engagectl/ask.h"

enum plan_unknown {
    PLAN_UNKNOWN_ENTER, // how many contacts enter
    PLAN_UNKNOWN_PINS,  // whether runs can keep the steps that they began with
    PLAN_UNKNOWN_COUNT
};

struct plan_data {
    struct asking asking;
    struct fault faults[PLAN_UNKNOWN_COUNT]; // why it is not known; ERR_OK: it is, or was not asked
    bool was_tried;                          // to open it
    struct fault fault;                      // why it cannot be opened
};

// Opens the data directory, read only, where it is not open yet; it is tried once. False: it cannot be read, which is why
// `what` is not known.
bool plan_data_open(struct plan_data *data, enum plan_unknown what);

// What becomes EXIT_CODE_DONE where something is not known: the code of the reason.
enum exit_code plan_data_code(const struct plan_data *data);
// Says on standard error what is not known, of which directory, why, and what to do about it.
void plan_data_say(const struct plan_data *data);
// ,"unknown":[{"what":"enter","path":"DIR","reason":"…","do":"…"}]; nothing where all is known.
void plan_data_add_json(const struct plan_data *data, struct buffer *to);
// What to do about a directory that cannot be read. Static.
const char *plan_data_advice(enum err err);

#endif
