// The HTTP server against clients that take their time, come in crowds, or send more than fits.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/memory.h"
#include "engine/run/http_memory.h"
#include "engine/run/http_pace.h"
#include "engine/run/http_server.h"

#include "tests/support/suite.h"

#define SECOND_US INT64_C(1000000)

enum { TRIES_MAX = 20000, REQUESTS_AT_ONCE = 256, SENT_BYTES_MAX = 64 << 20 };

static struct {
    int64_t now_us;
    unsigned looks; // at the clock
    struct runtime runtime;
    struct config config;
    struct fleet fleet;
    struct postbox box;
    struct ev_loop *loop;
    struct http_server *server;
} world;

static int64_t mono_us(void *self)
{
    (void)self;
    world.looks++;
    return world.now_us;
}

static int64_t wall_ms(void *self)
{
    (void)self;
    return 0;
}

static void write_line(void *self, struct bytes line)
{
    (void)self;
    (void)line;
}

static void open_server(uint32_t connections)
{
    static const struct clock_ops clock = {.wall_ms = wall_ms, .mono_us = mono_us};
    world.now_us = SECOND_US;
    world.runtime.clock = (struct clock){.ops = &clock};
    world.runtime.log =
        (struct diag){.level_min = DIAG_ERROR, .wall_ms = wall_ms, .write_line = write_line};
    world.config.http_host = "127.0.0.1";
    world.config.http_token = "";
    world.config.limits.http_body_bytes = 512 * 1024;
    world.config.limits.http_connections = connections;
    world.config.limits.http_memory_mib = 1;
    world.config.limits.http_request_s = 30;
    world.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    postbox_open(&world.box, world.loop);
    struct http_context context = {
        .runtime = &world.runtime,
        .config = &world.config,
        .fleet = &world.fleet,
        .box = &world.box,
    };
    struct fault fault;
    ck_assert_int_eq(http_server_open(&context, world.loop, &world.server, &fault), ERR_OK);
}

static void teardown(void)
{
    http_server_close(world.server);
    postbox_close(&world.box);
    ev_loop_destroy(world.loop);
    memset(&world, 0, sizeof(world));
}

static int client(int receive_bytes)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    if (receive_bytes > 0)
        ck_assert_int_eq(
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes)), 0);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(http_server_port(world.server))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)), 0);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

// ---- the server's work, by what comes of it and not by how long it takes

static void on_nothing_left(struct ev_loop *loop, struct ev_idle *watcher, int events)
{
    (void)events;
    (void)watcher;
    ev_break(loop, EVBREAK_ALL);
}

// Lets the server do all that it can do at once: the watcher's turn comes when no other has one.
static void settle(void)
{
    struct ev_idle nothing_left;
    ev_idle_init(&nothing_left, on_nothing_left);
    ev_set_priority(&nothing_left, EV_MINPRI);
    ev_idle_start(world.loop, &nothing_left);
    ev_run(world.loop, 0);
    ev_idle_stop(world.loop, &nothing_left);
}

static void take_a_breath(void)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    (void)nanosleep(&moment, NULL);
    settle();
}

#define SETTLE_UNTIL(condition)                                       \
    do {                                                              \
        unsigned tries = 0;                                           \
        for (settle(); !(condition) && tries < TRIES_MAX; tries++)    \
            take_a_breath();                                          \
        ck_assert_msg(tries < TRIES_MAX, "not reached: " #condition); \
    } while (0)

// Whether all that was sent is in the server's socket.
static bool has_arrived(int fd)
{
    int bytes = 0;
    ck_assert_int_eq(ioctl(fd, SIOCOUTQ, &bytes), 0);
    return bytes == 0;
}

static void say(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    SETTLE_UNTIL(has_arrived(fd));
    settle();
}

static bool is_readable(int fd)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    return poll(&readable, 1, 0) == 1;
}

// Reads what has come: whether that is all that will.
static bool is_ended(int fd)
{
    char data[65536];
    ssize_t got;
    do {
        got = recv(fd, data, sizeof(data), 0);
    } while (got > 0);
    return got == 0 || errno != EAGAIN;
}

// The time goes on by so much, and the server looks, as it does once a second.
static void pass(int64_t seconds)
{
    settle();
    world.now_us += seconds * SECOND_US;
    world.looks = 0;
    SETTLE_UNTIL(world.looks > 0);
}

START_TEST(headers_a_byte_at_a_time_are_cut_off)
{
    open_server(16);
    int fd = client(0);
    say(fd, "GET /healthz HTTP/1.1\r\nHost: local");
    pass(20);
    say(fd, "h"); // it is not idle
    pass(9);
    ck_assert(!is_ended(fd));
    say(fd, "o");
    pass(2);
    SETTLE_UNTIL(is_ended(fd));
    ck_assert_uint_eq(http_server_pace(world.server)->cut, 1);
    SETTLE_UNTIL(http_server_pace(world.server)->count == 0);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_connection_that_says_nothing_is_cut_off)
{
    open_server(16);
    int fd = client(0);
    SETTLE_UNTIL(http_server_pace(world.server)->count == 1);
    pass(31);
    SETTLE_UNTIL(is_ended(fd));
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_body_a_byte_at_a_time_is_cut_off)
{
    open_server(16);
    int fd = client(0);
    say(fd, "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 3; i++) {
        pass(9);
        ck_assert(!is_ended(fd));
        say(fd, "x");
    }
    pass(4);
    SETTLE_UNTIL(is_ended(fd));
    ck_assert_uint_eq(http_server_pace(world.server)->cut, 1);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

// The server finds the end later; until then nothing may bring the connection back.
START_TEST(what_is_cut_off_stays_so_and_is_counted_once)
{
    struct http_pace pace = {.request_us = 30 * SECOND_US};
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    struct http_peer *peer = http_pace_add(&pace, fds[0], 0);
    http_pace_cut(&pace, 30 * SECOND_US);
    ck_assert_uint_eq(pace.cut, 0); // not above the time
    http_pace_cut(&pace, 30 * SECOND_US + 1);
    ck_assert_uint_eq(pace.cut, 1);
    http_pace_cut(&pace, 99 * SECOND_US);
    http_peer_enter(peer, HTTP_PHASE_ANSWER, 0, 99 * SECOND_US);
    http_pace_cut(&pace, 999 * SECOND_US);
    ck_assert_uint_eq(pace.cut, 1);
    ck_assert(is_ended(fds[1]));
    http_pace_remove(&pace, peer);
    ck_assert_uint_eq(pace.count, 0);
    ck_assert_int_eq(close(fds[0]), 0);
    ck_assert_int_eq(close(fds[1]), 0);
}
END_TEST

static bool is_answering(void)
{
    const struct http_peer *peer = http_server_pace(world.server)->first;
    return peer != NULL && peer->phase == HTTP_PHASE_ANSWER;
}

// Requests until the sockets take no more of them: the server reads none before its answer is taken.
static void fill_with(int fd, const char *request)
{
    static char many[REQUESTS_AT_ONCE * 64];
    size_t len = 0;
    for (int i = 0; i < REQUESTS_AT_ONCE; i++, len += strlen(request))
        memcpy(many + len, request, strlen(request));
    size_t sent = 0;
    for (unsigned full = 0; full < 2;) {
        ck_assert_uint_lt(sent, SENT_BYTES_MAX);
        ssize_t got = send(fd, many + sent % len, len - sent % len, MSG_NOSIGNAL);
        sent += got > 0 ? (size_t)got : 0;
        full = got > 0 ? 0 : full + 1;
        take_a_breath();
    }
}

// More answers than the sockets hold, and none of them read.
START_TEST(an_answer_that_nobody_takes_is_cut_off)
{
    open_server(16);
    int fd = client(2048);
    SETTLE_UNTIL(http_server_pace(world.server)->count == 1);
    fill_with(fd, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    SETTLE_UNTIL(is_answering());
    ck_assert_uint_eq(http_server_pace(world.server)->count, 1);
    pass(29);
    ck_assert_uint_eq(http_server_pace(world.server)->count, 1);
    pass(2);
    SETTLE_UNTIL(http_server_pace(world.server)->count == 0);
    ck_assert_uint_eq(http_server_pace(world.server)->cut, 1);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(one_that_asks_now_and_then_is_kept)
{
    open_server(16);
    int fd = client(0);
    for (int i = 0; i < 4; i++) {
        say(fd, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        ck_assert(!is_ended(fd));
        pass(20);
    }
    ck_assert_uint_eq(http_server_pace(world.server)->cut, 0);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

static const char *reply_of(int fd)
{
    static char data[4096];
    SETTLE_UNTIL(is_readable(fd));
    ssize_t got = recv(fd, data, sizeof(data) - 1, 0);
    data[got > 0 ? got : 0] = '\0';
    return data;
}

START_TEST(a_clock_that_is_not_followed_is_told)
{
    static const char reason[] = "the clock has jumped forward and is not followed";
    open_server(16);
    for (int is_held = 0; is_held < 2; is_held++) {
        int fd = client(0);
        atomic_store(&world.runtime.clock_guard.is_held, is_held != 0);
        say(fd, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        ck_assert_int_eq(strstr(reply_of(fd), reason) != NULL, is_held);
        say(fd, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const char *line = strstr(reply_of(fd), "\nengaged_timers_held ");
        ck_assert_ptr_nonnull(line);
        ck_assert_int_eq(line[strlen("\nengaged_timers_held ")], '0' + is_held);
        ck_assert_int_eq(close(fd), 0);
    }
}
END_TEST

START_TEST(more_connections_than_may_be_wait_until_one_ends)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    open_server(2);
    int first = client(0);
    int second = client(0);
    SETTLE_UNTIL(http_server_pace(world.server)->count == 2);
    int third = client(0);
    say(third, request);
    ck_assert(!is_readable(third));
    ck_assert_uint_eq(http_server_pace(world.server)->count, 2);
    ck_assert_int_eq(close(first), 0);
    ck_assert_ptr_nonnull(strstr(reply_of(third), "200 OK"));
    ck_assert_int_eq(close(second), 0);
    ck_assert_int_eq(close(third), 0);
}
END_TEST

START_TEST(long_headers_are_refused)
{
    open_server(16);
    int fd = client(0);
    char *line = mem_zero(1, 40001);
    memset(line, 'a', 40000);
    (void)send(fd, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", 42, MSG_NOSIGNAL);
    (void)send(fd, line, 40000, MSG_NOSIGNAL);
    ck_assert_ptr_nonnull(strstr(reply_of(fd), "HTTP/1.1 4"));
    SETTLE_UNTIL(is_ended(fd));
    free(line);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

// Two bodies of half of what there is together, and a third.
START_TEST(bodies_are_bounded_as_a_sum)
{
    enum { PART = 1000, PARTS = 500 };
    static const char head[] =
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const char retry[] = "Retry-After: 1";
    char chunk[PART + 8];
    memset(chunk, 'x', sizeof(chunk));
    memcpy(chunk, "3e8\r\n", 5);
    memcpy(chunk + 5 + PART, "\r\n", 2);
    open_server(16);
    const struct http_memory *memory = http_server_memory(world.server);
    int clients[3];
    for (int k = 0; k < 3; k++) {
        clients[k] = client(0);
        say(clients[k], head);
        for (int i = 0; i < PARTS && memory->refused == 0; i++) {
            ck_assert_int_eq(send(clients[k], chunk, PART + 7, MSG_NOSIGNAL), PART + 7);
            settle();
            ck_assert_uint_le(memory->bytes, memory->bytes_max);
        }
    }
    SETTLE_UNTIL(memory->refused > 0);
    ck_assert_uint_eq(memory->refused, 1);
    say(clients[2], "0\r\n\r\n");
    const char *reply = reply_of(clients[2]);
    ck_assert_msg(strstr(reply, "HTTP/1.1 503") != NULL, "%s", reply);
    ck_assert_ptr_nonnull(strstr(reply, retry));
    for (int k = 0; k < 2; k++) {
        say(clients[k], "0\r\n\r\n");
        ck_assert_ptr_nonnull(strstr(reply_of(clients[k]), "200 OK"));
        ck_assert_int_eq(close(clients[k]), 0);
    }
    ck_assert_int_eq(close(clients[2]), 0);
    SETTLE_UNTIL(memory->bytes == 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("http_server");
    TCase *tcase = tcase_create("http_server");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, headers_a_byte_at_a_time_are_cut_off);
    tcase_add_test(tcase, a_connection_that_says_nothing_is_cut_off);
    tcase_add_test(tcase, a_body_a_byte_at_a_time_is_cut_off);
    tcase_add_test(tcase, an_answer_that_nobody_takes_is_cut_off);
    tcase_add_test(tcase, one_that_asks_now_and_then_is_kept);
    tcase_add_test(tcase, a_clock_that_is_not_followed_is_told);
    tcase_add_test(tcase, more_connections_than_may_be_wait_until_one_ends);
    tcase_add_test(tcase, long_headers_are_refused);
    tcase_add_test(tcase, bodies_are_bounded_as_a_sum);
    suite_add_tcase(suite, tcase);
    TCase *pace = tcase_create("http_pace"); // no server
    tcase_add_test(pace, what_is_cut_off_stays_so_and_is_counted_once);
    suite_add_tcase(suite, pace);
    return suite;
}
