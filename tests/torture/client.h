// A client that posts batches of events, remembers what was answered 202, and sends the rest again as it is.
#ifndef TESTS_TORTURE_CLIENT_H
#define TESTS_TORTURE_CLIENT_H

#include <poll.h>

#include "tests/torture/ledger.h"

enum { CLIENT_CONNECTIONS = 4, CLIENT_BATCH_EVENTS = 40, CLIENT_ANSWER_BYTES = 16384 };

enum batch_state { BATCH_WAITING, BATCH_SENT, BATCH_ANSWERED };

struct batch {
    uint64_t first, last;
    enum batch_state state;
};

struct client_connection {
    int fd; // -1: none
    size_t batch;
    bool has_batch;
    struct text request;
    size_t sent;
    char answer[CLIENT_ANSWER_BYTES];
    size_t answer_len;
    int64_t not_before_us; // after a refusal
};

struct client {
    struct ledger *ledger;
    struct findings *found;
    unsigned port; // 0: nobody to talk to
    struct client_connection connections[CLIENT_CONNECTIONS];
    struct batch *batches;
    size_t batch_count, batch_cap;
    size_t unanswered;
    uint64_t refused_full; // answers 503 and 429
};

void client_begin(struct client *client, struct ledger *ledger, struct findings *found);
void client_end(struct client *client);
// Events to send, that the ledger has been given.
void client_add(struct client *client, uint64_t first, uint64_t last);
// Takes up work with a daemon that listens there.
void client_connect(struct client *client, unsigned port);
// Sends and receives what is possible without waiting.
void client_turn(struct client *client);
// The descriptors to wait for; gives how many.
size_t client_poll(const struct client *client, struct pollfd polls[CLIENT_CONNECTIONS]);
// The daemon is gone: answers that had arrived are read, the rest is to be sent again.
void client_disconnect(struct client *client);

#endif
