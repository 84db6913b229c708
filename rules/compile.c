// ruleset_compile: the built-in catalogue first, then the files of the bundle, kind by kind.
#include <stdlib.h>

#include "config/catalog_data.h"
#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "rules/compile_channels.h"
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compile_implied.h"
#include "rules/compile_kept.h"
#include "rules/compile_teams.h"
#include "rules/compile_workflows.h"
#include "rules/compiler.h"
#include "rules/live_facts.h"

// What making regular expressions may cost, in instructions: some for any ruleset, and more for a longer one. A few
// bytes make a pattern of 10,000.
enum { REGEX_COST_SPARE = 32768, REGEX_BYTES_EACH = 16 };
// The same of the parts of expressions: each name, literal and operator is one.
enum { NODES_SPARE = 32768, NODE_BYTES_EACH = 8 };
// The same of the steps that evaluating constants takes.
enum { CONSTANT_COST_SPARE = 1000000, CONSTANT_COST_PER_BYTE = 1 };

// Kinds in the order they refer to each other.
static const struct {
    const char *key;
    compile_function *compile;
    void (*finish)(struct compiler *compiler); // once all files are through; NULL: nothing to do
} passes[] = {
    {"events", compile_events, compile_implies_finish},
    {"contact", compile_contact, compile_contact_finish},
    {"lists", compile_lists, NULL},
    {"teams", compile_teams, NULL},
    {"channels", compile_channels, NULL},
    {"actions", compile_actions, compile_channels_finish},
    {"objects", compile_objects, NULL},
    {"counters", compile_counters, NULL},
    {"scores", compile_scores, NULL},
    {"segments", compile_segments, NULL},
    {"workflows", compile_workflows, NULL}, // finished behind those that are pinned
    {"tests", compile_tests, NULL},
};
enum { PASS_COUNT = sizeof(passes) / sizeof(passes[0]) };

struct parsed_file {
    const char *path; // in the ruleset's arena
    struct bytes group;
    const struct yaml_node *tree; // NULL: not even a tree
};

// "rules/email.yaml" -> "email"
static struct bytes group_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strchr(name, '.');
    return dot == NULL ? bytes_text(name) : bytes_of(name, (size_t)(dot - name));
}

static struct parsed_file parse(struct compiler *compiler, const struct rule_file *file)
{
    struct parsed_file parsed = {0};
    struct bytes path = compile_copy(compiler, bytes_text(file->path));
    parsed.path = (const char *)path.data;
    parsed.group = group_of(parsed.path);
    parsed.tree = yaml_tree_parse(&compiler->scratch, file->path, file->text, compiler->list);
    if (parsed.tree != NULL && compile_keys(compiler, parsed.tree, SECTION_TOP) == KEYS_WRONG)
        parsed.tree = NULL;
    return parsed;
}

// Definitions are the same in whatever order and file they are written.
static void add_to_history(struct ruleset *ruleset, const char *key, const struct yaml_node *node)
{
    static const char *const read[] = {"events", "contact",  "counters",
                                       "scores", "segments", "objects"};
    for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
        if (strcmp(key, read[i]) != 0)
            continue;
        uint64_t kind = hash_mix(i + 1);
        for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
             entry = yaml_next_entry(entry))
            ruleset->history_hash +=
                hash_mix(kind + hash_mix(compile_hash(entry.key)) + compile_hash(entry.value));
    }
}

static void compile_pass(struct compiler *compiler, const struct parsed_file *file, size_t pass)
{
    const struct yaml_node *node = yaml_get(file->tree, passes[pass].key);
    if (node == NULL || yaml_is_null(node)) // `scores:` with nothing under it
        return;
    compiler->file = file->path;
    compiler->group = file->group;
    passes[pass].compile(compiler, node);
    add_to_history(compiler->ruleset, passes[pass].key, node);
}

// Symbols of its own: rules may define the same events again.
static void compile_catalog(struct compiler *compiler)
{
    for (size_t i = 0; i < catalog_file_count; i++) {
        struct buffer path = {0};
        buffer_add_format(&path, "config/catalog/%s", catalog_files[i].name);
        buffer_add_u8(&path, 0);
        struct rule_file file = {
            (const char *)path.data, bytes_of(catalog_files[i].text, catalog_files[i].len)};
        struct parsed_file parsed = parse(compiler, &file);
        compile_pass(compiler, &parsed, 0);
        buffer_free(&path);
    }
}

static void compile_files(struct compiler *compiler, const struct rule_bundle *bundle)
{
    struct parsed_file *files = mem_zero(bundle->count, sizeof(*files));
    for (size_t i = 0; i < bundle->count; i++)
        files[i] = parse(compiler, &bundle->files[i]);
    for (size_t pass = 0; pass < PASS_COUNT; pass++) {
        for (size_t i = 0; i < bundle->count; i++)
            compile_pass(compiler, &files[i], pass);
        if (passes[pass].finish != NULL)
            passes[pass].finish(compiler);
    }
    free(files);
}

// ---- what runs go on with

static const struct yaml_entry *find_workflow(
    const struct yaml_node *tree, struct bytes name, struct yaml_entry *out)
{
    const struct yaml_node *workflows = tree == NULL ? NULL : yaml_get(tree, "workflows");
    if (workflows == NULL || workflows->kind != YAML_KIND_MAPPING)
        return NULL;
    for (*out = yaml_first_entry(workflows); out->key != NULL; *out = yaml_next_entry(*out)) {
        if (bytes_equal(yaml_text(out->key), name))
            return out;
    }
    return NULL;
}

// With the names, types and actions of the rules that are written now. Its places are those of the file as it was.
static void compile_pin(
    struct compiler *compiler, const struct rule_file *file, const struct rule_pin *pin)
{
    struct buffer path = {0};
    struct yaml_entry entry;
    struct workflow_def workflow;
    rule_pin_add_path(&path, file, pin->version);
    struct bytes kept = compile_copy(compiler, buffer_bytes(&path));
    struct rule_file old = {(const char *)kept.data, file->text};
    struct parsed_file parsed = parse(compiler, &old);
    compiler->file = parsed.path;
    compiler->group = parsed.group;
    if (symbols_find(&compiler->symbols[SYMBOL_WORKFLOW], pin->workflow) != NULL &&
        find_workflow(parsed.tree, pin->workflow, &entry) != NULL &&
        compile_workflow(compiler, &entry, true, &workflow)) {
        workflow.hash = pin->version;
        compile_workflow_add(compiler->ruleset, &workflow);
    }
    buffer_free(&path);
}

static void compiler_end(struct compiler *compiler)
{
    for (size_t i = 0; i < SYMBOL_KIND_COUNT; i++)
        symbols_free(&compiler->symbols[i]);
    symbols_free(&compiler->parts.all);
    buffer_free(&compiler->parts.key);
    buffer_free(&compiler->owner);
    arena_free(&compiler->scratch);
    arena_free(&compiler->tree);
    cel_eval_free(&compiler->cel.eval);
    live_room_free(compiler->live_room);
    diagnostics_sort(compiler->list);
}

static size_t bundle_bytes(const struct rule_bundle *bundle)
{
    size_t bytes = 0;
    for (size_t i = 0; i < bundle->count; i++)
        bytes += bundle->files[i].text.len;
    return bytes;
}

struct catalog *compile_builtin(struct diagnostics *diagnostics)
{
    struct ruleset ruleset = {.catalog = catalog_create()};
    struct compiler compiler = {.ruleset = &ruleset, .list = diagnostics};
    compile_catalog(&compiler);
    compiler_end(&compiler);
    arena_free(&ruleset.arena);
    return ruleset.catalog;
}

enum err compile_bundle(
    struct catalog *catalog,
    const struct rule_bundle *bundle,
    struct diagnostics *diagnostics,
    struct ruleset **out)
{
    size_t errors_before = diagnostics->error_count, bytes = bundle_bytes(bundle);
    struct ruleset *ruleset = mem_zero(1, sizeof(*ruleset));
    struct compiler compiler = {
        .ruleset = ruleset,
        .list = diagnostics,
        .errors_before = errors_before,
        .node_count_max = NODES_SPARE + bytes / NODE_BYTES_EACH,
        .cel = {
            .scratch = &compiler.tree,
            .is_kept = true,
            .constants.max = CONSTANT_COST_SPARE + bytes * CONSTANT_COST_PER_BYTE,
            .patterns.max = REGEX_COST_SPARE + bytes / REGEX_BYTES_EACH}};
    ruleset->catalog = catalog;
    compile_files(&compiler, bundle);
    for (size_t i = 0; i < bundle->pin_count; i++)
        compile_pin(&compiler, &bundle->pinned_files[bundle->pins[i].file], &bundle->pins[i]);
    compile_workflows_finish(&compiler);
    compile_expressions(&compiler);
    compile_kept_values(&compiler);
    compile_live(&compiler);
    compile_expressions_end(&compiler);
    compiler_end(&compiler);
    if (diagnostics->error_count > errors_before) {
        ruleset_destroy(ruleset);
        return ERR_INVALID;
    }
    ruleset->bundle = rule_bundle_copy(bundle, &ruleset->arena, &ruleset->hash);
    ruleset_link(ruleset);
    *out = ruleset;
    return ERR_OK;
}

enum err ruleset_compile(
    const struct rule_bundle *bundle, struct diagnostics *diagnostics, struct ruleset **out)
{
    size_t errors_before = diagnostics->error_count;
    struct catalog *catalog = compile_builtin(diagnostics);
    if (diagnostics->error_count > errors_before) {
        catalog_destroy(catalog);
        return ERR_INVALID;
    }
    return compile_bundle(catalog, bundle, diagnostics, out);
}
