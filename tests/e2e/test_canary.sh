#!/bin/sh
# A canary in every place where contact data or a secret can be: none of it comes out but where data belongs.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
faults=${ENGAGED_FAULTS:-$repository/build/faults/engaged}
canary=Kanarie7Q # in what comes from outside; never a part of anything of ours
secret=Geheim7Q   # in what signs in
key=Fach7Q        # a name where one is expected: the sender's answer may name it, nothing else
canary64=S2FuYXJpZTdR # base64 of it
everything=everything.log # all that all daemons said
: >everything.log
write_rules rules
CANARY_TOKEN=$secret-token
CANARY_PASSWORD=$secret-password
export CANARY_TOKEN CANARY_PASSWORD
config() { # config NAME FORMAT SOURCES [MORE]
    printf 'data: %s\nrules: rules\njournal: {file_mib: 1}\ncheckpoint: {age_s: 1}\nlog: {level: debug, format: %s}\nlimits: {http_body_bytes: 65536}\nsources: %s\n' "$1" "$2" "$3"
    printf 'http: {listen: "127.0.0.1:0", token: "${CANARY_TOKEN}"}\n%s\n' "${4:-}"
}
url() { echo "http://127.0.0.1:$(sed -n 's/.*listening.*port"\{0,1\}[=:]\([0-9]*\).*/\1/p' daemon.log)"; } # in both formats
keep() { cat daemon.log >>$everything; } # of a daemon that has ended
curl_() { curl -s -m 10 -H "Authorization: Bearer $CANARY_TOKEN" "$@"; }
post() { : >reply && curl_ -o reply -w '%{http_code}' --data-binary "$@" "$(url)/v1/events"; }
up() { start "$1" && wait_until 10 logged listening && wait_until 10 ready; }
# What anyone may scrape or ask without being told about a contact.
scrape() {
    for path in /metrics /healthz /readyz /v2/nothing "/v1/scores/$canary/top" "/v1/contacts/$canary-nobody" "/v1/scores/engagement/top?n=$canary" "/$canary"; do
        curl_ "$(url)$path" >>$everything
    done
    # without the token, and from a page of elsewhere
    curl -s -m 5 "$(url)/v1/contacts/$canary" -H "Authorization: Bearer $canary" >>$everything
    curl -s -m 5 "$(url)/v1/contacts/$canary" -H "Authorization: Basic $canary" -H "Origin: https://$canary" -H "Host: $canary" >>$everything
}
found() { grep -a -i -n -e "$canary" -e "$secret" -e "$canary64" -e "$key" "$@"; }
is_clean() { ! found "$@" >found.out || { head -n 3 found.out && false; }; }

good() { # good N: contact data in each place that an event has
    printf '{"id":"g-%s-%s","source":"%s","type":"form.submitted","contact":{"contact_id":"%s-%s","email":"%s-%s@example.com"},"data":{"form":"%s","fields":{"first_name":"%s","%s":"x"},"%s":"%s"}}\n' \
        "$canary" "$1" "$canary" "$canary" "$1" "$canary" "$1" "$canary" "$canary" "$canary" "$canary" "$canary"
}
bad() { # every kind of refusal that carries something
    cat <<E
$canary
{"id":"$canary","$canary
{"id":"$canary","type":"$canary","contact":"$canary"}
{"id":"$canary","type":"page.viewed"}
{"id":"$canary","type":"page.viewed","contact":{"$key":"$canary"}}
{"id":"$canary","type":"page.viewed","contact":{"email":"$canary"},"data":{"url":"u"}}
{"id":"$canary","type":"page.viewed","contact":["$canary"]}
{"id":"$canary","type":"page.viewed","contact":"c-1","time":"$canary"}
{"id":"$canary","type":"page.viewed","contact":"c-1","data":"$canary"}
{"id":"$canary","type":"page.viewed","contact":"c-1","data":{"url":["$canary"]}}
{"specversion":"$canary","id":"$canary","type":"page.viewed","contact":"c-1"}
{"id":"$canary","id":"$canary","type":"page.viewed","contact":"c-1"}
{"id":"$canary","type":"page.viewed","contact":"$(head -c 400 /dev/zero | tr '\0' x)$canary"}
{"id":"$canary","type":"page.viewed","contact":"c-1","data":$(printf '{"%s":' $(seq 1 60 | sed "s/.*/$canary/"))1$(printf '}%.0s' $(seq 1 60))}
["$canary"]
"$canary"
E
}

# ---- through HTTP, in both formats of the log

for format in text json; do
    config "http-$format" "$format" '{http: true}' >"$format.yaml"
    check "$format: it is up" up "$format.yaml"
    for i in 1 2 3; do good "$i" >event && post @event >/dev/null; done
    post "$(good 1)" >/dev/null # a duplicate
    bad | while IFS= read -r line; do printf '%s' "$line" >line && post @line >/dev/null && cat reply >>replies.log; done
    post "[$(good 4), {\"$canary\":}, $(good 5)]" -H "X-Header: $canary" -H "traceparent: $canary" >/dev/null
    cat reply >>replies.log
    post '{"url":"u"}' -H "ce-specversion: 1.0" -H "ce-id: $canary" -H "ce-source: $canary" -H "ce-type: $canary" -H "ce-subject: $canary" -H "ce-time: $canary" >/dev/null
    cat reply >>replies.log
    head -c 200000 /dev/zero | tr '\0' x | sed "s/^/$canary/" >large
    post @large >/dev/null
    cat reply >>replies.log
    post "$(good 6)" -H 'Content-Type: application/msgpack' >/dev/null
    cat reply >>replies.log
    printf 'GET /%s HTTP/9.9\r\n%s\r\n\r\n' "$canary" "$canary" | curl -s -m 2 "telnet://${url_host:-127.0.0.1}:$(url | sed 's/.*://')" >>$everything 2>&1
    scrape
    check "$format: contact data is answered where it is asked for" same "$(curl_ -o reply -w '%{http_code}' "$(url)/v1/contacts/$canary-1")" 200
    check "$format: ... with the data" grep -q "$canary" reply
    kill_hard
    keep
    check "$format: killed, it starts again" up "$format.yaml"
    scrape
    check "$format: it stops" stop
    keep
    check "$format: dead letters carry what was refused" sh -c "grep -q '$canary64\|$canary' 'http-$format/dead-letters.ndjson'"
    check "$format: ... in numbers" test "$(grep -c . "http-$format/dead-letters.ndjson")" -ge 12
    check "$format: no canary in anything said" is_clean $everything
    check "$format: ... and no value in what senders are answered" sh -c "! grep -a -i -n '$canary' replies.log"
done

# ---- from a file, with a damaged store and a damaged journal

config file text "{files: [events.ndjson]}" >file.yaml
{ for i in $(seq 1 50); do good "$i"; done && bad; } >events.ndjson
once file.yaml
check "a file is read" test "$(grep -c . file/dead-letters.ndjson)" -ge 12
keep
for at in 0 4096 8192 12288 20480; do
    [ ! -e file/shard-0000/store/data.mdb ] || printf 'damaged!' | dd of=file/shard-0000/store/data.mdb bs=1 seek=$at conv=notrunc 2>/dev/null
    once file.yaml
    keep
    "$engagectl" journal verify --config file.yaml >>$everything 2>&1
done
good 51 >>events.ndjson
: >shorter.ndjson && cp events.ndjson kept.ndjson && head -n 3 kept.ndjson >events.ndjson
once file.yaml
keep
check "a file that became shorter is said" grep -q 'position is gone' $everything
cp kept.ndjson events.ndjson
printf 'damaged!' | dd of="$(ls file/shard-0000/journal/*.journal | head -n 1)" bs=1 seek=5000 conv=notrunc 2>/dev/null
once file.yaml
check "a damaged journal is refused" same $? 74
keep
"$engagectl" journal verify --config file.yaml >>$everything 2>&1
"$engagectl" journal stat --config file.yaml >>$everything 2>&1
printf '%s\n' "$canary" >>http-text/actions.ndjson # what no engine wrote
once text.yaml
keep
check "no canary in anything said of damage" is_clean $everything

# ---- a full disk

full_disk() {
    [ "$(id -u)" = 0 ] || { skip "a full disk: needs root to mount a small one" && return; }
    mkdir small
    mount -t tmpfs -o size=14m none "$work/small" 2>/dev/null || { skip "a full disk: cannot mount a tmpfs" && return; }
    leave_more() { umount "$work/small" 2>/dev/null; }
    config small/data text '{http: true}' >small.yaml
    up small.yaml
    dd if=/dev/zero of=small/ballast bs=64k 2>/dev/null
    n=0
    big=$(head -c 40000 /dev/zero | tr '\0' x)
    while [ "$n" -lt 400 ] && ! logged "disk full"; do
        post "{\"id\":\"f-$n\",\"type\":\"page.viewed\",\"contact\":\"$canary-$n\",\"data\":{\"url\":\"$canary$big\"}}" -m 2 >/dev/null
        n=$((n + 1))
    done
    scrape
    check "a full disk is said" logged 'disk full'
    kill_hard
    keep
    umount "$work/small"
    leave_more() { :; }
    check "no canary in anything said of it" is_clean $everything
}
full_disk

# ---- an event that ends the process

if [ -x "$faults" ]; then
    config poison text '{files: [poison.ndjson]}' >poison.yaml
    good 1 >poison.ndjson
    for _ in 1 2 3; do
        ENGAGED_FAILPOINTS=decode.before=abort@1 "$faults" --once --config poison.yaml 2>daemon.log
        keep
    done
    "$faults" --once --config poison.yaml 2>daemon.log
    keep
    check "an event that ends the process is a dead letter" grep -q '"code":"crashed"' poison/dead-letters.ndjson
    check "... and no canary is said of it" is_clean $everything
else
    skip "an event that ends the process: no $faults (make VARIANT=faults all)"
fi

# ---- configuration: secrets in the environment, in the file, in the wrong place

wrong() { # wrong LINE...: a configuration that is refused or checked
    { printf 'data: wrong\nrules: rules\n' && printf '%s\n' "$@"; } >wrong.yaml
    "$engaged" --check --config wrong.yaml >>$everything 2>&1
    "$engagectl" check --config wrong.yaml --format json >>$everything 2>&1
    "$engagectl" check --config wrong.yaml --format github >>$everything 2>&1
}
http='http: {listen: "127.0.0.1:0"}'
wrong 'sources: {http: true}' 'http: {listen: "${CANARY_TOKEN}"}'
wrong 'sources: {http: true}' "$http" 'shards: "${CANARY_TOKEN}"' 'clock: "${CANARY_TOKEN}"' 'on_gap: "${CANARY_PASSWORD}"'
wrong 'sources: {kafka: {brokers: "${CANARY_PASSWORD}!", topic: "${CANARY_PASSWORD} x"}}'
wrong 'sources: {http: true}' "http: {listen: \"127.0.0.1:0\", token: $secret, nothing: 1}"
wrong 'sources: {}' "sinks: {kafka: {brokers: a, properties: {sasl.password: $secret, ssl.key.pem: $secret, opaque: 1}}}"
wrong 'sources: {}' 'sinks: {kafka: {brokers: a, properties: {ssl.key.pem: "${CANARY_PASSWORD}"}}}'
wrong 'sources: {}' 'sinks: {kafka: {brokers: a, properties: {security.protocol: "${CANARY_PASSWORD}"}}}'
wrong 'sources: {}' 'sinks: {kafka: {brokers: a, properties: {sasl.mechanism: "${CANARY_PASSWORD}", security.protocol: sasl_ssl}}}'
wrong 'sources: {}' 'sinks: {kafka: {brokers: a, properties: {sasl.kerberos.principal: "${CANARY_PASSWORD} x"}}}'
wrong 'sources: {}' "sinks: {kafka: {brokers: a, properties: {sasl.password: '$secret"
wrong 'sources: {}' "password: $secret"
wrong 'sources: {http: true}' "$http" 'sinks: {kafka: {brokers: "127.0.0.1:1", properties: {security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: "${CANARY_PASSWORD}", sasl.password: "${CANARY_PASSWORD}"}}}'
start wrong.yaml # with brokers that cannot be reached
wait_until 10 logged listening
sleep 1.5
scrape
kill_hard
keep
check "no secret in anything said of a configuration" is_clean $everything
check "all that was said was looked at" test "$(wc -l <$everything)" -ge 400

# ---- what is left behind: only files whose content is data

left() {
    find . -type f ! -name '*.journal' ! -name data.mdb ! -name actions.ndjson ! -name dead-letters.ndjson |
        grep -E '^\./(http-[a-z]*|file|poison|wrong)/' | while read -r file; do found -l "$file"; done
}
check "nothing else in the data directories has it" same "$(left)" ""
check "no core is left" same "$(find . -name 'core*' -type f)" ""
finish
