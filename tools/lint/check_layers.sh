#!/bin/sh
# Fails when a file includes a layer that layers.txt does not allow or a library that another
# layer owns, and when the table itself has a cycle.
set -eu
table=tools/lint/layers.txt
list=$(mktemp)
trap 'rm -f "$list"' EXIT
sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$table" |
    awk -F: '{ n = split($2, to, " "); for (i = 1; i <= n; i++) if (to[i] != "*") print to[i], $1; print $1, $1 }' |
    tsort >/dev/null
for dir in engine config rules projections consumers tools tests; do
    [ ! -d "$dir" ] || find "$dir" -name '*.[ch]' -print
done >"$list"
status=0
xargs grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' <"$list" | awk -v table="$table" '
    BEGIN {
        while ((getline line < table) > 0) {
            sub(/#.*/, "", line)
            if (line !~ /:/) continue
            name = line; sub(/:.*/, "", name)
            rest = line; sub(/^[^:]*:/, "", rest)
            gsub(/[ \t]+/, " ", rest)
            known[name] = 1; may[name] = " " rest " "
        }
    }
    function layer(path,    part, n) {
        n = split(path, part, "/")
        if (n > 2 && (part[1] "/" part[2]) in known) return part[1] "/" part[2]
        return part[1] in known ? part[1] : ""
    }
    {
        split($0, at, ":")
        target = $0; sub(/^[^"]*"/, "", target); sub(/".*/, "", target)
        from = layer(at[1]); to = layer(target)
        if (to == "") why = "not a path from the repository root"
        else if (from == "") why = "the file is in no layer"
        else if (from == to || index(may[from], " * ") || index(may[from], " " to " ")) next
        else why = from " may not include " to
        printf "%s:%s: %s: %s\n", at[1], at[2], target, why
        bad = 1
    }
    END { exit bad }' || status=1

# One layer owns each library; tests and benchmarks may use any.
xargs grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<(yyjson|msgpack|lmdb|yaml|ev|microhttpd|librdkafka/)' <"$list" |
    awk -F: '
    {
        library = $3; sub(/^[^<]*</, "", library); sub(/[.\/>].*/, "", library)
        if (library == "librdkafka") owner = "consumers/kafka"
        else if (library == "lmdb") owner = "projections"
        else if (library == "yaml") owner = "config"
        else if (library == "ev" || library == "microhttpd") owner = "engine/run"
        else owner = "engine/event"
        if ($1 ~ /^tests\// || $1 ~ /^tools\/bench\// || index($1, owner "/") == 1) next
        printf "%s:%s: <%s> belongs to %s\n", $1, $2, library, owner
        bad = 1
    }
    END { exit bad }' || status=1
exit $status
