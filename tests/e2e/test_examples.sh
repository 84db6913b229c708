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

# Nothing in it is left that no test reaches.
all_reached() { "$ctl" test "$1" && ! grep 'not reached' "$said"; }
# The types of a group of the catalogue.
types_of() { sed -n 's/^  \([a-z_]*\.[a-z_]*\):$/\1/p' "config/catalog/$1.yaml"; }
# A workflow of a file for triggers starts at each of the types, by its name or its family's.
start_workflows() {
    missing=0
    for type in "$@"; do
        family=${type%%.*}
        grep -qE "^ {4}on: .*($type|$family\.\*)(\$|[] ,}])" rules/examples/t0*.yaml || { echo "nothing starts at $type" && missing=1; }
    done
    return $missing
}
# A test of a file for triggers sends each of the types.
are_sent() {
    missing=0
    for type in "$@"; do
        grep -qE "type: $type[,}]" rules/examples/t0*.yaml || { echo "no test sends $type" && missing=1; }
    done
    return $missing
}

for path in rules/examples/*; do
    check "$path" tests_pass "$path"
done
check "all together" tests_pass rules/examples
for path in rules/examples/[tc]0*; do
    check "$path: all of it is reached" all_reached "$path"
done
for group in affiliate appointment community course order payment social task; do
    # shellcheck disable=SC2046 # one word a type
    check "a workflow starts at each type of $group" start_workflows $(types_of $group)
    # shellcheck disable=SC2046
    check "a test sends each type of $group" are_sent $(types_of $group)
done
what_people_do='contact.created contact.updated contact.dnd_changed contact.note_added contact.note_changed
    call.started call.completed call.missed call.failed email.delivered email.opened email.clicked email.bounced email.complained
    contact.unsubscribed customer.replied email.replied sms.replied chat.message form.submitted survey.submitted quiz.completed
    lead_form.submitted link.clicked page.viewed video.watched review.posted
    opportunity.created opportunity.changed opportunity.stage_changed opportunity.status_changed'
what_comes_of_it='field.changed tag.added tag.removed list.added list.removed score.changed segment.entered segment.left'
# shellcheck disable=SC2086
check "a workflow starts at what people do, and at what comes of it" start_workflows $what_people_do $what_comes_of_it
# shellcheck disable=SC2086
check "a test sends what people do" are_sent $what_people_do
# A file for each need of a kind; with set -e, so that each of them is wanted.
have_files() { sh -ec 'kind=$1; shift; for n; do ls rules/examples/$kind$n-*.yaml; done' - "$@"; }
check "every need S1 to S12 has a file" have_files s 01 02 03 04 05 06 07 08 09 10 11 12
check "every trigger T1 to T8 has a file" have_files t 01 02 03 04 05 06 07 08
check "every need C1 to C6 of campaigns has a file" have_files c 01 02 03 04 05 06

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
