// Inputs of 1 MiB that were made to cost as much time and memory as they can.
#ifndef TESTS_BOMBS_BOMBS_H
#define TESTS_BOMBS_BOMBS_H

#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

enum { BOMB_BYTES = 1 << 20 };

enum bomb_parser {
    BOMB_JSON,    // a message, as a shard takes it
    BOMB_ROUTE,   // a message of HTTP, whose shard is looked for
    BOMB_MSGPACK, // a message of msgpack
    BOMB_HEADERS, // lines of name:value as the headers of a message
    BOMB_PACKED,  // headers as the journal has them
    BOMB_HTTP,    // the body of POST /v1/events: split, and each event decoded
    BOMB_PATH,    // the path of a request
    BOMB_YAML,    // a YAML file
    BOMB_RULES,   // a file of rules
    BOMB_CONFIG,  // the configuration
    BOMB_PARSERS,
};

// before, unit again and again until 1 MiB is full, between, closing as often as unit, after. In both "$N"
// becomes its number in five hex digits; in before, "$C" becomes the number of units, four bytes big endian, and
// "$V" the same as a varint. "$L" is 1,380 nils of msgpack, "$T" 27,200 letters.
struct bomb {
    enum bomb_parser parser;
    const char *name;
    struct bytes before;
    struct bytes unit;
    struct bytes between;
    struct bytes closing;
    struct bytes after;
    char pad; // in front of after, up to 1 MiB exactly; 0: none, the input is up to a unit shorter
    const char *want; // "taken", or what it is refused with
};

extern const struct bomb bombs_of_messages[];
extern const size_t bombs_of_messages_count;
extern const struct bomb bombs_of_files[];
extern const size_t bombs_of_files_count;

static inline size_t bomb_count(void)
{
    return bombs_of_messages_count + bombs_of_files_count;
}
const struct bomb *bomb_at(size_t index);

// Replaces what is in *out.
void bomb_make(const struct bomb *bomb, struct buffer *out);

// Parses input as the bomb says and writes what came of it: "taken", or the code of the refusal.
enum { BOMB_OUTCOME_BYTES = 32 };
void bomb_parse(enum bomb_parser parser, struct bytes input, char outcome[BOMB_OUTCOME_BYTES]);

const char *bomb_parser_name(enum bomb_parser parser);
// Most memory beside the input that parsing may take.
size_t bomb_memory_max(enum bomb_parser parser);

#endif
