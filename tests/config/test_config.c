// Loading a configuration: defaults, values, variables, and everything that is refused.
#include <stdlib.h>

#include "config/config.h"
#include "config/kafka_properties.h"
#include "config/schema.h"
#include "engine/base/buffer.h"

#include "tests/support/suite.h"

static struct diagnostics list;
static struct config *config;

static const char *get_variable(void *self, const char *name)
{
    (void)self;
    static const struct {
        const char *name;
        const char *value;
    } variables[] = {{"TOKEN", "secret"}, {"EMPTY", ""},    {"PORT", "9000"},      {"N", "7"},
                     {"BAD", "\xff"},     {"TRUE", "true"}, {"CANARY", "c4nary !"}};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (strcmp(name, variables[i].name) == 0)
            return variables[i].value;
    }
    return NULL;
}

static const struct config_environment environment = {get_variable, NULL};

static void setup(void)
{
    list = (struct diagnostics){0};
    config = NULL;
}

static void teardown(void)
{
    diagnostics_free(&list);
    config_destroy(config);
}

static enum err load(const char *text)
{
    return config_load("/etc/x/engaged.yaml", bytes_text(text), &environment, &list, &config);
}

static void load_good(const char *text)
{
    enum err err = load(text);
    ck_assert_msg(err == ERR_OK, "%s", list.count > 0 ? list.items[0]->message : "no message");
    ck_assert_ptr_nonnull(config);
}

START_TEST(defaults_are_those_of_the_table)
{
    load_good("sources: {files: [a]}\n");
    ck_assert_str_eq(config->data, "/var/lib/engaged");
    ck_assert_str_eq(config->rules, "/etc/engaged/rules");
    ck_assert_int_eq(config->clock, CONFIG_CLOCK_WALL);
    ck_assert_str_eq(config->zone, "UTC");
    ck_assert_uint_eq(config->shards, 1);
    ck_assert_ptr_null(config->source_kafka.brokers);
    ck_assert_str_eq(config->source_kafka.group, "engaged");
    ck_assert_ptr_null(config->sink_kafka.brokers);
    ck_assert_str_eq(config->sink_kafka.topic_prefix, "");
    ck_assert_ptr_null(config->sink_file);
    ck_assert_str_eq(config->dead_letters_file, "/var/lib/engaged/dead-letters.ndjson");
    ck_assert_ptr_null(config->dead_letters_kafka);
    ck_assert_ptr_null(config->http_listen);
    ck_assert_str_eq(config->http_token, "");
    ck_assert_uint_eq(config->journal_file_mib, 64);
    ck_assert_int_eq(config->dedup_window_ms, INT64_C(7) * 86400000);
    ck_assert_uint_eq(config->dedup_events_max, 20000000);
    ck_assert_uint_eq(config->limits.message_bytes, 1048576);
    ck_assert_uint_eq(config->limits.frame_events, 4096);
    ck_assert_int_eq(config->log_level, CONFIG_LOG_INFO);
    config_destroy(NULL);
}
END_TEST

START_TEST(every_form_of_value_is_read)
{
    load_good("data: /d\n"
              "rules: r\n"
              "clock: event\n"
              "zone: Asia/Ho_Chi_Minh\n"
              "shards: 4\n"
              "on_gap: continue\n"
              "unknown_events: reject\n"
              "sources:\n"
              "  kafka:\n"
              "    brokers: \"a:9092, b\"\n"
              "    topic: contact.events\n"
              "    properties: {fetch.wait.max.ms: 20, client.id: x, client.rack: ''}\n"
              "  files: [e.ndjson, /abs.ndjson, \"-\"]\n"
              "  http: true\n"
              "sinks:\n"
              "  kafka: {brokers: \"[::1]:9092\", topic_prefix: p., transactional_id: t}\n"
              "  file: out/actions.ndjson\n"
              "dead_letters: {kafka: dead}\n"
              "http: {listen: \"127.0.0.1:8480\"}\n"
              "dedup: {window: 36h, events_max: 1000000000}\n"
              "log: {format: json, level: debug}\n");
    ck_assert_str_eq(config->data, "/d");
    ck_assert_str_eq(config->rules, "/etc/x/r");
    ck_assert_int_eq(config->clock, CONFIG_CLOCK_EVENT);
    ck_assert_uint_eq(config->shards, 4);
    ck_assert_int_eq(config->on_gap, CONFIG_GAP_CONTINUE);
    ck_assert_int_eq(config->unknown_events, CONFIG_UNKNOWN_REJECT);
    ck_assert_str_eq(config->source_kafka.brokers, "a:9092, b");
    ck_assert_str_eq(config->source_kafka.topic, "contact.events");
    ck_assert_uint_eq(config->source_kafka.properties.count, 3);
    ck_assert_str_eq(config->source_kafka.properties.items[0].name, "fetch.wait.max.ms");
    ck_assert_str_eq(config->source_kafka.properties.items[0].value, "20");
    ck_assert_str_eq(config->source_kafka.properties.items[2].value, "");
    ck_assert_uint_eq(config->source_files.count, 3);
    ck_assert_str_eq(config->source_files.items[0], "/etc/x/e.ndjson");
    ck_assert_str_eq(config->source_files.items[1], "/abs.ndjson");
    ck_assert_str_eq(config->source_files.items[2], "-");
    ck_assert(config->source_http);
    ck_assert_str_eq(config->sink_kafka.transactional_id, "t");
    ck_assert_str_eq(config->sink_file, "/etc/x/out/actions.ndjson");
    ck_assert_str_eq(config->dead_letters_kafka, "dead");
    ck_assert_ptr_null(config->dead_letters_file);
    ck_assert_str_eq(config->http_host, "127.0.0.1");
    ck_assert_uint_eq(config->http_port, 8480);
    ck_assert_int_eq(config->dedup_window_ms, INT64_C(36) * 3600000);
    ck_assert_uint_eq(config->dedup_events_max, 1000000000);
    ck_assert_int_eq(config->log_format, CONFIG_LOG_JSON);
    ck_assert_int_eq(config->log_level, CONFIG_LOG_DEBUG);
}
END_TEST

START_TEST(variables_are_taken_from_the_environment)
{
    load_good("sources: {http: \"${TRUE}\"}\n"
              "shards: \"${N}\"\n"
              "workers: ${NONE:-3}\n"
              "zone: ${EMPTY:-Europe/Paris}\n"
              "data: /a/$$x/${N}${N}\n"
              "http: {listen: \"0.0.0.0:${PORT}\", token: \"${TOKEN}\"}\n"
              "sinks: {kafka: {brokers: b, topic_prefix: \"${EMPTY}\", "
              "properties: {sasl.password: \"${TOKEN}\"}}}\n");
    ck_assert(config->source_http);
    ck_assert_uint_eq(config->shards, 7);
    ck_assert_uint_eq(config->workers, 3);
    ck_assert_str_eq(config->zone, "Europe/Paris");
    ck_assert_str_eq(config->data, "/a/$x/77");
    ck_assert_uint_eq(config->http_port, 9000);
    ck_assert_str_eq(config->http_token, "secret");
    ck_assert_str_eq(config->sink_kafka.topic_prefix, "");
    ck_assert_str_eq(config->sink_kafka.properties.items[0].value, "secret");
}
END_TEST

static void assert_canary_is_not_shown(const char *text)
{
    static const enum diagnostic_format formats[] = {
        DIAGNOSTIC_FORMAT_TEXT, DIAGNOSTIC_FORMAT_COLOUR, DIAGNOSTIC_FORMAT_JSON,
        DIAGNOSTIC_FORMAT_GITHUB};
    (void)load(text);
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct buffer shown = {0};
        diagnostics_print(&list, formats[i], &shown);
        buffer_add_u8(&shown, 0);
        ck_assert_msg(
            strstr((const char *)shown.data, "c4nary") == NULL, "%s gives %s", text,
            (const char *)shown.data);
        buffer_free(&shown);
    }
}

// At every key, so that a secret in the wrong place is refused without being told.
START_TEST(what_a_variable_held_is_never_shown)
{
    size_t count = 0;
    const struct config_row *row = &config_rows(&count)[_i];
    struct buffer text = {0};
    const char *at = row->path;
    for (size_t len = strcspn(at, "."); at[len] != '\0'; at += len + 1, len = strcspn(at, "."))
        buffer_add_format(&text, "%s%.*s: ", at == row->path ? "" : "{", (int)len, at);
    buffer_add_format(&text, "%s%s: ", at == row->path ? "" : "{", at);
    if (row->type == CONFIG_PATHS)
        buffer_add_text(&text, "[\"${CANARY}\", \"${CANARY}\"]");
    else if (row->type == CONFIG_PROPERTIES)
        buffer_add_text(&text, "{sasl.kerberos.principal: \"${CANARY}\", opaque: \"${CANARY}\"}");
    else
        buffer_add_text(&text, "\"${CANARY}\"");
    for (const char *dot = strchr(row->path, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        buffer_add_text(&text, "}");
    buffer_add_text(&text, strncmp(row->path, "sources", 7) == 0 ? "\n" : "\nsources: {}\n");
    buffer_add_u8(&text, 0);
    assert_canary_is_not_shown((const char *)text.data);
    buffer_free(&text);
}
END_TEST

static const char *const secret_lines[] = {
    "sources: {}\nsinks: {kafka: {brokers: a, properties: {sasl.password: c4nary, opaque: 1}}}\n",
    "sources: {}\nsinks: {kafka: {brokers: a, properties: {ssl.key.pem: c4nary, opaque: 1}}}\n",
    "sources: {}\nhttp: {listen: x, Token: c4nary}\n",
    "sources: {}\nhttp: {token: c4nary, token: c4nary}\n",
    "sources: {}\nhttp: {token: [c4nary]}\n",
    // a key that is spelt wrong
    "sources: {}\nhttp: {tokne: c4nary}\n",
    "sources: {}\nhttp:\n  tken: c4nary\n",
    // what belongs to the key stands below it
    "sources: {}\nsinks:\n  kafka:\n    brokers: a\n    properties:\n      sasl.password:\n"
    "        [c4nary]\n",
    "sources: {}\nsinks:\n  kafka:\n    properties:\n      ssl.key.pem:\n\n"
    "        {a: 1,\n# b\n          b: c4nary, b: 2}\n    brokers: a\n",
    "sources: {}\nhttp:\n  token:\n  - c4nary\n",
    "sources: {}\nhttp:\n  ? token\n  : [c4nary]\n",
    "sources: {}\nhttp:\n  token: >\n    x\n    c4nary\x01\n",
    "sources: {}\nhttp:\n  token: \"x\n    c4nary\\q\"\n",
};

START_TEST(a_line_with_a_secret_is_never_shown)
{
    assert_canary_is_not_shown(secret_lines[_i]);
    ck_assert_uint_gt(list.error_count, 0);
}
END_TEST

START_TEST(a_file_in_the_working_directory_has_paths_from_there)
{
    ck_assert_int_eq(
        config_load("engaged.yaml", BYTES_LITERAL("data: d\nsources: {}\n"), NULL, &list, &config),
        ERR_OK);
    ck_assert_str_eq(config->data, "d");
}
END_TEST

// One fault each, with its place.
static const struct {
    const char *text;
    const char *code;
    uint32_t line;
    uint32_t column;
    const char *message;
} refused[] = {
    {"sorces: {}\nsources: {}\n", "E0201", 1, 1, "unknown key 'sorces', did you mean 'sources'?"},
    {"sources: {kafka: {broker: a, brokers: a, topic: t}}\n", "E0201", 1, 19,
     "unknown key of 'sources.kafka' 'broker', did you mean 'brokers'?"},
    {"sources: {}\nsources.http: true\n", "E0201", 2, 1, "unknown key 'sources.http'"},
    {"sources: {}\njournal: {\"\": 1}\n", "E0201", 2, 11, "unknown key of 'journal' ''"},
    {"sources: 5\n", "E0202", 1, 10, "'sources' must be a mapping, found a single value"},
    {"sources:\n", "E0202", 1, 9, "'sources' must be a mapping, found nothing"},
    {"[1]\n", "E0202", 1, 1, "the file must be a mapping, found a list"},
    {"sources: {files: a}\n", "E0202", 1, 18,
     "'sources.files' must be a list, found a single value"},
    {"sources: {files: [[a]]}\n", "E0202", 1, 19,
     "'sources.files' must be a single value, found a list"},
    {"sources: {files: ['']}\n", "C0008", 1, 19, "'sources.files' must not be empty"},
    {"sources: {files: [\"a\\0b\"]}\n", "C0008", 1, 19, "'sources.files' holds a NUL character"},
    {"sources: {files: ['-', '-']}\n", "C0007", 1, 18,
     "'sources.files' has standard input ('-') more than once"},
    {"data: /d\n", "E0204", 1, 1, "'sources' is missing: events must come from somewhere"},
    {"sources: {kafka: {brokers: a}}\n", "E0204", 1, 11, "'sources.kafka' needs 'topic'"},
    {"sources: {kafka: {brokers: 'a:b', topic: t}}\n", "C0006", 1, 28,
     "'sources.kafka.brokers' must be host:port with commas between, found 'a:b'"},
    {"sources: {kafka: {brokers: 'a:0', topic: t}}\n", "C0006", 1, 28,
     "'sources.kafka.brokers' must be host:port with commas between, found 'a:0'"},
    {"sources: {kafka: {brokers: 'a,', topic: t}}\n", "C0006", 1, 28,
     "'sources.kafka.brokers' must be host:port with commas between, found 'a,'"},
    {"sources: {kafka: {brokers: a, topic: 't t'}}\n", "E0211", 1, 38,
     "'sources.kafka.topic' may have letters, digits, '.', '_' and '-', 249 at most, found 't t'"},
    {"sources: {kafka: {brokers: a, topic: ''}}\n", "E0410", 1, 38,
     "'sources.kafka.topic' must not be empty"},
    {"sources: {}\nshards: 0\n", "E0402", 2, 9, "'shards' must be between 1 and 1024, found '0'"},
    {"sources: {}\nshards: many\n", "E0401", 2, 9, "'shards' must be a whole number, found 'many'"},
    {"sources: {}\nshards: \"4\"\n", "E0401", 2, 9, "'shards' must be a whole number, found '4'"},
    {"sources: {}\njournal: {file_mib: 2000}\n", "E0402", 2, 21,
     "'journal.file_mib' must be between 1 and 1024, found '2000'"},
    {"sources: {}\nclock: wal\n", "E0214", 2, 8,
     "unknown value of 'clock': 'wal', did you mean 'wall'?"},
    {"sources: {http: yes}\nhttp: {listen: 'localhost:1'}\n", "E0404", 1, 17,
     "'sources.http' must be true or false, found 'yes'"},
    {"sources: {}\ndedup: {window: 7}\n", "E0403", 2, 17,
     "'dedup.window' must be a duration like 30d, 36h or 10s, found '7'"},
    {"sources: {}\ndedup: {window: 4000d}\n", "E0402", 2, 17,
     "'dedup.window' must be between 0s and 3650d, found '4000d'"},
    {"sources: {http: true}\n", "C0007", 1, 17, "'sources.http' needs 'http.listen'"},
    {"sources: {}\nhttp: {listen: '8480'}\n", "C0006", 2, 16,
     "'http.listen' must be host:port, found '8480'"},
    {"sources: {}\nhttp: {listen: 'a:70000'}\n", "C0006", 2, 16,
     "'http.listen' must be host:port, found 'a:70000'"},
    {"sources: {}\nhttp: {listen: '[x]:1'}\n", "C0006", 2, 16,
     "'http.listen' must be host:port, found '[x]:1'"},
    {"sources: {}\nhttp: {listen: '0.0.0.0:1'}\n", "C0005", 2, 16,
     "'0.0.0.0:1' can be reached from other machines: it needs 'http.token'"},
    {"sources: {}\nhttp: {listen: '127.0.0.1.evil.com:1'}\n", "C0005", 2, 16,
     "'127.0.0.1.evil.com:1' can be reached from other machines: it needs 'http.token'"},
    {"sources: {}\nhttp: {listen: '[::]:1', token: ''}\n", "C0005", 2, 16,
     "'[::]:1' can be reached from other machines: it needs 'http.token'"},
    {"sources: {}\ndead_letters: {kafka: t}\n", "C0007", 2, 23,
     "'dead_letters.kafka' needs 'sinks.kafka'"},
    {"sources: {}\nsinks: {kafka: {brokers: a}}\ndead_letters: {kafka: t, file: f}\n", "E0215", 3,
     23, "'dead_letters' has either a 'file' or a 'kafka' topic"},
    {"sources: {}\nlimits: {message_bytes: 10000000}\n", "C0007", 2, 25,
     "'limits.frame_bytes' must be at least twice 'limits.message_bytes'"},
    {"sources: {}\nlimits: {http_memory_mib: 31}\n", "C0007", 2, 27,
     "'limits.http_memory_mib' must hold at least twice 'limits.http_body_bytes'"},
    {"sources: {}\nmemory: {overlay_mib: 100}\n", "C0007", 2, 23,
     "'checkpoint.overlay_mib' must not be above 'memory.overlay_mib'"},
    {"sources: {}\nzone: ${NONE}\n", "C0001", 2, 7, "the environment variable 'NONE' is not set"},
    {"sources: {}\nzone: ${BAD}\n", "C0002", 2, 7,
     "the environment variable 'BAD' is not valid UTF-8"},
    {"sources: {}\nzone: ${1X}\n", "C0002", 2, 7,
     "a variable is written ${NAME} or ${NAME:-default}; $$ is a dollar sign"},
    {"sources: {}\nzone: \"${X\"\n", "C0002", 2, 7,
     "a variable is written ${NAME} or ${NAME:-default}; $$ is a dollar sign"},
    {"sources: {}\nzone: \"${X:-\"\n", "C0002", 2, 7,
     "a variable is written ${NAME} or ${NAME:-default}; $$ is a dollar sign"},
    {"sources: {}\nzone: \"${X:y}\"\n", "C0002", 2, 7,
     "a variable is written ${NAME} or ${NAME:-default}; $$ is a dollar sign"},
    {"sources: {}\nzone: a\nzone: b\n", "E0106", 3, 1, "key 'zone' is given twice"},
    {"sources: {}\nzone: [\n", "E0101", 3, 1, "did not find expected node content"},
};

START_TEST(a_fault_is_named_at_its_place)
{
    ck_assert_int_eq(load(refused[_i].text), ERR_INVALID);
    ck_assert_ptr_null(config);
    ck_assert_msg(list.error_count == 1, "%zu errors: %s", list.error_count, refused[_i].text);
    const struct diagnostic *item = list.items[0];
    ck_assert_str_eq(item->message, refused[_i].message);
    ck_assert_str_eq(diagnostic_code_text(item->code), refused[_i].code);
    ck_assert_str_eq(item->file, "/etc/x/engaged.yaml");
    ck_assert_msg(
        item->line == refused[_i].line && item->column == refused[_i].column, "%u:%u", item->line,
        item->column);
}
END_TEST

START_TEST(all_faults_are_shown_not_the_first)
{
    ck_assert_int_eq(
        load("sources: {http: true, x: 1}\nshards: 0\nlog: {level: loud}\nfoo: 1\n"), ERR_INVALID);
    ck_assert_uint_eq(list.error_count, 5);
}
END_TEST

static enum err load_property(const char *name, const char *value)
{
    struct buffer text = {0};
    buffer_add_format(
        &text, "sources: {}\nsinks: {kafka: {brokers: a, properties: {%s: %s}}}\n", name, value);
    buffer_add_u8(&text, 0);
    enum err err = load((const char *)text.data);
    buffer_free(&text);
    return err;
}

START_TEST(each_dangerous_property_is_refused)
{
    size_t count = 0;
    const struct kafka_refusal *refusals = kafka_refusals(&count);
    ck_assert_int_eq(load_property(refusals[_i].name, "x"), ERR_INVALID);
    ck_assert_int_eq(list.items[0]->code, refusals[_i].code);
    ck_assert_ptr_nonnull(strstr(list.items[0]->message, refusals[_i].name));
}
END_TEST

static const char *const loaders[] = {
    "plugin.library.paths", "ssl.engine.location", "ssl.engine.id", "ssl.providers",
    "sasl.kerberos.kinit.cmd"};

START_TEST(what_loads_code_or_runs_commands_is_said_to)
{
    ck_assert_int_eq(load_property(loaders[_i], "x"), ERR_INVALID);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_C0003);
}
END_TEST

static const struct {
    const char *name;
    const char *value;
    bool is_refused;
} properties[] = {
    {"socket_cb", "x", true},
    {"sasl.oauthbearer.token.endpoint.url", "'http://example.com/token'", true},
    {"sasl.oauthbearer.token.endpoint.url", "'file:///etc/passwd'", true},
    {"sasl.oauthbearer.token.endpoint.url", "'https://example.com/token'", false},
    {"sasl.kerberos.principal", "kafka/host@REALM", false},
    {"sasl.kerberos.principal", "'$(reboot)'", true},
    {"sasl.kerberos.principal", "'a b'", true},
    {"sasl.kerberos.keytab", "'`x`'", true},
    {"sasl.kerberos.keytab", "-x", true},
    {"sasl.kerberos.service.name", "'a;b'", true},
    {"sasl.username", "'a;b'", false},
    {"security.protocol", "ssl", false},
    {"client.id", "[a]", true},
    {"client.id", "", true},
    {"fetch.wait.max.ms", "20", false},
};

START_TEST(other_properties_pass_as_they_are)
{
    enum err err = load_property(properties[_i].name, properties[_i].value);
    ck_assert_int_eq(err, properties[_i].is_refused ? ERR_INVALID : ERR_OK);
}
END_TEST

START_TEST(a_path_has_a_limit)
{
    struct buffer text = {0};
    buffer_add_text(&text, "sources: {}\ndata: ");
    for (int i = 0; i < 4001; i++)
        buffer_add_u8(&text, 'a');
    buffer_add_text(&text, "\n");
    buffer_add_u8(&text, 0);
    ck_assert_int_eq(load((const char *)text.data), ERR_INVALID);
    ck_assert_str_eq(list.items[0]->message, "'data' is too long");
    buffer_free(&text);
}
END_TEST

static const char *const loopbacks[] = {
    "localhost:1", "127.0.0.1:65535", "127.8.9.1:0", "'[::1]:80'"};

START_TEST(this_machine_needs_no_token)
{
    struct buffer text = {0};
    buffer_add_format(&text, "sources: {}\nhttp:\n  listen: %s\n", loopbacks[_i]);
    buffer_add_u8(&text, 0);
    load_good((const char *)text.data);
    ck_assert_str_eq(config->http_token, "");
    buffer_free(&text);
}
END_TEST

static enum err load_many(const char *start, const char *format, const char *end)
{
    struct buffer text = {0};
    buffer_add_text(&text, start);
    for (int i = 0; i < 1001; i++)
        buffer_add_format(&text, "%s%s%d%s", i == 0 ? "" : ", ", "f", i, format);
    buffer_add_text(&text, end);
    buffer_add_u8(&text, 0);
    enum err err = load((const char *)text.data);
    buffer_free(&text);
    return err;
}

START_TEST(lists_have_a_limit)
{
    ck_assert_int_eq(load_many("sources: {files: [", "", "]}\n"), ERR_INVALID);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0407);
    ck_assert_int_eq(
        load_many("sources: {}\nsinks: {kafka: {brokers: a, properties: {", ": 1", "}}}\n"),
        ERR_INVALID);
    ck_assert_uint_eq(list.error_count, 2);
    ck_assert_int_eq(list.items[1]->code, DIAGNOSTIC_E0407);
}
END_TEST

START_TEST(an_expanded_value_has_a_limit)
{
    struct buffer text = {0};
    buffer_add_text(&text, "sources: {}\nzone: \"");
    for (int i = 0; i < 20000; i++)
        buffer_add_text(&text, "${PORT}");
    buffer_add_text(&text, "\"\n");
    buffer_add_u8(&text, 0);
    ck_assert_int_eq(load((const char *)text.data), ERR_INVALID);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0406);
    buffer_free(&text);
}
END_TEST

START_TEST(rows_of_a_mapping_stand_together_and_defaults_are_in_range)
{
    size_t count = 0;
    const struct config_row *rows = config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        const struct config_row *row = &rows[i];
        bool is_number =
            row->type == CONFIG_U32 || row->type == CONFIG_U64 || row->type == CONFIG_DURATION;
        ck_assert_msg(
            !is_number || (row->number_default >= row->min && row->number_default <= row->max),
            "%s", row->path);
        size_t prefix = strcspn(row->path, ".");
        bool has_left = false; // the group of row i, looking on from it
        for (size_t j = i + 1; j < count; j++) {
            ck_assert_str_ne(row->path, rows[j].path);
            bool is_same =
                strncmp(rows[j].path, row->path, prefix + 1) == 0 && row->path[prefix] == '.';
            ck_assert_msg(!(is_same && has_left), "%s", rows[j].path);
            has_left = has_left || !is_same;
        }
    }
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *test_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = tcase_create("load");
    size_t refusal_count = 0;
    (void)kafka_refusals(&refusal_count);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, defaults_are_those_of_the_table);
    tcase_add_test(tcase, every_form_of_value_is_read);
    tcase_add_test(tcase, variables_are_taken_from_the_environment);
    size_t row_count = 0;
    (void)config_rows(&row_count);
    tcase_add_loop_test(tcase, what_a_variable_held_is_never_shown, 0, (int)row_count);
    tcase_add_loop_test(
        tcase, a_line_with_a_secret_is_never_shown, 0,
        sizeof(secret_lines) / sizeof(secret_lines[0]));
    tcase_add_test(tcase, a_file_in_the_working_directory_has_paths_from_there);
    tcase_add_loop_test(tcase, a_fault_is_named_at_its_place, 0, COUNT(refused));
    tcase_add_test(tcase, all_faults_are_shown_not_the_first);
    tcase_add_loop_test(tcase, each_dangerous_property_is_refused, 0, (int)refusal_count);
    tcase_add_loop_test(tcase, what_loads_code_or_runs_commands_is_said_to, 0, COUNT(loaders));
    tcase_add_loop_test(tcase, other_properties_pass_as_they_are, 0, COUNT(properties));
    tcase_add_test(tcase, a_path_has_a_limit);
    tcase_add_loop_test(tcase, this_machine_needs_no_token, 0, COUNT(loopbacks));
    tcase_add_test(tcase, lists_have_a_limit);
    tcase_add_test(tcase, an_expanded_value_has_a_limit);
    tcase_add_test(tcase, rows_of_a_mapping_stand_together_and_defaults_are_in_range);
    suite_add_tcase(suite, tcase);
    return suite;
}
