// `engagectl contact get` and `contact export`.
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/contact_list.h"
#include "tools/engagectl/contact_table.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/out_file.h"

static void add_line(struct buffer *to, const struct buffer *json)
{
    buffer_add_bytes(to, buffer_bytes(json));
    buffer_add_u8(to, '\n');
}

int contact_get_command(const struct command_call *call)
{
    struct asking asking;
    struct buffer json = {0};
    struct buffer text = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_contact(&asking, call->args[0], &json);
    while (json.len > 0 && json.data[json.len - 1] == '\n')
        json.len--;
    if (code == EXIT_CODE_DONE && ask_output(call, OUTPUT_JSON) == OUTPUT_TABLE)
        code = contact_add_table(call->command, buffer_bytes(&json), &text);
    else if (code == EXIT_CODE_DONE)
        add_line(&text, &json);
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&json);
    buffer_free(&text);
    ask_end(&asking);
    return code;
}

// What export has written.
struct export
{
    enum command_output output;
    struct out_file out;
    struct table table;
    uint64_t count;
};

static enum err export_contact(void *context, struct bytes json, struct fault *fault)
{
    struct export *export = context;
    bool is_first = export->count++ == 0;
    if (export->output == OUTPUT_TABLE)
        return contact_add_row(&export->table, json, fault);
    if (export->output == OUTPUT_JSON)
        (void)fputc(is_first ? '[' : ',', export->out.stream);
    return out_file_add_line(&export->out, json, fault);
}

static enum err export_end(struct export *export, struct fault *fault)
{
    struct buffer text = {0};
    enum err err = ERR_OK;
    if (export->output == OUTPUT_TABLE) {
        table_print(&export->table, &text);
        (void)fwrite(text.data, 1, text.len, export->out.stream);
    } else if (export->output == OUTPUT_JSON) {
        err = out_file_add_line(&export->out, bytes_text(export->count == 0 ? "[]" : "]"), fault);
    }
    buffer_free(&text);
    return err;
}

int contact_export_command(const struct command_call *call)
{
    struct asking asking;
    struct fault fault = {.err = ERR_OK};
    struct export export = {.output = call->output};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_shards(&asking);
    if (code == EXIT_CODE_DONE) {
        contact_rows_init(&export.table);
        enum err err = out_file_open("-", &export.out, &fault);
        if (err == ERR_OK)
            err = contact_list_each(
                asking.set.shards, asking.set.count, export_contact, &export, &fault);
        if (err == ERR_OK)
            err = export_end(&export, &fault);
        if (err == ERR_OK)
            err = out_file_close(&export.out, &fault);
        table_free(&export.table);
        code = err == ERR_OK ? EXIT_CODE_DONE : exit_with_fault(call->command, &fault);
    }
    ask_end(&asking);
    return code;
}
