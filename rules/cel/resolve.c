// What the names of an expression mean: variables, types, functions, and names of macros.
#include "rules/cel/check_internal.h"

enum { NAME_BYTES_MAX = 512 };

const struct local *find_local(const struct checker *checker, const struct cel_node *node)
{
    if (node->kind != CEL_NODE_IDENT || node->is_rooted)
        return NULL;
    const struct local *local = checker->locals;
    while (local != NULL && !bytes_equal(local->name, node->text))
        local = local->outer;
    return local;
}

// A name with dots, being put together.
struct dotted {
    char text[NAME_BYTES_MAX];
    size_t len;
    bool is_rooted;
};

static bool dotted_add(struct dotted *name, struct bytes part)
{
    if (name->len + part.len + 1 >= sizeof(name->text))
        return false;
    if (name->len > 0)
        name->text[name->len++] = '.';
    memcpy(name->text + name->len, part.data, part.len);
    name->len += part.len;
    return true;
}

// a.b.c as "a.b.c"; false when it is more than names, or begins with a macro's name.
static bool dotted_of(
    const struct checker *checker, const struct cel_node *node, struct dotted *name)
{
    if (node->kind == CEL_NODE_IDENT) {
        name->is_rooted = node->is_rooted;
        return find_local(checker, node) == NULL && dotted_add(name, node->text);
    }
    return node->kind == CEL_NODE_SELECT && dotted_of(checker, node->children[0], name) &&
           dotted_add(name, node->text);
}

// Calls found for the name in the container, in the one around it, …, and by itself, until it is true.
static bool for_candidates(
    const struct checker *checker,
    const struct dotted *name,
    bool (*found)(void *context, struct bytes candidate),
    void *context)
{
    struct bytes own = bytes_of(name->text, name->len);
    struct bytes container = checker->scope->container;
    char text[NAME_BYTES_MAX * 2];
    while (!name->is_rooted && container.len > 0 && container.len < NAME_BYTES_MAX) {
        memcpy(text, container.data, container.len);
        text[container.len] = '.';
        memcpy(text + container.len + 1, own.data, own.len);
        if (found(context, bytes_of(text, container.len + 1 + own.len)))
            return true;
        while (container.len > 0 && container.data[container.len - 1] != '.')
            container.len--;
        container.len -= container.len > 0;
    }
    return found(context, own);
}

#define NAMED(name, of)                                             \
    {                                                               \
        {(const uint8_t *)(name), sizeof(name) - 1}, &cel_type_##of \
    }
// dyn is none: it is what the checker does not know, and no value's type.
static const struct cel_type *type_named(struct arena *arena, struct bytes name)
{
    static const struct {
        struct bytes name; // as cel_type_name has it
        const struct cel_type *type;
    } plain[] = {
        NAMED("null_type", null),
        NAMED("bool", bool),
        NAMED("int", int),
        NAMED("uint", uint),
        NAMED("double", double),
        NAMED("string", string),
        NAMED("bytes", bytes),
        NAMED("google.protobuf.Timestamp", timestamp),
        NAMED("google.protobuf.Duration", duration),
        NAMED("type", type),
    };
#undef NAMED
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (bytes_equal(name, plain[i].name))
            return plain[i].type;
    }
    if (bytes_equal_text(name, "list"))
        return cel_type_list(arena, &cel_type_dyn);
    return bytes_equal_text(name, "map") ? cel_type_map(arena, &cel_type_dyn, &cel_type_dyn) : NULL;
}

struct name_search {
    struct checker *checker;
    struct cel_node *node; // becomes what is found
};

static bool is_name(void *context, struct bytes candidate)
{
    const struct name_search *search = context;
    const struct cel_scope *scope = search->checker->scope;
    for (uint32_t i = 0; i < scope->variable_count; i++) {
        if (bytes_equal(scope->variables[i].name, candidate)) {
            search->node->variable = i;
            return true;
        }
    }
    const struct cel_type *type = type_named(search->checker->arena, candidate);
    if (type == NULL)
        return false;
    search->node->kind = CEL_NODE_LITERAL;
    search->node->literal = cel_type_value(type);
    search->node->child_count = 0;
    return true;
}

bool resolve_name(struct checker *checker, struct cel_node *node)
{
    struct dotted name; // no more of it is set than is needed: it is large
    name.len = 0;
    name.is_rooted = false;
    struct name_search search = {checker, node};
    return dotted_of(checker, node, &name) && for_candidates(checker, &name, is_name, &search);
}

struct function_search {
    const struct cel_library *library;
    const struct cel_named_function *function;
};

static bool is_function(void *context, struct bytes candidate)
{
    struct function_search *search = context;
    search->function = cel_library_find(search->library, candidate);
    return search->function != NULL;
}

static void take_receiver_off(struct cel_node *call, struct bytes name)
{
    call->is_member = false;
    call->text_begin = call->children[0]->begin;
    call->text = name;
    call->children++;
    call->child_count--;
}

// The function that a member call names.
static const struct cel_named_function *resolve_member(
    struct checker *checker, struct cel_node *call)
{
    struct function_search search = {.library = checker->scope->library};
    struct dotted name;
    name.len = 0;
    name.is_rooted = false;
    if (!dotted_of(checker, call->children[0], &name))
        return cel_library_find(checker->scope->library, call->text);
    size_t space_len = name.len;
    if (dotted_add(&name, call->text) && for_candidates(checker, &name, is_function, &search)) {
        take_receiver_off(call, search.function->name);
        return search.function;
    }
    search.function = cel_library_find(checker->scope->library, call->text);
    bool is_unknown = search.function == NULL && !resolve_name(checker, call->children[0]) &&
                      cel_library_has_space(search.library, bytes_of(name.text, space_len));
    if (is_unknown)
        take_receiver_off(call, arena_copy(checker->arena, bytes_of(name.text, name.len)));
    return search.function;
}

static const struct cel_named_function *resolve_alone(
    struct checker *checker, const struct cel_node *call)
{
    struct function_search search = {.library = checker->scope->library};
    struct dotted name;
    if (checker->scope->container.len == 0)
        return cel_library_find(checker->scope->library, call->text);
    name.len = 0;
    name.is_rooted = call->is_rooted;
    if (dotted_add(&name, call->text))
        (void)for_candidates(checker, &name, is_function, &search);
    return search.function;
}

const struct cel_named_function *resolve_function(struct checker *checker, struct cel_node *call)
{
    call->function = call->is_member ? resolve_member(checker, call) : resolve_alone(checker, call);
    return call->function;
}

// --- without types
static void resolve_node(struct checker *checker, struct cel_node *node);

static void resolve_with_locals(struct checker *checker, struct cel_node *node)
{
    struct local locals[2];
    const struct local *outer = checker->locals;
    resolve_node(checker, node->children[0]);
    for (int i = 0; i < 2 && node->names[i].len > 0; i++) {
        locals[i] = (struct local){node->names[i], &cel_type_dyn, checker->locals};
        checker->locals = &locals[i];
    }
    for (uint32_t i = 1; i < node->child_count; i++)
        resolve_node(checker, node->children[i]);
    checker->locals = outer;
}

static void resolve_node(struct checker *checker, struct cel_node *node)
{
    if (node->kind == CEL_NODE_MACRO || node->kind == CEL_NODE_BIND) {
        resolve_with_locals(checker, node);
        return;
    }
    bool may_be_name = node->kind == CEL_NODE_IDENT || node->kind == CEL_NODE_SELECT;
    if (may_be_name && resolve_name(checker, node))
        return;
    if (node->kind == CEL_NODE_CALL)
        (void)resolve_function(checker, node);
    for (uint32_t i = 0; i < node->child_count; i++) // no deeper than CEL_DEPTH_MAX
        resolve_node(checker, node->children[i]);
}

void cel_resolve(struct arena *arena, const struct cel_scope *scope, struct cel_node *root)
{
    struct checker checker = {.arena = arena, .scope = scope, .infer = {.arena = arena}};
    resolve_node(&checker, root);
}
