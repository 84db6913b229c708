// Tree to program: operands first, then the operation. What is constant is evaluated here.
//
// All is put together in memory of its own, and what the program needs of it is copied at the end: it borrows nothing
// from the tree, and is no larger than it must be.
#include "rules/cel/program_internal.h"
#include "rules/cel/regex.h"

// An array that grows in the emitter's memory.
struct list {
    void *items;
    uint32_t count, cap;
};

struct local_slot {
    struct bytes name;
    uint32_t slot;
    const struct local_slot *outer;
};

struct emitter {
    struct cel_compiler *compiler;
    const struct cel_scope *scope;
    struct list ops, constants, members, functions, regexes, macros;
    uint32_t depth, depth_max; // of the stack
    const struct local_slot *locals;
    uint64_t fold_cost_left; // of the whole expression
};

// A constant may be so much larger than the text that it comes from, in elements or 16 bytes of text.
enum { FOLD_COST_ALL_MAX = 200000, FOLD_SIZE_SPARE = 64 };

static void *list_add(struct emitter *emitter, struct list *list, size_t item_bytes)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? 8 : list->cap * 2;
        void *items = arena_alloc(emitter->compiler->scratch, cap * item_bytes);
        if (list->count > 0)
            memcpy(items, list->items, list->count * item_bytes);
        list->items = items;
        list->cap = cap;
    }
    return (uint8_t *)list->items + list->count++ * item_bytes;
}

// Adds an instruction that changes the stack's height; returns its index.
static uint32_t emit(struct emitter *emitter, struct op op, int change)
{
    uint32_t index = emitter->ops.count;
    *(struct op *)list_add(emitter, &emitter->ops, sizeof(op)) = op;
    emitter->depth = (uint32_t)((int)emitter->depth + change);
    if (emitter->depth > emitter->depth_max)
        emitter->depth_max = emitter->depth;
    return index;
}

static struct op *op_at(struct emitter *emitter, uint32_t index)
{
    return (struct op *)emitter->ops.items + index;
}

static uint32_t add_constant(struct emitter *emitter, struct cel_value value)
{
    *(struct cel_value *)list_add(emitter, &emitter->constants, sizeof(value)) = value;
    return emitter->constants.count - 1;
}

static void emit_constant(struct emitter *emitter, struct cel_value value, uint32_t at)
{
    (void)emit(
        emitter, (struct op){.code = OP_CONSTANT, .a = add_constant(emitter, value), .at = at}, 1);
}

static struct cel_program view(const struct emitter *emitter)
{
    return (struct cel_program){
        .ops = emitter->ops.items,
        .constants = emitter->constants.items,
        .members = emitter->members.items,
        .functions = emitter->functions.items,
        .regexes = emitter->regexes.items,
        .macros = emitter->macros.items,
        .op_count = emitter->ops.count,
        .regex_count = emitter->regexes.count,
        .stack_max = emitter->depth_max + 1,
    };
}

// How much there is, before a part is compiled.
struct mark {
    uint32_t ops, constants, members, functions, macros;
};

static struct mark mark_of(const struct emitter *emitter)
{
    return (struct mark){
        emitter->ops.count, emitter->constants.count, emitter->members.count,
        emitter->functions.count, emitter->macros.count};
}

static void back_to(struct emitter *emitter, struct mark mark)
{
    emitter->ops.count = mark.ops;
    emitter->constants.count = mark.constants;
    emitter->members.count = mark.members;
    emitter->functions.count = mark.functions;
    emitter->macros.count = mark.macros;
}

// Whether the node gives an error though nothing in it does: there it is told. Others repeat what is below them.
static bool is_first_to_fail(const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (node->children[i]->kind != CEL_NODE_LITERAL)
            return false;
    }
    return node->kind == CEL_NODE_CALL && node->child_count > 0;
}

static void report(struct emitter *emitter, const struct cel_node *at, struct bytes why)
{
    if (emitter->compiler->report != NULL)
        emitter->compiler->report(emitter->compiler->self, at, why);
}

static void spend(struct cel_budget *budget, uint64_t cost, const struct cel_node *node)
{
    bool was_over = cel_budget_is_over(budget);
    budget->used += cost;
    if (!was_over && cel_budget_is_over(budget))
        budget->over = node;
}

// Evaluates what was compiled since the mark. False when that costs more than it may; what it took is spent.
static bool evaluate(
    struct emitter *emitter,
    uint32_t begin,
    const struct cel_node *node,
    struct cel_value *value_out)
{
    struct cel_compiler *compiler = emitter->compiler;
    struct cel_program program = view(emitter);
    struct cel_eval *eval = &compiler->eval;
    uint64_t cost_max = cel_constant_cost(node), regex_cost = eval->regex_cost;
    if (cost_max > emitter->fold_cost_left)
        cost_max = emitter->fold_cost_left;
    eval->cost_left = cost_max;
    eval_reserve(eval, program.stack_max);
    struct cel_value *top =
        eval->stack + emitter->depth - 1; // as when it is evaluated: names have places
    eval->arena = *compiler->scratch;     // values stay where the tree is
    bool is_done = program_run(eval, &program, begin, program.op_count, top);
    *compiler->scratch = eval->arena;
    eval->arena = (struct arena){0};
    uint64_t cost = cost_max - eval->cost_left;
    emitter->fold_cost_left -= cost;
    spend(&compiler->constants, cost, node);
    spend(&compiler->patterns, eval->regex_cost - regex_cost, node);
    *value_out = *top;
    return is_done && eval->cost_left > 0;
}

// Whether a part is put together of constants and functions of them: what a macro gives is no such thing.
static bool is_plain(const struct cel_node *node)
{
    if (node->kind == CEL_NODE_MACRO || node->kind == CEL_NODE_BIND)
        return false;
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (node->children[i]->kind != CEL_NODE_LITERAL && !node->children[i]->is_folded)
            return false;
    }
    return true;
}

// Replaces what was compiled since the mark, which leaves the value of the node, by that value. False when it is an
// error, costs much or is large: then it is left to be evaluated each time.
static bool fold(struct emitter *emitter, struct mark mark, struct cel_node *node)
{
    struct cel_compiler *compiler = emitter->compiler;
    size_t size_max = node->end - node->begin + FOLD_SIZE_SPARE;
    struct cel_value value;
    if (cel_budget_is_over(&compiler->constants) || cel_budget_is_over(&compiler->patterns) ||
        !evaluate(emitter, mark.ops, node, &value))
        return false;
    if (value.kind == CEL_ERROR) {
        if (is_first_to_fail(node))
            report(emitter, node, value.as.error->message);
        return false;
    }
    if (value_size(&compiler->eval, value, size_max) > size_max)
        return false;
    back_to(emitter, mark);
    emitter->depth--;
    emit_constant(emitter, value, node->begin);
    if (compiler->is_kept && is_plain(node)) {
        node->is_folded = true;
        node->literal = value;
    }
    return true;
}

// Whether the instructions from begin on need nothing but what they make themselves above that height of the stack.
static bool is_closed(struct emitter *emitter, uint32_t begin, uint32_t height)
{
    for (uint32_t i = begin; i < emitter->ops.count; i++) {
        const struct op *op = op_at(emitter, i);
        if (op->code == OP_VARIABLE || op->code == OP_FIELD || op->code == OP_FAIL ||
            (op->code == OP_LOCAL && op->a < height) || (op->code == OP_CALL && op->mask != 0))
            return false;
    }
    return true;
}

// Each gives whether what it compiled is constant.
static bool compile_node(struct emitter *emitter, struct cel_node *node);

// --- names
static bool compile_fail(
    struct emitter *emitter, const struct cel_node *node, enum cel_error_code code, const char *why)
{
    size_t len = strlen(why);
    uint8_t *text = arena_alloc(emitter->compiler->scratch, len + node->text.len + 3);
    memcpy(text, why, len);
    memcpy(text + len, node->text.data, node->text.len);
    text[len + node->text.len] = '\'';
    struct cel_value message = cel_string(bytes_of(text, len + node->text.len + 1));
    (void)emit(
        emitter,
        (struct op){
            .code = OP_FAIL,
            .a = add_constant(emitter, message),
            .b = (uint32_t)code,
            .at = node->text_begin},
        1);
    return false;
}

static bool compile_variable(struct emitter *emitter, const struct cel_node *node)
{
    struct cel_value name = cel_string(emitter->scope->variables[node->variable].name);
    (void)emit(
        emitter,
        (struct op){
            .code = OP_VARIABLE,
            .a = node->variable,
            .b = add_constant(emitter, name),
            .at = node->begin},
        1);
    return false;
}

static bool compile_ident(struct emitter *emitter, const struct cel_node *node)
{
    if (node->variable != CEL_NOT_A_VARIABLE)
        return compile_variable(emitter, node);
    const struct local_slot *local = node->is_rooted ? NULL : emitter->locals;
    while (local != NULL && !bytes_equal(local->name, node->text))
        local = local->outer;
    if (local == NULL)
        return compile_fail(emitter, node, CEL_ERROR_UNBOUND, "unknown name '");
    (void)emit(emitter, (struct op){.code = OP_LOCAL, .a = local->slot, .at = node->begin}, 1);
    return false;
}

// The index of a field as the host is given it.
static uint32_t field_of(const struct cel_node *node)
{
    const struct cel_type *of = node->children[0]->type;
    bool is_by_name = node->field != CEL_NO_FIELD && of != NULL && of->kind == CEL_TYPE_OBJECT &&
                      of->object->is_by_name;
    return is_by_name ? CEL_FIELD_BY_NAME : node->field;
}

static void emit_member(
    struct emitter *emitter, enum op_code code, struct bytes name, const struct cel_node *node)
{
    *(struct member *)list_add(emitter, &emitter->members, sizeof(struct member)) =
        (struct member){.name = name, .field = field_of(node)};
    (void)emit(
        emitter,
        (struct op){
            .code = (uint16_t)code, .a = emitter->members.count - 1, .at = node->text_begin},
        0);
}

// The member that follows children[0], which was compiled from begin on. That of a variable is one instruction.
static void emit_select(
    struct emitter *emitter, uint32_t begin, struct bytes name, const struct cel_node *node)
{
    emit_member(emitter, OP_SELECT, name, node);
    struct op *select = op_at(emitter, emitter->ops.count - 1), *base = op_at(emitter, begin);
    if (emitter->ops.count != begin + 2 || base->code != OP_VARIABLE)
        return;
    struct member *member = (struct member *)emitter->members.items + select->a;
    member->variable = ((struct cel_value *)emitter->constants.items)[base->b].as.text;
    member->variable_at = base->at;
    *base = (struct op){.code = OP_FIELD, .a = base->a, .b = select->a, .at = select->at};
    emitter->ops.count--;
}

static bool compile_member(struct emitter *emitter, struct cel_node *node)
{
    if (node->variable != CEL_NOT_A_VARIABLE)
        return compile_variable(emitter, node);
    uint32_t begin = emitter->ops.count;
    bool is_constant = compile_node(emitter, node->children[0]);
    if (node->kind == CEL_NODE_HAS)
        emit_member(emitter, OP_HAS, node->text, node);
    else
        emit_select(emitter, begin, node->text, node);
    return is_constant;
}

// --- calls
struct op op_of_function(struct bytes name)
{
    static const struct {
        const char *function;
        struct op op;
    } known[] = {
        {"_+_", {.code = OP_ADD}},
        {"_-_", {.code = OP_SUBTRACT}},
        {"_*_", {.code = OP_MULTIPLY}},
        {"_/_", {.code = OP_DIVIDE}},
        {"_==_", {.code = OP_COMPARE, .mask = IS_EQUAL}},
        {"_!=_", {.code = OP_COMPARE, .mask = IS_LESS | IS_GREATER | IS_UNORDERED}},
        {"_<_", {.code = OP_COMPARE, .mask = IS_LESS}},
        {"_<=_", {.code = OP_COMPARE, .mask = IS_LESS | IS_EQUAL}},
        {"_>_", {.code = OP_COMPARE, .mask = IS_GREATER}},
        {"_>=_", {.code = OP_COMPARE, .mask = IS_GREATER | IS_EQUAL}},
        {"!_", {.code = OP_NOT}},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (bytes_equal_text(name, known[i].function))
            return known[i].op;
    }
    return (struct op){.code = OP_CALL};
}

static bool is_constant_text(const struct cel_node *node)
{
    return node->kind == CEL_NODE_LITERAL && node->literal.kind == CEL_STRING;
}

// matches() with a pattern that is written out, when it is one. No more are made once they cost more than they may.
static bool compile_matches(struct emitter *emitter, const struct cel_node *call)
{
    struct cel_compiler *compiler = emitter->compiler;
    const struct cel_node *pattern = call->children[1];
    struct bytes text = pattern->literal.as.text;
    char why[128] = "";
    size_t cost;
    if (cel_budget_is_over(&compiler->patterns))
        return false;
    struct cel_regex *regex =
        cel_regex_new((const char *)text.data, text.len, why, sizeof(why), &cost);
    spend(&compiler->patterns, cost, pattern);
    if (regex == NULL) {
        report(emitter, pattern, bytes_text(why));
        return false;
    }
    *(struct cel_regex **)list_add(emitter, &emitter->regexes, sizeof(regex)) = regex;
    uint32_t index = emitter->regexes.count - 1;
    (void)compile_node(emitter, call->children[0]);
    (void)emit(emitter, (struct op){.code = OP_MATCHES, .a = index, .at = call->text_begin}, 0);
    return true;
}

// Whether any overload takes so many arguments: what is not checked may have others.
static bool takes_count(const struct cel_named_function *function, const struct cel_node *call)
{
    for (uint32_t i = 0; i < function->overload_count; i++) {
        const struct cel_overload *overload = &function->overloads[i];
        if (overload->is_member == call->is_member &&
            (overload->param_count == call->child_count ||
             (overload->is_variadic && overload->param_count <= call->child_count)))
            return true;
    }
    return false;
}

// Whether it asks the host: then it is never constant.
static bool asks_host(const struct cel_node *call)
{
    return call->child_count >= call->function->host_args_min;
}

static void emit_call(struct emitter *emitter, const struct cel_node *call, uint32_t last)
{
    struct op op = {.code = call->function->op_code, .mask = call->function->op_mask};
    bool is_operator = op.code >= OP_COMPARE && op.code <= OP_DIVIDE;
    if (is_operator && emitter->ops.count == last + 1 && op_at(emitter, last)->code == OP_CONSTANT)
        op.b = op_at(emitter, --emitter->ops.count)->a;
    else
        op.b = OPERAND_ON_STACK;
    *(cel_function **)list_add(emitter, &emitter->functions, sizeof(cel_function *)) =
        call->function->function;
    op.a = emitter->functions.count - 1;
    op.mask = op.code == OP_CALL ? asks_host(call) : op.mask;
    op.count = call->child_count;
    op.at = call->text_begin;
    (void)emit(emitter, op, 1 - (int)call->child_count);
}

static bool compile_call(struct emitter *emitter, struct cel_node *call)
{
    if (call->function == NULL)
        return compile_fail(emitter, call, CEL_ERROR_NO_OVERLOAD, "unknown function '");
    if (!takes_count(call->function, call))
        return compile_fail(
            emitter, call, CEL_ERROR_NO_OVERLOAD,
            "no such overload, by the number of arguments: '");
    if (call->field != CEL_NO_FIELD) { // contact["first_name"]
        uint32_t begin = emitter->ops.count;
        (void)compile_node(emitter, call->children[0]);
        emit_select(emitter, begin, call->children[1]->literal.as.text, call);
        return false;
    }
    if (bytes_equal_text(call->text, "matches") && call->child_count == 2 &&
        is_constant_text(call->children[1]) && compile_matches(emitter, call))
        return false;
    bool is_constant = true;
    uint32_t last = 0; // where the last argument begins
    for (uint32_t i = 0; i < call->child_count; i++) {
        last = emitter->ops.count;
        is_constant = compile_node(emitter, call->children[i]) && is_constant;
    }
    emit_call(emitter, call, last);
    return is_constant && !asks_host(call);
}

// --- && || ?:
static bool compile_junction(struct emitter *emitter, struct cel_node *node)
{
    uint32_t first = emitter->ops.count;
    bool is_constant = true;
    for (uint32_t i = 0; i < node->child_count; i++) {
        is_constant = compile_node(emitter, node->children[i]) && is_constant;
        (void)emit(
            emitter,
            (struct op){
                .code = i == 0 ? OP_FIRST : OP_NEXT,
                .mask = node->kind == CEL_NODE_OR,
                .a = UINT32_MAX,
                .at = node->children[i]->begin},
            i == 0 ? 0 : -1);
    }
    for (uint32_t i = first; i < emitter->ops.count; i++) { // of this node: others have a target
        struct op *op = op_at(emitter, i);
        if ((op->code == OP_FIRST || op->code == OP_NEXT) && op->a == UINT32_MAX)
            op->a = emitter->ops.count;
    }
    return is_constant;
}

static bool compile_conditional(struct emitter *emitter, struct cel_node *node)
{
    bool is_constant = compile_node(emitter, node->children[0]);
    uint32_t condition =
        emit(emitter, (struct op){.code = OP_CONDITION, .at = node->children[0]->begin}, -1);
    is_constant = compile_node(emitter, node->children[1]) && is_constant;
    uint32_t jump = emit(emitter, (struct op){.code = OP_JUMP}, -1);
    op_at(emitter, condition)->a = emitter->ops.count;
    is_constant = compile_node(emitter, node->children[2]) && is_constant;
    op_at(emitter, condition)->b = emitter->ops.count;
    op_at(emitter, jump)->a = emitter->ops.count;
    return is_constant;
}

// --- lists, maps, macros
static bool compile_elements(struct emitter *emitter, struct cel_node *node)
{
    bool is_constant = true;
    for (uint32_t i = 0; i < node->child_count; i++)
        is_constant = compile_node(emitter, node->children[i]) && is_constant;
    (void)emit(
        emitter,
        (struct op){
            .code = node->kind == CEL_NODE_LIST ? OP_LIST : OP_MAP,
            .count = node->child_count,
            .at = node->begin},
        1 - (int)node->child_count);
    return is_constant;
}

static bool compile_macro(struct emitter *emitter, struct cel_node *node)
{
    uint32_t begin = emitter->ops.count;
    bool is_constant = compile_node(emitter, node->children[0]);
    const struct local_slot *outer = emitter->locals;
    struct local_slot slots[2];
    uint32_t depth = emitter->depth;
    uint32_t index = emitter->macros.count;
    (void)list_add(emitter, &emitter->macros, sizeof(struct macro_code));
    (void)emit(emitter, (struct op){.code = OP_MACRO, .a = index, .at = node->text_begin}, 0);
    for (uint32_t i = 0; i < 2 && node->names[i].len > 0; i++) {
        slots[i] = (struct local_slot){node->names[i], emitter->depth++, emitter->locals};
        emitter->locals = &slots[i];
    }
    uint32_t inner = emitter->depth;
    struct macro_code code = {
        .macro = node->macro,
        .has_two = node->names[1].len > 0,
        .has_predicate = node->child_count == 3,
        .predicate = emitter->ops.count,
        .at = node->text_begin,
        .predicate_at = node->children[1]->begin,
        .body_at = node->children[node->child_count - 1]->begin,
    };
    for (uint32_t i = 1; i < node->child_count; i++) {
        if (i + 1 == node->child_count)
            code.body = emitter->ops.count;
        (void)compile_node(emitter, node->children[i]);
        emitter->depth = inner;
    }
    code.end = emitter->ops.count;
    ((struct macro_code *)emitter->macros.items)[index] = code;
    emitter->locals = outer;
    emitter->depth = depth;
    return is_constant && is_closed(emitter, begin, depth - 1);
}

static bool compile_bind(struct emitter *emitter, struct cel_node *node)
{
    struct local_slot slot = {node->names[0], emitter->depth, emitter->locals};
    uint32_t begin = emitter->ops.count;
    bool is_constant = compile_node(emitter, node->children[0]);
    const struct local_slot *outer = emitter->locals;
    emitter->locals = &slot;
    (void)compile_node(emitter, node->children[1]);
    emitter->locals = outer;
    (void)emit(emitter, (struct op){.code = OP_SLIDE}, -1);
    return is_constant && is_closed(emitter, begin, slot.slot);
}

static bool compile_kind(struct emitter *emitter, struct cel_node *node)
{
    switch (node->kind) {
    case CEL_NODE_LITERAL: emit_constant(emitter, node->literal, node->begin); return true;
    case CEL_NODE_IDENT: return compile_ident(emitter, node);
    case CEL_NODE_SELECT:
    case CEL_NODE_HAS: return compile_member(emitter, node);
    case CEL_NODE_CALL: return compile_call(emitter, node);
    case CEL_NODE_AND:
    case CEL_NODE_OR: return compile_junction(emitter, node);
    case CEL_NODE_CONDITIONAL: return compile_conditional(emitter, node);
    case CEL_NODE_LIST:
    case CEL_NODE_MAP: return compile_elements(emitter, node);
    case CEL_NODE_MACRO: return compile_macro(emitter, node);
    case CEL_NODE_BIND: return compile_bind(emitter, node);
    }
    return false;
}

static bool compile_node(struct emitter *emitter, struct cel_node *node)
{
    if (node->is_folded) {
        emit_constant(emitter, node->literal, node->begin);
        return true;
    }
    struct mark mark = mark_of(emitter);
    bool is_constant = compile_kind(emitter, node); // no deeper than CEL_DEPTH_MAX
    if (!is_constant || node->kind == CEL_NODE_LITERAL)
        return is_constant;
    return fold(emitter, mark, node);
}

// --- the program
// A copy of the list behind the others, which moves *at on.
static void *copy_items(uint8_t **at, const struct list *list, size_t item_bytes)
{
    void *items = *at;
    if (list->count > 0)
        memcpy(items, list->items, list->count * item_bytes);
    *at += list->count * item_bytes;
    return items;
}

static struct bytes copy_text(uint8_t **at, struct bytes text)
{
    struct bytes copy = bytes_of(*at, text.len);
    if (text.len > 0)
        memcpy(*at, text.data, text.len);
    *at += text.len;
    return copy;
}

// Of names, and of constants that are texts.
static size_t text_bytes(const struct emitter *emitter)
{
    const struct cel_value *constants = emitter->constants.items;
    const struct member *members = emitter->members.items;
    size_t bytes = 0;
    for (uint32_t i = 0; i < emitter->constants.count; i++)
        bytes += constants[i].kind == CEL_STRING ? constants[i].as.text.len : 0;
    for (uint32_t i = 0; i < emitter->members.count; i++)
        bytes += members[i].name.len;
    return bytes;
}

// All of it in one piece: what must be aligned stands before instructions, which are of 4 bytes, and texts.
static struct cel_program *copy_program(struct arena *arena, struct emitter *emitter)
{
    size_t bytes = text_bytes(emitter) + sizeof(struct cel_program) +
                   emitter->constants.count * sizeof(struct cel_value) +
                   emitter->members.count * sizeof(struct member) +
                   emitter->functions.count * sizeof(cel_function *) +
                   emitter->regexes.count * sizeof(struct cel_regex *) +
                   emitter->macros.count * sizeof(struct macro_code) +
                   emitter->ops.count * sizeof(struct op);
    struct cel_program *program = arena_alloc(arena, bytes);
    uint8_t *at = (uint8_t *)(program + 1);
    *program = view(emitter);
    struct cel_value *constants = copy_items(&at, &emitter->constants, sizeof(*constants));
    struct member *members = copy_items(&at, &emitter->members, sizeof(*members));
    program->functions = copy_items(&at, &emitter->functions, sizeof(cel_function *));
    program->regexes = copy_items(&at, &emitter->regexes, sizeof(struct cel_regex *));
    program->macros = copy_items(&at, &emitter->macros, sizeof(struct macro_code));
    program->ops = copy_items(&at, &emitter->ops, sizeof(struct op));
    program->constants = constants;
    program->members = members;
    for (uint32_t i = 0; i < emitter->constants.count; i++) {
        if (constants[i].kind == CEL_STRING)
            constants[i].as.text = copy_text(&at, constants[i].as.text);
        else
            constants[i] = value_copy(arena, &emitter->compiler->eval, constants[i]);
    }
    for (uint32_t i = 0; i < emitter->members.count; i++)
        members[i].name = copy_text(&at, members[i].name);
    return program;
}

_Static_assert(
    sizeof(struct cel_value) % 8 == 0 && sizeof(struct member) % 8 == 0,
    "what stands behind them is aligned");

struct cel_program *cel_compile_with(
    struct cel_compiler *compiler,
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *root)
{
    struct emitter emitter = {
        .compiler = compiler, .scope = scope, .fold_cost_left = FOLD_COST_ALL_MAX};
    (void)compile_node(&emitter, root);
    return copy_program(arena, &emitter);
}

struct cel_program *cel_compile(
    struct arena *arena, const struct cel_scope *scope, const struct cel_node *root)
{
    struct arena scratch = {0};
    struct cel_node copy = *root;
    struct cel_compiler compiler = {
        .scratch = &scratch, .constants.max = UINT64_MAX, .patterns.max = UINT64_MAX};
    struct cel_program *program = cel_compile_with(&compiler, arena, scope, &copy);
    cel_eval_free(&compiler.eval);
    arena_free(&scratch);
    return program;
}

const struct cel_value *cel_program_constant(const struct cel_program *program)
{
    bool is_constant = program->op_count == 1 && program->ops[0].code == OP_CONSTANT;
    return is_constant ? &program->constants[program->ops[0].a] : NULL;
}

void cel_program_free(struct cel_program *program)
{
    if (program == NULL)
        return;
    for (uint32_t i = 0; i < program->regex_count; i++)
        cel_regex_free(program->regexes[i]);
}
