// Printing workflows as YAML: each step as a mapping on one line.
#include "tests/sim/workload_flow.h"

enum { GIVEN_MAX = 8 };

static void add_name(struct sim_text *to, struct text name)
{
    sim_add_json_text(to, name);
}

void span_print(int64_t span_ms, struct sim_text *to)
{
    const int64_t day_ms = 86400000;
    if (span_ms % day_ms == 0)
        sim_add_format(to, "%lldd", (long long)(span_ms / day_ms));
    else
        sim_add_format(to, "%lldms", (long long)span_ms);
}

static void print_names(
    const char *key, const struct text *names, uint32_t count, struct sim_text *to)
{
    if (count == 0)
        return;
    sim_add_chars(to, key);
    sim_add_chars(to, count == 1 ? ": " : ": [");
    for (uint32_t i = 0; i < count; i++) {
        sim_add_chars(to, i > 0 ? ", " : "");
        add_name(to, names[i]);
    }
    sim_add_chars(to, count == 1 ? "" : "]");
}

// --- values
static void print_given(const struct workload_given *given, struct sim_text *to)
{
    struct sim_text text = {NULL, 0, 0};
    if (given->expr == NULL && given->constant.kind == WORKLOAD_NULL) {
        sim_add_byte(to, '~');
        return;
    }
    if (given->expr == NULL) {
        sim_add_json_value(to, &given->constant); // JSON is YAML
        return;
    }
    if (given->is_template)
        sim_add(&text, given->before);
    sim_add_chars(&text, given->is_template ? "{{ " : "(");
    expr_print(given->expr, &text);
    sim_add_chars(&text, given->is_template ? " }}" : ")");
    sim_add_json_text(to, sim_text_view(&text));
    sim_text_free(&text);
}

static void print_all_given(
    const struct workload_step *step, const char *prefix, struct sim_text *to)
{
    for (uint32_t i = 0; i < step->given_count; i++) {
        struct sim_text name = {NULL, 0, 0};
        sim_add_chars(&name, prefix);
        sim_add(&name, step->given[i].name);
        sim_add_chars(to, i == 0 ? "" : ", ");
        add_name(to, sim_text_view(&name));
        sim_add_chars(to, ": ");
        print_given(&step->given[i], to);
        sim_text_free(&name);
    }
}

// --- waits
// What stands between the braces.
void window_print(const struct workload_window *window, struct sim_text *to)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *before = "days: [";
    for (uint32_t i = 0; i < 7; i++) {
        if ((window->days >> i & 1) == 0)
            continue;
        sim_add_format(to, "%s%s", before, names[i]);
        before = ", ";
    }
    sim_add_chars(to, window->days != 0 ? "]" : "");
    if (window->start_minute != window->stop_minute)
        sim_add_format(
            to, "%shours: \"%02u:%02u-%02u:%02u\"", window->days != 0 ? ", " : "",
            window->start_minute / 60, window->start_minute % 60, window->stop_minute / 60,
            window->stop_minute % 60);
    if (window->zone.len > 0) {
        sim_add_chars(to, ", zone: ");
        add_name(to, window->zone);
    }
}

static void print_window(const struct workload_window *window, struct sim_text *to)
{
    sim_add_byte(to, '{');
    window_print(window, to);
    sim_add_byte(to, '}');
}

static void print_until(const struct workload_wait *wait, struct sim_text *to)
{
    struct sim_text text = {NULL, 0, 0};
    expr_print(wait->until, &text);
    sim_add_format(&text, " + duration(\"%lldms\")", (long long)wait->span_ms);
    sim_add_json_text(to, sim_text_view(&text));
    sim_text_free(&text);
}

static void print_wait(const struct workload_wait *wait, struct sim_text *to)
{
    switch (wait->kind) {
    case WORKLOAD_WAIT_SPAN: span_print(wait->span_ms, to); return;
    case WORKLOAD_WAIT_AT:
        sim_add_chars(to, "'");
        span_print(wait->span_ms, to);
        sim_add_format(to, " at \"%02u:%02u\"'", wait->minute / 60, wait->minute % 60);
        return;
    case WORKLOAD_WAIT_UNTIL:
        sim_add_chars(to, "{until: ");
        print_until(wait, to);
        break;
    case WORKLOAD_WAIT_WINDOW:
        sim_add_chars(to, "{window: ");
        print_window(&wait->window, to);
        break;
    case WORKLOAD_WAIT_EVENT:
        sim_add_chars(to, "{for: ");
        sim_add(to, wait->on);
        if (wait->condition != NULL) {
            sim_add_chars(to, ", if: ");
            expression_print(wait->condition, to);
        }
        if (wait->already != NULL) {
            sim_add_chars(to, ", already: ");
            expression_print(wait->already, to);
        }
        if (wait->span_ms > 0) {
            sim_add_chars(to, ", at_most: ");
            span_print(wait->span_ms, to);
        }
        break;
    }
    sim_add_byte(to, '}');
}

// --- steps
static void print_list(const struct workload_way *way, struct sim_text *to);

static void print_two_ways(const struct workload_step *step, struct sim_text *to)
{
    static const char *const keys[] = {", then: ", ", else: "};
    for (uint32_t i = 0; i < step->way_count; i++) {
        if (step->ways[i].step_count == 0)
            continue;
        sim_add_chars(to, keys[i]);
        print_list(&step->ways[i], to);
    }
}

static void print_choices(const struct workload_step *step, struct sim_text *to)
{
    for (uint32_t i = 0; i < step->way_count; i++) {
        const struct workload_way *way = &step->ways[i];
        sim_add_chars(to, i == 0 ? "[" : ", ");
        sim_add_chars(to, way->condition == NULL ? "{else: " : "{if: ");
        if (way->condition != NULL) {
            expression_print(way->condition, to);
            sim_add_chars(to, ", steps: ");
        }
        print_list(way, to);
        sim_add_byte(to, '}');
    }
    sim_add_byte(to, ']');
}

static void print_split(const struct workload_step *step, struct sim_text *to)
{
    for (uint32_t i = 0; i < step->way_count; i++) {
        const struct workload_way *way = &step->ways[i];
        sim_add_format(
            to, "%s{name: %.*s, share: %u", i == 0 ? "[" : ", ", (int)way->name.len, way->name.at,
            way->share);
        if (way->step_count > 0) {
            sim_add_chars(to, ", steps: ");
            print_list(way, to);
        }
        sim_add_byte(to, '}');
    }
    sim_add_byte(to, ']');
}

// What is given for "to" stands beside the others.
static void print_do(const struct workload_step *step, struct sim_text *to)
{
    static const char *const recipients[] = {"contact", "{staff: ", "{address: "};
    struct workload_given with[GIVEN_MAX];
    struct workload_step others = *step;
    const struct workload_given *recipient = NULL;
    others.given = with;
    others.given_count = 0;
    for (uint32_t i = 0; i < step->given_count; i++) {
        if (step->recipient != WORKLOAD_TO_CONTACT && text_is(step->given[i].name, "to"))
            recipient = &step->given[i];
        else
            with[others.given_count++] = step->given[i];
    }
    sim_add(to, step->of);
    if (recipient != NULL || step->says_contact)
        sim_add_format(to, ", to: %s", recipients[step->recipient]);
    if (recipient != NULL) {
        print_given(recipient, to);
        sim_add_byte(to, '}');
    }
    if (others.given_count > 0) {
        sim_add_chars(to, ", with: {");
        print_all_given(&others, "", to);
        sim_add_byte(to, '}');
    }
}

static void print_what(const struct workload_step *step, struct sim_text *to)
{
    switch (step->kind) {
    case WORKLOAD_STEP_DO: print_do(step, to); break;
    case WORKLOAD_STEP_TAG:
    case WORKLOAD_STEP_LIST:
        sim_add_byte(to, '{');
        print_names("add", step->add, step->add_count, to);
        sim_add_chars(to, step->add_count > 0 && step->remove_count > 0 ? ", " : "");
        print_names("remove", step->remove, step->remove_count, to);
        sim_add_byte(to, '}');
        break;
    case WORKLOAD_STEP_SET:
        sim_add_byte(to, '{');
        print_all_given(step, "contact.", to);
        sim_add_byte(to, '}');
        break;
    case WORKLOAD_STEP_POINTS:
        sim_add_chars(to, "{score: ");
        sim_add(to, step->of);
        sim_add_chars(to, ", add: ");
        print_given(&step->given[0], to);
        sim_add_byte(to, '}');
        break;
    case WORKLOAD_STEP_EMIT:
        sim_add_chars(to, "{type: ");
        sim_add(to, step->of);
        sim_add_chars(to, ", data: {");
        print_all_given(step, "", to);
        sim_add_chars(to, "}}");
        break;
    case WORKLOAD_STEP_IF:
        expression_print(step->condition, to);
        print_two_ways(step, to);
        break;
    case WORKLOAD_STEP_CHOOSE: print_choices(step, to); break;
    case WORKLOAD_STEP_SPLIT: print_split(step, to); break;
    case WORKLOAD_STEP_WAIT:
        print_wait(&step->wait, to);
        print_two_ways(step, to);
        break;
    case WORKLOAD_STEP_START:
    case WORKLOAD_STEP_GOTO:
    case WORKLOAD_STEP_STOP: add_name(to, step->of); break;
    case WORKLOAD_STEP_END: break;
    case WORKLOAD_STEP_ASSIGN: assign_print(step, to); break;
    }
}

static void print_step(const struct workload_step *step, struct sim_text *to)
{
    static const char *const keys[] = {"do",   "tag",   "list", "set",    "points",
                                       "emit", "start", "if",   "choose", "split",
                                       "wait", "goto",  "stop", "end",    "assign"};
    if (step->kind == WORKLOAD_STEP_END) {
        sim_add_chars(to, "end");
        return;
    }
    sim_add_byte(to, '{');
    if (step->has_id) {
        sim_add_chars(to, "id: ");
        sim_add(to, step->id);
        sim_add_chars(to, ", ");
    }
    sim_add_format(to, "%s: ", keys[step->kind]);
    print_what(step, to);
    sim_add_byte(to, '}');
}

// Drawn steps are a few levels deep.
static void print_list(const struct workload_way *way, struct sim_text *to)
{
    for (uint32_t i = 0; i < way->step_count; i++) {
        sim_add_chars(to, i == 0 ? "[" : ", ");
        print_step(&way->steps[i], to);
    }
    sim_add_byte(to, ']');
}

// --- workflows
static void print_entry(const struct workload_workflow *flow, struct sim_text *to)
{
    static const char *const reenter[] = {"never", "always", "after_end"};
    if (flow->key != NULL) {
        sim_add_chars(to, "    key: ");
        expression_print(flow->key, to);
        sim_add_byte(to, '\n');
    }
    bool is_default =
        flow->starter != WORKLOAD_ON_EVENT && flow->reenter == WORKLOAD_REENTER_AFTER_END;
    if (flow->reenter == WORKLOAD_REENTER_AFTER) {
        sim_add_chars(to, "    reenter: {after: ");
        span_print(flow->reenter_ms, to);
        sim_add_chars(to, "}\n");
    } else if (!is_default) {
        sim_add_format(to, "    reenter: %s\n", reenter[flow->reenter]);
    }
    if (flow->on_error == WORKLOAD_ERROR_CONTINUES)
        sim_add_chars(to, "    on_error: continue\n");
    if (flow->on_error == WORKLOAD_ERROR_GOES_TO)
        sim_add_format(to, "    on_error: {goto: %.*s}\n", (int)flow->rescue.len, flow->rescue.at);
}

static void print_overdue(const struct workload_workflow *flow, struct sim_text *to)
{
    static const char *const words[] = {"run", "skip", "{skip_after: ", "{spread: "};
    if (flow->overdue == WORKLOAD_OVERDUE_RUN)
        return;
    sim_add_format(to, "    overdue: %s", words[flow->overdue]);
    if (flow->overdue != WORKLOAD_OVERDUE_SKIP) {
        span_print(flow->overdue_ms, to);
        sim_add_byte(to, '}');
    }
    sim_add_byte(to, '\n');
}

static void print_edit(const struct workload_workflow *flow, struct sim_text *to)
{
    if (flow->includes)
        sim_add_chars(to, "    existing: include\n");
    if (flow->edit == WORKLOAD_EDIT_CANCEL)
        sim_add_chars(to, "    edit: cancel\n");
    if (flow->edit == WORKLOAD_EDIT_PIN)
        sim_add_chars(to, "    edit: pin\n");
    if (flow->edit != WORKLOAD_EDIT_MOVE)
        return;
    sim_add_chars(to, "    edit: {move: {");
    for (uint32_t i = 0; i < flow->move_count; i++) {
        sim_add_chars(to, i > 0 ? ", " : "");
        add_name(to, flow->moves[i].from);
        sim_add_chars(to, ": ");
        add_name(to, flow->moves[i].to);
    }
    sim_add_chars(to, "}}\n");
}

static void print_stops(const struct workload_workflow *flow, struct sim_text *to)
{
    for (uint32_t i = 0; i < flow->stop_count; i++) {
        const struct workload_stop *stop = &flow->stops[i];
        sim_add_chars(to, i == 0 ? "    stop:\n      - {" : "      - {");
        if (stop->on.len > 0) {
            sim_add_chars(to, "on: ");
            sim_add(to, stop->on);
        }
        if (stop->condition != NULL) {
            sim_add_chars(to, stop->on.len > 0 ? ", if: " : "if: ");
            expression_print(stop->condition, to);
        }
        sim_add_chars(to, "}\n");
    }
}

void workflow_print(const struct workload_workflow *flow, struct sim_text *to)
{
    sim_add_chars(to, "  ");
    sim_add(to, flow->name);
    sim_add_chars(to, ":\n    on: ");
    if (flow->starter == WORKLOAD_ON_EVENT)
        sim_add(to, flow->on);
    else
        time_trigger_print(flow, to);
    sim_add_byte(to, '\n');
    if (flow->condition != NULL) {
        sim_add_chars(to, "    if: ");
        expression_print(flow->condition, to);
        sim_add_byte(to, '\n');
    }
    print_entry(flow, to);
    print_overdue(flow, to);
    print_edit(flow, to);
    print_stops(flow, to);
    if (flow->has_window) {
        sim_add_chars(to, "    window: ");
        print_window(&flow->window, to);
        sim_add_byte(to, '\n');
    }
    sim_add_chars(to, "    steps:\n");
    for (uint32_t i = 0; i < flow->step_count; i++) {
        sim_add_chars(to, "      - ");
        print_step(&flow->steps[i], to);
        sim_add_byte(to, '\n');
    }
}
