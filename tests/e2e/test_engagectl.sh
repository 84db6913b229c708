#!/bin/sh
# engagectl against what a real daemon has made, and beside one that is at work.
set -u
cd "$(dirname "$0")/../.."
root=$(pwd)
ctl=$root/build/engagectl
shop=$root/tests/e2e/fixtures/shop
work=$(mktemp -d)
daemon=
finish() {
    [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0
cd "$work" || exit 1

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >said 2>&1; then
        echo "ok - $name"
        passed=$((passed + 1))
    else
        echo "FAILED - $name"
        sed 's/^/    /' said
        failed=$((failed + 1))
    fi
}
same() { cmp "$1" "$2" || { diff "$1" "$2" | head -n 10 && false; }; }
exits() { # exits CODE ARGUMENTS...: of engagectl
    wanted=$1
    shift
    "$ctl" "$@" >out 2>err
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "exit status $got, expected $wanted" && cat err && false; }
}
# prints NAME ARGUMENTS...: what engagectl prints is what stands on standard input
prints() {
    what=$1
    shift
    cat >want
    "$ctl" "$@" >out 2>err
    code=$?
    check "$what: exit status" test "$code" -eq 0
    check "$what" same want out
}

cp "$shop/events.ndjson" .
cp -r "$shop/rules" .
cat >c.yaml <<'END'
data: d
rules: rules
clock: event
sources: {files: [events.ndjson]}
sinks: {file: actions.ndjson}
END
check "nothing is there before a daemon has run" exits 69 contact get c-2 --config c.yaml
check "the daemon folds the events" "$root/build/engaged" --config c.yaml --once

# --- after the daemon: its data directory answers
"$ctl" contact export --config c.yaml >export 2>err
check "export is what simulate says" same "$shop/contacts.ndjson" export
grep '"id":"c-10"' "$shop/contacts.ndjson" >ten
prints "a contact" contact get c-10 --config c.yaml <ten
grep '"id":"c-2"' "$shop/contacts.ndjson" >two
prints "a contact by another identifier" contact get email:bo@example.com --config c.yaml <two
prints "the top of a score" score top engagement -n 2 -o table --config c.yaml <<'END'
#  ID    VALUE  BAND
1  c-10     30  hot
2  c-1      10  warm
END
prints "the bands of a score" score bands engagement -o table --config c.yaml <<'END'
BAND  FROM  CONTACTS  SHARE
cold     0         3  60.0%  ████████████████████████████████████████
warm    10         1  20.0%  █████████████▍
hot     25         1  20.0%  █████████████▍
END
prints "where points came from" contact explain c-2 --score engagement -o table --config c.yaml <<'END'
engagement
POINTS  TIME                      RULE     EVENT                 SOURCE  ID  WRITTEN AT
   2.5  2026-01-02T10:00:00.000Z  opened   email.opened          mail    3   scores.yaml:9
    10  2026-01-03T11:00:00.000Z  ordered  order.placed          shop    6   scores.yaml:10
   -40  2026-01-06T00:00:00.000Z  left     contact.unsubscribed  shop    10  scores.yaml:11
 -27.5  sum
  27.5  cut by min or max
     0  value, band cold
END
prints "why an event gave what it gave" explain event 6 -o table --config c.yaml <<'END'
type      order.placed
source    shop
id        6
time      2026-01-03T11:00:00.000Z
data      {"amount":5}
position  shard 0, 2/6
contact   c-2
rules     1b01cd5d998cef83

WHAT  NAME                OUTCOME  WHY           WRITTEN AT
rule  engagement/ordered  matched  10 points     scores.yaml:10
rule  loyalty/order       matched  0.125 points  scores.yaml:14

and so score.band_changed {"score":"engagement","from":"cold","to":"warm","value":12.5}
WHAT      NAME   OUTCOME  WHY                WRITTEN AT
workflow  moved  matched  run 1: tell_sales  workflows.yaml:19

score engagement: 2.5 to 12.5, band cold to warm
score loyalty: 0 to 0.125
END
prints "what happened to a contact" contact timeline c-2 -o table --config c.yaml <<'END'
TIME                      WHAT    NAME                  DETAIL
2026-01-01T08:00:00.000Z  event   contact.created       shop 1, 2/0 {"fields":{"name":"Bo"}}
2026-01-01T09:00:00.000Z  event   form.submitted        shop 2, 2/1 {"form":"signup"}
2026-01-01T09:00:00.000Z  run     welcome               started, run 1, by form.submitted 2
2026-01-01T09:00:00.000Z  step    welcome 1             tag
2026-01-01T09:00:00.000Z  step    welcome 2             list
2026-01-01T09:00:00.000Z  action  welcome hello         send_email 61ac93303d747d6242b3e17f56a9941f
2026-01-01T09:00:00.000Z  step    welcome hello         do send_email
2026-01-01T09:00:00.000Z  run     welcome hello         done
2026-01-02T10:00:00.000Z  event   email.opened          mail 3, 2/2 {"message":"m1"}
2026-01-02T10:00:00.000Z  points  engagement/opened     2.5 points
2026-01-02T10:00:05.000Z  event   email.opened          mail 4, 2/3 {"message":"m1"}
2026-01-03T11:00:00.000Z  event   order.placed          shop 6, 2/6 {"amount":5}
2026-01-03T11:00:00.250Z  points  engagement/ordered    10 points
2026-01-03T11:00:00.250Z  points  loyalty/order         0.125 points
2026-01-03T11:00:00.250Z  run     moved                 started, run 1, by order.placed 6
2026-01-03T11:00:00.250Z  action  moved 1               tell_sales 783e3ac82b3df1050b6da68ed708b21d
2026-01-03T11:00:00.250Z  step    moved 1               do tell_sales
2026-01-03T11:00:00.250Z  run     moved 1               done
2026-01-06T00:00:00.000Z  event   contact.unsubscribed  shop 10, 2/11
2026-01-06T00:00:00.000Z  points  engagement/left       -40 points
2026-01-06T00:00:00.000Z  run     moved                 started, run 2, by contact.unsubscribed 10
2026-01-06T00:00:00.000Z  action  moved 1               tell_sales 23c117acfbdfeabae98c9262ce0368a0
2026-01-06T00:00:00.000Z  step    moved 1               do tell_sales
2026-01-06T00:00:00.000Z  run     moved 1               done
END
"$ctl" dead-letters list --config c.yaml 2>err |
    sed -e "s|$work|WORK|" -e 's/"time":"[^"]*",//' -e 's/,"id":"[0-9a-f]*"//' >out
cat >want <<'END'
{"number":1,"shard":0,"source":"file:WORK/events.ndjson","position":911,"code":"not_json","reason":"byte 0: invalid literal, expected a valid literal such as 'null'","bytes":8,"truncated":false}
{"number":2,"shard":0,"source":"file:WORK/events.ndjson","position":1598,"code":"no_type","reason":"expected type","bytes":73,"truncated":false}
END
check "what was refused" same want out
"$ctl" dead-letters show 1 --config c.yaml -o table >out 2>err
check "the refused bytes themselves" test "$(tail -n 1 out)" = "not json"
check "sending it again needs a daemon" exits 69 dead-letters requeue 1 --config c.yaml
check "the journal is sound" exits 0 journal verify --config c.yaml
check "its facts" exits 0 journal stat --config c.yaml
check "its content" exits 0 journal cat --config c.yaml
check "a contact that is not there" exits 1 contact get nobody --config c.yaml
check "a score that is not there" exits 1 score top nothing --config c.yaml

# --- the store gone: the journal alone answers, and says the same
mv d/shard-0000/store kept-store
"$ctl" contact export --config c.yaml >export 2>err
check "without a store: the same contacts" same "$shop/contacts.ndjson" export
check "without a store: nothing was made" test ! -e d/shard-0000/store
check "without a store: the journal is sound" exits 0 journal verify --config c.yaml
mv kept-store d/shard-0000/store

# --- beside a daemon: it answers for data that only it can see
start_daemon() { # start_daemon PORT
    cat >live.yaml <<END
data: d
rules: rules
clock: event
sources: {http: true}
sinks: {file: actions.ndjson}
http: {listen: "127.0.0.1:$1", token: "let me in"}
END
    sed 's/^data: d$/data: nowhere/' live.yaml >remote.yaml
    "$root/build/engaged" --config live.yaml 2>daemon.log &
    daemon=$!
    until grep -q '  *listening ' daemon.log; do
        kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; daemon=; return 1; }
    done
    until "$ctl" contact get c-10 --config remote.yaml >/dev/null 2>&1; do
        kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; daemon=; return 1; }
    done
}
# A port that is free now may be taken a moment later: another one is tried then.
tries=0
until start_daemon $((20000 + ($$ + tries * 977) % 40000)); do
    tries=$((tries + 1))
    [ $tries -lt 5 ] || break
done
check "a daemon is at work" test -n "$daemon"
prints "live: a contact" contact get c-10 --config remote.yaml <ten
"$ctl" score top engagement -n 2 --config c.yaml >top 2>err
prints "live: the top of a score" score top engagement -n 2 --config remote.yaml <top
check "live: bands" exits 0 score bands engagement --config remote.yaml
check "live: the funnels" exits 0 workflow stat --config remote.yaml
check "live: where points came from" exits 0 contact explain c-2 --config remote.yaml
check "live: a contact that is not there" exits 1 contact get nobody --config remote.yaml
check "live: a score that is not there" exits 1 score top nothing --config remote.yaml
check "live: export reads beside it" exits 0 contact export --config live.yaml
check "live: an event is explained beside it" exits 0 explain event 6 --config live.yaml
check "live: verify reads beside it" exits 0 journal verify --config live.yaml
check "live: verify says so" grep -q 'a daemon is at work there' err
check "live: refused again" exits 1 dead-letters requeue 1 --config live.yaml
check "live: and why" grep -q 'refused again: not_json' err
printf '%s\n' '{"code":"unknown_type","headers":{},"payload":"eyJpZCI6IjkwMSIsInR5cGUiOiJvcmRlci5wbGFjZWQiLCJjb250YWN0IjoiYy05OTkiLCJkYXRhIjp7fX0="}' >letter
cp letter mended.ndjson
printf 'dead_letters: {file: mended.ndjson}\n' | cat live.yaml - >mended.yaml
check "live: sent again and taken" exits 0 dead-letters requeue 1 --config mended.yaml
check "live: what was sent is there" exits 0 contact get c-999 --config remote.yaml
check "live: sent twice is a duplicate" exits 0 dead-letters requeue 1 --config mended.yaml
check "live: and says so" grep -q 'a duplicate' err
sed 's/let me in/wrong/' remote.yaml >stranger.yaml
check "live: without the token nobody is told anything" exits 69 contact get c-10 --config stranger.yaml
kill "$daemon"
check "the daemon ends" wait "$daemon"
daemon=
check "the journal is still sound" exits 0 journal verify --config live.yaml

# --- damage
journal=$(ls d/shard-0000/journal/*.journal | head -n 1)
printf '\377' | dd of="$journal" bs=1 seek=700 conv=notrunc 2>/dev/null
check "a flipped byte is found" exits 74 journal verify --config c.yaml
check "with its file" grep -q '00000000000000000001.journal' err
check "and its sequence" grep -q 'sequence 1' err

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
