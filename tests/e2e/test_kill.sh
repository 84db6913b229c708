#!/bin/sh
# kill -9 in mid-work, again and again: what comes out is what comes out without it.
# KILLS: how many times (25). TEST_SEED repeats the moments as far as the machine lets it.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
write_rules rules
kills_wanted=${KILLS:-25}
seed=${TEST_SEED:-$$}
echo "seed=$seed"

# Small frames and journal files, frequent checkpoints: many places to die in.
for name in calm killed; do
    cat >"$name.yaml" <<E
data: $name
rules: rules
clock: event
journal: {file_mib: 1}
checkpoint: {age_s: 1, overlay_mib: 1}
limits: {frame_events: 64, actions_per_minute: 0}
sources: {files: [events.ndjson]}
sinks: {file: $name.ndjson}
dead_letters: {file: $name-dead.ndjson}
E
done
events 1 300000 >events.ndjson
check "it runs without being killed" once calm.yaml

# moments COUNT: seconds to live, mostly short
moments() {
    awk -v count="$1" -v seed="$seed" 'BEGIN {
        srand(seed)
        for (i = 0; i < count; i++) printf "%.3f\n", 0.03 + rand() * rand() * 0.6
    }'
}
has_begun() { logged "source started" || daemon_is_gone; }
killed=0
in_midwork=0
: >all.log
for moment in $(moments $((kills_wanted * 2))); do
    [ "$killed" -lt "$kills_wanted" ] || break
    start killed.yaml --once
    # Every other one lives until it reads, however long a start takes here.
    [ $((killed % 2)) -eq 0 ] || wait_until 10 has_begun
    sleep "$moment" # how long it may live
    if daemon_is_gone; then
        wait "$daemon"
        status=$?
        daemon=""
        cat daemon.log >>all.log
        [ "$status" -eq 0 ] || not_ok "it ended by itself with $status"
        cmp calm.ndjson killed.ndjson || not_ok "actions of a round are the same, byte for byte"
        rm -r killed killed.ndjson killed-dead.ndjson # once more from the beginning
        continue
    fi
    kill_hard
    killed=$((killed + 1))
    ! logged "source started" || in_midwork=$((in_midwork + 1))
    cat daemon.log >>all.log
done
echo "killed $killed times, $in_midwork of them while reading"
check "it was killed at least 20 times" test "$killed" -ge 20
check "... some of them in mid-work" test "$in_midwork" -ge 5
check "it ends what was begun" once killed.yaml
check "actions are the same, byte for byte" cmp calm.ndjson killed.ndjson
# Their ids have the data directory's identity in them, their times are those of frames.
letters() { sed 's/"id":"[^"]*","time":"[^"]*",//' "$1"; }
letters calm-dead.ndjson >calm.letters
letters killed-dead.ndjson >killed.letters
check "dead letters are the same but for id and time" cmp calm.letters killed.letters

state() { "$engagectl" contact export --config "$1.yaml" -o ndjson; }
state calm >calm.state
state killed >killed.state
check "there is a state to compare" test -s calm.state
check "contacts are the same" cmp calm.state killed.state
check "the journal verifies" "$engagectl" journal verify --config killed.yaml
check "nothing was damaged on the way" sh -c '! grep -q " error " all.log'

# ---- killed while it recovers, again and again
rm -r killed/shard-0000/store
for moment in 0.01 0.02 0.04 0.08 0.12 0.03; do
    start killed.yaml --once
    sleep "$moment" # how long it may live
    kill_hard
done
check "killed while rebuilding its store, it gets there" once killed.yaml
state killed >killed.state
check "... with the same contacts" cmp calm.state killed.state
check "... and nothing sent again" cmp calm.ndjson killed.ndjson

# ---- SIGTERM in mid-work
rm -r killed killed.ndjson killed-dead.ndjson
for moment in 0.05 0.2 0.3; do
    start killed.yaml
    wait_until 10 logged starting # before that a signal is not its own yet
    sleep "$moment"               # how long it may live
    check "SIGTERM after $moment s ends it with 0" stop
done
check "what was left is done" once killed.yaml
check "actions are the same, byte for byte" cmp calm.ndjson killed.ndjson
finish
