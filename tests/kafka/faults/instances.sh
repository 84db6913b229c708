# shellcheck shell=sh
# Two daemons that share a transactional.id: a copy takes over, the first is fenced and publishes nothing.

# take_over FROM TO: a copy of the data directory, as on another machine
take_over() {
    rm -rf "${work:?}/$2"
    cp -a "$1" "$2"
    config_write "$w" "$2"
    fault
}
swap() { # the other becomes the one that the helpers know
    other=$daemon daemon=$second second=$other
}

# The first sleeps in mid-transaction, the copy takes over and publishes, the first wakes up.
scenario_zombie() {
    world zombie 2 "$address"
    feed 100
    start "$w.yaml"
    settles "its start"
    stop # so that the first transaction of the next has records
    from=$w
    for point in $zombie_at; do
        feed 200
        armed "$point=stop" "$w.yaml"
        within 20 is_stopped || not_ok "$version $w: reaches $point"
        second=$daemon
        take_over "$from" "$w-$point"
        from=$w-$point
        start "$w.yaml"
        settles "taking over at $point"
        swap
        kill -CONT "$daemon"
        feed 50 # what was committed before it slept is only fenced at the next transaction
        exits 73 30 "woken at $point it is fenced: 73"
        swap
        second=""
        settles "the first is gone"
        stop
    done
    verdict
}

# The first commits between what the second does first and what it does then: it has to fence before it asks
# what is out.
scenario_takeover() {
    world takeover 1 "$address"
    feed 200
    start "$w.yaml"
    settles "its start"
    stop
    feed 100
    armed kafka.produced=stop "$w.yaml"
    within 20 is_stopped || not_ok "$version $w: stops in a transaction"
    second=$daemon
    brokers=$proxied
    take_over "$w" "$w-copy"
    before=$(fired)
    tell rule hold-request "$INIT_PRODUCER" 0 # of the producer for HTTP events, too
    start "$w.yaml"
    within 20 has_fired $((before + 2)) "" || not_ok "$version $w: the copy is about to fence"
    kill -CONT "$second"
    check "$version $w: the first commits before it is fenced" within 20 is_settled
    tell clear
    tell release
    feed 50
    swap
    exits 73 30 "then it is fenced: 73"
    swap
    second=""
    settles "taking over"
    stop
    verdict
}

# Each new one takes over while the one before it is away for a moment.
scenario_alternating() {
    world alternating 2 "$address"
    feed 200
    start "$w.yaml"
    settles "its start"
    from=$w
    for round in $rounds; do
        second=$daemon
        kill -STOP "$second"
        take_over "$from" "$w-$round"
        from=$w-$round
        start "$w.yaml"
        feed 100
        settles "round $round"
        swap
        kill -CONT "$daemon"
        feed 50
        exits 73 30 "fenced by round $round: 73"
        swap
        second=""
        settles "round $round, the one before is gone"
    done
    stop
    verdict
}

# Both run on from the same moment: whoever publishes first is right. The other is fenced (73), or finds
# that Kafka has confirmed a frame of another history (74); neither publishes anything twice.
scenario_both_run() {
    world both 2 "$address"
    feed 200
    start "$w.yaml"
    settles "its start"
    kill -STOP "$daemon"
    second=$daemon
    take_over "$w" "$w-copy"
    start "$w.yaml"
    within 20 is_reading
    kill -CONT "$second"
    feed_slowly 20 20
    feed_end
    within 30 one_is_gone || not_ok "$version $w: one of both ends"
    for each in "$daemon" "$second"; do
        kill -TERM "$each" 2>/dev/null
        daemon=$each
        wait_gone 20 >/dev/null
        rc=$?
        case $rc in
        0 | 73 | 74) ok "$version $w: ends as it should ($rc)" ;;
        *) not_ok "$version $w: one ends with $rc" ;;
        esac
    done
    second=""
    # The directory that Kafka has confirmed.
    once "$w.yaml" || {
        config_write "$w" "$w"
        once "$w.yaml" || not_ok "$version $w: one of both directories is right"
    }
    verdict
}
one_is_gone() { daemon_is_gone || ! kill -0 "$second" 2>/dev/null || grep -q '^State:.Z' "/proc/$second/status"; }
