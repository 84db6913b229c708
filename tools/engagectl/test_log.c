// What the rules did during a test.
#include "tools/engagectl/test_log.h"

#include <stdlib.h>

#include "engine/base/memory.h"

enum { CAP_MIN = 16 };

void test_log_free(struct test_log *log)
{
    arena_free(&log->arena);
    free(log->deeds);
    free(log->marks);
    *log = (struct test_log){.count = 0};
}

void test_log_add(struct test_log *log, const struct test_deed *deed)
{
    if (log->count == log->cap) {
        log->cap = log->cap == 0 ? CAP_MIN : log->cap * 2;
        log->deeds = mem_resize(log->deeds, log->cap * sizeof(*log->deeds));
    }
    log->deeds[log->count++] = *deed;
}

size_t test_log_mark(struct test_log *log, struct contact_number contact)
{
    for (size_t i = 0; i < log->mark_count; i++) {
        if (log->marks[i].contact.value != contact.value)
            continue;
        size_t before = log->marks[i].at;
        log->marks[i].at = log->count;
        return before;
    }
    if (log->mark_count == log->mark_cap) {
        log->mark_cap = log->mark_cap == 0 ? CAP_MIN : log->mark_cap * 2;
        log->marks = mem_resize(log->marks, log->mark_cap * sizeof(*log->marks));
    }
    log->marks[log->mark_count++] = (struct test_mark){contact, log->count};
    return 0;
}
