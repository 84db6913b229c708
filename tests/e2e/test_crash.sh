#!/bin/sh
# A process that breaks: one clear line and exit code 70; an event that breaks it three times becomes a dead
# letter, an innocent one never does; a mapped file that is cut under a running daemon ends it cleanly.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
faults=${ENGAGED_FAULTS:-$repository/build/faults/engaged}
write_rules rules
config() { # config NAME [MORE...]: NAME.yaml, with its own data directory
    name=$1
    shift
    {
        printf 'data: %s\nrules: rules\njournal: {file_mib: 1}\nsources: {files: [%s.ndjson]}\n' "$name" "$name"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$name.yaml"
}
# dies ORDER CONFIG: a --once run with a failpoint; its exit status
dies() { ENGAGED_FAILPOINTS=$1 timeout 60 "$faults" --once --config "$2" 2>daemon.log; }
ends_with() { # ends_with STATUS COMMAND...
    wanted=$1
    shift
    "$@"
    same $? "$wanted"
}
letters() { grep -c . "$1/dead-letters.ndjson"; }
# causes that must be there: all but the poisoned event and the broken lines
all_acted() { # all_acted DIRECTORY LAST LEFT-OUT
    action_causes "$1/actions.ndjson" | sort >acted
    awk -v last="$2" -v out="$3" 'BEGIN { for (i = 1; i <= last; i++) if (i % 5 == 0 && i != out) print "e-" i }' | sort >wanted
    cmp acted wanted
}

if [ -x "$faults" ]; then
    # ---- an event that breaks the decoder: the 40th, in every run
    config poison
    events 1 90 >poison.ndjson
    check "an event that breaks the decoder ends the process with 70" ends_with 70 dies decode.before=abort@40 poison.yaml
    check "... and one clear line" logged 'engaged: SIGABRT while an event was read'
    # Nothing became durable, so that it is the 40th again.
    check "... a second time" ends_with 70 dies decode.before=abort@40 poison.yaml
    check "... which was said before" logged 'one by one.*position_last=.*deaths=1'
    check "... a third time" ends_with 70 dies decode.before=abort@1 poison.yaml
    check "... where it was the first that was read" logged 'deaths=2'
    check "the next start refuses it and reads on" ends_with 0 dies '' poison.yaml
    check "... which is said once, as an error" same "$(grep -c ' error an event ended the process again and again.*file:.*deaths=3' daemon.log)" 1
    check "... it is a dead letter with its own code" grep -q '"code":"crashed"[^}]*the process died 3 times while reading this' poison/dead-letters.ndjson
    check "... the only one" same "$(letters poison)" 1
    check "... and the rest had its effect, once each" all_acted poison 90 40
    rm -r poison/shard-0000/store
    check "rebuilt from the journal it is the same" ends_with 0 "$engagectl" journal verify --config poison.yaml
    check "... and another start has nothing to refuse" ends_with 0 dies '' poison.yaml
    check "... or to say" sh -c '! grep -q "ended the process" daemon.log'

    # ---- events in a row that break it: each takes its three deaths, and the next one waits its turn
    config row
    events 1 20 >row.ndjson
    for place in 6 7 8; do
        check "events in a row: the first death at $place" ends_with 70 dies "decode.before=abort@$((place == 6 ? 6 : 1))" row.yaml
        # One by one from there: those before it are durable after the second.
        check "... the second" ends_with 70 dies "decode.before=abort@$((place == 6 ? 6 : 1))" row.yaml
        check "... the third" ends_with 70 dies decode.before=abort@1 row.yaml
    done
    check "events in a row: the next start reads on" ends_with 0 dies '' row.yaml
    check "... with three dead letters" same "$(letters row)" 3

    # ---- kills are nobody's fault
    config killed
    events 1 90 >killed.ndjson
    for _ in 1 2 3 4 5; do ENGAGED_FAILPOINTS=decode.before=kill@40 "$faults" --once --config killed.yaml 2>>daemon.log; done
    check "killed five times at one event, it is taken all the same" ends_with 0 dies '' killed.yaml
    check "... and no letter is dead" same "$(letters killed)" 0
    check "... and all had their effect" all_acted killed 90 0

    # ---- a death before the third that does not come again
    config once
    events 1 90 >once.ndjson
    dies decode.before=abort@40 once.yaml
    dies decode.before=abort@40 once.yaml
    check "after two deaths a good start takes it" ends_with 0 dies '' once.yaml
    check "... and no letter is dead" same "$(letters once)" 0
    events 91 120 >>once.ndjson
    dies decode.before=abort@1 once.yaml
    check "... and what is counted begins anew" ends_with 0 dies '' once.yaml
    check "... with no dead letter but the broken line" same "$(letters once)" 1

    # ---- a source that is read no more
    config gone
    events 1 90 >gone.ndjson
    dies decode.before=abort@40 gone.yaml
    events 91 120 >instead.ndjson
    sed 's/gone.ndjson/instead.ndjson/' gone.yaml >instead.yaml
    check "what a source did that is read no more says nothing of another" ends_with 0 dies '' instead.yaml
    check "... and nothing is read one by one for it" sh -c '! grep -q "one by one" daemon.log'
else
    skip "an event that breaks the decoder: no $faults (make VARIANT=faults all)"
fi

# ---- signals

cat >http.yaml <<'E'
data: http
rules: rules
checkpoint: {age_s: 1}
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E
post() { curl -s -m 10 -o reply -w '%{http_code}' --data-binary "$1" "$(url)/v1/events"; }
up() { start http.yaml && wait_until 10 logged listening && wait_until 10 ready; }
for number in SEGV ILL FPE ABRT; do
    check "it is up" up
    kill -s "$number" "$daemon"
    check "SIG$number from outside ends it with 70" ends_with 70 wait_gone 10
    check "... and one line" same "$(grep -c '^engaged: ' daemon.log)" 1
done

# ---- a store that is cut under it

check "it is up" up
seen() { printf '{"id":"%s-%s","type":"page.viewed","contact":"%s-%s","data":{"url":"u"}}' "$@"; }
i=0
while [ $i -lt 2000 ]; do
    batch=$(for k in 1 2 3 4 5 6 7 8 9; do seen "b$i" $k "c$i" $k && printf ,; done)
    post "[$batch$(seen "b$i" 0 "c$i" 0)]" >/dev/null
    i=$((i + 10))
done
has_checkpoint() { curl -s "$(url)/metrics" | grep -q '^engaged_sequence_checkpoint{shard="0"} [1-9]'; }
check "a checkpoint is written" wait_until 20 has_checkpoint
stop
check "it is up again, with a store" up
truncate -s 4096 http/shard-0000/store/data.mdb
i=0
while [ $i -lt 300 ] && ! daemon_is_gone; do # what it has not read yet is asked for
    curl -s -m 5 -o reply "$(url)/v1/contacts/c$i-1" || :
    post "$(seen "t$i" 0 "c$i" 2)" >/dev/null
    i=$((i + 10))
    sleep 0.1
done
check "a store that is cut under it ends it with 70" ends_with 70 wait_gone 10
check "... and one clear line" same "$(grep -c '^engaged: SIGBUS: a file that is in use became shorter' daemon.log)" 1
check "the next start is ready" up
check "... with all that was acknowledged" same "$(curl -s -o reply -w '%{http_code}' "$(url)/v1/contacts/c1990-9")" 200
check "... and stops" stop
check "... and verifies" "$engagectl" journal verify --config http.yaml
finish
