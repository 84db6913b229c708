// Checks across keys, and the values that follow from them.
#include "config/check.h"

#include <stdio.h>

#include "engine/base/invariant.h"

enum { HOST_BYTES_MAX = 255, PORT_MAX = 65535 };

void loader_set_what(struct loader *loader, const char *path)
{
    (void)snprintf(loader->what, sizeof(loader->what), "'%s'", path);
}

// The node a key has in the file, or NULL; the path must be one of the schema.
static const struct yaml_node *node_at(const struct loader *loader, const char *path)
{
    for (size_t i = 0; i < loader->row_count; i++) {
        if (strcmp(loader->rows[i].path, path) == 0)
            return loader->nodes[i];
    }
    INVARIANT(!"a path of the schema");
    return NULL;
}

// The text of a value as it stands in the file: what a variable in it held may be a secret.
static const char *written_at(struct loader *loader, const char *path)
{
    const struct yaml_node *node = node_at(loader, path);
    INVARIANT(node != NULL && node->kind == YAML_KIND_SCALAR);
    return arena_text(&loader->scratch, yaml_text(node));
}

// The key node of a mapping like "sources.kafka", or NULL.
static const struct yaml_node *group_key(const struct loader *loader, struct bytes path)
{
    const struct yaml_node *node = loader->root;
    const struct yaml_node *key = NULL;
    size_t at = 0;
    while (node != NULL && at < path.len) {
        size_t end = at;
        while (end < path.len && path.data[end] != '.')
            end++;
        char part[64];
        INVARIANT(end - at < sizeof(part));
        memcpy(part, path.data + at, end - at);
        part[end - at] = '\0';
        key = yaml_get_key(node, part);
        node = yaml_get(node, part);
        at = end + 1;
    }
    return node == NULL ? NULL : key;
}

static void check_required(struct loader *loader)
{
    for (size_t i = 0; i < loader->row_count; i++) {
        const struct config_row *row = &loader->rows[i];
        const char *dot = strrchr(row->path, '.');
        if (row->need != CONFIG_WITH_GROUP || loader->nodes[i] != NULL || dot == NULL)
            continue;
        struct bytes group = bytes_of(row->path, (size_t)(dot - row->path));
        const struct yaml_node *key = group_key(loader, group);
        if (key != NULL)
            diagnostic_add(
                loader->list, DIAGNOSTIC_E0204, yaml_place(key), "'%.*s' needs '%s'",
                (int)group.len, (const char *)group.data, dot + 1);
    }
}

static bool is_host_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
}

static bool is_host(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++) {
        if (!is_host_byte(host.data[i]))
            return false;
    }
    return host.len > 0 && host.len <= HOST_BYTES_MAX;
}

// Between brackets: hex digits, colons, dots.
static bool is_ipv6(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++) {
        if (host.data[i] == '\0' || strchr("0123456789abcdefABCDEF:.", host.data[i]) == NULL)
            return false;
    }
    return host.len > 1 && host.len <= HOST_BYTES_MAX;
}

// Splits "host:port" or "[v6]:port"; the host comes without brackets.
static bool parse_address(struct bytes text, struct bytes *host_out, uint16_t *port_out)
{
    size_t colon = text.len;
    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    if (colon == 0 || colon == text.len || text.len - colon > 5)
        return false;
    uint32_t port = 0;
    for (size_t i = colon; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    }
    struct bytes host = bytes_of(text.data, colon - 1);
    bool is_bracketed = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
    if (is_bracketed)
        host = bytes_of(host.data + 1, host.len - 2);
    if (port > PORT_MAX || !(is_bracketed ? is_ipv6(host) : is_host(host)))
        return false;
    *host_out = host;
    *port_out = (uint16_t)port;
    return true;
}

static bool is_loopback(const char *host)
{
    if (strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
        return true;
    // A name like 127.example.com is not one: digits and dots only.
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host);
}

static void check_http(struct loader *loader)
{
    struct config *config = &loader->config->config;
    const struct yaml_node *listen = node_at(loader, "http.listen");
    const struct yaml_node *source = node_at(loader, "sources.http");
    if (config->source_http && listen == NULL)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(source),
            "'sources.http' needs 'http.listen'");
    if (config->http_listen == NULL)
        return;
    struct bytes host;
    if (!parse_address(bytes_text(config->http_listen), &host, &config->http_port)) {
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0006, yaml_place(listen),
            "'http.listen' must be host:port, found '%.100s'", written_at(loader, "http.listen"));
        return;
    }
    config->http_host = arena_text(&loader->config->arena, host);
    if (!is_loopback(config->http_host) && config->http_token[0] == '\0')
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0005, yaml_place(listen),
            "'%.100s' can be reached from other machines: it needs 'http.token'",
            config->http_listen);
}

// "host", "host:port" or "[v6]:port", with commas between. Spaces around them are fine.
static bool is_broker_list(const char *text)
{
    const char *at = text;
    for (;;) {
        at += strspn(at, " ");
        size_t len = strcspn(at, ",");
        struct bytes piece = bytes_of(at, len);
        while (piece.len > 0 && piece.data[piece.len - 1] == ' ')
            piece.len--;
        struct bytes host;
        uint16_t port;
        if (!is_host(piece) && !(parse_address(piece, &host, &port) && port != 0))
            return false;
        if (at[len] == '\0')
            return true;
        at += len + 1;
    }
}

static void check_brokers(struct loader *loader, const char *path, const char *brokers)
{
    if (brokers != NULL && !is_broker_list(brokers))
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0006, yaml_place(node_at(loader, path)),
            "'%s' must be host:port with commas between, found '%.100s'", path,
            written_at(loader, path));
}

// Kafka's own rule for names of topics.
static void check_topic(struct loader *loader, const char *path, const char *topic)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (topic != NULL && (strspn(topic, allowed) != strlen(topic) || strlen(topic) > 249))
        diagnostic_add(
            loader->list, DIAGNOSTIC_E0211, yaml_place(node_at(loader, path)),
            "'%s' may have letters, digits, '.', '_' and '-', 249 at most, found '%.100s'", path,
            written_at(loader, path));
}

static void check_dead_letters(struct loader *loader)
{
    struct config *config = &loader->config->config;
    const struct yaml_node *topic = node_at(loader, "dead_letters.kafka");
    if (config->dead_letters_kafka != NULL && config->dead_letters_file != NULL)
        diagnostic_add(
            loader->list, DIAGNOSTIC_E0215, yaml_place(topic),
            "'dead_letters' has either a 'file' or a 'kafka' topic");
    if (config->dead_letters_kafka != NULL && config->sink_kafka.brokers == NULL)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(topic),
            "'dead_letters.kafka' needs 'sinks.kafka'");
    if (config->dead_letters_kafka != NULL || config->dead_letters_file != NULL)
        return;
    struct buffer path = {0};
    buffer_add_format(&path, "%s/dead-letters.ndjson", config->data);
    config->dead_letters_file = arena_text(&loader->config->arena, buffer_bytes(&path));
    buffer_free(&path);
}

static void check_limits(struct loader *loader)
{
    const struct config *config = &loader->config->config;
    const struct yaml_node *frame = node_at(loader, "limits.frame_bytes");
    const struct yaml_node *message = node_at(loader, "limits.message_bytes");
    const struct yaml_node *named = message != NULL ? message : frame;
    if (named != NULL && config->limits.frame_bytes / 2 < config->limits.message_bytes)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(named),
            "'limits.frame_bytes' must be at least twice 'limits.message_bytes'");
    const struct yaml_node *body = node_at(loader, "limits.http_body_bytes");
    const struct yaml_node *memory = node_at(loader, "limits.http_memory_mib");
    const struct yaml_node *which = memory != NULL ? memory : body;
    if (which != NULL &&
        ((uint64_t)config->limits.http_memory_mib << 20) / 2 < config->limits.http_body_bytes)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(which),
            "'limits.http_memory_mib' must hold at least twice 'limits.http_body_bytes'");
    const struct yaml_node *map = node_at(loader, "memory.overlay_mib");
    const struct yaml_node *checkpoint = node_at(loader, "checkpoint.overlay_mib");
    const struct yaml_node *either = checkpoint != NULL ? checkpoint : map;
    if (either != NULL && config->checkpoint_overlay_mib > config->memory_overlay_mib)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(either),
            "'checkpoint.overlay_mib' must not be above 'memory.overlay_mib'");
}

static void check_inputs(struct loader *loader)
{
    const struct config *config = &loader->config->config;
    size_t stdin_count = 0;
    for (size_t i = 0; i < config->source_files.count; i++)
        stdin_count += strcmp(config->source_files.items[i], "-") == 0;
    if (stdin_count > 1)
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0007, yaml_place(node_at(loader, "sources.files")),
            "'sources.files' has standard input ('-') more than once");
    bool has_source = config->source_kafka.brokers != NULL || config->source_files.count > 0 ||
                      config->source_http;
    bool is_named = yaml_get(loader->root, "sources") != NULL;
    if (!has_source && !is_named)
        diagnostic_add(
            loader->list, DIAGNOSTIC_E0204, yaml_place(loader->root),
            "'sources' is missing: events must come from somewhere");
}

void config_check(struct loader *loader)
{
    const struct config *config = &loader->config->config;
    check_required(loader);
    check_inputs(loader);
    check_brokers(loader, "sources.kafka.brokers", config->source_kafka.brokers);
    check_brokers(loader, "sinks.kafka.brokers", config->sink_kafka.brokers);
    check_topic(loader, "sources.kafka.topic", config->source_kafka.topic);
    check_topic(loader, "dead_letters.kafka", config->dead_letters_kafka);
    check_http(loader);
    check_dead_letters(loader);
    check_limits(loader);
    if (config->sink_kafka.topic_prefix[0] != '\0')
        check_topic(loader, "sinks.kafka.topic_prefix", config->sink_kafka.topic_prefix);
}
