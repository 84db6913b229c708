#include "engine/run/metrics_teams.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/team_stats.h"
#include "engine/run/metrics_label.h"

struct series {
    struct bytes team, person;
    uint64_t owned, handed;
};

static void add_series(struct series *list, size_t *count, const struct series *series)
{
    if (*count < METRICS_PEOPLE_MAX) {
        list[(*count)++] = *series;
        return;
    }
    if (*count == METRICS_PEOPLE_MAX)
        list[(*count)++] = (struct series){BYTES_LITERAL("other"), BYTES_LITERAL("other"), 0, 0};
    list[METRICS_PEOPLE_MAX].owned += series->owned;
    list[METRICS_PEOPLE_MAX].handed += series->handed;
}

static void add_head(struct buffer *to, const char *name, const char *help, const char *type)
{
    buffer_add_format(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_line(
    struct buffer *to, const char *name, const struct series *series, uint64_t number)
{
    buffer_add_format(to, "%s{", name);
    metrics_add_label(to, "team", series->team);
    metrics_add_label(to, ",person", series->person);
    buffer_add_format(to, "} %" PRIu64 "\n", number);
}

// Names of people who are no members come from events, so that there may be any of them: they have none.
static size_t find_series(const struct team_stats *stats, struct series *list)
{
    size_t count = 0;
    for (size_t i = 0; i < stats->count; i++) {
        const struct team_stat *team = &stats->items[i];
        for (size_t j = 0; j < team->member_count; j++) {
            const struct member_stat *member = &team->members[j];
            const struct series series = {
                team->name, member->person, member->owned, member->handed};
            if (!member->is_gone)
                add_series(list, &count, &series);
        }
    }
    return count;
}

void metrics_teams_print(const struct bytes *packed, size_t count, struct buffer *to)
{
    static const char contacts[] = "engaged_team_contacts";
    static const char handed[] = "engaged_team_handed_over_total";
    struct arena arena = {0};
    struct team_stats stats;
    enum err err = team_stats_sum(packed, count, &arena, &stats);
    INVARIANT(err == ERR_OK); // it was packed a moment ago
    struct series *list = mem_alloc((METRICS_PEOPLE_MAX + 1) * sizeof(*list));
    size_t series_count = find_series(&stats, list);
    add_head(to, contacts, "Contacts that a member of a team owns.", "gauge");
    for (size_t i = 0; i < series_count; i++)
        add_line(to, contacts, &list[i], list[i].owned);
    add_head(to, handed, "Contacts that were handed to a member of a team.", "counter");
    for (size_t i = 0; i < series_count; i++)
        add_line(to, handed, &list[i], list[i].handed);
    free(list);
    arena_free(&arena);
}
