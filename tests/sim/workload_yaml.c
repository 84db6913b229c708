// Printing rules as YAML.
#include "tests/sim/workload_flow.h"

// A part of a section belongs to each file, in ascending order.
bool print_is_here(uint32_t i, uint32_t count, const struct workload_rules *rules, uint32_t file)
{
    return i * rules->file_count / count == file;
}

bool print_begins(uint32_t i, uint32_t count, const struct workload_rules *rules, uint32_t file)
{
    return print_is_here(i, count, rules, file) &&
           (i == 0 || !print_is_here(i - 1, count, rules, file));
}

static void add_name(struct sim_text *to, struct text name)
{
    sim_add_json_text(to, name); // a JSON string is a double-quoted YAML scalar
}

static void print_data(const struct workload_event_type *type, struct sim_text *to)
{
    sim_add_chars(to, "    label: \"Said: \\\"so\\\"\"\n    data:");
    sim_add_chars(to, type->field_count == 0 ? " {}\n" : "\n");
    for (uint32_t i = 0; i < type->field_count; i++) {
        sim_add_chars(to, "      ");
        add_name(to, type->fields[i].name);
        sim_add_format(
            to, ": %s%s\n", type->fields[i].is_optional ? "optional " : "",
            workload_type_name(type->fields[i].type));
    }
}

static void print_events(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    bool has_begun = false;
    for (uint32_t i = 0; i < rules->event_count; i++) {
        const struct workload_event_type *type = &rules->events[i];
        if ((!type->is_declared && type->implies_count == 0) ||
            !print_is_here(i, rules->event_count, rules, file))
            continue;
        if (!has_begun)
            sim_add_chars(to, "events:\n");
        has_begun = true;
        sim_add_chars(to, "  ");
        sim_add(to, type->name);
        sim_add_chars(to, ":\n");
        if (type->is_declared)
            print_data(type, to);
        implies_print(type, to);
    }
}

static void print_contact(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    if (file != rules->file_count - 1)
        return;
    sim_add_chars(to, "contact:\n  identifiers: [");
    for (uint32_t i = 0; i < rules->kind_count; i++) {
        sim_add_chars(to, i > 0 ? ", " : "");
        sim_add(to, rules->kinds[i]);
    }
    sim_add_chars(to, rules->field_count > 0 ? "]\n  fields:\n" : "]\n");
    for (uint32_t i = 0; i < rules->field_count; i++) {
        const struct workload_contact_field *field = &rules->fields[i];
        sim_add_chars(to, "    ");
        sim_add(to, field->name);
        sim_add_format(to, ": {type: %s", workload_type_name(field->type));
        for (uint32_t j = 0; j < field->one_of_count; j++) {
            sim_add_chars(to, j == 0 ? ", one_of: [" : ", ");
            add_name(to, field->one_of[j]);
        }
        sim_add_chars(to, field->one_of_count > 0 ? "]}\n" : "}\n");
    }
}

static void print_param(const struct workload_param *param, struct sim_text *to)
{
    struct sim_text text = {NULL, 0, 0};
    sim_add_format(
        &text, "%s%s", param->is_optional ? "optional " : "", workload_type_name(param->type));
    if (param->found != NULL && param->found->is_template) {
        sim_add_chars(&text, " = '");
        sim_add(&text, param->found->before);
        sim_add_chars(&text, "{{ ");
        expr_print(param->found->expr, &text);
        sim_add_chars(&text, " }}'");
    } else if (param->found != NULL) {
        sim_add_chars(&text, " = (");
        expr_print(param->found->expr, &text);
        sim_add_byte(&text, ')');
    } else if (param->default_path.len > 0) {
        sim_add_chars(&text, " = contact.");
        sim_add(&text, param->default_path);
    } else if (param->default_value.kind == WORKLOAD_TEXT) {
        sim_add_chars(&text, " = '");
        sim_add(&text, param->default_value.text);
        sim_add_byte(&text, '\'');
    } else if (param->default_value.kind != WORKLOAD_ABSENT) {
        sim_add_chars(&text, " = ");
        sim_add_json_value(&text, &param->default_value);
    }
    sim_add_chars(to, "      ");
    sim_add(to, param->name);
    sim_add_chars(to, ": ");
    sim_add_json_text(to, sim_text_view(&text));
    sim_add_byte(to, '\n');
    sim_text_free(&text);
}

static void print_action(const struct workload_action *action, struct sim_text *to)
{
    sim_add_chars(to, "  ");
    sim_add(to, action->name);
    sim_add_chars(to, ":\n    label: What is done\n    topic: ");
    sim_add(to, action->topic);
    sim_add_byte(to, '\n');
    if (action->channel.len > 0) {
        sim_add_chars(to, "    channel: ");
        sim_add(to, action->channel);
        sim_add_byte(to, '\n');
    }
    if (action->limit.times > 0) {
        sim_add_chars(to, "    limit: ");
        sent_limit_print(&action->limit, to);
        sim_add_byte(to, '\n');
    }
    if (action->param_count > 0)
        sim_add_chars(to, "    with:\n");
    for (uint32_t i = 0; i < action->param_count; i++)
        print_param(&action->params[i], to);
}

// By name: where they stand says nothing.
static void print_idle(const struct workload_rules *rules, struct sim_text *to)
{
    const struct workload_workflow *last = NULL;
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        const struct workload_workflow *next = NULL;
        for (uint32_t k = 0; k < rules->workflow_count; k++) {
            const struct workload_workflow *flow = &rules->workflows[k];
            if ((last == NULL || text_compare(flow->name, last->name) > 0) &&
                (next == NULL || text_compare(flow->name, next->name) < 0))
                next = flow;
        }
        if (next == NULL)
            return;
        if (next->starter == WORKLOAD_ON_IDLE)
            idle_print(next, to);
        last = next;
    }
}

void history_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    print_events(rules, file, to);
    print_contact(rules, file, to);
    objects_print(rules, file, to);
    counters_print(rules, file, to);
    scores_print(rules, file, to);
    segments_print(rules, file, to);
    print_idle(rules, to);
}

void rules_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    sim_add_chars(to, "# Drawn.\n");
    print_events(rules, file, to);
    print_contact(rules, file, to);
    if (rules->has_lists && file == 0) {
        sim_add_chars(to, "lists:\n");
        for (uint32_t i = 0; i < words_lists.count; i++)
            sim_add_format(
                to, "  %s:%s\n", words_lists.at[i], i % 2 == 0 ? " {label: A list}" : "");
    }
    if (file == 0)
        teams_print(rules, to);
    objects_print(rules, file, to);
    counters_print(rules, file, to);
    scores_print(rules, file, to);
    segments_print(rules, file, to);
    channels_print(rules, file, to);
    for (uint32_t i = 0; i < rules->action_count; i++) {
        if (print_begins(i, rules->action_count, rules, file))
            sim_add_chars(to, "actions:\n");
        if (print_is_here(i, rules->action_count, rules, file))
            print_action(&rules->actions[i], to);
    }
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        if (print_begins(i, rules->workflow_count, rules, file))
            sim_add_chars(to, "workflows:\n");
        if (print_is_here(i, rules->workflow_count, rules, file))
            workflow_print(&rules->workflows[i], to);
    }
}
