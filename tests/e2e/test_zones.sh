#!/bin/sh
# Time zones: rules that look at local clocks, what the journal keeps of the zone database, and a database that changes.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

mkdir rules
cat >rules/rules.yaml <<'R'
scores:
  morning:
    rules:
      - {name: hour, on: page.viewed, points: 'local(event.time, contact.zone).getHours()'}
R
cat >engaged.yaml <<'E'
data: data
rules: rules
clock: event
zone: Europe/Paris
journal: {file_mib: 1}
sources: {files: [events.ndjson]}
sinks: {file: actions.ndjson}
E
view() { # view ID HOUR
    printf '{"id":"%s","source":"t","type":"page.viewed","time":"2026-07-01T%s:30:00Z","contact":"c-1","data":{"url":"u"}}\n' "$1" "$2"
}
{
    printf '{"id":"0","source":"t","type":"contact.updated","time":"2026-07-01T00:00:00Z","contact":"c-1","data":{"zone":"Asia/Ho_Chi_Minh"}}\n'
    view 1 00
} >events.ndjson

score() { "$engagectl" contact get c-1 --config engaged.yaml | sed -n 's/.*"morning":{"value":\([0-9]*\).*/\1/p'; }
verify() { "$engagectl" journal verify --config engaged.yaml; }
zones() { "$engagectl" journal cat --config engaged.yaml | grep -c '"command":"zone","zone":"Asia/Ho_Chi_Minh","'; }

sed 's/^zone:.*/zone: Europe\/Pari/' engaged.yaml >wrong.yaml
"$engaged" --once --config wrong.yaml 2>wrong.out
check "a zone that is none ends with 78" same $? 78
check "... and is named" grep -q "zone: 'Europe/Pari' is not a time zone that is known here" wrong.out

check "rules look at the clocks of a zone" once engaged.yaml
check "... which show seven hours more" same "$(score)" 7
check "the zone is in the journal" same "$(zones)" 1
check "the journal verifies" verify

# The same with another database: the zone's clocks are five hours behind UTC.
other_database() {
    [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || { skip "another database: needs root and unshare" && return; }
    cp -rL /usr/share/zoneinfo zoneinfo
    cp /usr/share/zoneinfo/Etc/GMT+5 zoneinfo/Asia/Ho_Chi_Minh
    view 2 12 >>events.ndjson
    elsewhere() { unshare -m sh -c 'mount --bind zoneinfo /usr/share/zoneinfo && exec "$@"' - "$@"; }
    check "with another database the journal verifies" elsewhere "$engagectl" journal verify --config engaged.yaml
    elsewhere "$engaged" --once --config engaged.yaml 2>daemon.log
    check "the daemon takes it" same $? 0
    check "... and says so" logged "time zones of the system have changed.* zones=1"
    check "what came before is as it was, what comes is as the database has it" same "$(score)" 14
    check "the journal has both" same "$(zones)" 2
    check "the journal verifies with the first database" verify
    rm -r data/shard-0000/store
    check "without a store: the same" same "$(score)" 14
}
other_database
finish
