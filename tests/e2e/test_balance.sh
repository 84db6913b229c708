#!/bin/sh
# What the parts of a shard count adds up at every scrape; when it does not, the shard stops and says so.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
faults=${ENGAGED_FAULTS:-$repository/build/faults/engaged}
write_rules rules
cat >engaged.yaml <<'E'
data: data
rules: rules
shards: 3
workers: 2
checkpoint: {age_s: 3600}
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E
event() { printf '{"id":"%s","source":"shop","type":"form.submitted","contact":"%s","data":{"form":"f"}}' "$1" "$2"; }
post() { curl -s -m "${2:-10}" -o reply -w '%{http_code}' --data-binary "$1" "$(url)/v1/events"; }
up() { start "$1" && wait_until 10 logged listening && wait_until 10 ready; }
batch() { # batch FIRST LAST: events, some twice, some refused
    printf '[%s' "$(event "e-$1" "c-$1")"
    for i in $(seq "$1" "$2"); do
        printf ',%s' "$(event "e-$i" "c-$i")"
        [ $((i % 7)) -ne 0 ] || printf ',{"id":"bad-%s","type":"form.submitted"}' "$i"
    done
    printf ']'
}
# The equations, from one scrape, for every shard; the gauges say the same.
adds_up() {
    curl -s -m 5 -o metrics "$(url)/metrics" || return 1
    awk '
        match($1, /^engaged_[a-z_]+\{shard="[0-9]+"\}$/) {
            name = $1; sub(/^engaged_/, "", name); sub(/\{.*/, "", name)
            shard = $1; gsub(/[^0-9]/, "", shard)
            value[name, shard] = $2; shards[shard] = 1
        }
        /^engaged_balance_broken/ { gauges++; broken += $2 }
        function of(name, shard) {
            if (!((name, shard) in value)) { print "no " name " of shard " shard; bad = 1 }
            return value[name, shard]
        }
        function equal(what, shard, left, right) {
            if (left != right) { print what " of shard " shard ": " left " is not " right; bad = 1 }
        }
        END {
            for (s in shards) {
                n++
                equal("read", s, of("events_read_total", s), of("events_journalled_total", s) + of("events_duplicate_total", s) + of("dead_letters_total", s))
                equal("folded", s, of("events_journalled_total", s), of("events_folded_total", s))
                equal("actions", s, of("actions_decided_total", s), of("actions_published_total", s) + of("actions_waiting", s))
                equal("dead letters", s, of("dead_letters_total", s) + of("dead_letters_recalled_total", s), of("dead_letters_published_total", s) + of("dead_letters_waiting", s))
            }
            if (n != 3 || gauges != 12 || broken != 0) { print n " shards, " gauges " gauges, " broken " broken"; bad = 1 }
            exit bad
        }' metrics
}
sum() { awk -v name="engaged_$1{" 'index($0, name) == 1 { sum += $2 } END { print sum + 0 }' metrics; }

check "it is up" up engaged.yaml
check "nothing adds up to nothing" adds_up
scrape_all() { # while events come in
    i=1
    while [ "$i" -le 20 ]; do
        post "$(batch $((i * 50)) $((i * 50 + 49)))" >/dev/null &
        poster=$!
        adds_up || return 1
        wait $poster
        adds_up || return 1
        i=$((i + 1))
    done
}
check "events, duplicates and refused ones add up at 40 scrapes" scrape_all
check "... and there were some of each" test "$(sum events_folded_total)" = 1000 -a "$(sum events_duplicate_total)" = 20 -a "$(sum dead_letters_total)" -gt 100
kill_hard
check "killed, it starts again" up engaged.yaml
check "... and adds up from the first scrape" adds_up
check "... with what it recalled from the journal" test "$(sum actions_recalled_total)" -ge 10 -a "$(sum dead_letters_recalled_total)" -ge 1
post "$(batch 2000 2100)" >/dev/null
check "... and goes on to" adds_up
check "it stops" stop
check "after a clean stop" up engaged.yaml
check "... there is nothing to recall, and that adds up" adds_up
check "... in numbers" test "$(sum actions_recalled_total)" = 0 -a "$(sum events_read_total)" = 0
stop

# ---- an event that is lost between the source and the journal

if [ -x "$faults" ]; then
    sed 's/^shards:.*/shards: 1/; s/^workers:.*/workers: 1/; s/^data:.*/data: lossy/' engaged.yaml >lossy.yaml
    engaged=$faults
    ENGAGED_FAILPOINTS=source.lost=error@3
    export ENGAGED_FAILPOINTS
    check "it is up with an event to lose" up lossy.yaml
    for i in 1 2 3; do post "$(event "l-$i" "c-$i")" 2 >/dev/null; done
    unset ENGAGED_FAILPOINTS
    check "a lost event is said at once, with both sides" wait_until 5 logged ' error what was counted does not add up.*balance=read came=3 found=2'
    check "... once" same "$(grep -c 'does not add up' daemon.log)" 1
    shows() { curl -s "$(url)/metrics" | grep -qx "engaged_balance_broken{shard=\"0\",balance=\"$1\"} $2"; }
    check "... it is a metric" shows read 1
    check "... of this balance alone" shows folded 0
    check "... /readyz is 503 and tells" sh -c "curl -s -w '%{http_code}' '$(url)/readyz' | tr '\n' ' ' | grep -q 'what a shard counted does not add up.*503'"
    check "... no more is taken in" same "$(post "$(event l-4 c-4)" 1)" 000
    check "... and questions are answered" same "$(curl -s -o reply -w '%{http_code}' "$(url)/v1/contacts/c-1")" 200
    kill -TERM "$daemon"
    wait_gone 10
    check "stopped, it ends with 70" same "$gone" 70
    events 1 50 >events.ndjson
    printf 'data: once\nrules: rules\nsources: {files: [events.ndjson]}\n' >once.yaml
    ENGAGED_FAILPOINTS=source.lost=error@1 "$faults" --once --config once.yaml 2>daemon.log
    check "with --once it ends at once with 70" same $? 70
else
    skip "an event that is lost: no $faults (make VARIANT=faults all)"
fi
finish
