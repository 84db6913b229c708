// Compares the files that are written with each other and with those that are read.
#include "engine/run/output_files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/memory.h"

struct output_file {
    const char *setting;
    char *path; // without links, dots and doubled slashes; NULL: there is no such file
};

static char *join(const char *directory, const char *name)
{
    size_t len = strlen(directory) + strlen(name) + 2;
    char *path = mem_alloc(len);
    (void)snprintf(path, len, "%s/%s", directory, name);
    return path;
}

// What is written through a link is written where whoever made it wanted it.
static enum err refuse_link(const char *path, const struct output_file *file, struct fault *fault)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode))
        return ERR_OK;
    return fault_set(
        fault, ERR_INVALID, "%s: %s is a symbolic link, which is not written through",
        file->setting, path);
}

// The data directory may be created later: until then its path is taken as it is written.
static enum err resolve(
    const struct config *config, const char *path, struct output_file *file, struct fault *fault)
{
    enum err err = refuse_link(path, file, fault);
    if (err != ERR_OK)
        return err;
    file->path = realpath(path, NULL);
    if (file->path != NULL)
        return ERR_OK;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char *directory = slash == NULL ? mem_text(".", 1) : mem_text(path, (size_t)(slash - path) + 1);
    char *real = realpath(directory, NULL);
    size_t data_len = strlen(config->data);
    bool is_in_data = strncmp(path, config->data, data_len) == 0 && path + data_len == slash;
    if (real != NULL)
        file->path = join(real, name);
    else if (is_in_data)
        file->path = mem_text(path, strlen(path));
    else
        err = fault_set(
            fault, ERR_INVALID, "%s: %s: there is no such directory", file->setting, path);
    free(real);
    free(directory);
    return err;
}

static enum err compare_with_sources(
    const struct config *config, const struct output_file *file, struct fault *fault)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < config->source_files.count && err == ERR_OK; i++) {
        char *source = realpath(config->source_files.items[i], NULL);
        if (source != NULL && strcmp(source, file->path) == 0)
            err = fault_set(
                fault, ERR_INVALID, "%s: %s is read as one of sources.files", file->setting,
                file->path);
        free(source);
    }
    return err;
}

enum err output_files_check(const struct config *config, struct fault *fault)
{
    struct output_file actions = {.setting = "sinks.file"};
    struct output_file letters = {.setting = "dead_letters.file"};
    char *in_data = join(config->data, "actions.ndjson");
    const char *actions_path = config->sink_file;
    if (actions_path == NULL && config->sink_kafka.brokers == NULL)
        actions_path = in_data;
    enum err err = ERR_OK;
    if (actions_path != NULL)
        err = resolve(config, actions_path, &actions, fault);
    if (err == ERR_OK && config->dead_letters_file != NULL)
        err = resolve(config, config->dead_letters_file, &letters, fault);
    if (err == ERR_OK && actions.path != NULL)
        err = compare_with_sources(config, &actions, fault);
    if (err == ERR_OK && letters.path != NULL)
        err = compare_with_sources(config, &letters, fault);
    if (err == ERR_OK && actions.path != NULL && letters.path != NULL &&
        strcmp(actions.path, letters.path) == 0)
        err = fault_set(
            fault, ERR_INVALID, "dead_letters.file: %s takes the actions already", letters.path);
    free(actions.path);
    free(letters.path);
    free(in_data);
    return err;
}
