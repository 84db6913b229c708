#!/bin/sh
# `engagectl eval`: an expression's value, what is wrong with it and where, and many of them by --batch.
set -u
cd "$(dirname "$0")/../.."
. tests/e2e/lib.sh
LC_ALL=C
export LC_ALL

# gives NAME WANTED ARGUMENT...: engagectl eval prints that, and ends with 0
gives() {
    gives_name=$1 gives_want=$2
    shift 2
    got=$("$engagectl" eval "$@" 2>err)
    rc=$?
    check "$gives_name" same "$rc $got" "0 $gives_want"
}
# refuses NAME CODE WANTED ARGUMENT...: nothing on standard output, that on standard error
refuses() {
    refuses_name=$1 refuses_code=$2 refuses_want=$3
    shift 3
    got=$("$engagectl" eval "$@" 2>err)
    rc=$?
    check "$refuses_name: exit status" same "$rc" "$refuses_code"
    check "$refuses_name: no data" same "$got" ""
    check "$refuses_name: what is said" same "$(cat err)" "$refuses_want"
}

gives "whole numbers are ints" '3' '1 + x' --bindings '{"x": 2}'
gives "others are doubles" '2.5' 'data.amount * 2' --bindings '{"data": {"amount": 1.25}}'
gives "beyond an int, an uint" 'dyn 18446744073709551615' 'x' --type --bindings '{"x": 18446744073709551615}'
gives "the type beside the value" 'list(map(string, int)) [{"a": 1}]' '[{"a": 1}]' --type
gives "what JSON has no word for is text" '["NaN", "-Infinity", "aGk=", "2026-01-02T03:04:05Z", "90s", "list"]' \
    '[0.0 / 0.0, -1.0 / 0.0, b"hi", timestamp("2026-01-02T03:04:05Z"), duration("1m30s"), type([])]'
gives "a zone of the system's database" '16' \
    'timestamp("2026-01-02T09:00:00Z").getHours("Asia/Ho_Chi_Minh")'
gives "now is the present" 'true' 'now > timestamp("2026-01-01T00:00:00Z")'
gives "text in any script" '"HÉLLO ✌"' '"HÉllo ✌".upperAscii()'

refuses "no such name" 78 "expression:1:5: error[E0203]: unknown name 'amuont', did you mean 'amount'?
     1 | 1 + amuont
       |     ^~~~~~" '1 + amuont' --bindings '{"amount": 1}'
refuses "no expression, on the second line" 78 "expression:2:4: error[E0601]: expected a value, but the expression ends here
     2 | +  
       |    ^" '1
+  '
refuses "a key that is not there" 1 "expression:1:6: error[E0606]: no such key: 'city'
     1 | data.city == \"Hue\"
       |      ^" 'data.city == "Hue"' --bindings '{"data": {}}'
usage="
usage: engagectl eval EXPRESSION | --batch [options]; see 'engagectl help eval'"
refuses "bindings that are no object" 2 "engagectl: --bindings takes a JSON object, as {\"x\": 1}$usage" 'x' --bindings '[1]'
refuses "a name twice" 2 "engagectl: --bindings: the value of 'x' holds a number that is too large, or a name twice$usage" \
    'x' --bindings '{"x": {"a": 1, "a": 2}}'
refuses "no expression given" 2 "engagectl: an expression is needed, or --batch$usage"
refuses "batch and an expression" 2 "engagectl: with --batch the expressions come on standard input$usage" --batch '1'
refuses "batch and bindings" 2 "engagectl: --bindings does not go with --batch: each line has its own$usage" --batch --bindings '{}'
bomb='[1]'
for name in a b c d e f g h i; do bomb="cel.bind($name, $bomb, [$name, $name, $name, $name, $name, $name, $name, $name])"; done
refuses "a small value that is endless on paper" 1 "engagectl eval: the value is too large to print" "$bomb"

# --batch: a line in, a line out
cat >questions <<'END'
{"expr":"1 + 1"}
{"expr":"x","env":{"x":"double"},"bindings":{"x":{"type":"double","value":"-0"}}}
{"expr":"x + 1","env":{"x":"string"},"bindings":{"x":{"type":"string","value":"a"}}}
{"expr":"x + dyn(1)","env":{"x":"dyn"},"bindings":{"x":{"type":"string","value":"a"}}}
{"expr":"x","bindings":{"x":{"type":"int","value":"1"}}}
{"expr":"x","disable_check":true,"bindings":{"x":{"type":"map","value":[[{"type":"bool","value":true},{"type":"null","value":null}]]}}}
{"expr":"[b'\\xff', dyn(2.5), timestamp(0), duration('1.5s'), int]","disable_check":true}
{"expr":"{}.map(k, k)","check_only":true}
{"expr":"y","container":"a.b","env":{"a.y":"int"},"bindings":{"a.y":{"type":"int","value":"7"}}}
{"expr":"1 +"}
{"expr":7}
[1]
{"expr":"x","env":{"x":"strnig"}}
{"expr":"x","env":{"x":"int"},"bindings":{"x":{"type":"int","value":"1.5"}}}
{"expr":"x","env":["x"]}
nothing
{"expr":"'last'"}
END
cat >answers <<'END'
{"value":{"type":"int","value":"2"},"type":"int"}
{"value":{"type":"double","value":"-0"},"type":"double"}
{"error":"'+' does not take string and int","phase":"check"}
{"error":"no such overload: _+_(string, int)","phase":"eval"}
{"error":"unknown name 'x'","phase":"check"}
{"value":{"type":"map","value":[[{"type":"bool","value":true},{"type":"null","value":null}]]}}
{"value":{"type":"list","value":[{"type":"bytes","value":"/w=="},{"type":"double","value":"2.5"},{"type":"timestamp","value":"1970-01-01T00:00:00Z"},{"type":"duration","value":"1.5s"},{"type":"type","value":"int"}]}}
{"type":"list(dyn)"}
{"value":{"type":"int","value":"7"},"type":"int"}
{"error":"expected a value, but the expression ends here","phase":"parse"}
{"error":"a line is a JSON object with 'expr': {\"expr\": \"1 + 1\"}","phase":"parse"}
{"error":"a line is a JSON object with 'expr': {\"expr\": \"1 + 1\"}","phase":"parse"}
{"error":"a type of 'env' is not one of this language","phase":"check"}
{"error":"a binding is no typed value","phase":"parse"}
{"error":"a line is a JSON object with 'expr': {\"expr\": \"1 + 1\"}","phase":"parse"}
{"error":"a line is a JSON object with 'expr': {\"expr\": \"1 + 1\"}","phase":"parse"}
{"value":{"type":"string","value":"last"},"type":"string"}
END
"$engagectl" eval --batch <questions >got
check "batch: exit status" test $? -eq 0
check "batch: a line out for each line in" cmp got answers || diff got answers
printf '{"expr":"1"}\377\n{"expr":"2"}' | "$engagectl" eval --batch >got
check "batch: a line that is not UTF-8, and one without an end" same "$(cat got)" '{"error":"a line is UTF-8","phase":"parse"}
{"value":{"type":"int","value":"2"},"type":"int"}'
mkfifo in
"$engagectl" eval --batch <in >got &
batch=$!
exec 3>in
echo '{"expr":"40 + 2"}' >&3
check "batch: answers while its input is open" wait_until 5 grep -q '"42"' got
exec 3>&-
wait "$batch"

# --contact: of a data directory
write_rules rules
cat >events.ndjson <<'END'
{"id":"e-1","source":"test","type":"contact.updated","time":1767225600000,"contact":"c-1","data":{"fields":{"country":"VN","age":42}}}
{"id":"e-2","source":"test","type":"form.submitted","time":1767225601000,"contact":"c-1","data":{"form":"f"}}
END
cat >c.yaml <<'END'
data: d
rules: rules
clock: event
sources: {files: [events.ndjson]}
sinks: {file: actions.ndjson}
END
sed -i '1i contact: {fields: {country: {type: string}, age: {type: int}}}' rules/rules.yaml
check "a daemon folds two events" once c.yaml
gives "a contact's fields and scores" '["c-1", "VN", 43, 20, [], true]' --config c.yaml --contact c-1 \
    '[contact.id, contact.country, contact.age + 1, score.engagement, contact.tags, contact.created < now]'
gives "bindings beside a contact" 'true' --config c.yaml --contact c-1 --bindings '{"data": {"country": "VN"}}' \
    'data.country == contact.country'
refuses "no such contact" 1 "engagectl eval: there is no contact 'c-9'" --config c.yaml --contact c-9 'contact.id'

finish
