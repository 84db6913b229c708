// JSON Schema of what goes in and out: events by the catalogue, actions.
#include "engine/base/text.h"
#include "rules/schema.h"

#define DRAFT "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":"

static const char *type_schema(enum data_type type)
{
    switch (type) {
    case DATA_ANY: return "{}";
    case DATA_STRING: return "{\"type\":\"string\"}";
    case DATA_INT: return "{\"type\":\"integer\"}";
    case DATA_DOUBLE: return "{\"type\":\"number\"}";
    case DATA_BOOL: return "{\"type\":\"boolean\"}";
    case DATA_TIMESTAMP: return "{\"type\":[\"string\",\"integer\"],\"format\":\"date-time\"}";
    case DATA_DATE: return "{\"type\":\"string\",\"format\":\"date\"}";
    case DATA_DURATION: return "{\"type\":\"string\",\"pattern\":\"^[0-9]+(ms|s|m|h|d|w)$\"}";
    case DATA_LIST: return "{\"type\":\"array\"}";
    case DATA_MAP: return "{\"type\":\"object\"}";
    }
    return "{}";
}

// The data of a type; an optional field may be null as well.
static void add_data(struct buffer *to, const struct event_type_def *type)
{
    buffer_add_text(to, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < type->field_count; i++) {
        const struct data_field *field = &type->fields[i];
        if (i > 0)
            buffer_add_u8(to, ',');
        text_add_json(to, field->name);
        buffer_add_u8(to, ':');
        if (field->is_optional)
            buffer_add_format(to, "{\"anyOf\":[%s,{\"type\":\"null\"}]}", type_schema(field->type));
        else
            buffer_add_text(to, type_schema(field->type));
    }
    buffer_add_u8(to, '}');
    bool is_first = true;
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].is_optional)
            continue;
        buffer_add_text(to, is_first ? ",\"required\":[" : ",");
        text_add_json(to, type->fields[i].name);
        is_first = false;
    }
    buffer_add_text(to, is_first ? "}" : "]}");
}

static void add_type(struct buffer *to, const struct event_type_def *type)
{
    buffer_add_text(to, "{\"if\":{\"properties\":{\"type\":{\"const\":");
    text_add_json(to, type->name);
    buffer_add_text(to, "}}},\"then\":{\"properties\":{\"data\":");
    add_data(to, type);
    bool has_required = false;
    for (size_t i = 0; i < type->field_count; i++)
        has_required = has_required || !type->fields[i].is_optional;
    buffer_add_text(to, has_required ? "},\"required\":[\"data\"]}}" : "}}}");
}

void events_schema_json(struct buffer *to, const struct catalog *catalog)
{
    buffer_add_text(
        to, DRAFT "\"an event as engaged takes it\",\"type\":\"object\",\"properties\":{"
                  "\"specversion\":{\"const\":\"1.0\"},"
                  "\"id\":{\"type\":[\"string\",\"number\"]},"
                  "\"source\":{\"type\":[\"string\",\"number\"]},"
                  "\"type\":{\"type\":\"string\",\"minLength\":1},"
                  "\"time\":{\"type\":[\"string\",\"integer\"],\"format\":\"date-time\"},"
                  "\"subject\":{\"type\":[\"string\",\"number\"]},"
                  "\"contact\":{\"type\":[\"string\",\"number\",\"object\"]},"
                  "\"data\":{}},"
                  "\"required\":[\"type\"],"
                  "\"anyOf\":[{\"required\":[\"subject\"]},{\"required\":[\"contact\"]}],"
                  "\"allOf\":[");
    for (size_t i = 0; i < catalog_type_count(catalog); i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        add_type(to, catalog_type(catalog, (event_type)i));
    }
    buffer_add_text(to, "]}\n");
}

void actions_schema_json(struct buffer *to)
{
    buffer_add_text(
        to, DRAFT
        "\"an action as engaged publishes it\",\"type\":\"object\","
        "\"required\":[\"specversion\",\"id\",\"source\",\"type\",\"subject\",\"time\",\"data\"],"
        "\"properties\":{\"specversion\":{\"const\":\"1.0\"},"
        "\"id\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"},"
        "\"source\":{\"type\":\"string\"},"
        "\"type\":{\"type\":\"string\",\"pattern\":\"^action\\\\.\"},"
        "\"subject\":{\"type\":\"string\"},"
        "\"time\":{\"type\":\"string\",\"format\":\"date-time\"},"
        "\"datacontenttype\":{\"const\":\"application/json\"},"
        "\"data\":{\"type\":\"object\",\"required\":[\"action\",\"contact\",\"with\"],"
        "\"properties\":{\"action\":{\"type\":\"string\"},"
        "\"contact\":{\"type\":\"object\",\"required\":[\"id\"],"
        "\"properties\":{\"id\":{\"type\":\"string\"},\"identifiers\":{\"type\":\"object\"}}},"
        "\"workflow\":{\"type\":\"string\"},\"run\":{\"type\":\"string\"},"
        "\"step\":{\"type\":\"string\"},\"occurrence\":{\"type\":\"integer\",\"minimum\":1},"
        "\"ruleset\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{16}$\"},"
        "\"cause\":{\"type\":\"object\",\"properties\":{\"source\":{\"type\":\"string\"},"
        "\"id\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"}}},"
        "\"recipient\":{\"type\":\"string\",\"enum\":[\"staff\",\"address\"]},"
        "\"with\":{\"type\":\"object\"}}}}}\n");
}
