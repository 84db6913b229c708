#!/bin/sh
# What holds the daemon's actions back: the ceiling, over a kill and until it is released; limits, as metrics.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

mkdir rules
cat >rules/rules.yaml <<'E'
channels: {sms: {limit: {times: 1, every: day}}}
actions:
  task: {with: {title: string}}
  text: {channel: sms, with: {text: string}}
workflows:
  bought: {on: order.placed, reenter: always, steps: [{do: task, with: {title: Call}}]}
  shipped: {on: order.fulfilled, reenter: always, steps: [{do: text, with: {text: It is on its way}}]}
E
# By the clock of the events: which minute and which day it is does not depend on how fast this runs.
cat >c.yaml <<'E'
data: d
rules: rules
clock: event
sinks: {file: actions.ndjson}
sources: {http: true}
http: {listen: "127.0.0.1:0"}
limits: {actions_per_minute: 2}
E
post() { # post TYPE FIRST LAST TIME
    for id in $(seq "$2" "$3"); do
        curl -s -m 10 -f -o reply --data-binary "{\"id\":\"$1-$id\",\"type\":\"$1\",\"contact\":\"c\",\"time\":\"$4\"}" "$(url)/v1/events" || return 1
    done
}
actions() { cat actions.ndjson 2>/dev/null | grep -c .; }
has_actions() { [ "$(actions)" = "$1" ]; }
each_once() { [ "$(sort -u actions.ndjson | grep -c .)" = "$(actions)" ] && has_actions "$1"; }
has_metric() { curl -s "$(url)/metrics" | grep -qxF "$1"; }
stands_still() { curl -s "$(url)/readyz" | grep -q "wait to be released"; }
release() { "$engagectl" actions release --config live.yaml 2>said; }
live() { sed "s|127.0.0.1:0|$(url | sed 's|http://||')|" c.yaml >live.yaml; }
recovered() { curl -s -m 10 -o health "$(url)/readyz" && ! grep -q recovering health; }
up() { start c.yaml && wait_until 10 logged listening && wait_until 10 recovered && live; }

check "it is up" up
check "orders come" post order.placed 1 5 2026-01-01T00:00:00Z
check "beyond the ceiling it stands still" wait_until 5 stands_still
check "... and says so in its metrics" has_metric 'engaged_actions_stand_still{shard="0"} 1'
check "... what was below it is out" wait_until 5 has_actions 2
kill_hard
check "it is up again" up
check "... and stands still as before" wait_until 5 stands_still
check "more orders come" post order.placed 6 6 2026-01-01T00:05:00Z
sleep 0.5
check "... nothing more is out" has_actions 2
check "only POST releases" same "$(curl -s -o reply -w '%{http_code}' "$(url)/v1/actions/release")" 405
check "what waits is released" release
check "... all of it" grep -q "released: 4" said
check "... and goes out" wait_until 5 has_actions 6
check "... it is ready again" wait_until 5 ready
check "there is nothing more to release" release
check "... which is said" grep -q "no actions wait" said
kill_hard
check "up once more" up
check "what was released is free for good" wait_until 5 ready
check "... each action is out once" each_once 6

check "a contact is texted" post order.fulfilled 1 3 2026-01-01T01:00:00Z
check "... once a day" wait_until 5 has_actions 7
check "... the others are counted by action and reason" wait_until 5 has_metric 'engaged_actions_held_total{action="text",reason="channel_limit"} 2'
kill_hard
check "without a daemon nothing is released" same "$("$engagectl" actions release --config live.yaml >/dev/null 2>&1; echo $?)" 69

check "it is up a last time" up
check "orders come" post order.placed 7 12 2026-01-01T02:00:00Z
check "they stand still" wait_until 5 stands_still
sleep 0.5
kill_hard
out=$(actions)
# Without HTTP nobody could release anything.
sed 's/^sources: .*/sources: {files: [once.ndjson]}/; /^http:/d' c.yaml >once.yaml
: >once.ndjson
"$engaged" --once --config once.yaml 2>log
check "with --once it does not wait for a release" same $? 1
check "... it says what waits" grep -q "actions wait to be released" log
check "... and lets nothing out" has_actions "$out"
sed 's/^data: .*/data: alone/; s/^sinks: .*/sinks: {file: alone.ndjson}/' once.yaml >alone.yaml
for id in 1 2 3 4 5 6 7 8 9; do
    echo "{\"id\":\"o-$id\",\"type\":\"order.placed\",\"contact\":\"c-$id\",\"time\":\"2026-01-01T00:00:00Z\"}"
done >once.ndjson
check "a run with --once has no ceiling" "$engaged" --once --config alone.yaml
check "... all nine are out" same "$(grep -c . alone.ndjson)" 9

# Three shards share it: 40 contacts, five actions a minute.
sed 's/^data: .*/data: shared\nshards: 3/; s/^sinks: .*/sinks: {file: shared.ndjson}/; s/actions_per_minute: .*/actions_per_minute: 5}/' c.yaml >shared.yaml
many() { # many FIRST LAST TIME
    for id in $(seq "$1" "$2"); do
        printf '{"id":"m-%s","type":"order.placed","contact":"c-%s","time":"%s"}\n' "$id" "$id" "$3"
    done | sed '1s/^/[/; $!s/$/,/; $s/$/]/' | curl -s -m 10 -f -o reply --data-binary @- "$(url)/v1/events"
}
shared() { cat shared.ndjson 2>/dev/null | grep -c .; }
has_shared() { [ "$(shared)" = "$1" ]; }
live_shared() { sed "s|127.0.0.1:0|$(url | sed 's|http://||')|" shared.yaml >live.yaml; }
all_still() { [ "$(curl -s "$(url)/metrics" | grep -c '^engaged_actions_stand_still.* 1$')" = 3 ]; }
check "three shards are up" start shared.yaml
check "... ready" wait_until 10 ready
live_shared
for id in 1 2 3 4; do many "$id" "$id" 2026-01-01T00:00:00Z; done
check "four of one minute are out, wherever they are" wait_until 5 has_shared 4
for id in 5 6 7 8 9 10 11 12; do many "$id" "$id" 2026-01-01T00:00:00Z; done
check "the sixth stands still" wait_until 5 stands_still
check "... the fifth is out" wait_until 5 has_shared 5
sleep 0.5
check "... and everything behind the fifth, in each shard" has_shared 5
many 13 40 2026-01-01T05:00:00Z
check "another minute lets nothing out, in no shard" wait_until 5 all_still
check "... nothing" has_shared 5
check "they are released together" release
check "... all of them" grep -q "released: 35" said
check "... and go out" wait_until 5 has_shared 40
check "... each once" same "$(sort -u shared.ndjson | grep -c .)" 40

# What stands still is thrown away, and stays so.
drop() { "$engagectl" actions drop --config live.yaml 2>said; }
check "while nothing stands still nothing is dropped" drop
check "... which is said" grep -q "no actions wait to be dropped" said
for id in $(seq 41 60); do many "$id" "$id" 2026-01-01T06:00:00Z; done # a frame each
check "more than the ceiling again" wait_until 5 stands_still
check "... five are out" wait_until 5 has_shared 45
ship() { # ship NAME TIME: the contacts 41 to 45
    for id in 41 42 43 44 45; do
        curl -s -m 10 -f -o reply --data-binary "{\"id\":\"$1-$id\",\"type\":\"order.fulfilled\",\"contact\":\"c-$id\",\"time\":\"$2\"}" "$(url)/v1/events" || return 1
    done
}
check "texts under a limit wait behind it" ship first 2026-01-01T06:00:30Z
check "what waits is dropped" drop
check "... all of it" grep -q "dropped: 20" said
check "... it is ready again" wait_until 5 ready
check "... metrics say how many" same "$(curl -s "$(url)/metrics" | awk '/^engaged_actions_dropped_total/ { sum += $2 } END { print sum }')" 20
check "... nothing of it has gone out" has_shared 45
kill_hard
start shared.yaml
check "a restart does not know it otherwise" wait_until 10 ready
live_shared
sleep 0.5
check "... nothing goes out" has_shared 45
many 61 63 2026-01-01T07:00:00Z
check "what comes later does" wait_until 5 has_shared 48
check "texts of the same day" ship second 2026-01-01T07:30:00Z
check "... have the room that was dropped" wait_until 5 has_shared 53
check "... once" ship third 2026-01-01T08:30:00Z
sleep 0.5
check "... and no more" has_shared 53
for id in $(seq 41 60); do
    "$engagectl" contact timeline "c-$id" --config live.yaml -o table
done >told 2>said
check "timelines say of each what became of it" same "$(grep -c 'task held back: dropped by operator' told)" 15
check "the journal names what was dropped" sh -c '"$0" journal cat --config live.yaml | grep -q "\"command\":\"drop\",\"first\":[0-9]*,\"last\":"' "$engagectl"
check "... and what limits have forgotten" sh -c '"$0" journal cat --config live.yaml | grep -q "\"command\":\"unsent\""' "$engagectl"
kill_hard
check "the journals fold to the same" "$engagectl" journal verify --config shared.yaml
finish
