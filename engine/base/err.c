// Error names, texts and the fault text that grows outward.
#include "engine/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/invariant.h"

static const struct {
    const char *name;
    const char *text;
} errs[] = {
#define X(name_, text_) [name_] = {#name_, text_},
    ERR_TABLE(X)
#undef X
};

enum { ERR_COUNT = sizeof(errs) / sizeof(errs[0]) };

const char *err_name(enum err err)
{
    INVARIANT((size_t)err < ERR_COUNT);
    return errs[err].name;
}

const char *err_text(enum err err)
{
    INVARIANT((size_t)err < ERR_COUNT);
    return errs[err].text;
}

enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
{
    if (fault == NULL)
        return err;
    char text[FAULT_TEXT_BYTES]; // the arguments may point into the fault itself
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fault->err = err;
    memcpy(fault->text, text, sizeof(text));
    return err;
}

enum err fault_wrap(struct fault *fault, enum err err, const char *format, ...)
{
    if (fault == NULL)
        return err;
    char text[FAULT_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    size_t used = written < 0 ? 0 : (size_t)written;
    if (used >= sizeof(text))
        used = sizeof(text) - 1;
    size_t room = sizeof(text) - used;
    size_t rest = strnlen(fault->text, sizeof(fault->text) - 1);
    if (room > 2) {
        memcpy(text + used, ": ", 2);
        size_t kept = rest < room - 3 ? rest : room - 3;
        memcpy(text + used + 2, fault->text, kept);
        text[used + 2 + kept] = '\0';
    }
    fault->err = err;
    memcpy(fault->text, text, sizeof(text));
    return err;
}
