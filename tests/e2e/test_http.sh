#!/bin/sh
# The HTTP interface: what is acknowledged is durable, what is refused says why, counters balance.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
write_rules rules
cat >engaged.yaml <<'E'
data: data
rules: rules
journal: {file_mib: 1}
limits: {http_body_bytes: 65536}
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E

up() {
    start "$1"
    wait_until 10 logged "listening" && wait_until 10 ready
}
# post DATA [CURL-OPTION...]: the status; the body is in reply
post() {
    data=$1
    shift
    curl -s -m 10 -o reply -w '%{http_code}' --data-binary "$data" "$@" "$(url)/v1/events"
}
# get PATH [CURL-OPTION...]
get() {
    path=$1
    shift
    curl -s -m 10 -o reply -w '%{http_code}' "$@" "$(url)$path"
}
answers() { # answers STATUS PATTERN GOT
    same "$3" "$1" && { grep -q -e "$2" reply || { echo "no $2 in:" && cat reply && false; }; }
}
event() { printf '{"id":"%s","source":"shop","type":"form.submitted","contact":"%s","data":{"form":"f"}}' "$1" "$2"; }

check "it starts and gets ready" up engaged.yaml

# ---- taken

check "one event is accepted" answers 202 '{"accepted":1,"duplicates":0,"rejected":\[\]}' "$(post "$(event e-1 c-1)")"
kill_hard
check "killed right after the answer, it starts again" up engaged.yaml
check "... and the event is there" answers 200 '"value":20,"band":"warm"' "$(get /v1/contacts/c-1)"
check "the same event again is a duplicate" answers 202 '{"accepted":0,"duplicates":1,"rejected":\[\]}' "$(post "$(event e-1 c-1)")"
check "a batch names what it refuses" answers 202 '{"accepted":2,"duplicates":1,"rejected":\[{"index":1,"code":"no_type",.*{"index":3,"code":"not_json"' \
    "$(post "[$(event e-2 c-2), {\"a\":[1,2]}, $(event e-1 c-1), {\"x\":}, $(event e-3 c-3)]")"
check "a structured CloudEvent" answers 202 '"accepted":1' \
    "$(post '{"specversion":"1.0","id":"s-1","source":"shop","type":"form.submitted","subject":"c-4","data":{"form":"f"}}' -H 'Content-Type: application/cloudevents+json')"
check "a binary CloudEvent" answers 202 '"accepted":1' \
    "$(post '{"form":"f"}' -H 'Content-Type: application/json' -H 'ce-specversion: 1.0' -H 'ce-id: b-1' -H 'ce-source: shop' -H 'ce-type: form.submitted' -H 'ce-subject: c-5')"
printf '\204\242id\243m-1\246source\244shop\244type\256form.submitted\247contact\243c-6' >event.msgpack
check "a msgpack event" answers 202 '"accepted":1' "$(post @event.msgpack -H 'Content-Type: application/msgpack')"
check "contacts of all forms are there" same "$(get /v1/contacts/c-4)$(get /v1/contacts/c-5)$(get /v1/contacts/c-6)" 200200200
check "an email names a contact" same "$(post '{"id":"e-9","type":"page.viewed","contact":{"email":"ann@example.com"},"data":{"url":"u"}}')$(get /v1/contacts/email:ann@example.com)" 202200

# ---- asked

check "explain shows rule and event" answers 200 '"rule":"form".*"id":"e-1"' "$(get /v1/contacts/c-1/explain)"
check "a timeline tells of events, points, runs and actions" answers 200 \
    '^\[{"what":"event",.*"type":"form.submitted".*"what":"points",.*"rule":"form","points":20.*"what":"run",.*"state":"started".*"what":"action",.*"action":"send_email","id":.*}\]$' \
    "$(get /v1/contacts/c-1/timeline)"
run=$(sed -n 's/.*"what":"action","time":"[^"]*","workflow":"welcome","run":"\([^"]*\)".*/\1/p' reply)
check "a run is told by its id" answers 200 '^\[{"what":"run",.*"state":"started".*"state":"done"' "$(get "/v1/runs/$run")"
check "... of its contact" answers 200 '"state":"done"' "$(get "/v1/runs/$run?contact=c-1")"
check "... and of no other" answers 404 '"detail":"no such run"' "$(get "/v1/runs/$run?contact=c-2")"
check "a timeline of nobody is 404" answers 404 '"detail":"no such contact"' "$(get /v1/contacts/nobody/timeline)"
check "the hottest contacts" answers 200 '"score":"engagement","contacts":\[{"id":"c-1","value":20' "$(get '/v1/scores/engagement/top?n=1')"
check "contacts per band" answers 200 '"band":"warm","from":10,"contacts":6' "$(get /v1/scores/engagement/bands)"
check "the funnel of a workflow" answers 200 '{"workflows":\[{"workflow":"welcome","entered":6,"waiting":0,"done":6,.*"step":"1","does":"do send_email","entered":6,' "$(get /v1/workflows/welcome)"
check "... of all" answers 200 '{"workflows":\[{"workflow":"welcome","entered":6,' "$(get /v1/workflows)"
check "... of one that is not there" answers 404 '"detail":"no such workflow"' "$(get /v1/workflows/nothing)"
check "where runs are, and how what is kept is written" answers 200 '^{"shards":\[{"ruleset":"[0-9a-f]*","workflows":\[.*"scores":\[{"name":"engagement","hash":"[0-9a-f]*"}' "$(get /v1/rules)"
check "an unknown contact is 404" answers 404 '"detail":"no such contact"' "$(get /v1/contacts/nobody)"
check "an unknown score is 404" answers 404 '"detail":"no such score"' "$(get /v1/scores/nothing/top)"
check "n that is no number is 400" answers 400 '"detail":"n: expected' "$(get '/v1/scores/engagement/top?n=ten')"
check "/healthz" answers 200 alive "$(get /healthz)"

# ---- refused

check "what is not JSON is 400 with its code" answers 400 '"rejected":\[{"index":0,"code":"not_json"' "$(post 'hello')"
check "an array that ends early is 400" answers 400 'ends early' "$(post "[$(event e-7 c-7)")"
check "an empty array is 400" answers 400 'empty' "$(post '[]')"
check "an empty body is 400" answers 400 'empty' "$(post '')"
check "... and what came with them was not taken" same "$(get /v1/contacts/c-7)" 404
head -c 70000 /dev/zero | tr '\0' ' ' >large
check "a body above the limit is 413" answers 413 'http_body_bytes' "$(post @large)"
head -c 3000000 /dev/zero >huge
check "one far above it, too" same "$(post @huge)" 413
check "... also without a length" same "$(post @large -H 'Transfer-Encoding: chunked')" 413
check "an unknown path is 404" same "$(get /v2/nothing)" 404
check "another method is 405" same "$(get /v1/events)" 405
held() { get /metrics >status && sed -n 's/^engaged_http_memory_bytes //p' reply; }
check "what was answered holds no memory, taken or refused" same "$(held)" 0
check "... and POST where GET is meant" same "$(curl -s -o reply -w '%{http_code}' -d x "$(url)/v1/contacts/c-1")" 405
check "a Host of elsewhere is 403" answers 403 'Host header' "$(get /v1/contacts/c-1 -H 'Host: example.com')"
check "an Origin of elsewhere is 403" answers 403 'Origin header' "$(post "$(event e-8 c-8)" -H 'Origin: https://example.com')"
check "errors are problem+json" grep -qi '^content-type: application/problem+json' <<E
$(curl -s -i "$(url)/v2/nothing" | tr -d '\r')
E

# ---- counters

metric() { awk -v name="engaged_$1{" 'index($0, name) == 1 { sum += $2 } END { print sum + 0 }' metrics; }
published_all() {
    get /metrics >/dev/null && mv reply metrics && [ "$(metric actions_waiting)" = 0 ] &&
        [ "$(metric actions_decided_total)" = "$(metric actions_published_total)" ] && [ "$(metric dead_letters_waiting)" = 0 ]
}
check "all actions are published" wait_until 10 published_all
check "read = journalled + duplicates + dead letters" same "$(metric events_read_total)" \
    "$(($(metric events_journalled_total) + $(metric events_duplicate_total) + $(metric dead_letters_total)))"
check "something was counted of each" test "$(metric events_journalled_total)" -ge 5 -a "$(metric events_duplicate_total)" -ge 2 -a "$(metric dead_letters_total)" -ge 3
check "the latency histogram counts every event" same "$(awk '/^engaged_durable_seconds_count/ { print $2 }' metrics)" "$(metric events_read_total)"
check "no timer is late" grep -q '^engaged_timer_delay_seconds{shard="0"} 0.000' metrics
check "runs are counted by workflow" grep -q '^engaged_workflow_runs_total{workflow="welcome",state="done"} [1-9]' metrics
check "... and by step" grep -q '^engaged_workflow_step_runs_total{workflow="welcome",step="1",state="entered"} [1-9]' metrics
check "... and those that wait" grep -q '^engaged_workflow_step_runs_waiting{workflow="welcome",step="1"} 0' metrics
check "every metric has help and type" same "$(grep -c '^# HELP' metrics)" "$(grep -c '^# TYPE' metrics)"
check "dead letters are in the file" same "$(wc -l <data/dead-letters.ndjson | tr -d ' ')" "$(metric dead_letters_total)"
check "SIGTERM ends it" stop
check "no contact is in the log" sh -c '! grep -q -e "c-[0-9]" -e example.com daemon.log'

# ---- a token

sed 's/listen:.*/listen: "127.0.0.1:0", token: "${TOKEN:-}"}/' engaged.yaml >token.yaml
TOKEN=secret-token
export TOKEN
start token.yaml
wait_until 10 logged "source started"
check "without the token it is 401" answers 401 'bearer token' "$(get /v1/contacts/c-1)"
check "with another one, too" same "$(get /v1/contacts/c-1 -H 'Authorization: Bearer secret-toke')" 401
check "with the token it answers" same "$(get /v1/contacts/c-1 -H 'Authorization: Bearer secret-token')" 200
check "... under any Host" same "$(get /v1/contacts/c-1 -H 'Authorization: Bearer secret-token' -H 'Host: engaged.example')" 200
check "/readyz needs none" same "$(get /readyz)" 200
check "/metrics needs it" same "$(get /metrics)" 401
check "the token is not in the log" sh -c '! grep -q secret daemon.log'
port=$(url | sed 's/.*://')
sed "s/^data:.*/data: data2/; s/127.0.0.1:0/127.0.0.1:$port/" engaged.yaml >taken.yaml
"$engaged" --config taken.yaml 2>taken.log
check "an address in use ends with 78" same $? 78
stop >/dev/null

# ---- acknowledged while it is killed again and again

rm -rf data
: >acknowledged
feed() { # feed NAME: posts until told to stop, keeps what was acknowledged
    n=0
    while [ ! -e stop-feeding ]; do
        id=$1-$n
        [ -s address ] || continue
        if [ "$(event "$id" "c-$n" | curl -s -m 5 -o /dev/null -w '%{http_code}' --data-binary @- "$(cat address)/v1/events")" = 202 ]; then
            echo "$id" >>"acknowledged-$1"
            n=$((n + 1))
        fi
    done
}
feed a &
feeders=$!
feed b &
feeders="$feeders $!"
acknowledged() { cat acknowledged-a acknowledged-b 2>/dev/null | wc -l; }
for moment in 0.15 0 0.05 0.1 0.02 0.2; do
    enough=$(($(acknowledged) + 10))
    start engaged.yaml
    wait_until 10 ready
    url >address
    has_enough() { [ "$(acknowledged)" -ge "$enough" ]; }
    wait_until 20 has_enough
    sleep "$moment" # how much longer it may live
    : >address
    kill_hard
done
start engaged.yaml
wait_until 10 ready
: >stop-feeding
# shellcheck disable=SC2086 # a list
wait $feeders
check "the last start stops cleanly" stop
sort acknowledged-a acknowledged-b >acknowledged
action_causes data/actions.ndjson | sort >acted
echo "acknowledged $(wc -l <acknowledged | tr -d ' ') across 6 kills, $(wc -l <acted | tr -d ' ') actions"
check "something was acknowledged" test "$(wc -l <acknowledged)" -ge 50
check "nothing acknowledged is lost" same "$(comm -23 acknowledged acted | wc -l | tr -d ' ')" 0
check "nothing is acted on twice" same "$(uniq -d acted | wc -l | tr -d ' ')" 0

# ---- several shards

sed 's/^data:.*/data: data4\nshards: 4\nworkers: 2/' engaged.yaml >four.yaml
start four.yaml
wait_until 10 ready
batch=$(for i in $(seq 1 200); do event "s-$i" "c-$i" && printf ,; done)
check "events are spread over shards" answers 202 '"accepted":201' "$(post "[$batch $(event s-201 c-7)]")"
get /metrics >/dev/null
cp reply metrics
check "... each has some" same "$(grep -c '^engaged_contacts{shard="[0-3]"} [1-9]' metrics)" 4
check "... no contact is in two" same "$(metric contacts)" 200
check "a contact is found wherever it is" same "$(get /v1/contacts/c-1)$(get /v1/contacts/c-2)$(get /v1/contacts/c-3)$(get /v1/contacts/c-4)" 200200200200
check "the hottest of all come first" answers 200 '"contacts":\[{"id":"c-7","value":40' "$(get '/v1/scores/engagement/top?n=3')"
check "... as many as asked for" same "$(grep -o '"id"' reply | wc -l | tr -d ' ')" 3
check "bands are summed" answers 200 '"band":"warm","from":10,"contacts":200' "$(get /v1/scores/engagement/bands)"
check "where runs are, for each shard" same "$(get /v1/rules && grep -o '"ruleset"' reply | wc -l | tr -d ' ')" 2004
check "a contact of none is 404" same "$(get /v1/contacts/nobody)" 404
check "it stops" stop
check "every action is there once" same "$(action_causes data4/actions.ndjson | sort -u | wc -l | tr -d ' ')" 201
check "its journals verify" "$engagectl" journal verify --config four.yaml

# ---- the disk is full

full_disk() {
    [ "$(id -u)" = 0 ] || { skip "a full disk: needs root to mount a small one" && return; }
    mkdir small
    mount -t tmpfs -o size=14m none "$work/small" 2>/dev/null || { skip "a full disk: cannot mount a tmpfs" && return; }
    leave_more() { umount "$work/small" 2>/dev/null; }
    sed 's/^data:.*/data: small\/data/' engaged.yaml >small.yaml
    start small.yaml
    wait_until 10 ready
    dd if=/dev/zero of=small/ballast bs=64k 2>/dev/null
    n=0
    # Until the prepared files are used up.
    big=$(head -c 3000 /dev/zero | tr '\0' x)
    while [ "$n" -lt 3000 ] && ! logged "disk full, input waits"; do
        post "{\"id\":\"f-$n\",\"type\":\"page.viewed\",\"contact\":\"c-$n\",\"data\":{\"url\":\"$big$big$big$big\"}}" -m 2 >/dev/null
        n=$((n + 1))
    done
    check "a full disk is said, once" same "$(grep -c "disk full, input waits" daemon.log)" 1
    check "... events get 503" answers 503 'disk full' "$(post "$(event f-x c-x)")"
    check "... with Retry-After" grep -qi '^retry-after:' <<E
$(curl -s -i -d "$(event f-x c-x)" "$(url)/v1/events")
E
    check "... and it is not ready" answers 503 'disk full' "$(get /readyz)"
    check "... questions are answered" same "$(get /v1/contacts/c-0)" 200
    rm small/ballast
    check "it goes on when there is room" wait_until 20 ready
    check "... and takes events" same "$(post "$(event f-x c-x)")" 202
    check "... and stops as always" stop
    umount "$work/small"
    leave_more() { :; }
}
full_disk
finish
