// What a daemon says of itself: the port in its log, the lines of its /metrics.
#include "tools/bench/support/scrape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_BYTES = 65536 };

uint16_t scrape_port(const char *log)
{
    static char text[LOG_BYTES + 1];
    FILE *file = fopen(log, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(text, 1, LOG_BYTES, file);
    (void)fclose(file);
    text[len] = 0;
    const char *at = strstr(text, " port=");
    if (at == NULL || strchr(at, '\n') == NULL)
        return 0;
    return (uint16_t)strtoul(at + strlen(" port="), NULL, 10);
}

const char *scrape_line(const char *from, const char *name)
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

double scrape_value(const char *line)
{
    size_t len = strcspn(line, "\n");
    while (len > 0 && line[len - 1] != ' ')
        len--;
    return strtod(line + len, NULL);
}

const char *scrape_next(const char *line)
{
    const char *end = strchr(line, '\n');
    return end == NULL ? line + strlen(line) : end + 1;
}

double scrape_sum(const char *body, const char *name)
{
    double sum = -1;
    for (const char *at = scrape_line(body, name); at != NULL;
         at = scrape_line(scrape_next(at), name))
        sum = (sum < 0 ? 0 : sum) + scrape_value(at);
    return sum;
}
