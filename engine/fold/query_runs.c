// A contact's runs that wait, as JSON.
#include "engine/base/text.h"
#include "engine/fold/action.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/packed_value.h"
#include "engine/fold/query.h"
#include "engine/fold/run.h"
#include "engine/fold/run_story.h"
#include "engine/fold/shard_internal.h"

static void add_run(struct fold *fold, struct buffer *to, const struct run *run)
{
    buffer_add_text(to, "{\"workflow\":");
    text_add_json(to, run->workflow->name);
    buffer_add_text(to, ",\"key\":");
    query_add_value(to, packed_value_get(run->key_value, &fold->arena));
    buffer_add_text(to, ",\"run\":");
    text_add_json(to, action_run_text(fold, run->workflow, run->number));
    if (run->workflow->is_pinned)
        run_story_add_version(run->workflow, to);
    buffer_add_text(to, ",\"state\":\"waiting\",\"step\":");
    if (run->at == STEP_NONE)
        buffer_add_text(to, "null");
    else
        text_add_json(to, run->workflow->steps[run->at].id);
    buffer_add_text(to, ",\"started\":");
    json_add_time(to, run->started_ms);
    if (run->due_ms != TIMER_NONE) {
        buffer_add_text(to, ",\"until\":");
        json_add_time(to, run->due_ms);
    }
    buffer_add_u8(to, '}');
}

void query_runs(struct shard *shard, struct contact_number contact, struct buffer *to)
{
    bool is_first = true;
    int64_t due_ms = TIMER_NONE;
    struct fold *fold = &shard->fold;
    const struct workflow_def *workflow = NULL;
    fold->contact = contact;
    for (size_t at = 0; (workflow = runs_next_workflow(fold, &at, &due_ms)) != NULL;) {
        uint32_t count = 0;
        const struct run *runs = runs_read(fold, workflow, &count);
        for (uint32_t i = 0; i < count; i++) {
            if (runs[i].has_ended)
                continue;
            buffer_add_text(to, is_first ? ",\"runs\":[" : ",");
            is_first = false;
            add_run(fold, to, &runs[i]);
        }
    }
    if (!is_first)
        buffer_add_u8(to, ']');
    arena_clear(&fold->arena);
}
