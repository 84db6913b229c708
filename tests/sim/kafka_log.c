// Appends, decides, cuts, and remembers the last batches of each producer.
#include "tests/sim/kafka_log.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct rd_kafka_headers_s *headers_create(size_t expected)
{
    struct rd_kafka_headers_s *headers = mem_zero(1, sizeof(*headers));
    headers->cap = expected;
    headers->items = mem_zero(expected, sizeof(*headers->items));
    return headers;
}

void headers_add(struct rd_kafka_headers_s *headers, struct bytes name, struct bytes value)
{
    if (headers->count == headers->cap) {
        headers->cap = headers->cap == 0 ? 8 : headers->cap * 2;
        headers->items = mem_resize(headers->items, headers->cap * sizeof(*headers->items));
    }
    // One piece of memory: the name, a NUL, the value, a NUL.
    uint8_t *data = mem_alloc(name.len + value.len + 2);
    if (name.len > 0)
        memcpy(data, name.data, name.len);
    data[name.len] = 0;
    if (value.len > 0)
        memcpy(data + name.len + 1, value.data, value.len);
    data[name.len + 1 + value.len] = 0;
    headers->items[headers->count++] = (struct header){
        .name = bytes_of(data, name.len), .value = bytes_of(data + name.len + 1, value.len)};
}

static void const_free(const void *data)
{
    union {
        const void *from;
        void *to;
    } owned = {.from = data};
    free(owned.to);
}

void headers_free(struct rd_kafka_headers_s *headers)
{
    if (headers == NULL)
        return;
    for (size_t i = 0; i < headers->count; i++)
        const_free(headers->items[i].name.data);
    free(headers->items);
    free(headers);
}

struct sim_blob *blob_create(
    struct bytes key, struct bytes value, struct rd_kafka_headers_s *headers)
{
    struct sim_blob *blob = mem_alloc(sizeof(*blob) + key.len + value.len + 1);
    *blob = (struct sim_blob){.users = 1, .has_key = key.len > 0, .headers = headers};
    if (key.len > 0)
        memcpy(blob->data, key.data, key.len);
    if (value.len > 0)
        memcpy(blob->data + key.len, value.data, value.len);
    blob->key = bytes_of(blob->data, key.len);
    blob->value = bytes_of(blob->data + key.len, value.len);
    return blob;
}

struct sim_blob *blob_share(struct sim_blob *blob)
{
    blob->users++;
    return blob;
}

void blob_release(struct sim_blob *blob)
{
    if (blob == NULL || --blob->users > 0)
        return;
    headers_free(blob->headers);
    free(blob);
}

size_t blob_bytes(const struct sim_blob *blob)
{
    size_t bytes = blob->key.len + blob->value.len;
    for (size_t i = 0; blob->headers != NULL && i < blob->headers->count; i++)
        bytes += blob->headers->items[i].name.len + blob->headers->items[i].value.len;
    return bytes;
}

int64_t log_stable(const struct sim_log *log)
{
    int64_t stable = log->high;
    for (size_t i = 0; i < log->open_count; i++) {
        if (log->opens[i].first < stable)
            stable = log->opens[i].first;
    }
    return stable;
}

static struct sim_entry *entry_at(const struct sim_log *log, int64_t offset)
{
    INVARIANT(offset >= log->low);
    INVARIANT(offset < log->high);
    return &log->entries[log->start + (size_t)(offset - log->low)];
}

const struct sim_entry *log_at(const struct sim_log *log, int64_t offset)
{
    return entry_at(log, offset);
}

static void entry_add(struct sim_log *log, struct sim_entry entry)
{
    size_t count = (size_t)(log->high - log->low);
    if (log->start + count == log->cap) {
        if (log->start > count) { // what retention freed
            memmove(log->entries, log->entries + log->start, count * sizeof(*log->entries));
            log->start = 0;
        } else {
            log->cap = log->cap == 0 ? 64 : log->cap * 2;
            log->entries = mem_resize(log->entries, log->cap * sizeof(*log->entries));
        }
    }
    log->entries[log->start + count] = entry;
    log->high++;
}

static struct sim_open *open_of(const struct sim_log *log, uint64_t transaction)
{
    for (size_t i = 0; i < log->open_count; i++) {
        if (log->opens[i].transaction == transaction)
            return &log->opens[i];
    }
    return NULL;
}

int64_t log_append(struct sim_log *log, struct sim_blob *blob, uint64_t transaction)
{
    if (transaction != 0 && open_of(log, transaction) == NULL) {
        log->opens = mem_resize(log->opens, (log->open_count + 1) * sizeof(*log->opens));
        log->opens[log->open_count++] =
            (struct sim_open){.transaction = transaction, .first = log->high};
    }
    struct sim_entry entry = {
        .blob = blob_share(blob),
        .transaction = transaction,
        .state = transaction == 0 ? ENTRY_PLAIN : ENTRY_OPEN};
    entry_add(log, entry);
    return log->high - 1;
}

static void open_drop(struct sim_log *log, struct sim_open *open)
{
    *open = log->opens[--log->open_count];
}

void log_decide(struct sim_log *log, uint64_t transaction, enum sim_entry_state decision)
{
    struct sim_open *open = open_of(log, transaction);
    if (open != NULL) {
        int64_t from = open->first > log->low ? open->first : log->low;
        for (int64_t offset = from; offset < log->high; offset++) {
            struct sim_entry *entry = entry_at(log, offset);
            if (entry->transaction == transaction && entry->state == ENTRY_OPEN)
                entry->state = decision;
        }
        open_drop(log, open);
    }
    // A partition gets its marker even where nothing was written after it was added.
    entry_add(log, (struct sim_entry){.transaction = transaction, .state = ENTRY_MARKER});
}

void log_cut_tail(struct sim_log *log, int64_t offset)
{
    while (log->high > offset && log->high > log->low) {
        blob_release(entry_at(log, log->high - 1)->blob);
        log->high--;
    }
    for (size_t i = log->open_count; i > 0; i--) {
        if (log->opens[i - 1].first >= log->high)
            open_drop(log, &log->opens[i - 1]);
    }
    for (size_t i = 0; i < log->writer_count; i++) {
        struct sim_writer *writer = &log->writers[i];
        while (writer->count > 0 && writer->batches[writer->count - 1].offset >= log->high)
            writer->count--;
    }
}

void log_cut_head(struct sim_log *log, int64_t offset)
{
    while (log->low < offset && log->low < log->high) {
        blob_release(entry_at(log, log->low)->blob);
        log->low++;
        log->start++;
    }
}

void log_free(struct sim_log *log)
{
    log_cut_head(log, log->high);
    free(log->entries);
    free(log->opens);
    free(log->writers);
    *log = (struct sim_log){0};
}

static struct sim_writer *writer_of(const struct sim_log *log, int64_t pid)
{
    for (size_t i = 0; i < log->writer_count; i++) {
        if (log->writers[i].pid == pid)
            return &log->writers[i];
    }
    return NULL;
}

int64_t log_find_batch(const struct sim_log *log, const struct sim_sequence *sequence)
{
    const struct sim_writer *writer = writer_of(log, sequence->pid);
    if (writer == NULL || writer->count == 0)
        return LOG_BATCH_NEW; // a broker that knows nothing of a producer takes what comes
    if (sequence->epoch > writer->epoch)
        return sequence->first == 0 ? LOG_BATCH_NEW : LOG_BATCH_GAP;
    for (size_t i = 0; i < writer->count; i++) {
        if (writer->batches[i].first == sequence->first &&
            writer->batches[i].last == sequence->last)
            return writer->batches[i].offset;
    }
    return sequence->first == writer->batches[writer->count - 1].last + 1 ? LOG_BATCH_NEW
                                                                          : LOG_BATCH_GAP;
}

void log_note_batch(struct sim_log *log, const struct sim_sequence *sequence, int64_t offset)
{
    struct sim_writer *writer = writer_of(log, sequence->pid);
    if (writer == NULL) {
        log->writers = mem_resize(log->writers, (log->writer_count + 1) * sizeof(*log->writers));
        writer = &log->writers[log->writer_count++];
        *writer = (struct sim_writer){.pid = sequence->pid, .epoch = sequence->epoch};
    }
    if (writer->epoch != sequence->epoch) {
        writer->epoch = sequence->epoch;
        writer->count = 0;
    }
    if (writer->count == LOG_BATCHES_KEPT) {
        memmove(
            writer->batches, writer->batches + 1,
            (LOG_BATCHES_KEPT - 1) * sizeof(writer->batches[0]));
        writer->count--;
    }
    writer->batches[writer->count++] =
        (struct sim_batch_seen){.first = sequence->first, .last = sequence->last, .offset = offset};
}
