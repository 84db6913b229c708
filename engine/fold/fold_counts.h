// What a fold counts.
#ifndef ENGINE_FOLD_FOLD_COUNTS_H
#define ENGINE_FOLD_FOLD_COUNTS_H

#include <stdint.h>

struct fold_counts {
    uint64_t events; // folded, duplicates not among them
    uint64_t actions_decided;
    uint64_t actions_held_consent, actions_held_dnd, actions_held_missing, actions_held_limit;
    uint64_t actions_held_quiet, actions_held_over, actions_delayed; // over: limits of the rules
    uint64_t derived, derived_too_deep;
    uint64_t rules_matched, rules_limited;
    uint64_t runs_started, runs_done, runs_stopped, runs_failed, run_data_refused, steps_failed;
    // When rules came into force: runs whose step is gone, whose workflow is gone, that were moved, cancelled, begun.
    uint64_t runs_pinned, runs_unpinned; // to the version they began with; that could not be
    uint64_t runs_stranded, runs_asleep, runs_moved, runs_cancelled, runs_included;
    uint64_t runs_overdue; // ended or spread
    uint64_t fields_refused, unknown_types;
    uint64_t entries_withdrawn, withdrawals_unmatched;
    uint64_t counted_summarised, counted_refused; // by counters that keep as much as they may
    uint64_t objects_dropped, objects_refused, object_removals_forgotten; // for want of room
    uint64_t timers_fired;
    uint64_t zones_unknown; // times that a zone was asked for that is none
};

#endif
