// The configuration's reference in Markdown, from the schema table.
#include <inttypes.h>

#include "config/config.h"
#include "config/kafka_properties.h"
#include "config/schema.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"

static const char introduction[] =
    "# Configuration of engaged\n"
    "\n"
    "<!-- Generated from config/schema.c: UPDATE=1 build/tests/config/test_reference -->\n"
    "\n"
    "One YAML file, `/etc/engaged/engaged.yaml` unless `--config` says otherwise. `engaged "
    "--check` "
    "reads it and the\nrules, prints everything that is wrong with file, line and column, and "
    "exits "
    "0 or 78. Unknown keys are errors.\n"
    "`engagectl schema config` prints the same table as JSON Schema (draft-07) for editors.\n"
    "\n"
    "* **Variables.** `${NAME}` in a value is taken from the environment and must be set there;\n"
    "  `${NAME:-default}` takes the default when it is not set or empty; `$$` is a dollar sign. "
    "Within\n"
    "  `{…}` quote it: `\"${NAME}\"`.\n"
    "* **Paths** that are relative start from the directory of the configuration file, wherever "
    "the daemon was\n  started. `-` as a source is standard input.\n"
    "* **Units** end the key: `file_mib`, `age_s`. Durations carry theirs: `36h`, `30d` (`ms s m h "
    "d w`).\n"
    "* **HTTP** beyond the machine itself (anything but `127.*`, `::1` and `localhost`) is refused "
    "without a token.\n"
    "\n"
    "```yaml\n"
    "data: /var/lib/engaged\n"
    "rules: /etc/engaged/rules\n"
    "sources:\n"
    "  files: [events.ndjson]\n"
    "  http: true\n"
    "sinks:\n"
    "  file: actions.ndjson\n"
    "http: {listen: \"127.0.0.1:8480\", token: \"${ENGAGED_TOKEN:-}\"}\n"
    "```\n";

static const char *type_text(enum config_type type)
{
    switch (type) {
    case CONFIG_BOOL: return "true or false";
    case CONFIG_U32:
    case CONFIG_U64: return "whole number";
    case CONFIG_DURATION: return "duration";
    case CONFIG_WORD: return "word";
    case CONFIG_TEXT: return "text";
    case CONFIG_PATH: return "path";
    case CONFIG_PATHS: return "list of paths";
    case CONFIG_PROPERTIES: return "mapping of texts";
    }
    INVARIANT(!"a type");
    return NULL;
}

static bool is_number(const struct config_row *row)
{
    return row->type == CONFIG_U32 || row->type == CONFIG_U64;
}

static void add_range(struct buffer *to, const struct config_row *row)
{
    if (is_number(row))
        buffer_add_format(to, "%" PRId64 " to %" PRId64, row->min, row->max);
    if (row->type == CONFIG_DURATION) {
        duration_add(to, row->min);
        buffer_add_text(to, " to ");
        duration_add(to, row->max);
    }
    for (size_t i = 0; row->type == CONFIG_WORD && i < config_row_word_count(row); i++)
        buffer_add_format(to, "%s`%s`", i == 0 ? "" : ", ", row->words[i]);
}

static void add_default(struct buffer *to, const struct config_row *row)
{
    if (row->need == CONFIG_WITH_GROUP) {
        buffer_add_text(to, "needed in its mapping");
        return;
    }
    if (is_number(row))
        buffer_add_format(to, "%" PRId64, row->number_default);
    if (row->type == CONFIG_DURATION)
        duration_add(to, row->number_default);
    if (row->type == CONFIG_WORD)
        buffer_add_format(to, "`%s`", row->words[row->number_default]);
    if (row->type == CONFIG_BOOL)
        buffer_add_text(to, row->number_default != 0 ? "true" : "false");
    if (row->text_default != NULL)
        buffer_add_format(to, row->text_default[0] == '\0' ? "empty%s" : "`%s`", row->text_default);
}

static void add_row(struct buffer *to, const struct config_row *row)
{
    buffer_add_format(to, "| `%s` | %s | ", row->path, type_text(row->type));
    add_range(to, row);
    buffer_add_text(to, " | ");
    add_default(to, row);
    buffer_add_format(to, " | %s |\n", row->meaning);
}

static void add_refusals(struct buffer *to, enum diagnostic_code code)
{
    size_t count = 0;
    const struct kafka_refusal *refusals = kafka_refusals(&count);
    buffer_add_text(to, "\n| property | why |\n|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        if (refusals[i].code == code)
            buffer_add_format(to, "| `%s` | %s |\n", refusals[i].name, refusals[i].reason);
    }
    if (code == DIAGNOSTIC_C0003)
        buffer_add_text(to, "| everything that ends in `_cb` | it is a pointer to a function |\n");
}

void config_reference_markdown(struct buffer *to)
{
    size_t count = 0;
    const struct config_row *rows = config_rows(&count);
    buffer_add_text(to, introduction);
    buffer_add_text(
        to, "\n## Keys\n\n| key | form | range | default | meaning |\n"
            "|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        add_row(to, &rows[i]);
    buffer_add_text(
        to, "\n## Properties of librdkafka that are refused\n\n"
            "`properties` go to librdkafka as they are. Those that load code, run commands or give "
            "up safety are\nrefused; so are values of `sasl.kerberos.service.name`, "
            "`sasl.kerberos.principal` and\n`sasl.kerberos.keytab` with other characters than "
            "letters, digits and `_-./@:`, because librdkafka hands them\nto a shell.\n");
    add_refusals(to, DIAGNOSTIC_C0003);
    buffer_add_text(to, "\nOthers the engine sets itself, because its promises depend on them.\n");
    add_refusals(to, DIAGNOSTIC_C0004);
}
