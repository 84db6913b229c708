#include "tests/rules/cel/language.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "rules/cel/parser.h"
#include "rules/cel/text.h"

enum { X, U, R, S, B, YES, LIST, MAP, ANY, ABSENT, CONTACT, T, D, VARIABLE_COUNT };

static const struct cel_field contact_fields[] = {
    {{(const uint8_t *)"country", 7}, &cel_type_string},
    {{(const uint8_t *)"age", 3}, &cel_type_int},
    {{(const uint8_t *)"birthday", 8}, &cel_type_timestamp},
};
static const struct cel_object contact_object = {
    {(const uint8_t *)"contact", 7}, contact_fields, 3, false, false, NULL};

static bool find_field(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    if (field == 0 || bytes_equal_text(name, "country"))
        *value_out = cel_string(BYTES_LITERAL("VN"));
    else if (field == 1 || bytes_equal_text(name, "age"))
        *value_out = cel_int(30);
    else
        return false;
    return true;
}

static void field_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    *key_out = cel_string(contact_fields[index].name);
    (void)find_field(map, eval, contact_fields[index].name, (uint32_t)index, value_out);
}

static size_t field_count(const struct cel_map *map, struct cel_eval *eval)
{
    (void)map;
    (void)eval;
    return 2;
}

static const struct cel_map contact_map = {
    .find = find_field, .count_of = field_count, .at = field_at};

static struct cel_value list_value(struct cel_eval *eval)
{
    struct cel_value *items = arena_alloc(&eval->arena, 3 * sizeof(*items));
    items[0] = cel_int(3);
    items[1] = cel_int(1);
    items[2] = cel_int(2);
    return cel_list_of(&eval->arena, items, 3);
}

static struct cel_value map_value(struct cel_eval *eval)
{
    struct cel_pair *pairs = arena_alloc(&eval->arena, 2 * sizeof(*pairs));
    pairs[0] = (struct cel_pair){cel_string(BYTES_LITERAL("a")), cel_int(1)};
    pairs[1] = (struct cel_pair){cel_string(BYTES_LITERAL("b")), cel_int(2)};
    struct cel_value map = cel_null();
    size_t wrong;
    (void)cel_map_of(&eval->arena, pairs, 2, &map, &wrong);
    return map;
}

static bool variable(void *self, struct cel_eval *eval, uint32_t index, struct cel_value *out)
{
    (void)self;
    switch (index) {
    case X: *out = cel_int(5); return true;
    case U: *out = cel_uint(7); return true;
    case R: *out = cel_double(2.5); return true;
    case S:
        *out = cel_string(BYTES_LITERAL("Kh\xC3\xA1"
                                        "ch"));
        return true;
    case B: *out = cel_bytes(BYTES_LITERAL("\x00\xFF")); return true;
    case YES: *out = cel_bool(true); return true;
    case LIST: *out = list_value(eval); return true;
    case MAP: *out = map_value(eval); return true;
    case ANY: *out = cel_string(BYTES_LITERAL("text")); return true;
    case CONTACT: *out = (struct cel_value){.kind = CEL_MAP, .as.map = &contact_map}; return true;
    case T: return cel_timestamp_of(1769851815, 250000000, out);
    case D: return cel_duration_of(90, 0, out);
    default: return false;
    }
}

static bool zone_offset(void *self, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    (void)self;
    (void)unix_s;
    *offset_s_out = 7 * 3600;
    return bytes_equal_text(name, "Test/Plus7");
}

// --- showing
static void show(struct buffer *to, struct cel_eval *eval, struct cel_value value);

static void show_list(struct buffer *to, struct cel_eval *eval, const struct cel_list *list)
{
    buffer_add_text(to, "[");
    for (size_t i = 0; i < list->count; i++) {
        buffer_add_text(to, i > 0 ? ", " : "");
        show(to, eval, cel_list_at(eval, list, i));
    }
    buffer_add_text(to, "]");
}

static void show_map(struct buffer *to, struct cel_eval *eval, const struct cel_map *map)
{
    buffer_add_text(to, "{");
    for (size_t i = 0; i < cel_map_count(eval, map); i++) {
        struct cel_value key, value;
        cel_map_at(eval, map, i, &key, &value);
        buffer_add_text(to, i > 0 ? ", " : "");
        show(to, eval, key);
        buffer_add_text(to, ": ");
        show(to, eval, value);
    }
    buffer_add_text(to, "}");
}

static void show(struct buffer *to, struct cel_eval *eval, struct cel_value value)
{
    char text[64];
    switch (value.kind) {
    case CEL_ERROR:
        buffer_add_text(to, "error: ");
        buffer_add_bytes(to, value.as.error->message);
        break;
    case CEL_NULL: buffer_add_text(to, "null"); break;
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); break;
    case CEL_INT: buffer_add_format(to, "%" PRId64, value.as.integer); break;
    case CEL_UINT: buffer_add_format(to, "%" PRIu64 "u", value.as.unsigned_integer); break;
    case CEL_DOUBLE:
        buffer_add(to, text, cel_print_double(value.as.real, text));
        buffer_add_text(to, "d");
        break;
    case CEL_STRING: text_add_json(to, value.as.text); break;
    case CEL_BYTES:
        buffer_add_text(to, "b'");
        for (size_t i = 0; i < value.as.text.len; i++)
            buffer_add_format(to, "%02x", value.as.text.data[i]);
        buffer_add_text(to, "'");
        break;
    case CEL_LIST: show_list(to, eval, value.as.list); break;
    case CEL_MAP: show_map(to, eval, value.as.map); break;
    case CEL_TIMESTAMP: buffer_add(to, text, cel_print_timestamp(value, text)); break;
    case CEL_DURATION: buffer_add(to, text, cel_print_duration(value, text)); break;
    case CEL_TYPE: buffer_add_text(to, cel_type_name(value.as.type)); break;
    }
}

static void copy_out(char *to, size_t size, struct buffer *text)
{
    size_t len = text->len < size - 1 ? text->len : size - 1;
    if (len > 0)
        memcpy(to, text->data, len);
    to[len] = '\0';
    buffer_free(text);
}

struct evaluated evaluate_language(
    const char *expression, enum language_mode mode, uint64_t cost_max)
{
    struct arena arena = {0};
    struct evaluated out = {{0}, {0}, 0};
    struct buffer text = {0}, type = {0};
    struct cel_library *library = cel_library_new();
    const struct cel_variable variables[VARIABLE_COUNT] = {
        [X] = {BYTES_LITERAL("x"), &cel_type_int},
        [U] = {BYTES_LITERAL("u"), &cel_type_uint},
        [R] = {BYTES_LITERAL("r"), &cel_type_double},
        [S] = {BYTES_LITERAL("s"), &cel_type_string},
        [B] = {BYTES_LITERAL("b"), &cel_type_bytes},
        [YES] = {BYTES_LITERAL("yes"), &cel_type_bool},
        [LIST] = {BYTES_LITERAL("list"), cel_type_list(&arena, &cel_type_int)},
        [MAP] = {BYTES_LITERAL("map"), cel_type_map(&arena, &cel_type_string, &cel_type_int)},
        [ANY] = {BYTES_LITERAL("any"), &cel_type_dyn},
        [ABSENT] = {BYTES_LITERAL("absent"), &cel_type_dyn},
        [CONTACT] = {BYTES_LITERAL("contact"), cel_type_object(&arena, &contact_object)},
        [T] = {BYTES_LITERAL("t"), &cel_type_timestamp},
        [D] = {BYTES_LITERAL("d"), &cel_type_duration},
    };
    const struct cel_scope scope = {library, BYTES_LITERAL(""), variables, VARIABLE_COUNT};
    const struct cel_host host = {
        .variable = variable, .zone_offset = zone_offset, .now_s = 1795694400};
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&arena, bytes_text(expression), &problems);
    bool is_good = root != NULL;
    if (is_good && mode == LANGUAGE_UNCHECKED)
        cel_resolve(&arena, &scope, root);
    else if (is_good)
        is_good = cel_check(&arena, &scope, root, &problems);
    if (!is_good) {
        const struct cel_problem *problem = &problems.items[0];
        buffer_add_format(
            &text, "problem: %u-%u %s", problem->begin, problem->end, problem->message);
    } else {
        struct cel_program *program = cel_compile(&arena, &scope, root);
        struct cel_eval eval = {.host = &host};
        struct cel_value value = cel_run(&eval, program, cost_max);
        out.cost = (cost_max == 0 ? CEL_COST_MAX : cost_max) - eval.cost_left;
        eval.cost_left = CEL_COST_MAX; // for what showing takes
        show(&text, &eval, value);
        if (root->type != NULL)
            cel_type_add(&type, root->type);
        cel_eval_free(&eval);
        cel_program_free(program);
    }
    copy_out(out.text, sizeof(out.text), &text);
    copy_out(out.type, sizeof(out.type), &type);
    cel_library_free(library);
    arena_free(&arena);
    return out;
}
