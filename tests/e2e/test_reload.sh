#!/bin/sh
# SIGHUP: new rules are in force from an exact frame of each shard on, broken ones never; nothing of the traffic
# meanwhile is lost or doubled; a process that dies in the middle of it starts with what the directory holds.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
faults=${ENGAGED_FAULTS:-$repository/build/faults/engaged}

# rules_of POINTS: into rules/, whole
rules_of() {
    mkdir -p rules
    cat >rules.next <<RULES
scores:
  engagement:
    rules:
      - {name: view, on: page.viewed, points: $1}
      - {name: form, on: form.submitted, points: 20}
actions:
  send_email: {label: Mail, channel: email, topic: actions.email, with: {template: string}}
workflows:
  welcome:
    on: form.submitted
    reenter: always
    steps:
      - {do: send_email, with: {template: welcome-$1}}
RULES
    mv rules.next rules/rules.yaml
}
config() { # config NAME SHARDS
    cat >"$1.yaml" <<E
data: $1
rules: rules
shards: $2
checkpoint: {age_s: 1}
journal: {file_mib: 1}
sources: {http: true}
sinks: {file: $1.ndjson}
http: {listen: "127.0.0.1:0"}
E
}
up() { start "$1" && wait_until 10 logged listening && wait_until 10 ready; }
post() { curl -s -m 10 -o reply -w '%{http_code}' --data-binary "$1" "$(url)/v1/events"; }
view() { printf '{"id":"%s","source":"s","type":"page.viewed","contact":"%s","data":{"url":"u"}}' "$1" "$2"; }
score() { curl -s "$(url)/v1/contacts/$1" | sed -n 's/.*"engagement":{"value":\([0-9.]*\).*/\1/p'; }
metric() { curl -s "$(url)/metrics" | sed -n "s/^$1 //p"; }
reloads() { metric "engaged_rules_reloads_total{result=\"$1\"}"; }
is_metric() { same "$(metric "$1")" "$2"; }
in_force() { curl -s "$(url)/metrics" | sed -n 's/^engaged_rules_info{ruleset="\([0-9a-f]*\)"} 1$/\1/p'; }
hash_of_rules() { "$engaged" --check --config "$1" 2>&1 | sed -n 's/.*ruleset \([0-9a-f]*\)$/\1/p'; }
# hup RESULT: asks for a reload, and waits until one more has that result
hup() {
    had=$(reloads "$1")
    kill -HUP "$daemon"
    wait_until 10 has_more "$1" "$had"
}
has_more() { [ "$(reloads "$1")" -gt "$2" ]; }
says() { curl -s "$(url)/readyz" | grep -q -e "$1"; }
verify() { "$engagectl" journal verify --config "$1"; }

# ---- good, unchanged, broken, gone

config calm 3
rules_of 1
check "it starts" up calm.yaml
check "the start counts as a success" is_metric engaged_rules_last_reload_successful 1
check "the ruleset in force is shown" same "$(in_force)" "$(hash_of_rules calm.yaml)"
check "an event is scored" same "$(post "$(view v-1 ann)")$(score ann)" 2021
check "files that are as they were change nothing" hup unchanged
check "... which is said" logged 'info  *rules unchanged'
frames=$(metric 'engaged_sequence{shard="0"}')
rules_of 3
check "other files are taken" hup loaded
check "... by a frame of each shard" is_metric 'engaged_rules_sequence{shard="0"}' $((frames + 1))
check "... which is said for each" same "$(grep -c "rules put in force shard=. sequence=.* ruleset=$(in_force)" daemon.log)" 3
check "... and once for all" same "$(grep -c "new rules are in force ruleset=$(in_force)" daemon.log)" 1
check "... and is what --check calls them" same "$(in_force)" "$(hash_of_rules calm.yaml)"
good=$(in_force)
check "what came before has the score that it would have had" same "$(score ann)" 3
check "what comes from now on is scored by them" same "$(post "$(view v-2 bob)")$(score bob)" 2023
post "$(view v-1 ann)" >status
check "an event from before the change is a duplicate after it" grep -q '"duplicates":1' reply

refuses() { # refuses NAME PATTERN
    check "$1: refused" hup refused
    check "... the last good ones stay in force" same "$(in_force)" "$good"
    check "... metrics say so" is_metric engaged_rules_last_reload_successful 0
    check "... it is ready all the same" ready
    check "... and says why" says "the newest rules are refused.*$2"
}
sed -i 's/page.viewed/page.veiwed/' rules/rules.yaml
refuses "a rule with an error" 'rules.yaml:4:26: error\[E0206\]'
check "... the log has the place" logged 'error rule refused place=rules.yaml:4:26 code=E0206'
head -c 100 rules/rules.yaml >rules.half && mv rules.half rules/rules.yaml
refuses "half a file" 'rules.yaml:.*error\[E01'
mv rules rules.away
refuses "no directory" 'No such file'
mkdir rules
refuses "an empty one" 'no files are left'
rmdir rules && mv rules.away rules
# In place, so that nobody who looks between two steps of it finds an empty file, in which nothing is wrong.
printf 'scores: {engagement: {rules: [' >rules.half && mv rules.half rules/rules.yaml
(while :; do
    printf 'scores: {engagement: {rules: [' 1<>rules/rules.yaml
    sleep 0.01
    printf 'scores: {promptness: {rules: [' 1<>rules/rules.yaml
    sleep 0.01
done) &
writer=$!
refuses "files that are being written" 'do not come to rest\|error\[E0101\]'
kill $writer
wait $writer 2>/dev/null
check "it scored as before all the while" same "$(post "$(view v-3 cid)")$(score cid)" 2023
rules_of 3
check "with the files as they were all is well again" hup unchanged
check "... metrics say so" is_metric engaged_rules_last_reload_successful 1
check "... and readiness has nothing to say" same "$(curl -s "$(url)/readyz")" '{"status":"ready"}'
check "it stops" stop
check "the journal verifies" verify calm.yaml

# ---- the door of HTTP goes by the new rules, too

sed 's/^rules: rules/&\nunknown_events: reject/; s/calm/strict/' calm.yaml >strict.yaml
check "it starts where unknown events are refused" up strict.yaml
chosen() { printf '{"id":"%s","source":"s","type":"plan.chosen","contact":"ann","data":{"plan":%s}}' "$1" "$2"; }
check "an event of no type is refused" same "$(post "$(chosen p-1 '"pro"')")" 400
printf 'events:\n  plan.chosen: {data: {plan: string}}\n' >rules/more.yaml
check "a file more is taken" hup loaded
check "... the event has a type now" same "$(post "$(chosen p-2 '"pro"')")" 202
check "... and must be of it" same "$(post "$(chosen p-3 7)")" 400
rm rules/more.yaml
check "a file less is taken" hup loaded
check "... and the event is of no type again" same "$(post "$(chosen p-4 '"pro"')")" 400
check "it stops" stop

# ---- during traffic

# feed NAME FIRST LAST: each event until it is taken; each tenth makes an action
feed() {
    at=$2
    while [ "$at" -le "$3" ]; do
        awk -v first="$at" 'BEGIN {
            printf "["
            for (i = first; i < first + 20; i++)
                printf "%s{\"id\":\"e-%d\",\"source\":\"s\",\"type\":\"%s\",\"contact\":\"c-%d\",\"data\":{%s}}", (i > first ? "," : ""),
                    i, (i % 10 == 0 ? "form.submitted" : "page.viewed"), i % 37, (i % 10 == 0 ? "\"form\":\"f\"" : "\"url\":\"u\"")
            printf "]"
        }' >"$1.body"
        until [ "$(curl -s -m 10 -o "$1.reply" -w '%{http_code}' --data-binary "@$1.body" "$(url)/v1/events" 2>/dev/null)" = 202 ]; do
            daemon_is_gone && return 1
            sleep 0.05
        done
        at=$((at + 20))
    done
}
all_acted_once() { # all_acted_once NAME LAST
    action_causes "$1.ndjson" | sort >acted
    seq 10 10 "$2" | sed 's/^/e-/' | sort >wanted
    cmp acted wanted
}
total_events() { "$engagectl" contact export --config "$1.yaml" -o ndjson | sed -n 's/.*"events":\([0-9]*\)}$/\1/p' | awk '{ n += $1 } END { print n }'; }

rules_of 1
config busy 2
check "it starts" up busy.yaml
flips=0
last=0
# Until they were changed often enough, however long a change takes here.
while [ $last -lt 4000 ] || { [ "$(reloads loaded)" -lt 3 ] && [ $last -lt 40000 ]; }; do
    feed busy $((last + 1)) $((last + 4000)) &
    feeder=$!
    last=$((last + 4000))
    while kill -0 $feeder 2>/dev/null; do
        flips=$((flips + 1))
        rules_of $((flips % 2 + 1))
        kill -HUP "$daemon"
        sleep 0.15
    done
    wait $feeder
done
echo "rules were changed $flips times"
check "under traffic rules are changed several times" test "$(reloads loaded)" -ge 3
check "it stops" stop
check "each event is there once" same "$(total_events busy)" $last
check "each action is out once" all_acted_once busy $last
check "the journal verifies over all rulesets" verify busy.yaml
"$engagectl" contact export --config busy.yaml -o ndjson >busy.state
rm -r busy/shard-0000/store busy/shard-0001/store
check "without its stores it starts" up busy.yaml
check "it stops" stop
"$engagectl" contact export --config busy.yaml -o ndjson >busy.again
check "... with the same contacts" cmp busy.state busy.again
check "... and nothing sent again" all_acted_once busy $last

# ---- a storm of signals

check "it starts" up busy.yaml
feed busy $((last + 1)) $((last + 1000)) &
feeder=$!
last=$((last + 1000))
i=0
while [ $i -lt 500 ]; do
    [ $((i % 50)) -ne 0 ] || rules_of $((i / 50 % 2 + 1))
    kill -HUP "$daemon"
    i=$((i + 1))
done
wait $feeder
rules_of 7
check "after 500 signals one more is heard" hup loaded
check "it is alive and ready" ready
check "it stops" stop
check "each event is there once" same "$(total_events busy)" $last
check "each action is out once" all_acted_once busy $last
check "the journal verifies" verify busy.yaml

# ---- killed in the middle

if [ -x "$faults" ]; then
    points=7
    kills=0
    sane=$engaged
    # Two shards: the second pass of a point that each shard goes through is that of the other.
    for place in reload.read@1 reload.compiled@1 reload.followed@1 reload.followed@2 activate.before@1 activate.before@2 activate.folded@1 activate.folded@2 \
        activate.appended@1 activate.appended@2 reload.swapped@1; do
        engaged=$faults
        ENGAGED_FAILPOINTS=$(echo "$place" | sed 's/@/=kill@/')
        export ENGAGED_FAILPOINTS
        check "$place: it starts" up busy.yaml
        unset ENGAGED_FAILPOINTS
        engaged=$sane
        feed busy $((last + 1)) $((last + 60))
        points=$((points + 1))
        rules_of $points
        kill -HUP "$daemon"
        check "... dies while new rules come" wait_until 10 daemon_is_gone
        kill_hard
        kills=$((kills + 1))
        check "... starts again" up busy.yaml
        check "... with the new rules" same "$(in_force)" "$(hash_of_rules busy.yaml)"
        feed busy $((last + 61)) $((last + 100))
        last=$((last + 100))
        check "... and scores by them" same "$(post "$(view "k-$points" "k-$points")")$(score "k-$points")" "202$points"
        check "... stops" stop
    done
    check "after all of it each event is there once" same "$(total_events busy)" $((last + kills))
    check "... each action is out once" all_acted_once busy $last
    check "... and the journal verifies" verify busy.yaml
else
    skip "killed while rules are reloaded: no $faults (make VARIANT=faults all)"
fi

# ---- a start beside it

exits_with() { # exits_with CODE COMMAND...
    wanted=$1
    shift
    "$@"
    same $? "$wanted"
}
rules_of twenty
check "a start with broken rules is refused as ever" exits_with 78 once busy.yaml
finish
