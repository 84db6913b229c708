#!/bin/sh
# Fails when a function has more than 70 lines, 5 parameters or 4 levels, a .c file more than
# 700 lines, a header more than 150. tools/lint/size_exceptions.txt names the exceptions, each with its reason.
set -eu
{
    for dir in engine config rules projections consumers tools tests; do
        [ ! -d "$dir" ] || find "$dir" -name '*.[ch]'
    done
} | sort | xargs -r awk -v exceptions=tools/lint/size_exceptions.txt '
    BEGIN {
        while ((getline line < exceptions) > 0) {
            if (line ~ /^#/ || line == "") continue
            split(line, word, " ")
            if (line !~ /[^ ]+ +[^ ]+/) { print exceptions ": no reason given: " line; bad = 1 }
            excused[word[1]] = 1
        }
    }
    function object(name, text) {
        used[name] = 1
        if (name in excused) return
        print text; bad = 1
    }
    function parameters(text,    i, depth, count, c) {
        count = 1
        for (i = index(text, "("); i <= length(text); i++) {
            c = substr(text, i, 1)
            if (c == "(") depth++
            if (c == ")" && --depth == 0) return count
            if (c == "," && depth == 1) count++
        }
        return count
    }
    function file_end(    max) {
        if (file == "") return
        max = file ~ /\.h$/ ? 150 : 700
        if (lines > max) object(file, file ": " lines " lines, the limit is " max)
    }
    FNR == 1 { file_end(); file = FILENAME; start = 0; named = "" }
    { lines = FNR }
    # The last line at the margin that looks like `name(` names the function that follows.
    /^[A-Za-z_].*\(/ {
        named = $0; sub(/\(.*/, "", named); sub(/.*[ *]/, "", named)
        if ($0 ~ /^START_TEST\(/) { named = $0; sub(/^START_TEST\(/, "", named); sub(/\).*/, "", named) }
        first = FNR
    }
    {
        if (/^[A-Za-z_].*\(/) head = ""
        if (!start) head = head $0
        if (start && /^ +(if|for|while|switch|do)[ {]/ && match($0, /^ +/) && RLENGTH >= 20 && !(file ":" named in deep)) {
            deep[file ":" named] = 1
            object(file ":" named, file ":" FNR ": " named " nests deeper than 4 levels")
        }
    }
    /^\{/ {
        start = first
        if (start && parameters(head) > 5)
            object(file ":" named, file ":" start ": " named " takes " parameters(head) " parameters, the limit is 5")
    }
    /^\}/ && start {
        if (FNR - start + 1 > 70)
            object(file ":" named, file ":" start ": " named " has " FNR - start + 1 " lines, the limit is 70")
        start = 0
    }
    END {
        file_end()
        for (name in excused)
            if (!(name in used)) { print exceptions ": no longer needed: " name; bad = 1 }
        exit bad
    }'
