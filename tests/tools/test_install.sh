#!/bin/sh
# What make install leaves works where it was put, without the tree it was built in.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0 skipped=0
installed=$work/stage/usr

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1)) && echo "ok - $name"
    else
        failed=$((failed + 1)) && echo "not ok - $name" && sed 's/^/    /' "$work/said"
    fi
}

private=$(sed -n 's/^YYJSON_PRIVATE := //p' build/config.mk)
check "it installs below DESTDIR and PREFIX" env DESTDIR="$work/stage" PREFIX=/usr YYJSON_PRIVATE="$private" tools/install
check "nothing lands beside PREFIX" test "$(ls "$work/stage")" = usr
cp -r "$installed" "$work/moved" # wherever it is put
cd "$work" || exit 1
check "engaged runs" moved/bin/engaged --version
check "engagectl runs" moved/bin/engagectl version
for program in engaged engagectl; do
    check "$program finds its libraries outside the tree" sh -c "! ldd moved/bin/$program | grep -E 'not found|/build/'"
done
examples=moved/share/doc/engaged
sed "s,/etc/engaged/rules,$work/$examples/rules/examples," "$examples/config/examples/engaged.yaml" >engaged.yaml
check "the example configuration goes with the example rules" moved/bin/engaged --check --config engaged.yaml
sed 's/^\(sources\|sinks\|http\):/# &/; s/^# \(sources: {kafka\|sinks: {kafka\)/\1/' engaged.yaml >kafka.yaml
check "its part for Kafka is right, too" sh -c 'grep -q "^sinks: {kafka" kafka.yaml && moved/bin/engaged --check --config kafka.yaml'
unit=moved/lib/systemd/system/engaged.service
check "the unit starts what was installed" grep -qx "ExecStart=/usr/bin/engaged --config /etc/engaged/engaged.yaml" "$unit"
check "the suggested segments are there, and right" moved/bin/engagectl check "$examples/rules/catalog"
check "the licence is there" test -s "$examples/LICENSE"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
