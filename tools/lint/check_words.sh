#!/bin/sh
# Fails on words that do not belong into the tree: paths of one machine, work left undone,
# unchecked calls, bool parameters.
set -eu
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "not a git work tree" && exit 77; }
status=0
# The patterns are written so that this file does not match itself.
forbid() {
    what=$1 pattern=$2
    shift 2
    if git grep -nIE "$pattern" -- "$@" ':!tools/lint/check_words.sh'; then
        echo "^ $what"
        status=1
    fi
}
forbid "a path of one machine" '(/work/|/home/[a-z]|/tmp/[a-z_]*jobs)' .
forbid "work left undone" '\b(TODO|FIXME|XXX|HACK)\b' '*.c' '*.h' '*.sh' '*.py' Makefile tools
forbid "an unbounded or unchecked call" '\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok)\(' '*.c' '*.h'
forbid "a bool parameter says nothing at the call: use an enum" '[(,] *bool [a-z_]+ *[,)]' 'engine/*.h' 'config/*.h' \
    'rules/*.h' 'projections/*.h' 'consumers/*.h' 'tools/*.h'
exit $status
