// Lines about what happened to a contact and its runs (engine/fold/contact_story.h), as people read them.
#ifndef TOOLS_ENGAGECTL_STORY_TEXT_H
#define TOOLS_ENGAGECTL_STORY_TEXT_H

#include "engine/base/buffer.h"
#include "tools/engagectl/json.h"

// "welcome first": what a line is about; the step only where it has one.
void story_add_name(struct buffer *to, const struct json *line);
// "waits for email.opened, until 2026-01-03T00:00:00.000Z".
void story_add_detail(struct buffer *to, const struct json *line);
// " (score.heat = 12, data.url: no such key: 'url')"; nothing where a why has no values.
void story_add_values(struct buffer *to, const struct json *why);

// "stage from new to offer, value 12 no more": what became of the fields of an object, which was "made", "changed" or
// "removed", in `from` and `to` of the line.
void story_add_object(struct buffer *to, const struct json *line, struct bytes deed);

#endif
