#!/bin/sh
# engagectl simulate as a user runs it: exact output, the same twice, nothing left behind.
set -u
cd "$(dirname "$0")/../.."
root=$(pwd)
ctl=$root/build/engagectl
shop=$root/tests/e2e/fixtures/shop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
mkdir "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok - $name"
        passed=$((passed + 1))
    else
        echo "FAILED - $name"
        sed 's/^/    /' "$work/said"
        failed=$((failed + 1))
    fi
}
same() { cmp "$1" "$2" || { diff "$1" "$2" | head -n 5 && false; }; }
exits() { # exits CODE COMMAND...
    wanted=$1
    shift
    "$@" </dev/null
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "exit status $got, expected $wanted" && false; }
}
tmp_is_empty() { [ -z "$(ls -A "$TMPDIR")" ] || { ls -A "$TMPDIR" && false; }; }
# simulate EVENTS NAME: actions and contacts to $work/NAME.*
simulate() {
    "$ctl" simulate --rules "$shop/rules" --events "$1" \
        --actions "$work/$2.actions" --contacts "$work/$2.contacts" 2>"$work/$2.talk"
}
# Events of many contacts: N lines.
generate() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) {
            type = i % 3 == 0 ? "order.placed" : i % 3 == 1 ? "email.opened" : "form.submitted"
            printf "{\"id\":\"%d\",\"source\":\"g\",\"type\":\"%s\",\"time\":%.0f,", i, type, 1767225600000 + i * 1000
            printf "\"contact\":{\"contact_id\":\"c-%d\",\"email\":\"c%d@example.com\"},\"data\":{}}\n", i % 700, i % 700
        }
    }'
}

# --- exact output
simulate "$shop/events.ndjson" first || echo "exit status $?"
check "actions are as expected" same "$shop/actions.ndjson" "$work/first.actions"
check "contacts are as expected" same "$shop/contacts.ndjson" "$work/first.contacts"
sed -e 's/ in [0-9.]* s, [0-9,]*\/s$//' -e "s|$shop/||" "$work/first.talk" >"$work/talk"
cat >"$work/talk.want" <<'END'
dead letter: events.ndjson at byte 911: not_json: byte 0: invalid literal, expected a valid literal such as 'null'
dead letter: events.ndjson at byte 1598: no_type: expected type
events        16
contacts      5
actions       7
dead letters  2
duplicates    1
END
check "the summary is as expected" same "$work/talk.want" "$work/talk"
sed 's/^{"id":"\([^"]*\)".*/\1/' "$work/first.contacts" >"$work/ids"
check "contacts are sorted by id" sort -c "$work/ids"
check "no contact data in the talk" sh -c "! grep -E 'example.com|c-2|Bo' '$work/first.talk'"

# --- the same again, whatever the pieces
simulate "$shop/events.ndjson" second
check "twice: the same actions" same "$work/first.actions" "$work/second.actions"
check "twice: the same contacts" same "$work/first.contacts" "$work/second.contacts"
generate 12000 >"$work/many.ndjson"
simulate "$work/many.ndjson" file
dd if="$work/many.ndjson" bs=1777 2>/dev/null | simulate - pipe
check "many events made many actions" test "$(wc -l <"$work/file.actions")" -gt 1000
check "from a pipe in odd pieces: the same actions" same "$work/file.actions" "$work/pipe.actions"
check "from a pipe in odd pieces: the same contacts" same "$work/file.contacts" "$work/pipe.contacts"
mkdir "$work/elsewhere"
cp "$work/many.ndjson" "$work/elsewhere/other.ndjson"
simulate "$work/elsewhere/other.ndjson" moved
check "from another place: the same actions" same "$work/file.actions" "$work/moved.actions"
"$ctl" simulate --rules "$shop/rules" --events "$work/many.ndjson" --actions - --contacts - \
    >"$work/both" 2>/dev/null
cat "$work/file.actions" "$work/file.contacts" >"$work/both.want"
check "to standard output: actions, then contacts" same "$work/both.want" "$work/both"
: >"$work/empty.ndjson"
check "no events at all" simulate "$work/empty.ndjson" empty
check "no events, no contacts" test ! -s "$work/empty.contacts"

# --- until
"$ctl" simulate --rules "$shop/rules" --events "$shop/events.ndjson" --until 2026-01-03T10:59:59Z \
    --contacts "$work/until.contacts" 2>"$work/until.talk"
check "events after --until are left out" grep -q '^after --until 8$' "$work/until.talk"
check "those before it are not" sh -c "grep -q '\"id\":\"c-2\".*\"value\":2.5,\"band\":\"cold\"' '$work/until.contacts'"

# --- a year of real data, with everything that scores and segments can do
"$root/tools/demo/events" >"$work/year.ndjson"
year() { # year NAME: the rules of the demo over it, with half a day more of time
    "$ctl" simulate --rules "$root/rules/examples/retail" --events "$work/year.ndjson" \
        --until 2018-01-01T12:00:00Z --actions "$work/$1.actions" --contacts "$work/$1.contacts" 2>"$work/$1.talk"
}
check "a year of the demo" year year
year again
check "a year twice: the same actions" same "$work/year.actions" "$work/again.actions"
check "a year twice: the same contacts" same "$work/year.contacts" "$work/again.contacts"
for word in cold warm hot still moving low medium high; do
    check "a year: some are in the band $word" grep -q "\"band\":\"$word\"" "$work/year.contacts"
done
for word in regulars pausing gone faithful coupon-hunters big-households best-now; do
    check "a year: some are in the segment $word" grep -q "\"segments\":\[[^]]*\"$word\"" "$work/year.contacts"
    check "a year: some are not in the segment $word" grep -qv "\"$word\"" "$work/year.contacts"
done
check "a year: time alone made actions" grep -q '"workflow":"come-back".*"type":"timer"' "$work/year.actions"

# --- refusals
mkdir "$work/broken"
printf 'scores: {z: {mni: 1}}\n' >"$work/broken/rules.yaml"
check "broken rules are refused with 78" exits 78 "$ctl" simulate --rules "$work/broken" --events "$shop/events.ndjson"
check "no events file is wrong usage" exits 2 "$ctl" simulate --rules "$shop/rules" --events "$work/none"
check "nothing is left in TMPDIR" tmp_is_empty

# --- ended from outside: a FIFO keeps it reading
mkfifo "$work/fifo"
for signal in TERM HUP; do
    "$ctl" simulate --rules "$shop/rules" --events - --actions "$work/cut" <"$work/fifo" 2>/dev/null &
    pid=$!
    exec 3>"$work/fifo"
    until [ -n "$(ls -A "$TMPDIR")" ] || ! kill -0 "$pid" 2>/dev/null; do :; done
    kill -s "$signal" "$pid"
    wait "$pid"
    code=$?
    exec 3>&-
    check "SIG$signal ends it as a signal does" test "$code" -gt 128
    check "SIG$signal: nothing is left in TMPDIR" tmp_is_empty
done
"$ctl" simulate --rules "$shop/rules" --events "$work/many.ndjson" --contacts - 2>/dev/null | head -n 1 >"$work/head"
head -n 1 "$work/file.contacts" >"$work/head.want"
check "a reader that goes away has what it read" same "$work/head.want" "$work/head"
check "a reader that goes away: nothing is left in TMPDIR" tmp_is_empty

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
