# Folds files of events on one core, from process start to exit. Sourced.
#   needs support/daemon.sh and $CORE
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
    echo "$own_kib $rss_kib" >>"$work/rss"
    used="$(calc "$user_us / $read") user, $(calc "$sys_us / $read") system, $actions actions"
}

# files_rows NAME NOTE: one row of such runs; sets $own_median_kib, $rss_median_kib
files_rows() {
    actions_wanted=
    rm -f "$work/rss"
    repeat files_run
    row "$1" events/s "${2:+$2; }us of the last run: $used"
    own_median_kib=$(sort -n "$work/rss" | awk '{ own[NR] = $1 } END { print own[int((NR + 1) / 2)] }')
    rss_median_kib=$(sort -n -k 2 "$work/rss" | awk '{ rss[NR] = $2 } END { print rss[int((NR + 1) / 2)] }')
}

# subjects_keep: what the last run decided for these events, for other ways to the same result
subjects_keep() { grep -o '"subject":"[^"]*"' "$dir/actions.ndjson" | sort >"$work/subjects"; }

# subjects_make: the same where the part files was left out. Sets $files_actions
subjects_make() {
    rules_make "$RULES"
    events_make "$EVENTS" "$CONTACTS"
    if [ ! -e "$work/subjects" ]; then
        daemon_files
        daemon_once
        subjects_keep
    fi
    files_actions=$(wc -l <"$work/subjects" | tr -d ' ')
}
