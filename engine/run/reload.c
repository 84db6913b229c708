// A new ruleset over a running daemon: read and compiled aside, put in force on every shard.
#include "engine/run/reload.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/lane_rules.h"

enum { GONE_WAIT_MS = 300 };

struct reload {
    struct post post; // between the main thread and the one aside
    struct reload_params params;
    struct side_thread *side;
    struct reload_status status;
    bool is_running;
    bool is_asked_again;
    int64_t began_us;
    // what was read aside
    enum reload_result result;
    struct rules next;
    struct diagnostics list;
    struct fault fault;
    // while shards take it over
    struct rules_job job;
    uint32_t shards_done;
};

const char *reload_result_name(enum reload_result result)
{
    static const char *const names[] = {
#define X(constant, name) [constant] = (name),
        RELOAD_RESULT_TABLE(X)
#undef X
    };
    INVARIANT(result < RELOAD_RESULT_COUNT);
    return names[result];
}

// ---- aside

static bool wait_aside(void *context, uint32_t wait_ms)
{
    return side_thread_wait_ms(context, wait_ms);
}

// Whether it has anything in the rules in force.
static bool has_content(const struct rule_bundle *bundle, const char *path)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if (strcmp(bundle->files[i].path, path) == 0)
            return bundle->files[i].text.len > 0;
    }
    return false;
}

// Rules that went without their files, or whose file was cut to be written anew: nobody takes them away like this.
static enum err check_nothing_went(struct reload *reload)
{
    const char *directory = reload->params.config->rules;
    const struct rule_bundle *before = &reload->params.rules->bundle;
    const struct rule_bundle *now = &reload->next.bundle;
    if (now->count == 0 && before->count > 0)
        return fault_set(&reload->fault, ERR_MISSING, "rules: %s: no files are left", directory);
    for (size_t i = 0; i < now->count; i++) {
        const struct rule_file *file = &now->files[i];
        if (file->text.len == 0 && has_content(before, file->path))
            return fault_set(
                &reload->fault, ERR_MISSING,
                "rules: %s: %s is empty, and was not: to be without its rules, remove it",
                directory, file->path);
    }
    return ERR_OK;
}

// A directory that is being exchanged for another is gone for a moment.
static enum err read_aside(struct reload *reload)
{
    const struct config *config = reload->params.config;
    struct rules_pause pause = {wait_aside, reload->side, reload->params.runtime->clock};
    enum err err = rules_read(config, &pause, &reload->next, &reload->fault);
    if (err == ERR_MISSING && side_thread_wait_ms(reload->side, GONE_WAIT_MS))
        err = rules_read(config, &pause, &reload->next, &reload->fault);
    return err == ERR_OK ? check_nothing_went(reload) : err;
}

// A refusal by what is written in the rules: the first error says it, the log has all.
static void refuse_compiled(struct reload *reload)
{
    const struct diagnostic *first = NULL;
    for (size_t i = 0; i < reload->list.count && first == NULL; i++)
        if (reload->list.items[i]->severity == SEVERITY_ERROR)
            first = reload->list.items[i];
    INVARIANT(first != NULL);
    size_t more = reload->list.error_count - 1;
    char others[40] = "";
    if (more > 0)
        (void)snprintf(others, sizeof(others), ", and %zu more errors", more);
    (void)fault_set(
        &reload->fault, ERR_INVALID, "%s:%u:%u: error[%s]: %s%s", first->file,
        (unsigned)first->line, (unsigned)first->column, diagnostic_code_text(first->code),
        first->message, others);
}

static enum reload_result load_aside(struct reload *reload)
{
    if (read_aside(reload) != ERR_OK)
        return RELOAD_REFUSED;
    FAILPOINT(RELOAD_READ);
    if (rule_bundle_hash(&reload->next.bundle) == ruleset_hash(reload->params.rules->ruleset))
        return RELOAD_UNCHANGED;
    enum err err = rules_compile(&reload->next, &reload->list);
    FAILPOINT(RELOAD_COMPILED);
    if (err == ERR_OK)
        return RELOAD_LOADED;
    refuse_compiled(reload);
    return RELOAD_REFUSED;
}

static void on_read(struct post *post);

static void run_aside(struct post *post)
{
    struct reload *reload = (struct reload *)post;
    reload->result = load_aside(reload);
    reload->post.run = on_read;
    postbox_send(reload->params.box, &reload->post);
}

// ---- main thread

static void begin(struct reload *reload)
{
    reload->is_running = true;
    reload->is_asked_again = false;
    reload->began_us = runtime_mono_us(reload->params.runtime);
    reload->post.run = run_aside;
    side_thread_send(reload->side, &reload->post);
}

static void end(struct reload *reload)
{
    struct reload_status *status = &reload->status;
    status->counts[reload->result]++;
    if (reload->result == RELOAD_REFUSED)
        (void)snprintf(status->reason, sizeof(status->reason), "%s", reload->fault.text);
    else
        status->reason[0] = '\0';
    if (reload->result != RELOAD_REFUSED)
        status->success_ms = runtime_wall_ms(reload->params.runtime);
    rules_free(&reload->next);
    diagnostics_free(&reload->list);
    reload->is_running = false;
    if (reload->is_asked_again && !atomic_load(&reload->params.runtime->is_stopping))
        begin(reload);
}

// Every shard has the new rules: nothing but the main thread's own hold is left of the old ones.
static void take_over(struct reload *reload)
{
    struct rules before = *reload->params.rules;
    const struct diag *log = &reload->params.runtime->log;
    FAILPOINT(RELOAD_SWAPPED);
    reload->params.on_loaded(reload->params.context, &reload->next);
    *reload->params.rules = reload->next;
    reload->next = (struct rules){.ruleset = NULL};
    reload->status.ruleset = ruleset_hash(reload->params.rules->ruleset);
    DIAG(
        log, DIAG_INFO, "new rules are in force", DIAG_HEX("ruleset", reload->status.ruleset),
        DIAG_HEX("ruleset_before", ruleset_hash(before.ruleset)),
        DIAG_NUM("files", reload->params.rules->bundle.count),
        DIAG_NUM("took_ms", (runtime_mono_us(reload->params.runtime) - reload->began_us) / 1000));
    rules_free(&before);
    end(reload);
}

static void on_taken(struct post *post);

// One shard after the other, so that no more than one journal is folded again at a time: that takes the memory of a state.
static void hand_on(struct reload *reload)
{
    const struct fleet *fleet = reload->params.fleet;
    if (reload->shards_done == fleet->shards) {
        take_over(reload);
        return;
    }
    reload->job = (struct rules_job){
        .lane = fleet->lanes[reload->shards_done],
        .rules = &reload->next,
        .side = reload->side,
        .reply_to = reload->params.box,
        .done_run = on_taken,
    };
    rules_job_send(&reload->job);
}

static void on_taken(struct post *post)
{
    struct rules_job *job = (struct rules_job *)post;
    struct reload *reload = (struct reload *)(void *)((char *)job - offsetof(struct reload, job));
    reload->shards_done++;
    if (!atomic_load(
            &reload->params.runtime->is_stopping)) // then some shards may have them and some not
        hand_on(reload);
}

static void on_read(struct post *post)
{
    struct reload *reload = (struct reload *)post;
    struct runtime *runtime = reload->params.runtime;
    if (atomic_load(&runtime->is_stopping))
        return;
    rules_log(&runtime->log, &reload->list);
    switch (reload->result) {
    case RELOAD_REFUSED:
        DIAG(
            &runtime->log, DIAG_ERROR, "rules refused, those in force stay",
            DIAG_TEXT("reason", reload->fault.text), DIAG_HEX("ruleset", reload->status.ruleset));
        break;
    case RELOAD_UNCHANGED:
        DIAG(
            &runtime->log, DIAG_INFO, "rules unchanged",
            DIAG_HEX("ruleset", reload->status.ruleset));
        break;
    case RELOAD_LOADED:
        reload->shards_done = 0;
        hand_on(reload); // where there are no shards yet they will begin with them
        return;
    case RELOAD_RESULT_COUNT: break;
    }
    end(reload);
}

// ---- the whole

struct reload *reload_create(const struct reload_params *params)
{
    struct reload *reload = mem_zero(1, sizeof(*reload));
    reload->params = *params;
    reload->status.ruleset = ruleset_hash(params->rules->ruleset);
    reload->status.success_ms = runtime_wall_ms(params->runtime);
    reload->side = side_thread_start("rules");
    return reload;
}

void reload_ask(struct reload *reload)
{
    DIAG_PLAIN(&reload->params.runtime->log, DIAG_INFO, "rules are to be read again");
    if (reload->is_running)
        reload->is_asked_again = true;
    else
        begin(reload);
}

void reload_stop(struct reload *reload)
{
    side_thread_join(reload->side);
    reload->side = NULL;
}

void reload_destroy(struct reload *reload)
{
    if (reload == NULL)
        return;
    INVARIANT(reload->side == NULL);
    rules_free(&reload->next);
    diagnostics_free(&reload->list);
    free(reload);
}

const struct reload_status *reload_get_status(const struct reload *reload)
{
    return &reload->status;
}
