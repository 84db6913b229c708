// Checks the pages of a store's file before LMDB follows them, because LMDB believes what it reads.
//
// LMDB 0.9 has no checksums and no bounds checks: one flipped bit in a page can make it read or write
// anywhere, or hand a page in use out as a free one. What is checked is everything that LMDB follows; what
// values hold is guarded by their checksums. docs/decisions/0009-store-pages-are-checked.md.
#ifndef PROJECTIONS_STORE_PAGES_H
#define PROJECTIONS_STORE_PAGES_H

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "projections/store.h"

// Whether LMDB may open the file at all: both meta pages. file: all of it, mapped or read.
//   ERR_CORRUPT damaged
NODISCARD enum err store_metas_check(struct bytes file, struct fault *fault);

// Whether LMDB may follow the pages of a transaction (mdb_txn_id), which must be held open while others
// may write. store_metas_check has passed.
//   ERR_CORRUPT damaged, the fault names page and reason · ERR_AGAIN no meta page is of that transaction
NODISCARD enum err store_pages_check(
    struct bytes file, uint64_t txn, enum store_scope scope, struct fault *fault);

#endif
