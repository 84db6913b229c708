// The encoders extension: base64 (RFC 4648, section 4), with and without padding when read.
#include "rules/cel/functions_internal.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct bytes cel_base64_encode(struct arena *arena, struct bytes from)
{
    uint8_t *to = arena_alloc(arena, (from.len + 2) / 3 * 4 + 1);
    size_t len = 0;
    for (size_t at = 0; at < from.len; at += 3) {
        size_t left = from.len - at;
        uint32_t group = (uint32_t)from.data[at] << 16;
        group |= left > 1 ? (uint32_t)from.data[at + 1] << 8 : 0;
        group |= left > 2 ? from.data[at + 2] : 0;
        to[len++] = (uint8_t)digits[group >> 18];
        to[len++] = (uint8_t)digits[group >> 12 & 63];
        to[len++] = left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=';
        to[len++] = left > 2 ? (uint8_t)digits[group & 63] : '=';
    }
    return bytes_of(to, len);
}

static bool decode_digits(struct bytes from, uint8_t *to, size_t *len_out)
{
    uint32_t group = 0, bits = 0;
    *len_out = 0;
    for (size_t at = 0; at < from.len; at++) {
        const char *digit =
            from.data[at] == 0 ? NULL : memchr(digits, from.data[at], sizeof(digits) - 1);
        if (digit == NULL)
            return false;
        group = group << 6 | (uint32_t)(digit - digits);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        to[(*len_out)++] = (uint8_t)(group >> bits);
        group &= (1U << bits) - 1;
    }
    return true;
}

bool cel_base64_decode(struct arena *arena, struct bytes text, struct cel_value *out)
{
    size_t padding = 0, len;
    while (text.len > 0 && text.data[text.len - 1] == '=' && padding < 2) {
        text.len--;
        padding++;
    }
    bool is_whole = padding == 0 ? text.len % 4 != 1 : (text.len + padding) % 4 == 0;
    uint8_t *to = arena_alloc(arena, text.len + 1);
    if (!is_whole || !decode_digits(text, to, &len))
        return false;
    *out = cel_bytes(bytes_of(to, len));
    return true;
}

static struct cel_value encode(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_BYTES)
        return cel_fail_overload(eval, "base64.encode", args, count);
    if (!cel_spend(eval, args[0].as.text.len / 8))
        return cel_fail_cost(eval);
    return cel_string(cel_base64_encode(&eval->arena, args[0].as.text));
}

static struct cel_value decode(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value bytes;
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "base64.decode", args, count);
    if (!cel_spend(eval, args[0].as.text.len / 8))
        return cel_fail_cost(eval);
    return cel_base64_decode(&eval->arena, args[0].as.text, &bytes)
               ? bytes
               : cel_fail(eval, CEL_ERROR_ARGUMENT, "this is not base64");
}

const struct cel_function_row cel_functions_encode[] = {
    {"base64.encode(bytes): string", encode},
    {"base64.decode(string): bytes", decode},
    {NULL, NULL},
};
