# Runs of workflows: what it costs to start, keep, wake and finish them. Sourced by run.
title "Workflows: $CONTACTS contacts sign up, one core, process start to exit"
head_print
sign_ups=$work/sign-ups.ndjson
start_s=1767225600 # 2026-01-01, where the events begin
late_line='{"specversion":"1.0","id":"late","source":"bench","type":"bench.late","subject":"late","time":"2026-02-01T00:00:00.000Z","data":{}}'
event_types='events: {bench.signed_up: {data: {due: timestamp}}, bench.late: {data: {}}}'

# workflow_rules NAME LINE...: rules with these steps of a workflow; no LINE: without a workflow
workflow_rules() {
    rules=$work/rules.$1
    shift
    mkdir -p "$rules"
    {
        echo "$event_types"
        [ $# -eq 0 ] || printf 'scores: {s: {rules: []}}\nworkflows:\n  w:\n    on: bench.signed_up\n    steps:\n'
        for line in "$@"; do echo "      - $line"; done
    } >"$rules/rules.yaml"
}

# workflow_run WHICH RUN: folds $events from nothing and takes the CPU of one event as the sample; memory to $work/rss.WHICH
workflow_run() {
    daemon_files
    # shellcheck disable=SC2086 # words
    daemon_once $one_core
    expect events "$read" "$events_count"
    expect 'failed steps' "$(grep -c 'steps_failed' "$dir/log")" 0
    sample "$(calc "$cpu_us / $CONTACTS")" "$(calc "$cpu_us / $CONTACTS")"
    echo "$own_kib" >>"$work/rss.$1"
}

# workflow_rows NAME WHICH: such a row; sets $own_median_kib
workflow_rows() {
    rm -f "$work/rss.$2"
    repeat workflow_run "$2"
    row "$1" 'us a contact' ''
    own_median_kib=$(sort -n "$work/rss.$2" | awk '{ own[NR] = $1 } END { print own[int((NR + 1) / 2)] }')
}

five='{tag: {add: a}}
{tag: {add: b}}
{tag: {remove: b}}
{points: {score: s, add: 5}}
{set: {contact.stage: lead}}'
IFS_before=$IFS
IFS='
'
workflow_rules none
workflow_rules wait '{wait: 10d}'
# shellcheck disable=SC2086 # lines
workflow_rules five $five
# shellcheck disable=SC2086
workflow_rules wait-five '{wait: 10d}' $five
workflow_rules due '{wait: {until: run.data.due}}' '{tag: {add: a}}'
IFS=$IFS_before

"$bench/generate" --sign-ups "$CONTACTS" "$start_s" >"$sign_ups"
events=$sign_ups events_count=$CONTACTS
rules=$work/rules.none
workflow_rows 'no workflow' none
none_kib=$own_median_kib
rules=$work/rules.wait
workflow_rows 'a run that waits' wait
sample "$(calc "($own_median_kib - $none_kib) * 1024 / $CONTACTS")"
row 'memory of a waiting run' bytes 'beside its contact, with its timer'
rules=$work/rules.five
workflow_rows 'a run of five steps, at once' five
sample "$(calc "($(median_of 'a run of five steps, at once') - $(median_of 'no workflow')) / 5")"
row 'a step' us 'with its share of starting and ending the run'
events=$work/late.ndjson events_count=$((CONTACTS + 1))
{
    cat "$sign_ups"
    echo "$late_line"
} >"$events"
rules=$work/rules.wait-five
workflow_rows 'a run that waits, then five steps' wait-five
sample "$(calc "1e6 / ($(median_of 'a run that waits, then five steps') - $(median_of 'a run that waits'))")"
row 'woken and finished' runs/s 'all due between two events, a core'

title "Workflows: $CONTACTS runs wait, and their daemon starts again"
head_print
# restart_waiting_run RUN: killed behind a checkpoint, until it is ready
restart_waiting_run() {
    daemon_files 'http: {listen: "127.0.0.1:0"}'
    daemon_once
    daemon_start
    sample "$ready_ms"
    daemon_end TERM
}
events=$sign_ups events_count=$CONTACTS rules=$work/rules.wait
repeat restart_waiting_run
row 'to ready' ms ''

# overdue_run RUN: all runs are due while nothing runs; then events come at a rate while they are drained
overdue_run() {
    due_s=$(($(date +%s) + 15))
    "$bench/generate" --sign-ups "$CONTACTS" "$due_s" >"$work/due.ndjson"
    daemon_new "{files: [../due.ndjson]}" 'sinks: {file: actions.ndjson}'
    daemon_once
    [ "$(date +%s)" -lt "$due_s" ] || die 'too slow: runs were due before all had signed up'
    while [ "$(date +%s)" -le "$due_s" ]; do sleep 0.1; done
    sed -i 's|^sources: .*|sources: {files: ["-"]}|' "$dir/engaged.yaml"
    echo 'http: {listen: "127.0.0.1:0"}' >>"$dir/engaged.yaml"
    count=$((RATE * LATENCY_S))
    "$bench/generate" "$count" "$CONTACTS" | "$bench/pace" "$RATE" | daemon_start
    read -r ready_ms pid port <"$dir/ready"
    metric_wait "$count" engaged_events_journalled_total
    metric_wait "$CONTACTS" engaged_runs_done_total
    "$bench/metrics" "$port" --quantile 0.99 engaged_durable_seconds >>"$work/overdue"
    daemon_end TERM
}
rules=$work/rules.due
rm -f "$work/overdue"
repeat overdue_run
while read -r us; do sample "$(calc "$us / 1000")"; done <"$work/overdue"
row 'read to durable, quantile 0.99' ms "at $RATE events/s, all runs overdue at the start, wall clock; upper bound of its bucket"
rm -f "$work"/*.ndjson
