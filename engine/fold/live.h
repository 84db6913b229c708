// What is live of the contact in hand: its scores and segments, brought up to date after each change of something that
// they read, and as time goes by. All of it inside a frame of the state.
#ifndef ENGINE_FOLD_LIVE_H
#define ENGINE_FOLD_LIVE_H

#include "projections/contacts.h"
#include "projections/names.h"
#include "rules/counter.h"
#include "rules/live.h"

struct cron_memo;
struct fold;

enum live_change {
    LIVE_UNCHANGED,
    LIVE_RAISED, // entries were added that are not below 0, and nothing else
    LIVE_CHANGED,
};

struct window_memo {
    uint64_t plan;
    int64_t next_ms;
};

// When the windows of a contact change next, as it was found when something came into them last.
enum { WINDOW_DUES = 1 << 15 };
struct window_due {
    uint64_t contact; // 0: none; of those that share a line the last one is here
    int64_t due_ms;
};

// What a fold keeps of a ruleset's live nodes. Zero-initialised is valid until live_bind.
struct live {
    uint64_t *dirty; // a bit a node, by position
    uint32_t words;  // of 64 bits
    bool is_dirty;   // some bit is set
    uint32_t
        *unguarded; // positions of nodes that may be true of a contact without any field, ascending
    uint32_t unguarded_count;
    dependency first_field;         // of the declared fields
    bool has_dates;                 // time starts workflows
    struct cron_memo *crons;        // by workflow; NULL where none is started by time
    bool is_plan_due;               // something changed that the next timer depends on
    uint32_t *score_positions;      // by score
    bool *is_crossing;              // by score: it changes sides only where it is looked at
    struct live_list *free_readers; // by score: those that do not only know its sides
    uint32_t *free_positions;       // theirs
    enum live_change *changes;      // by score: what has changed since it was looked at
    uint32_t *windows;              // counters with a window that something live reads
    uint32_t window_count;
    struct window_memo *memos; // by counter: when it changes by time, where that was found already
    struct window_due *dues;   // by contact; NULL without windows
    uint64_t plan;             // counts what was planned: memos of before are void
    bool are_windows_new;      // something else may leave them next than when the timer was planned
    uint32_t *timed_nodes;     // positions of those nodes that say when they are due, ascending
    uint32_t timed_count;
};

// After the ruleset and its names were bound.
void live_bind(struct fold *fold);
void live_free(struct live *live);
// Brings every contact in line with rules that have just come into force; nothing is derived. Inside a frame.
void live_sweep(struct fold *fold);

// Something about the contact in hand has changed.
void live_mark(struct fold *fold, dependency changed);
// Brings near what is kept of a contact.
static inline void live_prefetch(const struct live *live, struct contact_number contact)
{
    if (live->dues != NULL)
        __builtin_prefetch(&live->dues[contact.value % WINDOW_DUES], 1);
}
struct counter_outcome;
// A counter has counted an event of the contact in hand.
void live_mark_counted(
    struct fold *fold, const struct counter_def *counter, const struct counter_outcome *outcome);
void live_mark_score(struct fold *fold, struct name_id score);
void live_mark_raised(struct fold *fold, struct name_id score); // by an entry that is not below 0
void live_mark_new(struct fold *fold); // a contact of which nothing was known
void live_mark_all(struct fold *fold);
// What time alone may have changed.
void live_mark_timed(struct fold *fold);

// Looks again at all that is marked, each node behind those it reads; derives what follows from it at that depth.
void live_settle(struct fold *fold, uint32_t depth);
// Sets the contact's timer to the earliest moment at which time alone changes anything about it.
void live_plan(struct fold *fold);

#endif
