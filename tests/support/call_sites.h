// Which places in the sources call a port, and where such a call was seen to fail.
//
// A fake port notes each call by its return address; the report finds the lines of those addresses, looks
// through the sources for all places that call the port, and names each that no call came from.
#ifndef TESTS_SUPPORT_CALL_SITES_H
#define TESTS_SUPPORT_CALL_SITES_H

#include <stdbool.h>
#include <stddef.h>

// From here on calls are noted, over the processes that are forked. Without it nothing is.
void call_sites_begin(void);

// A call of a port's function, by its name; address: __builtin_return_address(0) in the fake.
void call_sites_note(const char *operation, const void *address, bool has_failed);

// What one report is about.
struct call_area {
    const char *name;
    const char *const *files;      // sources, from the root of the project; ends with NULL
    const char *prefix;            // stands before an operation where it is called: "ops->", or ""
    const char *const *operations; // that can fail; ends with NULL
};

// Prints how many calls came from the area's files, from how many of the places that make them, and how
// many of those places saw one fail; names the others. Returns how many places never saw a failure.
unsigned call_sites_report(const struct call_area *area);

#endif
