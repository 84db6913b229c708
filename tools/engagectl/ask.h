// Who answers a command: the live daemon over HTTP, else its data directory, read only.
#ifndef TOOLS_ENGAGECTL_ASK_H
#define TOOLS_ENGAGECTL_ASK_H

#include "tools/engagectl/command.h"
#include "tools/engagectl/http_client.h"
#include "tools/engagectl/open_shard.h"

// Zero-initialised is empty; the parts are owned.
struct asking {
    const struct command *command;
    struct config *config;
    struct shard_set set; // empty until ask_shards
    struct buffer answer; // of the daemon
    struct fault fault;   // why the daemon did not answer
};

// EXIT_CODE_DONE, or EXIT_CODE_REFUSED after having said what is wrong with the configuration.
int ask_begin(const struct command_call *call, struct asking *out);
void ask_end(struct asking *asking);

enum asked {
    ASKED_ANSWERED,  // *body_out is the answer, borrowed until the next one
    ASKED_NOTHING,   // there is no such thing
    ASKED_ELSEWHERE, // no daemon answers, or none that can: ask the data directory
};
// GET of an escaped target. Says why on standard error when a daemon is there and refuses.
enum asked ask_daemon(struct asking *asking, const char *target, struct bytes *body_out);

// Sends a request to the daemon.
//   ERR_STATE it listens nowhere that is known · as http_ask
NODISCARD enum err ask_request(
    struct asking *asking,
    const struct http_request *request,
    struct http_answer *out,
    struct fault *fault);

// Opens the data directory, without a word.
//   as shard_set_open
NODISCARD enum err ask_open(struct asking *asking, struct fault *fault);
// Opens the data directory. EXIT_CODE_DONE, or another code after having said why not.
int ask_shards(struct asking *asking);

// Appends the JSON of a contact, asking whoever answers. EXIT_CODE_DONE, or another code after having said why
// not: EXIT_CODE_FAILED when there is no such contact.
int ask_contact(struct asking *asking, const char *id, struct buffer *to);

// The form of the output: that of -o, else a table on a terminal and `otherwise` anywhere else.
enum command_output ask_output(const struct command_call *call, enum command_output otherwise);

#endif
