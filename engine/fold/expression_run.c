#include "engine/fold/expression_run.h"

#include "engine/fold/action.h"
#include "engine/fold/expression_value.h"
#include "engine/fold/fold.h"
#include "engine/fold/packed_value.h"
#include "engine/fold/run.h"
#include "rules/event_set.h"
#include "rules/scope.h"

const struct event_type_def *run_type(struct fold *fold, const struct run *run)
{
    const struct catalog *catalog = ruleset_catalog(fold->ruleset);
    event_type on = run->workflow->on;
    struct event_types types = ruleset_types_on(fold->ruleset, &on);
    for (uint32_t i = 1; i < types.count; i++) {
        const struct event_type_def *type = catalog_type(catalog, types.items[i]);
        if (bytes_equal(type->name, run->type_name))
            return type;
    }
    return catalog_type(catalog, types.items[0]);
}

// --- the data of the event that started it
struct value run_data(const struct fold *fold, const struct run *run, struct arena *arena)
{
    if (!run->workflow->has_waits && !run->is_kept) // its event is still in hand
        return fold->expressions.values;
    return run_unpack_data(run->data, arena);
}

static struct value data_of(const struct cel_map *map, struct cel_eval *eval)
{
    const struct fold *fold = host_map_fold(map);
    if (fold->expressions.run == NULL)
        return (struct value){.kind = VALUE_ABSENT};
    return run_data(fold, fold->expressions.run, &eval->arena);
}

static bool data_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    struct value value = value_member(data_of(map, eval), name);
    if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL)
        return false;
    const struct event_type_def *type = run_type(fold, fold->expressions.run);
    *value_out = expression_value_declared(eval, value, expression_member_type(type, name, field));
    return true;
}

static size_t data_count(const struct cel_map *map, struct cel_eval *eval)
{
    struct value data = data_of(map, eval);
    return data.kind == VALUE_MAP ? value_iterate(data).count : 0;
}

static void data_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    struct bytes name = {NULL, 0};
    *value_out = expression_value(eval, expression_value_at(data_of(map, eval), index, &name));
    *key_out = cel_string(name);
}

// --- its steps: those that have emitted an action, by id
static struct cel_value step_map(struct fold *fold, struct cel_eval *eval, struct bytes step)
{
    const struct run *run = fold->expressions.run;
    const struct action_name name = {
        run->workflow, run->number, step, run_step_times(run, run_step_hash(step))};
    struct cel_pair *pair = arena_alloc(&eval->arena, sizeof(*pair));
    *pair = (struct cel_pair){
        cel_string(BYTES_LITERAL("id")), cel_string(action_name_text(fold, &name, &eval->arena))};
    struct cel_value map = cel_null();
    size_t wrong;
    (void)cel_map_of(&eval->arena, pair, 1, &map, &wrong);
    return map;
}

static bool steps_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    const struct run *run = fold->expressions.run;
    (void)field;
    if (run == NULL || run_step_times(run, run_step_hash(name)) == 0)
        return false;
    *value_out = step_map(fold, eval, name);
    return true;
}

static size_t steps_count(const struct cel_map *map, struct cel_eval *eval)
{
    const struct run *run = host_map_fold(map)->expressions.run;
    size_t count = 0;
    (void)eval;
    for (uint32_t i = 0; run != NULL && i < run->workflow->step_count; i++)
        count += run_step_times(run, run_step_hash(run->workflow->steps[i].id)) > 0;
    return count;
}

static void steps_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    const struct run *run = fold->expressions.run;
    for (uint32_t i = 0; run != NULL && i < run->workflow->step_count; i++) {
        struct bytes id = run->workflow->steps[i].id;
        if (run_step_times(run, run_step_hash(id)) == 0 || index-- > 0)
            continue;
        *key_out = cel_string(id);
        *value_out = step_map(fold, eval, id);
        return;
    }
}

// --- the run
static const char *const names[] = {"id", "workflow", "key", "started", "data", "step"};
enum { RUN_FIELD_COUNT = sizeof(names) / sizeof(names[0]) };

static bool run_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    const struct expressions *expressions = &fold->expressions;
    const struct run *run = expressions->run;
    for (uint32_t i = 0; field == CEL_NO_FIELD && i < RUN_FIELD_COUNT; i++) {
        if (bytes_equal_text(name, names[i]))
            field = i;
    }
    if (run == NULL || field >= RUN_FIELD_COUNT)
        return false;
    const struct action_name id = {run->workflow, run->number, {NULL, 0}, 0};
    switch ((enum scope_run_field)field) {
    case SCOPE_RUN_ID: *value_out = cel_string(action_name_text(fold, &id, &eval->arena)); break;
    case SCOPE_RUN_WORKFLOW: *value_out = cel_string(run->workflow->name); break;
    case SCOPE_RUN_KEY:
        if (run->key_value.len == 0)
            return false;
        *value_out = packed_value_get(run->key_value, &eval->arena);
        break;
    case SCOPE_RUN_STARTED: *value_out = expression_value_time(eval, run->started_ms); break;
    case SCOPE_RUN_DATA:
        *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &expressions->run_data.map};
        break;
    case SCOPE_RUN_STEP:
        *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &expressions->run_steps.map};
        break;
    case SCOPE_RUN_FIELD_COUNT: return false;
    }
    return true;
}

static size_t run_count(const struct cel_map *map, struct cel_eval *eval)
{
    return host_map_count(map, eval, RUN_FIELD_COUNT);
}

static void run_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    uint32_t field = host_map_at(map, eval, RUN_FIELD_COUNT, index, value_out);
    *key_out = cel_string(bytes_text(names[field]));
}

void expression_run_init(struct expressions *expressions, struct fold *fold)
{
    expressions->run_map =
        (struct host_map){{.find = run_find, .count_of = run_count, .at = run_at}, fold};
    expressions->run_data =
        (struct host_map){{.find = data_find, .count_of = data_count, .at = data_at}, fold};
    expressions->run_steps =
        (struct host_map){{.find = steps_find, .count_of = steps_count, .at = steps_at}, fold};
}
