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

# delay_run RUN: an action of each event; topics of its own
delay_run() {
    "$broker" topic create "$broker_dir" "delay$1" 4 "delay$1.actions.form" 4
    daemon_new "{kafka: {brokers: \"$brokers\", topic: delay$1, group: delay-$1}}" \
        "sinks: {kafka: {brokers: \"$brokers\", topic_prefix: delay$1., transactional_id: delay-$1}}" \
        'http: {listen: "127.0.0.1:0"}'
    daemon_start
    "$bench/kafka_delay" "$brokers" "delay$1" "delay$1.actions.form" "$DELAY_RATE" "$LATENCY_S" >"$dir/delay" || log_die "kafka_delay failed"
    expect "actions after their events" "$(metric engaged_actions_published_total)" "$(cut -d ' ' -f 1 "$dir/delay")"
    daemon_end TERM
    cat "$dir/delay" >>"$work/delay"
}

# delay_row COLUMN QUANTILE
delay_row() {
    cut -d ' ' -f "$1" "$work/delay" | while read -r us; do sample "$(calc "$us / 1000")"; done
    row "event produced to action read, $2" ms "$DELAY_RATE events/s, each with an action; read_committed"
}

delay_rows() {
    rules=$work/rules.delay
    mkdir -p "$rules"
    cat >"$rules/form.yaml" <<RULES
actions:
  form: {topic: actions.form, with: {title: string}}
workflows:
  form:
    on: form.submitted
    reenter: always
    steps: [{do: form, with: {title: Call}}]
RULES
    rm -f "$work/delay"
    repeat delay_run
    delay_row 2 'quantile 0.5'
    delay_row 3 'quantile 0.99'
    delay_row 4 'quantile 0.999'
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
    delay_rows
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
