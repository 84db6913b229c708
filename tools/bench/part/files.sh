# From a file of events to actions, one core: speed, memory, growth, replay. Sourced by run.
one_core="taskset -c $CORE"

# files_run RUN: folds $events from nothing, checks, takes a sample
files_run() {
    daemon_files
    # shellcheck disable=SC2086 # words
    daemon_once $one_core
    expect events "$read" "$events_count"
    [ -n "$actions_wanted" ] || actions_wanted=$actions
    expect actions "$actions" "$actions_wanted"
    actions_check "$dir/actions.ndjson" "$actions"
    sample "$(calc "$read * 1e6 / $wall_us")" "$(calc "$cpu_us / $read")"
    echo "$rss_kib $actions" >>"$work/rss"
}

# files_rows NAME NOTE: one row of such runs; sets $rss_median_kib
files_rows() {
    actions_wanted=
    rm -f "$work/rss"
    repeat files_run
    row "$1" events/s "$2"
    rss_median_kib=$(sort -n "$work/rss" | awk '{ rss[NR] = $1 } END { print rss[int((NR + 1) / 2)] }')
}

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
sample "$(calc "$rss_median_kib * 1024 / $contacts")"
row 'memory a contact' bytes "largest resident size ($((rss_median_kib / 1024)) MiB) / $contacts contacts, ids of all events included"
files_digest=$(digest)
files_actions=$actions_wanted
grep -o '"subject":"[^"]*"' "$dir/actions.ndjson" | sort >"$work/subjects"

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
