#!/bin/sh
# The tests beside the examples pass: of each file by itself, as whoever copies it would run them, and of all together.
set -u
cd "$(dirname "$0")/../.."
ctl=build/engagectl
said=$(mktemp)
trap 'rm -f "$said"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0 skipped=0

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >"$said" 2>&1; then
        passed=$((passed + 1)) && echo "ok - $name"
    else
        failed=$((failed + 1)) && echo "not ok - $name" && sed 's/^/    /' "$said"
    fi
}
# Tests that are there, and pass.
tests_pass() { "$ctl" test "$1" && grep -qE '^[1-9][0-9]* passed, 0 failed' "$said"; }

for path in rules/examples/*; do
    check "$path" tests_pass "$path"
done
check "all together" tests_pass rules/examples
check "every need S1 to S12 has a file" sh -c 'for n in 01 02 03 04 05 06 07 08 09 10 11 12; do ls rules/examples/s$n-*.yaml; done'

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
