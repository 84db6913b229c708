# How speed falls with rules that have conditions, counters and segments, one core: of contacts that hear much, some and
# little. Sourced by run.
title "Rules with conditions: $CONDITIONS_EVENTS events, one core, process start to exit"
head_print
for crowd in 1000 20000 1000000; do
    events_make "$CONDITIONS_EVENTS" "$crowd"
    rules_make 10
    files_rows "$crowd contacts, constant rules: 10" ''
    for count in 10 100 1000 10000; do
        rules_mixed_make "$count"
        files_rows "$crowd contacts, mixed rules: $count" ''
    done
    rules_entering_make 1000
    files_rows "$crowd contacts, mixed rules and first segments: 1000" ''
    for count in 10 100 1000 10000; do
        sample "$(calc "$(median_of "$crowd contacts, mixed rules: $count") / $(median_of "$crowd contacts, constant rules: 10")")"
        row "$crowd contacts, ratio at mixed rules: $count" "of constant" ''
    done
    sample "$(calc "$(median_of "$crowd contacts, mixed rules and first segments: 1000") / $(median_of "$crowd contacts, constant rules: 10")")"
    row "$crowd contacts, ratio at those with first segments: 1000" "of constant" ''
    rm -f "$events"
done
note 'Beside the mixed rules: 20 counters, five of them of 30 minutes, 20 segments, a score that forgets; timers fire.'
note 'Constant and mixed rules act when a contact comes to a band; those with first segments once more, when it enters its first.'
