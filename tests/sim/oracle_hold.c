// What holds actions back: consent, do-not-disturb, quiet hours, the limit of the channel and that of the action.
#include <string.h>

#include "tests/sim/oracle_run.h"

#define DAY_MS INT64_C(86400000)

enum { KEYS_MAX = 1000 };

static const struct hold lets_go = {HOLDS_NOT, 0};

static const struct channel *find_channel(const struct contact *contact, struct text name)
{
    static const struct channel none = {.consent = CONSENT_NONE};
    for (size_t i = 0; i < contact->channels.count; i++) {
        if (text_equal(contact->channels.at[i].name, name))
            return &contact->channels.at[i];
    }
    return &none;
}

// More about the action's channel than its name; NULL: the rules say nothing.
static const struct workload_channel *channel_of(
    const struct oracle *oracle, const struct workload_action *action)
{
    for (uint32_t i = 0; i < oracle->rules->channel_count; i++) {
        if (text_equal(oracle->rules->channels[i].name, action->channel))
            return &oracle->rules->channels[i];
    }
    return NULL;
}

static bool is_unwanted(struct oracle *oracle, const struct workload_action *action)
{
    const struct contact *contact = oracle_contact(oracle);
    if (action->channel.len == 0)
        return false;
    const struct channel *channel = find_channel(contact, action->channel);
    if (channel->consent == CONSENT_DENIED_ || channel->consent == CONSENT_TAKEN_BACK) {
        oracle->counts.held_consent++;
        return true;
    }
    if (channel->is_dnd || find_channel(contact, text_of("all"))->is_dnd) {
        oracle->counts.held_dnd++;
        return true;
    }
    return false;
}

static struct hold hold_up(struct oracle *oracle, int64_t until_ms)
{
    oracle->counts.delayed++;
    return (struct hold){HOLDS_UP, until_ms};
}

// --- limits
struct under {
    struct text of;
    bool is_of_channel;
    const struct workload_sent_limit *limit;
    struct text key;
};

static struct under under_channel(const struct workload_channel *channel)
{
    return (struct under){channel->name, true, &channel->limit, text_of("")};
}

static struct under under_action(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing)
{
    struct under under = {action->name, false, &action->limit, text_of("")};
    if (action->limit.per.len == 0)
        return under;
    struct sim_text key = {NULL, 0, 0};
    const struct workload_param *param = action->params;
    while (!text_equal(param->name, action->limit.per))
        param++; // the rules compile, so it is there
    struct workload_value value = oracle_param_value(oracle, param, doing);
    sim_add(&key, param->name);
    sim_add_byte(&key, '=');
    if (value.kind != WORKLOAD_ABSENT && value.kind != WORKLOAD_NULL)
        sim_add_json_value(&key, &value);
    under.key = text_copy(&oracle->arena, sim_text_view(&key));
    sim_text_free(&key);
    return under;
}

static bool is_under(const struct sent *sent, const struct under *under)
{
    return sent->is_of_channel == under->is_of_channel && text_equal(sent->of, under->of);
}

static int64_t begins_ms(const struct oracle *oracle, const struct workload_sent_limit *limit)
{
    struct text zone = oracle_contact_zone(oracle);
    if (limit->span == WORKLOAD_EVER)
        return INT64_MIN;
    if (limit->span == WORKLOAD_ROLLING)
        return oracle->now_ms - limit->span_ms + 1;
    int64_t local_ms = oracle_local_ms(oracle, zone, oracle->now_ms);
    return oracle_reached_ms(oracle, zone, oracle_span_begins(limit->span, local_ms));
}

// How many count now that were sent at a moment or later.
static uint32_t count_since(const struct oracle *oracle, const struct under *under, int64_t from_ms)
{
    const struct contact *contact = &oracle->contacts.at[oracle->contact];
    uint32_t count = 0;
    for (size_t i = 0; i < contact->sent.count; i++) {
        const struct sent *sent = &contact->sent.at[i];
        count +=
            is_under(sent, under) && text_equal(sent->key, under->key) && sent->time_ms >= from_ms;
    }
    return count;
}

// Until when nothing more goes out under the limit: of those that count, so many must have left it.
static int64_t room_ms(const struct oracle *oracle, const struct under *under)
{
    const struct contact *contact = &oracle->contacts.at[oracle->contact];
    const struct workload_sent_limit *limit = under->limit;
    int64_t from_ms = begins_ms(oracle, limit);
    if (count_since(oracle, under, from_ms) < limit->times)
        return oracle->now_ms;
    if (limit->span == WORKLOAD_EVER)
        return INT64_MAX;
    if (limit->span != WORKLOAD_ROLLING)
        return oracle_span_ends(oracle, limit->span, oracle->now_ms);
    for (size_t i = 0; i < contact->sent.count; i++) { // in the order in which they leave
        const struct sent *sent = &contact->sent.at[i];
        if (is_under(sent, under) && text_equal(sent->key, under->key) &&
            sent->time_ms >= from_ms &&
            count_since(oracle, under, sent->time_ms + 1) < limit->times)
            return sent->time_ms + limit->span_ms;
    }
    return oracle->now_ms;
}

static struct hold hold_limited(struct oracle *oracle, const struct under *under)
{
    if (under->limit->times == 0)
        return lets_go;
    int64_t until_ms = room_ms(oracle, under);
    if (until_ms <= oracle->now_ms)
        return lets_go;
    if (under->limit->is_delayed)
        return hold_up(oracle, until_ms);
    oracle->counts.held_over++;
    return (struct hold){HOLDS_BACK, 0};
}

struct hold oracle_hold(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing)
{
    const struct workload_channel *channel = channel_of(oracle, action);
    if (doing->step->recipient != WORKLOAD_TO_CONTACT)
        return lets_go;
    if (is_unwanted(oracle, action))
        return (struct hold){HOLDS_BACK, 0};
    if (channel != NULL && channel->has_quiet) {
        int64_t shut_ms = oracle_next_shut(oracle, &channel->quiet, oracle->now_ms);
        if (shut_ms > oracle->now_ms && !channel->skips_quiet)
            return hold_up(oracle, shut_ms);
        if (shut_ms > oracle->now_ms) {
            oracle->counts.held_quiet++;
            return (struct hold){HOLDS_BACK, 0};
        }
    }
    if (channel != NULL) {
        struct under under = under_channel(channel);
        struct hold hold = hold_limited(oracle, &under);
        if (hold.kind != HOLDS_NOT)
            return hold;
    }
    struct under under = under_action(oracle, action, doing);
    return hold_limited(oracle, &under);
}

// --- what was sent
static void forget(struct contact *contact, size_t index)
{
    contact->sent.count--;
    memmove(
        contact->sent.at + index, contact->sent.at + index + 1,
        (contact->sent.count - index) * sizeof(*contact->sent.at));
}

// A limit keeps no more than it allows, with `per` the last 1,000; and nothing that cannot count again, whatever zone
// the contact moves to.
static void note(struct oracle *oracle, const struct under *under)
{
    struct contact *contact = oracle_contact(oracle);
    size_t most = under->limit->per.len == 0 ? under->limit->times : KEYS_MAX;
    int64_t from_ms = begins_ms(oracle, under->limit);
    size_t kept = 1;
    if (under->limit->span > WORKLOAD_ROLLING)
        from_ms -= 2 * DAY_MS;
    *(struct sent *)list_add(&contact->sent) = (struct sent){
        under->of, under->is_of_channel, under->key, oracle->now_ms, oracle->actions.count};
    for (size_t i = contact->sent.count - 1; i > 0; i--) {
        const struct sent *sent = &contact->sent.at[i - 1];
        if (is_under(sent, under) && (sent->time_ms < from_ms || ++kept > most))
            forget(contact, i - 1);
    }
}

void oracle_note_sent(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing)
{
    const struct workload_channel *channel = channel_of(oracle, action);
    if (doing->step->recipient != WORKLOAD_TO_CONTACT)
        return;
    if (channel != NULL && channel->limit.times > 0) {
        struct under under = under_channel(channel);
        note(oracle, &under);
    }
    if (action->limit.times > 0) {
        struct under under = under_action(oracle, action, doing);
        note(oracle, &under);
    }
}

void oracle_drop(struct oracle *oracle, size_t action)
{
    for (size_t c = 0; c < oracle->contacts.count; c++) {
        struct contact *contact = &oracle->contacts.at[c];
        for (size_t i = contact->sent.count; i > 0; i--) {
            if (contact->sent.at[i - 1].action > action)
                forget(contact, i - 1);
        }
    }
}
