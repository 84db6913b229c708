// One record of a journal file: its checksums, its chain hash, its durable mark, and the seal.
#include "engine/journal/record.h"

#include "engine/base/invariant.h"
#include "engine/journal/layout.h"

void hash128_put(uint8_t *to, struct hash128 hash)
{
    put_u64(to, hash.low);
    put_u64(to + 8, hash.high);
}

struct hash128 hash128_get(const uint8_t *from)
{
    return (struct hash128){.low = get_u64(from), .high = get_u64(from + 8)};
}

// Bytes of a record's header, 0 when the kind is unknown.
static size_t record_header_bytes(uint32_t kind)
{
    if (kind == RECORD_FRAME)
        return FRAME_HEADER_BYTES;
    return kind == RECORD_SEAL ? SEAL_BYTES : 0;
}

static uint32_t record_header_crc(const uint8_t *record, size_t header_bytes)
{
    return crc32c(0, bytes_of(record + RECORD_AT_DURABLE, header_bytes - RECORD_AT_DURABLE));
}

// Whether the length is what the sections make it: it stands before what the header's checksum covers,
// their lengths within.
static bool frame_length_holds(const uint8_t *frame, uint32_t length)
{
    uint64_t end = FRAME_HEADER_BYTES;
    for (size_t i = 0; i < FRAME_SECTIONS; i++)
        end += get_u32(frame + FRAME_AT_SECTIONS + 4 * i);
    return (end + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN == length;
}

enum err record_read(struct bytes bytes, struct record *out)
{
    if (bytes.len < sizeof(uint32_t))
        return ERR_TORN;
    uint32_t length = get_u32(bytes.data);
    if (length == 0)
        return ERR_END;
    if (bytes.len < SEAL_BYTES)
        return ERR_TORN;

    uint32_t kind = get_u32(bytes.data + RECORD_AT_KIND);
    size_t header_bytes = record_header_bytes(kind);
    if (header_bytes == 0 || length < header_bytes || length % RECORD_ALIGN != 0)
        return ERR_CORRUPT;
    if (kind == RECORD_SEAL && length != SEAL_BYTES)
        return ERR_CORRUPT;
    if (bytes.len < header_bytes)
        return ERR_TORN;
    if (record_header_crc(bytes.data, header_bytes) != get_u32(bytes.data + RECORD_AT_CRC))
        return ERR_CORRUPT;
    if (kind == RECORD_FRAME && !frame_length_holds(bytes.data, length))
        return ERR_CORRUPT;

    *out = (struct record){
        .length = length,
        .kind = kind,
        .durable = get_u64(bytes.data + RECORD_AT_DURABLE),
        .sequence = get_u64(bytes.data + RECORD_AT_SEQUENCE),
        .identity = get_u64(bytes.data + RECORD_AT_IDENTITY),
    };
    return ERR_OK;
}

enum err record_check_body(struct bytes bytes, const struct record *record)
{
    INVARIANT(record->kind == RECORD_FRAME);
    if (bytes.len < record->length)
        return ERR_TORN;
    struct bytes body =
        bytes_of(bytes.data + FRAME_HEADER_BYTES, record->length - FRAME_HEADER_BYTES);
    return crc32c(0, body) == get_u32(bytes.data + RECORD_AT_BODY_CRC) ? ERR_OK : ERR_CORRUPT;
}

struct hash128 record_chain(
    uint8_t *frame, uint32_t length, struct hash128 previous, uint64_t identity)
{
    INVARIANT(length >= FRAME_HEADER_BYTES);
    hash128_put(frame + FRAME_AT_CHAIN, previous);
    return hash_u128(bytes_of(frame + FRAME_CHAINED_FROM, length - FRAME_CHAINED_FROM), identity);
}

void record_finish_header(uint8_t *record)
{
    size_t header_bytes = record_header_bytes(get_u32(record + RECORD_AT_KIND));
    INVARIANT(header_bytes > 0);
    put_u32(record + RECORD_AT_CRC, record_header_crc(record, header_bytes));
}

void record_mark_durable(uint8_t *frame, uint64_t durable)
{
    INVARIANT(durable < get_u64(frame + RECORD_AT_SEQUENCE));
    put_u64(frame + RECORD_AT_DURABLE, durable);
    record_finish_header(frame);
}

void seal_encode(const struct seal *seal, uint8_t *to)
{
    memset(to, 0, SEAL_BYTES);
    put_u32(to, SEAL_BYTES);
    put_u64(
        to + RECORD_AT_DURABLE, seal->sequence_last); // a file is sealed when all in it is durable
    put_u32(to + RECORD_AT_KIND, RECORD_SEAL);
    put_u64(to + RECORD_AT_SEQUENCE, seal->sequence_last);
    put_u64(to + RECORD_AT_IDENTITY, seal->identity);
    put_u64(to + SEAL_AT_FRAMES, seal->frames);
    put_u64(to + SEAL_AT_LENGTH, seal->file_bytes);
    hash128_put(to + SEAL_AT_CHAIN, seal->chain);
    record_finish_header(to);
}

struct seal seal_decode(const uint8_t *from)
{
    INVARIANT(get_u32(from + RECORD_AT_KIND) == RECORD_SEAL);
    return (struct seal){
        .sequence_last = get_u64(from + RECORD_AT_SEQUENCE),
        .identity = get_u64(from + RECORD_AT_IDENTITY),
        .frames = get_u64(from + SEAL_AT_FRAMES),
        .file_bytes = get_u64(from + SEAL_AT_LENGTH),
        .chain = hash128_get(from + SEAL_AT_CHAIN),
    };
}
