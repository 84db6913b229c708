# shellcheck shell=sh
# Requests and answers of a transaction lost, and the broker dying, stopping or freezing in the middle of one.

# Kafka's numbers of what a transaction asks for.
PRODUCE=0 OFFSET_FETCH=9 FIND_COORDINATOR=10 INIT_PRODUCER=22 ADD_PARTITIONS=24 ADD_OFFSETS=25
END_TRANSACTION=26 OFFSET_COMMIT=28
asked_in_transaction="$ADD_PARTITIONS $PRODUCE $ADD_OFFSETS $OFFSET_COMMIT $END_TRANSACTION"

settles() { # settles WHAT
    within 30 is_settled_or_gone || not_ok "$version $w: goes on after $1"
    ! daemon_is_gone || not_ok "$version $w: lives after $1"
}
is_settled_or_gone() { daemon_is_gone || is_settled; }
# fires RULE: more input until the proxy has applied it
fires() {
    before=$(fired)
    tell rule "$@"
    feed 100
    within 30 has_fired $((before + 1)) "" || not_ok "$version $w: $* is reached"
}

# Each request and each answer of a transaction, lost once with its connection, and once without.
scenario_lost_answers() {
    properties='socket.timeout.ms: "2000"'
    world answers 1 "$proxied"
    feed 100
    start "$w.yaml"
    settles "its start"
    for api in $asked_in_transaction; do
        for how in $lost_how; do
            fires "$how" "$api" 1
            settles "$how $api"
        done
    done
    stop
    for api in $INIT_PRODUCER $OFFSET_FETCH $FIND_COORDINATOR; do
        for how in $lost_how; do
            fires "$how" "$api" 2 & # twice: the producer for HTTP events asks, too
            firing=$!
            within 10 has_rule "$how $api" || :
            start "$w.yaml"
            wait "$firing"
            last=$((last + 100)) # fed by the other shell
            settles "$how $api at the start"
            stop
        done
    done
    properties=""
    verdict
}
has_rule() { grep -q -e "^did rule $1" "$dir/events"; }

said_waiting() { [ "$(grep -c "cannot publish now" daemon.log)" -ge "$1" ]; }

# A commit that never gets to the broker, and one that it makes and nobody hears of, each for longer than
# the daemon waits for an answer: in the first case nothing is out, in the second all.
scenario_commit_unanswered() {
    world unanswered 2 "$proxied"
    feed 300
    start "$w.yaml"
    settles "its start"
    times=0
    for how in swallow-request swallow-answer; do
        times=$((times + 1))
        fires $how $END_TRANSACTION 0
        check "$version $w: $how: says that it waits" within 40 said_waiting $times
        tell clear
        settles "$how"
        feed 100
        settles "what comes after $how"
    done
    fires hold-answer $END_TRANSACTION 1
    crash # nor does the daemon ever know
    tell release
    start "$w.yaml"
    settles "a commit that it died before knowing"
    stop
    verdict
}

# The broker is ended while a request, or its answer, is on the way; then the daemon, too.
scenario_broker_dies() {
    world dies 2 "$proxied"
    feed 200
    start "$w.yaml"
    settles "its start"
    for api in $dies_at; do
        for way in hold-request hold-answer; do
            for how in $dies_how; do
                fires $way "$api" 1
                fault
                "$broker" "$how" "$dir"
                tell release
                if [ "$how" = kill ]; then
                    crash
                    start "$w.yaml"
                fi
                "$broker" restart "$dir" || not_ok "$version $w: the broker comes back"
                settles "$how at $way $api"
            done
        done
    done
    stop
    verdict
}

# Away and frozen for longer than a transaction and a record may take.
scenario_broker_away() {
    properties='transaction.timeout.ms: "6000", message.timeout.ms: "5000", socket.timeout.ms: "4000"'
    world away 2 "$proxied"
    feed 200
    start "$w.yaml"
    settles "its start"
    for api in $PRODUCE $END_TRANSACTION; do
        fires hold-request "$api" 1
        fault
        "$broker" kill "$dir"
        tell release
        feed_slowly 1 100 # waits for it, too
        sleep 12 # longer than all of these
        "$broker" restart "$dir" || not_ok "$version $w: the broker comes back"
        feed_end
        settles "a broker away at $api"
        fires hold-request "$api" 1
        fault
        "$broker" pause "$dir"
        tell release # into the socket of a broker that does not read
        sleep 12     # as above
        "$broker" continue "$dir"
        settles "a broker frozen at $api"
    done
    stop
    properties=""
    verdict
}

# Connections that are open and dead, then cut, then refused.
scenario_half_open() {
    properties='socket.timeout.ms: "3000"'
    world halfopen 2 "$proxied"
    feed 200
    start "$w.yaml"
    settles "its start"
    for how in freeze refuse; do
        fault
        tell "$how"
        [ "$how" = freeze ] || tell cut
        feed 200
        sleep 8 # beyond the clients' patience
        tell "$([ "$how" = freeze ] && echo thaw || echo accept)"
        settles "$how"
    done
    stop
    properties=""
    verdict
}

# The coordinators of the transaction and of the group are not found, before and in a transaction.
scenario_coordinator() {
    world coordinator 2 "$proxied"
    feed 200
    tell rule lose-request $FIND_COORDINATOR 0
    start "$w.yaml"
    check "$version $w: says that it waits" within 30 logged "cannot publish now"
    check "$version $w: and ends when told to" stop
    start "$w.yaml"
    within 10 is_reading
    tell clear
    settles "coordinators that came"
    fires swallow-request $OFFSET_COMMIT 0
    tell rule lose-request $FIND_COORDINATOR 0
    tell cut
    sleep 3 # librdkafka waits for the coordinator in send_offsets_to_transaction
    check "$version $w: ends within 10 s in mid-transaction" stop
    tell clear
    start "$w.yaml"
    settles "a transaction given up"
    stop
    verdict
}

# A daemon that sleeps longer than its transaction may take is fenced by the coordinator: it is no other.
scenario_slow_self() {
    properties='transaction.timeout.ms: "2000", message.timeout.ms: "1500"'
    world slow 2 "$address"
    feed 100
    start "$w.yaml"
    settles "its start"
    stop # so that the first transaction of the next has records
    for point in $slow_at; do
        feed 200
        armed "$point=stop" "$w.yaml"
        within 20 is_stopped || not_ok "$version $w: reaches $point"
        fault
        sleep 5 # the broker looks every second
        kill -CONT "$daemon"
        settles "sleeping at $point"
        stop
    done
    properties=""
    verdict
    check "$version $w: transactions were aborted, and their records are not shown" [ "$aborted" -gt 0 ]
}
