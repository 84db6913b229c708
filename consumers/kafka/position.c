// Prints, parses and reads back the text of a committed offset.
#include "consumers/kafka/position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consumers/kafka/client.h"
#include "engine/base/invariant.h"

#define POSITION_MAGIC "engaged1 "

void position_print(const struct kafka_confirmed *confirmed, char text_out[POSITION_TEXT_BYTES])
{
    char chain[HASH128_HEX_CHARS + 1];
    hash128_hex(confirmed->chain, chain);
    chain[HASH128_HEX_CHARS] = '\0';
    int len = snprintf(
        text_out, POSITION_TEXT_BYTES, POSITION_MAGIC "%" PRIu64 " %s", confirmed->sequence, chain);
    INVARIANT(len > 0);
    INVARIANT(len < POSITION_TEXT_BYTES);
}

enum err position_parse(struct bytes text, struct kafka_confirmed *out)
{
    struct bytes magic = BYTES_LITERAL(POSITION_MAGIC);
    if (text.len <= magic.len || memcmp(text.data, magic.data, magic.len) != 0)
        return ERR_CORRUPT;
    uint64_t sequence = 0;
    size_t at = magic.len;
    for (; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        uint64_t digit = (uint64_t)(text.data[at] - '0');
        if (sequence > (UINT64_MAX - digit) / 10)
            return ERR_CORRUPT;
        sequence = sequence * 10 + digit;
    }
    struct hash128 chain;
    if (at == magic.len || at >= text.len || text.data[at] != ' ' ||
        !hash128_parse(bytes_of(text.data + at + 1, text.len - at - 1), &chain))
        return ERR_CORRUPT;
    out->sequence = sequence;
    out->chain = chain;
    return ERR_OK;
}

static enum err committed_take(
    const struct position_place *place,
    const rd_kafka_topic_partition_t *committed,
    struct kafka_confirmed *out,
    struct fault *fault)
{
    if (committed->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(
            fault, kafka_err(committed->err), "group %s, topic %s: committed offset: %s",
            place->group, place->topic, rd_kafka_err2str(committed->err));
    struct kafka_confirmed confirmed = {.offset = -1};
    if (committed->offset >= 0) {
        confirmed.offset = committed->offset;
        struct bytes text = bytes_of(committed->metadata, committed->metadata_size);
        // librdkafka counts no NUL, brokers keep none.
        if (position_parse(text, &confirmed) != ERR_OK)
            return fault_set(
                fault, ERR_CORRUPT,
                "group %s, topic %s partition %" PRId32 ": the committed offset %" PRId64
                " was not written by this engine: another program uses the group",
                place->group, place->topic, place->partition, committed->offset);
    }
    *out = confirmed;
    return ERR_OK;
}

enum err position_read(
    const struct kafka_connection *connection,
    const struct position_place *place,
    int timeout_ms,
    struct kafka_confirmed *out,
    struct fault *fault)
{
    const struct kafka_property none[] = {{NULL, NULL}};
    const struct kafka_property
        needed[] =
            {
                {"group.id", place->group},
                {"isolation.level", "read_committed"}, // waits for a transaction that is being completed
                {"enable.auto.commit", "false"},
                {"auto.offset.reset", "error"},
                {NULL, NULL},
            };
    struct kafka_connection quiet = *connection; // a producer's properties make a consumer warn
    quiet.log = NULL;
    struct kafka_client_params params = {
        .connection = &quiet,
        .type = RD_KAFKA_CONSUMER,
        .tuning = none,
        .needed = needed,
    };
    struct kafka_client *client = NULL;
    enum err err = kafka_client_open(&params, &client, fault);
    if (err != ERR_OK)
        return err;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    (void)rd_kafka_topic_partition_list_add(list, place->topic, place->partition);
    rd_kafka_resp_err_t code = rd_kafka_committed(kafka_client_handle(client), list, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        err = fault_set(
            fault, kafka_err(code), "group %s, topic %s: committed offset: %s", place->group,
            place->topic, rd_kafka_err2str(code));
    else
        err = committed_take(place, &list->elems[0], out, fault);
    rd_kafka_topic_partition_list_destroy(list);
    kafka_client_close(client);
    return err;
}
