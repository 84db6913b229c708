#!/bin/sh
# Each check of tools/lint objects to the fault it is there for, and to nothing in a clean tree.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir -p tools engine/base engine/event projections build/lib
cp -r "$root/tools/lint" tools/
cp "$root/.clang-format" .
: >tools/lint/size_exceptions.txt
: >tools/lint/symbols_allowed.txt
: >tools/lint/globals_allowed.txt
git init -q .
passed=0 failed=0 skipped=0

# objects SITUATION CHECK TEXT: the check fails and says the text; with no text, it passes
objects() {
    git add -A .
    said=$("tools/lint/$2" 2>&1)
    case $?:$3 in
    77:*) echo "skipped: $1: $said" && skipped=$((skipped + 1)) && return ;;
    0:) passed=$((passed + 1)) && return ;;
    [1-9]*:?*) case $said in *"$3"*) passed=$((passed + 1)) && return ;; esac ;;
    esac
    echo "FAILED: $1: $2 said: $said"
    failed=$((failed + 1))
}

# compiled LAYER: puts projections/x.c into the library of the layer
compiled() {
    gcc -c -I. -fPIE -o build/x.o projections/x.c && rm -f build/lib/*.a && ar rcs "build/lib/lib$1.a" build/x.o
}

printf '// A clean file.\n#include "engine/base/a.h"\n\nint a_value(void)\n{\n    return 1;\n}\n' >projections/x.c
: >engine/base/a.h
compiled projections
for check in check_format.sh check_globals.sh check_layers.sh check_sizes.sh check_symbols.sh check_words.sh; do
    objects "a clean tree" "$check" ""
done

echo '#include "projections/x.h"' >engine/base/a.h
objects "a lower layer includes a higher one" check_layers.sh "engine/base may not include projections"
echo '#include "x.h"' >engine/base/a.h
objects "an include that is not from the root" check_layers.sh "not a path from the repository root"
echo '#include <lmdb.h>' >engine/base/a.h
objects "a library of another layer" check_layers.sh "<lmdb> belongs to projections"
: >engine/base/a.h

printf '    X(ONE_PLACE, "one.place", "C1") \\\n' >engine/base/failpoint.h
objects "a failpoint that is passed nowhere" check_failpoints.sh "ONE_PLACE is passed nowhere"
printf 'void f(void)\n{\n    FAILPOINT(ONE_PLACE);\n}\n' >projections/x.c
objects "a failpoint that is passed" check_failpoints.sh ""
printf 'void f(void)\n{\n    FAILPOINT(ONE_PLACE);\n    FAILPOINT(OTHER_PLACE);\n}\n' >projections/x.c
objects "a failpoint without a name" check_failpoints.sh "FAILPOINT(OTHER_PLACE): not in"
printf 'void failpoint_pass(void) {}\nint main(void)\n{\n    failpoint_pass();\n}\n' >projections/x.c
gcc -o build/engaged projections/x.c
objects "a program with failpoints in it" check_failpoints.sh "build/engaged: has failpoints"
rm build/engaged engine/base/failpoint.h

awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 69; i++) print "    ;"; print "}" }' >projections/x.c
objects "a function of 72 lines" check_sizes.sh "f has 72 lines"
echo 'projections/x.c:f a table in order' >tools/lint/size_exceptions.txt
objects "an excused function" check_sizes.sh ""
printf 'int f(void)\n{\n}\n' >projections/x.c
objects "an excuse that is not needed" check_sizes.sh "no longer needed: projections/x.c:f"
: >tools/lint/size_exceptions.txt
printf 'int f(int a, int (*b)(int, int), int c, int d,\n      int e, int g)\n{\n}\n' >projections/x.c
objects "six parameters" check_sizes.sh "f takes 6 parameters"
printf 'int f(void)\n{\n                    if (1)\n                        return 1;\n}\n' >projections/x.c
objects "five levels" check_sizes.sh "f nests deeper"
printf 'int f(void);\n' >projections/x.c
awk 'BEGIN { for (i = 0; i < 151; i++) print "//" }' >engine/base/a.h
objects "a header of 151 lines" check_sizes.sh "151 lines"
: >engine/base/a.h

printf '#include <time.h>\nlong f(void);\nlong f(void)\n{\n    return time(NULL);\n}\n' >projections/x.c
compiled projections
objects "a clock below engine/run" check_symbols.sh "projections: x.o calls time"
compiled engine_os
objects "a clock where clocks belong" check_symbols.sh ""
printf 'int f(void);\nint f(void)\n{\n    static int n;\n    return n++;\n}\n' >projections/x.c
compiled projections
objects "a counter that outlives its call" check_globals.sh "n can change"
printf 'const char *const names[] = {"a", "b"};\n' >projections/x.c
compiled projections
objects "a constant table of texts" check_globals.sh ""

printf 'int  f( void );\n' >projections/x.c
objects "a file clang-format would change" check_format.sh "projections/x.c:1"
printf '// TO%s: later\n' DO >projections/x.c
objects "work left undone" check_words.sh "work left undone"
printf '// seen in /ho%s/ann\n' me >projections/x.c
objects "a path of one machine" check_words.sh "a path of one machine"
printf '// clean\n' >projections/x.c
printf 'void f(bool is_on);\n' >engine/base/a.h
objects "a bool parameter" check_words.sh "a bool parameter"

mkdir docs
for need in S:12 T:8 C:8 K:8; do
    seq "${need#*:}" | sed "s/.*/| ${need%:*}& | text | not yet | |/"
done >docs/needs.md
objects "needs that are not met yet" check_needs.sh ""
sed -i 's/^\(| C4 .*\) not yet | /\1 shown | by `docs\/none.md` /' docs/needs.md
objects "a need shown by a file that is gone" check_needs.sh "there is no docs/none.md"
sed -i 's/^| C4 .*/| C4 | text | shown | by itself |/; /^| K8 /d' docs/needs.md
objects "a need shown by nothing" check_needs.sh "C4 names nothing"
objects "a need without a row" check_needs.sh "K8: one row"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
