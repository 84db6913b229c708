# shellcheck shell=sh
# What the fault scenarios share: a world of topics and one daemon, its input, and the verdict of a client
# that is not ours. Sourced after tests/e2e/lib.sh.
broker=$repository/tests/kafka/broker.sh
version="" dir="" address="" proxied=""
w="" partitions=0 last=0 crashes=0 faults=0 fired_before=0 feeder=""

leave_more() {
    [ -z "$feeder" ] || kill "$feeder" 2>/dev/null
    [ -z "$second" ] || kill -9 "$second" 2>/dev/null
    for one in "$work"/broker-*; do
        [ ! -e "$one/pid" ] || kill -CONT "$(cat "$one/pid")" 2>/dev/null
        "$broker" proxy stop "$one" 2>/dev/null
        [ ! -e "$one/pid" ] || "$broker" kill "$one"
    done
}
second="" # another daemon

# within SECONDS COMMAND...: tries until the command succeeds, by the clock: some of these take long
within() {
    until_s=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$until_s" ] || return 1
        sleep 0.1
    done
}
tell() { "$broker" proxy tell "$dir" "$@" || not_ok "$version $w: proxy: $*"; }
fired() { "$broker" proxy fired "$dir" "$@"; }
has_fired() { [ "$(fired "$2")" -ge "$1" ]; }
fault() { faults=$((faults + 1)); }

# world NAME PARTITIONS ADDRESS: topics, a configuration and counts of their own
world() {
    w=$1 partitions=$2
    brokers=$3
    last=0 crashes=0 faults=0
    tell clear
    tell release
    fired_before=$(fired)
    "$broker" topic create "$dir" "in.$w" "$2" "$w.actions.email" "$2" "dead.$w" 1 >/dev/null 2>&1 ||
        not_ok "$version $w: the topics can be made"
    config_write "$w" "$w"
}

# config_write FILE DATA [LINE]: a daemon of this world
config_write() {
    cat >"$1.yaml" <<CONFIG
data: $2
rules: $rules
workers: 2
journal: {file_mib: 1}
checkpoint: {age_s: 1}
limits: {actions_per_minute: 0}
sources: {http: true, kafka: {brokers: "$brokers", topic: in.$w, group: $w}}
sinks: {kafka: {brokers: "$brokers", transactional_id: $w, topic_prefix: $w., properties: {${properties:-}}}}
dead_letters: {kafka: dead.$w}
http: {listen: "127.0.0.1:0"}
${3:-}
CONFIG
}
properties="" # for librdkafka
rules=rules
repeats=0     # 1: events may be in the topic more than once
dead_in_file=0 # 1: some dead letters went elsewhere

keyed() { events "$1" "$2" | sed 's/.*"contact":"\([^"]*\)".*/\1	&/; t; s/^/none	/'; }
produce() { kcat -P -E -X enable.idempotence=true -X message.timeout.ms=120000 -b "$address" -t "$1" -K '	' -X partitioner=murmur2_random 2>>produce.log; }

# feed COUNT: more events into the topic
feed() {
    keyed $((last + 1)) $((last + $1)) | produce "in.$w" || not_ok "$version $w: input: $(tail -n 1 produce.log)"
    last=$((last + $1))
}
# feed_slowly TIMES COUNT: the same behind our back, again and again; feed_end waits for it
feed_slowly() {
    feeder_first=$((last + 1))
    last=$((last + $1 * $2))
    (
        at=$feeder_first
        while [ "$at" -le "$last" ] && [ ! -e feeder-stop ]; do
            keyed "$at" $((at + $2 - 1)) | produce "in.$w" || exit 1
            at=$((at + $2))
            sleep 0.05 # so that there are several publications
        done
    ) &
    feeder=$!
}
feed_end() {
    wait "$feeder" || not_ok "$version $w: input: $(tail -n 1 produce.log)"
    feeder=""
}
# feed_stop: what is not in yet stays out
feed_stop() {
    touch feeder-stop
    feed_end
    rm feeder-stop
    last=$(end_offsets | awk '{ sum += $1 } END { print sum + 0 }')
}

# armed FAILPOINTS CONFIG: a daemon with failpoints
armed() {
    export ENGAGED_FAILPOINTS="$1"
    start "$2"
    unset ENGAGED_FAILPOINTS
}
# dies NAME: the daemon ends by the failpoint, else says so
dies() {
    wait_gone 20 >/dev/null
    rc=$?
    crashes=$((crashes + 1))
    [ "$rc" -eq 137 ] || not_ok "$version $w: dies at $1 (exit status $rc)"
}
# exits STATUS SECONDS NAME
exits() {
    wait_gone "$2" >/dev/null
    check "$version $w: $3" same $? "$1"
}
is_stopped() { grep -q '^State:.T' "/proc/$daemon/status"; }
crash() {
    ! daemon_is_gone || not_ok "$version $w: it ended by itself"
    kill_hard
    crashes=$((crashes + 1))
}
is_settled() {
    ends=$(end_offsets)
    committed | awk '{ print $2 }' | same_lines "$ends"
}
same_lines() { [ "$(cat)" = "$1" ]; }
get() { curl -s -m 10 -o reply -w '%{http_code}' "$(url)$1"; }
is_reading() { logged "source started"; }

# ---- what an independent client sees

end_offsets() {
    at=0
    while [ "$at" -lt "$partitions" ]; do
        echo "-t in.$w:$at:-1"
        at=$((at + 1))
    done | xargs kcat -Q -b "$address" 2>/dev/null | sed 's/.*\[\([0-9]*\)\] offset \([0-9]*\)/\1 \2/' | sort -n | awk '{ print $2 }'
}
committed() { "$broker" group committed "$dir" "$w" "in.$w" "$partitions"; }
read_topic() { kcat -C -b "$address" -t "$1" -e -q -X isolation.level=read_committed -f '%k %s\n'; }
# Ids and causes; what time alone caused is due at another moment each time.
action_ids() {
    sed -n -e 's/.*"specversion":"1.0","id":"\([0-9a-f]*\)".*"cause":{"source":"[^"]*","id":"\(e-[0-9]*\)".*/\1 \2/p' \
        -e 's/.*"specversion":"1.0","id":"\([0-9a-f]*\)".*"cause":{"source":"engaged","id":"[^"]*","type":"timer"}.*/\1 timer/p'
}

# What an undisturbed run without Kafka makes of the same events: ids and causes.
reference() {
    rm -rf reference-data
    events 1 "$last" >reference-events
    cat >reference.yaml <<CONFIG
data: reference-data
rules: $rules
sources: {files: [reference-events]}
CONFIG
    "$engaged" --once --config reference.yaml 2>reference.log || not_ok "$version $w: the reference runs"
    [ "$rules" = rules ] || end_waits reference.yaml
    action_ids <reference-data/actions.ndjson | sort >expected.ids
    dead_expected=$(wc -l <reference-data/dead-letters.ndjson | tr -d ' ')
}

# Per contact, causes have to come in the order of their numbers.
misordered() {
    awk '{
        if (!match($0, /"id":"e-[0-9]+"/)) next
        n = substr($0, RSTART + 8, RLENGTH - 9) + 0
        if (n <= at[$1]) bad++
        at[$1] = n
    } END { print bad + 0 }' "$1"
}
count() { wc -l | tr -d ' '; }
journalled() { "$engagectl" journal cat --config "$w.yaml" | grep -c '"kind":"event"'; }
folded() { "$engagectl" journal verify --config "$w.yaml" | tr -d , | awk '$NF == "ok" { sum += $3 } $NF != "ok" && NR > 1 { bad = 1 } END { print bad ? "damaged" : sum + 0 }'; }
# Committed offsets: where the topic ends, with the journal's last sequences.
lag() {
    committed | awk '{ print $1, $2, $4 }' >committed.seen
    end_offsets | awk '{ print NR - 1, $1 }' >ends
    "$engagectl" journal stat --config "$w.yaml" | tr -d , | awk 'NR > 1 { print $1, $5 }' >sequences
    paste -d ' ' committed.seen ends sequences | awk '$2 != $5 || $3 != $7 { bad++ } END { print bad + 0 }'
}

# verdict: finishes what is left, then looks; prints the line
verdict() {
    tell clear
    tell release
    once "$w.yaml" || not_ok "$version $w: what is left is done"
    [ "$rules" = rules ] || end_waits "$w.yaml"
    reference
    read_topic "$w.actions.email" >seen
    action_ids <seen | sort >seen.ids
    out=$(count <seen.ids)
    lost=$(sort -u seen.ids | comm -23 expected.ids - | count)
    made_up=$(sort -u seen.ids | comm -13 expected.ids - | count)
    doubled=$((out - $(sort -u seen.ids | count)))
    read_topic "dead.$w" | sed 's/.*"source":"\([^"]*\)","position":\([0-9]*\).*/\1 \2/' >dead.seen
    dead_out=$(count <dead.seen)
    dead_doubled=$((dead_out - $(sort -u dead.seen | count)))
    in=$(end_offsets | awk '{ sum += $1 } END { print sum + 0 }')
    faults=$((faults + $(fired) - fired_before))
    # Records of transactions that were taken back are in the topic, for those who do not ask for committed ones.
    aborted=$(kcat -C -b "$address" -t "$w.actions.email" -e -q -X isolation.level=read_uncommitted -f '%o\n' | count)
    aborted=$((aborted - out))
    line="in=$in journalled=$(journalled) folded=$(folded) expected=$(count <expected.ids) out=$out lost=$lost doubled=$doubled"
    line="$line misordered=$(misordered seen) dead_letters=$dead_out aborted=$aborted crashes=$crashes faults=$faults"
    echo "$version $w: $line"
    if [ "$repeats" -eq 1 ]; then
        check "$version $w: the input is whole, some of it more than once" [ "$in" -ge "$last" ]
    else
        check "$version $w: the input is whole" same "$in" "$last"
    fi
    check "$version $w: journalled once and folded" sh -c 'case "$1" in *"journalled=$2 folded=$2 "*) ;; *) false ;; esac' sh "$line" $((last - dead_expected))
    check "$version $w: nothing lost, doubled, made up or misordered" same "$lost $doubled $made_up $(misordered seen)" "0 0 0 0"
    if [ "$dead_in_file" -eq 1 ]; then
        check "$version $w: no dead letter twice" same "$dead_doubled" 0
    else
        check "$version $w: each dead letter once" same "$dead_out $dead_doubled" "$dead_expected 0"
    fi
    check "$version $w: committed offsets stand at the end, with the last sequences" same "$(lag)" 0
}
