# shellcheck shell=sh
# The daemon killed: at each failpoint around publishing, and at random moments under load.

points_all() {
    ENGAGED_FAILPOINTS=list "$engaged" | awk '$2 ~ /^C(8|11|12|13|14|15|16)$/ && $1 !~ /^file-sink/ { print $1 }'
}

# Four shards on two workers: two transactional producers.
scenario_failpoints() {
    world points 4 "$address"
    feed_slowly "$feed_times" 200
    for point in $(points_all); do
        for pass in $passes; do
            armed "$point=kill@$pass" "$w.yaml"
            dies "$point@$pass"
        done
    done
    for pass in 1 2 4; do # of the shards that are recovered at a start
        armed "sink.recovered=kill@$pass" "$w.yaml"
        dies "sink.recovered@$pass"
    done
    feed_stop # it fed as long as there were points
    for point in stop.asked stop.drained stop.closed; do
        feed 200
        armed "$point=kill" "$w.yaml"
        within 20 is_reading
        kill -TERM "$daemon"
        dies "$point"
    done
    verdict
}

# What is to be published after a start begins with what is out and ends with what is not: the daemon dies
# between a commit and hearing of it, with more frames in the journal behind it.
scenario_span() {
    world span 2 "$address"
    feed 100
    start "$w.yaml"
    within 20 is_settled
    stop
    sed 's/age_s: 1/age_s: 3600/' "$w.yaml" >"$w-rare.yaml" # no checkpoint comes between
    for round in 1 2 3; do
        feed 50
        armed kafka.committed=delay:600000 "$w-rare.yaml"
        within 20 one_has_committed || not_ok "$version $w: a transaction is committed"
        feed 50
        check "$version $w: the journal goes on behind it" within 60 has_more_than_confirmed
        crash
    done
    verdict
}
one_has_committed() { end_offsets >ends && committed | awk '{ print $2 }' | paste -d ' ' - ends | awk '$1 == $2 { found = 1 } END { exit !found }'; }
has_more_than_confirmed() {
    "$engagectl" journal stat --config "$w.yaml" | tr -d , | awk 'NR > 1 { print $5 }' >sequences
    committed | awk '{ print $4 }' | paste -d ' ' - sequences | awk '$2 > $1 { found = 1 } END { exit !found }'
}

scenario_random_kills() {
    world kills 4 "$address"
    awk -v count="$cycles" -v seed="$seed" 'BEGIN {
        srand(seed)
        for (i = 0; i < count; i++) printf "%.3f\n", 0.05 + rand() * 0.7
    }' >moments
    feed_slowly $((cycles * 4)) 150
    while read -r moment; do
        start "$w.yaml"
        sleep "$moment" # how long it may live
        crash
    done <moments
    feed_end
    verdict
}
