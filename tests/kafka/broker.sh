#!/bin/sh
# A real Kafka broker for tests: one KRaft node on free ports of 127.0.0.1.
#
#   broker.sh available VERSION          exit status 0 when its jars and a Java are here; else says why
#   broker.sh start VERSION DIR          starts a new or stopped broker; waits for its first answer
#   broker.sh stop DIR                   cleanly (SIGTERM)
#   broker.sh kill DIR                   hard (SIGKILL)
#   broker.sh restart DIR                after stop or kill: same ports, same data
#   broker.sh pause DIR, continue DIR    SIGSTOP, SIGCONT
#   broker.sh address DIR                prints HOST:PORT
#   broker.sh topic create DIR NAME PARTITIONS [NAME PARTITIONS]...
#   broker.sh topic delete DIR NAME...
#   broker.sh topic truncate DIR NAME PARTITION OFFSET    deletes the records before OFFSET
#   broker.sh group delete DIR NAME...                    the offsets committed for them
#   broker.sh group committed DIR NAME TOPIC PARTITIONS   a line each: partition, offset, metadata
#   broker.sh proxy start DIR            proxy.c before the broker
#   broker.sh proxy address DIR          prints where it listens: who connects there stays there
#   broker.sh proxy stop DIR
#   broker.sh proxy tell DIR COMMAND     one of proxy.c's; returns when it is done
#   broker.sh proxy fired DIR [TEXT]     prints how often its rules were applied
#
# DIR keeps data, settings, log and the process id. Settings can be added by BROKER_PROPERTIES
# ("name=value name=value") at the first start. The jars are those that tools/setup fetched.
set -eu
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/engaged
answer_tries_max=60
here=$(cd "$(dirname "$0")" && pwd)

die() {
    echo "broker: $*" >&2
    exit 1
}

jars_of() { echo "$cache/kafka-$1"; }

why_not() {
    command -v java >/dev/null || { echo "no java" && return 0; }
    command -v kcat >/dev/null || { echo "no kcat" && return 0; }
    [ -e "$(jars_of "$1")/complete" ] || echo "no Kafka $1 in $(jars_of "$1")"
}

# kafka_class DIR HEAP CLASS ARGUMENT...: becomes that Java program; call it in a subshell
kafka_class() {
    jars=$(jars_of "$(cat "$1/version")")
    heap=$2
    log_dir=$1
    shift 2
    # A session of its own: who runs the tests may end all that a test left running.
    exec setsid java "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.io.tmpdir="$log_dir" \
        -Dlog4j.configuration="file:$log_dir/log4j.properties" \
        -Dlog4j2.configurationFile="$log_dir/log4j2.properties" -cp "$jars/*" "$@"
}

# Prints four ports that nothing listens on.
free_ports() {
    awk 'BEGIN {
        while ((getline line < "/proc/net/tcp") > 0) { split(line, word, " "); split(word[2], at, ":"); used[at[2]] = 1 }
        while ((getline line < "/proc/net/tcp6") > 0) { split(line, word, " "); split(word[2], at, ":"); used[at[2]] = 1 }
        srand('"$$"')
        while (found < 4) {
            port = 20000 + int(rand() * 12000)
            if (!(sprintf("%04X", port) in used)) { used[sprintf("%04X", port)] = 1; print port; found++ }
        }
    }'
}

settings_write() {
    dir=$1
    ports=$(free_ports)
    port=$(echo "$ports" | sed -n 1p)
    controller_port=$(echo "$ports" | sed -n 2p)
    proxied_port=$(echo "$ports" | sed -n 3p)
    proxy_port=$(echo "$ports" | sed -n 4p)
    echo "$port" >"$dir/port"
    echo "$proxy_port $proxied_port" >"$dir/proxy-ports"
    cat >"$dir/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
listeners=PLAINTEXT://127.0.0.1:$port,PROXIED://127.0.0.1:$proxied_port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port,PROXIED://127.0.0.1:$proxy_port
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT
log.dirs=$dir/data
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
SETTINGS
    echo "${BROKER_PROPERTIES:-}" | tr ' ' '\n' >>"$dir/server.properties"
    cat >"$dir/log4j.properties" <<SETTINGS
log4j.rootLogger=WARN, stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.target=System.err
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=%d %p %m (%c)%n
SETTINGS
    cat >"$dir/log4j2.properties" <<SETTINGS
rootLogger.level=warn
rootLogger.appenderRef.stderr.ref=stderr
appender.stderr.type=Console
appender.stderr.name=stderr
appender.stderr.target=SYSTEM_ERR
appender.stderr.layout.type=PatternLayout
appender.stderr.layout.pattern=%d %p %m (%c)%n
SETTINGS
}

address_of() { echo "127.0.0.1:$(cat "$1/port")"; }

is_running() {
    [ -e "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

broker_run() {
    dir=$1
    ! is_running "$dir" || return 0
    kafka_class "$dir" 512m kafka.Kafka "$dir/server.properties" >>"$dir/broker.log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    tries=0
    until timeout 5 kcat -b "$(address_of "$dir")" -m 1 -L >/dev/null 2>&1; do
        is_running "$dir" || {
            tail -5 "$dir/broker.log" >&2
            die "the broker ended"
        }
        tries=$((tries + 1))
        [ "$tries" -lt "$answer_tries_max" ] || die "no answer after $answer_tries_max tries; see $dir/broker.log"
        sleep 0.3
    done
}

broker_start() {
    version=$1
    dir=$2
    reason=$(why_not "$version")
    [ -z "$reason" ] || die "$reason"
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    if [ ! -e "$dir/version" ]; then
        echo "$version" >"$dir/version"
        settings_write "$dir"
        (kafka_class "$dir" 128m kafka.tools.StorageTool format -t "$(kafka_class "$dir" 128m kafka.tools.StorageTool random-uuid)" \
            -c "$dir/server.properties" --ignore-formatted >>"$dir/broker.log" 2>&1) || {
            tail -5 "$dir/broker.log" >&2
            die "the storage cannot be formatted"
        }
    fi
    broker_run "$dir"
}

# broker_end DIR SIGNAL
broker_end() {
    [ -e "$1/pid" ] || return 0
    pid=$(cat "$1/pid")
    kill "-$2" "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$(awk '{ print $3 }' "/proc/$pid/stat" 2>/dev/null)" != Z ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 150 ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.2
    done
    rm -f "$1/pid"
}

# program DIR NAME FLAG...: makes DIR/NAME from NAME.c when it is not there
program() {
    [ ! -e "$1/$2" ] || return 0
    program_to=$1/$2
    program_from=$here/$2.c
    shift 2
    ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -O1 -o "$program_to.$$" "$program_from" "$@"
    mv "$program_to.$$" "$program_to"
}

# A small program does this in milliseconds; Kafka's own tools take seconds, and are not in the jars.
topic_program() {
    dir=$1
    shift
    # shellcheck disable=SC2046 # a list of flags
    program "$dir" topic $(pkg-config --cflags --libs rdkafka)
    "$dir/topic" "$(address_of "$dir")" "$@"
}

proxy_start() {
    program "$1" proxy
    read -r proxy_port proxied_port <"$1/proxy-ports"
    rm -f "$1/control" "$1/events"
    setsid "$1/proxy" "$1" "$proxy_port" "$proxied_port" >>"$1/proxy.log" 2>&1 </dev/null &
    echo $! >"$1/proxy-pid"
    tries=0
    until grep -q '^did start$' "$1/events" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || die "the proxy does not start; see $1/proxy.log"
        sleep 0.1
    done
}

proxy_stop() {
    [ -e "$1/proxy-pid" ] || return 0
    kill "$(cat "$1/proxy-pid")" 2>/dev/null || true
    rm -f "$1/proxy-pid"
}

# Commands are written one at a time: who tells it two things at once would not know which is done.
proxy_tell() {
    told=$1
    shift
    before=$(grep -c -x -e "did $*" "$told/events" || true)
    kill -0 "$(cat "$told/proxy-pid")" 2>/dev/null || die "the proxy is not there"
    echo "$*" >"$told/control"
    tries=0
    until [ "$(grep -c -x -e "did $*" "$told/events" || true)" -gt "$before" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ] && ! grep -q -x -e "refused $*" "$told/events" || die "the proxy does not do: $*"
        sleep 0.02
    done
}

proxy_command() {
    verb=$1
    shift
    case $verb in
    start) proxy_start "$1" ;;
    stop) proxy_stop "$1" ;;
    address)
        read -r proxy_port proxied_port <"$1/proxy-ports"
        echo "127.0.0.1:$proxy_port"
        ;;
    tell) proxy_tell "$@" ;;
    fired) grep -c -e "^fired ${2:-}" "$1/events" || true ;;
    *) die "no such command: proxy $verb" ;;
    esac
}

command=${1:-}
shift || true
case $command in
available)
    reason=$(why_not "$1")
    [ -z "$reason" ] || { echo "$reason" && exit 1; }
    ;;
start) broker_start "$1" "$2" ;;
stop) broker_end "$1" TERM ;;
kill) broker_end "$1" KILL ;;
restart) broker_run "$1" ;;
pause) kill -STOP "$(cat "$1/pid")" ;;
continue) kill -CONT "$(cat "$1/pid")" ;;
address) address_of "$1" ;;
topic)
    verb=$1
    dir=$2
    shift 2
    topic_program "$dir" "$verb" "$@"
    ;;
group)
    case $1 in
    delete) verb=delete-group ;;
    *) verb=$1 ;;
    esac
    dir=$2
    shift 2
    topic_program "$dir" "$verb" "$@"
    ;;
proxy) proxy_command "$@" ;;
*)
    sed -n '3,25s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
