// Reads the daemon's /metrics.
//   metrics PORT NAME...              prints the sum of each over the shards, one line
//   metrics PORT --quantile Q NAME    prints the upper bound (µs) of the bucket that Q falls into
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/support/http_get.h"
#include "tools/bench/support/scrape.h"

enum { BODY_BYTES = 1 << 20 };

static int print_sum(const char *body, const char *name, const char *before)
{
    double sum = scrape_sum(body, name);
    if (sum < 0) {
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
    const char *total = scrape_line(body, count);
    if (total == NULL || scrape_value(total) <= 0) {
        (void)fprintf(stderr, "metrics: %s is empty\n", name);
        return 1;
    }
    for (const char *at = scrape_line(body, bucket); at != NULL;
         at = scrape_line(scrape_next(at), bucket)) {
        const char *bound = strstr(at, "le=\"");
        if (bound == NULL || scrape_value(at) < quantile * scrape_value(total))
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
