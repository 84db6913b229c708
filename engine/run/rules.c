// The rules that the daemon runs by: the files of their directory, read as one set, and compiled.
#include "engine/run/rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/os/os_files.h"

enum { TRIES_MAX = 6, TRY_AGAIN_MS = 100, LINES_MAX = 50, PLACE_BYTES = 4400 };
// The ticks of a file system's clock are a few milliseconds: two changes within one are not told apart.
enum { REST_MS = 50 };

// ---- reading

static bool has_just_changed(const struct os_tree_mark *mark, const struct clock *clock)
{
    int64_t age_ms = clock->ops->wall_ms(clock->self) - mark->changed_ms;
    return age_ms > -REST_MS && age_ms < REST_MS; // a clock elsewhere may be far ahead
}

// ERR_AGAIN where what was read may be a mix.
static enum err read_once(
    const char *directory,
    const struct clock *clock,
    struct arena *arena,
    struct os_tree *out,
    struct fault *fault)
{
    struct os_tree_mark after;
    enum err err = os_read_tree(directory, arena, out, fault);
    if (err == ERR_OK)
        err = os_mark_tree(directory, &after, fault);
    if (err != ERR_OK)
        return err;
    if (after.files != out->mark.files || has_just_changed(&after, clock))
        return fault_set(fault, ERR_AGAIN, "%s: the files do not come to rest", directory);
    return ERR_OK;
}

static enum err read_at_rest(
    const char *directory,
    const struct rules_pause *pause,
    struct arena *arena,
    struct os_tree *out,
    struct fault *fault)
{
    enum err err = read_once(directory, &pause->clock, arena, out, fault);
    for (unsigned i = 1; err == ERR_AGAIN && i < TRIES_MAX; i++) {
        if (!pause->wait_ms(pause->context, TRY_AGAIN_MS))
            break;
        arena_clear(arena);
        err = read_once(directory, &pause->clock, arena, out, fault);
    }
    return err;
}

static enum err check_bytes(
    const struct config *config, const struct rule_bundle *bundle, struct fault *fault)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < bundle->count; i++)
        bytes += strlen(bundle->files[i].path) + bundle->files[i].text.len;
    if (bytes <= config->limits.frame_bytes / 2)
        return ERR_OK;
    return fault_set(
        fault, ERR_INVALID,
        "%" PRIu64 " bytes are more than half of limits.frame_bytes, which is %" PRIu32, bytes,
        config->limits.frame_bytes);
}

enum err rules_read(
    const struct config *config,
    const struct rules_pause *pause,
    struct rules *out,
    struct fault *fault)
{
    struct rules rules = {.ruleset = NULL};
    struct os_tree tree = {.files = NULL};
    enum err err = read_at_rest(config->rules, pause, &rules.arena, &tree, fault);
    if (err == ERR_OK) {
        struct rule_file *files = arena_alloc(&rules.arena, (tree.count + 1) * sizeof(*files));
        for (size_t i = 0; i < tree.count; i++)
            files[i] = (struct rule_file){.path = tree.files[i].path, .text = tree.files[i].text};
        rules.bundle = (struct rule_bundle){.files = files, .count = tree.count};
        err = check_bytes(config, &rules.bundle, fault);
    }
    if (err != ERR_OK) {
        rules_free(&rules);
        return fault_wrap(fault, err, "rules");
    }
    *out = rules;
    return ERR_OK;
}

// ---- compiling

enum err rules_compile(struct rules *rules, struct diagnostics *list)
{
    return ruleset_compile(&rules->bundle, list, &rules->ruleset);
}

void rules_free(struct rules *rules)
{
    ruleset_destroy(rules->ruleset);
    arena_free(&rules->arena);
    *rules = (struct rules){.ruleset = NULL};
}

// ---- telling

static void log_one(const struct diag *log, const struct diagnostic *item)
{
    bool is_error = item->severity == SEVERITY_ERROR;
    char place[PLACE_BYTES];
    (void)snprintf(
        place, sizeof(place), "%s:%" PRIu32 ":%" PRIu32, item->file, item->line, item->column);
    DIAG(
        log, is_error ? DIAG_ERROR : DIAG_WARN, is_error ? "rule refused" : "rule taken, but",
        DIAG_TEXT("place", place), DIAG_TEXT("code", diagnostic_code_text(item->code)),
        DIAG_TEXT("reason", item->message));
}

void rules_log(const struct diag *log, const struct diagnostics *list)
{
    for (size_t i = 0; i < list->count && i < LINES_MAX; i++)
        log_one(log, list->items[i]);
    size_t all = list->error_count + list->warning_count;
    if (all > LINES_MAX)
        DIAG(log, DIAG_WARN, "more is not shown", DIAG_NUM("count", all - LINES_MAX));
}
