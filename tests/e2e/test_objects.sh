#!/bin/sh
# Objects of a contact in a daemon: asked for over HTTP and without it, kept over a kill, filled from the journal by new rules.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

write_objects() { # write_objects FIELDS [ON [REMOVED_BY]]
    cat >rules/rules.yaml <<E
objects:
  deal: {key: data.opportunity, on: ${2:-opportunity.*}, fields: {$1}${3:+, removed_by: $3}}
  seat: {key: data.order, on: order.placed, fields: {at: event.time}}
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
post() { # post ID MINUTE DATA [TYPE]
    curl -s -m 10 -f -o reply --data-binary @- "$(url)/v1/events" <<E
{"id":"$1","type":"${4:-opportunity.changed}","time":"2026-01-02T03:0$2:00Z","contact":"c","data":{$3}}
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
evaluated() { # evaluated CONFIG WANTED EXPRESSION
    "$engagectl" eval --config "$1" --contact c "$3" >reply && has "$2"
}
check "an expression reads objects over HTTP" evaluated live.yaml '["won", 5, "o-1", true, 0]' \
    '[objects.deal["o-1"].status, objects.deal["o-1"].value, objects.deal["o-1"].key, objects.deal["o-1"].updated > objects.deal["o-1"].created, size(objects.seat)]'
check "... and their macros" evaluated live.yaml true 'objects.deal.exists(k, o, has(o.status) && o.status == "won")'
write_objects "status: data.status, value: data.value" opportunity.changed opportunity.status_changed
check "the plan of rules that remove names the object" planned deal
check "a removal is told before the rules know of any" post 4 4 '"opportunity":"o-2","status":"lost"' opportunity.status_changed
removed() { curl -s -m 10 -f -o reply "$(url)/v1/contacts/c" && ! grep -qF o-2 reply; }
check "rules that remove find it in the journal" sh -c "kill -HUP $daemon"
check "... and the object is gone" wait_until 10 removed
check "one more is removed" post 5 5 '"opportunity":"o-1","status":"lost"' opportunity.status_changed
check "the timeline tells it" sh -c "'$engagectl' contact timeline c --config live.yaml >reply"
check "... with what was" has '"object":"deal","key":"o-1","state":"removed","from":{"status":"won","value":5},"to":{}}'
check "... and as a table" sh -c "'$engagectl' contact timeline c --config live.yaml -o table | grep -q 'object *deal o-1 *removed: status won, value 5'"
check "it is made again" post 6 6 '"opportunity":"o-1","status":"open"'
check "a late event brings nothing back" post 7 2 '"opportunity":"o-1","value":7'
again='"objects":{"deal":{"o-1":{"status":"open","created":"2026-01-02T03:06:00.000Z","updated":"2026-01-02T03:06:00.000Z"}}}'
check "... the contact has what was said since" asked "$again"
kill_hard
check "a daemon is up again" up
check "... and has it still" asked "$again"
cp reply by-http
check "the daemon ends" stop
check "the journal folds to the same" "$engagectl" journal verify --config c.yaml
check "the contact without a daemon" sh -c "'$engagectl' contact get c --config c.yaml >reply"
check "... is the same" cmp by-http reply
check "its table has a line an object" sh -c "'$engagectl' contact get c --config c.yaml -o table | grep -q '^objects *deal o-1 *status open, created'"
check "an expression without a daemon" evaluated c.yaml '["open", 1, 0]' \
    '[objects.deal["o-1"].status, size(objects.deal), size(objects.seat)]'
told() { "$engagectl" explain event "$1" --config c.yaml ${3:+-o} ${3:+"$3"} >reply && has "$2"; }
check "an event says what it removed" told 5 '"objects":[{"object":"deal","key":"o-1","outcome":"removed","from":{"status":"won","value":5},"to":{},'
check "... and what came too late why" told 7 'it was removed at a later time' table
finish
