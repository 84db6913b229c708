// Rule files named on the command line, together one ruleset.
#include "tools/engagectl/rule_paths.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "engine/base/memory.h"
#include "engine/os/os_files.h"

static const char *read_environment(void *self, const char *name)
{
    (void)self;
    return getenv(name);
}

static void report_file(struct rule_paths *paths, const char *path, const char *text)
{
    struct source_text source = {.file = path};
    size_t len = strlen(path);
    if (strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        text += len + 2; // the diagnostic names the path itself
    diagnostic_add(&paths->list, DIAGNOSTIC_E0111, place_of_file(&source), "%s", text);
}

// "rules/" and "email.yaml" -> "rules/email.yaml"; a tree of one file is shown as it was given.
static const char *shown_path(struct rule_paths *paths, const char *path, const char *below)
{
    size_t len = strlen(path);
    size_t below_len = strlen(below);
    while (len > 1 && path[len - 1] == '/')
        len--;
    bool is_itself = len >= below_len && strncmp(path + len - below_len, below, below_len) == 0 &&
                     (len == below_len || path[len - below_len - 1] == '/');
    struct buffer text = {0};
    buffer_add(&text, path, len);
    if (!is_itself) {
        if (path[len - 1] != '/')
            buffer_add_u8(&text, '/');
        buffer_add_text(&text, below);
    }
    const char *shown = arena_text(&paths->arena, buffer_bytes(&text));
    buffer_free(&text);
    return shown;
}

static void add_file(struct rule_paths *paths, const char *path, struct bytes text)
{
    if (paths->count == paths->cap) {
        paths->cap = paths->cap == 0 ? 16 : paths->cap * 2;
        paths->files = mem_resize(paths->files, paths->cap * sizeof(*paths->files));
    }
    paths->files[paths->count++] = (struct rule_file){path, text};
}

void rule_paths_add(struct rule_paths *paths, const char *path)
{
    struct os_tree tree;
    struct fault fault = {.err = ERR_OK};
    paths->is_used = true;
    if (os_read_tree(path, &paths->arena, &tree, &fault) != ERR_OK) {
        report_file(paths, path, fault.text);
        return;
    }
    if (tree.count == 0) {
        struct source_text source = {.file = path};
        diagnostic_add(
            &paths->list, DIAGNOSTIC_W0504, place_of_file(&source),
            "no file below it ends in .yaml or .yml");
    }
    for (size_t i = 0; i < tree.count; i++)
        add_file(paths, shown_path(paths, path, tree.files[i].path), tree.files[i].text);
}

static int compare_files(const void *a, const void *b)
{
    const struct rule_file *first = a;
    const struct rule_file *second = b;
    return strcmp(first->path, second->path);
}

struct rule_bundle rule_paths_bundle(struct rule_paths *paths)
{
    size_t kept = 0;
    if (paths->count > 1)
        qsort(paths->files, paths->count, sizeof(*paths->files), compare_files);
    for (size_t i = 0; i < paths->count; i++) {
        if (kept == 0 || strcmp(paths->files[kept - 1].path, paths->files[i].path) != 0)
            paths->files[kept++] = paths->files[i];
    }
    paths->count = kept;
    return (struct rule_bundle){.files = paths->files, .count = kept};
}

void rule_paths_add_config(struct rule_paths *paths, const char *path, enum rule_paths_config what)
{
    struct bytes text;
    struct fault fault = {.err = ERR_OK};
    if (os_read_file(path, &paths->arena, &text, &fault) != ERR_OK) {
        report_file(paths, path, fault.text);
        return;
    }
    struct config_environment environment = {read_environment, NULL};
    struct config *config = NULL;
    if (config_load(path, text, &environment, &paths->list, &config) != ERR_OK)
        return;
    if (what == RULE_PATHS_ITS_RULES && config->rules != NULL)
        rule_paths_add(paths, arena_text(&paths->arena, bytes_text(config->rules)));
    config_destroy(config);
}

void rule_paths_free(struct rule_paths *paths)
{
    diagnostics_free(&paths->list);
    arena_free(&paths->arena);
    free(paths->files);
    *paths = (struct rule_paths){.count = 0};
}
