// `engagectl plan`: what new rules would make of runs in flight.
#include <inttypes.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/fold/query_workflows.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/load_rules.h"
#include "tools/engagectl/plan_compare.h"
#include "tools/engagectl/plan_data.h"
#include "tools/engagectl/plan_enter.h"
#include "tools/engagectl/plan_pins.h"
#include "tools/engagectl/table.h"

// --- where runs are
// {"shards":[…]}, as the daemon gives it.
static void add_shards(const struct shard_set *set, struct buffer *to)
{
    buffer_add_text(to, "{\"shards\":[");
    for (size_t i = 0; i < set->count; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        query_workflows(set->shards[i], to);
    }
    buffer_add_text(to, "]}");
}

static int read_config(const struct command_call *call, struct asking *asking)
{
    const char *data = command_option_value(call, "data");
    if (data == NULL)
        return ask_begin(call, asking);
    static const struct config_environment nothing = {NULL, NULL};
    struct diagnostics list = {0};
    struct buffer text = {0};
    *asking = (struct asking){.command = call->command};
    buffer_add_text(&text, "rules: .\nsources: {files: [\"-\"]}\ndata: ");
    text_add_json(&text, bytes_text(data));
    buffer_add_u8(&text, '\n');
    enum err err = config_load("--data", buffer_bytes(&text), &nothing, &list, &asking->config);
    if (err != ERR_OK)
        command_talk(
            call->command, "--data: %s", list.count > 0 ? list.items[0]->message : err_text(err));
    diagnostics_free(&list);
    buffer_free(&text);
    return err == ERR_OK ? EXIT_CODE_DONE : EXIT_CODE_REFUSED;
}

// Where nothing else tells where runs are.
static int read_data(struct plan_data *data)
{
    const struct asking *asking = &data->asking;
    enum err err = ask_open(&data->asking, &data->fault);
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    if (err == ERR_MISSING && asking->fault.text[0] != '\0')
        command_talk(asking->command, "no daemon answers: %s", asking->fault.text);
    int code = exit_with_fault(asking->command, &data->fault);
    command_talk(
        asking->command, "the data directory is %s: %s", asking->config->data,
        plan_data_advice(err));
    return code;
}

static int find_runs(const struct command_call *call, struct plan_data *data, struct buffer *to)
{
    struct asking *asking = &data->asking;
    struct bytes body;
    bool is_directory = command_option_value(call, "data") != NULL;
    int code = read_config(call, asking);
    if (code == EXIT_CODE_DONE && !is_directory &&
        ask_daemon(asking, "/v1/rules", &body) == ASKED_ANSWERED) {
        buffer_add_bytes(to, body);
    } else if (code == EXIT_CODE_DONE) {
        code = read_data(data);
        if (code == EXIT_CODE_DONE)
            add_shards(&asking->set, to);
    }
    return code;
}

// --- as text
static const char *const changes[] = {
    [PLAN_SAME] = "same", [PLAN_NEW] = "new", [PLAN_EDITED] = "edited", [PLAN_GONE] = "gone"};
static const char *const outcomes[] = {
    [PLAN_NOTHING] = "nothing",     [PLAN_GOES_ON] = "goes_on",
    [PLAN_MOVES] = "moves",         [PLAN_ENDS] = "ends",
    [PLAN_STEP_GONE] = "step_gone", [PLAN_WORKFLOW_GONE] = "workflow_gone",
    [PLAN_STAYS] = "stays",
};

static const char *definition_text(const struct plan_definition *definition)
{
    if (definition->change == PLAN_GONE)
        return "gone";
    if (definition->change == PLAN_NEW)
        return definition->is_from_now ? "new: starts empty" : "new: filled from the journal";
    return definition->is_from_now ? "changed: starts empty"
                                   : "changed: worked out anew from the journal";
}

static void add_outcome(struct buffer *to, const struct plan_row *row)
{
    switch (row->outcome) {
    case PLAN_NOTHING:
        buffer_add_text(to, changes[row->change]);
        if (row->has_existing)
            buffer_add_text(to, ": contacts that are there enter where its 'if' is true");
        break;
    case PLAN_GOES_ON: buffer_add_text(to, "goes on at "); break;
    case PLAN_MOVES: buffer_add_text(to, "moves to "); break;
    case PLAN_STAYS:
        buffer_add_text(to, "keeps its steps: edit: pin");
        if (row->is_unchecked)
            buffer_add_text(to, "; whether it can: ?");
        return;
    case PLAN_ENDS: buffer_add_text(to, "ends: edit: cancel"); break;
    case PLAN_STEP_GONE: buffer_add_text(to, "fails when it is due: its step is gone"); break;
    case PLAN_WORKFLOW_GONE: buffer_add_text(to, "sleeps: its workflow is gone"); break;
    }
    buffer_add_bytes(to, row->to);
    if (row->unpinned != NULL)
        buffer_add_format(to, "; it cannot keep its steps: %s", row->unpinned);
}

// Runs that are there, or that would begin.
static void add_number(struct table *table, const struct plan_row *row, bool knows_runs)
{
    bool is_known = row->has_existing ? row->enter != PLAN_UNKNOWN : knows_runs;
    if (row->outcome == PLAN_NOTHING && !row->has_existing)
        table_add_text(table, "");
    else if (is_known)
        table_add_number(table, (uint64_t)(row->has_existing ? row->enter : row->runs));
    else
        table_add_text(table, "?");
}

// What stays as it is and holds no runs is no change.
static bool is_shown(const struct plan_row *row)
{
    return row->change != PLAN_SAME || row->outcome > PLAN_GOES_ON || row->runs > 0;
}

static void add_rows(const struct plan *plan, bool knows_runs, struct buffer *to)
{
    static const struct table_column columns[] = {
        {"WORKFLOW", TABLE_LEFT},
        {"STEP", TABLE_LEFT},
        {"RUNS", TABLE_RIGHT},
        {"WHAT", TABLE_LEFT}};
    struct table table;
    size_t count = 0;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct plan_row *row = &plan->rows[i];
        struct buffer what = {0};
        if (!is_shown(row))
            continue;
        count++;
        add_outcome(&what, row);
        table_add(&table, row->workflow);
        table_add(&table, row->step);
        add_number(&table, row, knows_runs);
        table_add(&table, buffer_bytes(&what));
        buffer_free(&what);
    }
    if (count > 0)
        table_print(&table, to);
    table_free(&table);
}

static void add_definition_rows(const struct plan *plan, struct buffer *to)
{
    static const struct table_column columns[] = {
        {"KIND", TABLE_LEFT}, {"NAME", TABLE_LEFT}, {"WHAT", TABLE_LEFT}};
    struct table table;
    if (plan->definition_count == 0)
        return;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < plan->definition_count; i++) {
        table_add_text(&table, plan->definitions[i].kind);
        table_add(&table, plan->definitions[i].name);
        table_add_text(&table, definition_text(&plan->definitions[i]));
    }
    if (to->len > 0)
        buffer_add_u8(to, '\n');
    table_print(&table, to);
    table_free(&table);
}

static void add_json(
    const struct plan *plan, const struct plan_data *data, bool knows_runs, struct buffer *to)
{
    buffer_add_text(to, "{\"workflows\":[");
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct plan_row *row = &plan->rows[i];
        buffer_add_text(to, i == 0 ? "{\"workflow\":" : ",{\"workflow\":");
        text_add_json(to, row->workflow);
        buffer_add_format(to, ",\"change\":\"%s\"", changes[row->change]);
        if (row->has_existing)
            buffer_add_text(to, ",\"existing\":\"include\"");
        if (row->has_existing && row->enter != PLAN_UNKNOWN)
            buffer_add_format(to, ",\"enter\":%" PRId64, row->enter);
        if (row->outcome != PLAN_NOTHING) {
            buffer_add_text(to, ",\"step\":");
            if (row->step.len == 0)
                buffer_add_text(to, "null");
            else
                text_add_json(to, row->step);
            if (knows_runs)
                buffer_add_format(to, ",\"runs\":%" PRId64, row->runs);
            buffer_add_format(to, ",\"outcome\":\"%s\"", outcomes[row->outcome]);
            if (row->is_pinned)
                buffer_add_format(to, ",\"version\":\"%016" PRIx64 "\"", row->version);
            if (row->is_unchecked)
                buffer_add_text(to, ",\"unchecked\":true");
            if (row->unpinned != NULL) {
                buffer_add_text(to, ",\"unpinned\":");
                text_add_json(to, bytes_text(row->unpinned));
            }
        }
        if (row->to.len > 0) {
            buffer_add_text(to, ",\"to\":");
            text_add_json(to, row->to);
        }
        buffer_add_u8(to, '}');
    }
    buffer_add_text(to, "],\"definitions\":[");
    for (size_t i = 0; i < plan->definition_count; i++) {
        const struct plan_definition *definition = &plan->definitions[i];
        buffer_add_format(to, "%s{\"kind\":\"%s\",\"name\":", i == 0 ? "" : ",", definition->kind);
        text_add_json(to, definition->name);
        buffer_add_format(
            to, ",\"change\":\"%s\",\"from_now\":%s}", changes[definition->change],
            definition->is_from_now ? "true" : "false");
    }
    buffer_add_format(
        to, "],\"lost\":%" PRId64 ",\"unpinned\":%" PRId64, plan->lost, plan->unpinned);
    plan_data_add_json(data, to);
    buffer_add_text(to, "}\n");
}

static void say_count(
    const struct command_call *call, int64_t count, bool knows_runs, const char *what)
{
    if (count > 0 && knows_runs)
        command_talk(call->command, "%" PRId64 " runs %s", count, what);
    else if (count > 0)
        command_talk(
            call->command, "runs at %" PRId64 " steps, where there are any, %s", count, what);
}

// Why there are '?' though nothing has failed: it was not asked for.
static void say_unasked(
    const struct command_call *call, const struct plan *plan, bool knows_runs, bool has_failed)
{
    bool has_runs = false;
    bool has_enter = false;
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct plan_row *row = &plan->rows[i];
        has_runs = has_runs || (!knows_runs && is_shown(row) && row->outcome != PLAN_NOTHING);
        has_enter = has_enter || (row->has_existing && row->enter == PLAN_UNKNOWN);
    }
    if (has_runs)
        command_talk(
            call->command, "'?': where runs are was not asked: name the daemon by --config FILE, "
                           "or a data directory by --data DIR");
    if (has_enter && !has_failed)
        command_talk(
            call->command, "'?': how many contacts enter is counted without OLD alone, by "
                           "--config FILE or --data DIR");
}

static int print(
    const struct command_call *call,
    const struct plan *plan,
    const struct plan_data *data,
    bool knows_runs)
{
    struct buffer text = {0};
    if (ask_output(call, OUTPUT_TABLE) == OUTPUT_TABLE) {
        add_rows(plan, knows_runs, &text);
        add_definition_rows(plan, &text);
    } else {
        add_json(plan, data, knows_runs, &text);
    }
    int code = command_print(buffer_bytes(&text));
    if (text.len == 0)
        command_talk(call->command, "nothing changes");
    buffer_free(&text);
    plan_data_say(data);
    say_unasked(call, plan, knows_runs, plan_data_code(data) != EXIT_CODE_DONE);
    if (code != EXIT_CODE_DONE)
        return code;
    if (plan->lost + plan->unpinned == 0)
        return (int)plan_data_code(data);
    say_count(call, plan->lost, knows_runs, "would be lost");
    say_count(call, plan->unpinned, knows_runs, "cannot keep the steps that they began with");
    return EXIT_CODE_FAILED;
}

// --- both
struct planning {
    const struct command_call *call;
    struct plan_data data;
    struct buffer answer; // where runs are; empty: it was not asked
    struct loaded_rules before, after;
};

static void read_shards(const struct json *root, struct arena *arena, struct plan_question *out)
{
    const struct json *list = json_member(root, "shards");
    const struct json *first = list == NULL ? NULL : list->first;
    for (const struct json *shard = first; shard != NULL; shard = shard->next)
        out->shard_count++;
    const struct json **shards = arena_alloc(arena, (out->shard_count + 1) * sizeof(struct json *));
    const struct json *shard = first;
    for (size_t i = 0; i < out->shard_count; i++, shard = shard->next)
        shards[i] = shard;
    out->shards = shards;
    out->before = first;
}

static int compare(struct planning *planning)
{
    struct arena arena = {0};
    struct json *root = NULL;
    struct json *written = NULL;
    struct buffer outline = {0};
    struct plan plan;
    struct plan_question question = {.after = planning->after.ruleset};
    bool has_old = planning->before.ruleset != NULL;
    enum err err = ERR_OK;
    if (planning->answer.len > 0)
        err = json_read(buffer_bytes(&planning->answer), &arena, &root);
    if (err == ERR_OK && has_old) {
        const struct run_places none = {.count = 0};
        workflows_add_json(&outline, planning->before.ruleset, &none);
        err = json_read(buffer_bytes(&outline), &arena, &written);
    }
    read_shards(root, &arena, &question);
    if (has_old)
        question.before = written;
    int code = EXIT_CODE_INTERNAL;
    if (err != ERR_OK) {
        command_talk(planning->call->command, "expected an answer in JSON");
    } else {
        plan_make(&question, &arena, &plan);
        plan_check_pins(&planning->data, planning->before.ruleset, question.after, &arena, &plan);
        if (planning->answer.len > 0 && !has_old)
            plan_count_enter(&planning->data, &planning->after.bundle, &plan);
        code = print(planning->call, &plan, &planning->data, question.shard_count > 0);
    }
    buffer_free(&outline);
    arena_free(&arena);
    return code;
}

int plan_command(const struct command_call *call)
{
    struct planning planning = {.call = call, .data = {.asking = {.command = call->command}}};
    bool has_old = call->arg_count == 2;
    // Two directories by themselves are compared; with a daemon, what it has in flight counts.
    bool asks_runs =
        !has_old || call->config_path != NULL || command_option_value(call, "data") != NULL;
    int code = load_rules(call->command, call->args[call->arg_count - 1], &planning.after);
    if (code == EXIT_CODE_DONE && has_old)
        code = load_rules(call->command, call->args[0], &planning.before);
    if (code == EXIT_CODE_DONE && asks_runs)
        code = find_runs(call, &planning.data, &planning.answer);
    if (code == EXIT_CODE_DONE)
        code = compare(&planning);
    buffer_free(&planning.answer);
    loaded_rules_free(&planning.before);
    loaded_rules_free(&planning.after);
    ask_end(&planning.data.asking);
    return code;
}
