// What a source gave last, as the journal has it.
#include <inttypes.h>

#include "engine/fold/shard_internal.h"

enum { FRAMES_BACK = 16 };

static enum err frame_look(
    struct frame_reader *frame, const char *source_name, struct source_memory *out)
{
    struct frame_source source;
    struct frame_input input;
    uint32_t wanted = UINT32_MAX;
    enum err err = ERR_OK;
    for (uint32_t i = 0; (err = frame_next_source(frame, &source)) == ERR_OK; i++)
        if (bytes_equal_text(source.name, source_name))
            wanted = i;
    if (err != ERR_END)
        return err;
    while ((err = frame_next_input(frame, &input)) == ERR_OK) {
        // Of refused ones the journal may hold a part only, of duplicates nothing.
        if (input.source != wanted || input.kind != FRAME_INPUT_EVENT)
            continue;
        out->position = input.position;
        out->value = source_value_hash(input.value);
    }
    return err == ERR_END ? ERR_OK : err;
}

enum err shard_last_read(
    const struct shard *shard,
    const char *source_name,
    struct source_memory *out,
    struct fault *fault)
{
    struct source_memory found = {.position = SOURCE_POSITION_START};
    uint64_t last = shard->sequence;
    uint64_t first = last > FRAMES_BACK ? last - FRAMES_BACK + 1 : 1;
    for (uint64_t at = last; at >= first && found.position == SOURCE_POSITION_START; at--) {
        struct journal_reader *reader = NULL;
        struct bytes bytes;
        struct frame_reader frame;
        enum err err =
            journal_reader_open(shard->params.disk, shard->journal_directory, at, &reader, fault);
        if (err == ERR_MISSING)
            continue; // appended, but not written yet
        if (err != ERR_OK)
            return err;
        err = journal_reader_next(reader, &bytes, &frame, fault);
        if (err == ERR_OK)
            err = frame_look(&frame, source_name, &found);
        journal_reader_close(reader);
        if (err != ERR_OK && err != ERR_END)
            return fault_wrap(fault, err, "sequence %" PRIu64, at);
    }
    *out = found;
    return ERR_OK;
}
