# shellcheck shell=sh
# What the end-to-end scripts share: a work directory, counts, a daemon to start and stop, events to feed it.
# Sourced from the repository root.
repository=$PWD
engaged=${ENGAGED:-$repository/build/engaged} # or one built with sanitizers
engagectl=$repository/build/engagectl
work=$(mktemp -d)
passed=0 failed=0 skipped=0
daemon=""

leave() {
    [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
    leave_more
    cd / && rm -rf "$work"
}
leave_more() { :; } # a script may have more to end
trap leave EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}
not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
    [ ! -s daemon.log ] || tail -n 5 daemon.log | sed 's/^/    /'
}
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}
# check NAME COMMAND...: ok when the command succeeds
check() {
    check_name=$1
    shift
    if "$@" >check.out 2>&1; then
        ok "$check_name"
    else
        not_ok "$check_name"
        sed 's/^/    /' check.out | head -n 10
    fi
}
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

# wait_until SECONDS COMMAND...: tries until the command succeeds
wait_until() {
    tries=$(($1 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}
logged() { grep -q -e "$1" daemon.log; }
same() { [ "$1" = "$2" ] || { echo "expected $2, got $1" && false; }; }

# start CONFIG [OPTION...]: a daemon in the background, its log in daemon.log
start() {
    : >daemon.log # before anyone looks into it
    "$engaged" --config "$@" 2>>daemon.log &
    daemon=$!
}
# wait_gone SECONDS: until the daemon has ended; its exit status
wait_gone() {
    wait_until "$1" daemon_is_gone || { kill -9 "$daemon" && echo "killed: did not end in $1 s"; }
    wait "$daemon"
    gone=$?
    daemon=""
    return "$gone"
}
daemon_is_gone() { ! kill -0 "$daemon" 2>/dev/null || grep -q '^State:.Z' "/proc/$daemon/status"; }
kill_hard() {
    kill -9 "$daemon" 2>/dev/null
    wait "$daemon" 2>/dev/null
    daemon=""
}
stop() {
    kill -TERM "$daemon"
    wait_gone 10
}
once() { "$engaged" --once --config "$@" 2>daemon.log; }
# url: where the daemon listens
url() { echo "http://127.0.0.1:$(sed -n 's/.*listening .*port=\([0-9]*\).*/\1/p' daemon.log)"; }
ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$(url)/readyz")" = 200 ]; }

write_rules() {
    mkdir -p "$1"
    cat >"$1/rules.yaml" <<'RULES'
scores:
  engagement:
    label: Engagement
    bands: {warm: 10, hot: 50}
    rules:
      - {name: view, on: page.viewed, points: 1}
      - {name: form, on: form.submitted, points: 20}
actions:
  send_email: {label: Mail, channel: email, topic: actions.email, with: {template: string}}
workflows:
  welcome:
    on: form.submitted
    reenter: always
    steps:
      - {do: send_email, with: {template: welcome}}
RULES
}

# events FIRST LAST: one event a line; each fifth makes an action, each hundredth is refused
events() {
    awk -v first="$1" -v last="$2" 'BEGIN {
        for (i = first; i <= last; i++) {
            if (i % 100 == 99) { printf "{\"id\":\"e-%d\", broken\n", i; continue }
            type = i % 5 == 0 ? "form.submitted" : "page.viewed"
            data = i % 5 == 0 ? "{\"form\":\"f\"}" : "{\"url\":\"https://example.com/" i % 50 "\"}"
            printf "{\"id\":\"e-%d\",\"source\":\"test\",\"type\":\"%s\",\"time\":%.0f,\"contact\":\"c-%d\",\"data\":%s}\n", \
                i, type, 1767225600000 + i * 1000, i * 7919 % 500, data
        }
    }'
}
# action_ids FILE: the ids of the events that caused the actions
action_causes() { sed -n 's/.*"cause":{"source":"[^"]*","id":"\([^"]*\)".*/\1/p' "$1"; }
