# Killed with SIGKILL in the middle of its work: how long until it is ready again. Sourced by run.
title "Restart after kill -9, $CONTACTS contacts"
head_print

# killed_after EVENTS: starts it from nothing, kills it when it has read so many; sets $port $pid
kill_after() {
    "$bench/ready" "$dir/log" "$engaged" --config "$dir/engaged.yaml" >"$dir/ready" || die "engaged did not get ready"
    read -r ready_ms pid port <"$dir/ready"
    echo "$pid" >"$work/pid"
    while [ "$("$bench/metrics" "$port" engaged_events_read_total | tr -d ' ')" -lt "$1" ]; do sleep 0.05; done
    kill -9 "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

# restart_run WHICH RUN
restart_run() {
    daemon_files 'http: {listen: "127.0.0.1:0"}'
    case $1 in
    tail) kill_after $((EVENTS * 9 / 10)) ;;
    clean)
        kill_after "$EVENTS"
        daemon_once # a checkpoint of all of it
        ;;
    esac
    "$bench/ready" "$dir/log" "$engaged" --config "$dir/engaged.yaml" >"$dir/ready" || die "engaged did not get ready"
    read -r ready_ms pid port <"$dir/ready"
    echo "$pid" >"$work/pid"
    sample "$ready_ms"
    field replayed_events >>"$work/replayed"
    until [ "$("$bench/metrics" "$port" engaged_contacts engaged_journal_waiting_bytes)" = "$contacts 0 " ]; do sleep 0.1; done
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    rm -f "$work/pid"
    expect "actions of a killed run" "$(wc -l <"$dir/actions.ndjson" | tr -d ' ')" "$files_actions"
    actions_check "$dir/actions.ndjson" "$files_actions"
}
rules_make "$RULES"
events_make "$EVENTS" "$CONTACTS"
rm -f "$work/replayed"
repeat restart_run tail
row 'killed while reading, to ready' ms "folds again $(sort -n "$work/replayed" | head -n 1) to $(sort -n "$work/replayed" | tail -n 1) events behind the last checkpoint"
repeat restart_run clean
row 'killed behind a checkpoint, to ready' ms 'reads the store only'
