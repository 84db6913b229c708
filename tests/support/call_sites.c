// Which places in the sources call a port, and where such a call was seen to fail.
#include "tests/support/call_sites.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <check.h>

enum { NOTES_MAX = 1024, SITES_MAX = 256, LINE_BYTES = 512, OPERATION_BYTES = 32 };

struct note {
    _Atomic uintptr_t address; // 0: free
    char operation[OPERATION_BYTES];
    atomic_uint_fast64_t calls, failures;
    char place[LINE_BYTES]; // "FILE:LINE", found by the report
};

// A place in the sources.
struct site {
    const char *file;
    const char *operation;
    unsigned line;
    bool is_last; // "return PORT(…)": the compiler may have made a jump of it
    uint64_t calls, failures;
};

static struct note *notes; // shared memory; NULL: nothing is noted

void call_sites_begin(void)
{
    size_t size = NOTES_MAX * sizeof(*notes);
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
    notes = shared;
}

void call_sites_note(const char *operation, const void *address, bool has_failed)
{
    if (notes == NULL)
        return;
    uintptr_t key = (uintptr_t)address;
    for (size_t i = key % NOTES_MAX;; i = (i + 1) % NOTES_MAX) {
        uintptr_t is = 0;
        if (atomic_compare_exchange_strong(&notes[i].address, &is, key))
            (void)snprintf(notes[i].operation, OPERATION_BYTES, "%s", operation);
        else if (is != key)
            continue;
        (void)atomic_fetch_add(&notes[i].calls, 1);
        (void)atomic_fetch_add(&notes[i].failures, has_failed);
        return;
    }
}

// Where this program was loaded: addresses on the disk are relative to it. Made by the linker.
extern const char __executable_start;

// Finds the line of each call noted.
static void find_places(void)
{
    uintptr_t base = (uintptr_t)&__executable_start;
    char *program = realpath("/proc/self/exe", NULL);
    ck_assert_ptr_nonnull(program);
    for (size_t i = 0; i < NOTES_MAX; i++) {
        uintptr_t address = notes[i].address;
        if (address == 0 || notes[i].place[0] != 0)
            continue;
        char command[2 * LINE_BYTES];
        (void)snprintf(
            command, sizeof(command), "addr2line -i -e '%s' 0x%" PRIxPTR, program,
            address - base - 1);
        FILE *pipe = popen(command, "r");
        ck_assert_ptr_nonnull(pipe);
        bool is_header = true; // of the system: a function that was inlined here
        while (is_header && fgets(notes[i].place, LINE_BYTES, pipe) != NULL)
            is_header = strncmp(notes[i].place, "/usr/", strlen("/usr/")) == 0;
        (void)pclose(pipe);
        notes[i].place[strcspn(notes[i].place, " \n")] = 0;
    }
    free(program);
}

static bool is_in_name(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether a call of the operation begins here.
static bool is_call(const char *prefix, const char *operation, const char *line, const char *at)
{
    size_t len = strlen(prefix);
    size_t operation_len = strlen(operation);
    if (strncmp(at, prefix, len) != 0 || strncmp(at + len, operation, operation_len) != 0)
        return false;
    bool begins = at == line || !is_in_name(at[0]) || !is_in_name(at[-1]);
    return begins && at[len + operation_len] == '(';
}

// The operation that is called in a line, NULL when none is.
static const char *operation_in(const struct call_area *area, const char *line)
{
    if (strncmp(line + strspn(line, " "), "//", 2) == 0)
        return NULL;
    for (const char *at = line; *at != 0; at++) {
        for (size_t i = 0; area->operations[i] != NULL; i++)
            if (is_call(area->prefix, area->operations[i], line, at))
                return area->operations[i];
    }
    return NULL;
}

static size_t find_sites(const struct call_area *area, struct site *sites)
{
    size_t count = 0;
    for (size_t i = 0; area->files[i] != NULL; i++) {
        char line[LINE_BYTES];
        FILE *file = fopen(area->files[i], "r");
        ck_assert_msg(file != NULL, "%s cannot be read: run from the root", area->files[i]);
        for (unsigned number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
            const char *operation = operation_in(area, line);
            if (operation == NULL)
                continue;
            ck_assert_uint_lt(count, SITES_MAX);
            sites[count++] = (struct site){
                .file = area->files[i],
                .operation = operation,
                .line = number,
                .is_last = strncmp(line + strspn(line, " "), "return", strlen("return")) == 0};
        }
        (void)fclose(file);
    }
    return count;
}

static bool place_is_in(const char *place, const char *file, unsigned *line_out)
{
    const char *colon = strrchr(place, ':');
    size_t len = strlen(file);
    if (colon == NULL || (size_t)(colon - place) < len || strncmp(colon - len, file, len) != 0)
        return false;
    *line_out = (unsigned)strtoul(colon + 1, NULL, 10);
    return true;
}

// The site that a note is of; NULL when it is of none of them.
static struct site *site_of(const struct note *note, struct site *sites, size_t count)
{
    struct site *jumped = NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned line = 0;
        if (strcmp(note->operation, sites[i].operation) != 0 ||
            !place_is_in(note->place, sites[i].file, &line))
            continue;
        if (line == sites[i].line)
            return &sites[i];
        if (sites[i].is_last)
            jumped = &sites[i]; // the address is of the caller of the function that ends so
    }
    return jumped;
}

unsigned call_sites_report(const struct call_area *area)
{
    static struct site sites[SITES_MAX];
    uint64_t calls = 0, failures = 0;
    unsigned reached = 0, failed = 0;
    ck_assert_ptr_nonnull(notes);
    find_places();
    size_t count = find_sites(area, sites);
    for (size_t i = 0; i < NOTES_MAX; i++) {
        struct site *site = notes[i].address == 0 ? NULL : site_of(&notes[i], sites, count);
        if (site == NULL)
            continue;
        site->calls += notes[i].calls;
        site->failures += notes[i].failures;
    }
    for (size_t i = 0; i < count; i++) {
        calls += sites[i].calls;
        failures += sites[i].failures;
        reached += sites[i].calls > 0;
        failed += sites[i].failures > 0;
        if (sites[i].failures == 0)
            (void)printf(
                "    %s: %s:%u %s\n", sites[i].calls == 0 ? "NOT REACHED" : "NEVER FAILED",
                sites[i].file, sites[i].line, sites[i].operation);
    }
    (void)printf(
        "  %-22s %9" PRIu64 " calls, %8" PRIu64
        " failed; call sites: %zu, reached %u, failed at %u\n",
        area->name, calls, failures, count, reached, failed);
    (void)fflush(stdout); // before an assertion ends the process
    ck_assert_uint_gt(count, 0);
    return (unsigned)count - failed;
}
