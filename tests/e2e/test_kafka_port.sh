#!/bin/sh
# Kafka source, sink and producer against real brokers, 3.9.1 and 4.1.1. KAFKA_VERSIONS chooses
# others.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
passed=0 failed=0 skipped=0

finish() {
    for dir in "$work"/kafka-*; do
        [ ! -e "$dir/pid" ] || tests/kafka/broker.sh kill "$dir"
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# build NAME: makes $work/NAME
build() {
    # shellcheck disable=SC2046 # lists of flags
    ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -O1 -g -Wall -Wextra -I. -pthread -o "$work/$1" \
        "tests/consumers/kafka/$1.c" tests/consumers/kafka/real_kafka.c tests/consumers/kafka/real_broker.c \
        "tests/consumers/kafka/scenarios_${1#real_}.c" tests/support/main.c tests/support/skip.c tests/support/scratch.c \
        build/lib/libconsumers_kafka.a build/lib/libengine_os.a build/lib/libengine_base.a \
        $(pkg-config --cflags --libs rdkafka check libxxhash)
}

# one VERSION CREATES
one() {
    version=$1
    creates=$2
    if ! reason=$(tests/kafka/broker.sh available "$version"); then
        echo "skipped: Kafka $version: $reason"
        skipped=$((skipped + 1))
        return 0
    fi
    dir=$work/kafka-$version
    auto=$([ "$creates" = yes ] && echo true || echo false)
    if ! BROKER_PROPERTIES="auto.create.topics.enable=$auto" tests/kafka/broker.sh start "$version" "$dir"; then
        failed=$((failed + 1))
        return 0
    fi
    echo "Kafka $version at $(tests/kafka/broker.sh address "$dir")"
    for program in real_sink real_source; do
        KAFKA_CONTROL=tests/kafka/broker.sh KAFKA_DIR=$dir KAFKA_CREATES=$creates "$work/$program" >"$work/out" 2>&1 || true
        cat "$work/out"
        counts=$(tail -n 1 "$work/out" | grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' || echo "0 passed, 1 failed, 0 skipped")
        # shellcheck disable=SC2086 # words of the line
        set -- $counts
        passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
    done
    tests/kafka/broker.sh kill "$dir"
}

build real_sink
build real_source
creates=yes
for version in ${KAFKA_VERSIONS:-3.9.1 4.1.1}; do
    one "$version" "$creates"
    creates=no # a topic that nobody creates is met with the second
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
