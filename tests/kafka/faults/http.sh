# shellcheck shell=sh
# Events by HTTP into the topic of a Kafka source: what was answered 202 is there, what was not is sent again
# as it is. Daemon and broker die in between.

post() { # NUMBER: the status, or 000
    events "$1" "$1" >"event-$1"
    curl -s -m 5 -o /dev/null -w '%{http_code}' --data-binary "@event-$1" "$(url)/v1/events" 2>/dev/null
}
# accepted NUMBER: sends it until it is acknowledged
accepted() {
    sends=0
    while [ "$(post "$1")" != 202 ]; do
        sends=$((sends + 1))
        [ "$sends" -lt 300 ] || return 1
        if daemon_is_gone; then
            crash_noted
            start "$w.yaml"
            within 20 logged "listening"
        fi
        sleep 0.1
    done
}
crash_noted() {
    wait "$daemon" 2>/dev/null
    crashes=$((crashes + 1))
}

scenario_http() {
    world http 2 "$address"
    start "$w.yaml"
    within 20 is_reading
    for point in $http_at; do
        stop
        armed "$point=kill@3" "$w.yaml"
        within 20 logged "listening"
        for number in $(seq $((last + 1)) $((last + 10))); do
            accepted "$number" || not_ok "$version $w: event $number is taken in the end"
        done
        last=$((last + 10))
    done
    for how in kill_hard "$http_broker"; do
        for number in $(seq $((last + 1)) $((last + 10))); do
            if [ $((number % 10)) -eq 5 ]; then
                post "$number" >/dev/null &
                asking=$!
                [ "$how" = kill_hard ] && crash
                [ "$how" = kill_hard ] || { fault && "$broker" "$how" "$dir" && "$broker" restart "$dir"; }
                wait "$asking"
                [ "$how" != kill_hard ] || start "$w.yaml"
                within 20 logged "listening"
            fi
            accepted "$number" || not_ok "$version $w: event $number is taken in the end"
        done
        last=$((last + 10))
    done
    settles "all of it"
    stop
    repeats=1
    verdict
    repeats=0
}
