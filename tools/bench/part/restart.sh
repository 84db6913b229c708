# Killed with SIGKILL in the middle of its work: how long until it is ready again. Sourced by run.
title "Restart after kill -9, $CONTACTS contacts"
head_print

# killed_after EVENTS: starts it from nothing, kills it when it has read so many
killed_after() {
    daemon_start
    while [ "$(metric engaged_events_read_total)" -lt "$1" ]; do sleep 0.02; done
    daemon_end KILL
}

# restart_run WHICH RUN
restart_run() {
    daemon_files 'http: {listen: "127.0.0.1:0"}'
    case $1 in
    tail) killed_after $((EVENTS * 9 / 10)) ;;
    clean)
        killed_after "$EVENTS"
        daemon_once # leaves a checkpoint of all of it
        ;;
    esac
    daemon_start
    sample "$ready_ms"
    field replayed_events >>"$work/replayed"
    metric_wait "$contacts 0" engaged_contacts engaged_actions_waiting
    daemon_end TERM
    actions_check "$dir/actions.ndjson" "$files_actions"
}
subjects_make
rm -f "$work/replayed"
repeat restart_run tail
row 'killed while reading, to ready' ms "folds again $(sort -n "$work/replayed" | head -n 1) to $(sort -n "$work/replayed" | tail -n 1) events behind the last checkpoint"
repeat restart_run clean
row 'killed behind a checkpoint, to ready' ms 'reads the store only'
