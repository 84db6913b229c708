// What a text must be to identify a contact, wherever it stands in an event.
#ifndef ENGINE_EVENT_IDENTIFIER_H
#define ENGINE_EVENT_IDENTIFIER_H

#include <stdbool.h>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"

// Whether the text, valid UTF-8, holds control characters (U+0000..U+001F, U+007F..U+009F).
bool identifier_has_control(struct bytes text);

// Mail addresses are compared without case by those who write them: ASCII letters become small.
bool identifier_needs_fold(struct bytes email);
void identifier_fold(struct bytes email, uint8_t *to); // to: email.len bytes
// The value of an identifier of a kind as it is kept and looked for: itself, or folded, in the arena.
struct bytes identifier_as_kept(struct arena *arena, struct bytes kind, struct bytes value);

#endif
