// JSON Schema of rule files, from the vocabulary.
#include "rules/schema.h"

#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "rules/vocabulary.h"

#define DURATION_PATTERN "^[0-9]+(ms|s|m|h|d|w)$"
#define TIME_PATTERN     "^(-?[0-9]+(ms|s|m|h|d|w)|[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?)$"

static const char *const section_ids[SECTION_COUNT] = {
    [SECTION_TOP] = "file",
    [SECTION_EVENT] = "event",
    [SECTION_IMPLIED] = "implied",
    [SECTION_CONTACT] = "contact",
    [SECTION_FIELD] = "field",
    [SECTION_LIST] = "list",
    [SECTION_TEAM] = "team",
    [SECTION_TEAM_MEMBER] = "team_member",
    [SECTION_OBJECT] = "object",
    [SECTION_COUNTER] = "counter",
    [SECTION_SCORE] = "score",
    [SECTION_SCORE_GROUP] = "score_group",
    [SECTION_SCORE_RULE] = "score_rule",
    [SECTION_SCORE_LIMIT] = "score_limit",
    [SECTION_FORGET] = "forget",
    [SECTION_FORGET_LINEAR] = "forget_linear",
    [SECTION_FORGET_IDLE] = "forget_idle",
    [SECTION_SEGMENT] = "segment",
    [SECTION_ACTION] = "action",
    [SECTION_ACTION_LIMIT] = "action_limit",
    [SECTION_CHANNEL] = "channel",
    [SECTION_CHANNEL_LIMIT] = "channel_limit",
    [SECTION_QUIET] = "quiet",
    [SECTION_WORKFLOW] = "workflow",
    [SECTION_STEP] = "step",
    [SECTION_STEP_TO] = "step_to",
    [SECTION_STEP_TAG] = "step_tag",
    [SECTION_STEP_LIST] = "step_list",
    [SECTION_STEP_WAIT] = "step_wait",
    [SECTION_STEP_POINTS] = "step_points",
    [SECTION_STEP_ASSIGN] = "step_assign",
    [SECTION_STEP_EMIT] = "step_emit",
    [SECTION_STEP_START] = "step_start",
    [SECTION_CHOICE] = "choice",
    [SECTION_BRANCH] = "branch",
    [SECTION_WINDOW] = "window",
    [SECTION_STOP] = "stop",
    [SECTION_TRIGGER] = "trigger",
    [SECTION_TRIGGER_DATE] = "trigger_date",
    [SECTION_TRIGGER_SCHEDULE] = "trigger_schedule",
    [SECTION_TRIGGER_IDLE] = "trigger_idle",
    [SECTION_REENTER] = "reenter",
    [SECTION_ON_ERROR] = "on_error",
    [SECTION_EDIT] = "edit",
    [SECTION_OVERDUE] = "overdue",
    [SECTION_TEST] = "test",
    [SECTION_TEST_EVENT] = "test_event",
    [SECTION_TEST_EXPECTATION] = "test_expectation",
    [SECTION_TEST_SCORE] = "test_score",
    [SECTION_TEST_ACTION] = "test_action",
    [SECTION_TEST_HELD] = "test_held",
};

// Which keys go together, each with a comma before it; ' stands for a quote.
static const char *const section_forms[SECTION_COUNT] = {
    [SECTION_COUNTER] = ",'oneOf':[{'required':['count']},{'required':['sum']},"
                        "{'required':['min']},{'required':['max']},{'required':['avg']},"
                        "{'required':['first']},{'required':['last']},{'required':['distinct']}],"
                        "'allOf':[{'oneOf':[{'required':['count']},{'required':['on']}]}]",
    [SECTION_SCORE] = ",'not':{'required':['combine'],'anyOf':[{'required':['rules']},"
                      "{'required':['forget']},{'required':['groups']}]}",
    [SECTION_SCORE_GROUP] = ",'minProperties':1",
    [SECTION_SCORE_RULE] = ",'oneOf':[{'required':['on'],'not':{'required':['while']}},"
                           "{'required':['while'],'not':{'anyOf':[{'required':['on']},"
                           "{'required':['if']},{'required':['limit']}]}}]",
    [SECTION_SCORE_LIMIT] = ",'anyOf':[{'required':['times']},{'required':['points']}]",
    [SECTION_FORGET] = ",'minProperties':1,'maxProperties':1",
    [SECTION_STEP] =
        ",'oneOf':[{'required':['do']},{'required':['tag']},{'required':['list']},"
        "{'required':['wait']},{'required':['if']},{'required':['choose']},{'required':['split']},"
        "{'required':['set']},{'required':['points']},{'required':['emit']},{'required':['start']},"
        "{'required':['goto']},{'required':['stop']},{'required':['assign']}]",
    [SECTION_STEP_ASSIGN] = ",'not':{'required':['by','person']}",
    [SECTION_STEP_WAIT] = ",'oneOf':[{'required':['for']},{'required':['until']},"
                          "{'required':['window']}]",
    [SECTION_CHOICE] = ",'oneOf':[{'required':['if','steps']},{'required':['else']}]",
    [SECTION_STEP_TO] = ",'oneOf':[{'required':['staff']},{'required':['address']}]",
    [SECTION_QUIET] = ",'anyOf':[{'required':['days']},{'required':['hours']}]",
    [SECTION_WINDOW] = ",'anyOf':[{'required':['days']},{'required':['hours']}]",
    [SECTION_STOP] = ",'minProperties':1",
    [SECTION_OVERDUE] = ",'minProperties':1,'maxProperties':1",
    [SECTION_TEST_SCORE] = ",'minProperties':1",
};

static void add_forms(struct buffer *to, const char *forms)
{
    for (const char *at = forms; at != NULL && *at != '\0'; at++)
        buffer_add_u8(to, *at == '\'' ? '"' : (uint8_t)*at);
}

static void add_words(struct buffer *to, const char *words)
{
    buffer_add_text(to, ",\"enum\":[");
    for (const char *at = words; *at != '\0';) {
        size_t len = strcspn(at, "|");
        text_add_json(to, bytes_of(at, len));
        at += len;
        if (*at == '|') {
            buffer_add_u8(to, ',');
            at++;
        }
    }
    buffer_add_u8(to, ']');
}

static void add_reference(struct buffer *to, enum section section)
{
    buffer_add_format(to, "{\"$ref\":\"#/definitions/%s\"}", section_ids[section]);
}

// What a shape always is, with a comma before it; NULL: that depends on its key.
static const char *fixed_shape(enum shape shape)
{
#define POINTS "\"type\":\"number\",\"multipleOf\":0.001"
#define TEXT   "\"string\",\"number\",\"boolean\"" // YAML without quotes
#define MAP_OF ",\"type\":\"object\",\"additionalProperties\":"
    switch (shape) {
    case SHAPE_TEXT: return ",\"type\":[" TEXT "]";
    case SHAPE_TEXT_OR_NULL: return ",\"type\":[" TEXT ",\"null\"]";
    case SHAPE_BOOL: return ",\"type\":\"boolean\"";
    case SHAPE_NUMBER: return "," POINTS;
    case SHAPE_NUMBER_ABOVE_0: return "," POINTS ",\"exclusiveMinimum\":0";
    case SHAPE_PERCENT: return "," POINTS ",\"exclusiveMinimum\":0,\"maximum\":100";
    case SHAPE_NUMBER_OR_TEXT: return ",\"type\":[\"number\",\"string\"]";
    case SHAPE_WHOLE: return ",\"type\":\"integer\",\"minimum\":1";
    case SHAPE_DURATION: return ",\"type\":\"string\",\"pattern\":\"" DURATION_PATTERN "\"";
    case SHAPE_TIME: return ",\"type\":\"string\",\"pattern\":\"" TIME_PATTERN "\"";
    case SHAPE_NAMES: return ",\"type\":[" TEXT ",\"array\"],\"items\":{\"type\":[" TEXT "]}";
    case SHAPE_EVENTS:
        return ",\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"},\"minItems\":1,"
               "\"uniqueItems\":true";
    case SHAPE_NAME_LIST: return ",\"type\":\"array\",\"items\":{\"type\":[" TEXT "]}";
    case SHAPE_MAP_TEXT: return MAP_OF "{\"type\":\"string\"}";
    case SHAPE_MAP_BOOL: return MAP_OF "{\"type\":\"boolean\"}";
    case SHAPE_MAP_NUMBER: return MAP_OF "{\"type\":\"number\"}";
    case SHAPE_MAP_ANY: return ",\"type\":\"object\"";
    case SHAPE_CONTACT: return ",\"type\":[" TEXT ",\"object\"]";
    case SHAPE_TRIGGER:
    case SHAPE_WORD:
    case SHAPE_SPAN:
    case SHAPE_SECTION_OR_WORD:
    case SHAPE_SECTION_OR_TEXT:
    case SHAPE_STEPS:
    case SHAPE_SECTION:
    case SHAPE_MAP_OF:
    case SHAPE_LIST_OF:
    case SHAPE_MAP_NUMBER_OR: break;
    }
    return NULL;
#undef POINTS
#undef TEXT
#undef MAP_OF
}

static void add_text_of_words(struct buffer *to, const char *words)
{
    buffer_add_text(to, ",\"anyOf\":[{\"type\":\"string\"");
    add_words(to, words);
    buffer_add_text(to, "},");
}

// A shape that its key says more about.
static void add_shape_of(struct buffer *to, const struct key_row *key)
{
    if (key->shape == SHAPE_WORD) {
        add_words(to, key->words);
    } else if (key->shape == SHAPE_SPAN) {
        add_text_of_words(to, key->words);
        buffer_add_text(to, "{\"type\":\"string\",\"pattern\":\"" DURATION_PATTERN "\"}]");
    } else if (key->shape == SHAPE_SECTION_OR_WORD) {
        add_text_of_words(to, key->words);
        add_reference(to, key->of);
        buffer_add_u8(to, ']');
    } else if (key->shape == SHAPE_TRIGGER) {
        buffer_add_text(
            to, ",\"anyOf\":[{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"},"
                "\"minItems\":1,\"uniqueItems\":true},");
        add_reference(to, key->of);
        buffer_add_u8(to, ']');
    } else if (key->shape == SHAPE_SECTION_OR_TEXT) {
        buffer_add_text(to, ",\"anyOf\":[{\"type\":\"string\"},");
        add_reference(to, key->of);
        buffer_add_u8(to, ']');
    } else if (key->shape == SHAPE_STEPS) {
        buffer_add_text(
            to, ",\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\",\"enum\":"
                "[\"end\"]},");
        add_reference(to, key->of);
        buffer_add_text(to, "]}");
    } else if (key->shape == SHAPE_SECTION) {
        buffer_add_text(to, ",\"allOf\":[");
        add_reference(to, key->of);
        buffer_add_u8(to, ']');
    } else if (key->shape == SHAPE_MAP_OF) {
        buffer_add_text(to, ",\"type\":[\"object\",\"null\"],\"additionalProperties\":");
        add_reference(to, key->of);
    } else if (key->shape == SHAPE_MAP_NUMBER_OR) {
        buffer_add_text(
            to, ",\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[{\"type\":\"number\"},");
        add_reference(to, key->of);
        buffer_add_text(to, "]}");
    } else { // SHAPE_LIST_OF; at the top, nothing may stand behind the colon
        buffer_add_format(
            to, ",\"type\":%s,\"items\":",
            key->of == SECTION_TEST ? "[\"array\",\"null\"]" : "\"array\"");
        add_reference(to, key->of);
    }
}

// The constraints of a shape, each with a comma before it.
static void add_shape(struct buffer *to, const struct key_row *key)
{
    const char *fixed = fixed_shape(key->shape);
    if (fixed != NULL)
        buffer_add_text(to, fixed);
    else
        add_shape_of(to, key);
}

static void add_required(struct buffer *to, const struct section_def *def)
{
    bool is_first = true;
    for (size_t i = 0; i < def->key_count; i++) {
        if (!def->keys[i].is_required)
            continue;
        buffer_add_text(to, is_first ? ",\"required\":[" : ",");
        text_add_json(to, bytes_text(def->keys[i].name));
        is_first = false;
    }
    if (!is_first)
        buffer_add_u8(to, ']');
}

static void add_section(struct buffer *to, enum section section)
{
    const struct section_def *def = section_def_of(section);
    // A list may have nothing behind its colon.
    buffer_add_format(
        to, "{\"type\":%s,\"additionalProperties\":false,\"properties\":{",
        section == SECTION_LIST || section == SECTION_TEAM_MEMBER || section == SECTION_TOP
            ? "[\"object\",\"null\"]"
            : "\"object\"");
    for (size_t i = 0; i < def->key_count; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        text_add_json(to, bytes_text(def->keys[i].name));
        buffer_add_text(to, ":{\"description\":");
        text_add_json(to, bytes_text(def->keys[i].help));
        add_shape(to, &def->keys[i]);
        buffer_add_u8(to, '}');
    }
    buffer_add_u8(to, '}');
    add_required(to, def);
    add_forms(to, section_forms[section]);
    buffer_add_u8(to, '}');
}

void rules_schema_json(struct buffer *to)
{
    buffer_add_text(
        to,
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"rules of engaged\","
        "\"allOf\":[");
    add_reference(to, SECTION_TOP);
    buffer_add_text(to, "],\"definitions\":{");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        INVARIANT(section_ids[i] != NULL);
        buffer_add_format(to, "\"%s\":", section_ids[i]);
        add_section(to, (enum section)i);
    }
    buffer_add_text(to, "}}\n");
}
