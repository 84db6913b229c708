// The data directory that a plan asks for what only it can tell, and what is not known where it cannot be read.
#include "tools/engagectl/plan_data.h"

#include "engine/base/text.h"
#include "tools/engagectl/exit_of.h"

static const struct {
    const char *name, *text;
} unknowns[PLAN_UNKNOWN_COUNT] = {
    [PLAN_UNKNOWN_ENTER] = {"enter", "how many contacts enter is not known"},
    [PLAN_UNKNOWN_PINS] =
        {"pins", "whether runs can keep the steps that they began with is not known"},
};

bool plan_data_open(struct plan_data *data, enum plan_unknown what)
{
    if (data->asking.set.count > 0)
        return true;
    if (!data->was_tried && ask_open(&data->asking, &data->fault) == ERR_OK)
        return true;
    data->was_tried = true;
    data->faults[what] = data->fault;
    return false;
}

enum exit_code plan_data_code(const struct plan_data *data)
{
    for (size_t i = 0; i < PLAN_UNKNOWN_COUNT; i++) {
        if (data->faults[i].err != ERR_OK)
            return exit_of(data->faults[i].err);
    }
    return EXIT_CODE_DONE;
}

const char *plan_data_advice(enum err err)
{
    switch (err) {
    case ERR_MISSING:
        return "plan where the data directory of the daemon is, or name a copy of it by --data DIR";
    case ERR_IO: return "plan as a user who may read it and its files, as that of the daemon";
    case ERR_CORRUPT:
    case ERR_TORN:
    case ERR_INVALID: return "look what is damaged by engagectl journal verify";
    case ERR_FORMAT: return "plan with the version of engagectl that comes with the daemon";
    case ERR_LIMIT:
    case ERR_NOSPACE: return "make room in memory and on the disk, and plan again";
    case ERR_OK:
    case ERR_SYNC:
    case ERR_BUSY:
    case ERR_EXISTS:
    case ERR_AGAIN:
    case ERR_END:
    case ERR_GAP:
    case ERR_UNREACHABLE:
    case ERR_FENCED:
    case ERR_STATE: break;
    }
    return "plan again, or name a copy of it by --data DIR";
}

static const char *reason_of(const struct fault *fault)
{
    return fault->text[0] == '\0' ? err_text(fault->err) : fault->text;
}

void plan_data_say(const struct plan_data *data)
{
    const struct command *command = data->asking.command;
    for (size_t i = 0; i < PLAN_UNKNOWN_COUNT; i++) {
        const struct fault *fault = &data->faults[i];
        if (fault->err == ERR_OK)
            continue;
        command_talk(command, "'?': %s: %s", unknowns[i].text, reason_of(fault));
        command_talk(
            command, "the data directory is %s: %s", data->asking.config->data,
            plan_data_advice(fault->err));
    }
}

void plan_data_add_json(const struct plan_data *data, struct buffer *to)
{
    bool is_first = true;
    for (size_t i = 0; i < PLAN_UNKNOWN_COUNT; i++) {
        const struct fault *fault = &data->faults[i];
        if (fault->err == ERR_OK)
            continue;
        buffer_add_text(to, is_first ? ",\"unknown\":[" : ",");
        is_first = false;
        buffer_add_format(to, "{\"what\":\"%s\",\"path\":", unknowns[i].name);
        text_add_json(to, bytes_text(data->asking.config->data));
        buffer_add_text(to, ",\"reason\":");
        text_add_json(to, bytes_text(reason_of(fault)));
        buffer_add_text(to, ",\"do\":");
        text_add_json(to, bytes_text(plan_data_advice(fault->err)));
        buffer_add_u8(to, '}');
    }
    if (!is_first)
        buffer_add_u8(to, ']');
}
