# Runs engaged on files of events and looks at what it says. Sourced.
#   needs $work, $EVENTS, support/table.sh
engaged=build/engaged
ctl=build/engagectl
bench=build/bench
dir=$work/daemon # data, configuration and log of the one that runs

# events_make EVENTS CONTACTS: sets $events to a file of them, made once
events_make() {
    events=$work/events.$1.$2
    if [ ! -e "$events" ]; then
        "$bench/generate" "$1" "$2" >"$events.part" || die "no room for the events"
        mv "$events.part" "$events"
    fi
    contacts=$("$bench/generate" --distinct "$1" "$2")
    events_count=$1
}

# rules_make RULES: sets $rules to a directory with them
rules_make() {
    rules=$work/rules.$1
    mkdir -p "$rules"
    "$bench/generate" --rules "$1" types >"$rules/types.yaml"
    "$bench/generate" --rules "$1" scores >"$rules/scores.yaml"
}

# rules_mixed_make RULES: the same for rules with conditions, 20 counters and 20 segments
rules_mixed_make() {
    rules=$work/rules.mixed.$1
    mkdir -p "$rules"
    for file in mixed fading; do "$bench/generate" --rules "$1" "$file" >"$rules/$file.yaml"; done
}

# rules_entering_make RULES: the same, and an action when a contact enters its first segment
rules_entering_make() {
    rules_mixed_make "$1"
    rules=$work/rules.entering.$1
    rm -rf "$rules"
    cp -r "$work/rules.mixed.$1" "$rules"
    "$bench/generate" --rules "$1" entering >"$rules/entering.yaml"
}

# daemon_new SOURCES [LINE]...: a data directory with nothing in it, and its configuration
daemon_new() {
    rm -rf "$dir"
    mkdir -p "$dir"
    cat >"$dir/engaged.yaml" <<CONFIG
data: data
rules: ../${rules##*/}
sources: $1
limits: {actions_per_minute: 0}
CONFIG
    shift
    for line in "$@"; do echo "$line" >>"$dir/engaged.yaml"; done
}

# daemon_files [LINE]...: the same for the file $events, on the event clock
daemon_files() { daemon_new "{files: [../${events##*/}]}" "clock: event" "sinks: {file: actions.ndjson}" "$@"; }

# daemon_once [PREFIX]...: folds what there is, and sets what was seen of it:
# $wall_us $cpu_us $rss_kib $own_kib $read $actions
daemon_once() {
    "$bench/timed" "$dir/time" "$@" "$engaged" --config "$dir/engaged.yaml" --once 2>"$dir/log" ||
        log_die "engaged failed"
    read -r wall_us user_us sys_us rss_kib own_kib <"$dir/time"
    cpu_us=$((user_us + sys_us))
    summary=$(grep '^engaged: ' "$dir/log")
    read=$(echo "$summary" | sed 's/^engaged: \([0-9]*\) events.*/\1/')
    actions=$(echo "$summary" | sed 's/.*), \([0-9]*\) actions.*/\1/')
    case $summary in *", 0 dead letters, 0 duplicates") ;; *) die "wrong result: $summary" ;; esac
}

# field NAME: of the line "shard opened" of the log, summed over the shards
field() {
    sed -n 's/.* shard opened .*\<'"$1"'=\([0-9]*\).*/\1/p' "$dir/log" | awk '{ sum += $1 } END { print sum + 0 }'
}

# log_ms TEXT LAST|FIRST: milliseconds since midnight of the first or last line of the log with TEXT
log_ms() {
    grep -F -- "$1" "$dir/log" | case $2 in FIRST) head -n 1 ;; LAST) tail -n 1 ;; esac |
        sed 's/^[^T]*T\([0-9]*\):\([0-9]*\):\([0-9]*\)\.\([0-9]*\)Z.*/\1 \2 \3 \4/' |
        awk '{ printf "%d", (($1 * 60 + $2) * 60 + $3) * 1000 + $4 }'
}

# expect WHAT GOT WANTED
expect() { [ "$2" = "$3" ] || die "wrong result: $1 is $2, and should be $3"; }

# actions_check FILE COUNT: as many lines, each id once
actions_check() {
    expect "actions in the file" "$(wc -l <"$1" | tr -d ' ')" "$2"
    expect "ids of actions" "$(sed 's/^{"specversion":"1.0","id":"\([0-9a-f]*\)".*/\1/' "$1" | sort -u | wc -l | tr -d ' ')" "$2"
}

# digest: of all shards, after folding the journals again
digest() {
    "$ctl" --config "$dir/engaged.yaml" journal verify -o json >"$dir/verify" || die "journal verify: $(cat "$dir/verify")"
    grep -o '"digest":"[0-9a-f]*"' "$dir/verify" | sed 's/.*:"//; s/"//' | tr '\n' ' '
}

# daemon_start: in the background, until it is ready; sets $ready_ms $pid $port. Standard input is its.
daemon_start() {
    "$bench/ready" "$dir/log" "$engaged" --config "$dir/engaged.yaml" >"$dir/ready" || log_die "engaged did not get ready"
    read -r ready_ms pid port <"$dir/ready"
    echo "$pid" >"$work/pid"
}

# daemon_end SIGNAL: and waits until it is gone
daemon_end() {
    kill "-$1" "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 3000 ] || log_die "engaged does not end"
        sleep 0.01
    done
    rm -f "$work/pid"
}

# metric NAME...: their sums over the shards, with spaces between
metric() { "$bench/metrics" "$port" "$@" || log_die "engaged does not answer"; }

# metric_wait WANTED NAME...: until the metrics are that
metric_wait() {
    metrics_wanted=$1
    shift
    tries=0
    until [ "$(metric "$@")" = "$metrics_wanted" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 1200 ] || log_die "$* is $(metric "$@") and does not become $metrics_wanted"
        sleep 0.1
    done
}

log_die() {
    tail -n 5 "$dir/log" >&2
    die "$*"
}
