// What came of one test of the rules.
#include "tools/engagectl/test_result.h"

#include <stdarg.h>
#include <stdio.h>

enum { NOTE_BYTES = 400 };

void test_result_free(struct test_result *result)
{
    arena_free(&result->arena);
    *result = (struct test_result){.test = NULL};
}

void test_result_add(struct test_result *result, const struct test_difference *difference)
{
    struct arena *arena = &result->arena;
    struct test_difference *copy = arena_alloc(arena, sizeof(*copy));
    *copy = *difference;
    copy->next = NULL;
    copy->at = arena_copy(arena, difference->at);
    copy->what = arena_copy(arena, difference->what);
    copy->expected = arena_copy(arena, difference->expected);
    copy->got = arena_copy(arena, difference->got);
    if (result->last == NULL)
        result->first = copy;
    else
        result->last->next = copy;
    result->last = copy;
}

void test_result_add_note(struct test_result *result, const char *format, ...)
{
    char text[NOTE_BYTES];
    struct test_note *note = arena_alloc(&result->arena, sizeof(*note));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    *note = (struct test_note){NULL, arena_copy(&result->arena, bytes_text(text))};
    if (result->note_last == NULL)
        result->notes = note;
    else
        result->note_last->next = note;
    result->note_last = note;
}
