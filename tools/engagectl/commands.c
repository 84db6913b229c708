// The table of all commands: what runs, what help prints and what the shell completes come from it.
#include "tools/engagectl/commands.h"

#include <string.h>

#include "engine/base/buffer.h"

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

static const struct command_option common_options[] = {
    {"config", 0, "FILE", "the daemon's configuration"},
    {"output", 'o', "table|json|ndjson", "form of the data"},
    {"help", 'h', NULL, "this text"},
};

static const struct command_option check_options[] = {
    {"format", 0, "text|json|github", "form of the diagnostics (text)"},
    {"strict", 0, NULL, "warnings fail, too"},
};

static const struct command_option test_options[] = {
    {"run", 0, "GLOB", "only tests of such a name: 'welcome*'"},
    {"junit", 0, "FILE", "writes the results as JUnit XML, too; '-' is standard output"},
    {"coverage", 0, NULL, "how often each rule, segment, workflow, step and branch was reached"},
    {"verbose", 'v', NULL, "lists the tests that pass, too"},
};

static const struct command_option eval_options[] = {
    {"bindings", 0, "JSON", "the variables: {\"data\": {\"amount\": 12}}"},
    {"contact", 0, "ID", "'contact' and 'score' are those of this contact"},
    {"type", 0, NULL, "prints the type before the value"},
    {"batch", 0, NULL, "reads an expression with typed values from each line of standard input"},
};

static const struct command_option simulate_options[] = {
    {"rules", 0, "DIR", "the rule files; needed"},
    {"events", 0, "FILE", "the events, one a line; '-' is standard input; needed"},
    {"until", 0, "TIME", "ends there: leaves out later events, fires what is due by then"},
    {"actions", 0, "FILE", "where the actions go, one a line; '-' is standard output"},
    {"contacts", 0, "FILE", "where the contacts go, one a line, sorted by id; '-' likewise"},
    {"zone", 0, "ZONE", "time zone of the account (UTC)"},
};

static const struct command_option plan_options[] = {
    {"data", 0, "DIR", "this data directory, instead of that of the configuration"},
};

static const struct command_option explain_options[] = {
    {"score", 0, "NAME", "this score alone"},
};

static const struct command_option explain_event_options[] = {
    {"source", 0, "NAME", "the event of this source, where several have the id"},
};

static const struct command_option explain_run_options[] = {
    {"contact", 0, "ID", "whose run it is, so that it need not be looked for"},
};

static const struct command_option top_options[] = {
    {"number", 'n', "N", "how many (10)"},
};

static const struct command_option members_options[] = {
    {"number", 'n', "N", "how many (1000)"},
};

static const struct command_option journal_cat_options[] = {
    {"contact", 0, "ID", "only events and actions of this contact"},
    {"from", 0, "SEQUENCE", "begins at this frame"},
    {"to", 0, "SEQUENCE", "ends after this frame"},
};

static const struct command commands[] = {
    {"check", "[PATH…]", "compiles rule files or directories and prints all diagnostics", NULL, 0,
     COMMAND_ARGS_MANY, ROWS(check_options), check_command},
    {"test", "[PATH…]", "runs the tests beside the rules", NULL, 0, COMMAND_ARGS_MANY,
     ROWS(test_options), test_command},
    {"eval", "EXPRESSION | --batch", "prints what an expression (CEL) comes to", NULL, 0, 1,
     ROWS(eval_options), eval_command},
    {"simulate", "--rules DIR --events FILE",
     "folds a file of events, in a throw-away data directory", NULL, 0, 0, ROWS(simulate_options),
     simulate_command},
    {"plan", "[OLD] NEW",
     "prints what new rules would make of runs in flight; OLD: instead of the rules in force", NULL,
     1, 2, ROWS(plan_options), plan_command},
    {"contact get", "ID", "prints a contact; ID is a contact id or as email:ann@example.com", NULL,
     1, 1, NULL, 0, contact_get_command},
    {"contact export", "", "prints all contacts, sorted by id", NULL, 0, 0, NULL, 0,
     contact_export_command},
    {"contact timeline", "ID",
     "prints what happened to a contact: events, points, segments, objects, runs, actions", NULL, 1,
     1, NULL, 0, contact_timeline_command},
    {"contact explain", "ID", "prints where a contact's points came from", NULL, 1, 1,
     ROWS(explain_options), contact_explain_command},
    {"explain event", "ID",
     "prints which rules an event matched, and which not and why, in the rules of its time", NULL,
     1, 1, ROWS(explain_event_options), explain_event_command},
    {"explain run", "ID",
     "prints what a run of a workflow did, step by step, with the values that decided", NULL, 1, 1,
     ROWS(explain_run_options), explain_run_command},
    {"score top", "NAME", "prints the contacts with the most points", NULL, 1, 1, ROWS(top_options),
     score_top_command},
    {"score bands", "NAME", "prints how many contacts are in each band", NULL, 1, 1, NULL, 0,
     score_bands_command},
    {"segment members", "NAME", "prints who belongs to a segment, and since when", NULL, 1, 1,
     ROWS(members_options), segment_members_command},
    {"workflow stat", "[NAME]",
     "prints how many runs came to each step of a workflow, and what became of them", NULL, 0, 1,
     NULL, 0, workflow_stat_command},
    {"team stat", "[NAME]",
     "prints what each member of a team has and was handed, and whose turn it is", NULL, 0, 1, NULL,
     0, team_stat_command},
    {"journal stat", "", "prints files, bytes and sequences of each shard's journal", NULL, 0, 0,
     NULL, 0, journal_stat_command},
    {"journal cat", "", "prints the journals, one line of JSON for each thing in them", NULL, 0, 0,
     ROWS(journal_cat_options), journal_cat_command},
    {"journal verify", "", "folds the journal again and compares its digests and the store", NULL,
     0, 0, NULL, 0, journal_verify_command},
    {"actions release", "", "publishes the actions that wait beyond limits.actions_per_minute",
     NULL, 0, 0, NULL, 0, actions_release_command},
    {"actions drop", "",
     "throws away the actions that wait beyond limits.actions_per_minute: they are never sent",
     NULL, 0, 0, NULL, 0, actions_drop_command},
    {"dead-letters list", "", "prints what was refused, and why", NULL, 0, 0, NULL, 0,
     dead_letters_list_command},
    {"dead-letters show", "N", "prints one dead letter whole", NULL, 1, 1, NULL, 0,
     dead_letters_show_command},
    {"dead-letters requeue", "N", "sends a dead letter to the daemon again", NULL, 1, 1, NULL, 0,
     dead_letters_requeue_command},
    {"schema", "rules|config|event|action", "prints a JSON Schema (draft-07)",
     "rules|config|event|action", 1, 1, NULL, 0, schema_command},
    {"completion", "bash|zsh|fish", "prints what makes the shell complete engagectl",
     "bash|zsh|fish", 1, 1, NULL, 0, completion_command},
    {"version", "", "prints the version", NULL, 0, 0, NULL, 0, version_command},
    {"help", "[COMMAND | CODE]", "explains a command, or the code of a diagnostic (E0203)", NULL, 0,
     2, NULL, 0, help_command},
};
enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

const struct command *commands_table(size_t *count_out)
{
    *count_out = COMMAND_COUNT;
    return commands;
}

const struct command_option *commands_common_options(size_t *count_out)
{
    *count_out = sizeof(common_options) / sizeof(common_options[0]);
    return common_options;
}

static bool is_named(const struct command *command, const char *first, const char *second)
{
    size_t len = strlen(first);
    if (strncmp(command->name, first, len) != 0)
        return false;
    const char *rest = command->name + len;
    if (*rest == '\0')
        return true;
    return *rest == ' ' && second != NULL && strcmp(rest + 1, second) == 0;
}

const struct command *commands_find(const char *first, const char *second)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (is_named(&commands[i], first, second))
            return &commands[i];
    }
    return NULL;
}
