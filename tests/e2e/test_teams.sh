#!/bin/sh
# Teams in a daemon of two shards: each hands its contacts over on its own, and what is told of a team is of both.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

mkdir rules
cat >rules/rules.yaml <<'E'
teams:
  sales: {members: {ann: , binh: , chi: }}
  few: {members: {dung: {capacity: 3}}}
workflows:
  shared: {on: form.submitted, steps: [{assign: {team: sales, by: round_robin}}]}
  kept: {on: order.placed, steps: [{assign: {team: few, by: load}}]}
E
cat >c.yaml <<'E'
data: d
shards: 2
rules: rules
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E
post() { # post TYPE FIRST LAST: of as many contacts
    for id in $(seq "$2" "$3"); do
        printf '{"id":"%s-%s","type":"%s","contact":"c%s"}\n' "$1" "$id" "$1" "$id"
    done | sed '1s/^/[/; $!s/$/,/; $s/$/]/' | curl -s -m 10 -f -o reply --data-binary @- "$(url)/v1/events"
}
live() { sed "s|127.0.0.1:0|$(url | sed 's|http://||')|" c.yaml >live.yaml; }
up() { start c.yaml && wait_until 10 logged listening && live && wait_until 10 ready; }
team() { "$engagectl" team stat "$@" >told 2>said; }
# of MEMBER NUMBER: what is told of a member of the team
of() { sed "s/.*\"person\":\"$1\",\([^}]*\)}.*/,\1/; s/.*,\"$2\":\([0-9]*\).*/\1/" told; }
sum_of() { echo $(($(of ann "$1") + $(of binh "$1") + $(of chi "$1"))); }
# Each shard's turns are exact, so that no member is ahead of another by more than one a shard.
fair() {
    most=0 least=60
    for person in ann binh chi; do
        share=$(of "$person" contacts)
        [ "$share" -le "$most" ] || most=$share
        [ "$share" -ge "$least" ] || least=$share
    done
    [ $((most - least)) -le 2 ] || { cat told && false; }
}
has_metric() { curl -s "$(url)/metrics" | grep -qxF "$1"; }

check "two shards are up" up
check "sixty contacts are handed over" post form.submitted 1 60
check "the daemon tells of the team" team sales --config live.yaml -o ndjson
cp told by-daemon
check "... each contact is in it once" same "$(sum_of contacts)" 60
check "... all of them handed over" same "$(sum_of handed_over)" 60
check "... shared out, but for one a shard" fair
check "... two turns are the next, one in each shard" same "$(sum_of next_in)" 2
check "metrics say the same" has_metric "engaged_team_contacts{team=\"sales\",person=\"ann\"} $(of ann contacts)"
check "a team that is not there" same "$(curl -s -o reply -w '%{http_code}' "$(url)/v1/teams/none")" 404
check "a member has room for three" post order.placed 101 140
check "... is told of" team few --config live.yaml -o ndjson
check "... and has six: a capacity is that of a shard" same "$(of dung contacts)" 6
check "... and nobody is next" same "$(of dung next_in)" 0
kill_hard
check "without the daemon its directory tells" team sales --config c.yaml -o ndjson
check "... the same" cmp by-daemon told
check "... and as a table" team sales --config c.yaml -o table
check "... with the turns of each shard" grep -q "next in [12] of 2 shards" told
check "the journals fold to the same" "$engagectl" journal verify --config c.yaml
finish
