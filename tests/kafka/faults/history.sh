# shellcheck shell=sh
# Journals and topics of another past: a restored or new data directory, offsets that are gone, a topic that
# lost records. What cannot be put right is named, and nothing is sent twice.

# says TEXT STATUS NAME: the daemon ends so, and says why
says() {
    exits "$2" 30 "$3: $2"
    check "$version $w: ... saying why" logged "$1"
    check "$version $w: ... and nothing more is out" same "$(out_count)" "$out_before"
}
out_count() { read_topic "$w.actions.email" | count; }
views() { # COUNT: events that decide nothing
    keyed $((last + 1)) $((last + $1)) | sed 's/form.submitted/page.viewed/; s/{"form":"f"}/{"url":"x"}/' | produce "in.$w"
    last=$((last + $1))
}
sequence_last() { "$engagectl" journal stat --config "$1.yaml" | tr -d , | awk 'NR > 1 { print $5 }'; }
confirmed() { committed | awk '{ print $4 }'; }
rounds_of() { # TIMES: as many frames with actions, each published
    for round in $(seq 1 "$1"); do
        feed 20
        within 20 is_settled || not_ok "$version $w: round $round is published"
    done
}

# Behind what Kafka has confirmed, of the same past.
scenario_older_directory() {
    world older 1 "$address"
    start "$w.yaml"
    rounds_of 2
    stop
    cp -a "$w" "$w-older"
    start "$w.yaml"
    rounds_of 6
    stop
    out_before=$(out_count)
    config_write "$w-older" "$w-older"
    start "$w-older.yaml"
    says "Kafka has confirmed frame" 74 "an older copy is refused"
    verdict # with the right one
}

# A publication that reaches beyond what Kafka has confirmed, out of another journal, whose frame of that
# number holds no action by which it could be told.
journal_grows() { # CONFIG FRAMES: a journal whose sink cannot begin
    tell rule lose-request $INIT_PRODUCER 0
    start "$1.yaml"
    within 20 is_reading
    while [ "$(sequence_last "$1")" -le "$2" ]; do
        before=$(sequence_last "$1")
        views 2
        within 20 has_grown "$1" "$before" || {
            not_ok "$version $w: the journal grows"
            break
        }
    done
    crash
    tell clear
}
has_grown() { [ "$(sequence_last "$1")" -gt "$2" ]; }
scenario_new_directory() {
    world new 1 "$proxied"
    start "$w.yaml"
    rounds_of 3
    stop
    out_before=$(out_count)
    last_before=$last
    config_write "$w-anew" "$w-anew"
    journal_grows "$w-anew" "$(confirmed)"
    fault
    start "$w-anew.yaml"
    says "another chain hash" 74 "a new directory that reaches beyond what is confirmed is refused"
    check "$version $w: it did reach beyond" [ "$(sequence_last "$w-anew")" -gt "$(confirmed)" ]
    # The right one reads what was put in meanwhile: views, which decide nothing.
    once "$w.yaml" || not_ok "$version $w: the right directory goes on"
    check "$version $w: the right directory published nothing again" same "$(out_count)" "$out_before"
    last=$last_before
}

# The offsets of the group are gone. What the checkpoint covers is known to be out; what is behind it is not.
scenario_offsets_gone() {
    world forgot 1 "$address"
    feed 300
    start "$w.yaml"
    settles "its start"
    stop # with a checkpoint of all
    fault
    within 20 "$broker" group delete "$dir" "$w" || not_ok "$version $w: the offsets can be deleted"
    feed 100
    start "$w.yaml"
    settles "offsets that are gone, with nothing in doubt"
    feed 100
    armed_running kafka.committed
    fault
    within 20 "$broker" group delete "$dir" "$w" || not_ok "$version $w: the offsets can be deleted"
    out_before=$(out_count)
    start "$w.yaml"
    says "is out cannot be known" 74 "frames behind the checkpoint are in doubt"
    # The way out: what is in doubt goes into a file, where a person compares; then Kafka again.
    sed 's/^sinks: .*/sinks: {file: doubtful.ndjson}/; s/^dead_letters: .*//' "$w.yaml" >"$w-file.yaml"
    once "$w-file.yaml" || not_ok "$version $w: what is in doubt goes to a file"
    action_ids <doubtful.ndjson | sort >doubtful.ids
    read_topic "$w.actions.email" | action_ids | sort >seen.ids
    check "$version $w: the file has what is in doubt, here all of it out" sh -c '[ -s doubtful.ids ] && [ -z "$(comm -23 doubtful.ids seen.ids)" ]'
    rm -f doubtful.ndjson
    feed 100
    dead_in_file=1
    verdict
    dead_in_file=0
}
# armed_running POINT: the daemon that runs is replaced by one that dies there, long before its next checkpoint
armed_running() {
    stop
    sed 's/age_s: 1/age_s: 3600/' "$w.yaml" >"$w-rare.yaml"
    feed 100
    armed "$1=kill" "$w-rare.yaml"
    dies "$1"
}

# ---- topics that lost records

gap_said() { # NAME
    check "$version $w: $1 is an error" within 30 logged "position is gone from the source.*in.$w"
    check "$version $w: ... that names the offset asked for and what there is" \
        logged "reading goes on at offset [0-9]*, but the broker has offsets [0-9]* to [0-9]*"
    check "$version $w: ... it is not ready" same "$(get /readyz)" 503
}

# Deleted before they were read, in one of two partitions.
scenario_retention() {
    world retention 2 "$address"
    feed 200
    once "$w.yaml" || not_ok "$version $w: reads to the end"
    feed 400
    fault
    "$broker" topic truncate "$dir" "in.$w" 0 "$(end_offsets | head -n 1)" >/dev/null 2>&1
    feed 100
    start "$w.yaml"
    gap_said "retention that passed us"
    other_settles() { [ "$(committed | sed -n 2p | cut -d ' ' -f 2)" = "$(end_offsets | sed -n 2p)" ]; }
    check "$version $w: the other shard goes on" within 20 other_settles
    check "$version $w: ... it stops when told to" stop
    config_write "$w-on" "$w" "on_gap: continue"
    start "$w-on.yaml"
    check "$version $w: told to, it goes on behind the gap" within 20 logged "going on at the oldest there is"
    check "$version $w: ... to the end" within 20 is_settled
    check "$version $w: ... and counts it" sh -c 'curl -s -m 10 "$1/metrics" | grep -q "^engaged_source_gaps_total.* 1$"' sh "$(url)"
    stop
    # What was deleted is not there to be acted on; all else is, once.
    events 1 "$last" >reference-events
    read_topic "$w.actions.email" | action_ids | sort >seen.ids
    check "$version $w: nothing is doubled" same "$(uniq -d seen.ids | count)" 0
    kcat -C -b "$address" -t "in.$w" -o beginning -e -q -f '%s\n' | sed -n 's/.*"id":"\(e-[0-9]*\)".*"type":"form.submitted".*/\1/p' | sort >there
    awk '{ print $2 }' seen.ids | sort >acted
    check "$version $w: all that is there was acted on" same "$(comm -23 there acted | count)" 0
}

# Made anew with fewer records than we have read.
scenario_recreated() {
    world recreated 1 "$address"
    feed 300
    once "$w.yaml" || not_ok "$version $w: reads to the end"
    out_before=$(out_count)
    fault
    "$broker" topic delete "$dir" "in.$w" >/dev/null 2>&1
    within 20 topic_made || not_ok "$version $w: the topic can be made anew"
    feed 50
    start "$w.yaml"
    gap_said "a topic made anew"
    check "$version $w: ... and nothing was acted on" same "$(out_count)" "$out_before"
    check "$version $w: ... it stops when told to" stop
}
# Made anew, and grown beyond what we have read before we look again.
scenario_grown() {
    world grown 2 "$address"
    feed 300
    once "$w.yaml" || not_ok "$version $w: reads to the end"
    feed 30
    once "$w.yaml" || not_ok "$version $w: a topic that is the same is read on"
    out_before=$(out_count)
    fault
    "$broker" topic delete "$dir" "in.$w" >/dev/null 2>&1
    within 20 topic_made || not_ok "$version $w: the topic can be made anew"
    feed 900
    start "$w.yaml"
    gap_said "a topic made anew that has grown"
    check "$version $w: ... by a record that is another one" logged "is not the one that was read: the topic was created anew"
    check "$version $w: ... and nothing was acted on" same "$(out_count)" "$out_before"
    check "$version $w: ... it stops when told to" stop
    config_write "$w-on" "$w" "on_gap: continue"
    start "$w-on.yaml"
    check "$version $w: told to, it goes on at the oldest there is" within 20 is_settled
    stop
    reference
    read_topic "$w.actions.email" | action_ids | sort >seen.ids
    check "$version $w: ... and acts on all that is there, once" same "$(comm -3 expected.ids seen.ids | count)" 0
}
topic_made() { "$broker" topic create "$dir" "in.$w" "$partitions" && sleep 1 && [ "$(end_offsets | sort -u)" = 0 ]; }
