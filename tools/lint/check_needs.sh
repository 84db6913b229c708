#!/bin/sh
# Fails when a need of the users is missing from docs/needs.md, or when what it names is not there.
set -eu
page=docs/needs.md
[ -e "$page" ] || { echo "no $page here" && exit 77; }
status=0
for group in S:12 T:8 C:8 K:8; do
    for number in $(seq "${group#*:}"); do
        need=${group%:*}$number
        row=$(grep "^| $need |" "$page") || row=
        case $(echo "$row" | awk -F' [|] ' 'NR == 1 { state = $3 } END { print NR ":" state }') in
        "1:shown" | "1:in part")
            echo "$row" | grep -q '`[a-z0-9_]*/[^` ]*`' || { echo "$page: $need names nothing that shows it" && status=1; }
            ;;
        "1:not yet") ;;
        *) echo "$page: $need: one row with shown, in part or not yet wanted" && status=1 ;;
        esac
    done
done
for path in $(grep -oE '`(rules|tests|docs|config|engine|tools)/[^` ]*`' "$page" | tr -d '`' | sort -u); do
    [ -e "$path" ] || { echo "$page: there is no $path" && status=1; }
done
exit $status
