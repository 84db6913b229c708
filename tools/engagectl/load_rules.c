// Rules read from a directory and compiled.
#include "tools/engagectl/load_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/os/os_files.h"

static void talk_diagnostics(const struct command *command, struct diagnostics *list)
{
    struct buffer text = {0};
    const char *no_colour = getenv("NO_COLOR");
    bool is_coloured = isatty(STDERR_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
    if (list->count > 0) {
        diagnostics_print(
            list, is_coloured ? DIAGNOSTIC_FORMAT_COLOUR : DIAGNOSTIC_FORMAT_TEXT, &text);
        (void)fwrite(text.data, 1, text.len, stderr);
    }
    if (list->error_count > 0)
        command_talk(
            command, "the rules have %zu error%s", list->error_count,
            list->error_count == 1 ? "" : "s");
    buffer_free(&text);
}

int load_rules(const struct command *command, const char *path, struct loaded_rules *out)
{
    struct os_tree tree;
    struct fault fault = {.err = ERR_OK};
    if (os_read_tree(path, &out->arena, &tree, &fault) != ERR_OK) {
        command_talk(command, "%s", fault.text);
        return EXIT_CODE_REFUSED;
    }
    struct rule_file *files = arena_alloc(&out->arena, (tree.count + 1) * sizeof(*files));
    for (size_t i = 0; i < tree.count; i++)
        files[i] = (struct rule_file){tree.files[i].path, tree.files[i].text};
    out->bundle = (struct rule_bundle){.files = files, .count = tree.count};

    struct diagnostics list = {0};
    enum err err = ruleset_compile(&out->bundle, &list, &out->ruleset);
    talk_diagnostics(command, &list);
    diagnostics_free(&list);
    return err == ERR_OK ? EXIT_CODE_DONE : EXIT_CODE_REFUSED;
}

void loaded_rules_free(struct loaded_rules *rules)
{
    ruleset_destroy(rules->ruleset);
    rules->ruleset = NULL;
    arena_free(&rules->arena);
}
