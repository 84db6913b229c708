// What a source gave last, as the journal has it.
#include <inttypes.h>

#include "engine/fold/shard_internal.h"

enum { FRAMES_BACK = 16 };

struct search {
    const char *source_name;
    int64_t seen; // position of its last input of any kind
    struct source_memory found;
};

static enum err frame_look(struct search *search, struct frame_reader *frame)
{
    struct frame_source source;
    struct frame_input input;
    uint32_t wanted = UINT32_MAX;
    enum err err = ERR_OK;
    for (uint32_t i = 0; (err = frame_next_source(frame, &source)) == ERR_OK; i++)
        if (bytes_equal_text(source.name, search->source_name))
            wanted = i;
    if (err != ERR_END)
        return err;
    while ((err = frame_next_input(frame, &input)) == ERR_OK) {
        if (input.source != wanted)
            continue;
        if (input.position < search->seen) // made anew: what was before it is of another
            search->found.position = SOURCE_POSITION_START;
        search->seen = input.position;
        // Of refused ones the journal may hold a part only, of duplicates nothing.
        if (input.kind == FRAME_INPUT_EVENT)
            search->found = (struct source_memory){
                .position = input.position, .value = source_value_hash(input.value)};
    }
    return err == ERR_END ? ERR_OK : err;
}

enum err shard_last_read(
    const struct shard *shard,
    const char *source_name,
    struct source_memory *out,
    struct fault *fault)
{
    struct search search = {
        .source_name = source_name,
        .seen = SOURCE_POSITION_START,
        .found = {.position = SOURCE_POSITION_START},
    };
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    uint64_t first = shard->sequence > FRAMES_BACK ? shard->sequence - FRAMES_BACK + 1 : 1;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, first, &reader, fault);
    while (err == ERR_OK && (err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        err = frame_look(&search, &frame);
        if (err != ERR_OK)
            err = fault_wrap(fault, err, "sequence %" PRIu64, frame.head.sequence);
    }
    journal_reader_close(reader);
    if (err != ERR_END && err != ERR_MISSING) // missing: appended, but not written yet
        return err;
    *out = search.found;
    return ERR_OK;
}
