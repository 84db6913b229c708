#!/bin/sh
# Timers of the daemon: they fire while nothing comes, after a kill, over new rules, at the end of --once; each once.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# A contact with the tag is called when it has had it for so long.
write_timer_rules() { # write_timer_rules DIRECTORY DURATION [MORE]
    mkdir -p "$1"
    cat >"$1/rules.yaml" <<E
segments:
  tagged: {if: '"vip" in contact.tags', for: $2}
actions: {task: {topic: actions.task, with: {title: string}}}
workflows:
  call: {on: segment.entered, reenter: always, steps: [{do: task, with: {title: Call}}]}
${3:-}
E
}
# tagged FIRST LAST [TIME]
tagged() {
    awk -v first="$1" -v last="$2" -v time="${3:-}" 'BEGIN {
        for (i = first; i <= last; i++)
            printf "{\"id\":\"%d\",\"type\":\"contact.tag_added\",%s\"contact\":\"c-%d\",\"data\":{\"tag\":\"vip\"}}\n",
                i, time == "" ? "" : "\"time\":\"" time "\",", i
    }'
}
post() { tagged "$1" "$2" | while read -r event; do curl -s -m 10 -o reply --data-binary "$event" "$(url)/v1/events" || return 1; done; }
calls() { cat "$1" 2>/dev/null | grep -c .; }
has_calls() { [ "$(calls actions.ndjson)" = "$1" ]; }
each_once() { [ "$(sort -u actions.ndjson | grep -c .)" = "$(calls actions.ndjson)" ] && has_calls "$1"; }
metric() { curl -s "$(url)/metrics" | awk -v name="engaged_$1{" 'index($0, name) == 1 { sum += $2 } END { print sum + 0 }'; }
up() { start c.yaml && wait_until 10 logged listening && wait_until 10 ready; }
# As long as nothing can be due; a machine that held us up for longer has nothing to say of it.
begin_wait() { due_ms=$(($(date +%s%3N) + 2000)); }
while_waiting() { "$@" || [ "$(date +%s%3N)" -ge "$due_ms" ]; }
waits() { same "$(metric timers)" "$1"; }
config() { # config NAME [MORE...]
    name=$1
    shift
    {
        printf 'data: d\nrules: %s\nsinks: {file: actions.ndjson}\n' "$name"
        printf '%s\n' "$@"
    } >c.yaml
}

# ---- with no input
write_timer_rules rules 2s
config rules 'sources: {http: true}' 'http: {listen: "127.0.0.1:0"}'
check "it is up" up
begin_wait
check "contacts are tagged" post 1 5
check "... and wait" while_waiting waits 5
check "... not called before their time" while_waiting has_calls 0
check "all are called, though nothing more comes" wait_until 5 has_calls 5
check "... as timers that fired" same "$(metric timers_fired_total)" 5
check "... and none waits any more" same "$(metric timers)" 0
check "... none is late" same "$(metric timer_delay_seconds)" 0

# ---- after a kill
begin_wait
check "more are tagged" post 6 9
kill_hard
check "killed before their time nothing is called" while_waiting has_calls 5
sleep 2.2
check "it is up again" up
check "what became due meanwhile is done at the start" wait_until 5 has_calls 9
check "... as of when it was due" sh -c 'tail -n 1 actions.ndjson | grep -q "\"type\":\"timer\""'
check "it stops" stop
check "it is up again" up
check "... and calls nobody twice" each_once 9

# ---- new rules while it is down
check "more are tagged" post 10 12
check "it stops" stop
sleep 2.2
write_timer_rules rules 2s 'lists: {customers: {label: Customers}}'
check "other rules are put in force" up
check "what became due before them is done all the same" wait_until 5 has_calls 12
check "... once each" each_once 12
check "it stops" stop
check "its journal verifies" "$engagectl" journal verify --config c.yaml
"$engagectl" journal cat --config c.yaml >cat 2>/dev/null
check "... and tells of the timers" same "$(sed -n 's/.*"fired_timers":\([0-9]*\).*/\1/p' cat | awk '{ sum += $1 } END { print sum }')" 12

# ---- --once
rm -r d actions.ndjson
config rules 'sources: {files: [in.ndjson]}'
write_timer_rules rules 2s
tagged 1 3 >in.ndjson
begin_wait
check "--once does not wait for what is due later" once c.yaml
check "... so nothing is called" while_waiting has_calls 0
sleep 2.2
check "the next one does what is due by then" once c.yaml
check "... all of it" each_once 3

rm -r d actions.ndjson
config rules 'sources: {files: [in.ndjson]}' 'clock: event'
write_timer_rules rules 7d
{
    tagged 1 3 2026-01-01T00:00:00Z
    tagged 4 4 2026-01-08T00:00:00Z
    tagged 5 5 2026-01-14T23:59:59.999Z
} >in.ndjson
check "with the event clock a year takes no time" once c.yaml
check "... and what was due by the last event was done" each_once 3
check "its journal verifies" "$engagectl" journal verify --config c.yaml
finish
