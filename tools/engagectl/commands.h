// The table of all commands of engagectl, and the functions it names.
#ifndef TOOLS_ENGAGECTL_COMMANDS_H
#define TOOLS_ENGAGECTL_COMMANDS_H

#include <stddef.h>

#include "engine/base/buffer.h"
#include "tools/engagectl/command.h"

// In the order help shows them. Static storage.
const struct command *commands_table(size_t *count_out);
// The command of one or two words, or NULL.
const struct command *commands_find(const char *first, const char *second);
// How a command is used: "usage: engagectl check [PATH…] [options]" and what it takes. The command
// may be NULL: an overview of all.
void commands_add_help(struct buffer *to, const struct command *command);
// What all commands take. Static storage.
const struct command_option *commands_common_options(size_t *count_out);

command_function check_command;
command_function test_command;
command_function eval_command;
command_function schema_command;
command_function help_command;
command_function completion_command;
command_function version_command;
command_function simulate_command;
command_function plan_command;
command_function contact_get_command;
command_function contact_export_command;
command_function contact_timeline_command;
command_function contact_explain_command;
command_function explain_event_command;
command_function explain_run_command;
command_function score_top_command;
command_function segment_members_command;
command_function score_bands_command;
command_function workflow_stat_command;
command_function team_stat_command;
command_function journal_stat_command;
command_function journal_cat_command;
command_function journal_verify_command;
command_function actions_release_command;
command_function actions_drop_command;
command_function dead_letters_list_command;
command_function dead_letters_show_command;
command_function dead_letters_requeue_command;

#endif
