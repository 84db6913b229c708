// Whether drawn rules compile: the one question about them that only the engine's compiler answers.
#include "rules/ruleset.h"

#include "tests/sim/workload_internal.h"

enum { FILES_MAX = 8, FLOWS_MAX = 16 };

bool workload_compiles(const struct workload_rules *rules, const struct workload_workflow *instead)
{
    struct workload_rules other = *rules;
    struct workload_workflow flows[FLOWS_MAX];
    struct sim_text texts[FILES_MAX] = {{NULL, 0, 0}};
    struct rule_file files[FILES_MAX];
    for (uint32_t i = 0; i < rules->workflow_count; i++)
        flows[i] =
            text_equal(rules->workflows[i].name, instead->name) ? *instead : rules->workflows[i];
    other.workflows = flows;
    for (uint32_t i = 0; i < rules->file_count; i++) {
        rules_print(&other, i, &texts[i]);
        files[i] = (struct rule_file){
            rules->files[i].path, bytes_of(sim_text_view(&texts[i]).at, texts[i].len)};
    }
    const struct rule_bundle bundle = {.files = files, .count = rules->file_count};
    struct diagnostics diagnostics = {0};
    struct ruleset *ruleset = NULL;
    bool compiles = ruleset_compile(&bundle, &diagnostics, &ruleset) == ERR_OK;
    diagnostics_free(&diagnostics);
    ruleset_destroy(ruleset);
    for (uint32_t i = 0; i < rules->file_count; i++)
        sim_text_free(&texts[i]);
    return compiles;
}
