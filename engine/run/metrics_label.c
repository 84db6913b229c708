#include "engine/run/metrics_label.h"

void metrics_add_label(struct buffer *to, const char *name, struct bytes value)
{
    buffer_add_format(to, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '"' || value.data[i] == '\\')
            buffer_add_u8(to, '\\');
        buffer_add_u8(to, value.data[i]);
    }
    buffer_add_u8(to, '"');
}
