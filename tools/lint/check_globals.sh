#!/bin/sh
# Fails when a library holds a variable that can change while the program runs.
# tools/lint/globals_allowed.txt names the exceptions, each with its reason.
set -eu
command -v objdump >/dev/null || { echo "no objdump here" && exit 77; }
ls build/lib/*.a >/dev/null 2>&1 || { echo "no libraries built" && exit 77; }
for lib in build/lib/*.a; do
    case $lib in */libtests_*) continue ;; esac
    objdump -t "$lib" | awk -v lib="$(basename "$lib" .a)" '
        /file format/ { object = $1; sub(/:$/, "", object) }
        / O \.(data|bss|tdata|tbss)(\.[A-Za-z_]+)?\t/ && !/\.data\.rel\.ro/ { print lib, object, $NF }'
done | awk -v allowed=tools/lint/globals_allowed.txt '
    BEGIN {
        while ((getline line < allowed) > 0) {
            if (line ~ /^#/ || line == "") continue
            if (split(line, word, " ") < 4) { print allowed ": library, object, name and reason wanted: " line; bad = 1 }
            may[word[1] " " word[2] " " word[3]] = 1
        }
    }
    {
        sub(/\.[0-9]+$/, "", $3) # a static inside a function
        key = $1 " " $2 " " $3
        seen[key] = 1
        if (key in may) next
        print $1 ": " $2 ": " $3 " can change"; bad = 1
    }
    END {
        for (key in may) if (!(key in seen)) { print allowed ": no longer needed: " key; bad = 1 }
        exit bad
    }'
