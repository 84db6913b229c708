// A reader of journals that shares no code with the engine: written from docs/journal-format.md.
#ifndef TESTS_TORTURE_JOURNAL_VIEW_H
#define TESTS_TORTURE_JOURNAL_VIEW_H

#include "tests/torture/base.h"

struct chain {
    uint64_t low, high;
};

enum input_kind { INPUT_EVENT, INPUT_DUPLICATE, INPUT_REJECTED };

struct journal_input {
    enum input_kind kind;
    uint64_t position;
    const char *value; // as it was received; none of a duplicate
    size_t value_len;
};

typedef void journal_input_fn(void *context, const struct journal_input *input);

struct journal_view {
    struct chain *frames; // by sequence, from 1
    size_t count, cap;
    uint64_t durable_mark; // the highest that a record claims
    uint64_t events, duplicates, rejected;
    bool is_torn;           // behind the last whole frame stands something else than zeroes
    char wrong[TEXT_BYTES]; // what cannot be repaired; empty when nothing
};

// Reads all files of a journal up to the longest valid prefix, and gives each input to the function (may
// be NULL). The journal of a directory that is not there is empty. *view is made anew.
void journal_view_read(
    const char *directory, struct journal_view *view, journal_input_fn *each, void *context);
void journal_view_free(struct journal_view *view);

#endif
