// librdkafka properties that are refused, and why.
#include "config/kafka_properties.h"

#define LOADS(name, reason)            \
    {                                  \
        name, DIAGNOSTIC_C0003, reason \
    }
#define OWNED(name, reason)            \
    {                                  \
        name, DIAGNOSTIC_C0004, reason \
    }

static const struct kafka_refusal refusals[] = {
    LOADS("plugin.library.paths", "it loads libraries"),
    LOADS("ssl.engine.location", "it loads a library"),
    LOADS("ssl.engine.id", "it loads a library"),
    LOADS("ssl.providers", "it loads libraries"),
    LOADS("sasl.kerberos.kinit.cmd", "it runs a command"),
    LOADS("enable.sasl.oauthbearer.unsecure.jwt", "it accepts tokens that nobody has signed"),
    LOADS("opaque", "it is a pointer"),
    LOADS("default_topic_conf", "it is a pointer"),
    LOADS("ssl_engine_callback_data", "it is a pointer"),
    LOADS("interceptors", "it is a pointer to functions"),
    LOADS("msg_order_cmp", "it is a pointer to a function"),
    LOADS("ssl_ca", "it is a pointer; use `ssl.ca.location` or `ssl.ca.pem`"),
    LOADS("ssl_certificate", "it is a pointer; use `ssl.certificate.location`"),
    LOADS("ssl_key", "it is a pointer; use `ssl.key.location`"),
    LOADS("internal.termination.signal", "signals belong to the daemon"),
    LOADS("sasl.oauthbearer.assertion.file", "it sends a file to another machine"),
    LOADS("sasl.oauthbearer.assertion.jwt.template.file", "it sends a file to another machine"),
    LOADS("debug", "what it prints holds events and what the client signs in with"),

    OWNED("bootstrap.servers", "use `brokers`"),
    OWNED("metadata.broker.list", "use `brokers`"),
    OWNED("group.id", "use `sources.kafka.group`"),
    OWNED("transactional.id", "use `sinks.kafka.transactional_id`"),
    OWNED("enable.auto.commit", "positions are committed with the actions they caused"),
    OWNED("auto.commit.enable", "positions are committed with the actions they caused"),
    OWNED("auto.commit.interval.ms", "positions are committed with the actions they caused"),
    OWNED("enable.auto.offset.store", "positions are kept in the journal"),
    OWNED("offset.store.method", "positions are kept in the journal"),
    OWNED("offset.store.path", "positions are kept in the journal"),
    OWNED("offset.store.sync.interval.ms", "positions are kept in the journal"),
    OWNED("auto.offset.reset", "a position that is gone is never skipped silently; see `on_gap`"),
    OWNED("isolation.level", "only committed events are read"),
    OWNED("check.crcs", "damaged events are never taken in"),
    OWNED("statistics.interval.ms", "the engine tells by them whether a broker is there"),
    OWNED("enable.partition.eof", "the engine needs to see the end of a partition"),
    OWNED("partition.assignment.strategy", "the engine assigns partitions itself"),
    OWNED("group.instance.id", "the engine assigns partitions itself"),
    OWNED("enable.idempotence", "actions are published exactly once"),
    OWNED("enable.gapless.guarantee", "actions are published exactly once"),
    OWNED("acks", "actions are published exactly once, which takes `all`"),
    OWNED("request.required.acks", "actions are published exactly once, which takes `all`"),
    OWNED("max.in.flight", "it could change the order of actions"),
    OWNED("max.in.flight.requests.per.connection", "it could change the order of actions"),
    OWNED("queuing.strategy", "it could change the order of actions"),
    OWNED("delivery.report.only.error", "every delivery is counted"),
    OWNED("enabled_events", "the engine chooses how it is called"),
    OWNED("log.queue", "the engine takes librdkafka's log lines into its own"),
    OWNED("test.mock.num.brokers", "it replaces the brokers by a mock"),
};

static const char *const in_command_line[] = {
    "sasl.kerberos.service.name", "sasl.kerberos.principal", "sasl.kerberos.keytab"};

const struct kafka_refusal *kafka_refusals(size_t *count_out)
{
    *count_out = sizeof(refusals) / sizeof(refusals[0]);
    return refusals;
}

const struct kafka_refusal *kafka_refusal_of(struct bytes name)
{
    static const struct kafka_refusal callback = LOADS("*_cb", "it is a pointer to a function");
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (bytes_equal_text(name, refusals[i].name))
            return &refusals[i];
    }
    bool is_callback = name.len > 3 && memcmp(name.data + name.len - 3, "_cb", 3) == 0;
    return is_callback ? &callback : NULL;
}

static bool is_harmless(uint8_t byte)
{
    bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return is_letter || (byte >= '0' && byte <= '9') ||
           (byte != '\0' && strchr("_-./@:", byte) != NULL);
}

static const char *command_line_refusal(struct bytes value)
{
    static const char reason[] =
        "it goes into a command line: only letters, digits and _-./@: are possible";
    for (size_t at = 0; at < value.len; at++) {
        if (!is_harmless(value.data[at]))
            return reason;
    }
    return value.len > 0 && value.data[0] == '-' ? reason : NULL; // would be an option
}

const char *kafka_value_refusal(struct bytes name, struct bytes value)
{
    static const char https[] = "https://";
    for (size_t i = 0; i < sizeof(in_command_line) / sizeof(in_command_line[0]); i++) {
        if (bytes_equal_text(name, in_command_line[i]))
            return command_line_refusal(value);
    }
    if (!bytes_equal_text(name, "sasl.oauthbearer.token.endpoint.url"))
        return NULL;
    bool is_safe =
        value.len >= sizeof(https) - 1 && memcmp(value.data, https, sizeof(https) - 1) == 0;
    return is_safe ? NULL : "the client's secret is sent there: it must begin with https://";
}
