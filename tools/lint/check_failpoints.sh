#!/bin/sh
# Fails when a failpoint of the table is passed nowhere, when one is passed that the table lacks, or when
# the programs that are installed hold any.
set -eu
table=engine/base/failpoint.h
status=0
names=$(sed -n 's/^ *X(\([A-Z_0-9]*\), "[a-z.-]*", "C[0-9]*").*/\1/p' "$table")
[ -n "$names" ] || { echo "$table: no failpoints found" && exit 1; }
passed=$(grep -rhoE 'FAILPOINT(_ERR)?\([A-Z_0-9]+\)' --include='*.c' engine projections consumers config rules 2>/dev/null |
    sed 's/.*(\(.*\))/\1/' | sort -u)
for name in $names; do
    echo "$passed" | grep -qx "$name" || { echo "$table: $name is passed nowhere" && status=1; }
done
for name in $passed; do
    echo "$names" | grep -qx "$name" || { echo "FAILPOINT($name): not in $table" && status=1; }
done
for program in build/engaged build/engagectl; do
    [ -e "$program" ] || continue
    ! nm "$program" 2>/dev/null | grep -q failpoint_pass || { echo "$program: has failpoints" && status=1; }
done
exit $status
