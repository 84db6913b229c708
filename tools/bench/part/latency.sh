# From reading an event to its being on the disk, at a moderate rate. Sourced by run.
title "Latency at $RATE events/s, wall clock, from standard input"
head_print

latency_run() {
    daemon_new '{files: ["-"]}' 'sinks: {file: actions.ndjson}' 'http: {listen: "127.0.0.1:0"}'
    count=$((RATE * LATENCY_S))
    "$bench/generate" "$count" "$CONTACTS" | "$bench/pace" "$RATE" |
        daemon_start # in a subshell: what it sets is lost
    read -r ready_ms pid port <"$dir/ready"
    metric_wait "$count" engaged_events_journalled_total
    for quantile in 0.5 0.99 0.999; do
        "$bench/metrics" "$port" --quantile "$quantile" engaged_durable_seconds >>"$work/latency.$quantile" || return 1
    done
    daemon_end TERM
}
rm -f "$work"/latency.*
rules_make "$RULES"
repeat latency_run
for quantile in 0.5 0.99 0.999; do
    while read -r us; do sample "$(calc "$us / 1000")"; done <"$work/latency.$quantile"
    row "read to durable, quantile $quantile" ms 'upper bound of its bucket in /metrics'
done
