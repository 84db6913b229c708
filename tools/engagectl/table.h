// Text tables for terminals: columns as wide as their widest cell.
#ifndef TOOLS_ENGAGECTL_TABLE_H
#define TOOLS_ENGAGECTL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

enum { TABLE_COLUMNS_MAX = 12 };
enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
    const char *title; // NULL in all columns: no line of titles
    enum table_align align;
};

struct table {
    struct arena arena; // cells
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    struct bytes *cells; // row by row; whole rows when it is printed
    size_t cell_count, cell_cap;
};

// Columns are copied, their titles borrowed.
void table_init(struct table *table, const struct table_column *columns, size_t count);
void table_free(struct table *table);
// The next cell, copied. Control characters become spaces, so that a cell is one line and moves no cursor.
void table_add(struct table *table, struct bytes text);
void table_add_text(struct table *table, const char *text);
void table_add_number(struct table *table, uint64_t number); // "1,234"
// Appends all rows; two spaces between columns, none at the end of a line.
void table_print(const struct table *table, struct buffer *to);

// How many places of a terminal the text takes: marks that combine take none, East Asian wide
// characters and pictures two. Broken UTF-8 counts a place a byte.
size_t text_width(struct bytes text);

#endif
