#include "rules/cel/problem.h"

#include <stdarg.h>
#include <stdio.h>

void cel_problem_add(
    struct cel_problems *problems,
    struct arena *arena,
    struct cel_problem where,
    const char *format,
    ...)
{
    problems->total++;
    if (problems->count == CEL_PROBLEMS_MAX)
        return;
    where.message = "";
    if (problems->is_unread) {
        problems->items[problems->count++] = where;
        return;
    }
    va_list args;
    va_start(args, format);
    char message[512];
    int len = vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t)len;
    if (used >= sizeof(message))
        used = sizeof(message) - 1;
    where.message = arena_text(arena, bytes_of(message, used));
    problems->items[problems->count++] = where;
}
