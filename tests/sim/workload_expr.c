// Drawing expressions: over what the rules have drawn already, so that they compile.
#include <string.h>

#include "tests/sim/workload_flow.h"

enum { TRIES = 12, NUMBER_DEPTH_MAX = 2, CONDITION_DEPTH_MAX = 2 };

static struct workload_expr *make(struct draw *draw, enum workload_expr_kind kind)
{
    struct workload_expr *expr = sim_alloc(draw->arena, sizeof(*expr));
    expr->kind = kind;
    return expr;
}

static struct workload_expr *make_named(
    struct draw *draw, enum workload_expr_kind kind, struct text name)
{
    struct workload_expr *expr = make(draw, kind);
    expr->name = name;
    return expr;
}

static struct workload_expr *make_pair(
    struct draw *draw,
    enum workload_expr_kind kind,
    const struct workload_expr *left,
    const struct workload_expr *right)
{
    struct workload_expr *expr = make(draw, kind);
    expr->left = left;
    expr->right = right;
    return expr;
}

static struct workload_expr *make_int(struct draw *draw, int64_t integer)
{
    struct workload_expr *expr = make(draw, EXPR_VALUE);
    expr->value = sim_value_of_int("", integer);
    return expr;
}

static struct workload_expr *make_double(struct draw *draw, double real)
{
    struct workload_expr *expr = make(draw, EXPR_VALUE);
    expr->value = (struct workload_value){.kind = WORKLOAD_DOUBLE, .real = real};
    return expr;
}

static struct workload_expr *make_text(struct draw *draw, struct text text)
{
    struct workload_expr *expr = make(draw, EXPR_VALUE);
    expr->value = sim_value_of_text("", text);
    return expr;
}

static struct workload_expr *draw_small(struct draw *draw)
{
    static const double odd[] = {0.5, 0.1, 2.25, -0.75, 12.5, 1.001};
    if (sim_random_chance(&draw->random, 700))
        return make_int(draw, sim_random_between(&draw->random, -3, 12));
    return make_double(draw, odd[sim_random_below(&draw->random, 6)]);
}

static bool is_number(enum workload_type type)
{
    return type == WORKLOAD_TYPE_INT || type == WORKLOAD_TYPE_DOUBLE;
}

static bool is_time(enum workload_type type)
{
    return type == WORKLOAD_TYPE_TIMESTAMP || type == WORKLOAD_TYPE_DATE;
}

// --- what is read
bool counter_is_number(const struct workload_counter *counter)
{
    return is_number(counter->type);
}

static bool reads_combined(const struct workload_rules *rules, const struct workload_expr *expr)
{
    if (expr == NULL)
        return false;
    for (uint32_t i = 0; i < rules->score_count && expr->kind == EXPR_SCORE; i++) {
        if (text_equal(rules->scores[i].name, expr->name) && score_fading(rules, i) != FADES_NOT)
            return true;
    }
    return reads_combined(rules, expr->left) || reads_combined(rules, expr->right);
}

enum fading score_fading(const struct workload_rules *rules, uint32_t score)
{
    const struct workload_score *of = &rules->scores[score];
    if (of->combine != NULL)
        return reads_combined(rules, of->combine) ? FADES_COMBINED : FADES_NOT;
    if (of->forget == WORKLOAD_KEEP)
        return FADES_NOT;
    return of->forget == WORKLOAD_HALF_LIFE && of->group_count == 0 ? FADES_ALONE : FADES_IN_PARTS;
}

typedef bool type_fn(enum workload_type type);

static bool is_text(enum workload_type type)
{
    return type == WORKLOAD_TYPE_STRING;
}

static bool is_bool(enum workload_type type)
{
    return type == WORKLOAD_TYPE_BOOL;
}

static bool is_scalar(enum workload_type type)
{
    return is_number(type) || is_text(type) || is_bool(type);
}

static bool is_any(enum workload_type type)
{
    (void)type;
    return true;
}

// What the engine gives a number of its own to, which nobody else can tell.
static bool is_derived_id(const struct workload_event_type *event, struct text member)
{
    return text_is(member, "run") ||
           (text_is(member, "id") && on_is(event->name, text_of("action.emitted")));
}

// Data of a run whose type is not among those that its rules name now is taken as of the first: of a family, nobody can
// tell which one that is.
static bool is_of_family(bool is_of_run, const struct workload_event_type *event)
{
    return is_of_run && on_is_several(on_first(event->name));
}

// A member of the event's data, or of that of the event that started the run; NULL where none is of the type. What only
// some of several types declare may be of any other: where it is compared with a constant.
enum looseness { STRICT, LOOSE };
static struct workload_expr *draw_some_member(
    struct draw *draw, const struct expr_scope *scope, type_fn *is_fit, enum looseness looseness)
{
    bool is_of_run =
        scope->run_event != NULL && (scope->event == NULL || sim_random_chance(&draw->random, 500));
    const struct workload_event_type *event = is_of_run ? scope->run_event : scope->event;
    for (int i = 0; i < TRIES && event != NULL && event->field_count > 0; i++) {
        const struct workload_data_field *field =
            &event->fields[sim_random_below(&draw->random, event->field_count)];
        if (!is_fit(field->type) || is_derived_id(event, field->name) ||
            (field->is_loose && (looseness == STRICT || is_of_family(is_of_run, event))))
            continue;
        struct workload_expr *expr =
            make_named(draw, is_of_run ? EXPR_RUN_DATA : EXPR_DATA, field->name);
        expr->type = field->type;
        expr->is_loose = field->is_loose;
        return expr;
    }
    return NULL;
}

static struct workload_expr *draw_data_member(
    struct draw *draw, const struct expr_scope *scope, type_fn *is_fit)
{
    return draw_some_member(draw, scope, is_fit, STRICT);
}

static struct workload_expr *draw_field(
    struct draw *draw, const struct expr_scope *scope, type_fn *is_fit)
{
    const struct workload_rules *rules = scope->from->rules;
    for (int i = 0; i < TRIES && rules->field_count > 0; i++) {
        const struct workload_contact_field *field =
            &rules->fields[sim_random_below(&draw->random, rules->field_count)];
        if (!is_fit(field->type))
            continue;
        struct workload_expr *expr = make_named(draw, EXPR_FIELD, field->name);
        expr->type = field->type;
        return expr;
    }
    return NULL;
}

static struct workload_expr *draw_counter(
    struct draw *draw, const struct expr_scope *scope, type_fn *is_fit)
{
    const struct workload_rules *rules = scope->from->rules;
    for (int i = 0; i < TRIES && !scope->is_of_counter && rules->counter_count > 0; i++) {
        const struct workload_counter *counter =
            &rules->counters[sim_random_below(&draw->random, rules->counter_count)];
        if (!is_fit(counter->type))
            continue;
        struct workload_expr *expr = make_named(draw, EXPR_COUNTER, counter->name);
        expr->type = counter->type;
        return expr;
    }
    return NULL;
}

// Without an event, only where its changes are seen at their very moment; a step looks once.
static struct workload_expr *draw_score(
    struct draw *draw, struct expr_scope *scope, bool is_compared)
{
    const struct workload_rules *rules = scope->from->rules;
    for (int i = 0; i < TRIES && scope->score_end > 0; i++) {
        uint32_t at = (uint32_t)sim_random_below(&draw->random, scope->score_end);
        enum fading fading = score_fading(rules, at);
        bool is_combined = fading == FADES_COMBINED;
        bool is_live = scope->event == NULL && !scope->is_step;
        if (is_live && fading != FADES_NOT && !is_compared)
            continue;
        if (is_live && is_combined && scope->has_combined)
            continue;
        scope->has_combined = scope->has_combined || is_combined;
        return make_named(draw, EXPR_SCORE, rules->scores[at].name);
    }
    return NULL;
}

// --- numbers
static const struct workload_expr *draw_number_leaf(struct draw *draw, struct expr_scope *scope)
{
    static const uint32_t weights[] = {40, 30, 15, 10, 5};
    for (int i = 0; i < TRIES; i++) {
        struct workload_expr *expr = NULL;
        switch (sim_random_pick(&draw->random, weights, 5)) {
        case 0: expr = draw_data_member(draw, scope, is_number); break;
        case 1: expr = draw_counter(draw, scope, is_number); break;
        case 2: expr = draw_score(draw, scope, false); break;
        case 3: expr = draw_field(draw, scope, is_number); break;
        default: expr = make(draw, EXPR_TAG_COUNT); break;
        }
        if (expr != NULL)
            return expr;
    }
    return make(draw, EXPR_TAG_COUNT);
}

static const struct workload_expr *draw_number_deep(
    struct draw *draw, struct expr_scope *scope, uint32_t depth)
{
    static const enum workload_expr_kind kinds[] = {EXPR_ADD,    EXPR_SUBTRACT, EXPR_MULTIPLY,
                                                    EXPR_DIVIDE, EXPR_LEAST,    EXPR_GREATEST};
    if (depth >= NUMBER_DEPTH_MAX || sim_random_chance(&draw->random, 400))
        return draw_number_leaf(draw, scope);
    const struct workload_expr *left = draw_number_deep(draw, scope, depth + 1);
    const struct workload_expr *right = sim_random_chance(&draw->random, 750)
                                            ? draw_small(draw)
                                            : draw_number_deep(draw, scope, depth + 1);
    enum workload_expr_kind kind = kinds[sim_random_below(&draw->random, 6)];
    bool is_zero = kind == EXPR_DIVIDE && right->kind == EXPR_VALUE &&
                   right->value.kind == WORKLOAD_INT && right->value.integer == 0;
    return make_pair(draw, is_zero ? EXPR_ADD : kind, left, right); // what can only fail is refused
}

const struct workload_expr *draw_number(struct draw *draw, struct expr_scope *scope)
{
    return draw_number_deep(draw, scope, 0);
}

const struct workload_expr *draw_combination(struct draw *draw, struct expr_scope *scope)
{
    static const double weights[] = {0.6, 0.4, 0.5, 2, -0.5, 1.001};
    const struct workload_rules *rules = scope->from->rules;
    const struct workload_expr *sum = NULL;
    bool has_faded = false;
    for (int i = 0; i < 3; i++) {
        if (scope->score_end == 0)
            break;
        uint32_t at = (uint32_t)sim_random_below(&draw->random, scope->score_end);
        enum fading fading = score_fading(rules, at);
        bool is_plain = fading == FADES_NOT;
        if (!is_plain && (fading != FADES_ALONE || has_faded))
            continue;
        has_faded = has_faded || !is_plain;
        const struct workload_expr *term = make_pair(
            draw, EXPR_MULTIPLY, make_double(draw, weights[sim_random_below(&draw->random, 6)]),
            make_named(draw, EXPR_SCORE, rules->scores[at].name));
        sum = sum == NULL ? term : make_pair(draw, EXPR_ADD, sum, term);
    }
    if (sum == NULL || sim_random_chance(&draw->random, 200)) {
        struct expr_scope plain = *scope;
        plain.score_end = 0;
        const struct workload_expr *more = draw_number(draw, &plain);
        sum = sum == NULL ? more : make_pair(draw, EXPR_ADD, sum, more);
    }
    return sum;
}

// --- conditions
static const struct workload_expr *compare(
    struct draw *draw, const struct workload_expr *left, const struct workload_expr *right)
{
    enum workload_expr_kind kind =
        (enum workload_expr_kind)(EXPR_LESS + sim_random_below(&draw->random, 6));
    return sim_random_chance(&draw->random, 800) ? make_pair(draw, kind, left, right)
                                                 : make_pair(draw, kind, right, left);
}

static const struct workload_expr *equate(
    struct draw *draw, const struct workload_expr *left, const struct workload_expr *right)
{
    enum workload_expr_kind kind =
        sim_random_chance(&draw->random, 800) ? EXPR_EQUAL : EXPR_UNEQUAL;
    return sim_random_chance(&draw->random, 800) ? make_pair(draw, kind, left, right)
                                                 : make_pair(draw, kind, right, left);
}

// Of several types: what not all of them declare alike, now and then.
static const struct workload_expr *draw_loose(
    struct draw *draw, const struct expr_scope *scope, type_fn *is_fit)
{
    bool is_of_several = (scope->event != NULL && on_is_several(scope->event->name)) ||
                         (scope->run_event != NULL && on_is_several(scope->run_event->name));
    if (!is_of_several || !sim_random_chance(&draw->random, 600))
        return NULL;
    return draw_some_member(draw, scope, is_fit, LOOSE);
}

static const struct workload_expr *draw_number_test(struct draw *draw, struct expr_scope *scope)
{
    struct draw own = {draw->arena, sim_random_fork(&draw->random, "loose")};
    const struct workload_expr *loose = draw_loose(&own, scope, is_number);
    if (loose != NULL)
        return compare(&own, loose, draw_small(&own));
    const struct workload_expr *number = draw_number(draw, scope);
    if (scope->event == NULL && sim_random_chance(&draw->random, 850))
        return compare(draw, number, draw_small(draw));
    return compare(
        draw, number,
        sim_random_chance(&draw->random, 700) ? draw_small(draw) : draw_number_leaf(draw, scope));
}

static const struct workload_expr *draw_score_test(struct draw *draw, struct expr_scope *scope)
{
    const struct workload_expr *score = draw_score(draw, scope, true);
    if (score == NULL)
        return NULL;
    const struct workload_expr *number =
        sim_random_chance(&draw->random, 600)
            ? make_int(draw, sim_random_between(&draw->random, -5, 40))
            : make_double(draw, (double)sim_random_between(&draw->random, -2000, 20000) / 1000.0);
    return compare(draw, score, number);
}

static const struct workload_expr *draw_field_text(struct draw *draw)
{
    static const char *const at[] = {"free", "pro", "m-1", "spring", "m-2"};
    return make_text(draw, text_of(at[sim_random_below(&draw->random, 5)]));
}

static const struct workload_expr *draw_text_test(struct draw *draw, struct expr_scope *scope)
{
    struct workload_expr *expr = NULL;
    struct draw own = {draw->arena, sim_random_fork(&draw->random, "loose")};
    const struct workload_expr *loose = draw_loose(&own, scope, is_text);
    if (loose != NULL)
        return equate(&own, loose, make_text(&own, draw_likely_text(&own, loose->name)));
    switch (sim_random_below(&draw->random, 4)) {
    case 0:
    case 1:
        expr = draw_data_member(draw, scope, is_text);
        if (expr != NULL)
            return equate(draw, expr, make_text(draw, draw_likely_text(draw, expr->name)));
        return NULL;
    case 2: expr = draw_field(draw, scope, is_text); break;
    default:
        return equate(
            draw, make(draw, EXPR_STAGE), make_text(draw, words_pick(&draw->random, words_stages)));
    }
    return expr == NULL ? NULL : equate(draw, expr, draw_field_text(draw));
}

// What a counter of texts says is compared with a text that it may say.
static const struct workload_expr *draw_counter_test(struct draw *draw, struct expr_scope *scope)
{
    struct workload_expr *expr = draw_counter(draw, scope, is_any);
    if (expr == NULL)
        return NULL;
    if (sim_random_chance(&draw->random, 300)) {
        expr->kind = EXPR_HAS_COUNTER;
        return expr;
    }
    if (is_number(expr->type))
        return compare(draw, expr, draw_small(draw));
    if (expr->type == WORKLOAD_TYPE_BOOL)
        return expr;
    if (expr->type != WORKLOAD_TYPE_STRING)
        return NULL;
    return equate(draw, expr, make_text(draw, draw_likely_text(draw, text_of("message"))));
}

static const struct workload_expr *draw_clock(struct draw *draw, struct expr_scope *scope)
{
    struct workload_expr *time = NULL;
    bool is_of_run = scope->is_of_stop && sim_random_chance(&draw->random, 500);
    switch (sim_random_below(&draw->random, is_of_run ? 2 : 6)) {
    case 0: time = make(draw, is_of_run ? EXPR_RUN_STARTED : EXPR_CREATED); break;
    case 1:
        time = is_of_run ? draw_data_member(draw, scope, is_time) : make(draw, EXPR_UPDATED);
        break;
    case 2: time = draw_field(draw, scope, is_time); break;
    case 3: time = scope->event == NULL ? NULL : make(draw, EXPR_EVENT_TIME); break;
    default: time = draw_counter(draw, scope, is_time); break;
    }
    if (time == NULL)
        return NULL;
    struct workload_expr *expr = make(draw, EXPR_CLOCK);
    expr->left = time;
    expr->span_ms = draw_span(scope->from, &draw->random);
    expr->compare = (enum workload_expr_kind)(EXPR_LESS + sim_random_below(&draw->random, 6));
    expr->form = (enum workload_clock_form)sim_random_below(&draw->random, 3);
    expr->is_turned = sim_random_chance(&draw->random, 300);
    return expr;
}

static const struct workload_expr *draw_has(struct draw *draw, struct expr_scope *scope)
{
    struct workload_expr *expr = sim_random_chance(&draw->random, 600)
                                     ? draw_some_member(draw, scope, is_any, LOOSE)
                                     : draw_field(draw, scope, is_any);
    if (expr == NULL || memchr(expr->name.at, ' ', expr->name.len) != NULL)
        return NULL;
    expr->kind = expr->kind == EXPR_DATA       ? EXPR_HAS_DATA
                 : expr->kind == EXPR_RUN_DATA ? EXPR_HAS_RUN_DATA
                                               : EXPR_HAS_FIELD;
    return expr;
}

static const struct workload_expr *draw_segment(struct draw *draw, struct expr_scope *scope)
{
    if (scope->segment_end == 0)
        return NULL;
    const struct workload_rules *rules = scope->from->rules;
    return make_named(
        draw, EXPR_SEGMENT,
        rules->segments[sim_random_below(&draw->random, scope->segment_end)].name);
}

static const struct workload_expr *draw_flag(struct draw *draw, struct expr_scope *scope)
{
    const struct workload_expr *expr = draw_some_member(draw, scope, is_bool, LOOSE);
    return expr != NULL ? expr : draw_field(draw, scope, is_bool);
}

// Of several types, which one it is.
static const struct workload_expr *draw_type_test(struct draw *draw, struct expr_scope *scope)
{
    struct draw own = {draw->arena, sim_random_fork(&draw->random, "event.type")};
    const struct workload_rules *rules = scope->from->rules;
    if (scope->event == NULL || !on_is_several(scope->event->name) ||
        !sim_random_chance(&own.random, 200))
        return NULL;
    struct text type = rules->events[sim_random_below(&own.random, rules->event_count)].name;
    for (int i = 0; i < 4 * TRIES && !on_is(scope->event->name, type); i++)
        type = rules->events[sim_random_below(&own.random, rules->event_count)].name;
    return equate(&own, make(&own, EXPR_EVENT_TYPE), make_text(&own, type));
}

static const struct workload_expr *draw_atom(struct draw *draw, struct expr_scope *scope)
{
    static const uint32_t weights[] = {15, 20, 18, 14, 8, 7, 8, 4, 8, 4};
    const struct workload_expr *type = draw_type_test(draw, scope);
    for (int i = 0; i < TRIES && type == NULL; i++) {
        const struct workload_expr *expr = NULL;
        switch (sim_random_pick(&draw->random, weights, 10)) {
        case 0: expr = draw_number_test(draw, scope); break;
        case 1: expr = draw_score_test(draw, scope); break;
        case 2: expr = draw_counter_test(draw, scope); break;
        case 3: expr = draw_text_test(draw, scope); break;
        case 4: expr = draw_clock(draw, scope); break;
        case 5: expr = draw_has(draw, scope); break;
        case 6: expr = draw_segment(draw, scope); break;
        case 7: expr = draw_flag(draw, scope); break;
        case 8: return make_named(draw, EXPR_TAGGED, words_pick(&draw->random, words_tags));
        default: return make_named(draw, EXPR_LISTED, words_pick(&draw->random, words_lists));
        }
        if (expr != NULL)
            return expr;
    }
    return type != NULL ? type
                        : make_named(draw, EXPR_TAGGED, words_pick(&draw->random, words_tags));
}

static const struct workload_expr *draw_condition_deep(
    struct draw *draw, struct expr_scope *scope, uint32_t depth)
{
    static const uint32_t weights[] = {55, 15, 15, 15};
    size_t kind = depth >= CONDITION_DEPTH_MAX ? 0 : sim_random_pick(&draw->random, weights, 4);
    if (kind == 0)
        return draw_atom(draw, scope);
    const struct workload_expr *left = draw_condition_deep(draw, scope, depth + 1);
    if (kind == 1)
        return make_pair(draw, EXPR_NOT, left, NULL);
    return make_pair(
        draw, kind == 2 ? EXPR_AND : EXPR_OR, left, draw_condition_deep(draw, scope, depth + 1));
}

const struct workload_expr *draw_condition(struct draw *draw, struct expr_scope *scope)
{
    return draw_condition_deep(draw, scope, 0);
}

// What ends a run, often by the clock alone.
const struct workload_expr *draw_ending(struct draw *draw, struct expr_scope *scope)
{
    const struct workload_expr *clock = NULL;
    if (sim_random_chance(&draw->random, 500))
        clock = draw_clock(draw, scope);
    if (clock == NULL)
        return draw_condition(draw, scope);
    if (sim_random_chance(&draw->random, 600))
        return clock;
    return make_pair(
        draw, sim_random_chance(&draw->random, 500) ? EXPR_AND : EXPR_OR, clock,
        draw_atom(draw, scope));
}

// --- counters
const struct workload_expr *draw_kept(
    struct draw *draw, struct expr_scope *scope, enum workload_type *type_out)
{
    struct workload_expr *expr = NULL;
    *type_out = WORKLOAD_TYPE_TIMESTAMP;
    if (sim_random_chance(&draw->random, 300))
        return make(draw, EXPR_EVENT_TIME);
    expr = draw_data_member(draw, scope, is_scalar);
    if (expr == NULL)
        return make(draw, EXPR_EVENT_TIME);
    *type_out = expr->type;
    return expr;
}

const struct workload_expr *draw_summed(struct draw *draw, struct expr_scope *scope)
{
    struct workload_expr *number = draw_data_member(draw, scope, is_number);
    if (number == NULL)
        return sim_random_chance(&draw->random, 500) ? draw_small(draw)
                                                     : make(draw, EXPR_TAG_COUNT);
    if (sim_random_chance(&draw->random, 600))
        return number;
    return make_pair(
        draw, sim_random_chance(&draw->random, 500) ? EXPR_ADD : EXPR_MULTIPLY, number,
        draw_small(draw));
}

// --- steps
static bool is_whole(enum workload_type type)
{
    return type == WORKLOAD_TYPE_INT;
}

const struct workload_expr *draw_moment(struct draw *draw, struct expr_scope *scope)
{
    const struct workload_expr *expr = NULL;
    switch (sim_random_below(&draw->random, 6)) {
    case 0: expr = draw_field(draw, scope, is_time); break;
    case 1: expr = draw_counter(draw, scope, is_time); break;
    case 2: expr = draw_data_member(draw, scope, is_time); break;
    case 3: return make(draw, EXPR_CREATED);
    case 4: return make(draw, EXPR_RUN_STARTED);
    default: break;
    }
    return expr == NULL ? make(draw, EXPR_NOW) : expr;
}

const struct workload_expr *draw_of_type(
    struct draw *draw, struct expr_scope *scope, enum workload_type type)
{
    bool is_first = sim_random_chance(&draw->random, 700);
    const struct workload_expr *expr = NULL;
    switch (type) {
    case WORKLOAD_TYPE_STRING:
        expr = is_first ? draw_data_member(draw, scope, is_text) : draw_field(draw, scope, is_text);
        return expr == NULL ? make(draw, EXPR_STAGE) : expr;
    case WORKLOAD_TYPE_INT:
        expr = is_first ? draw_data_member(draw, scope, is_whole)
                        : draw_counter(draw, scope, is_whole);
        return expr == NULL ? make(draw, EXPR_TAG_COUNT) : expr;
    case WORKLOAD_TYPE_DOUBLE: return draw_number(draw, scope);
    case WORKLOAD_TYPE_BOOL: return draw_flag(draw, scope);
    case WORKLOAD_TYPE_TIMESTAMP:
    case WORKLOAD_TYPE_DATE: return draw_moment(draw, scope);
    case WORKLOAD_TYPE_ANY:
    case WORKLOAD_TYPE_DURATION:
    case WORKLOAD_TYPE_LIST:
    case WORKLOAD_TYPE_MAP:
    case WORKLOAD_TYPE_COUNT: break;
    }
    return NULL;
}

const struct workload_expr *draw_state(struct draw *draw, struct expr_scope *scope)
{
    const struct workload_expr *expr = NULL;
    switch (sim_random_below(&draw->random, 5)) {
    case 0: expr = draw_text_test(draw, scope); break;
    case 1: expr = draw_segment(draw, scope); break;
    case 2: return make_named(draw, EXPR_LISTED, words_pick(&draw->random, words_lists));
    default: break;
    }
    return expr != NULL ? expr
                        : make_named(draw, EXPR_TAGGED, words_pick(&draw->random, words_tags));
}
