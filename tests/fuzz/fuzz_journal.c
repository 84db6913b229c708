// Fuzzes frames and whole journal files: recovery, verification and reading of whatever stands there.
//
// The first byte of an input says what the rest is: 0 a frame, 1 a journal file, 2 a journal file whose
// checksums are made right first, so that what lies behind them is reached.
#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/journal/journal.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"

#include "tests/fakes/fake_disk.c" // fuzz targets link no test support

enum { MODE_FRAME, MODE_FILE, MODE_REPAIRED, MODE_COUNT };
#define DIRECTORY "/journal"
#define FILE_PATH DIRECTORY "/00000000000000000001.journal"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// The fake disk's calls are noted for a report that nobody asks for here.
void call_sites_note(const char *operation, const void *address, bool has_failed)
{
    (void)operation;
    (void)address;
    (void)has_failed;
}

static void frame_use_up(struct frame_reader *frame)
{
    struct frame_source source;
    struct frame_command command;
    struct frame_input input;
    struct frame_outgoing outgoing;
    while (frame_next_source(frame, &source) == ERR_OK)
        continue;
    while (frame_next_command(frame, &command) == ERR_OK)
        continue;
    while (frame_next_input(frame, &input) == ERR_OK)
        continue;
    while (frame_next_outgoing(frame, &outgoing) == ERR_OK)
        continue;
}

static void fuzz_frame(struct bytes bytes)
{
    struct arena arena = {0};
    struct frame_reader frame;
    struct fault fault;
    if (frame_open(bytes, &arena, &frame, &fault) == ERR_OK)
        frame_use_up(&frame);
    arena_free(&arena);
}

// Makes the checksums of header and records right, as far as their lengths lead.
static void repair(uint8_t *file, size_t len)
{
    if (len < SECTOR_BYTES)
        return;
    put_u32(
        file + FILE_AT_CRC,
        crc32c(0, bytes_of(file + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT)));
    size_t at = SECTOR_BYTES;
    while (len - at >= FRAME_HEADER_BYTES) {
        uint32_t length = get_u32(file + at);
        uint32_t kind = get_u32(file + at + RECORD_AT_KIND);
        bool is_frame = kind == RECORD_FRAME && length >= FRAME_HEADER_BYTES && length <= len - at;
        if (is_frame) {
            struct bytes body =
                bytes_of(file + at + FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES);
            put_u32(file + at + RECORD_AT_BODY_CRC, crc32c(0, body));
        }
        if (is_frame || kind == RECORD_SEAL)
            record_finish_header(file + at);
        at += is_frame && length % RECORD_ALIGN == 0 ? length : SECTOR_BYTES - at % SECTOR_BYTES;
        if (at > len)
            return;
    }
}

static void read_through(struct fake_disk *fake)
{
    struct journal_reader *reader = NULL;
    struct fault fault;
    if (journal_reader_open(fake_disk_port(fake), DIRECTORY, 0, &reader, &fault) != ERR_OK)
        return;
    struct bytes bytes;
    struct frame_reader frame;
    while (journal_reader_next(reader, &bytes, &frame, &fault) == ERR_OK)
        frame_use_up(&frame);
    journal_reader_close(reader);
}

static void fuzz_file(struct bytes content)
{
    struct fake_disk *fake = fake_disk_create();
    struct journal_recovery found;
    struct journal *journal = NULL;
    struct fault fault;
    fake_disk_put(fake, FILE_PATH, content);
    uint64_t before = fake_disk_digest(fake);
    read_through(fake);
    enum err verified = journal_verify(fake_disk_port(fake), DIRECTORY, 0, &found, &fault);
    INVARIANT(fake_disk_digest(fake) == before);
    struct journal_params params = {
        .disk = fake_disk_port(fake),
        .directory = DIRECTORY,
        .identity = 0,
        .file_bytes_max = 4096,
        .frame_bytes_max = 1 << 20};
    enum err opened = journal_open(&params, &journal, &found, &fault);
    journal_close(journal);
    if (opened == ERR_OK) { // what recovery leaves is whole
        INVARIANT(verified == ERR_OK);
        INVARIANT(journal_verify(fake_disk_port(fake), DIRECTORY, 0, &found, &fault) == ERR_OK);
        INVARIANT(found.tail_cut_bytes == 0);
        read_through(fake);
    } else if (opened == ERR_CORRUPT) {
        INVARIANT(fake_disk_digest(fake) == before);
    }
    fake_disk_destroy(fake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0 || len > 1 << 20)
        return 0;
    uint8_t *copy = mem_alloc(len);
    memcpy(copy, data + 1, len - 1);
    unsigned mode = data[0] % MODE_COUNT;
    if (mode == MODE_REPAIRED)
        repair(copy, len - 1);
    if (mode == MODE_FRAME)
        fuzz_frame(bytes_of(copy, len - 1));
    else
        fuzz_file(bytes_of(copy, len - 1));
    free(copy);
    return 0;
}
