#!/bin/sh
# Objects of a contact in a daemon: asked for over HTTP and without it, kept over a kill, filled from the journal by new rules.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

write_objects() { # write_objects FIELDS
    cat >rules/rules.yaml <<E
objects:
  deal: {key: data.opportunity, on: opportunity.*, fields: {$1}}
segments:
  won: {if: 'objects.deal.exists(key, o, has(o.status) && o.status == "won")'}
workflows:
  thanks: {on: object.changed, if: data.is_new, key: data.key, steps: [{tag: {add: asked}}]}
E
}
mkdir rules
write_objects "status: data.status"
cat >c.yaml <<'E'
data: d
rules: rules
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E
post() { # post ID MINUTE DATA
    curl -s -m 10 -f -o reply --data-binary @- "$(url)/v1/events" <<E
{"id":"$1","type":"opportunity.changed","time":"2026-01-02T03:0$2:00Z","contact":"c","data":{$3}}
E
}
live() { sed "s|127.0.0.1:0|$(url | sed 's|http://||')|" c.yaml >live.yaml; }
up() { start c.yaml && wait_until 10 logged listening && live && wait_until 10 ready; }
has() { grep -qF "$1" reply || { cat reply && false; }; }
asked() { curl -s -m 10 -f -o reply "$(url)/v1/contacts/c" && has "$1"; }
reloaded() { kill -HUP "$daemon" && wait_until 10 asked "$1"; }
planned() { "$engagectl" plan --config live.yaml rules >reply 2>said || [ $? = 1 ] && has "$1"; }

check "a daemon is up" up
check "an event tells of a deal" post 1 2 '"opportunity":"o-1","status":"won","value":5'
check "... and one that is late of it, too" post 2 1 '"opportunity":"o-1","status":"open"'
check "... and of another" post 3 3 '"opportunity":"o-2"'
wanted='"objects":{"deal":{"o-1":{"status":"won","created":"2026-01-02T03:01:00.000Z","updated":"2026-01-02T03:02:00.000Z"},"o-2":{"created":"2026-01-02T03:03:00.000Z","updated":"2026-01-02T03:03:00.000Z"}}}'
check "the contact has both" asked "$wanted"
check "... is in the segment" has '"segments":["won"]'
check "... and the workflow heard of them" has '"tags":["asked"]'
kill_hard
check "a daemon is up again" up
check "the contact has both still" asked "$wanted"
write_objects "status: data.status, value: data.value"
check "the plan of other rules names the object" planned deal
check "new rules fill the field from the journal" reloaded '"o-1":{"status":"won","value":5,'
cp reply by-http
check "the daemon ends" stop
check "the journal folds to the same" "$engagectl" journal verify --config c.yaml
check "the contact without a daemon" sh -c "'$engagectl' contact get c --config c.yaml >reply"
check "... is the same" cmp by-http reply
check "its table has a line an object" sh -c "'$engagectl' contact get c --config c.yaml -o table | grep -q '^objects *deal o-1 *status won, value 5, created'"
finish
