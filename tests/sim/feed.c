// What sends events into a world: lines of a file, or HTTP clients that repeat what was not answered.
#include "tests/sim/feed.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/event/decode.h"
#include "engine/run/ticket.h"

#include "tests/sim/cluster.h"

enum { BATCH_MAX = 16, CLIENTS_PER_SHARD = 2, ANSWER_US = 30 * 1000 * 1000, HEADERS_MAX = 32 };

uint64_t feed_content(struct bytes value, struct bytes headers)
{
    // Of a refused input a frame keeps no more than parts of the largest frame (engine/fold).
    if (value.len > SIM_FRAME_BYTES / 2)
        value.len = SIM_FRAME_BYTES / 2;
    if (headers.len > SIM_FRAME_BYTES / 16)
        headers.len = 0;
    return hash_u64(value, 1) * 31 + hash_u64(headers, 2);
}

// ---- one input

static struct bytes view(struct text text)
{
    return bytes_of(text.at, text.len);
}

static size_t headers_of(const struct workload_input *input, struct header headers[HEADERS_MAX])
{
    INVARIANT(input->header_count <= HEADERS_MAX);
    for (uint32_t i = 0; i < input->header_count; i++)
        headers[i] = (struct header){
            .name = bytes_text(input->headers[i].name), .value = view(input->headers[i].value)};
    return input->header_count;
}

static uint64_t content_of(const struct workload_input *input)
{
    struct header headers[HEADERS_MAX];
    struct raw_event raw = {.headers = headers, .header_count = headers_of(input, headers)};
    struct buffer packed = {0};
    if (raw.header_count > 0)
        raw_event_pack_headers(&raw, &packed);
    uint64_t content = feed_content(view(input->value), buffer_bytes(&packed));
    buffer_free(&packed);
    return content;
}

struct sent *feed_note(
    struct feed_shard *shard, const struct workload_input *input, int64_t position)
{
    if (shard->count == shard->cap) {
        shard->cap = shard->cap * 2 + 64;
        shard->sent = mem_resize(shard->sent, shard->cap * sizeof(*shard->sent));
    }
    shard->sent[shard->count] = (struct sent){
        .index = shard->next - 1, // it was the last one made
        .origin = input->origin,
        .position = position,
        .content = content_of(input),
    };
    return &shard->sent[shard->count++];
}

// ---- files

// A line of the file must not hold another one, nor be blank.
static bool is_line(struct bytes value)
{
    bool is_blank = true;
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '\n')
            return false;
        is_blank =
            is_blank && (value.data[i] == ' ' || value.data[i] == '\t' || value.data[i] == '\r');
    }
    return !is_blank;
}

void feed_more_lines(struct feed *feed)
{
    struct feed_shard *shard = &feed->shards[0];
    struct sim *sim = feed->sim;
    const char *path = feed->setup->input_path;
    struct buffer text = {0};
    buffer_add_bytes(&text, fake_disk_content(sim->disk, path));
    uint64_t more = sim_random_below(&sim->draws, shard->end - shard->next + 1);
    bool is_last = sim->process_count + 1 >= feed->setup->lives;
    for (uint64_t i = 0; shard->next < shard->end && (i < more || is_last); i++) {
        uint64_t index = shard->next++;
        workload_make(feed->setup->workload, 0, index, feed->input);
        struct bytes value = view(feed->input->value);
        if (!is_line(value) || feed->input->header_count > 0)
            continue;
        struct sent *sent = feed_note(shard, feed->input, (int64_t)text.len);
        sent->is_acknowledged = true; // it stands in the file
        buffer_add_bytes(&text, value);
        buffer_add_u8(&text, '\n');
    }
    fake_disk_put(sim->disk, path, buffer_bytes(&text));
    buffer_free(&text);
}

// ---- HTTP

// One client: a batch at a time, repeated as it was until it is answered.
struct client {
    struct feed *feed;
    uint32_t shard;
    struct postbox box;
    struct message_ticket *ticket;
    bool is_answered;
    size_t sent[BATCH_MAX];                   // of feed_shard.sent
    struct workload_input *inputs[BATCH_MAX]; // the mailbox borrows them
    uint32_t count;
};

static void on_answer(struct post *post)
{
    struct message_ticket *ticket = (struct message_ticket *)post;
    struct client *client = ticket->owner;
    if (ticket == client->ticket)
        client->is_answered = true;
}

static void make_batch(struct client *client)
{
    struct feed_shard *shard = &client->feed->shards[client->shard];
    uint64_t wanted = 1 + sim_random_below(&client->feed->sim->draws, BATCH_MAX);
    client->count = 0;
    while (client->count < wanted && shard->next < shard->end) {
        uint64_t index = shard->next++;
        struct workload_input *input = workload_input_create();
        workload_make(client->feed->setup->workload, client->shard, index, input);
        (void)feed_note(shard, input, -1);
        client->inputs[client->count] = input;
        client->sent[client->count++] = shard->count - 1;
    }
}

static void put(struct client *client, struct mailbox *mailbox, uint32_t at)
{
    const struct workload_input *input = client->inputs[at];
    struct header *headers =
        mem_zero(HEADERS_MAX, sizeof(*headers)); // borrowed by the mailbox, too
    struct mail mail = {
        .value = view(input->value),
        .headers = headers,
        .header_count = headers_of(input, headers),
        .ticket = client->ticket,
        .ticket_index = at,
    };
    mailbox_put(mailbox, &mail);
}

static bool may_ask(const struct client *client)
{
    const struct sim_process *process = client->feed->sim->process;
    return process != NULL && process->exit_code == SIM_EXIT_NONE && process->is_open &&
           !atomic_load(&process->runtime.is_stopping) &&
           atomic_load(&process->runtime.disks_full) == 0 &&
           mailbox_room(process->mailboxes[client->shard], client->count, 64 * 1024);
}

// True: all of it was taken and is durable, or was refused for good.
static bool ask(struct client *client)
{
    struct sim *sim = client->feed->sim;
    struct sim_process *process = sim->process;
    bool is_in_vain = sim->is_trial;
    client->ticket = ticket_create(client->count, &client->box, on_answer);
    client->ticket->owner = client;
    client->is_answered = false;
    for (uint32_t i = 0; i < client->count; i++)
        put(client, process->mailboxes[client->shard], i);
    int64_t until_us = scheduler_now_us(sim->scheduler) + ANSWER_US;
    while (!client->is_answered && process == sim->process && process->exit_code == SIM_EXIT_NONE &&
           scheduler_now_us(sim->scheduler) < until_us) {
        task_wait_us(sim->scheduler, 50000);
        postbox_run(&client->box);
    }
    bool is_answered = client->is_answered && !is_in_vain;
    for (uint32_t i = 0; is_answered && i < client->count; i++)
        is_answered = client->ticket->results[i].kind != TICKET_FAILED;
    if (client->is_answered)
        ticket_destroy(client->ticket); // else it may still be on its way
    client->ticket = NULL;
    return is_answered;
}

static void client_main(void *argument)
{
    struct client *client = argument;
    struct feed *feed = client->feed;
    struct sim *sim = feed->sim;
    client->box.arrived.data = task_current(sim->scheduler);
    for (make_batch(client); client->count > 0; make_batch(client)) {
        bool is_first = true;
        for (;;) {
            while (!may_ask(client))
                task_sleep_us(sim->scheduler, 100000);
            sim->report->events[SIM_EVENT_HTTP_RETRIED] += !is_first;
            if (ask(client))
                break;
            is_first = false;
            task_sleep_us(sim->scheduler, sim->is_trial ? ANSWER_US : 10000);
        }
        // Inputs and headers stay: a process that was killed may have left them in a mailbox.
        for (uint32_t i = 0; i < client->count; i++)
            feed->shards[client->shard].sent[client->sent[i]].is_acknowledged = true;
        sim->report->acknowledged += client->count;
        task_sleep_us(sim->scheduler, (int64_t)sim_random_below(&sim->draws, 200000));
    }
    feed->clients_left--;
    free(client);
}

// ---- the whole

static void start_clients(struct feed *feed)
{
    for (uint32_t shard = 0; shard < feed->setup->shape.shards; shard++) {
        for (uint32_t i = 0; i < CLIENTS_PER_SHARD; i++) {
            struct client *client = mem_zero(1, sizeof(*client));
            client->feed = feed;
            client->shard = shard;
            postbox_open(&client->box, NULL);
            feed->clients_left++;
            (void)task_start(feed->sim->scheduler, 0, "client", client_main, client);
        }
    }
}

void feed_create(struct sim *sim, struct sim_setup *setup, struct feed *feed)
{
    *feed = (struct feed){.sim = sim, .setup = setup};
    feed->input = workload_input_create();
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        feed->shards[i].end = setup->shape.inputs;
    switch (setup->source) {
    case SIM_SOURCE_FILE: fake_disk_put(sim->disk, setup->input_path, bytes_of(NULL, 0)); break;
    case SIM_SOURCE_HTTP: start_clients(feed); break;
    case SIM_SOURCE_KAFKA: cluster_feed(feed); break;
    }
}

void feed_free(struct feed *feed)
{
    workload_input_destroy(feed->input);
    for (uint32_t i = 0; i < SIM_SHARDS_MAX; i++)
        free(feed->shards[i].sent);
}

bool feed_is_done(const struct feed *feed)
{
    if (feed->setup->source == SIM_SOURCE_HTTP)
        return feed->clients_left == 0;
    for (uint32_t i = 0; i < feed->setup->shape.shards; i++)
        if (feed->shards[i].next < feed->shards[i].end)
            return false;
    return true;
}
