// How long a connection may take.
#include "engine/run/http_pace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct http_peer *http_pace_add(struct http_pace *pace, int fd, int64_t now_us)
{
    struct http_peer *peer = mem_zero(1, sizeof(*peer));
    *peer = (struct http_peer){.fd = fd, .since_us = now_us, .next = pace->first};
    if (pace->first != NULL)
        pace->first->previous = peer;
    pace->first = peer;
    pace->count++;
    return peer;
}

void http_pace_remove(struct http_pace *pace, struct http_peer *peer)
{
    INVARIANT(pace->count > 0);
    if (peer->previous != NULL)
        peer->previous->next = peer->next;
    else
        pace->first = peer->next;
    if (peer->next != NULL)
        peer->next->previous = peer->previous;
    pace->count--;
    free(peer);
}

void http_peer_enter(struct http_peer *peer, enum http_phase phase, uint64_t bytes, int64_t now_us)
{
    if (peer->phase == HTTP_PHASE_CUT)
        return;
    peer->phase = phase;
    peer->bytes = bytes;
    peer->since_us = now_us;
}

static bool is_overdue(const struct http_pace *pace, const struct http_peer *peer, int64_t now_us)
{
    switch (peer->phase) {
    case HTTP_PHASE_HEAD:
    case HTTP_PHASE_BODY:
    case HTTP_PHASE_ANSWER: break;
    case HTTP_PHASE_WORK:
    case HTTP_PHASE_CUT: return false;
    }
    int64_t more_us = (int64_t)(peer->bytes / HTTP_PACE_BYTES_PER_S) * 1000000;
    return now_us - peer->since_us > pace->request_us + more_us;
}

void http_pace_cut(struct http_pace *pace, int64_t now_us)
{
    for (struct http_peer *peer = pace->first; peer != NULL; peer = peer->next) {
        if (!is_overdue(pace, peer, now_us))
            continue;
        (void)shutdown(peer->fd, SHUT_RDWR);
        peer->phase = HTTP_PHASE_CUT;
        pace->cut++;
    }
}
