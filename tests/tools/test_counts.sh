#!/bin/sh
# tests/run adds up what programs count, and counts what dies without counting.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# program NAME BODY
program() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/$1"
    chmod +x "$work/$1"
}

# sums SITUATION STATUS LINE PROGRAM...
sums() {
    situation=$1 status=$2 line=$3
    shift 3
    said=$(cd "$work" && TEST_SECONDS_MAX=${seconds_max:-900} "$root/tests/run" "$@" 2>&1)
    rc=$?
    if [ "$rc" -eq "$status" ] && [ "$(echo "$said" | tail -n 1)" = "$line" ]; then
        passed=$((passed + 1))
    else
        echo "FAILED: $situation: exit status $rc, said: $said"
        failed=$((failed + 1))
    fi
}

program good 'echo "3 passed, 0 failed, 1 skipped"'
program better 'echo talk; echo "10 passed, 0 failed, 0 skipped"'
program bad 'echo "2 passed, 1 failed, 0 skipped"; exit 1'
program liar 'echo "2 passed, 0 failed, 0 skipped"; exit 1'
program silent 'exit 0'
program crash 'kill -SEGV $$'
program slow 'sleep 30; echo "1 passed, 0 failed, 0 skipped"'

sums "nothing to run" 0 "0 passed, 0 failed, 0 skipped"
sums "two good programs" 0 "13 passed, 0 failed, 1 skipped" ./good ./better
sums "one test failed" 1 "5 passed, 1 failed, 1 skipped" ./good ./bad
sums "a failure that was not counted" 1 "5 passed, 1 failed, 1 skipped" ./good ./liar
sums "a program that counts nothing" 1 "3 passed, 1 failed, 1 skipped" ./good ./silent
sums "a program that crashes" 1 "3 passed, 1 failed, 1 skipped" ./good ./crash
sums "a program that is not there" 1 "3 passed, 1 failed, 1 skipped" ./good ./absent
seconds_max=2 # alone: a good one may take longer
sums "a program that does not end" 1 "0 passed, 1 failed, 0 skipped" ./slow

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
