#!/bin/sh
# From a topic to topics through real brokers, exactly once: daemon and broker killed in mid-work.
# KAFKA_VERSIONS chooses others than 3.9.1 and 4.1.1; KILLS: how often the daemon is killed (10).
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
broker=$repository/tests/kafka/broker.sh
kills_wanted=${KILLS:-10}
seed=${TEST_SEED:-$$}
echo "seed=$seed"
leave_more() {
    for dir in "$work"/broker-*; do
        [ ! -e "$dir/pid" ] || "$broker" kill "$dir"
    done
}
write_rules rules
last=40000

# keyed FIRST LAST: the events, each with its contact before it
keyed() { events "$1" "$2" | sed 's/.*"contact":"\([^"]*\)".*/\1	&/; t; s/^/none	/'; }
produce() { kcat -P -E -X enable.idempotence=true -X message.timeout.ms=60000 -b "$address" -t "$1" -K '	' -X partitioner=murmur2_random; }
# what an independent client sees
actions() { kcat -C -b "$address" -t actions.email -e -q -X isolation.level=read_committed -f '%k %s\n'; }
get() { curl -s -m 10 -o reply -w '%{http_code}' "$(url)$1"; }

config() { # config NAME TOPIC
    cat <<E
data: $1
rules: rules
journal: {file_mib: 1}
checkpoint: {age_s: 1}
sources: {http: true, kafka: {brokers: "$address", topic: $2, group: $1}}
sinks: {kafka: {brokers: "$address", transactional_id: $1}}
dead_letters: {kafka: dead.$1}
http: {listen: "127.0.0.1:0"}
E
}

# The daemon is killed at random moments while events come in; once the broker, too.
kill_in_midwork() {
    killed=0
    awk -v count="$kills_wanted" -v seed="$seed" 'BEGIN {
        srand(seed)
        for (i = 0; i < count; i++) printf "%.3f\n", 0.2 + rand() * 0.7
    }' >moments
    while read -r moment; do
        start main.yaml
        sleep "$moment" # how long it may live
        if [ "$killed" -eq 3 ]; then
            "$broker" kill "$dir"
            "$broker" restart "$dir" || not_ok "$version: the broker comes back"
        fi
        ! daemon_is_gone || not_ok "$version: it ended by itself"
        kill_hard
        killed=$((killed + 1))
    done <moments
}

# seen ids, sorted; and whether those of each contact are in order
check_actions() {
    actions >seen
    sed -n 's/.*"cause":{"source":"[^"]*","id":"\(e-[0-9]*\)".*/\1/p' seen | sort >seen.ids
    seq 5 5 "$last" | awk '$1 % 100 != 99 { print "e-" $1 }' | sort >expected.ids
    echo "expected=$(wc -l <expected.ids | tr -d ' ') out=$(wc -l <seen.ids | tr -d ' ')" \
        "lost=$(comm -23 expected.ids seen.ids | wc -l | tr -d ' ') doubled=$(uniq -d seen.ids | wc -l | tr -d ' ') kills=$kills_wanted"
    check "$version: no action is lost" same "$(comm -23 expected.ids seen.ids | wc -l | tr -d ' ')" 0
    check "$version: no action is doubled" same "$(uniq -d seen.ids | wc -l | tr -d ' ')" 0
    check "$version: no action is made up" same "$(comm -13 expected.ids seen.ids | wc -l | tr -d ' ')" 0
    check "$version: each contact's are in order" same "$(awk '{
            if (!match($0, /"id":"e-[0-9]+"/)) next
            n = substr($0, RSTART + 8, RLENGTH - 9) + 0
            if (n <= at[$1]) bad++
            at[$1] = n
        } END { print bad + 0 }' seen)" 0
    kcat -C -b "$address" -t dead.main -e -q -X isolation.level=read_committed -f '%s\n' |
        sed 's/.*"source":"\([^"]*\)","position":\([0-9]*\).*/\1 \2/' | sort >dead.seen
    check "$version: each dead letter is there once" same "$(sort -u dead.seen | wc -l | tr -d ' ') $(wc -l <dead.seen | tr -d ' ')" \
        "$((last / 100)) $((last / 100))"
}

absent_broker() {
    start main.yaml
    check "$version: without a broker it starts" wait_until 10 logged "listening"
    check "$version: ... and is not ready" same "$(get /readyz)" 503
    check "$version: ... saying why" grep -q "a source cannot be reached" reply
    check "$version: ... but alive" same "$(get /healthz)" 200
    check "$version: ... and stops when it is told to" stop
    start main.yaml
    "$broker" restart "$dir" || not_ok "$version: the broker comes back"
    check "$version: ... and gets ready by itself" wait_until 30 ready
}

# A directory that knows its shards opens them without a broker and answers from them.
absent_later() {
    "$broker" stop "$dir"
    start main.yaml
    answers() { [ "$(get /v1/scores/engagement/top)" = 200 ]; }
    check "$version: without a broker a known directory answers" wait_until 5 answers
    check "$version: ... and again" answers
    check "$version: ... but is not ready" same "$(get /readyz)" 503
    check "$version: ... and stops when it is told to" stop
    "$broker" restart "$dir" || not_ok "$version: the broker comes back"
}

http_to_topic() {
    printf '{"id":"e-h1","source":"test","type":"form.submitted","contact":"c-http","data":{"form":"f"}}' >event
    status=$(curl -s -m 20 -o reply -w '%{http_code}' --data-binary @event "$(url)/v1/events")
    check "$version: an HTTP event goes into the topic" same "$status" 202
    folded() { [ "$(get /v1/contacts/c-http)" = 200 ]; }
    check "$version: ... and is folded from there" wait_until 20 folded
}

gaps() {
    config gap gap-events >gap.yaml
    keyed 1 200 | produce gap-events
    check "$version: a topic is read to its end" once gap.yaml
    kcat -P -b "$address" -t gap-events -p 0 </dev/null
    keyed 201 600 | produce gap-events
    "$broker" topic truncate "$dir" gap-events 0 "$(end_offset gap-events)" >/dev/null 2>&1
    keyed 601 700 | produce gap-events
    once gap.yaml
    check "$version: read to its end it is not: 1" same $? 1
    start gap.yaml
    check "$version: records deleted behind our back are an error" wait_until 20 logged "position is gone from the source.*gap-events"
    said=$(grep "position is gone" daemon.log)
    check "$version: ... that names both offsets" sh -c 'echo "$1" | grep -q "[0-9].*[0-9]"' sh "$said"
    check "$version: ... and it is not ready" same "$(get /readyz)" 503
    check "$version: ... and lives on" stop
    echo "on_gap: continue" >>gap.yaml
    check "$version: told to, it goes on behind the gap" once gap.yaml
    check "$version: ... saying so" logged "going on at the oldest there is"
}
end_offset() { kcat -Q -b "$address" -t "$1:0:-1" | sed 's/.*offset \([0-9]*\).*/\1/'; }

one() {
    version=$1
    if ! reason=$("$broker" available "$version"); then
        skip "Kafka $version: $reason"
        return
    fi
    dir=$work/broker-$version
    rm -rf main gap
    "$broker" start "$version" "$dir" >/dev/null || {
        not_ok "$version: the broker starts"
        return
    }
    address=$("$broker" address "$dir")
    "$broker" topic create "$dir" events 4 actions.email 4 dead.main 1 gap-events 1 dead.gap 1 >/dev/null 2>&1
    config main events >main.yaml
    "$broker" stop "$dir"
    absent_broker
    http_to_topic
    check "$version: SIGTERM ends it" stop
    absent_later
    (
        first=1
        while [ "$first" -le "$last" ]; do
            keyed "$first" $((first + 1999)) | produce events
            first=$((first + 2000))
        done
    ) 2>produce.log &
    producer=$!
    kill_in_midwork
    wait "$producer"
    check "$version: what is left is done" once main.yaml
    check_actions
    check "$version: the journal verifies" "$engagectl" journal verify --config main.yaml
    gaps
    "$broker" kill "$dir"
}
for version in ${KAFKA_VERSIONS:-3.9.1 4.1.1}; do
    one "$version"
done
finish
