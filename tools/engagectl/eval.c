// `engagectl eval`: the value of one expression.
#include "tools/engagectl/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/diagnostic.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/query_workflows.h"
#include "rules/cel/parser.h"
#include "rules/expression_problem.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/typed_json.h"

size_t eval_variable(
    struct eval_variables *variables, struct bytes name, const struct cel_type *type)
{
    for (size_t i = 0; i < variables->count; i++) {
        if (bytes_equal(variables->variables[i].name, name))
            return i;
    }
    if (variables->count == variables->cap) {
        variables->cap = variables->cap * 2 + 8;
        variables->variables =
            mem_resize(variables->variables, variables->cap * sizeof(*variables->variables));
        variables->values =
            mem_resize(variables->values, variables->cap * sizeof(*variables->values));
    }
    variables->variables[variables->count] =
        (struct cel_variable){name, type == NULL ? &cel_type_dyn : type};
    variables->values[variables->count] = (struct cel_value){.kind = CEL_ERROR};
    return variables->count++;
}

void eval_variables_free(struct eval_variables *variables)
{
    free(variables->variables);
    free(variables->values);
    os_zones_free(variables->zones);
    *variables = (struct eval_variables){0};
}

static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    const struct eval_variables *variables = self;
    (void)eval;
    *value_out = variables->values[index];
    return value_out->kind != CEL_ERROR;
}

static bool zone_offset(void *self, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    struct eval_variables *variables = self;
    if (variables->zones == NULL)
        variables->zones = os_zones_new(NULL);
    return os_zones_offset(variables->zones, name, unix_s, offset_s_out);
}

struct cel_host eval_host(struct eval_variables *variables)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct cel_host){
        .variable = find_variable,
        .zone_offset = zone_offset,
        .now_s = now.tv_sec,
        .now_nanos = (int32_t)now.tv_nsec,
        .self = variables,
    };
}

// --- one expression
struct evaluation {
    const struct command_call *call;
    struct arena arena;
    struct cel_library *library;
    struct eval_variables variables;
    struct diagnostics list;
    struct source_text source;
};

// The lines of the text, so that the one with a problem can be shown.
static void index_lines(struct evaluation *evaluation, struct bytes text)
{
    uint32_t *starts =
        arena_alloc(&evaluation->arena, (text.len / SOURCE_LINES_STEP + 2) * sizeof(*starts));
    uint32_t lines = 1;
    starts[0] = 0;
    for (size_t i = 0; i < text.len && i < CEL_LENGTH_MAX; i++) {
        if (text.data[i] == '\n' && lines++ % SOURCE_LINES_STEP == 0)
            starts[(lines - 1) / SOURCE_LINES_STEP] = (uint32_t)i + 1;
    }
    evaluation->source = (struct source_text){
        .file = "expression", .text = text, .line_starts = starts, .line_count = lines};
}

// The kinds of objects of the rules in force, asked of whoever answered; NULL: they are not known. A daemon goes through
// all contacts for it, so only where the expression may read objects.
static const struct json *read_kinds(struct evaluation *evaluation, struct asking *asking)
{
    const struct run_places none = {.count = 0};
    struct buffer text = {0};
    struct json *root = NULL;
    struct bytes body = {NULL, 0};
    if (strstr(evaluation->call->args[0], "objects") == NULL)
        return NULL;
    if (asking->set.count > 0)
        workflows_add_json(&text, shard_ruleset(asking->set.shards[0]), &none);
    else if (ask_daemon(asking, "/v1/rules", &body) == ASKED_ANSWERED)
        buffer_add_bytes(&text, body);
    enum err err =
        json_read(arena_copy(&evaluation->arena, buffer_bytes(&text)), &evaluation->arena, &root);
    buffer_free(&text);
    if (err != ERR_OK)
        return NULL;
    const struct json *shards = json_member(root, "shards");
    return json_member(shards == NULL ? root : shards->first, "objects");
}

// EXIT_CODE_DONE, or another code after having said why not.
static int read_contact(struct evaluation *evaluation, const char *id)
{
    struct asking asking;
    struct buffer text = {0};
    const struct json *tree = NULL;
    struct json *read = NULL;
    int code = ask_begin(evaluation->call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_contact(&asking, id, &text);
    if (code == EXIT_CODE_DONE &&
        json_read(arena_copy(&evaluation->arena, buffer_bytes(&text)), &evaluation->arena, &read) ==
            ERR_OK)
        tree = read;
    const struct json *kinds = tree == NULL ? NULL : read_kinds(evaluation, &asking);
    if (code == EXIT_CODE_DONE &&
        (tree == NULL ||
         !eval_bind_contact(&evaluation->arena, tree, kinds, &evaluation->variables))) {
        command_talk(evaluation->call->command, "the contact that was printed cannot be read");
        code = EXIT_CODE_INTERNAL;
    }
    buffer_free(&text);
    ask_end(&asking);
    return code;
}

// {"data": {"amount": 12}, "x": 3}
static int read_bindings(struct evaluation *evaluation, const char *text)
{
    struct json *tree;
    const struct command *command = evaluation->call->command;
    if (!text_is_utf8(bytes_text(text)) ||
        json_read(bytes_text(text), &evaluation->arena, &tree) != ERR_OK ||
        tree->kind != JSON_OBJECT)
        return command_usage_error(command, "--bindings takes a JSON object, as {\"x\": 1}");
    for (const struct json *at = tree->first; at != NULL; at = at->next) {
        size_t index = eval_variable(&evaluation->variables, at->name, NULL);
        if (!plain_json_read(&evaluation->arena, at, &evaluation->variables.values[index]))
            return command_usage_error(
                command,
                "--bindings: the value of '%.*s' holds a number that is too large, or a name twice",
                (int)at->name.len, (const char *)at->name.data);
    }
    return EXIT_CODE_DONE;
}

static void add_now(struct evaluation *evaluation, const struct cel_host *host)
{
    size_t index = eval_variable(&evaluation->variables, BYTES_LITERAL("now"), &cel_type_timestamp);
    struct cel_value *now = &evaluation->variables.values[index];
    if (now->kind == CEL_ERROR && !cel_timestamp_of(host->now_s, host->now_nanos, now))
        now->kind = CEL_ERROR; // a clock beyond the year 9999: unbound
}

static int print_value(
    struct evaluation *evaluation,
    struct cel_eval *eval,
    struct cel_value value,
    const struct cel_type *type)
{
    struct buffer text = {0};
    int code = EXIT_CODE_FAILED;
    if (command_option_value(evaluation->call, "type") != NULL) {
        cel_type_add(&text, type);
        buffer_add_u8(&text, ' ');
    }
    if (plain_json_add(&text, eval, value)) {
        buffer_add_u8(&text, '\n');
        code = command_print(buffer_bytes(&text));
    } else {
        command_talk(evaluation->call->command, "the value is too large to print");
    }
    buffer_free(&text);
    return code;
}

static void print_problems(struct evaluation *evaluation)
{
    struct buffer text = {0};
    bool is_coloured = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    diagnostics_print(
        &evaluation->list, is_coloured ? DIAGNOSTIC_FORMAT_COLOUR : DIAGNOSTIC_FORMAT_TEXT, &text);
    (void)fwrite(text.data, 1, text.len, stderr);
    buffer_free(&text);
}

static int run(
    struct evaluation *evaluation,
    const struct cel_scope *scope,
    const struct cel_node *root,
    const struct cel_host *host)
{
    struct cel_program *program = cel_compile(&evaluation->arena, scope, root);
    struct cel_eval eval = {.host = host};
    struct cel_value value = cel_run(&eval, program, 0);
    int code = EXIT_CODE_FAILED;
    if (value.kind == CEL_ERROR) {
        const struct expression_source source = {.text = &evaluation->source};
        expression_report_error(&evaluation->list, &source, value.as.error);
        print_problems(evaluation);
    } else {
        code = print_value(evaluation, &eval, value, root->type);
    }
    cel_eval_free(&eval);
    cel_program_free(program);
    return code;
}

static int evaluate(struct evaluation *evaluation, struct bytes text)
{
    struct cel_host host = eval_host(&evaluation->variables);
    struct cel_problems problems = {0};
    add_now(evaluation, &host);
    index_lines(evaluation, text);
    const struct cel_scope scope = {
        .library = evaluation->library,
        .container = BYTES_LITERAL(""),
        .variables = evaluation->variables.variables,
        .variable_count = (uint32_t)evaluation->variables.count,
    };
    struct cel_node *root = cel_parse(&evaluation->arena, text, &problems);
    if (root != NULL && cel_check(&evaluation->arena, &scope, root, &problems))
        return run(evaluation, &scope, root, &host);
    const struct expression_source source = {.text = &evaluation->source};
    expression_report(&evaluation->list, &source, &scope, &problems);
    print_problems(evaluation);
    return EXIT_CODE_REFUSED;
}

static int eval_one(const struct command_call *call)
{
    struct evaluation evaluation = {.call = call, .library = cel_library_new()};
    const char *contact = command_option_value(call, "contact");
    const char *bindings = command_option_value(call, "bindings");
    int code = contact == NULL ? EXIT_CODE_DONE : read_contact(&evaluation, contact);
    if (code == EXIT_CODE_DONE && bindings != NULL)
        code = read_bindings(&evaluation, bindings);
    if (code == EXIT_CODE_DONE)
        code = evaluate(&evaluation, bytes_text(call->args[0]));
    eval_variables_free(&evaluation.variables);
    diagnostics_free(&evaluation.list);
    cel_library_free(evaluation.library);
    arena_free(&evaluation.arena);
    return code;
}

int eval_command(const struct command_call *call)
{
    bool is_batch = command_option_value(call, "batch") != NULL;
    if (!is_batch && call->arg_count == 0)
        return command_usage_error(call->command, "an expression is needed, or --batch");
    if (!is_batch)
        return eval_one(call);
    if (call->arg_count > 0)
        return command_usage_error(
            call->command, "with --batch the expressions come on standard input");
    static const char *const others[] = {"bindings", "contact", "type"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (command_option_value(call, others[i]) != NULL)
            return command_usage_error(
                call->command, "--%s does not go with --batch: each line has its own", others[i]);
    }
    return eval_batch();
}
