# From a file of events to actions, one core: speed, memory, growth, replay. Sourced by run.
title "From a file to actions: $EVENTS events of 316 B, $CONTACTS contacts, $RULES rules, one core, process start to exit"
head_print
rules_make "$RULES"
events_make "$EVENTS" "$CONTACTS"
yardstick_run() {
    # shellcheck disable=SC2086 # words
    rates=$($one_core "$bench/yardstick" "$events" 1)
    sample "${rates%% *}" "$(calc "1e6 / ${rates%% *}")"
}
repeat yardstick_run
row 'yyjson alone, the same file' events/s 'the yardstick of this part'
files_rows 'file to actions' 'durable, scored, actions out, store written'
sample "$(calc "$(median_of 'file to actions') / $(median_of 'yyjson alone, the same file')")"
row 'ratio to yyjson alone' ratio ''
sample "$(calc "$own_median_kib * 1024 / $contacts")"
row 'memory a contact' bytes "its own memory at most ($((own_median_kib / 1024)) MiB) / $contacts contacts, ids of all events included; with the mapped store's pages $((rss_median_kib / 1024)) MiB"
files_digest=$(digest)
subjects_keep

# replay_run RUN: folds the journal of the last run again; nothing may be published again
replay_run() {
    rm -rf "$dir"/data/shard-*/store
    size=$(wc -c <"$dir/actions.ndjson")
    # shellcheck disable=SC2086 # words
    daemon_once $one_core
    expect "replayed events" "$(field replayed_events)" "$EVENTS"
    expect "bytes of actions" "$(wc -c <"$dir/actions.ndjson")" "$size"
    sample "$(calc "$EVENTS * 1000 / $(field took_ms)")" "$(calc "$cpu_us / $EVENTS")"
}
repeat replay_run
row 'replay of the journal' events/s 'the store was deleted; digests compared; CPU with the checkpoint'
expect "digest after the replay" "$(digest)" "$files_digest"
