// What a daemon says of itself: the port in its log, the lines of its /metrics.
#ifndef TOOLS_BENCH_SUPPORT_SCRAPE_H
#define TOOLS_BENCH_SUPPORT_SCRAPE_H

#include <stdint.h>

// The HTTP port that the daemon's log names; 0 when it is not there yet.
uint16_t scrape_port(const char *log);

// The first line of a metric at or behind `from`, which begins a line; NULL when there is none.
const char *scrape_line(const char *from, const char *name);
double scrape_value(const char *line);
const char *scrape_next(const char *line); // the line behind

// Sum over the shards; negative when there is no such metric.
double scrape_sum(const char *body, const char *name);

#endif
