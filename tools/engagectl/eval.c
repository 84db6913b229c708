// `engagectl eval`: the value of one expression.
#include "tools/engagectl/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/diagnostic.h"
#include "engine/base/memory.h"
#include "rules/cel/parser.h"
#include "rules/expression_problem.h"
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

// {"data": {"amount": 12}, "x": 3}
static bool read_bindings(struct evaluation *evaluation, const char *text)
{
    struct json *tree;
    if (text == NULL)
        return true;
    if (json_read(bytes_text(text), &evaluation->arena, &tree) != ERR_OK ||
        tree->kind != JSON_OBJECT) {
        command_talk(evaluation->call->command, "--bindings is not a JSON object: {\"x\": 1}");
        return false;
    }
    for (const struct json *at = tree->first; at != NULL; at = at->next) {
        size_t index = eval_variable(&evaluation->variables, at->name, NULL);
        if (!plain_json_read(&evaluation->arena, at, &evaluation->variables.values[index])) {
            command_talk(
                evaluation->call->command,
                "--bindings: the value of '%.*s' holds a number that is too large, or a name twice",
                (int)at->name.len, (const char *)at->name.data);
            return false;
        }
    }
    return true;
}

static void add_now(struct evaluation *evaluation, const struct cel_host *host)
{
    size_t index = eval_variable(&evaluation->variables, BYTES_LITERAL("now"), &cel_type_timestamp);
    if (evaluation->variables.values[index].kind == CEL_ERROR)
        (void)cel_timestamp_of(host->now_s, host->now_nanos, &evaluation->variables.values[index]);
}

static int print_value(
    struct evaluation *evaluation, struct cel_eval *eval, struct cel_value value, const char *type)
{
    struct buffer text = {0};
    if (command_option_value(evaluation->call, "type") != NULL)
        buffer_add_format(&text, "%s ", type);
    plain_json_add(&text, eval, value);
    buffer_add_u8(&text, '\n');
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}

static int print_problems(struct evaluation *evaluation)
{
    struct buffer text = {0};
    diagnostics_print(
        &evaluation->list,
        isatty(STDERR_FILENO) ? DIAGNOSTIC_FORMAT_COLOUR : DIAGNOSTIC_FORMAT_TEXT, &text);
    (void)fwrite(text.data, 1, text.len, stderr);
    buffer_free(&text);
    return EXIT_CODE_FAILED;
}

static int evaluate(struct evaluation *evaluation, struct bytes text)
{
    struct cel_host host = eval_host(&evaluation->variables);
    add_now(evaluation, &host);
    const struct cel_scope scope = {
        .library = evaluation->library,
        .container = BYTES_LITERAL(""),
        .variables = evaluation->variables.variables,
        .variable_count = (uint32_t)evaluation->variables.count,
    };
    struct expression_source source = {.text = &evaluation->source};
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&evaluation->arena, text, &problems);
    if (root == NULL || !cel_check(&evaluation->arena, &scope, root, &problems)) {
        expression_report(&evaluation->list, &source, &scope, &problems);
        return print_problems(evaluation);
    }
    struct cel_program *program = cel_compile(&evaluation->arena, &scope, root);
    struct cel_eval eval = {.host = &host};
    struct cel_value value = cel_run(&eval, program, 0);
    int code;
    if (value.kind == CEL_ERROR) {
        expression_report_error(&evaluation->list, &source, value.as.error);
        code = print_problems(evaluation);
    } else {
        struct buffer type = {0};
        cel_type_add(&type, root->type);
        buffer_add_u8(&type, 0);
        code = print_value(evaluation, &eval, value, (const char *)type.data);
        buffer_free(&type);
    }
    cel_eval_free(&eval);
    cel_program_free(program);
    return code;
}

int eval_command(const struct command_call *call)
{
    bool is_batch = command_option_value(call, "batch") != NULL;
    if (is_batch != (call->arg_count == 0))
        return command_usage_error(
            call->command, is_batch ? "with --batch the expressions come on standard input"
                                    : "an expression is needed, or --batch");
    if (is_batch)
        return eval_batch();
    struct evaluation evaluation = {.call = call, .library = cel_library_new()};
    struct bytes text = bytes_text(call->args[0]);
    static const uint32_t first_line = 0;
    evaluation.source = (struct source_text){
        .file = "expression", .text = text, .line_starts = &first_line, .line_count = 1};
    int code = read_bindings(&evaluation, command_option_value(call, "bindings"))
                   ? evaluate(&evaluation, text)
                   : EXIT_CODE_USAGE;
    eval_variables_free(&evaluation.variables);
    diagnostics_free(&evaluation.list);
    cel_library_free(evaluation.library);
    arena_free(&evaluation.arena);
    return code;
}
