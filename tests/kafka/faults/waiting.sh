# shellcheck shell=sh
# The daemon killed while runs of workflows wait: before a wait is in the journal, while it lasts, and around the
# publication of what only time has caused.

waiting_rules() {
    write_rules rules-waiting
    cat >rules-waiting/waiting.yaml <<'RULES'
events: {form.reopened: {data: {form: optional string}}}
workflows:
  later:
    on: form.submitted
    reenter: always
    steps:
      - wait: 1s
      - {do: send_email, with: {template: later}}
      - wait: {for: form.reopened, at_most: 700ms}
        else: [{do: send_email, with: {template: last}}]
RULES
}

are_waiting() { "$engagectl" contact export --config "$1" -o ndjson | grep -q '"state":"waiting"'; }
# end_waits CONFIG: runs the daemon again and again until no run waits any more
end_waits() {
    left=20
    while are_waiting "$1" && [ "$left" -gt 0 ]; do
        sleep 0.5
        once "$1" || not_ok "$version $w: runs that wait are done"
        left=$((left - 1))
    done
    ! are_waiting "$1" || not_ok "$version $w: no run waits any more"
}

scenario_waiting_runs() {
    rules=rules-waiting
    waiting_rules
    world waiting 4 "$address"
    awk -v count="$cycles" -v seed="$seed" 'BEGIN {
        srand(seed + 1)
        for (i = 0; i < count; i++) printf "%.3f\n", 0.2 + rand() * 1.2
    }' >moments
    feed_slowly $((cycles * 4)) 100
    while read -r moment; do
        start "$w.yaml"
        sleep "$moment" # a wait or a part of one
        crash
    done <moments
    feed_end
    # The first time that a point is passed it is with inputs, later with what has come to be due.
    for point in ${waiting_points:-$(points_all)}; do
        feed 20
        armed "$point=kill@3" "$w.yaml"
        dies "$point@3"
    done
    verdict
    check "$version $w: each form has its three mails" same "$(count <expected.ids)" $((3 * (last / 5)))
    check "$version $w: time alone caused some of them" [ "$(grep -c ' timer$' seen.ids)" -gt "$((last / 5))" ]
    rules=rules
}
