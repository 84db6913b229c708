// Why a message was not taken: codes by name, reasons in words.
#include <stdarg.h>
#include <stdio.h>

#include "engine/event/decoder.h"

const char *reject_name(enum reject_code code)
{
    switch (code) {
#define X(name, number, text) \
    case name: return (text);
        REJECT_TABLE(X)
#undef X
    }
    return "unknown"; // a number from a newer journal
}

enum reject_code decode_reject(
    struct reject *reject, enum reject_code code, const char *format, ...)
{
    reject->code = code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reject->reason, sizeof(reject->reason), format, args);
    va_end(args);
    return code;
}
