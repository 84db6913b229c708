// The codes of all diagnostics. A code keeps its meaning for ever; new ones get new numbers.
#ifndef CONFIG_DIAGNOSTIC_CODES_H
#define CONFIG_DIAGNOSTIC_CODES_H

#include "engine/base/bytes.h"

enum diagnostic_severity { SEVERITY_ERROR, SEVERITY_WARNING };

// X(code, severity, title). Explanations are in diagnostic_codes.c; every code has one, and an input in
// tests/failures/test_codes.c. E0207, E0210, E0218, E0411, W0501, W0502 and W0503 were never given: they
// are not used again.
#define DIAGNOSTIC_TABLE(X)                                              \
    X(E0101, ERROR, "not well-formed YAML")                              \
    X(E0102, ERROR, "not valid UTF-8")                                   \
    X(E0103, ERROR, "the file is too large")                             \
    X(E0104, ERROR, "nested too deeply")                                 \
    X(E0105, ERROR, "more than one document")                            \
    X(E0106, ERROR, "a key is given twice")                              \
    X(E0107, ERROR, "anchors and aliases are not allowed")               \
    X(E0108, ERROR, "merge keys are not allowed")                        \
    X(E0109, ERROR, "tags are not allowed")                              \
    X(E0110, ERROR, "a key that is not plain text")                      \
    X(E0111, ERROR, "the file cannot be read")                           \
    X(E0201, ERROR, "unknown key")                                       \
    X(E0202, ERROR, "wrong form")                                        \
    X(E0203, ERROR, "unknown field")                                     \
    X(E0204, ERROR, "a required key is missing")                         \
    X(E0205, ERROR, "a name is defined twice")                           \
    X(E0206, ERROR, "unknown event")                                     \
    X(E0208, ERROR, "unknown list")                                      \
    X(E0209, ERROR, "unknown action")                                    \
    X(E0211, ERROR, "not a valid name")                                  \
    X(E0212, ERROR, "unknown type")                                      \
    X(E0213, ERROR, "a value has the wrong type")                        \
    X(E0214, ERROR, "not one of the allowed words")                      \
    X(E0215, ERROR, "keys that exclude each other")                      \
    X(E0216, ERROR, "changes something built in")                        \
    X(E0217, ERROR, "unknown parameter of an action")                    \
    X(E0219, ERROR, "unknown group")                                     \
    X(E0220, ERROR, "depends on itself")                                 \
    X(E0221, ERROR, "unknown counter")                                   \
    X(E0222, ERROR, "unknown score")                                     \
    X(E0223, ERROR, "unknown segment")                                   \
    X(E0224, ERROR, "unknown workflow or rule")                          \
    X(E0225, ERROR, "unknown step")                                      \
    X(E0226, ERROR, "unknown contact of a test")                         \
    X(E0227, ERROR, "a loop without a wait")                             \
    X(E0228, ERROR, "an event that workflows cannot emit")               \
    X(E0235, ERROR, "unknown team or member")                            \
    X(E0241, ERROR, "no times as cron has them")                         \
    X(E0232, ERROR, "unknown channel")                                   \
    X(E0233, ERROR, "unknown object")                                    \
    X(E0234, ERROR, "an event that makes and removes an object")         \
    X(E0240, ERROR, "an event that cannot be implied so")                \
    X(E0301, ERROR, "not supported yet")                                 \
    X(E0302, ERROR, "expressions are not supported yet")                 \
    X(E0303, ERROR, "templates are not supported yet")                   \
    X(E0401, ERROR, "not a whole number")                                \
    X(E0402, ERROR, "out of range")                                      \
    X(E0403, ERROR, "not a duration")                                    \
    X(E0404, ERROR, "not true or false")                                 \
    X(E0405, ERROR, "not a number of points")                            \
    X(E0406, ERROR, "the text is too long")                              \
    X(E0407, ERROR, "too many entries")                                  \
    X(E0408, ERROR, "bands out of order")                                \
    X(E0409, ERROR, "the least is above the most")                       \
    X(E0410, ERROR, "empty where something is needed")                   \
    X(E0412, ERROR, "a band that cannot be reached")                     \
    X(E0601, ERROR, "not an expression")                                 \
    X(E0602, ERROR, "an expression beyond its limits")                   \
    X(E0603, ERROR, "unknown function")                                  \
    X(E0604, ERROR, "types that do not go together")                     \
    X(E0605, ERROR, "an argument that can only fail")                    \
    X(E0606, ERROR, "an expression that fails")                          \
    X(E0607, ERROR, "not to be read here")                               \
    X(W0504, WARNING, "no rules found")                                  \
    X(W0505, WARNING, "a path that the event does not declare")          \
    X(W0506, WARNING, "looked at each full hour only")                   \
    X(W0507, WARNING, "a band that no rules reach")                      \
    X(W0508, WARNING, "a condition that is always the same")             \
    X(W0509, WARNING, "a value that the field never has")                \
    X(W0510, WARNING, "a limit below what the rule gives at once")       \
    X(W0511, WARNING, "a step that no run comes to")                     \
    X(W0512, WARNING, "a window within quiet hours")                     \
    X(W0513, WARNING, "an emitted event without what its type needs")    \
    X(C0001, ERROR, "an environment variable is not set")                \
    X(C0002, ERROR, "not a valid ${NAME}")                               \
    X(C0003, ERROR, "a Kafka property that loads code or runs commands") \
    X(C0004, ERROR, "a Kafka property that the engine sets itself")      \
    X(C0005, ERROR, "HTTP beyond this machine without a token")          \
    X(C0006, ERROR, "not an address")                                    \
    X(C0007, ERROR, "settings that do not go together")                  \
    X(C0008, ERROR, "not a usable path")

// DIAGNOSTIC_E0101 …
enum diagnostic_code {
#define X(code, severity, title) DIAGNOSTIC_##code,
    DIAGNOSTIC_TABLE(X)
#undef X
};

enum {
#define X(code, severity, title) +1
    DIAGNOSTIC_CODE_COUNT = 0 DIAGNOSTIC_TABLE(X)
#undef X
};

// "E0203", its severity, its title. Static storage.
const char *diagnostic_code_text(enum diagnostic_code code);
enum diagnostic_severity diagnostic_code_severity(enum diagnostic_code code);
const char *diagnostic_code_title(enum diagnostic_code code);

// The paragraph behind a code given as text ("E0203", any case), or NULL when there is no such code.
// Static storage.
const char *diagnostic_explain(struct bytes code);

#endif
