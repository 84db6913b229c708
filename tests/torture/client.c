// A client that posts batches of events, remembers what was answered 202, and sends the rest again as it is.
#define _GNU_SOURCE // SOCK_NONBLOCK
#include "tests/torture/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REFUSED_WAIT_US = 3000 };

void client_begin(struct client *client, struct ledger *ledger, struct findings *found)
{
    client_end(client);
    client->ledger = ledger;
    client->found = found;
}

static void connection_close(struct client *client, struct client_connection *connection)
{
    if (connection->fd >= 0)
        (void)close(connection->fd);
    connection->fd = -1;
    connection->answer_len = 0;
    connection->sent = 0;
    if (connection->has_batch && client->batches[connection->batch].state == BATCH_SENT)
        client->batches[connection->batch].state = BATCH_WAITING;
    connection->has_batch = false;
}

void client_end(struct client *client)
{
    for (size_t i = 0; i < CLIENT_CONNECTIONS; i++) {
        if (client->ledger != NULL)
            connection_close(client, &client->connections[i]);
        text_free(&client->connections[i].request);
    }
    free(client->batches);
    *client = (struct client){.ledger = NULL};
    for (size_t i = 0; i < CLIENT_CONNECTIONS; i++)
        client->connections[i].fd = -1;
}

void client_add(struct client *client, uint64_t first, uint64_t last)
{
    while (first <= last) {
        if (client->batch_count == client->batch_cap) {
            client->batch_cap = client->batch_cap == 0 ? 64 : client->batch_cap * 2;
            client->batches = realloc(client->batches, client->batch_cap * sizeof(struct batch));
            if (client->batches == NULL)
                give_up("out of memory");
        }
        // No batch of one: it might be of nothing but a refused event, which gets 400 and no 202.
        uint64_t end = first + CLIENT_BATCH_EVENTS - 1;
        end = end + 1 >= last ? last : end;
        client->batches[client->batch_count++] = (struct batch){.first = first, .last = end};
        client->unanswered++;
        first = end + 1;
    }
}

void client_connect(struct client *client, unsigned port)
{
    client->port = port;
}

static bool connection_open(struct client *client, struct client_connection *connection)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        return false;
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    // A loopback address answers at once, be it with a refusal.
    if (connect(connection->fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
        return true;
    connection_close(client, connection);
    return false;
}

static void connection_give(struct client *client, struct client_connection *connection)
{
    size_t i = 0;
    while (i < client->batch_count && client->batches[i].state != BATCH_WAITING)
        i++;
    if (i == client->batch_count)
        return;
    struct batch *batch = &client->batches[i];
    struct text body = {0};
    for (uint64_t number = batch->first; number <= batch->last; number++) {
        text_add_bytes(&body, number == batch->first ? "[" : ",", 1);
        event_write(number, &body);
    }
    text_add_bytes(&body, "]", 1);
    text_clear(&connection->request);
    text_add(
        &connection->request,
        "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n",
        client->port, body.len);
    text_add_bytes(&connection->request, body.data, body.len);
    text_free(&body);
    batch->state = BATCH_SENT;
    connection->batch = i;
    connection->has_batch = true;
    connection->sent = 0;
    connection->answer_len = 0;
}

// ---- answers

static uint64_t number_behind(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    return at == NULL ? 0 : strtoull(at + strlen(mark), NULL, 10);
}

static void take_accepted(struct client *client, struct batch *batch, const char *body)
{
    uint64_t count = number_behind(body, "\"accepted\":") + number_behind(body, "\"duplicates\":");
    for (const char *at = body; (at = strstr(at, "{\"index\":")) != NULL; at++)
        count++;
    if (count != batch->last - batch->first + 1)
        findings_add(
            client->found, FOUND_OTHER, "202 for %" PRIu64 " events of %" PRIu64, count,
            batch->last - batch->first + 1);
    for (uint64_t number = batch->first; number <= batch->last; number++)
        client->ledger->notes[number].is_acknowledged = true;
    batch->state = BATCH_ANSWERED;
    client->unanswered--;
}

// Takes one whole answer; false: it has not all come yet.
static bool take_answer(struct client *client, struct client_connection *connection)
{
    char *answer = connection->answer;
    answer[connection->answer_len] = '\0';
    char *body = strstr(answer, "\r\n\r\n");
    if (body == NULL)
        return false;
    body += 4;
    const char *length = strcasestr(answer, "\r\nContent-Length:");
    size_t wanted = length == NULL ? 0 : strtoul(length + 17, NULL, 10);
    if (connection->answer_len - (size_t)(body - answer) < wanted)
        return false;
    unsigned long status = strtoul(answer + strlen("HTTP/1.1 "), NULL, 10);
    struct batch *batch = &client->batches[connection->batch];
    bool will_close = strcasestr(answer, "\r\nConnection: close") != NULL;
    connection->answer_len = 0;
    connection->has_batch = false;
    if (status == 202) {
        take_accepted(client, batch, body);
    } else {
        batch->state = BATCH_WAITING;
        connection->not_before_us = now_us() + REFUSED_WAIT_US;
        client->refused_full++;
        if (status != 503 && status != 429)
            findings_add(client->found, FOUND_OTHER, "HTTP %lu: %.200s", status, body);
    }
    if (will_close)
        connection_close(client, connection);
    return true;
}

// False: the connection is gone.
static bool receive(struct client *client, struct client_connection *connection)
{
    for (;;) {
        size_t room = CLIENT_ANSWER_BYTES - 1 - connection->answer_len;
        ssize_t got =
            recv(connection->fd, connection->answer + connection->answer_len, room, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0)
            return false;
        connection->answer_len += (size_t)got;
        if (connection->has_batch && take_answer(client, connection) && connection->fd < 0)
            return true;
    }
}

static bool transmit(struct client_connection *connection)
{
    while (connection->sent < connection->request.len) {
        ssize_t put = send(
            connection->fd, connection->request.data + connection->sent,
            connection->request.len - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno == EAGAIN;
        connection->sent += (size_t)put;
    }
    return true;
}

static void connection_turn(struct client *client, struct client_connection *connection)
{
    if (connection->fd >= 0 && !receive(client, connection))
        connection_close(client, connection);
    if (!connection->has_batch && now_us() >= connection->not_before_us) {
        if (connection->fd < 0 && !connection_open(client, connection)) {
            connection->not_before_us = now_us() + REFUSED_WAIT_US;
            return;
        }
        connection_give(client, connection);
    }
    if (connection->has_batch && !transmit(connection))
        connection_close(client, connection);
}

void client_turn(struct client *client)
{
    for (size_t i = 0; i < CLIENT_CONNECTIONS && client->port != 0 && client->unanswered > 0; i++)
        connection_turn(client, &client->connections[i]);
}

size_t client_poll(const struct client *client, struct pollfd polls[CLIENT_CONNECTIONS])
{
    size_t count = 0;
    for (size_t i = 0; i < CLIENT_CONNECTIONS; i++) {
        const struct client_connection *connection = &client->connections[i];
        if (connection->fd < 0 || !connection->has_batch)
            continue;
        bool is_sent = connection->sent == connection->request.len;
        polls[count++] =
            (struct pollfd){.fd = connection->fd, .events = is_sent ? POLLIN : POLLIN | POLLOUT};
    }
    return count;
}

void client_disconnect(struct client *client)
{
    for (size_t i = 0; i < CLIENT_CONNECTIONS && client->ledger != NULL; i++) {
        struct client_connection *connection = &client->connections[i];
        if (connection->fd >= 0)
            (void)receive(client, connection);
        connection_close(client, connection);
        connection->not_before_us = 0;
    }
    client->port = 0;
}
