#!/bin/sh
# engagectl test as a user and a CI run it: exit codes, what is printed where, JUnit, nothing left behind, speed.
set -u
cd "$(dirname "$0")/../.."
ctl=$(pwd)/build/engagectl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR
LC_ALL=C
export LC_ALL
cd "$work" || exit 1
passed=0 failed=0 skipped=0

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >said 2>&1; then
        echo "ok - $name"
        passed=$((passed + 1))
    else
        echo "FAILED - $name"
        sed 's/^/    /' said
        failed=$((failed + 1))
    fi
}
same() { cmp "$1" "$2" || { diff "$1" "$2" | head -n 10 && false; }; }
exits() { # exits CODE ARGUMENTS...: of engagectl
    wanted=$1
    shift
    "$ctl" "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "exit status $got, expected $wanted" && cat out err && false; }
}

mkdir rules
cat >rules/score.yaml <<'END'
contact: {fields: {country: {type: string}}}
scores:
  engagement:
    rules:
      - {name: opened, on: email.opened, points: 5}
      - {name: promo-click, on: link.clicked, if: 'data.url.contains("/promo")', points: 10}
      - {name: order, on: order.placed, points: 50}
segments:
  quiet: {if: 'score.engagement == 0', known_for: 30d}
actions:
  send_sms: {with: {template: string}}
workflows:
  win-back:
    on: segment.entered
    if: data.segment == "quiet"
    steps: [{do: send_sms, with: {template: nudge}}]
END
cat >rules/tests.yaml <<'END'
tests:
  - name: a promo click outweighs an open
    contact: {country: VN}
    events:
      - {at: 0s, type: email.opened, data: {message: m1}}
      - {at: 1h, type: link.clicked, data: {url: "https://x/promo", message: m1}}
    expect:
      - {at: 2h, score: {engagement: 15}, segments: {quiet: false}, actions: []}
      - {at: 31d, actions: []}
  - name: who stays away gets a message
    contact: {country: VN}
    expect:
      - {at: 29d, actions: []}
      - {at: 30d, actions: [{do: send_sms}], because: [win-back]}
END
cat >wrong.yaml <<'END'
tests:
  - name: what does <not> hold & why
    contact: c-9
    expect: [{at: 30d, score: {engagement: 1}, actions: []}]
END

check "what holds exits with 0" exits 0 test rules
cat >want <<'END'
2 passed, 0 failed
not reached by any test: scores.engagement/order (rules/score.yaml:7)
END
check "and says so, with what was not reached" same want out
check "nothing is said beside it" test ! -s err
check "what does not hold exits with 1" exits 1 test rules wrong.yaml --junit results.xml
cat >want <<'END'
FAIL what does <not> hold & why (wrong.yaml:2:5)
  at 30d (wrong.yaml:4:14)
    score engagement
      exp: 1
      got: 0
    actions
      exp: none
      got:
        0: send_sms by win-back/1 with template "nudge"
2 passed, 1 failed
not reached by any test: scores.engagement/order (rules/score.yaml:7)
END
check "and says what" same want out
check "JUnit has the failure" grep -q '<testcase name="what does &lt;not&gt; hold &amp; why" classname="wrong.yaml"' results.xml
if command -v python3 >/dev/null; then
    check "JUnit is XML" python3 -c '
import sys, xml.dom.minidom
suites = xml.dom.minidom.parse("results.xml").getElementsByTagName("testsuite")
assert [s.getAttribute("name") for s in suites] == ["rules/tests.yaml", "wrong.yaml"]
assert [s.getAttribute("failures") for s in suites] == ["0", "1"]'
else
    skipped=$((skipped + 1))
fi
check "--run takes a pattern" exits 0 test rules wrong.yaml --run '*message'
check "and counts what it chose" grep -qx '1 passed, 0 failed' out
check "JSON is one object" exits 1 test rules wrong.yaml -o json
check "on one line" test "$(wc -l <out)" -eq 1
check "no path is wrong usage" exits 2 test
check "an unknown option is wrong usage" exits 2 test rules --covers
printf 'tests: [{name: t, expect: [{at: 1h, score: {engagment: 1}}]}]\n' >typo.yaml
check "a mistyped score is refused with 78" exits 78 test rules typo.yaml
check "at its place, with a suggestion" grep -q "typo.yaml:1:45: error\[E0222\]: unknown score 'engagment', did you mean 'engagement'?" err
check "nothing is run then" test ! -s out
check "a daemon takes rules with tests in them" exits 0 check rules
"$ctl" test rules -v >first
"$ctl" test rules -v >second
sed -i 's/ [0-9.]* ms$//' first second
check "twice the same" same first second

# Hundreds a second: each in a shard of its own, without a file.
awk 'BEGIN {
    print "tests:"
    for (i = 1; i <= 1000; i++)
        printf "  - {name: t%d, events: [{at: 1h, type: email.opened}], expect: [{at: 2h, score: {engagement: 5}}]}\n", i
}' >many.yaml
# By the processor's time: the clock's is also that of whatever else runs.
in_time() { (ulimit -t 10 && exits 0 "$@"); }
check "a thousand tests within ten seconds" in_time test rules/score.yaml many.yaml
check "nothing is left in TMPDIR" test -z "$(ls -A "$TMPDIR")"
check "the command is explained" exits 0 help test
check "with all it takes" sh -c 'grep -q -- --run out && grep -q -- --junit out && grep -q -- --coverage out && grep -q -- -v out'
check "the shell completes it" exits 0 completion bash
check "with its options" grep -q '"test "\*) words="" options=" --run --junit --coverage --verbose' out

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
