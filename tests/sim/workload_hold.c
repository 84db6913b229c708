// Drawing what holds actions back, and printing it: limits of actions and channels, and quiet hours.
#include "tests/sim/workload_flow.h"

enum { CHANNELS_MAX = 4, ALL_DAYS = 127, DAY_MINUTES = 24 * 60, HALF_HOUR = 30 };

static struct workload_sent_limit draw_sent_limit(const struct rules_draw *from, struct draw *draw)
{
    struct sim_random *random = &draw->random;
    struct workload_sent_limit limit = {
        .times = (uint32_t)sim_random_between(random, 1, 3),
        .span = (enum workload_span)sim_random_between(random, WORKLOAD_EVER, WORKLOAD_YEAR),
        .is_delayed = sim_random_chance(random, 600),
    };
    if (sim_random_chance(random, 300))
        limit.span = WORKLOAD_ROLLING;
    if (limit.span == WORKLOAD_ROLLING)
        limit.span_ms = draw_span(from, random);
    if (limit.span == WORKLOAD_EVER) // has no room again
        limit.is_delayed = false;
    return limit;
}

struct workload_sent_limit draw_action_limit(
    const struct rules_draw *from, uint32_t number, const struct workload_action *action)
{
    struct workload_sent_limit limit = {.times = 0};
    struct draw draw = part_draw(from, "limit of an action", number);
    if (!sim_random_chance(&draw.random, 400))
        return limit;
    limit = draw_sent_limit(from, &draw);
    if (action->param_count > 0 && sim_random_chance(&draw.random, 500))
        limit.per = action->params[sim_random_below(&draw.random, action->param_count)].name;
    return limit;
}

static void draw_quiet(struct draw *draw, struct workload_channel *channel)
{
    struct workload_window *quiet = &channel->quiet;
    channel->has_quiet = true;
    channel->skips_quiet = sim_random_chance(&draw->random, 300);
    draw_window(draw, quiet);
    if (quiet->start_minute == 0 && quiet->stop_minute == DAY_MINUTES) // some must be left
        quiet->stop_minute -= HALF_HOUR;
    if (quiet->start_minute == quiet->stop_minute && quiet->days == ALL_DAYS)
        quiet->days = 1;
}

static bool is_used(const struct workload_rules *rules, struct text channel)
{
    for (uint32_t i = 0; i < rules->action_count; i++) {
        if (text_equal(rules->actions[i].channel, channel))
            return true;
    }
    return false;
}

void draw_channels(const struct rules_draw *from)
{
    struct workload_channel *channels = sim_alloc(from->arena, CHANNELS_MAX * sizeof(*channels));
    uint32_t count = 0;
    for (uint32_t i = 0; i < CHANNELS_MAX; i++) {
        struct draw draw = part_draw(from, "channel", i);
        struct workload_channel channel = {.name = text_of(words_channels.at[i])};
        bool is_there = sim_random_chance(&draw.random, 400);
        if (sim_random_chance(&draw.random, 600))
            draw_quiet(&draw, &channel);
        if (!channel.has_quiet || sim_random_chance(&draw.random, 500))
            channel.limit = draw_sent_limit(from, &draw);
        if (is_there && is_used(from->rules, channel.name))
            channels[count++] = channel;
    }
    from->rules->channels = channels;
    from->rules->channel_count = count;
}

static bool may_delay(const struct workload_sent_limit *limit)
{
    return limit->times > 0 && limit->is_delayed;
}

bool action_may_delay(const struct workload_rules *rules, struct text action)
{
    const struct workload_action *of = rules->actions;
    while (!text_equal(of->name, action))
        of++;
    bool may = may_delay(&of->limit);
    for (uint32_t i = 0; i < rules->channel_count; i++) {
        const struct workload_channel *channel = &rules->channels[i];
        if (text_equal(channel->name, of->channel))
            may =
                may || may_delay(&channel->limit) || (channel->has_quiet && !channel->skips_quiet);
    }
    return may;
}

// --- YAML
void sent_limit_print(const struct workload_sent_limit *limit, struct sim_text *to)
{
    static const char *const words[] = {"", "", "day", "week", "month", "year"};
    sim_add_format(to, "{times: %u", limit->times);
    if (limit->span == WORKLOAD_ROLLING) {
        sim_add_chars(to, ", every: ");
        span_print(limit->span_ms, to);
    } else if (limit->span != WORKLOAD_EVER) {
        sim_add_format(to, ", every: %s", words[limit->span]);
    }
    if (limit->per.len > 0) {
        sim_add_chars(to, ", per: ");
        sim_add(to, limit->per);
    }
    sim_add_chars(to, limit->is_delayed ? ", over: delay}" : "}");
}

static void print_channel(const struct workload_channel *channel, struct sim_text *to)
{
    sim_add_chars(to, "  ");
    sim_add(to, channel->name);
    sim_add_chars(to, ":\n");
    if (channel->has_quiet) {
        sim_add_chars(to, "    quiet: {");
        window_print(&channel->quiet, to);
        sim_add_chars(to, channel->skips_quiet ? ", over: skip}\n" : "}\n");
    }
    if (channel->limit.times > 0) {
        sim_add_chars(to, "    limit: ");
        sent_limit_print(&channel->limit, to);
        sim_add_byte(to, '\n');
    }
}

void channels_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    for (uint32_t i = 0; i < rules->channel_count; i++) {
        if (print_begins(i, rules->channel_count, rules, file))
            sim_add_chars(to, "channels:\n");
        if (print_is_here(i, rules->channel_count, rules, file))
            print_channel(&rules->channels[i], to);
    }
}
