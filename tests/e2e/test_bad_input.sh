#!/bin/sh
# Everything that may be wrong with what comes in: each case ends as promised, and the next event goes on.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
write_rules rules

# exits CODE COMMAND...
exits() {
    want=$1
    shift
    "$@"
    got=$?
    same "$got" "$want"
}
lines() { wc -l <"$1" | tr -d ' '; }
config() { # config DATA SOURCES: a configuration on standard output
    cat <<E
data: $1
rules: rules
journal: {file_mib: 1}
sources: $2
E
}
event() { printf '{"id":"%s","source":"shop","type":"form.submitted","contact":"%s","data":{"form":"f"}}' "$1" "$2"; }
# filler COUNT CHARACTER
filler() { head -c "$1" /dev/zero | tr '\0' "$2"; }
# codes FILE: the codes of its dead letters in order
codes() { sed -n 's/.*"code":"\([a-z_0-9]*\)".*/\1/p' "$1"; }
# payload FILE LINE: the bytes of a dead letter
payload() { sed -n "$2p" "$1" | sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' | base64 -d; }
sums() { find "$@" -type f ! -name lock.mdb ! -name lock -exec sha256sum {} + | sort -k 2; }

# ---- events: a dead letter with code, reason and the bytes; the next event is processed

deep=$(filler 40 '[')
long=$(filler 70000 x)
keys=$(awk 'BEGIN { for (i = 0; i < 1100; i++) printf "%s\"k%d\":1", i ? "," : "", i }')
: >codes.want
# bad CODE LINE: a line that is refused with the code, and a good one behind it
bad() {
    n=$((${n:-0} + 1))
    printf '%s\n' "$2" >>events.ndjson
    event "after-$n" "c-$n" >>events.ndjson
    echo >>events.ndjson
    echo "$1" >>codes.want
}
bad not_json 'hello'
bad not_json '{"id":"1"'
bad not_json '{"id":"1","type":"page.viewed","contact":"c-1"} {"id":"2"}'
bad not_json '{"type":"page.viewed","contact":"c-1","data":{"url":NaN}}'
bad not_object '[{"id":"1"}]'
bad not_object '"page.viewed"'
bad not_object '42'
bad no_type '{"id":"1","contact":"c-1"}'
bad no_type '{"id":"1","contact":"c-1","type":""}'
bad bad_attribute '{"id":"1","contact":"c-1","type":7}'
bad bad_attribute '{"id":{},"contact":"c-1","type":"page.viewed","data":{"url":"u"}}'
bad bad_attribute '{"specversion":"0.3","id":"1","subject":"c-1","type":"page.viewed","data":{"url":"u"}}'
bad duplicate_attribute '{"id":"1","contact":"c-1","contact":"c-2","type":"page.viewed","data":{"url":"u"}}'
bad no_contact '{"id":"1","type":"page.viewed","data":{"url":"u"}}'
bad no_contact '{"id":"1","type":"page.viewed","contact":null,"data":{"url":"u"}}'
bad bad_contact '{"id":"1","type":"page.viewed","contact":"c\n1","data":{"url":"u"}}'
bad bad_contact '{"id":"1","type":"page.viewed","contact":["c-1"],"data":{"url":"u"}}'
bad bad_contact '{"id":"1","type":"page.viewed","contact":{"shoe_size":"44"},"data":{"url":"u"}}'
bad bad_contact "{\"id\":\"1\",\"type\":\"page.viewed\",\"contact\":\"$(filler 300 c)\",\"data\":{\"url\":\"u\"}}"
bad bad_time '{"id":"1","type":"page.viewed","contact":"c-1","time":"yesterday","data":{"url":"u"}}'
bad bad_time '{"id":"1","type":"page.viewed","contact":"c-1","time":"2026-02-30T00:00:00Z","data":{"url":"u"}}'
bad bad_time '{"id":"1","type":"page.viewed","contact":"c-1","time":9223372036854775807,"data":{"url":"u"}}'
bad bad_time '{"id":"1","type":"page.viewed","contact":"c-1","time":-99999999999999999,"data":{"url":"u"}}'
bad number_out_of_range '{"id":"1","type":"page.viewed","contact":"c-1","data":{"url":"u","n":1e400}}'
bad too_deep "{\"id\":\"1\",\"type\":\"page.viewed\",\"contact\":\"c-1\",\"data\":{\"url\":\"u\",\"x\":$deep$(filler 40 ']')}}"
bad too_many_keys "{\"id\":\"1\",\"type\":\"page.viewed\",\"contact\":\"c-1\",\"data\":{$keys}}"
bad string_too_long "{\"id\":\"1\",\"type\":\"page.viewed\",\"contact\":\"c-1\",\"data\":{\"url\":\"$long\"}}"
bad bad_data '{"id":"1","type":"page.viewed","contact":"c-1","data":{"url":7}}'
bad bad_data '{"id":"1","type":"page.viewed","contact":"c-1","data":[]}'
bad bad_data '{"id":"1","type":"page.viewed","contact":"c-1"}'
bad unsupported '{"specversion":"1.0","id":"1","type":"page.viewed","subject":"c-1","data_base64":"e30="}'
bad invalid_utf8 "$(printf '{"id":"1","type":"page.viewed","contact":"c-\377","data":{"url":"u"}}')"
bad invalid_utf8 "$(printf '{"id":"1","type":"page.viewed","contact":"c-\355\240\200","data":{"url":"u"}}')"
bad not_msgpack "$(printf '\204\242id')"
{
    filler 2000000 x
    echo
    filler 5000000 y
    echo
    event "after-large" "c-large"
} >>events.ndjson
printf 'too_large\ntoo_large\n' >>codes.want

config data '{files: [events.ndjson]}' >engaged.yaml
check "bad events do not stop it" once engaged.yaml
codes data/dead-letters.ndjson >codes.got
check "each is a dead letter with its code" diff codes.want codes.got
check "... and its reason" same "$(grep -c '"reason":"[^"]' data/dead-letters.ndjson)" "$(lines codes.want)"
check "... and where it came from" same "$(grep -c "\"source\":\"file:$work/events.ndjson\",\"position\":" data/dead-letters.ndjson)" "$(lines codes.want)"
check "... and its bytes" same "$(payload data/dead-letters.ndjson 1)" hello
payload data/dead-letters.ndjson 32 >payload
check "... bytes that are no UTF-8, too" sh -c 'printf "{\"id\":\"1\",\"type\":\"page.viewed\",\"contact\":\"c-\\377\",\"data\":{\"url\":\"u\"}}" | cmp - payload'
check "... a large one says how long it was" same "$(sed -n 's/.*"code":"too_large".*"bytes":\([0-9]*\),.*/\1/p' data/dead-letters.ndjson | tr '\n' ' ')" "2000000 5000000 "
check "... and that not all of it was kept" same "$(grep -c '"truncated":true' data/dead-letters.ndjson)" 1
check "the event behind each is processed" same "$(lines data/actions.ndjson)" "$((n + 1))"
check "no reason shows what it found" sh -c "! sed 's/,\"headers.*//' data/dead-letters.ndjson | grep -q -e 'c-1' -e yesterday"
check "the log names no contact" sh -c '! grep -q "c-[0-9]" daemon.log'
check "the journal verifies" "$engagectl" journal verify --config engaged.yaml
cp data/dead-letters.ndjson letters.want
rm -r data/shard-0000/store
check "without its store it starts" once engaged.yaml
check "... and writes no dead letter again" cmp data/dead-letters.ndjson letters.want

# ---- odd, and fine

odd() { printf '%s\n' "$1" >>odd.ndjson; }
odd '{"id":"o-1","type":"form.submitted","contact":"c-\"quoted\",\\ <b>/../ñ%2F","time":-62167219200000,"data":{"form":"f"}}'
odd '{"id":"o-2","type":"contact.updated","contact":"c-odd","time":253402300799999,"data":{"fields":{"zero":-0.0,"big":9223372036854775808,"bigger":18446744073709551615,"real":1e308,"small":5e-324,"=cmd":"=1+1","line":"a\nb"}}}'
odd '{"id":9223372036854775807,"type":"form.submitted","contact":"c-odd","data":{"form":"f"}}'
odd '{"id":"o-3","type":"never.heard.of","contact":"c-odd"}'
odd '{"type":"form.submitted","contact":"c-odd","data":{"form":"without an id"}}'
odd '{"id":"o-4","source":"","type":"form.submitted","contact":{"email":"Ann@Example.com"},"data":{"form":"f"}}'
config odd '{files: [odd.ndjson]}' >odd.yaml
check "odd events are taken" once odd.yaml
check "... all of them" same "$(cat odd/dead-letters.ndjson)" ""
check "... and act" same "$(lines odd/actions.ndjson)" 4
check "... in lines that are JSON" sh -c 'perl -MJSON::PP -ne "decode_json(\$_)" odd/actions.ndjson'
ctl_get() { "$engagectl" contact get "$1" --config odd.yaml -o ndjson; }
quoted=$(printf 'c-"quoted",\\ <b>/../\303\261%%2F')
check "a contact with quotes, commas and slashes is found" ctl_get "$quoted"
check "... with its time before 1970" same "$(ctl_get "$quoted" | sed -n 's/.*"created":"\([^"]*\)".*/\1/p')" 0000-01-01T00:00:00.000Z
ctl_get c-odd >contact.json
for number in '"zero":0' '"big":9223372036854775808' '"bigger":18446744073709551615' '"real":1e+308' '"small":5e-324'; do
    check "a number keeps its value: $number" grep -q -F -e "$number" contact.json
done
check "contacts are exported one a line" same "$("$engagectl" contact export --config odd.yaml -o ndjson | wc -l | tr -d ' ')" 3
check "the journal verifies" "$engagectl" journal verify --config odd.yaml

# ---- HTTP names the index

config http '{http: true}' >http.yaml
printf 'limits: {http_body_bytes: 16777216}\nhttp: {listen: "127.0.0.1:0"}\n' >>http.yaml
post() { # post FILE [CURL-OPTION...]: the status; the body is in reply
    body=$1
    shift
    curl -s -m 20 -o reply -w '%{http_code}' --data-binary "@$body" "$@" "$(url)/v1/events"
}
answers() { # answers STATUS PATTERN GOT
    same "$3" "$1" && { grep -q -e "$2" reply || { echo "no $2 in:" && cat reply && false; }; }
}
alive() { same "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$(url)/healthz")" 200; }
start http.yaml
check "HTTP: it gets ready" wait_until 10 logged listening
wait_until 10 ready
{
    echo '['
    while read -r line; do echo "$line,"; done <<E
{"id":"1","contact":"c-1"}
$(event h-1 c-h1)
{"id":"1","type":"page.viewed","data":{"url":"u"}}
{"id":"1","type":"page.viewed","contact":"c-1","data":{"url":"u","n":1e400}}
{"id":"1","type":"page.viewed","contact":"c-1","data":{"url":"u","x":$deep$(filler 40 ']')}}
E
    event h-2 c-h2
    echo ']'
} >batch.json
check "a batch with bad events names their indices" answers 202 '"accepted":2.*"index":0,"code":"no_type".*"index":2,"code":"no_contact".*"index":3,"code":"number_out_of_range".*"index":4,"code":"too_deep"' "$(post batch.json)"
printf '{"id":"1","type":"page.viewed","contact":"c-\377"}' >invalid.json
check "invalid UTF-8 is 400 with its code" answers 400 '"index":0,"code":"invalid_utf8"' "$(post invalid.json)"
printf '\204\242id' >half.msgpack
check "half a msgpack map is 400 with its code" answers 400 '"index":0,"code":"not_msgpack"' "$(post half.msgpack -H 'Content-Type: application/msgpack')"
filler 16777216 x >body.largest
check "a body of the largest size that is no event is 400" answers 400 '"code":"too_large"' "$(post body.largest)"
check "... and the daemon lives" alive
{
    printf '['
    i=0
    while [ "$i" -lt 14 ]; do
        printf '"%s",' "$(filler 1048000 z)"
        i=$((i + 1))
    done
    printf '1]'
} >batch.large
check "a batch of large elements that are none, too" answers 400 '"index":14,"code":"not_object"' "$(post batch.large)"
check "... and the daemon lives" alive
check "the good events of the batches are there" same "$(curl -s -o /dev/null -w '%{http_code}' "$(url)/v1/contacts/c-h2")" 200
check "an unknown method is refused" same "$(curl -s -m 5 -X OPTIONS -o /dev/null -w '%{http_code}' "$(url)/v1/events")" 405
check "HEAD answers without a body" same "$(curl -s -m 5 -I -o /dev/null -w '%{http_code}' "$(url)/healthz")" 200
check "a percent-encoded contact is found" same "$(curl -s -o reply -w '%{http_code}' "$(url)/v1/contacts/%63-h2")" 200
{ echo "[" && event h-4 c-h4 && echo "," && event h-5 c-h4/explain && echo "]"; } >batch.json
check "contacts whose ids look like paths are taken" answers 202 '"accepted":2' "$(post batch.json)"
get() { curl -s -m 5 -o reply -w '%{http_code}' "$(url)$1"; }
check "... and found under their own names" answers 200 '"id":"c-h4/explain","identifiers"' "$(get /v1/contacts/c-h4%2Fexplain)"
check "... and explained" answers 200 '"id":"c-h4/explain","scores"' "$(get /v1/contacts/c-h4%2Fexplain/explain)"
check "... and not taken for another" answers 200 '"id":"c-h4","scores"' "$(get /v1/contacts/c-h4/explain)"
check "an id with a NUL is nobody's" answers 404 'no such contact' "$(get /v1/contacts/c-h4%00)"
check "a score that there is none of is not taken for a contact" answers 404 'no such score' "$(get '/v1/contacts/c-h4/explain?score=nope')"
check "an argument may be escaped" answers 200 '"score":"engagement"' "$(get '/v1/contacts/c-h4/explain?score=%65ngagement')"
check "two requests on one connection are both answered" same "$(curl -s -o /dev/null -w '%{http_code}' "$(url)/healthz" -o /dev/null "$(url)/readyz" | cut -c 1-6)" 200200
# A client that says nothing more in the middle of its request keeps no one else from being served.
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(PeerAddr => $ARGV[0]) or die;
    print $s "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"; $s->flush; sleep 20' "$(url | sed 's|http://||')" &
slow=$!
check "a client that stalls holds up nobody" answers 202 '"accepted":1' "$(event h-3 c-h3 >one.json && post one.json)"
kill "$slow" 2>/dev/null
check "SIGTERM ends it with all of it" stop
check "the journal verifies" "$engagectl" journal verify --config http.yaml
check "no contact is in the log" sh -c '! grep -q "c-h" daemon.log'

# ---- a config or rule file with errors: all of them, and nothing is created

config fresh '{files: [events.ndjson]}' >good.yaml
refused() { # refused CONFIG PATTERN...: 78, all patterns are said, nothing is created
    refused_config=$1
    shift
    exits 78 once "$refused_config" || return 1
    for pattern; do
        grep -q -e "$pattern" daemon.log || { echo "no $pattern in:" && cat daemon.log && return 1; }
    done
    [ ! -e fresh ] || { echo "created:" && find fresh && rm -r fresh && false; }
}
{
    sed 's/^journal:.*/journal: {file_mib: many}/' good.yaml
    printf 'clokc: wall\nlimits: {depth: 1000}\n'
} >wrong.yaml
check "a configuration with errors: all of them" refused wrong.yaml "wrong.yaml:3:.*error" "clokc.*did you mean 'clock'" "wrong.yaml:6:.*error"
sed 's/^rules:.*/rules: wrong-rules/' good.yaml >wrong.yaml
cp -r rules wrong-rules
cat >wrong-rules/more.yaml <<'E'
scores:
  other:
    rules:
      - {name: a, on: page.veiwed, points: 1}
      - {name: b, on: page.viewed, points: many}
workflows:
  w: {on: page.viewed, steps: [{do: send_emial}]}
E
check "rules with errors: all of them" refused wrong.yaml "more.yaml:4:.*error" "more.yaml:5:.*error" "more.yaml:7:.*error" "send_email"
check "... also for engagectl check" exits 78 "$engagectl" check wrong-rules
printf '"\n' >wrong-rules/more.yaml
check "rules that are no YAML" refused wrong.yaml "more.yaml:[0-9]*:.*error"
printf '\000\377' >wrong-rules/more.yaml
check "rules that are no text" refused wrong.yaml "more.yaml"
sed 's/^rules:.*/rules: wrong-rules/' good.yaml >wrong.yaml
echo 'limits: {frame_bytes: 65536, message_bytes: 1024}' >>wrong.yaml
{ echo "# $(filler 70000 r)" && cat rules/rules.yaml; } >wrong-rules/more.yaml
rm wrong-rules/rules.yaml
check "rules that no frame holds" refused wrong.yaml "rules.*limits.frame_bytes"
{
    cat good.yaml
    echo 'sinks: {file: nowhere/actions.ndjson}'
} >wrong.yaml
check "a file of actions in no directory" refused wrong.yaml "nowhere"
{
    cat good.yaml
    echo 'dead_letters: {file: nowhere/letters.ndjson}'
} >wrong.yaml
check "a file of dead letters in no directory" refused wrong.yaml "nowhere"
{
    cat good.yaml
    echo 'dead_letters: {file: fresh/actions.ndjson}'
} >wrong.yaml
check "one file for actions and dead letters" refused wrong.yaml "dead_letters.file"
{
    cat good.yaml
    printf 'sinks: {file: out.ndjson}\ndead_letters: {file: ./out.ndjson}\n'
} >wrong.yaml
check "... under two names" refused wrong.yaml "dead_letters.file"
{
    config fresh '{kafka: {brokers: "127.0.0.1:1", topic: t, properties: {no.such.property: "1"}}}'
} >wrong.yaml
check "a property that librdkafka does not know" refused wrong.yaml "no.such.property"
check "... also with --check" exits 78 "$engaged" --check --config wrong.yaml
{
    cat good.yaml
    echo 'sinks: {kafka: {brokers: "127.0.0.1:1", properties: {linger.ms: "soon"}}}'
} >wrong.yaml
check "a value that librdkafka does not take" refused wrong.yaml "linger.ms"

# ---- a second daemon on the directory

config data '{http: true}' >second.yaml
printf 'http: {listen: "127.0.0.1:0"}\n' >>second.yaml
start second.yaml
wait_until 10 ready
sums data >before.sum
check "a second daemon ends with 73" exits 73 "$engaged" --once --config engaged.yaml
sums data >after.sum
check "... and has changed nothing" cmp before.sum after.sum
check "... and the first one lives" alive
check "... and stops as always" stop

# ---- the journal

journal_files() { find "$1" -name '*.journal' | sort; }
events 1 5000 >events.ndjson
rm -r data
config data '{files: [events.ndjson]}' >engaged.yaml
start engaged.yaml # it is killed, so that no checkpoint stands at the last frame
wait_until 10 logged 'source read to its end'
all_acted() { [ "$(lines data/actions.ndjson)" = 1000 ]; }
wait_until 10 all_acted
kill_hard
cp -r data data.killed
last=$(journal_files data | tail -n 1)
perl -e 'open my $f, "+<", $ARGV[0] or die; binmode $f; local $/; my $t = <$f>;
    $t =~ /\0*\z/; my $end = $-[0]; truncate $f, $end - 20;' "$last"
check "a journal cut in the middle of its last frame starts" once engaged.yaml
check "... and says how many bytes were cut" logged 'torn last frame cut off the journal.*bytes=[1-9]'
check "... and reads those events again" logged '^engaged: [1-9][0-9]* events'
check "... and sends nothing twice" cmp data/actions.ndjson data.killed/actions.ndjson
rm -r data
cp -r data.killed data
once engaged.yaml
cp -r data data.good

flip() { # flip FILE OFFSET
    perl -e 'open my $f, "+<", $ARGV[0] or die; binmode $f; seek $f, $ARGV[1], 0; read $f, my $b, 1;
        seek $f, $ARGV[1], 0; print $f chr(ord($b) ^ 4);' "$1" "$2"
}
first=$(journal_files data.good | head -n 1)
for offset in 20 9000 200000 700000; do
    rm -r data
    cp -r data.good data
    flip "data/${first#data.good/}" "$offset"
    sums data >before.sum
    check "a flipped bit at byte $offset: verify ends with 74" exits 74 "$engagectl" journal verify --config engaged.yaml
    sums data >after.sum
    check "... and has changed nothing" cmp before.sum after.sum
    check "... the daemon, too" exits 74 once engaged.yaml
    check "... naming the file" logged "$(basename "$first")"
    check "... and the sequences" logged 'sequence'
    sums data >after.sum
    check "... not one byte is changed" cmp before.sum after.sum
done

rm -r data
cp -r data.good data
rm -r odd/shard-0000/journal
cp -r data/shard-0000/journal odd/shard-0000/journal
check "the journal of another directory is refused" exits 74 once odd.yaml

# ---- other shards

{
    config shards '{http: true}'
    printf 'shards: 2\nhttp: {listen: "127.0.0.1:0"}\n'
} >shards.yaml
start shards.yaml
wait_until 10 ready
for i in 1 2 3 4 5 6 7 8; do event "s-$i" "c-s$i" >one.json && post one.json >/dev/null; done
check "two shards stop" stop
check "both have journals" same "$(find shards -name '*.journal' | sed 's|/journal/.*||' | sort -u | wc -l | tr -d ' ')" 2
sed 's/^shards:.*/shards: 3/' shards.yaml >more.yaml
sums shards >before.sum
sed 's/^shards:.*/shards: 1/' shards.yaml >fewer.yaml
check "more shards than it was made with end with 78" exits 78 once more.yaml
check "fewer end with 78" exits 78 once fewer.yaml
sums shards >after.sum
check "... and has changed nothing" cmp before.sum after.sum
mv shards/shard-0000 shards/aside
mv shards/shard-0001 shards/shard-0000
mv shards/aside shards/shard-0001
check "shards that changed places end with 74" exits 74 once shards.yaml

# ---- rules that changed while it was stopped

rm -r data
cp -r data.good data
cp -r rules rules.before
cat >rules/rules.yaml <<'E'
scores:
  loyalty:
    bands: {cold: 1}
    rules: [{name: view, on: page.viewed, points: 3}]
E
events 5001 5100 >>events.ndjson
check "it starts with rules that have lost a score and an action" once engaged.yaml
check "... and reads on" logged '^engaged: 100 events'
check "... and the journal verifies" "$engagectl" journal verify --config engaged.yaml
rm -r rules
mv rules.before rules
events 5101 5200 >>events.ndjson
check "... and with the old ones again" once engaged.yaml
check "... and the journal verifies" "$engagectl" journal verify --config engaged.yaml

# ---- Kafka absent

{
    config absent '{kafka: {brokers: "127.0.0.1:1", topic: events}, http: true}'
    echo 'http: {listen: "127.0.0.1:0"}'
} >absent.yaml
status() { curl -s -m 5 -o reply -w '%{http_code}' "$@"; }
start absent.yaml
check "without Kafka it starts" wait_until 10 logged listening
check "... and is alive" alive
check "... and is not ready" same "$(status "$(url)/readyz")" 503
check "... and is stopped by SIGTERM" stop

# ---- a full disk: of the actions, of the dead letters, of the store, of the journal

full_disk() { # full_disk MOUNT SETTINGS: the disk that is mounted there fills up and gets room again
    mount=$1
    rm -rf full
    mkdir -p full/sinks
    (umask 077 && mkdir -p full/data/shard-0000/store full/data/shard-0000/journal)
    mount -t tmpfs -o "size=$3" none "$work/full/$mount" 2>/dev/null || { skip "a full disk at $mount: cannot mount a tmpfs" && return; }
    leave_more() { umount "$work/full/$mount" 2>/dev/null; }
    {
        config full/data '{http: true}'
        printf 'http: {listen: "127.0.0.1:0"}\ncheckpoint: {age_s: 1}\n%s\n' "$2"
    } >full.yaml
    start full.yaml
    wait_until 10 ready
    dd if=/dev/zero of="full/$mount/ballast" bs=4k 2>/dev/null
    : >taken
    i=0
    padding=$(filler 30000 p)
    while [ "$i" -lt 400 ] && ! logged '[Nn]o space\|disk full'; do
        i=$((i + 1))
        printf '{"id":"f-%d","source":"shop","type":"form.submitted","contact":"c-%d","data":{"form":"%s"}}' "$i" "$i" "$padding" >one.json
        [ "$(post one.json -m 5)" = 202 ] && echo "f-$i" >>taken
        printf 'refused %s' "$padding" >bad.json
        post bad.json -m 5 >/dev/null
        sleep 0.02
    done
    check "$mount full: the log says so" wait_until 10 logged '[Nn]o space\|disk full'
    sleep 1.5 # as long as a retry takes
    check "... once" same "$(grep '[Nn]o space\|disk full' daemon.log | sed 's/^[^ ]* //' | sort | uniq -d)" ""
    check "... and it is alive" alive
    if [ "$mount" != data/shard-0000/store ]; then # an old store costs nothing but a longer start
        check "... and not ready" same "$(status "$(url)/readyz")" 503
        check "... and takes no events" same "$(post one.json)" 503
    fi
    check "... and answers questions" same "$(status "$(url)/v1/contacts/c-1")" 200
    kill_hard
    start full.yaml
    wait_until 10 logged listening
    sleep 0.5
    check "... killed, it starts and is alive" alive
    rm "full/$mount/ballast"
    check "... and goes on when there is room" wait_until 20 ready
    check "... and takes events" same "$(event f-last c-last >one.json && post one.json)" 202
    echo f-last >>taken
    check "... and stops as always" stop
    cp full/data/actions.ndjson . 2>/dev/null || cp full/sinks/actions.ndjson .
    action_causes actions.ndjson | sort >acted
    sort taken >taken.sorted
    check "... and has lost nothing that it took" same "$(comm -23 taken.sorted acted | wc -l | tr -d ' ')" 0
    check "... and has doubled nothing" same "$(uniq -d acted)" ""
    check "... and the journal verifies" "$engagectl" journal verify --config full.yaml
    umount "$work/full/$mount"
    leave_more() { :; }
}
if [ "$(id -u)" = 0 ]; then
    full_disk sinks 'sinks: {file: full/sinks/actions.ndjson}' 1m
    full_disk sinks 'dead_letters: {file: full/sinks/letters.ndjson}' 1m
    full_disk data/shard-0000/store '' 1m
    full_disk data/shard-0000/journal '' 4m
    full_disk data '' 6m
else
    skip "a full disk: needs root to mount a small one"
fi

finish
