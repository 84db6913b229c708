// Text tables for terminals.
#include "tools/engagectl/table.h"

#include <stdbool.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "tools/engagectl/progress.h"

enum { GAP_SPACES = 2 };

struct range {
    uint32_t first, last;
};

// The blocks that matter in names and addresses, not the whole of Unicode's tables.
static const struct range zero_wide[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},   {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};
static const struct range double_wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool is_within(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    }
    return false;
}

// Decodes the character at the beginning; its length in bytes. A broken one is one byte.
static size_t read_point(struct bytes text, uint32_t *point_out)
{
    uint8_t first = text.data[0];
    size_t len = 1;
    if (first >= 0xF0 && first < 0xF8)
        len = 4;
    else if (first >= 0xE0 && first < 0xF0)
        len = 3;
    else if (first >= 0xC2 && first < 0xE0)
        len = 2;
    uint32_t point = len == 1 ? first : first & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (i >= text.len || (text.data[i] & 0xC0) != 0x80) {
            *point_out = first;
            return 1;
        }
        point = point << 6 | (text.data[i] & 0x3F);
    }
    *point_out = point;
    return len;
}

size_t text_width(struct bytes text)
{
    size_t width = 0;
    while (text.len > 0) {
        uint32_t point = 0;
        size_t len = read_point(text, &point);
        text = bytes_of(text.data + len, text.len - len);
        if (is_within(zero_wide, sizeof(zero_wide) / sizeof(zero_wide[0]), point))
            continue;
        bool is_double =
            is_within(double_wide, sizeof(double_wide) / sizeof(double_wide[0]), point);
        width += is_double ? 2 : 1;
    }
    return width;
}

void table_init(struct table *table, const struct table_column *columns, size_t count)
{
    INVARIANT(count > 0 && count <= TABLE_COLUMNS_MAX);
    *table = (struct table){.column_count = count};
    for (size_t i = 0; i < count; i++)
        table->columns[i] = columns[i];
}

void table_free(struct table *table)
{
    free(table->cells);
    arena_free(&table->arena);
    *table = (struct table){.column_count = 0};
}

// Also the second byte of the C1 controls, U+0080 to U+009F.
static void blank_controls(uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] == 0x7F)
            text[i] = ' ';
        if (text[i] == 0xC2 && i + 1 < len && text[i + 1] >= 0x80 && text[i + 1] < 0xA0) {
            text[i] = ' ';
            text[i + 1] = ' ';
        }
    }
}

void table_add(struct table *table, struct bytes text)
{
    if (table->cell_count == table->cell_cap) {
        table->cell_cap = table->cell_cap == 0 ? 64 : table->cell_cap * 2;
        table->cells = mem_resize(table->cells, table->cell_cap * sizeof(*table->cells));
    }
    uint8_t *copy = arena_alloc(&table->arena, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    blank_controls(copy, text.len);
    table->cells[table->cell_count++] = bytes_of(copy, text.len);
}

void table_add_text(struct table *table, const char *text)
{
    table_add(table, bytes_text(text));
}

void table_add_number(struct table *table, uint64_t number)
{
    struct buffer text = {0};
    progress_add_number(&text, number);
    table_add(table, buffer_bytes(&text));
    buffer_free(&text);
}

static bool has_titles(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].title != NULL)
            return true;
    }
    return false;
}

static struct bytes title_of(const struct table *table, size_t column)
{
    const char *title = table->columns[column].title;
    return bytes_text(title == NULL ? "" : title);
}

static void add_spaces(struct buffer *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_add_u8(to, ' ');
}

static void print_row(
    const struct table *table, const struct bytes *cells, const size_t *widths, struct buffer *to)
{
    size_t begin = to->len;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t spaces = widths[i] - text_width(cells[i]);
        if (i > 0)
            add_spaces(to, GAP_SPACES);
        if (table->columns[i].align == TABLE_RIGHT)
            add_spaces(to, spaces);
        buffer_add_bytes(to, cells[i]);
        if (table->columns[i].align == TABLE_LEFT)
            add_spaces(to, spaces);
    }
    while (to->len > begin && to->data[to->len - 1] == ' ')
        to->len--;
    buffer_add_u8(to, '\n');
}

void table_print(const struct table *table, struct buffer *to)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    struct bytes titles[TABLE_COLUMNS_MAX];
    INVARIANT(table->cell_count % table->column_count == 0);
    for (size_t i = 0; i < table->column_count; i++) {
        titles[i] = title_of(table, i);
        widths[i] = text_width(titles[i]);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = text_width(table->cells[i]);
        if (width > widths[i % table->column_count])
            widths[i % table->column_count] = width;
    }
    if (has_titles(table))
        print_row(table, titles, widths, to);
    for (size_t i = 0; i < table->cell_count; i += table->column_count)
        print_row(table, table->cells + i, widths, to);
}
