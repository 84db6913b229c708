#!/bin/sh
# The data directory belongs to one user alone, descriptors do not reach other programs, no core is left.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
write_rules rules
cat >engaged.yaml <<'E'
data: data
rules: rules
journal: {file_mib: 1}
checkpoint: {age_s: 1}
sources: {http: true}
http: {listen: "127.0.0.1:0"}
E
event() { printf '{"id":"%s","type":"form.submitted","contact":"%s","data":{"form":"f"}}' "$1" "$2"; }
post() { curl -s -m 10 -o reply -w '%{http_code}' --data-binary "$1" "$(url)/v1/events"; }
up() { start "$1" && wait_until 10 logged listening && wait_until 10 ready; }
# refused STATUS PATTERN: the daemon does not start, and says why
refused() {
    "$engaged" --config engaged.yaml 2>daemon.log
    same $? "$1" && { grep -q -e "$2" daemon.log || { cat daemon.log && false; }; }
}
modes() { find data -printf '%m %y %p\n' | sort >modes; }
lax() { modes && awk '($2 == "d" && $1 != 700) || ($2 == "f" && $1 != 600) || ($2 != "d" && $2 != "f")' modes; }

# ---- modes

umask 000 # of whoever starts it
check "it starts under a lax umask" up engaged.yaml
umask 022
for i in 1 2 3; do post "$(event "e-$i" "c-$i")" >/dev/null; done
post "not an event" >/dev/null
has_all() { [ -s data/actions.ndjson ] && [ -s data/dead-letters.ndjson ] && curl -s "$(url)/metrics" | grep -q '^engaged_sequence_checkpoint{shard="0"} [1-9]'; }
check "... with actions, dead letters and a checkpoint" wait_until 10 has_all
check "every directory is 0700, every file 0600" same "$(lax)" ""
check "... and all that there should be were looked at" sh -c 'for f in lock meta actions.ndjson dead-letters.ndjson inflight data.mdb lock.mdb .journal; do grep -q "$f\$" modes || { echo "no $f" && exit 1; }; done'

# ---- descriptors: what another program would inherit

# inherited PID: numbers and targets of what lacks O_CLOEXEC, but for the standard ones
inherited() {
    for fd in /proc/"$1"/fd/*; do
        number=${fd##*/}
        [ "$number" -gt 2 ] || continue
        flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$1/fdinfo/$number" 2>/dev/null)
        case $flags in '' | *2??????) ;; *) echo "$number $(readlink "$fd") $flags" ;; esac
    done
}
descriptors() { ls "/proc/$1/fd" | wc -l | tr -d ' '; }
if [ -r "/proc/$daemon/fdinfo/0" ]; then
    check "no descriptor is inherited by another program" same "$(inherited "$daemon")" ""
    check "... of as many as it has" test "$(descriptors "$daemon")" -ge 12
else
    skip "descriptors: /proc of another process cannot be read (no root: the daemon is not dumpable)"
fi
check "core dumps are off" grep -q '^Max core file size *0 *0 ' "/proc/$daemon/limits"
check "it stops" stop

# ---- a laxer directory is refused and left as it is

refuses_mode() { # refuses_mode PATH MODE
    before=$(stat -c %a "$1")
    chmod "$2" "$1"
    refused 78 "$1: has mode 0$2, so that others" && same "$(stat -c %a "$1")" "$2"
    rc=$?
    chmod "$before" "$1"
    return $rc
}
for path in data data/shard-0000 data/shard-0000/journal data/shard-0000/store; do
    check "a directory that others may enter is refused: $path" refuses_mode "$path" 755
done
for path in data/meta data/lock data/actions.ndjson data/dead-letters.ndjson data/shard-0000/store/data.mdb data/shard-0000/journal/*.journal; do
    check "a file that others may read is refused: $(basename "$path")" refuses_mode "$path" 644
done
refuses_link() {
    mv "$1" away
    ln -s "$work/away" "$1"
    refused 78 "$1:\{0,1\} is a symbolic link"
    rc=$?
    rm "$1"
    mv away "$1"
    return $rc
}
for path in data/meta data/lock data/actions.ndjson data/shard-0000/store/data.mdb data/shard-0000/store data/shard-0000/journal data/shard-0000; do
    check "a link in its place is refused: ${path#data/}" refuses_link "$path"
done
ln -s "$work/data/actions.ndjson" out.ndjson
printf 'data: data\nrules: rules\nsources: {http: true}\nhttp: {listen: "127.0.0.1:0"}\nsinks: {file: out.ndjson}\n' >link.yaml
"$engaged" --check --config link.yaml 2>daemon.log
check "... and as a file of actions elsewhere" sh -c "[ $? = 78 ] && grep -q 'sinks.file: .*out.ndjson is a symbolic link' daemon.log"
check "as it was, it starts" up engaged.yaml
stop

mkdir -m 755 empty
sed 's/^data:.*/data: empty/' engaged.yaml >empty.yaml
check "an empty directory that others may enter is closed to them" up empty.yaml
check "... by its mode" same "$(stat -c %a empty)" 700
stop

# ---- a process that its own user may not look into: then /proc/PID is root's

looked_at() {
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { skip "memory of the daemon: needs root and setpriv" && return; }
    chmod 755 . && mkdir -m 700 nobody && chown 65534:65534 nobody
    cp "$engaged" engaged-copy && cp -r "$repository/build/prefix" . 2>/dev/null
    sed "s,^data:.*,data: nobody/data,; s,^rules:.*,rules: rules," engaged.yaml >nobody.yaml
    : >daemon.log
    LD_LIBRARY_PATH=prefix/lib setpriv --reuid=65534 --regid=65534 --clear-groups ./engaged-copy --config nobody.yaml 2>>daemon.log &
    daemon=$!
    check "it runs as an ordinary user" wait_until 10 logged listening
    check "... who may not look into its memory" same "$(stat -c %u "/proc/$daemon/mem")" 0
    check "... and it stops" stop
}
looked_at
finish
