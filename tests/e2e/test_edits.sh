#!/bin/sh
# A workflow is written differently while runs are in the middle of it, on two shards: those that began before keep their
# steps, over a kill and another edit, as the plan said; each ends once.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# rules_of DIRECTORY TITLE [EDIT]
rules_of() {
    mkdir -p "$1"
    cat >"$1/next" <<RULES
contact: {fields: {plan: {type: string}}}
scores: {heat: {rules: [{name: form, on: form.submitted, points: 5}]}}
actions: {task: {with: {title: string}}}
workflows:
  call:
    on: form.submitted
    edit: ${3:-pin}
    stop: [{on: order.placed}]
    steps:
      - wait: {for: link.clicked, at_most: 30d}
      - {id: call, do: task, with: {title: "$2 {{ score.heat }}"}}
RULES
    mv "$1/next" "$1/rules.yaml"
}
cat >c.yaml <<'E'
data: d
rules: rules
shards: 2
clock: event
sources: {http: true}
sinks: {file: actions.ndjson}
http: {listen: "127.0.0.1:0"}
E
up() {
    start c.yaml && wait_until 10 logged listening && wait_until 10 ready &&
        sed "s|127.0.0.1:0|$(url | sed 's|http://||')|" c.yaml >live.yaml
}
post() { # post ID TYPE CONTACT
    curl -s -m 10 -f -o reply --data-binary \
        "{\"id\":\"$1\",\"source\":\"s\",\"type\":\"$2\",\"contact\":\"$3\",\"time\":\"2026-01-01T00:00:00Z\",\"data\":{\"url\":\"u\"}}" "$(url)/v1/events"
}
forms() { for c in $1; do post "form-$c" form.submitted "$c" || return 1; done; }
clicks() { for c in $1; do post "click-$c" link.clicked "$c" || return 1; done; }
plan() { "$engagectl" plan next --config live.yaml -o table >plan.out 2>plan.err; }
planned() { grep -q -e "$1" plan.out || { cat plan.out plan.err && false; }; }
metric() { curl -s "$(url)/metrics" | sed -n "s/^$1{shard=\"[0-9]*\"} //p" | awk '{n += $1} END {print n + 0}'; }
is_metric() { same "$(metric "$1")" "$2"; }
reloaded() { curl -s "$(url)/metrics" | grep -q "^engaged_rules_reloads_total{result=\"loaded\"} $1\$"; }
put_in_force() { # put_in_force COUNT
    mv next/rules.yaml rules/rules.yaml
    kill -HUP "$daemon"
    wait_until 10 reloaded "$1"
}
titles() { sed -n 's/.*"subject":"\([^"]*\)".*"title":"\([^"]*\)".*/\1 \2/p' actions.ndjson | sort; }
has_titles() { same "$(titles)" "$1"; }
shows() { "$engagectl" contact get "$1" --config live.yaml >contact.out && grep -q -e "$2" contact.out; }

rules_of rules first
check "it is up" up
check "ten contacts are in the middle of it" forms "a b c d e f g h i j"
rules_of next second
check "the plan says that they keep their steps" plan
check "... all ten" planned '^call  *1  *10  keeps its steps: edit: pin$'
check "it is put in force" put_in_force 1
check "ten runs are pinned" is_metric engaged_runs_pinned_total 10
check "... which the log says" logged 'runs keep the steps that they began with .*pinned='
check "a contact shows its version" shows a '"version"'
check "five more begin" forms "k l m n o"
check "... with what is written now" shows k '"state":"waiting"'
check "... without a version" same "$(grep -c '"version"' contact.out)" 0
clicks "a k"
kill_hard
check "it is up again" up
clicks "b l"
check "each goes on with what it began with" wait_until 5 has_titles "a first 5
b first 5
k second 5
l second 5"
rules_of next third
check "both versions are in the plan" plan
check "... the first" planned '^call  *1  *8  keeps its steps'
check "... the second" planned '^call  *1  *3  keeps its steps'
check "the third is put in force" put_in_force 1
check "one is stopped as its version says" post o-c order.placed c
sed 's/^scores:.*//; s/ {{ score.heat }}//' rules/rules.yaml >next/rules.yaml
check "what a version needs is to go" same "$("$engagectl" plan next --config live.yaml -o table >plan.out 2>plan.err; echo $?)" 1
check "... the plan says which and why" planned "keep its steps: rules.yaml@.*:11:.*score"
check "... and how many" grep -q "10 runs cannot keep the steps that they began with" plan.err
check "... beside other rules as well" same "$("$engagectl" plan rules next --config live.yaml -o table >plan.out 2>plan.err; echo $?)" 1
check "... which and why" planned "keep its steps: rules.yaml@.*:11:.*score"
check "... how many" grep -q "10 runs cannot keep the steps that they began with" plan.err
rules_of next fourth follow
check "all are to follow" plan
check "... which the plan says" planned '^call  *1  *7  goes on at 1$'
check "it is put in force" put_in_force 2
check "a contact has no version any more" same "$(shows d '"version"'; echo $?)" 1
clicks "d e f g h i j m n o"
check "each has its action, once" wait_until 5 has_titles "a first 5
b first 5
d fourth 5
e fourth 5
f fourth 5
g fourth 5
h fourth 5
i fourth 5
j fourth 5
k second 5
l second 5
m fourth 5
n fourth 5
o fourth 5"
check "it stops" stop
check "the journal folds to the same" "$engagectl" journal verify --config c.yaml
finish
