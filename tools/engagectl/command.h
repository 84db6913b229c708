// What a command of engagectl is: one row of the table, one function, what it is called with.
//
// A new command is one file tools/engagectl/NAME.c with `int NAME_command(const struct command_call
// *call)`, its declaration in commands.h and its row in commands.c. Data goes to standard output
// (command_print), talk to standard error (command_talk).
#ifndef TOOLS_ENGAGECTL_COMMAND_H
#define TOOLS_ENGAGECTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/exit_code.h"

// -o; what "default" is, each command decides.
enum command_output { OUTPUT_DEFAULT, OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_NDJSON };

// One option of one command beside the common ones (--config, -o, --help).
struct command_option {
    const char *name;  // long, without dashes
    char letter;       // 0: none
    const char *value; // what its value is called ("FILE", "text|json"); NULL: it takes none
    const char *help;
};

enum { COMMAND_OPTIONS_MAX = 16, COMMAND_ARGS_MANY = 1000 };

struct command_call;
typedef int command_function(const struct command_call *call); // returns an enum exit_code

struct command {
    const char *name;  // "check", or two words: "journal stat"
    const char *args;  // "[PATH…]", "ID"; "" for none
    const char *help;  // one line
    const char *words; // what the first argument may be, "bash|zsh|fish"; NULL: anything
    size_t arg_count_min;
    size_t arg_count_max;
    const struct command_option *options; // option_count of them; NULL when there are none
    size_t option_count;
    command_function *run;
};

// Borrowed from main's arguments for the duration of the call.
struct command_call {
    const struct command *command;
    const char *config_path; // --config; NULL: not given
    enum command_output output;
    const char *const *args; // as many as the row allows
    size_t arg_count;
    const char
        *option_values[COMMAND_OPTIONS_MAX]; // by the row's options; use command_option_value
};

#define COMMAND_CONFIG_PATH_DEFAULT "/etc/engaged/engaged.yaml"

// The value of an option, "" for one without values, NULL when it was not given. Given twice, the
// last one counts. The name must be in the command's row.
const char *command_option_value(const struct command_call *call, const char *name);
// A whole number of min..max from an option, otherwise what is given as the default. False after
// having said what is wrong: return EXIT_CODE_USAGE then.
struct command_range {
    long long min, max, otherwise;
};
bool command_option_number(
    const struct command_call *call,
    const char *name,
    const struct command_range *range,
    long long *out);

// Writes data to standard output and flushes it. EXIT_CODE_DONE, or EXIT_CODE_INTERNAL after having
// said that it could not be written.
int command_print(struct bytes data);
// Writes "engagectl NAME: TEXT" and a newline to standard error; the command may be NULL.
void command_talk(const struct command *command, const char *format, ...) PRINTF_LIKE(2, 3);
// As command_talk, then how the command is used; returns EXIT_CODE_USAGE.
int command_usage_error(const struct command *command, const char *format, ...) PRINTF_LIKE(2, 3);
// The command whose name is nearest to a word, as text_nearest has it; NULL where none is near.
const char *command_nearest(const char *word);

// Runs what the arguments ask for and returns the exit code.
int command_main(int argc, char **argv);

#endif
