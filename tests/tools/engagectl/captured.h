// Running engagectl inside a test, with what it writes.
#ifndef TESTS_TOOLS_ENGAGECTL_CAPTURED_H
#define TESTS_TOOLS_ENGAGECTL_CAPTURED_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "tools/engagectl/command.h"

enum { CAPTURED_BYTES = 1 << 18, CAPTURED_ARGS_MAX = 16 };

struct captured {
    int code;
    char out[CAPTURED_BYTES];
    char err[CAPTURED_BYTES];
};

static inline void captured_read(FILE *file, char *to)
{
    rewind(file);
    size_t len = fread(to, 1, CAPTURED_BYTES - 1, file);
    to[len] = '\0';
    (void)fclose(file);
}

// line: the arguments, separated by single spaces.
static inline void captured_run(const char *line, struct captured *captured)
{
    static char words[4096];
    char *args[CAPTURED_ARGS_MAX + 1] = {NULL};
    int count = 0;
    (void)snprintf(words, sizeof(words), "engagectl %s", line);
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        ck_assert_int_lt(count, CAPTURED_ARGS_MAX);
        args[count++] = word;
    }
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    ck_assert(out != NULL && err != NULL);
    (void)fflush(NULL);
    int kept_out = dup(STDOUT_FILENO);
    int kept_err = dup(STDERR_FILENO);
    (void)dup2(fileno(out), STDOUT_FILENO);
    (void)dup2(fileno(err), STDERR_FILENO);
    captured->code = command_main(count, args);
    (void)fflush(NULL);
    (void)dup2(kept_out, STDOUT_FILENO);
    (void)dup2(kept_err, STDERR_FILENO);
    (void)close(kept_out);
    (void)close(kept_err);
    captured_read(out, captured->out);
    captured_read(err, captured->err);
}

// A line, and what has to come of it.
struct captured_case {
    const char *line;
    int code;
    const char *out; // the whole of it
    const char *err; // found in it
};

static inline void captured_check(const struct captured_case *it, struct captured *captured)
{
    captured_run(it->line, captured);
    ck_assert_msg(
        captured->code == it->code, "%s: exit %d: %s", it->line, captured->code, captured->err);
    ck_assert_str_eq(captured->out, it->out);
    ck_assert_msg(strstr(captured->err, it->err) != NULL, "%s: %s", it->line, captured->err);
}

#endif
