// Checks the pages of a store's file before LMDB follows them, because LMDB believes what it reads.
//
// A file of LMDB 0.9 (data version 1), all integers in the byte order of the machine:
//   page        number (8), unused (2), flags (2), then
//               branch, leaf: end of the offsets (2), start of the nodes (2), offsets of the nodes (2 each)
//               overflow: number of pages (4), the value
//   node        low, high (2 each), flags (2), key length (2), key, data
//               branch: the child's page is low, high, flags; leaf: low, high are the length of the data
//   meta page   page, magic (4), version (4), address (8), map size (8), two tables, last page (8),
//               transaction (8)
//   table       page size in the first one (4), flags (2), depth (2), branch pages, leaf pages, overflow
//               pages, entries, root (8 each)
#include "projections/store_pages.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "projections/store_internal.h"

enum {
    PAGE_AT_FLAGS = 10,
    PAGE_AT_LOWER = 12,
    PAGE_AT_UPPER = 14,
    PAGE_AT_COUNT = 12,
    PAGE_HEAD_BYTES = 16,
    PAGE_BYTES_MIN = 512,
    PAGE_BYTES_MAX = 32768,
    IS_BRANCH = 1,
    IS_LEAF = 2,
    IS_OVERFLOW = 4,
    IS_META = 8,

    NODE_AT_FLAGS = 4,
    NODE_AT_KEY_LEN = 6,
    NODE_HEAD_BYTES = 8,
    NODE_IS_BIG = 1,   // the data is the number of an overflow page
    NODE_IS_TABLE = 2, // the data is a table

    META_AT_VERSION = PAGE_HEAD_BYTES + 4,
    META_AT_MAP_BYTES = PAGE_HEAD_BYTES + 16,
    META_AT_FREE = PAGE_HEAD_BYTES + 24,
    META_AT_MAIN = META_AT_FREE + 48,
    META_AT_LAST_PAGE = META_AT_MAIN + 48,
    META_AT_TXN = META_AT_LAST_PAGE + 8,
    META_END = META_AT_TXN + 8,
    META_PAGES = 2,
    META_VERSION = 1,

    TABLE_BYTES = 48,
    DEPTH_MAX = 32, // LMDB's own limit
    UNWRITTEN_PAGES =
        65536, // pages at the end that were taken and given back before they were written
};
static const uint32_t META_MAGIC = 0xBEEFC0DE;
static const uint64_t MAP_BYTES_MAX = UINT64_C(1) << 44;

struct table {
    unsigned flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};

struct pages {
    const uint8_t *file;
    size_t page_bytes;
    uint64_t count; // page numbers below it are in the file
    uint64_t last;  // highest number in use, by the meta page
    uint64_t txn;   // transaction that wrote the newest page
    uint8_t *seen;  // a bit a page
    enum store_scope scope;
    uint64_t page;      // looked at
    const char *reason; // of the first thing that is wrong; NULL: none
};

// A way through one tree, in the order of its keys.
struct tree {
    struct pages *pages;
    enum tree_kind { TREE_FREE, TREE_MAIN, TREE_NUMBERS, TREE_BYTES16 } kind;
    struct table found;
    struct bytes key;   // the last one of a leaf; data NULL: none yet
    struct bytes least; // what the next key of a leaf may not be below; data NULL: no such bound
};

static uint16_t read_u16(const uint8_t *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static uint32_t read_u32(const uint8_t *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static uint64_t read_u64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static bool wrong(struct pages *pages, const char *reason)
{
    if (pages->reason == NULL)
        pages->reason = reason;
    return false;
}

// Notes that pages are in use; each may be once.
static bool pages_take(struct pages *pages, uint64_t from, uint64_t count)
{
    if (from < META_PAGES || from >= pages->count || count > pages->count - from)
        return wrong(pages, "a page number beyond the file");
    for (uint64_t page = from; page < from + count; page++) {
        uint8_t bit = (uint8_t)(1U << page % 8);
        if ((pages->seen[page / 8] & bit) != 0)
            return wrong(pages, "a page that is used twice");
        pages->seen[page / 8] |= bit;
    }
    return true;
}

static const uint8_t *page_at(const struct pages *pages, uint64_t page)
{
    return pages->file + page * pages->page_bytes;
}

static struct table table_read(const uint8_t *from)
{
    return (struct table){
        .flags = read_u16(from + 4),
        .depth = read_u16(from + 6),
        .branches = read_u64(from + 8),
        .leaves = read_u64(from + 16),
        .overflows = read_u64(from + 24),
        .entries = read_u64(from + 32),
        .root = read_u64(from + 40),
    };
}

static int key_compare(enum tree_kind kind, struct bytes a, struct bytes b)
{
    if (kind == TREE_FREE || kind == TREE_NUMBERS) {
        uint64_t left = read_u64(a.data), right = read_u64(b.data);
        return (left > right) - (left < right);
    }
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool key_has_form(enum tree_kind kind, size_t len)
{
    switch (kind) {
    case TREE_FREE:
    case TREE_NUMBERS: return len == sizeof(uint64_t);
    case TREE_BYTES16: return len == 16;
    case TREE_MAIN: return len > 0;
    }
    return false;
}

// A key that must come behind all of a leaf before it.
static bool tree_take_key(struct tree *tree, struct bytes key)
{
    if (!key_has_form(tree->kind, key.len))
        return wrong(tree->pages, "a key of another length");
    if (tree->key.data != NULL && key_compare(tree->kind, tree->key, key) >= 0)
        return wrong(tree->pages, "keys out of order");
    if (tree->least.data != NULL && key_compare(tree->kind, key, tree->least) < 0)
        return wrong(tree->pages, "a key that its branch page sends elsewhere");
    return true;
}

// The numbers of free pages that one transaction left: their count, then they, the highest first.
static bool check_free_list(struct pages *pages, struct bytes key, struct bytes data)
{
    uint64_t room = data.len / sizeof(uint64_t);
    uint64_t count = room == 0 ? 0 : read_u64(data.data);
    if (read_u64(key.data) > pages->txn)
        return wrong(pages, "pages freed by a transaction to come");
    if (room == 0 || count > room - 1)
        return wrong(pages, "a list of free pages that is longer than itself");
    uint64_t before = UINT64_MAX;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t page = read_u64(data.data + i * sizeof(uint64_t));
        if (page >= before || page > pages->last)
            return wrong(pages, "free pages out of order");
        if (page < pages->count && !pages_take(pages, page, 1))
            return false;
        if (page < META_PAGES)
            return wrong(pages, "a meta page that is free");
        before = page;
    }
    return true;
}

static bool check_table(struct pages *pages, enum tree_kind kind, const struct table *said);

// An entry of the main tree: a database of ours.
static bool check_named(struct pages *pages, struct bytes key, struct bytes data, unsigned flags)
{
    unsigned table_flags;
    enum store_db db;
    if (!store_db_find(key, &db, &table_flags))
        return wrong(pages, "a database of another name");
    if (flags != NODE_IS_TABLE || data.len != TABLE_BYTES)
        return wrong(pages, "a database that is none");
    struct table table = table_read(data.data);
    if (table.flags != table_flags)
        return wrong(pages, "a database of another kind");
    if (pages->scope == STORE_SCOPE_META && db != STORE_META)
        return true;
    return check_table(pages, db == STORE_DEDUP ? TREE_BYTES16 : TREE_NUMBERS, &table);
}

// The data of a node: on the page, or on pages of its own.
static bool find_data(struct tree *tree, const uint8_t *node, struct bytes *out)
{
    struct pages *pages = tree->pages;
    size_t len = read_u16(node) | (size_t)read_u16(node + 2) << 16;
    const uint8_t *data = node + NODE_HEAD_BYTES + read_u16(node + NODE_AT_KEY_LEN);
    *out = bytes_of(data, len);
    if ((read_u16(node + NODE_AT_FLAGS) & NODE_IS_BIG) == 0)
        return true;
    uint64_t first = read_u64(data);
    uint64_t needed = (PAGE_HEAD_BYTES - 1 + len) / pages->page_bytes + 1;
    if (first < META_PAGES || first >= pages->count)
        return wrong(pages, "a page number beyond the file");
    const uint8_t *page = page_at(pages, first);
    uint64_t count = read_u32(page + PAGE_AT_COUNT);
    if (read_u64(page) != first || read_u16(page + PAGE_AT_FLAGS) != IS_OVERFLOW)
        return wrong(pages, "a page of a long value that is none");
    if (count < needed)
        return wrong(pages, "a long value that is longer than its pages");
    tree->found.overflows += count;
    *out = bytes_of(page + PAGE_HEAD_BYTES, len);
    return pages_take(pages, first, count);
}

static bool check_leaf_node(struct tree *tree, const uint8_t *node)
{
    struct pages *pages = tree->pages;
    unsigned flags = read_u16(node + NODE_AT_FLAGS);
    struct bytes key = bytes_of(node + NODE_HEAD_BYTES, read_u16(node + NODE_AT_KEY_LEN));
    struct bytes data;
    if (!tree_take_key(tree, key))
        return false;
    tree->key = key;
    tree->least = (struct bytes){NULL, 0};
    tree->found.entries++;
    if (tree->kind != TREE_MAIN && (flags & ~(unsigned)NODE_IS_BIG) != 0)
        return wrong(pages, "a node of another kind");
    if (!find_data(tree, node, &data))
        return false;
    switch (tree->kind) {
    case TREE_FREE: return check_free_list(pages, key, data);
    case TREE_MAIN: return check_named(pages, key, data, flags);
    case TREE_NUMBERS: break;
    case TREE_BYTES16: break;
    }
    return true;
}

static bool check_page(struct tree *tree, uint64_t number, unsigned depth);

static bool check_branch_node(struct tree *tree, const uint8_t *node, size_t index, unsigned depth)
{
    uint64_t child = read_u16(node) | (uint64_t)read_u16(node + 2) << 16 |
                     (uint64_t)read_u16(node + NODE_AT_FLAGS) << 32;
    struct bytes key = bytes_of(node + NODE_HEAD_BYTES, read_u16(node + NODE_AT_KEY_LEN));
    if (index > 0) { // the first key is not looked at
        tree->least = (struct bytes){NULL, 0};
        if (!tree_take_key(tree, key))
            return false;
        tree->least = key;
    }
    return check_page(tree, child, depth - 1);
}

// Bytes that a node takes on its page; 0 when it does not fit there.
static size_t node_bytes(const uint8_t *page, size_t offset, size_t page_bytes, bool is_leaf)
{
    size_t upper = read_u16(page + PAGE_AT_UPPER);
    if (offset % 2 != 0 || offset < upper || offset + NODE_HEAD_BYTES > page_bytes)
        return 0;
    const uint8_t *node = page + offset;
    size_t len = NODE_HEAD_BYTES + (size_t)read_u16(node + NODE_AT_KEY_LEN);
    if (is_leaf && (read_u16(node + NODE_AT_FLAGS) & NODE_IS_BIG) != 0)
        len += sizeof(uint64_t);
    else if (is_leaf)
        len += read_u16(node) | (size_t)read_u16(node + 2) << 16;
    len += len % 2;
    return len <= page_bytes - offset ? len : 0;
}

// Whether the nodes of a page lie within it, and take exactly what they should.
static bool check_layout(struct pages *pages, const uint8_t *page, bool is_leaf)
{
    size_t lower = read_u16(page + PAGE_AT_LOWER);
    size_t upper = read_u16(page + PAGE_AT_UPPER);
    if (lower <= PAGE_HEAD_BYTES || lower % 2 != 0 || lower > upper || upper > pages->page_bytes)
        return wrong(pages, "a page whose bounds are wrong");
    size_t sum = 0;
    for (size_t at = PAGE_HEAD_BYTES; at < lower; at += 2) {
        size_t len = node_bytes(page, read_u16(page + at), pages->page_bytes, is_leaf);
        if (len == 0)
            return wrong(pages, "a node beyond its page");
        sum += len;
    }
    if (sum != pages->page_bytes - upper)
        return wrong(pages, "nodes that do not fill their page");
    return true;
}

// One page of a tree and all below it; depth 1 is a leaf.
static bool check_page(struct tree *tree, uint64_t number, unsigned depth)
{
    struct pages *pages = tree->pages;
    bool is_leaf = depth == 1;
    if (!pages_take(pages, number, 1))
        return false;
    pages->page = number;
    const uint8_t *page = page_at(pages, number);
    unsigned flags = read_u16(page + PAGE_AT_FLAGS);
    if (read_u64(page) != number || flags != (unsigned)(is_leaf ? IS_LEAF : IS_BRANCH))
        return wrong(pages, "a page of another kind or number");
    if (!check_layout(pages, page, is_leaf))
        return false;
    if (is_leaf)
        tree->found.leaves++;
    else
        tree->found.branches++;
    size_t nodes = (read_u16(page + PAGE_AT_LOWER) - (size_t)PAGE_HEAD_BYTES) / 2;
    for (size_t i = 0; i < nodes; i++) {
        const uint8_t *node = page + read_u16(page + PAGE_HEAD_BYTES + 2 * i);
        bool is_right =
            is_leaf ? check_leaf_node(tree, node) : check_branch_node(tree, node, i, depth);
        if (!is_right)
            return false;
    }
    return true;
}

static bool check_table(struct pages *pages, enum tree_kind kind, const struct table *said)
{
    struct tree tree = {.pages = pages, .kind = kind};
    if (said->root != UINT64_MAX) {
        if (said->depth == 0 || said->depth > DEPTH_MAX)
            return wrong(pages, "a tree that is too deep");
        if (!check_page(&tree, said->root, said->depth))
            return false;
        tree.found.depth = said->depth;
    }
    const struct table *is = &tree.found;
    if (is->depth != said->depth || is->branches != said->branches || is->leaves != said->leaves ||
        is->overflows != said->overflows || is->entries != said->entries)
        return wrong(pages, "a tree that has not as many pages or entries as it should");
    return true;
}

// --- meta pages

static enum err meta_damaged(struct fault *fault, unsigned page, const char *reason)
{
    return fault_set(fault, ERR_CORRUPT, "store: meta page %u: %s", page, reason);
}

// The size of a page as both meta pages say; 0 when they do not agree.
static size_t page_bytes_of(struct bytes file)
{
    if (file.len < META_END)
        return 0;
    size_t page_bytes = read_u32(file.data + META_AT_FREE);
    bool is_legal = page_bytes >= PAGE_BYTES_MIN && page_bytes <= PAGE_BYTES_MAX &&
                    (page_bytes & (page_bytes - 1)) == 0;
    if (!is_legal || file.len < META_PAGES * page_bytes)
        return 0;
    return read_u32(file.data + page_bytes + META_AT_FREE) == page_bytes ? page_bytes : 0;
}

enum err store_metas_check(struct bytes file, struct fault *fault)
{
    size_t page_bytes = page_bytes_of(file);
    if (page_bytes == 0)
        return meta_damaged(fault, 0, "the size of a page");
    for (unsigned i = 0; i < META_PAGES; i++) {
        const uint8_t *meta = file.data + i * page_bytes;
        uint64_t txn = read_u64(meta + META_AT_TXN);
        uint64_t last = read_u64(meta + META_AT_LAST_PAGE);
        if (read_u64(meta) != i || read_u16(meta + PAGE_AT_FLAGS) != IS_META ||
            read_u32(meta + PAGE_HEAD_BYTES) != META_MAGIC ||
            read_u32(meta + META_AT_VERSION) != META_VERSION)
            return meta_damaged(fault, i, "it is none");
        if (table_read(meta + META_AT_FREE).flags != MDB_INTEGERKEY ||
            table_read(meta + META_AT_MAIN).flags != 0)
            return meta_damaged(fault, i, "a tree of another kind");
        if (read_u64(meta + META_AT_MAP_BYTES) > MAP_BYTES_MAX)
            return meta_damaged(fault, i, "the size of the map");
        if (last < META_PAGES - 1 || last > file.len / page_bytes + UNWRITTEN_PAGES)
            return meta_damaged(fault, i, "the last page is far beyond the file");
        if (txn != 0 && txn % META_PAGES != i)
            return meta_damaged(fault, i, "a transaction that belongs into the other one");
    }
    return ERR_OK;
}

// The transaction that a meta page is of at this moment.
static uint64_t meta_txn_now(const uint8_t *meta)
{
    const volatile uint8_t *at = meta + META_AT_TXN;
    uint8_t bytes[sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = at[i];
    return read_u64(bytes);
}

static enum err overtaken(struct fault *fault, uint64_t txn)
{
    return fault_set(
        fault, ERR_AGAIN, "store: no meta page is of transaction %" PRIu64 " any more", txn);
}

// Another process may write the meta page while it is read: what was taken from it need not be of one transaction.
enum err store_pages_check(
    struct bytes file, uint64_t txn, enum store_scope scope, struct fault *fault)
{
    size_t page_bytes = page_bytes_of(file);
    const uint8_t *meta = page_bytes == 0 ? NULL : file.data + txn % META_PAGES * page_bytes;
    if (meta == NULL || read_u64(meta + META_AT_TXN) != txn)
        return overtaken(fault, txn);
    struct pages pages = {
        .file = file.data,
        .page_bytes = page_bytes,
        .last = read_u64(meta + META_AT_LAST_PAGE),
        .count = file.len / page_bytes,
        .txn = txn,
        .scope = scope,
    };
    if (pages.count > pages.last + 1)
        pages.count = pages.last + 1;
    pages.seen = mem_zero(pages.count / 8 + 1, 1);
    struct table free_list = table_read(meta + META_AT_FREE);
    struct table main = table_read(meta + META_AT_MAIN);
    bool is_right = check_table(&pages, TREE_MAIN, &main);
    if (is_right && scope == STORE_SCOPE_ALL)
        is_right = check_table(&pages, TREE_FREE, &free_list);
    free(pages.seen);
    if (is_right)
        return ERR_OK;
    if (meta_txn_now(meta) != txn)
        return overtaken(fault, txn);
    return fault_set(fault, ERR_CORRUPT, "store: page %" PRIu64 ": %s", pages.page, pages.reason);
}
