// The daemon as a child process: started, watched through its log, stopped, killed.
#ifndef TESTS_TORTURE_CHILD_H
#define TESTS_TORTURE_CHILD_H

#include <sys/types.h>

#include "tests/torture/base.h"

enum { LOG_LINE_BYTES = 1024, LOG_TAIL_BYTES = 4096 };

struct child {
    pid_t pid;  // 0: none
    int log_fd; // what it says; -1: closed
    bool is_gone, is_stopped;
    int status;          // of waitpid, once it is gone
    unsigned port;       // where it listens; 0: not yet
    bool is_open;        // a shard was opened
    bool is_read_to_end; // of the file of events
    bool has_said_full;  // the disk is full, or a sink is
    bool has_gone_on;    // there is room again
    char line[LOG_LINE_BYTES];
    size_t line_len;
    char tail[LOG_TAIL_BYTES]; // the end of all it said
    size_t tail_len;
};

struct child_plan {
    const char *program, *config;
    bool is_once;
    const char *failpoints;  // NULL: none
    const char *preload;     // a library; NULL: none
    uint64_t file_bytes_max; // what a file may grow to; 0: no limit
};

void child_start(struct child *child, const struct child_plan *plan);
// Reads what it says, for as long as there is something; asks whether it is gone or stopped.
void child_look(struct child *child);
void child_signal(const struct child *child, int number);
// Kills and waits; what it said is read to the end.
void child_kill(struct child *child);
// "exit 0" or "signal 9".
const char *child_status_text(const struct child *child, char out[TEXT_BYTES]);
bool child_exited_with(const struct child *child, int code);
bool child_died_of(const struct child *child, int signal_number);

#endif
