// How long things took, in fixed buckets.
#include "engine/run/histogram.h"

#include <inttypes.h>

// 0.5 ms to 10 s: below is noise, above is an outage.
static const int64_t bounds_us[HISTOGRAM_BUCKETS] = {500,     1000,    2500,    5000,    10000,
                                                     25000,   50000,   100000,  250000,  500000,
                                                     1000000, 2500000, 5000000, 10000000};

void histogram_add(struct histogram *histogram, int64_t duration_us, uint64_t times)
{
    size_t i = 0;
    while (i < HISTOGRAM_BUCKETS && duration_us > bounds_us[i])
        i++;
    histogram->counts[i] += times;
    if (duration_us > 0)
        histogram->sum_us += (uint64_t)duration_us * times;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++)
        to->counts[i] += from->counts[i];
    to->sum_us += from->sum_us;
}

void histogram_print(const struct histogram *histogram, const char *name, struct buffer *to)
{
    uint64_t total = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        total += histogram->counts[i];
        buffer_add_format(
            to, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, (double)bounds_us[i] / 1e6, total);
    }
    total += histogram->counts[HISTOGRAM_BUCKETS];
    buffer_add_format(to, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, total);
    buffer_add_format(to, "%s_sum %.6f\n", name, (double)histogram->sum_us / 1e6);
    buffer_add_format(to, "%s_count %" PRIu64 "\n", name, total);
}
