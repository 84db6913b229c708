// Reads the daemon's /metrics.
//   metrics PORT NAME...              prints the sum of each over the shards, one line
//   metrics PORT --quantile Q NAME    prints the upper bound (µs) of the bucket that Q falls into
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/support/http_get.h"

enum { BODY_BYTES = 1 << 20 };

// The lines of a metric, one after the other; NULL after the last.
static const char *line_of(const char *from, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = from; at != NULL && *at != 0;) {
        if (strncmp(at, name, len) == 0 && (at[len] == ' ' || at[len] == '{'))
            return at;
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    return NULL;
}

static double value_of(const char *line)
{
    size_t len = strcspn(line, "\n");
    while (len > 0 && line[len - 1] != ' ')
        len--;
    return strtod(line + len, NULL);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end == NULL ? line + strlen(line) : end + 1;
}

static int print_sum(const char *body, const char *name, const char *before)
{
    bool is_there = false;
    double sum = 0;
    for (const char *at = line_of(body, name); at != NULL; at = line_of(next_line(at), name)) {
        sum += value_of(at);
        is_there = true;
    }
    if (!is_there) {
        (void)fprintf(stderr, "metrics: no %s\n", name);
        return 1;
    }
    (void)printf("%s%.0f", before, sum);
    return 0;
}

static int print_quantile(const char *body, double quantile, const char *name)
{
    char bucket[256];
    char count[256];
    (void)snprintf(bucket, sizeof(bucket), "%s_bucket", name);
    (void)snprintf(count, sizeof(count), "%s_count", name);
    const char *total = line_of(body, count);
    if (total == NULL || value_of(total) <= 0) {
        (void)fprintf(stderr, "metrics: %s is empty\n", name);
        return 1;
    }
    for (const char *at = line_of(body, bucket); at != NULL; at = line_of(next_line(at), bucket)) {
        const char *bound = strstr(at, "le=\"");
        if (bound == NULL || value_of(at) < quantile * value_of(total))
            continue;
        (void)printf("%.0f\n", strtod(bound + strlen("le=\""), NULL) * 1e6);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: metrics PORT NAME... | PORT --quantile Q NAME\n", stderr);
        return 2;
    }
    static char body[BODY_BYTES];
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    if (http_get(port, "/metrics", body, sizeof(body)) != 200) {
        (void)fputs("metrics: no answer\n", stderr);
        return 1;
    }
    if (argc == 5 && strcmp(argv[2], "--quantile") == 0)
        return print_quantile(body, strtod(argv[3], NULL), argv[4]);
    int failed = 0;
    for (int i = 2; i < argc; i++)
        failed |= print_sum(body, argv[i], i > 2 ? " " : "");
    (void)puts("");
    return failed;
}
