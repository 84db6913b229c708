// `engagectl eval --batch`: one JSON object a line in, one out, in order.
//
//   in   {"expr": TEXT, "env": {NAME: TYPE}, "bindings": {NAME: TYPED}, "container": TEXT,
//         "disable_check": BOOL, "check_only": BOOL}
//   out  {"value": TYPED, "type": TYPE}, {"type": TYPE} or {"error": TEXT, "phase": "parse|check|eval"}
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/exit_code.h"
#include "engine/base/text.h"
#include "rules/cel/parser.h"
#include "tools/engagectl/eval.h"
#include "tools/engagectl/typed_json.h"

struct batch {
    struct arena arena; // of one line
    struct cel_library *library;
    struct eval_variables variables;
    struct buffer out;
    struct cel_eval eval;
};

static void add_error(struct batch *batch, struct bytes message, const char *phase)
{
    buffer_add_text(&batch->out, "{\"error\":");
    text_add_json(&batch->out, message);
    buffer_add_format(&batch->out, ",\"phase\":\"%s\"}\n", phase);
}

static bool read_variables(struct batch *batch, const struct json *line, bool is_checked)
{
    const struct json *env = json_member(line, "env");
    const struct json *bindings = json_member(line, "bindings");
    for (const struct json *at = env == NULL ? NULL : env->first; at != NULL; at = at->next) {
        size_t end = 0;
        const struct cel_type *type = cel_type_parse(&batch->arena, at->text, &end);
        if (type == NULL || end != at->text.len) {
            add_error(batch, BYTES_LITERAL("a type of 'env' is not one of this language"), "check");
            return false;
        }
        (void)eval_variable(&batch->variables, at->name, type);
    }
    for (const struct json *at = bindings == NULL ? NULL : bindings->first; at != NULL;
         at = at->next) {
        size_t before = batch->variables.count;
        size_t index = eval_variable(&batch->variables, at->name, NULL);
        if (!typed_json_read(&batch->arena, at, &batch->variables.values[index])) {
            add_error(batch, BYTES_LITERAL("a binding is no typed value"), "parse");
            return false;
        }
        if (is_checked && index == before) // bound, but not declared: not there for the checker
            batch->variables.count = before;
    }
    return true;
}

static void add_type(struct batch *batch, const struct cel_type *type)
{
    struct buffer text = {0};
    cel_type_add(&text, type);
    buffer_add_text(&batch->out, "\"type\":");
    text_add_json(&batch->out, buffer_bytes(&text));
    buffer_free(&text);
}

static void add_value(struct batch *batch, struct cel_value value, const struct cel_type *type)
{
    buffer_add_text(&batch->out, "{\"value\":");
    if (!typed_json_add(&batch->out, &batch->eval, value)) {
        buffer_clear(&batch->out);
        add_error(batch, BYTES_LITERAL("the value is too large to print"), "eval");
        return;
    }
    if (type != NULL) {
        buffer_add_text(&batch->out, ",");
        add_type(batch, type);
    }
    buffer_add_text(&batch->out, "}\n");
}

static void run(struct batch *batch, const struct cel_scope *scope, const struct cel_node *root)
{
    struct cel_host host = eval_host(&batch->variables);
    batch->eval.host = &host;
    struct cel_program *program = cel_compile(&batch->arena, scope, root);
    struct cel_value value = cel_run(&batch->eval, program, 0);
    if (value.kind == CEL_ERROR)
        add_error(batch, value.as.error->message, "eval");
    else
        add_value(batch, value, root->type);
    cel_program_free(program);
}

static bool is_true(const struct json *line, const char *name)
{
    const struct json *member = json_member(line, name);
    return member != NULL && member->kind == JSON_TRUE;
}

static void evaluate(struct batch *batch, const struct json *line)
{
    bool is_checked = !is_true(line, "disable_check");
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&batch->arena, json_text(line, "expr"), &problems);
    if (root == NULL) {
        add_error(batch, bytes_text(problems.items[0].message), "parse");
        return;
    }
    if (!read_variables(batch, line, is_checked))
        return;
    const struct cel_scope scope = {
        .library = batch->library,
        .container = json_text(line, "container"),
        .variables = batch->variables.variables,
        .variable_count = (uint32_t)batch->variables.count,
    };
    if (!is_checked) {
        cel_resolve(&batch->arena, &scope, root);
    } else if (!cel_check(&batch->arena, &scope, root, &problems)) {
        add_error(batch, bytes_text(problems.items[0].message), "check");
        return;
    }
    if (is_true(line, "check_only")) {
        buffer_add_text(&batch->out, "{");
        add_type(batch, root->type == NULL ? &cel_type_dyn : root->type);
        buffer_add_text(&batch->out, "}\n");
        return;
    }
    run(batch, &scope, root);
}

static bool is_absent_or(const struct json *line, const char *name, enum json_kind kind)
{
    const struct json *member = json_member(line, name);
    return member == NULL || member->kind == kind;
}

static bool is_question(const struct json *line)
{
    const struct json *expr = json_member(line, "expr"); // NULL when the line is no object
    return expr != NULL && expr->kind == JSON_TEXT && is_absent_or(line, "env", JSON_OBJECT) &&
           is_absent_or(line, "bindings", JSON_OBJECT) &&
           is_absent_or(line, "container", JSON_TEXT);
}

static void evaluate_line(struct batch *batch, struct bytes line)
{
    struct json *tree;
    if (!text_is_utf8(line))
        add_error(batch, BYTES_LITERAL("a line is UTF-8"), "parse");
    else if (json_read(line, &batch->arena, &tree) != ERR_OK || !is_question(tree))
        add_error(
            batch, BYTES_LITERAL("a line is a JSON object with 'expr': {\"expr\": \"1 + 1\"}"),
            "parse");
    else
        evaluate(batch, tree);
}

int eval_batch(void)
{
    struct batch batch = {.library = cel_library_new()};
    char *line = NULL;
    size_t cap = 0;
    bool is_written = true;
    for (ssize_t len; is_written && (len = getline(&line, &cap, stdin)) > 0;) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (len == 0)
            continue;
        evaluate_line(&batch, bytes_of(line, (size_t)len));
        is_written = fwrite(batch.out.data, 1, batch.out.len, stdout) == batch.out.len &&
                     fflush(stdout) == 0;
        buffer_clear(&batch.out);
        batch.variables.count = 0;
        arena_clear(&batch.arena);
    }
    bool is_read = ferror(stdin) == 0;
    free(line);
    buffer_free(&batch.out);
    eval_variables_free(&batch.variables);
    cel_eval_free(&batch.eval);
    cel_library_free(batch.library);
    arena_free(&batch.arena);
    return is_written && is_read ? EXIT_CODE_DONE : EXIT_CODE_INTERNAL;
}
