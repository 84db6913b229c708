# From a Kafka topic to actions in another, exactly once, broker on the same cores. Sourced by run.
broker=tests/kafka/broker.sh
broker_dir=$work/broker
kafka_version=${KAFKA_VERSION:-3.9.1}

# broker_cpu_us: of the broker, so far
broker_cpu_us() {
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.0f", ($12 + $13) / tick * 1000000 }' "/proc/$(cat "$broker_dir/pid")/stat"
}

bare_run() {
    before=$(broker_cpu_us)
    said=$("$bench/kafka_bare" "$brokers" contact.events)
    expect "events read by librdkafka alone" "$(echo "$said" | sed 's/.* events=\([0-9]*\).*/\1/')" "$EVENTS"
    broker_us=$(($(broker_cpu_us) - before))
    sample "$(echo "$said" | sed 's/.*events_per_s=\([0-9]*\).*/\1/')" "$(echo "$said" | sed 's/.*cpu_us_per_event=\([0-9.]*\).*/\1/')"
    echo "$broker_us" >>"$work/broker_us"
}

# kafka_configure RUN: nothing known of the topic, and topics of its own for what comes out
kafka_configure() {
    "$broker" topic create "$broker_dir" "run$1.actions.hot" 4
    daemon_new "{kafka: {brokers: \"$brokers\", topic: contact.events, group: bench-$1}}" \
        "sinks: {kafka: {brokers: \"$brokers\", topic_prefix: run$1., transactional_id: bench-$1}}"
}

# kafka_actions_check RUN: what a read_committed consumer sees: each id once, and the same contacts
# as from the file
kafka_actions_check() {
    kcat -b "$brokers" -C -t "run$1.actions.hot" -X isolation.level=read_committed -o beginning -e -q >"$dir/actions.ndjson" 2>"$dir/kcat" ||
        die "kcat: $(cat "$dir/kcat")"
    actions_check "$dir/actions.ndjson" "$actions"
    grep -o '"subject":"[^"]*"' "$dir/actions.ndjson" | sort | cmp -s - "$work/subjects" ||
        die "the contacts with actions are not those of the file"
}

kafka_run() {
    kafka_configure "$1"
    before=$(broker_cpu_us)
    daemon_once
    broker_us=$(($(broker_cpu_us) - before))
    expect "events from Kafka" "$read" "$EVENTS"
    kafka_actions_check "$1"
    sample "$(calc "$read * 1e6 / $wall_us")" "$(calc "$cpu_us / $read")"
    took_ms=$(($(log_ms 'read to its end' LAST) - $(log_ms 'source started' FIRST)))
    echo "$(calc "$read * 1000 / $took_ms") $(calc "$cpu_us / $read")" >>"$work/kafka_reading"
    echo "$broker_us" >>"$work/broker_us"
}

# broker_note: CPU of the broker in the runs since the last
broker_note() {
    echo "broker $(awk -v events="$EVENTS" '{ sum += $1 } END { printf "%.2f", sum / NR / events }' "$work/broker_us") us an event beside it"
    rm -f "$work/broker_us"
}

kafka_part() {
    subjects_make
    "$broker" start "$kafka_version" "$broker_dir"
    brokers=$("$broker" address "$broker_dir")
    "$broker" topic create "$broker_dir" contact.events 4
    expect "events in the topic" "$("$bench/kafka_load" "$brokers" contact.events <"$events")" "$EVENTS"
    rm -f "$work/kafka_reading" "$work/broker_us"
    repeat bare_run
    row 'librdkafka alone' events/s "the yardstick of this part; $(broker_note)"
    repeat kafka_run
    row 'Kafka to actions' events/s "process start to exit; $(broker_note)"
    while read -r rate cpu; do sample "$rate" "$cpu"; done <"$work/kafka_reading"
    row 'Kafka to actions, while reading' events/s 'from the first source started to the last at its end'
    sample "$(calc "$(median_of 'Kafka to actions, while reading') / $(median_of 'librdkafka alone')")"
    row 'ratio to librdkafka alone' ratio ''
    "$broker" kill "$broker_dir"
    rm -rf "$broker_dir"
}

title "From Kafka $kafka_version to Kafka: $EVENTS events of 316 B, 4 partitions, exactly once, broker on the same $(nproc) cores"
if reason=$("$broker" available "$kafka_version"); then
    head_print
    kafka_part
else
    note "left out: $reason; tools/setup check brings it"
fi
