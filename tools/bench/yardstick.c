// The yardstick of folding: how fast yyjson alone parses the lines of a file on one core.
//   yardstick FILE [RUNS]      prints events/s of each run and their median
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yyjson.h>

#include "engine/base/memory.h"

enum { RUNS_MAX = 25, POOL_BYTES = 1 << 16 };

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Reads the file; parses it line by line, without keeping anything. Gives the number of events.
static uint64_t parse(char *text, size_t len)
{
    static char pool[POOL_BYTES];
    uint64_t events = 0;
    for (char *line = text; line < text + len;) {
        char *end = memchr(line, '\n', (size_t)(text + len - line));
        if (end == NULL)
            end = text + len;
        yyjson_alc alc;
        (void)yyjson_alc_pool_init(&alc, pool, sizeof(pool));
        yyjson_doc *doc = yyjson_read_opts(line, (size_t)(end - line), 0, &alc, NULL);
        if (doc == NULL || !yyjson_is_obj(yyjson_doc_get_root(doc))) {
            (void)fputs("yardstick: a line is not JSON\n", stderr);
            exit(1);
        }
        events++;
        line = end + 1;
    }
    return events;
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    long runs = argc > 2 ? strtol(argv[2], NULL, 10) : 3;
    if (file == NULL || runs < 1 || runs > RUNS_MAX) {
        (void)fputs("usage: yardstick FILE [RUNS]\n", stderr);
        return 2;
    }
    (void)fseek(file, 0, SEEK_END);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *text = mem_alloc(len + 1);
    if (fread(text, 1, len, file) != len)
        return 1;
    (void)fclose(file);
    double rates[RUNS_MAX];
    for (long i = 0; i < runs; i++) {
        double start = now_s();
        uint64_t events = parse(text, len);
        rates[i] = (double)events / (now_s() - start);
    }
    qsort(rates, (size_t)runs, sizeof(rates[0]), compare);
    (void)printf("%.0f %.0f %.0f\n", rates[0], rates[runs / 2], rates[runs - 1]);
    free(text);
    return 0;
}
