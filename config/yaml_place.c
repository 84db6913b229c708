// Where a part of a scalar's text stands in its file.
#include "config/yaml_tree.h"

// What stands further to the right in its line, or in its scalar, is placed where the scalar begins.
enum { COLUMNS_MAX = 4096, BYTES_MAX = 4096 };

struct walk {
    const uint8_t *at, *end; // of the file
    struct place place;      // of at
    uint8_t quote;           // ' or "; 0: plain or a block
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void step(struct walk *walk)
{
    if (*walk->at == '\n') {
        walk->place.line++;
        walk->place.column = 1;
    } else if ((*walk->at & 0xC0) != 0x80) {
        walk->place.column++;
    }
    walk->at++;
}

// From the beginning of the file to the node.
static bool walk_to_node(struct walk *walk, const struct yaml_node *node)
{
    const struct place node_place = yaml_place(node);
    const struct source_text *source = node_place.source;
    if (source == NULL || node_place.line == 0 || node_place.column > COLUMNS_MAX)
        return false;
    *walk = (struct walk){
        source->text.data, source->text.data + source->text.len, {source, 1, 1, 1}, 0};
    if (source->line_starts != NULL && node_place.line <= source->line_count) {
        walk->at += source_line_start(source, node_place.line);
        walk->place.line = node_place.line;
    }
    while (walk->at < walk->end && walk->place.line < node_place.line)
        step(walk);
    while (walk->at < walk->end && walk->place.column < node_place.column && *walk->at != '\n')
        step(walk);
    return walk->at < walk->end;
}

// Behind the opening quote, or to the line behind a block's header.
static void skip_head(struct walk *walk, const struct yaml_node *node)
{
    if (node->is_plain)
        return;
    if (*walk->at == '\'' || *walk->at == '"') {
        walk->quote = *walk->at;
        step(walk);
        return;
    }
    while (walk->at < walk->end && *walk->at != '\n')
        step(walk);
}

// A line's end and the blanks around it that stand for this one; false when there are none.
static bool skip_fold(struct walk *walk, uint8_t byte)
{
    const uint8_t *at = walk->at;
    while (at < walk->end && is_blank(*at) && *at != '\n')
        at++;
    if (at >= walk->end || *at != '\n' || byte == '\n')
        return false;
    while (walk->at < walk->end && is_blank(*walk->at))
        step(walk);
    return true;
}

// Moves over what stands for one byte of the text; false when the two do not go together.
static bool skip_byte(struct walk *walk, uint8_t byte)
{
    if (walk->quote == 0 && !is_blank(byte)) { // an indent
        while (walk->at < walk->end && is_blank(*walk->at))
            step(walk);
    }
    if (is_blank(byte) && skip_fold(walk, byte))
        return true;
    if (walk->at >= walk->end)
        return false;
    if (walk->quote == '"' && *walk->at == '\\') {
        step(walk);
        bool is_itself = walk->at < walk->end && (*walk->at == byte);
        bool is_newline = walk->at < walk->end && *walk->at == 'n' && byte == '\n';
        if (!is_itself && !is_newline)
            return false;
        step(walk);
        return true;
    }
    if (walk->quote == '\'' && *walk->at == '\'')
        step(walk);
    if (walk->at >= walk->end)
        return false;
    if (*walk->at != byte)
        return false;
    step(walk);
    return true;
}

struct place yaml_place_within(const struct yaml_node *node, size_t begin, size_t end)
{
    struct walk walk;
    struct bytes text = yaml_text(node);
    struct place place = yaml_place(node);
    if (node->kind != YAML_KIND_SCALAR || begin > BYTES_MAX || !walk_to_node(&walk, node))
        return place;
    skip_head(&walk, node);
    for (size_t at = 0; at <= text.len; at++) {
        if (at == begin) {
            while (walk.quote == 0 && walk.at < walk.end && is_blank(*walk.at) && at < text.len &&
                   !is_blank(text.data[at]))
                step(&walk);
            place = walk.place;
        }
        if (at >= end && at > begin)
            break;
        if (at < text.len && !skip_byte(&walk, text.data[at]))
            return yaml_place(node);
    }
    bool is_one_line = walk.place.line == place.line && walk.place.column > place.column;
    place.length = is_one_line ? walk.place.column - place.column : 1;
    return place;
}

struct place yaml_place_shown(
    const struct diagnostics *list, const struct yaml_node *node, size_t begin, size_t end)
{
    return diagnostics_is_full(list) ? yaml_place(node) : yaml_place_within(node, begin, end);
}
