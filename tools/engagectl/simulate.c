// `engagectl simulate`: what the rules make of a file of events, in a throw-away data directory.
#include "tools/engagectl/simulate.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consumers/file/file_source.h"
#include "engine/base/time.h"
#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/os/os_zone.h"
#include "projections/contacts.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/contact_list.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/interrupt.h"
#include "tools/engagectl/load_rules.h"
#include "tools/engagectl/throwaway.h"

// The same in every simulation, so that the ids of actions are; a daemon draws its own.
enum { SIMULATION_IDENTITY = 1 };
// Files are made whole before they are used: small ones let a small simulation start at once.
enum { SIMULATION_FILE_BYTES = 16 << 20 };

// What the options ask for.
struct simulate_call {
    const struct command *command;
    const char *rules, *events, *contacts; // contacts: NULL for none
    const char *zone;                      // NULL: UTC
    int64_t until_ms;
    struct out_file actions, contacts_out;
};

static int read_options(const struct command_call *call, struct simulate_call *out)
{
    const char *until = command_option_value(call, "until");
    *out = (struct simulate_call){
        .command = call->command,
        .rules = command_option_value(call, "rules"),
        .events = command_option_value(call, "events"),
        .contacts = command_option_value(call, "contacts"),
        .zone = command_option_value(call, "zone"),
        .until_ms = TIME_MS_MAX,
    };
    if (out->rules == NULL)
        return command_usage_error(call->command, "--rules is missing");
    if (out->events == NULL)
        return command_usage_error(call->command, "--events is missing");
    if (until != NULL && !time_parse(bytes_text(until), &out->until_ms) &&
        !time_parse_date(bytes_text(until), &out->until_ms))
        return command_usage_error(
            call->command, "--until takes a time as 2026-01-31T12:00:00Z or a date, not '%s'",
            until);
    if (out->zone != NULL && !os_zone_is_known(bytes_text(out->zone)))
        return command_usage_error(
            call->command, "--zone: '%s' is not a time zone that is known here", out->zone);
    return EXIT_CODE_DONE;
}

// Outputs are emptied only when there is something to fold.
static int open_outputs(const struct command_call *call, struct simulate_call *simulate)
{
    struct fault fault = {.err = ERR_OK};
    if (strcmp(simulate->events, "-") != 0 && access(simulate->events, R_OK) != 0) {
        command_talk(call->command, "%s: %s", simulate->events, strerror(errno));
        return EXIT_CODE_USAGE;
    }
    const char *actions = command_option_value(call, "actions");
    enum err err = ERR_OK;
    if (actions != NULL)
        err = out_file_open(actions, &simulate->actions, &fault);
    if (err == ERR_OK && simulate->contacts != NULL)
        err = out_file_open(simulate->contacts, &simulate->contacts_out, &fault);
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    command_talk(call->command, "%s", fault.text);
    return EXIT_CODE_USAGE;
}

static int close_outputs(struct simulate_call *simulate)
{
    struct fault fault = {.err = ERR_OK};
    enum err err = out_file_close(&simulate->actions, &fault);
    enum err contacts_err = out_file_close(&simulate->contacts_out, &fault);
    if (err == ERR_OK && contacts_err == ERR_OK)
        return EXIT_CODE_DONE;
    command_talk(simulate->command, "%s", fault.text);
    return EXIT_CODE_INTERNAL;
}

static void add_fact(struct buffer *to, const char *name, uint64_t number)
{
    buffer_add_format(to, "%s%-13s ", to->len > 0 ? "\n" : "", name);
    progress_add_number(to, number);
}

static void talk_summary(struct simulation *simulation, int64_t elapsed_us)
{
    struct shard_counts counts;
    struct shard_flow flow;
    struct buffer text = {0};
    shard_counts(simulation->shard, &counts);
    shard_flow(simulation->shard, &flow);
    uint64_t held = counts.actions_held_consent + counts.actions_held_dnd +
                    counts.actions_held_missing + counts.actions_held_limit +
                    counts.actions_held_quiet + counts.actions_held_over;
    add_fact(&text, "events", shard_flow_read(&flow));
    buffer_add_format(
        &text, " in %" PRId64 ".%02" PRId64 " s, ", elapsed_us / 1000000, elapsed_us / 10000 % 100);
    progress_add_number(&text, progress_rate(shard_flow_read(&flow), elapsed_us));
    buffer_add_text(&text, "/s");
    add_fact(&text, "contacts", contacts_count(shard_state(simulation->shard)));
    add_fact(&text, "actions", flow.decided);
    if (held > 0) {
        buffer_add_text(&text, ", held back ");
        progress_add_number(&text, held);
    }
    if (counts.timers_fired > 0)
        add_fact(&text, "timers", counts.timers_fired);
    add_fact(&text, "dead letters", flow.refused);
    add_fact(&text, "duplicates", flow.duplicates);
    if (simulation->later > 0)
        add_fact(&text, "after --until", simulation->later);
    buffer_add_u8(&text, '\n');
    (void)fwrite(text.data, 1, text.len, stderr);
    buffer_free(&text);
}

static enum err write_contact(void *context, struct bytes json, struct fault *fault)
{
    if (interrupt_is_waiting())
        return fault_set(fault, ERR_AGAIN, "stopped by a signal");
    return out_file_add_line(context, json, fault);
}

static uint64_t size_of(const char *path)
{
    struct stat about;
    return strcmp(path, "-") != 0 && stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static enum err fold_events(
    struct simulate_call *simulate,
    const struct shard_params *params,
    struct shard *shard,
    struct fault *fault)
{
    struct disk disk = os_disk();
    struct file_source_params source_params = {
        .path = simulate->events,
        .name = "file:events", // not the path: the outcome must not depend on where the file is
        .line_bytes_max = params->decode.message_bytes_max,
    };
    struct progress progress = progress_begin(os_clock(), size_of(simulate->events), "events");
    struct simulation simulation = {
        .shard = shard,
        .params = params,
        .shown_name = strcmp(simulate->events, "-") == 0 ? "standard input" : simulate->events,
        .until_ms = simulate->until_ms,
        .actions = &simulate->actions,
        .progress = &progress,
    };
    file_source_create(&disk, &source_params, &simulation.source);
    enum err err = simulation_run(&simulation, fault);
    int64_t elapsed_us = progress_end(&progress);
    simulation.source.ops->destroy(simulation.source.self);
    if (err == ERR_OK && simulate->contacts_out.stream != NULL)
        err = contact_list_each(&shard, 1, write_contact, &simulate->contacts_out, fault);
    if (err == ERR_OK)
        talk_summary(&simulation, elapsed_us);
    return err;
}

static enum err simulate_in(
    struct simulate_call *simulate,
    struct loaded_rules *rules,
    struct throwaway *throwaway,
    struct fault *fault)
{
    struct shard_params params = shard_params_default(throwaway->disk, throwaway->path);
    struct shard_report report;
    struct shard *shard = NULL;
    params.identity = SIMULATION_IDENTITY;
    params.tick_mode = TICK_EVENT;
    params.zone = simulate->zone;
    params.zone_files = os_zone_files(NULL);
    params.journal_file_bytes = SIMULATION_FILE_BYTES;
    enum err err = shard_open(&params, (struct shard_progress){0}, &shard, &report, fault);
    if (err != ERR_OK)
        return err;
    struct ruleset *ruleset = rules->ruleset;
    rules->ruleset = NULL; // the shard takes it over
    err = shard_activate(shard, ruleset, TIME_MS_MIN, fault);
    if (err == ERR_OK)
        err = fold_events(simulate, &params, shard, fault);
    shard_close(shard);
    return err;
}

// Signals wait as long as the directory is there.
static int simulate_thrown_away(struct simulate_call *simulate, struct loaded_rules *rules)
{
    struct throwaway throwaway;
    struct fault fault = {.err = ERR_OK};
    interrupt_hold();
    enum err err = throwaway_create(&throwaway, &fault);
    if (err == ERR_OK) {
        err = simulate_in(simulate, rules, &throwaway, &fault);
        throwaway_remove(&throwaway);
    }
    bool is_stopped = interrupt_is_waiting();
    interrupt_release();
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    if (err == ERR_AGAIN && is_stopped)
        return EXIT_CODE_FAILED;
    command_talk(simulate->command, "%s", fault.text);
    return err == ERR_MISSING ? EXIT_CODE_USAGE : EXIT_CODE_INTERNAL;
}

int simulate_command(const struct command_call *call)
{
    struct simulate_call simulate;
    struct loaded_rules rules = {.ruleset = NULL};
    int code = read_options(call, &simulate);
    if (code != EXIT_CODE_DONE)
        return code;
    code = load_rules(call->command, simulate.rules, &rules);
    if (code == EXIT_CODE_DONE)
        code = open_outputs(call, &simulate);
    if (code == EXIT_CODE_DONE)
        code = simulate_thrown_away(&simulate, &rules);
    int close_code = close_outputs(&simulate);
    loaded_rules_free(&rules);
    return code != EXIT_CODE_DONE ? code : close_code;
}
