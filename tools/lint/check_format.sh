#!/bin/sh
# Fails when clang-format 14 would change a file. Other versions format otherwise.
set -eu
command -v clang-format-14 >/dev/null || { echo "no clang-format-14 here" && exit 77; }
{
    for dir in engine config rules projections consumers tools tests; do
        [ ! -d "$dir" ] || find "$dir" -name '*.[ch]'
    done
} | xargs -r clang-format-14 --dry-run -Werror 2>&1 | awk -F: '
    / error: / && !($1 in at) { at[$1] = $2 }
    END {
        for (file in at) { print file ":" at[file] ": clang-format-14 -i would change it"; bad = 1 }
        exit bad
    }'
