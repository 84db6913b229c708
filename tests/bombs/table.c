// Prints what each bomb costs: time (median of five), memory, and what came of it.
//
//   table [PARSER]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bombs/bombs.h"
#include "tests/bombs/heap.h"

enum { RUNS = 5 };

struct cost {
    double ms;
    size_t bytes;
    char outcome[BOMB_OUTCOME_BYTES];
};

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return first < second ? -1 : first > second ? 1 : 0;
}

static struct cost measure(const struct bomb *bomb, struct bytes input)
{
    struct cost cost = {.ms = 0};
    double times[RUNS];
    bomb_parse(bomb->parser, input, cost.outcome); // what is made once is not counted
    for (int i = 0; i < RUNS; i++) {
        heap_begin();
        double begin = now_ms();
        bomb_parse(bomb->parser, input, cost.outcome);
        times[i] = now_ms() - begin;
        cost.bytes = heap_peak_bytes();
    }
    qsort(times, RUNS, sizeof(times[0]), compare);
    cost.ms = times[RUNS / 2];
    return cost;
}

int main(int argc, char **argv)
{
    struct buffer input = {0};
    double worst_ms = 0;
    size_t worst_bytes[BOMB_PARSERS] = {0};
    (void)printf("| parser | input | bytes | ms | KiB | outcome |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < bomb_count(); i++) {
        const struct bomb *bomb = bomb_at(i);
        const char *parser = bomb_parser_name(bomb->parser);
        if (argc > 1 && strcmp(argv[1], parser) != 0)
            continue;
        bomb_make(bomb, &input);
        struct cost cost = measure(bomb, buffer_bytes(&input));
        (void)printf(
            "| %s | %s | %zu | %.1f | %zu | %s |\n", parser, bomb->name, input.len, cost.ms,
            cost.bytes / 1024, cost.outcome);
        worst_ms = cost.ms > worst_ms ? cost.ms : worst_ms;
        if (cost.bytes > worst_bytes[bomb->parser])
            worst_bytes[bomb->parser] = cost.bytes;
    }
    (void)printf("\nworst: %.1f ms; memory", worst_ms);
    for (size_t i = 0; i < BOMB_PARSERS; i++)
        if (worst_bytes[i] > 0)
            (void)printf(
                " %s %zu KiB,", bomb_parser_name((enum bomb_parser)i), worst_bytes[i] / 1024);
    (void)printf(" beside the input\n");
    buffer_free(&input);
    return EXIT_SUCCESS;
}
