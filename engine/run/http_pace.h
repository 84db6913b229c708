// How long a connection may take: for its request to arrive, and for its answer to be taken.
//
// A time for the whole, and more for what is large, so that a byte now and then keeps nothing open.
// Main thread.
#ifndef ENGINE_RUN_HTTP_PACE_H
#define ENGINE_RUN_HTTP_PACE_H

#include <stddef.h>
#include <stdint.h>

enum { HTTP_PACE_BYTES_PER_S = 64 * 1024 };

enum http_phase {
    HTTP_PHASE_HEAD,   // request line and headers are awaited, on a new connection or a kept one
    HTTP_PHASE_BODY,   // the body is
    HTTP_PHASE_WORK,   // it is our turn
    HTTP_PHASE_ANSWER, // the answer is on its way
    HTTP_PHASE_CUT,    // it took too long: its end is awaited
};

struct http_peer {
    int fd; // borrowed
    enum http_phase phase;
    int64_t since_us; // of the phase
    uint64_t bytes;   // that came or go in it
    struct http_peer *next, *previous;
};

// All connections. Zero-initialised but for the time is empty.
struct http_pace {
    int64_t request_us; // limits.http_request_s
    struct http_peer *first;
    uint64_t count;
    uint64_t cut; // ever
};

struct http_peer *http_pace_add(struct http_pace *pace, int fd, int64_t now_us);
void http_pace_remove(struct http_pace *pace, struct http_peer *peer);
// bytes: of the answer, for HTTP_PHASE_ANSWER; else 0.
void http_peer_enter(struct http_peer *peer, enum http_phase phase, uint64_t bytes, int64_t now_us);
// Shuts the sockets of those that are overdue; the server finds them at their end.
void http_pace_cut(struct http_pace *pace, int64_t now_us);

#endif
