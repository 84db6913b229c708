// Combines sinks and their marks.
#include "consumers/file/route_sink.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct route_sink {
    struct sink legs[ROUTE_LEG_COUNT];
};

static struct route_sink *route_from(void *self)
{
    struct route_sink *route = self;
    INVARIANT(route != NULL);
    return route;
}

static unsigned mark_shift(enum route_leg leg)
{
    return leg == ROUTE_DEAD_LETTERS_FILE ? 32 : 0;
}

static uint64_t mark_part(uint64_t mark, enum route_leg leg)
{
    if (leg == ROUTE_KAFKA)
        return 0;
    return (mark >> mark_shift(leg) & UINT32_MAX) * ROUTE_MARK_UNIT_BYTES;
}

static uint64_t mark_pack(uint64_t mark, enum route_leg leg)
{
    if (leg == ROUTE_KAFKA)
        return 0;
    uint64_t units = mark / ROUTE_MARK_UNIT_BYTES;
    return (units < UINT32_MAX ? units : UINT32_MAX) << mark_shift(leg);
}

static enum err route_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    struct route_sink *route = route_from(self);
    for (enum route_leg leg = 0; leg < ROUTE_LEG_COUNT; leg++) {
        const struct sink *sink = &route->legs[leg];
        if (sink->ops == NULL)
            continue;
        enum err err = sink->ops->recover(sink->self, shard, mark_part(mark, leg), fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static enum err route_check_frame(void *self, const struct sink_frame *frame, struct fault *fault)
{
    struct route_sink *route = route_from(self);
    for (enum route_leg leg = 0; leg < ROUTE_LEG_COUNT; leg++) {
        const struct sink *sink = &route->legs[leg];
        if (sink->ops == NULL || sink->ops->check_frame == NULL)
            continue;
        enum err err = sink->ops->check_frame(sink->self, frame, fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static enum err route_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    struct route_sink *route = route_from(self);
    bool is_everywhere = true;
    for (enum route_leg leg = 0; leg < ROUTE_LEG_COUNT; leg++) {
        const struct sink *sink = &route->legs[leg];
        if (sink->ops == NULL)
            continue;
        bool is_there = false;
        enum err err = sink->ops->is_published(sink->self, item, chain, &is_there, fault);
        if (err != ERR_OK)
            return err;
        is_everywhere = is_everywhere && is_there;
    }
    *out = is_everywhere;
    return ERR_OK;
}

static enum err route_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    struct route_sink *route = route_from(self);
    uint64_t mark = 0;
    for (enum route_leg leg = 0; leg < ROUTE_LEG_COUNT; leg++) {
        const struct sink *sink = &route->legs[leg];
        if (sink->ops == NULL)
            continue;
        uint64_t part = 0;
        enum err err = sink->ops->publish(sink->self, publication, &part, fault);
        if (err != ERR_OK)
            return err;
        mark |= mark_pack(part, leg);
    }
    *mark_out = mark;
    return ERR_OK;
}

static void route_destroy(void *self)
{
    free(self);
}

static const struct sink_ops route_sink_ops = {
    .recover = route_recover,
    .check_frame = route_check_frame,
    .is_published = route_is_published,
    .publish = route_publish,
    .destroy = route_destroy,
};

void route_sink_create(const struct sink *legs, struct sink *out)
{
    struct route_sink *route = mem_zero(1, sizeof(*route));
    for (enum route_leg leg = 0; leg < ROUTE_LEG_COUNT; leg++)
        route->legs[leg] = legs[leg];
    *out = (struct sink){.ops = &route_sink_ops, .self = route};
}
