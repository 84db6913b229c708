// Random expressions as text, with no more parentheses than the grammar asks for, and some more at random.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/rules/cel/random_tree.h"

enum { LEVEL_ANY = 1, LEVEL_UNARY = 7, LEVEL_MEMBER = 8, LEVEL_PRIMARY = 9 };

static void print(struct tree_printer *printer, const struct tree *tree, int level);

void tree_add_utf8(struct buffer *to, uint32_t point)
{
    if (point < 0x80) {
        buffer_add_u8(to, (uint8_t)point);
        return;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    buffer_add_u8(to, (uint8_t)((0xF80 >> more & 0xFF) | point >> 6 * more));
    while (more-- > 0)
        buffer_add_u8(to, (uint8_t)(0x80 | (point >> 6 * more & 0x3F)));
}

// Whatever may stand between two tokens; a space at least.
static void add_space(struct tree_printer *printer)
{
    static const char *const spaces[] = {" ", "  ", "\n", "\t", " // a comment\n", "\r\n"};
    bool is_plain = sim_random_chance(&printer->random, 950);
    buffer_add_text(printer->to, spaces[is_plain ? 0 : sim_random_below(&printer->random, 6)]);
}

// --- literals
static void add_text(struct tree_printer *printer, struct naive text)
{
    static const char escapes[] = "\"'\\\n";
    static const char letters[] = "\"'\\n";
    struct buffer *to = printer->to;
    uint8_t quote = sim_random_chance(&printer->random, 500) ? '"' : '\'';
    buffer_add_u8(to, quote);
    for (size_t i = 0; i < text.count; i++) {
        uint32_t point = text.points[i];
        const char *escape = point < 0x80 ? strchr(escapes, (int)point) : NULL;
        if (escape != NULL)
            buffer_add_format(to, "\\%c", letters[escape - escapes]);
        else if (sim_random_chance(&printer->random, 900))
            tree_add_utf8(to, point);
        else if (point > 0xFFFF)
            buffer_add_format(to, "\\U%08" PRIx32, point);
        else
            buffer_add_format(to, "\\u%04" PRIX32, point);
    }
    buffer_add_u8(to, quote);
}

static void add_double(struct buffer *to, double value)
{
    char text[40];
    (void)snprintf(text, sizeof(text), "%.17g", value);
    buffer_add_text(to, text);
    if (strpbrk(text, ".en") == NULL)
        buffer_add_text(to, ".0");
}

static void add_time(struct buffer *to, struct naive literal)
{
    char text[64];
    naive_print_time(literal, text, sizeof(text));
    buffer_add_format(to, "%s('%s')", literal.kind == NAIVE_TIME ? "timestamp" : "duration", text);
}

static void add_literal(struct tree_printer *printer, struct naive literal)
{
    bool is_hex = sim_random_chance(&printer->random, 50);
    switch (literal.kind) {
    case NAIVE_BOOL: buffer_add_text(printer->to, literal.boolean ? "true" : "false"); break;
    case NAIVE_INT:
        if (is_hex && literal.integer >= 0)
            buffer_add_format(printer->to, "0x%" PRIx64, (uint64_t)literal.integer);
        else
            buffer_add_format(printer->to, "%" PRId64, literal.integer);
        break;
    case NAIVE_UINT:
        buffer_add_format(printer->to, is_hex ? "0x%" PRIX64 "u" : "%" PRIu64 "u", literal.whole);
        break;
    case NAIVE_DOUBLE: add_double(printer->to, literal.real); break;
    case NAIVE_STRING: add_text(printer, literal); break;
    case NAIVE_TIME:
    case NAIVE_DURATION: add_time(printer->to, literal); break;
    case NAIVE_ERROR:
    case NAIVE_LIST:
    case NAIVE_MAP: break;
    }
}

// --- what has parts
static void print_list(struct tree_printer *printer, const struct tree *tree, size_t from)
{
    for (size_t i = from; i < tree->child_count; i++) {
        if (i > from) {
            bool is_value = tree->form == FORM_MAP && i % 2 == 1;
            buffer_add_u8(printer->to, is_value ? ':' : ',');
            add_space(printer);
        }
        print(printer, tree->children[i], LEVEL_ANY);
    }
}

static void print_collection(struct tree_printer *printer, const struct tree *tree)
{
    buffer_add_u8(printer->to, tree->form == FORM_LIST ? '[' : '{');
    print_list(printer, tree, 0);
    if (tree->child_count > 0 && sim_random_chance(&printer->random, 50))
        buffer_add_u8(printer->to, ',');
    buffer_add_u8(printer->to, tree->form == FORM_LIST ? ']' : '}');
}

static bool is_number(const struct tree *tree)
{
    return tree->form == FORM_LITERAL &&
           (tree->literal.kind == NAIVE_INT || tree->literal.kind == NAIVE_UINT ||
            tree->literal.kind == NAIVE_DOUBLE);
}

// An operand that is a number in parentheses: "-1" and "1.f()" are read as something else.
static void print_operand(struct tree_printer *printer, const struct tree *tree, int level)
{
    if (is_number(tree)) {
        buffer_add_u8(printer->to, '(');
        print(printer, tree, LEVEL_ANY);
        buffer_add_u8(printer->to, ')');
    } else {
        print(printer, tree, level);
    }
}

static void print_binary(struct tree_printer *printer, const struct tree *tree)
{
    print(printer, tree->children[0], tree->row->level);
    add_space(printer);
    buffer_add_text(printer->to, tree->row->text);
    add_space(printer);
    print(printer, tree->children[1], tree->row->level + 1);
}

static void print_condition(struct tree_printer *printer, const struct tree *tree)
{
    print(printer, tree->children[0], tree->row->level + 1);
    add_space(printer);
    buffer_add_text(printer->to, "? ");
    print(printer, tree->children[1], tree->row->level + 1);
    add_space(printer);
    buffer_add_text(printer->to, ": ");
    print(printer, tree->children[2], tree->row->level);
}

static void print_call(struct tree_printer *printer, const struct tree *tree)
{
    bool is_call = tree->form == FORM_CALL || tree->form == FORM_HAS;
    if (tree->form == FORM_BIND)
        buffer_add_text(printer->to, "cel");
    else if (!is_call)
        print_operand(printer, tree->children[0], LEVEL_MEMBER);
    buffer_add_format(printer->to, "%s%s(", is_call ? "" : ".", tree->row->text);
    for (size_t i = 0; i < tree->name_count; i++)
        buffer_add_format(printer->to, "%s, ", tree->name[i]);
    if (tree->form == FORM_HAS) {
        print_operand(printer, tree->children[0], LEVEL_MEMBER);
        buffer_add_format(printer->to, ".%s", tree->name[0]);
    } else {
        print_list(printer, tree, is_call || tree->form == FORM_BIND ? 0 : 1);
    }
    buffer_add_u8(printer->to, ')');
}

static void print_form(struct tree_printer *printer, const struct tree *tree)
{
    switch (tree->form) {
    case FORM_LITERAL:
        if (printer->is_variable(tree->number))
            buffer_add_format(printer->to, "v%" PRIu32, tree->number);
        else
            add_literal(printer, tree->literal);
        break;
    case FORM_LOCAL: buffer_add_text(printer->to, tree->name[0]); break;
    case FORM_LIST:
    case FORM_MAP: print_collection(printer, tree); break;
    case FORM_BINARY:
    case FORM_AND:
    case FORM_OR: print_binary(printer, tree); break;
    case FORM_PREFIX:
        buffer_add_text(printer->to, tree->row->text);
        print_operand(printer, tree->children[0], LEVEL_UNARY);
        break;
    case FORM_INDEX:
        print_operand(printer, tree->children[0], LEVEL_MEMBER);
        buffer_add_u8(printer->to, '[');
        print(printer, tree->children[1], LEVEL_ANY);
        buffer_add_u8(printer->to, ']');
        break;
    case FORM_SELECT:
        print_operand(printer, tree->children[0], LEVEL_MEMBER);
        buffer_add_format(printer->to, ".%s", tree->name[0]);
        break;
    case FORM_CONDITION: print_condition(printer, tree); break;
    case FORM_CALL:
    case FORM_METHOD:
    case FORM_HAS:
    case FORM_BIND:
    case FORM_ALL:
    case FORM_EXISTS:
    case FORM_EXISTS_ONE:
    case FORM_FILTER:
    case FORM_TRANSFORM:
    case FORM_TRANSFORM_MAP:
    case FORM_SORT_BY: print_call(printer, tree); break;
    }
}

// As an operand of something that binds as strongly as the level says.
static void print(struct tree_printer *printer, const struct tree *tree, int level)
{
    int own = tree->row == NULL ? LEVEL_PRIMARY : tree->row->level;
    bool is_enclosed = own < level || sim_random_chance(&printer->random, 20);
    if (is_enclosed)
        buffer_add_u8(printer->to, '(');
    print_form(printer, tree);
    if (is_enclosed)
        buffer_add_u8(printer->to, ')');
}

void tree_print(struct tree_printer *printer, const struct tree *tree)
{
    print(printer, tree, LEVEL_ANY);
}

void tree_print_value(struct buffer *to, struct naive value)
{
    static bool (*const none)(uint32_t) = NULL;
    struct tree_printer printer = {to, sim_random_of(0), none};
    if (value.kind == NAIVE_ERROR)
        buffer_add_text(to, "an error");
    if (value.kind != NAIVE_LIST && value.kind != NAIVE_MAP) {
        add_literal(&printer, value);
        return;
    }
    buffer_add_u8(to, value.kind == NAIVE_LIST ? '[' : '{');
    size_t count = value.kind == NAIVE_LIST ? value.count : 2 * value.count;
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(to, i == 0 ? "" : value.kind == NAIVE_MAP && i % 2 == 1 ? ": " : ", ");
        tree_print_value(to, value.items[i]);
    }
    buffer_add_u8(to, value.kind == NAIVE_LIST ? ']' : '}');
}
