// Named places where a test makes the engine die, fail or wait. A build without -DFAILPOINTS has none.
//
// A place is passed by FAILPOINT(NAME), or by FAILPOINT_ERR(NAME) where the step may also fail there. What
// happens is up to the handler: engine/run installs one that the environment drives, a simulator its own.
#ifndef ENGINE_BASE_FAILPOINT_H
#define ENGINE_BASE_FAILPOINT_H

#include "engine/base/err.h"

// X(constant, name, crash point of docs/failures.md)
#define FAILPOINT_TABLE(X)                                   \
    X(SOURCE_POLLED, "source.polled", "C1")                  \
    X(SOURCE_LOST, "source.lost", "C1")                      \
    X(FRAME_FOLDED, "frame.folded", "C1")                    \
    X(FRAME_APPENDED, "frame.appended", "C1")                \
    X(DECODE_BEFORE, "decode.before", "C2")                  \
    X(DISK_WRITE_HALF, "disk.write-half", "C3")              \
    X(JOURNAL_WRITTEN, "journal.written", "C4")              \
    X(DISK_SYNC, "disk.sync", "C5")                          \
    X(JOURNAL_SYNCED, "journal.synced", "C6")                \
    X(JOURNAL_ANNOUNCED, "journal.announced", "C6")          \
    X(PREPARE_CREATED, "prepare.created", "C7")              \
    X(PREPARE_ALLOCATED, "prepare.allocated", "C7")          \
    X(PREPARE_SYNCED, "prepare.synced", "C7")                \
    X(ROLL_HEADER_WRITTEN, "roll.header-written", "C7")      \
    X(ROLL_HEADER_SYNCED, "roll.header-synced", "C7")        \
    X(ROLL_NAMED, "roll.named", "C7")                        \
    X(ROLL_DIRECTORY_SYNCED, "roll.directory-synced", "C7")  \
    X(SEAL_WRITTEN, "seal.written", "C7")                    \
    X(SEAL_CUT, "seal.cut", "C7")                            \
    X(SEAL_SYNCED, "seal.synced", "C7")                      \
    X(KAFKA_OFFSETS_BEFORE, "kafka.offsets-before", "C8")    \
    X(KAFKA_OFFSETS_SENT, "kafka.offsets-sent", "C8")        \
    X(STORE_WORKED, "store.worked", "C9")                    \
    X(STORE_COMMIT_BEFORE, "store.commit-before", "C10")     \
    X(STORE_COMMITTED, "store.committed", "C10")             \
    X(CHECKPOINT_LISTS, "checkpoint.lists", "C9")            \
    X(CHECKPOINT_CONTACTS, "checkpoint.contacts", "C9")      \
    X(CHECKPOINT_IN_FORCE, "checkpoint.in-force", "C10")     \
    X(CHECKPOINT_TIDIED, "checkpoint.tidied", "C10")         \
    X(PUBLISH_BEFORE, "publish.before", "C11")               \
    X(KAFKA_BEGUN, "kafka.begun", "C11")                     \
    X(KAFKA_PRODUCED, "kafka.produced", "C12")               \
    X(KAFKA_COMMIT_BEFORE, "kafka.commit-before", "C13")     \
    X(KAFKA_COMMITTED, "kafka.committed", "C14")             \
    X(FILE_SINK_WRITTEN, "file-sink.written", "C13")         \
    X(FILE_SINK_SYNCED, "file-sink.synced", "C14")           \
    X(PUBLISHED_BEFORE_MARK, "published.before-mark", "C15") \
    X(PUBLISHED_MARKED, "published.marked", "C16")           \
    X(RELOAD_READ, "reload.read", "C17")                     \
    X(RELOAD_COMPILED, "reload.compiled", "C17")             \
    X(RELOAD_FOLLOWED, "reload.followed", "C17")             \
    X(RELOAD_SWAPPED, "reload.swapped", "C17")               \
    X(ACTIVATE_BEFORE, "activate.before", "C17")             \
    X(ACTIVATE_FOLDED, "activate.folded", "C17")             \
    X(ACTIVATE_APPENDED, "activate.appended", "C17")         \
    X(HTTP_TAKEN, "http.taken", "C21")                       \
    X(HTTP_DURABLE, "http.durable", "C21")                   \
    X(HTTP_ANSWERED, "http.answered", "C21")                 \
    X(META_WRITTEN, "meta.written", "C23")                   \
    X(META_NAMED, "meta.named", "C23")                       \
    X(RECOVER_PLANNED, "recover.planned", "C23")             \
    X(RECOVER_REMOVED, "recover.removed", "C23")             \
    X(RECOVER_TAIL_ZEROED, "recover.tail-zeroed", "C23")     \
    X(RECOVER_TAIL_SYNCED, "recover.tail-synced", "C23")     \
    X(RECOVER_SEALED, "recover.sealed", "C23")               \
    X(RECOVER_DONE, "recover.done", "C23")                   \
    X(STORE_GIVEN_UP, "store.given-up", "C23")               \
    X(STORE_EMPTY, "store.empty", "C23")                     \
    X(REPLAY_FRAME, "replay.frame", "C23")                   \
    X(SINK_TAIL_CUT, "sink.tail-cut", "C23")                 \
    X(SINK_RECOVERED, "sink.recovered", "C23")               \
    X(STOP_ASKED, "stop.asked", "C24")                       \
    X(STOP_DRAINED, "stop.drained", "C24")                   \
    X(STOP_CLOSED, "stop.closed", "C24")

enum failpoint {
#define X(constant, name, crash_point) FAILPOINT_##constant,
    FAILPOINT_TABLE(X)
#undef X
        FAILPOINT_COUNT
};

// "journal.written" and "C4". Static storage.
const char *failpoint_name(enum failpoint point);
const char *failpoint_crash_point(enum failpoint point);

// Called each time a place is passed, by any thread. What it gives is what the step fails with, where
// the place allows that; it may also never return.
typedef enum err failpoint_fn(void *context, enum failpoint point);

#ifdef FAILPOINTS
// NULL: nothing happens anywhere, as at first. Before other threads run.
void failpoint_install(failpoint_fn *handler, void *context);
enum err failpoint_pass(enum failpoint point);
#    define FAILPOINT(constant)     ((void)failpoint_pass(FAILPOINT_##constant))
#    define FAILPOINT_ERR(constant) failpoint_pass(FAILPOINT_##constant)
#else
#    define FAILPOINT(constant)     ((void)0)
#    define FAILPOINT_ERR(constant) ERR_OK
#endif

#endif
