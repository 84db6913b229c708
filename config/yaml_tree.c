// Builds the tree from libyaml's events.
#include "config/yaml_tree.h"

#include <stdlib.h>

#include <yaml.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"

enum {
    SMALL_MAPPING_MAX = 16,
    TAG_DIRECTIVES_MAX = 16,
    TAG_DIRECTIVE_BYTES_MAX = 256,
    GROWING_ESCAPES_MAX = 10000,
    KEY_BYTES_SHOWN = 100,
    NAME_BYTES_SHOWN = 60,
    SLAB_NODES_MIN = 16,
    SLAB_NODES_MAX = 128,
    COPIES_BYTES = 4096, // of texts that share an allocation
};

struct builder {
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    bool has_failed; // no tree can come of it
    uint32_t nodes;
    struct arena *arena;
    struct diagnostics *list;
    const struct source_text *source;
    struct yaml_node *slab; // the first node of the slab that is being filled
    uint16_t slab_count, slab_cap;
    uint8_t *copies; // where the next text is copied to
    size_t copies_left;
    bool is_ascii; // then characters are bytes
    // The last mark of libyaml, which counts characters, and the same in bytes.
    size_t mark_chars;
    size_t mark_bytes;
};

static bool is_all_ascii(struct bytes text)
{
    uint64_t all = 0;
    size_t at = 0;
    for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text.data + at, sizeof(word));
        all |= word;
    }
    for (; at < text.len; at++)
        all |= text.data[at];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

static const uint8_t *next_newline(const uint8_t *at, const uint8_t *end)
{
    return at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
}

static void index_lines(struct arena *arena, struct source_text *source)
{
    struct bytes text = source->text;
    const uint8_t *end = text.data + text.len;
    uint32_t count = 1;
    for (const uint8_t *at = next_newline(text.data, end); at != NULL; at = next_newline(at, end)) {
        at++;
        count++;
    }
    uint32_t *starts = arena_alloc(arena, (count / SOURCE_LINES_STEP + 1) * sizeof(*starts));
    uint32_t line = 0;
    starts[0] = 0;
    for (const uint8_t *at = next_newline(text.data, end); at != NULL; at = next_newline(at, end)) {
        at++;
        if (++line % SOURCE_LINES_STEP == 0)
            starts[line / SOURCE_LINES_STEP] = (uint32_t)(at - text.data);
    }
    source->line_starts = starts;
    source->last = arena_alloc(arena, sizeof(*source->last));
    *source->last = (struct source_line){0};
    source->line_count = count;
}

// The place of a byte of the text.
static struct place place_of_offset(const struct source_text *source, size_t offset)
{
    struct place place = {source, 1, 1, 1};
    for (size_t i = 0; i < offset && i < source->text.len; i++) {
        uint8_t byte = source->text.data[i];
        if (byte == '\n') {
            place.line++;
            place.column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static struct place place_of_marks(
    const struct source_text *source, yaml_mark_t start, yaml_mark_t end)
{
    bool is_one_line = start.line == end.line && end.column > start.column;
    return (struct place){
        .source = source,
        .line = (uint32_t)start.line + 1,
        .column = (uint32_t)start.column + 1,
        .length = is_one_line ? (uint32_t)(end.column - start.column) : 1};
}

static struct place place_of_event(const struct builder *builder)
{
    return place_of_marks(builder->source, builder->event.start_mark, builder->event.end_mark);
}

// What libyaml says, and what usually helps.
static void note_hint(struct builder *builder, const char *problem)
{
    static const struct {
        const char *problem;
        const char *hint;
    } hints[] = {
        {"mapping values are not allowed in this context",
         "a value that holds ': ' needs quotes; otherwise check the indentation"},
        {"found character that cannot start any token",
         "tabs cannot indent, use spaces; a text that starts with @ or ` or % needs quotes"},
        {"could not find expected ':'", "a key needs a colon and a space behind it"},
        {"did not find expected key", "check the indentation and the quotes above this line"},
        {"found unexpected end of stream", "a quote or bracket is left open"},
    };
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strcmp(problem, hints[i].problem) == 0)
            diagnostic_note(builder->list, PLACE_NONE, "%s", hints[i].hint);
    }
}

static void report_syntax(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    INVARIANT(parser->error != YAML_MEMORY_ERROR);
    const char *problem = parser->problem != NULL ? parser->problem : "not well-formed";
    struct place place =
        place_of_marks(builder->source, parser->problem_mark, parser->problem_mark);
    if (parser->error == YAML_READER_ERROR)
        place = place_of_offset(builder->source, parser->problem_offset);
    diagnostic_add(builder->list, DIAGNOSTIC_E0101, place, "%s", problem);
    if (parser->context != NULL && parser->error != YAML_READER_ERROR) {
        struct place context =
            place_of_marks(builder->source, parser->context_mark, parser->context_mark);
        diagnostic_note(builder->list, context, "%s that starts here", parser->context);
    }
    note_hint(builder, problem);
}

// Moves on to the next event; false after an error, which is then reported.
static bool next_event(struct builder *builder)
{
    if (builder->has_event)
        yaml_event_delete(&builder->event);
    builder->has_event = false;
    if (builder->has_failed)
        return false;
    if (!yaml_parser_parse(&builder->parser, &builder->event)) {
        report_syntax(builder);
        builder->has_failed = true;
        return false;
    }
    builder->has_event = true;
    return true;
}

static int name_len(const yaml_char_t *name)
{
    return text_shown_len(bytes_text((const char *)name), NAME_BYTES_SHOWN);
}

static void refuse_properties(
    struct builder *builder, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct place place = place_of_event(builder);
    if (anchor != NULL)
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0107, place, "anchor '&%.*s' is not allowed",
            name_len(anchor), (const char *)anchor);
    if (tag != NULL)
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0109, place, "tag '%.*s' is not allowed", name_len(tag),
            (const char *)tag);
}

static struct yaml_node *slab_take(struct builder *builder)
{
    if (builder->slab_count == builder->slab_cap) {
        uint32_t cap = builder->slab_cap * 2U;
        cap = cap < SLAB_NODES_MIN ? SLAB_NODES_MIN : cap > SLAB_NODES_MAX ? SLAB_NODES_MAX : cap;
        struct yaml_slab *slab =
            arena_alloc(builder->arena, sizeof(*slab) + cap * sizeof(struct yaml_node));
        *slab = (struct yaml_slab){.source = builder->source};
        builder->slab = (struct yaml_node *)(void *)(slab + 1);
        builder->slab_cap = (uint16_t)cap;
        builder->slab_count = 0;
    }
    struct yaml_node *node = &builder->slab[builder->slab_count];
    *node = (struct yaml_node){.slot = builder->slab_count++};
    return node;
}

static void set_place(struct yaml_node *node, struct place place)
{
    node->line = place.line & YAML_PLACE_MAX;
    node->column = place.column & YAML_PLACE_MAX;
    node->length = place.length & YAML_PLACE_MAX;
}

static struct yaml_node *node_create(struct builder *builder, enum yaml_kind kind)
{
    struct yaml_node *node = slab_take(builder);
    node->kind = kind;
    set_place(node, place_of_event(builder));
    if (builder->nodes++ == YAML_NODES_MAX) {
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0103, yaml_place(node),
            "the file has more than %d values and keys", YAML_NODES_MAX);
        builder->has_failed = true; // ends the reading
    }
    return node;
}

// The rest of the source from a mark of libyaml on. Marks come in order.
static struct bytes source_from(struct builder *builder, yaml_mark_t mark)
{
    struct bytes text = builder->source->text;
    if (builder->is_ascii) {
        size_t at = mark.index < text.len ? mark.index : text.len;
        return bytes_of(text.data + at, text.len - at);
    }
    while (builder->mark_chars < mark.index && builder->mark_bytes < text.len) {
        size_t at = builder->mark_bytes + 1;
        while (at < text.len && (text.data[at] & 0xc0) == 0x80)
            at++;
        builder->mark_bytes = at;
        builder->mark_chars++;
    }
    return bytes_of(text.data + builder->mark_bytes, text.len - builder->mark_bytes);
}

static const uint8_t *copy_text(struct builder *builder, struct bytes text)
{
    if (text.len == 0)
        return (const uint8_t *)"";
    if (text.len > builder->copies_left) {
        if (text.len > COPIES_BYTES / 4)
            return arena_copy(builder->arena, text).data;
        builder->copies = arena_alloc(builder->arena, COPIES_BYTES);
        builder->copies_left = COPIES_BYTES;
    }
    uint8_t *copy = builder->copies;
    memcpy(copy, text.data, text.len);
    builder->copies += text.len;
    builder->copies_left -= text.len;
    return copy;
}

// A view of the source where the text stands there as it is, which most do; else a copy.
static const uint8_t *keep_text(struct builder *builder, struct bytes text)
{
    struct bytes there = source_from(builder, builder->event.start_mark);
    if (builder->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE && there.len > 0)
        there = bytes_of(there.data + 1, there.len - 1); // the quote
    bool is_there =
        text.len <= there.len && text.len > 0 && memcmp(there.data, text.data, text.len) == 0;
    return is_there ? there.data : copy_text(builder, text);
}

static struct yaml_node *build_scalar(struct builder *builder)
{
    struct yaml_node *node = node_create(builder, YAML_KIND_SCALAR);
    const yaml_event_t *event = &builder->event;
    refuse_properties(builder, event->data.scalar.anchor, event->data.scalar.tag);
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->count = (uint32_t)event->data.scalar.length;
    node->text = keep_text(builder, bytes_of(event->data.scalar.value, node->count));
    return node;
}

static struct yaml_node *build_alias(struct builder *builder)
{
    struct yaml_node *node = node_create(builder, YAML_KIND_SCALAR);
    node->text = copy_text(builder, bytes_of(NULL, 0));
    node->is_refused = true;
    const yaml_char_t *name = builder->event.data.alias.anchor;
    diagnostic_add(
        builder->list, DIAGNOSTIC_E0107, yaml_place(node), "alias '*%.*s' is not allowed",
        name_len(name), (const char *)name);
    return node;
}

static struct yaml_node *build_node(struct builder *builder, unsigned depth);

static struct yaml_node *build_sequence(struct builder *builder, unsigned depth)
{
    struct yaml_node *node = node_create(builder, YAML_KIND_SEQUENCE);
    refuse_properties(
        builder, builder->event.data.sequence_start.anchor, builder->event.data.sequence_start.tag);
    struct yaml_node **end = &node->first;
    while (next_event(builder) && builder->event.type != YAML_SEQUENCE_END_EVENT) {
        struct yaml_node *item = build_node(builder, depth + 1);
        if (item == NULL)
            continue;
        *end = item;
        end = &item->next;
        node->count++;
    }
    return node;
}

// Whether this key may stand in the mapping at all; reports it otherwise.
static bool is_usable_key(struct builder *builder, const struct yaml_node *key)
{
    if (key->kind != YAML_KIND_SCALAR || yaml_is_null(key)) {
        if (!key->is_refused)
            diagnostic_add(
                builder->list, DIAGNOSTIC_E0110, yaml_place(key), "a key must be text, found %s",
                key->kind == YAML_KIND_SCALAR ? "nothing" : yaml_kind_text(key->kind));
        return false;
    }
    if (key->is_plain && bytes_equal_text(yaml_text(key), "<<")) {
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0108, yaml_place(key), "the merge key '<<' is not allowed");
        return false;
    }
    return true;
}

static void report_duplicate(
    struct builder *builder, const struct yaml_node *first, const struct yaml_node *second)
{
    struct bytes text = yaml_text(second);
    int len = text_shown_len(text, KEY_BYTES_SHOWN);
    diagnostic_add(
        builder->list, DIAGNOSTIC_E0106, yaml_place(second), "key '%.*s' is given twice", len,
        (const char *)text.data);
    diagnostic_note(builder->list, yaml_place(first), "first given here");
}

// The keys of a mapping that were seen: a table of them where there are many.
struct seen_keys {
    struct yaml_node *first;
    const struct yaml_node **table; // NULL: the list is looked through
    size_t cap;
};

static struct seen_keys seen_create(const struct yaml_node *mapping)
{
    struct seen_keys seen = {.first = mapping->first};
    if (mapping->count <= SMALL_MAPPING_MAX)
        return seen;
    seen.cap = SMALL_MAPPING_MAX;
    while (seen.cap * 4 < (size_t)mapping->count * 5)
        seen.cap *= 2;
    seen.table = mem_zero(seen.cap, sizeof(*seen.table));
    return seen;
}

// The key of the same text that was seen before this one; NULL: none, and this one is seen now.
static const struct yaml_node *seen_before(struct seen_keys *seen, const struct yaml_node *key)
{
    struct bytes text = yaml_text(key);
    if (seen->table == NULL) {
        const struct yaml_node *at = seen->first;
        while (at != key && !bytes_equal(yaml_text(at), text))
            at = at->next->next;
        return at == key ? NULL : at;
    }
    size_t slot = (size_t)hash_u64(text, 0) & (seen->cap - 1);
    while (seen->table[slot] != NULL && !bytes_equal(yaml_text(seen->table[slot]), text))
        slot = (slot + 1) & (seen->cap - 1);
    const struct yaml_node *first = seen->table[slot];
    if (first == NULL)
        seen->table[slot] = key;
    return first;
}

// Drops and reports the keys that came before; keeps the order. Linear for the few keys that most
// mappings have, by a table for those that someone made large on purpose.
static void drop_duplicates(struct builder *builder, struct yaml_node *mapping)
{
    struct seen_keys seen = seen_create(mapping);
    struct yaml_node **at = &mapping->first;
    while (*at != NULL) {
        struct yaml_node *key = *at;
        const struct yaml_node *first = seen_before(&seen, key);
        if (first == NULL) {
            at = &key->next->next;
            continue;
        }
        report_duplicate(builder, first, key);
        *at = key->next->next;
        mapping->count--;
    }
    free(seen.table);
}

static struct yaml_node *build_mapping(struct builder *builder, unsigned depth)
{
    struct yaml_node *node = node_create(builder, YAML_KIND_MAPPING);
    refuse_properties(
        builder, builder->event.data.mapping_start.anchor, builder->event.data.mapping_start.tag);
    struct yaml_node **end = &node->first;
    while (next_event(builder) && builder->event.type != YAML_MAPPING_END_EVENT) {
        struct yaml_node *key = build_node(builder, depth + 1);
        if (key == NULL || !next_event(builder))
            break;
        struct yaml_node *value = build_node(builder, depth + 1);
        if (value == NULL || !is_usable_key(builder, key))
            continue;
        *end = key;
        key->next = value;
        end = &value->next;
        node->count++;
    }
    drop_duplicates(builder, node);
    return node;
}

// Builds the node that the current event begins, and leaves the event that ends it. NULL after an
// error that leaves no tree. Recursion ends at YAML_DEPTH_MAX.
static struct yaml_node *build_node(struct builder *builder, unsigned depth)
{
    yaml_event_type_t type = builder->event.type;
    bool is_collection = type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
    if (is_collection && depth >= YAML_DEPTH_MAX) {
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0104, place_of_event(builder), "nested more than %d deep",
            YAML_DEPTH_MAX);
        builder->has_failed = true;
        return NULL;
    }
    if (type == YAML_SEQUENCE_START_EVENT)
        return build_sequence(builder, depth);
    if (type == YAML_MAPPING_START_EVENT)
        return build_mapping(builder, depth);
    if (type == YAML_ALIAS_EVENT)
        return build_alias(builder);
    INVARIANT(type == YAML_SCALAR_EVENT);
    return build_scalar(builder);
}

static const struct yaml_node *empty_mapping(struct builder *builder)
{
    struct yaml_node *node = slab_take(builder);
    node->kind = YAML_KIND_MAPPING;
    set_place(node, (struct place){builder->source, 1, 1, 1});
    return node;
}

static const struct yaml_node *build_document(struct builder *builder)
{
    if (!next_event(builder)) // the start of the stream
        return NULL;
    if (!next_event(builder))
        return NULL;
    if (builder->event.type == YAML_STREAM_END_EVENT)
        return empty_mapping(builder);
    if (!next_event(builder))
        return NULL;
    const struct yaml_node *root = build_node(builder, 0);
    if (root == NULL || !next_event(builder) || !next_event(builder))
        return NULL;
    if (builder->event.type != YAML_STREAM_END_EVENT)
        diagnostic_add(
            builder->list, DIAGNOSTIC_E0105, place_of_event(builder),
            "a second document starts here");
    return yaml_is_null(root) ? empty_mapping(builder) : root;
}

static size_t first_invalid(struct bytes text)
{
    size_t low = 0; // text up to here is valid or ends within a character
    for (size_t step = 4096; step > 0; step /= 2) {
        while (low + step <= text.len && text_is_utf8(bytes_of(text.data + low, step)))
            low += step;
    }
    return low;
}

static bool is_tag_directive(const uint8_t *at, const uint8_t *end)
{
    return end - at >= 5 && memcmp(at, "%TAG", 4) == 0 && (at[4] == ' ' || at[4] == '\t');
}

static bool is_long_line(const uint8_t *at, const uint8_t *end)
{
    size_t left = (size_t)(end - at);
    return left > TAG_DIRECTIVE_BYTES_MAX && memchr(at, '\n', TAG_DIRECTIVE_BYTES_MAX + 1) == NULL;
}

// Tags are refused where they are used. libyaml compares each of their directives with all those before
// it, and copies one for each tag that uses it, before it says anything: many and long ones are refused here.
static bool has_few_directives(const struct source_text *source, struct diagnostics *list)
{
    const uint8_t *end = source->text.data + source->text.len;
    const uint8_t *at = source->text.data;
    uint32_t count = 0;
    while (at < end && (at = memchr(at, '%', (size_t)(end - at))) != NULL) {
        bool is_one = is_tag_directive(at, end);
        bool is_long = is_one && is_long_line(at, end);
        if (is_long || (is_one && ++count > TAG_DIRECTIVES_MAX)) {
            diagnostic_add(
                list, DIAGNOSTIC_E0109, place_of_offset(source, (size_t)(at - source->text.data)),
                is_long ? "a tag directive of more than %d bytes" : "more than %d tag directives",
                is_long ? TAG_DIRECTIVE_BYTES_MAX : TAG_DIRECTIVES_MAX);
            return false;
        }
        at++;
    }
    return true;
}

// Two bytes that become three: with few of them no text is longer than the file.
static bool has_few_growing_escapes(const struct source_text *source, struct diagnostics *list)
{
    const uint8_t *end = source->text.data + source->text.len;
    const uint8_t *at = source->text.data;
    uint32_t count = 0;
    while (end - at >= 2 && (at = memchr(at, '\\', (size_t)(end - at) - 1)) != NULL) {
        count += at[1] == 'L' || at[1] == 'P';
        if (count > GROWING_ESCAPES_MAX) {
            diagnostic_add(
                list, DIAGNOSTIC_E0103, place_of_offset(source, (size_t)(at - source->text.data)),
                "more than %d of the escapes '\\L' and '\\P'", GROWING_ESCAPES_MAX);
            return false;
        }
        at += 2;
    }
    return true;
}

// Size and encoding, which libyaml would not report as precisely.
static bool is_readable(const struct source_text *source, struct diagnostics *list)
{
    if (source->text.len > YAML_FILE_BYTES_MAX) {
        diagnostic_add(
            list, DIAGNOSTIC_E0103, place_of_file(source),
            "the file has %zu bytes, at most %d are allowed", source->text.len,
            YAML_FILE_BYTES_MAX);
        return false;
    }
    if (!text_is_utf8(source->text)) {
        diagnostic_add(
            list, DIAGNOSTIC_E0102, place_of_offset(source, first_invalid(source->text)),
            "not valid UTF-8 from here on");
        return false;
    }
    return has_few_directives(source, list) && has_few_growing_escapes(source, list);
}

const struct yaml_node *yaml_tree_parse(
    struct arena *arena, const char *file, struct bytes text, struct diagnostics *list)
{
    struct source_text *source = arena_alloc(arena, sizeof(*source));
    *source = (struct source_text){
        .file = arena_text(arena, bytes_text(file)),
        .text = text.len == 0 ? bytes_text("") : text}; // libyaml asks for a pointer in any case
    if (!is_readable(source, list))
        return NULL;
    index_lines(arena, source);

    struct builder builder = {
        .arena = arena, .list = list, .source = source, .is_ascii = is_all_ascii(text)};
    INVARIANT(yaml_parser_initialize(&builder.parser));
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, source->text.data, source->text.len);

    const struct yaml_node *root = build_document(&builder);
    if (builder.has_failed)
        root = NULL;
    if (builder.has_event)
        yaml_event_delete(&builder.event);
    yaml_parser_delete(&builder.parser);
    return root;
}
