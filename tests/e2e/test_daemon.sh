#!/bin/sh
# The daemon on files: its options and exit codes, stopping, restarting, damage, a second one.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
write_rules rules

cat >engaged.yaml <<'E'
data: data
rules: rules
clock: event
journal: {file_mib: 1}
sources: {files: [events.ndjson]}
sinks: {file: actions.ndjson}
E
events 1 20000 >events.ndjson
actions_expected=$(seq 5 5 20000 | awk '$1 % 100 != 99' | wc -l | tr -d ' ')
dead_expected=$(seq 1 20000 | awk '$1 % 100 == 99' | wc -l | tr -d ' ')

# exits CODE COMMAND...
exits() {
    want=$1
    shift
    "$@"
    got=$?
    same "$got" "$want"
}
lines() { wc -l <"$1" | tr -d ' '; }
everything() { find data actions.ndjson -type f ! -name lock.mdb -exec sha256sum {} + | sort -k 2; }
journal_files() { find "$1" -name '*.journal' | sort; }
verify() { "$engagectl" journal verify --config engaged.yaml; }
digest() { "$engagectl" journal verify --config engaged.yaml -o ndjson | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p'; }

# ---- options, configuration, rules

check "--version says it and ends with 0" exits 0 "$engaged" --version
check "--help says it and ends with 0" exits 0 "$engaged" --help
check "an unknown option ends with 2" exits 2 "$engaged" --frobnicate
check "an argument too many ends with 2" exits 2 "$engaged" --once more
check "an option without its value ends with 2" exits 2 "$engaged" --config
check "a missing configuration ends with 78" exits 78 "$engaged" --config nowhere.yaml

sed 's/^clock:.*/clokc: event/' engaged.yaml >wrong.yaml
check "a wrong key ends with 78" exits 78 "$engaged" --config wrong.yaml
"$engaged" --config wrong.yaml 2>wrong.out
check "it is shown with file, line, column and a suggestion" grep -q "wrong.yaml:3:1: error.*did you mean 'clock'" wrong.out

cp -r rules wrong-rules
sed -i 's/page.viewed/page.veiwed/' wrong-rules/rules.yaml
sed 's/^rules:.*/rules: wrong-rules/' engaged.yaml >wrong.yaml
check "a wrong rule ends with 78" exits 78 "$engaged" --once --config wrong.yaml
sed 's/^rules:.*/rules: no-rules/' engaged.yaml >wrong.yaml
check "missing rules end with 78" exits 78 "$engaged" --once --config wrong.yaml
sed 's/events.ndjson/no-events.ndjson/' engaged.yaml >wrong.yaml
check "a missing file of events ends with 78" exits 78 "$engaged" --once --config wrong.yaml
check "--check of good files ends with 0" exits 0 "$engaged" --check --config engaged.yaml
check "nothing was created by any of them" test ! -e data

# ---- once

check "--once folds all there is" once engaged.yaml
check "its last line counts" logged "^engaged: 20000 events in .* $actions_expected actions, $dead_expected dead letters, 0 duplicates"
check "every action is in the file" same "$(lines actions.ndjson)" "$actions_expected"
check "every refused event is a dead letter" same "$(lines data/dead-letters.ndjson)" "$dead_expected"
check "each action has its own cause" same "$(action_causes actions.ndjson | sort -u | wc -l | tr -d ' ')" "$actions_expected"
check "files are for their owner only" same "$(find data actions.ndjson \( -type f -o -type d \) -perm /077 | wc -l | tr -d ' ')" 0
check "the journal verifies" verify
cp actions.ndjson actions.want

check "a second time there is nothing to do" once engaged.yaml
check "... and it says so" logged "^engaged: 0 events"
check "... and writes nothing" cmp actions.ndjson actions.want
digest_want=$(digest)

rm -r data/shard-0000/store
check "without its store it starts" once engaged.yaml
check "... with the same state" same "$(digest)" "$digest_want"
check "... and sends nothing again" cmp actions.ndjson actions.want
check "... and the journal verifies" verify

head -c 4096 /dev/urandom | dd of=data/shard-0000/store/data.mdb conv=notrunc 2>/dev/null
check "with a damaged store it starts" once engaged.yaml
check "... saying that it was built anew" logged "store built anew"
check "... with the same state" same "$(digest)" "$digest_want"
check "... and sends nothing again" cmp actions.ndjson actions.want

# ---- more events; standard input

events 20001 20100 >>events.ndjson
check "lines appended later are read" once engaged.yaml
check "... they alone" logged "^engaged: 100 events"

sed 's/events.ndjson/"-"/; s/^data:.*/data: data-stdin/; s/actions.ndjson/actions-stdin.ndjson/' engaged.yaml >stdin.yaml
from_stdin() { events 1 1000 | once stdin.yaml; }
check "standard input is a source" from_stdin
check "... read to its end" logged "^engaged: 1000 events"

# ---- a daemon that stays

start engaged.yaml
check "a daemon starts" wait_until 10 logged "source read to its end"
everything >before.sum
check "a second one on its directory ends with 73" exits 73 "$engaged" --config engaged.yaml
everything >after.sum
check "... and has changed nothing" cmp before.sum after.sum
kill -HUP "$daemon"
check "SIGHUP does not end it" wait_until 5 logged "rules unchanged"
check "SIGTERM ends it with 0" stop
check "... saying that it has stopped" logged "stopped exit=0"
start engaged.yaml
wait_until 10 logged "source started"
kill -INT "$daemon"
check "SIGINT ends it with 0" wait_gone 10

sed 's/^rules: rules/&\nshards: 2/; /^sources:/d' engaged.yaml >shards.yaml
check "another number of shards ends with 78" exits 78 "$engaged" --once --config shards.yaml

# ---- damage

# Frames that no checkpoint has: killed right after they were read.
events 20101 20200 >>events.ndjson
actions_before=$(lines actions.ndjson)
start engaged.yaml
check "lines appended later are read" wait_until 10 logged "source read to its end"
acted() { [ "$(lines actions.ndjson)" -gt "$actions_before" ]; }
check "... and acted on" wait_until 10 acted
kill_hard
cp -r data data-good
cp actions.ndjson actions.good
# Zeros over the last bytes that are none, as a write that did not get all the way leaves them.
tear() {
    perl -e 'open my $f, "+<", $ARGV[0] or die; binmode $f; local $/; my $t = <$f>;
        $t =~ /\0*\z/; my $end = $-[0]; seek $f, $end - 20, 0; print $f "\0" x 20;' "$1"
}
tear "$(journal_files data | tail -n 1)"
check "a torn last frame does not stop it" once engaged.yaml
check "... it says how many bytes it cut off" logged "torn last frame cut off the journal.*bytes=[1-9]"
check "... reads those events again" logged "^engaged: 100 events"
check "... and sends nothing twice" cmp actions.ndjson actions.good
check "... and the journal verifies" verify

tear "$(journal_files data | tail -n 1)"
check "a torn last frame that a checkpoint has does not stop it either" once engaged.yaml
check "... it says how many bytes it cut off" logged "torn last frame cut off the journal.*bytes=[1-9]"
check "... that the frame was durable" logged "the frame cut off was durable.*sequence=[1-9]"
check "... folds the rest again" logged "store"
check "... reads those events again" logged "^engaged: [1-9][0-9]* events"
check "... and sends nothing twice" cmp actions.ndjson actions.good
check "... and the journal verifies" verify

# One bit of a frame that is whole is another thing.
perl -e 'open my $f, "+<", $ARGV[0] or die; binmode $f; local $/; my $t = <$f>;
    $t =~ /\0*\z/; my $at = $-[0] - 40; seek $f, $at, 0; print $f chr(ord(substr($t, $at, 1)) ^ 4);' \
    "$(journal_files data | tail -n 1)"
check "a flipped bit in a last frame that a checkpoint has ends with 74" exits 74 once engaged.yaml
check "... naming file and sequence" logged "journal: sequence"

rm -r data
cp -r data-good data
first=$(journal_files data | head -n 1)
perl -e 'open my $f, "+<", $ARGV[0] or die; binmode $f; seek $f, 100000, 0; read $f, my $b, 1;
    seek $f, 100000, 0; print $f chr(ord($b) ^ 4);' "$first"
rm -r data/shard-0000/store
journal_sums() { find data/shard-0000/journal -name '*.journal' -exec sha256sum {} + | sort -k 2; }
journal_sums >before.sum
check "a flipped bit in the journal ends with 74" exits 74 once engaged.yaml
check "... naming file and sequences" logged "$(basename "$first").*sequence"
journal_sums >after.sum
check "... and has not changed a byte of it" cmp before.sum after.sum
check "verify ends with 74 too" exits 74 verify

# ---- the disk is full

full_disk() {
    [ "$(id -u)" = 0 ] || { skip "a full disk: needs root to mount a small one" && return; }
    mkdir small
    mount -t tmpfs -o size=14m none "$work/small" 2>/dev/null || { skip "a full disk: cannot mount a tmpfs" && return; }
    leave_more() { umount "$work/small" 2>/dev/null; }
    sed 's/^data:.*/data: small\/data/; s/file: actions.ndjson/file: small\/actions.ndjson/' engaged.yaml >small.yaml
    head -c 11M /dev/zero >small/ballast # the journal alone has no room beside it, whoever writes first
    start small.yaml
    check "a full disk is said" wait_until 20 logged "disk full"
    check "... and the daemon lives on" kill -0 "$daemon"
    rm small/ballast
    check "it goes on when there is room" wait_until 20 logged "source read to its end"
    check "... and stops as always" stop
    check "... with every action" cmp small/actions.ndjson actions.good
    umount "$work/small"
    leave_more() { :; }
}
full_disk
finish
