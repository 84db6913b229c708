// Writing events as bytes: JSON as people write it, and msgpack.
#include <stdio.h>
#include <string.h>

#include "tests/sim/workload_internal.h"

// One character of valid UTF-8 as \u escapes; gives its length.
static size_t add_escaped(struct sim_text *to, const unsigned char *at)
{
    uint32_t code = at[0];
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (len > 1)
        code &= 0x7fU >> len;
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3fU);
    if (code < 0x10000) {
        sim_add_format(to, "\\u%04X", code);
        return len;
    }
    code -= 0x10000;
    sim_add_format(to, "\\u%04x\\u%04x", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
    return len;
}

static void write_text(struct sim_text *to, struct sim_random *random, struct text text)
{
    if (text.len > 200 || !sim_random_chance(random, 100)) {
        sim_add_json_text(to, text);
        return;
    }
    sim_add_byte(to, '"');
    for (size_t i = 0; i < text.len;)
        i += add_escaped(to, (const unsigned char *)text.at + i);
    sim_add_byte(to, '"');
}

static void write_space(struct sim_text *to, struct sim_random *random)
{
    static const char *const spaces[] = {" ", "\n", "\t", "\r\n  "};
    if (sim_random_chance(random, 20))
        sim_add_chars(to, spaces[sim_random_below(random, 4)]);
}

static void write_double(struct sim_text *to, double real)
{
    char digits[40];
    (void)snprintf(digits, sizeof(digits), "%.17g", real);
    sim_add_chars(to, digits);
    if (strpbrk(digits, ".e") == NULL)
        sim_add_chars(to, ".0"); // else it would be a whole number
}

// Drawn values are a few levels deep, so recursion is bounded by who draws them.
void write_json(struct sim_text *to, struct sim_random *random, const struct workload_value *value)
{
    bool is_map = value->kind == WORKLOAD_MAP;
    write_space(to, random);
    if (value->kind == WORKLOAD_TEXT) {
        write_text(to, random, value->text);
    } else if (value->kind == WORKLOAD_DOUBLE) {
        write_double(to, value->real);
    } else if (!is_map && value->kind != WORKLOAD_LIST) {
        sim_add_json_value(to, value);
    } else {
        sim_add_byte(to, is_map ? '{' : '[');
        for (uint32_t i = 0; i < value->count; i++) {
            sim_add_chars(to, i > 0 ? "," : "");
            if (is_map) {
                write_text(to, random, value->items[i].name);
                write_space(to, random);
                sim_add_byte(to, ':');
            }
            write_json(to, random, &value->items[i]);
        }
        sim_add_byte(to, is_map ? '}' : ']');
    }
    write_space(to, random);
}

// --- msgpack
static void add_big_endian(struct sim_text *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        sim_add_byte(to, (char)(value >> (8 * i)));
}

static void pack_text(struct sim_text *to, struct text text)
{
    if (text.len < 32) {
        sim_add_byte(to, (char)(0xa0 | text.len));
    } else if (text.len < 256) {
        sim_add_byte(to, (char)0xd9);
        add_big_endian(to, text.len, 1);
    } else {
        sim_add_byte(to, (char)(text.len < 65536 ? 0xda : 0xdb));
        add_big_endian(to, text.len, text.len < 65536 ? 2 : 4);
    }
    sim_add(to, text);
}

static void pack_int(struct sim_text *to, int64_t integer)
{
    if (integer >= -32 && integer < 128) {
        sim_add_byte(to, (char)integer);
    } else if (integer >= INT16_MIN && integer <= INT16_MAX) {
        sim_add_byte(to, (char)0xd1);
        add_big_endian(to, (uint64_t)integer, 2);
    } else {
        sim_add_byte(to, (char)(integer < 0 ? 0xd3 : 0xcf));
        add_big_endian(to, (uint64_t)integer, 8);
    }
}

static void pack_double(struct sim_text *to, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    sim_add_byte(to, (char)0xcb);
    add_big_endian(to, bits, 8);
}

void write_msgpack(struct sim_text *to, const struct workload_value *value)
{
    switch (value->kind) {
    case WORKLOAD_ABSENT:
    case WORKLOAD_NULL: sim_add_byte(to, (char)0xc0); return;
    case WORKLOAD_BOOL: sim_add_byte(to, (char)(value->boolean ? 0xc3 : 0xc2)); return;
    case WORKLOAD_INT: pack_int(to, value->integer); return;
    case WORKLOAD_DOUBLE: pack_double(to, value->real); return;
    case WORKLOAD_TEXT: pack_text(to, value->text); return;
    case WORKLOAD_LIST:
    case WORKLOAD_MAP: break;
    }
    bool is_map = value->kind == WORKLOAD_MAP;
    if (value->count < 16) {
        sim_add_byte(to, (char)((is_map ? 0x80 : 0x90) | value->count));
    } else {
        sim_add_byte(to, (char)(is_map ? 0xde : 0xdc));
        add_big_endian(to, value->count, 2);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (is_map)
            pack_text(to, value->items[i].name);
        write_msgpack(to, &value->items[i]);
    }
}
