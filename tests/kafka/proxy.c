// A proxy before a test broker that loses, holds and cuts requests and answers by their kind.
//
//   proxy DIR LISTEN_PORT BROKER_PORT
//
// Understands Kafka's framing: each request names its kind by a number, answers come in the order of
// the requests. Commands are lines written into DIR/control; what was done is appended to DIR/events:
//
//   rule ACTION API COUNT   the next COUNT requests or answers of that kind are treated so (0: all)
//     lose-request          not forwarded; the connection is cut
//     swallow-request       not forwarded; the connection stays
//     hold-request          kept, with all behind it, until release
//     lose-answer           the broker has done it; the connection is cut in place of the answer
//     swallow-answer        the answer is dropped, the connection stays
//     hold-answer           kept, with all behind it, until release
//   clear                   no rules
//   release                 what is held goes on
//   cut                     all connections
//   refuse, accept          new connections are cut at once; are served again
//   freeze, thaw            nothing goes either way, connections stay; goes on
//   end
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, RULES_MAX = 16, PIPELINE_MAX = 4096, READ_BYTES = 65536 };
enum { FRAME_BYTES_MAX = 128 << 20, LINE_BYTES = 128 };

static const char *const action_names[] = {"lose-request", "swallow-request", "hold-request",
                                           "lose-answer",  "swallow-answer",  "hold-answer"};
enum action {
    LOSE_REQUEST,
    SWALLOW_REQUEST,
    HOLD_REQUEST,
    LOSE_ANSWER,
    SWALLOW_ANSWER,
    HOLD_ANSWER,
    ACTION_COUNT,
    FORWARD
};

struct rule {
    enum action action;
    int api;
    long left; // 0: for ever
};

struct bytes_queue {
    uint8_t *data;
    size_t len, cap;
};

// One way of a connection: what came in and is not judged yet, and what is to be sent.
struct way {
    struct bytes_queue in, out;
    bool is_held;
};

struct connection {
    int client, broker; // -1: a free place
    struct way up, down;
    int16_t asked[PIPELINE_MAX]; // kinds of the requests that wait for an answer
    size_t asked_first, asked_count;
    bool is_broken;
    unsigned number;
};

static struct proxy {
    int listener, control;
    uint16_t broker_port;
    FILE *events;
    struct connection connections[CONNECTIONS_MAX];
    struct rule rules[RULES_MAX];
    size_t rule_count;
    bool is_refusing, is_frozen, is_ended;
    unsigned connection_number;
    char line[LINE_BYTES];
    size_t line_len;
} proxy;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(proxy.events, format, arguments);
    va_end(arguments);
    (void)fputc('\n', proxy.events);
    (void)fflush(proxy.events);
}

static void queue_add(struct bytes_queue *queue, const uint8_t *data, size_t len)
{
    if (queue->len + len > queue->cap) {
        queue->cap = (queue->len + len) * 2;
        queue->data = realloc(queue->data, queue->cap);
        if (queue->data == NULL)
            die("realloc");
    }
    memcpy(queue->data + queue->len, data, len);
    queue->len += len;
}

static void queue_drop(struct bytes_queue *queue, size_t len)
{
    queue->len -= len;
    memmove(queue->data, queue->data + len, queue->len);
}

static void queue_free(struct bytes_queue *queue)
{
    free(queue->data);
    *queue = (struct bytes_queue){0};
}

// ---- sockets

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void listen_on(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int yes = 1;
    proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)setsockopt(proxy.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(proxy.listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(proxy.listener, 64) != 0)
        die("listen");
}

// Loopback: connecting is immediate, or refused.
static int broker_connect(void)
{
    struct sockaddr_in address = loopback(proxy.broker_port);
    int broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(broker, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(broker);
        return -1;
    }
    (void)fcntl(broker, F_SETFL, O_NONBLOCK);
    return broker;
}

static void connection_close(struct connection *connection)
{
    (void)close(connection->client);
    (void)close(connection->broker);
    queue_free(&connection->up.in);
    queue_free(&connection->up.out);
    queue_free(&connection->down.in);
    queue_free(&connection->down.out);
    connection->client = -1;
}

static void connection_accept(void)
{
    int client = accept(proxy.listener, NULL, NULL);
    if (client < 0)
        return;
    (void)fcntl(client, F_SETFL, O_NONBLOCK);
    int broker = proxy.is_refusing ? -1 : broker_connect();
    for (size_t i = 0; i < CONNECTIONS_MAX && broker >= 0; i++) {
        struct connection *connection = &proxy.connections[i];
        if (connection->client >= 0)
            continue;
        *connection = (struct connection){
            .client = client, .broker = broker, .number = ++proxy.connection_number};
        return;
    }
    (void)close(client);
    if (broker >= 0)
        (void)close(broker);
}

// ---- judging

static uint32_t u32_at(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static enum action rule_take(const struct connection *connection, int api, bool is_request)
{
    for (size_t i = 0; i < proxy.rule_count; i++) {
        struct rule *rule = &proxy.rules[i];
        bool is_for_request = rule->action <= HOLD_REQUEST;
        if (rule->api != api || is_for_request != is_request || rule->left < 0)
            continue;
        if (rule->left > 0 && --rule->left == 0)
            rule->left = -1;
        say("fired %s %d connection %u", action_names[rule->action], api, connection->number);
        return rule->action;
    }
    return FORWARD;
}

static int16_t answered_take(struct connection *connection)
{
    if (connection->asked_count == 0)
        return -1;
    int16_t api = connection->asked[connection->asked_first];
    connection->asked_first = (connection->asked_first + 1) % PIPELINE_MAX;
    connection->asked_count--;
    return api;
}

static void asked_add(struct connection *connection, int16_t api)
{
    if (connection->asked_count == PIPELINE_MAX)
        die("too many requests at once");
    connection->asked[(connection->asked_first + connection->asked_count++) % PIPELINE_MAX] = api;
}

static bool way_write(struct way *way, int to)
{
    if (way->out.len == 0 || way->is_held)
        return true;
    ssize_t put = send(to, way->out.data, way->out.len, MSG_NOSIGNAL);
    if (put > 0)
        queue_drop(&way->out, (size_t)put);
    return put >= 0 || errno == EAGAIN || errno == EINTR;
}

static void frame_judge(struct connection *connection, struct way *way, size_t len)
{
    bool is_request = way == &connection->up;
    int16_t api =
        is_request ? (int16_t)(way->in.data[4] << 8 | way->in.data[5]) : answered_take(connection);
    enum action action = rule_take(connection, api, is_request);
    switch (action) {
    case LOSE_REQUEST:
    case LOSE_ANSWER: connection->is_broken = true; return;
    case SWALLOW_REQUEST:
    case SWALLOW_ANSWER: queue_drop(&way->in, len); return;
    case HOLD_REQUEST:
    case HOLD_ANSWER:
        (void)way_write(way, is_request ? connection->broker : connection->client);
        way->is_held = true;
        break;
    case ACTION_COUNT:
    case FORWARD: break;
    }
    if (is_request)
        asked_add(connection, api);
    queue_add(&way->out, way->in.data, len);
    queue_drop(&way->in, len);
}

// Whole frames are judged; a held way keeps its frame in `out` until it is released.
static void way_judge(struct connection *connection, struct way *way)
{
    while (!connection->is_broken && !way->is_held && way->in.len >= 6) {
        size_t len = (size_t)u32_at(way->in.data) + 4;
        if (len > FRAME_BYTES_MAX || len < 6)
            die("not Kafka's framing");
        if (way->in.len < len)
            return;
        frame_judge(connection, way, len);
    }
}

static bool way_read(struct way *way, int from)
{
    uint8_t data[READ_BYTES];
    ssize_t got = recv(from, data, sizeof(data), 0);
    if (got > 0)
        queue_add(&way->in, data, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void connection_turn(struct connection *connection, short client_is, short broker_is)
{
    const short readable = POLLIN | POLLHUP | POLLERR;
    bool goes_on = true;
    if ((client_is & readable) != 0)
        goes_on = way_read(&connection->up, connection->client);
    if (goes_on && (broker_is & readable) != 0)
        goes_on = way_read(&connection->down, connection->broker);
    way_judge(connection, &connection->up);
    way_judge(connection, &connection->down);
    goes_on = way_write(&connection->up, connection->broker) && goes_on;
    goes_on = way_write(&connection->down, connection->client) && goes_on;
    if (!goes_on || connection->is_broken)
        connection_close(connection);
}

// ---- commands

static bool rule_add(const char *line)
{
    char name[LINE_BYTES] = "";
    struct rule rule = {.action = ACTION_COUNT};
    if (sscanf(line, "rule %127s %d %ld", name, &rule.api, &rule.left) == 3)
        for (enum action i = 0; i < ACTION_COUNT; i++)
            if (strcmp(name, action_names[i]) == 0)
                rule.action = i;
    size_t at = 0;
    while (at < proxy.rule_count && proxy.rules[at].left >= 0)
        at++; // one that is used up is replaced
    if (rule.action == ACTION_COUNT || at == RULES_MAX)
        return false;
    proxy.rules[at] = rule;
    proxy.rule_count += at == proxy.rule_count;
    return true;
}

static void all_release(void)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        proxy.connections[i].up.is_held = false;
        proxy.connections[i].down.is_held = false;
        if (proxy.connections[i].client >= 0)
            connection_turn(&proxy.connections[i], 0, 0);
    }
}

static void all_cut(void)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (proxy.connections[i].client >= 0)
            connection_close(&proxy.connections[i]);
}

static void command_run(const char *line)
{
    bool is_done = true;
    if (strncmp(line, "rule ", 5) == 0)
        is_done = rule_add(line);
    else if (strcmp(line, "clear") == 0)
        proxy.rule_count = 0;
    else if (strcmp(line, "release") == 0)
        all_release();
    else if (strcmp(line, "cut") == 0)
        all_cut();
    else if (strcmp(line, "refuse") == 0 || strcmp(line, "accept") == 0)
        proxy.is_refusing = line[0] == 'r';
    else if (strcmp(line, "freeze") == 0 || strcmp(line, "thaw") == 0)
        proxy.is_frozen = line[0] == 'f';
    else if (strcmp(line, "end") == 0)
        proxy.is_ended = true;
    else
        is_done = false;
    say("%s %s", is_done ? "did" : "refused", line);
}

static void control_read(void)
{
    char data[LINE_BYTES];
    ssize_t got = read(proxy.control, data, sizeof(data));
    for (ssize_t i = 0; i < got; i++) {
        if (data[i] != '\n' && proxy.line_len + 1 < LINE_BYTES) {
            proxy.line[proxy.line_len++] = data[i];
            continue;
        }
        proxy.line[proxy.line_len] = '\0';
        proxy.line_len = 0;
        command_run(proxy.line);
    }
}

// ---- the turn

static short wanted(const struct way *reads, const struct way *writes)
{
    if (proxy.is_frozen)
        return 0;
    bool has_output = writes->out.len > 0 && !writes->is_held;
    return (short)((reads->is_held ? 0 : POLLIN) | (has_output ? POLLOUT : 0));
}

static void turn(void)
{
    static struct pollfd polled[2 + 2 * CONNECTIONS_MAX];
    polled[0] = (struct pollfd){.fd = proxy.control, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = proxy.listener, .events = POLLIN};
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const struct connection *connection = &proxy.connections[i];
        bool is_used = connection->client >= 0 && !proxy.is_frozen;
        polled[2 + 2 * i] = (struct pollfd){
            .fd = is_used ? connection->client : -1,
            .events = wanted(&connection->up, &connection->down)};
        polled[3 + 2 * i] = (struct pollfd){
            .fd = is_used ? connection->broker : -1,
            .events = wanted(&connection->down, &connection->up)};
    }
    if (poll(polled, 2 + 2 * CONNECTIONS_MAX, -1) < 0)
        return;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        short client_is = polled[2 + 2 * i].revents;
        short broker_is = polled[3 + 2 * i].revents;
        if (proxy.connections[i].client >= 0 && (client_is | broker_is) != 0)
            connection_turn(&proxy.connections[i], client_is, broker_is);
    }
    if (polled[1].revents != 0)
        connection_accept();
    if (polled[0].revents != 0)
        control_read();
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fputs("usage: proxy DIR LISTEN_PORT BROKER_PORT\n", stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (chdir(argv[1]) != 0 || (mkfifo("control", 0600) != 0 && errno != EEXIST))
        die(argv[1]);
    proxy.control = open("control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    proxy.events = fopen("events", "ae");
    if (proxy.control < 0 || proxy.events == NULL)
        die("control");
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        proxy.connections[i].client = -1;
    listen_on((uint16_t)strtoul(argv[2], NULL, 10));
    proxy.broker_port = (uint16_t)strtoul(argv[3], NULL, 10);
    say("did start");
    while (!proxy.is_ended)
        turn();
    return 0;
}
