// Prints what each bomb costs: time (the least of seven: others only add to it), memory, and what came of it. Beside it
// what libyaml takes of that for itself.
//
//   table [PARSER [NAME]]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <yaml.h>

#include "engine/base/invariant.h"

#include "tests/bombs/bombs.h"
#include "tests/bombs/heap.h"

enum { RUNS = 7 };

struct cost {
    double ms;
    double libyaml_ms;
    size_t bytes;
    char outcome[BOMB_OUTCOME_BYTES];
};

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void keep_least(double *least_ms, int run, double ms)
{
    if (run == 0 || ms < *least_ms)
        *least_ms = ms;
}

// Until libyaml is through, or at an end.
static void read_events(struct bytes input)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool is_end = false;
    INVARIANT(yaml_parser_initialize(&parser));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, input.data, input.len);
    while (!is_end && yaml_parser_parse(&parser, &event)) {
        is_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

static bool is_file(enum bomb_parser parser)
{
    return parser == BOMB_RULES || parser == BOMB_CONFIG;
}

static struct cost measure(const struct bomb *bomb, struct bytes input)
{
    struct cost cost = {.ms = 0};
    bomb_parse(bomb->parser, input, cost.outcome); // what is made once is not counted
    heap_begin();
    bomb_parse(bomb->parser, input, cost.outcome);
    cost.bytes = heap_peak_bytes();
    heap_end();
    for (int i = 0; i < RUNS; i++) {
        double begin = now_ms();
        bomb_parse(bomb->parser, input, cost.outcome);
        keep_least(&cost.ms, i, now_ms() - begin);
        begin = now_ms();
        if (is_file(bomb->parser))
            read_events(input);
        keep_least(&cost.libyaml_ms, i, now_ms() - begin);
    }
    return cost;
}

// The dearest inputs of one parser.
struct worst {
    size_t count;
    double ms;
    const char *slowest;
    size_t bytes;
    const char *largest;
};

static void note(struct worst *worst, const struct bomb *bomb, const struct cost *cost)
{
    if (worst->count == 0 || cost->ms > worst->ms) {
        worst->ms = cost->ms;
        worst->slowest = bomb->name;
    }
    if (worst->count == 0 || cost->bytes > worst->bytes) {
        worst->bytes = cost->bytes;
        worst->largest = bomb->name;
    }
    worst->count++;
}

static void print_worst(const struct worst *worst)
{
    (void)printf("\n| parser | inputs | worst ms | with | most KiB beside the input | with |\n"
                 "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < BOMB_PARSERS; i++)
        if (worst[i].count > 0)
            (void)printf(
                "| %s | %zu | %.1f | %s | %zu | %s |\n", bomb_parser_name((enum bomb_parser)i),
                worst[i].count, worst[i].ms, worst[i].slowest, worst[i].bytes / 1024,
                worst[i].largest);
}

int main(int argc, char **argv)
{
    struct buffer input = {0};
    struct worst worst[BOMB_PARSERS] = {{0}};
    (void)printf("| parser | input | bytes | ms | libyaml ms | KiB | outcome "
                 "|\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < bomb_count(); i++) {
        const struct bomb *bomb = bomb_at(i);
        const char *parser = bomb_parser_name(bomb->parser);
        if ((argc > 1 && strcmp(argv[1], parser) != 0) ||
            (argc > 2 && strcmp(argv[2], bomb->name) != 0))
            continue;
        bomb_make(bomb, &input);
        struct cost cost = measure(bomb, buffer_bytes(&input));
        (void)printf(
            "| %s | %s | %zu | %.1f | %.1f | %zu | %s |\n", parser, bomb->name, input.len, cost.ms,
            cost.libyaml_ms, cost.bytes / 1024, cost.outcome);
        note(&worst[bomb->parser], bomb, &cost);
    }
    print_worst(worst);
    buffer_free(&input);
    return EXIT_SUCCESS;
}
