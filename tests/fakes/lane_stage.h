// A lane with a mailbox on the real disk, whose turns the test takes itself, and gates before what other threads do.
#ifndef TESTS_FAKES_LANE_STAGE_H
#define TESTS_FAKES_LANE_STAGE_H

#include <time.h>

#include "engine/run/lane.h"
#include "engine/run/mailbox.h"
#include "engine/run/ticket.h"

#include "tests/support/suite.h"

enum { STAGE_MAILS_MAX = 64, STAGE_MARK_UNIT = 100, STAGE_IDS_MAX = 1000 };

// What the side threads meet: gates that are shut by the tests.
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_shut;
    unsigned waiting; // threads before it
};
void gate_set(struct gate *gate, bool is_shut);
// Those that wait pass, and nobody behind them: it is shut again.
void gate_let_through(struct gate *gate);
unsigned gate_waiting(struct gate *gate);

struct lane_stage {
    struct runtime runtime;
    struct lane_settings settings;
    struct shard_params params;
    struct lane *lane;
    struct ev_loop *loop;
    struct postbox box;
    struct side_thread *sides[3];
    struct publisher *publisher;
    struct mailbox *mailbox;
    char directory[TEST_SCRATCH_BYTES];
    struct message_ticket *tickets[STAGE_MAILS_MAX];
    unsigned sent, answered;
    atomic_bool is_full;         // the disk
    atomic_int_fast64_t wall_ms; // the clock; 0: that of the machine
    struct gate syncing, writing, publishing;
    atomic_uint published;             // actions, in the sink
    struct hash128 ids[STAGE_IDS_MAX]; // of those; the publisher's thread alone
    char log[4096];                    // what the lane said
};
// One for each test of a program.
extern struct lane_stage stage;

// A directory, settings and parameters, which may be changed before the lane is opened.
void stage_prepare(void);
void stage_open(const char *rules);
void stage_open_only(
    const char *rules); // before its first turn: what opening wrote is in no checkpoint
void stage_close(void); // stops it in order; it may be opened again
// Ends it with what was not published left where it is. No checkpoint may be waiting for that.
void stage_kill(void);

// Runs what other threads have sent.
void stage_pump(void);
void stage_turn(void);
void stage_turn_for_a_while(void);
#define STAGE_DO_UNTIL(do_it, condition)                             \
    do {                                                             \
        struct stage_wait wait = {0};                                \
        bool is_so = (condition);                                    \
        for (; !is_so && stage_waits_on(&wait); is_so = (condition)) \
            do_it();                                                 \
        ck_assert_msg(is_so, "not reached: " #condition);            \
    } while (0)
#define STAGE_TURN_UNTIL(condition) STAGE_DO_UNTIL(stage_turn, condition)
#define STAGE_PUMP_UNTIL(condition) STAGE_DO_UNTIL(stage_pump, condition)
struct stage_wait {
    unsigned tries;
    int64_t until_us;
};
bool stage_waits_on(struct stage_wait *wait);

// One event, as a request of its own. The line stays where it is.
void stage_send(const char *line);

#endif
