#include "tests/support/zone_file.h"

static void add_u32(struct buffer *to, uint32_t value) // big endian
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buffer_add_u8(to, (uint8_t)(value >> shift));
}

static void add_part(struct buffer *to, const struct zone_file_made *made, size_t time_bytes)
{
    static const uint8_t reserved[15];
    uint32_t time_count = time_bytes == 4 && made->version != 0 ? 0 : made->time_count;
    buffer_add_text(to, "TZif");
    buffer_add_u8(to, made->version);
    buffer_add(to, reserved, sizeof(reserved));
    const uint32_t counts[] = {0, 0, made->leap_count, time_count, made->type_count, 4};
    for (size_t i = 0; i < 6; i++)
        add_u32(to, counts[i]);
    for (uint32_t i = 0; i < time_count; i++) {
        if (time_bytes == 8)
            add_u32(to, (uint32_t)((uint64_t)made->times[i].at >> 32));
        add_u32(to, (uint32_t)(uint64_t)made->times[i].at);
    }
    for (uint32_t i = 0; i < time_count; i++)
        buffer_add_u8(to, made->times[i].type);
    for (uint32_t i = 0; i < made->type_count; i++) {
        add_u32(to, (uint32_t)made->offsets[i]);
        buffer_add_u8(to, i % 2 == 1); // whether it is summer time: says nothing about the offset
        buffer_add_u8(to, 0);
    }
    buffer_add(to, "XYZ", 4);
    for (uint32_t i = 0; i < made->leap_count * (time_bytes + 4); i++)
        buffer_add_u8(to, 0);
}

void zone_file_add(struct buffer *to, const struct zone_file_made *made)
{
    add_part(to, made, 4);
    if (made->version == 0)
        return;
    add_part(to, made, 8);
    buffer_add_text(to, "\n");
    buffer_add_text(to, made->footer);
    buffer_add_text(to, "\n");
}

void zone_file_add_rule(struct buffer *to, const char *footer)
{
    static const int32_t offsets[] = {0};
    const struct zone_file_made made = {
        .version = '2', .offsets = offsets, .type_count = 1, .footer = footer};
    zone_file_add(to, &made);
}
