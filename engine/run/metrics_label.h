// Labels of metrics whose values are names of the rules.
#ifndef ENGINE_RUN_METRICS_LABEL_H
#define ENGINE_RUN_METRICS_LABEL_H

#include "engine/base/buffer.h"

// Appends name="value", escaped.
void metrics_add_label(struct buffer *to, const char *name, struct bytes value);

#endif
