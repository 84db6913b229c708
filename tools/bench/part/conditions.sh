# How speed falls with rules that have conditions, counters and segments, one core. Sourced by run.
title "Rules with conditions: $CONDITIONS_EVENTS events of 20000 contacts, one core, process start to exit"
head_print
events_make "$CONDITIONS_EVENTS" 20000
rules_make 10
files_rows "constant rules: 10" ''
for count in 10 100 1000 10000; do
    rules_mixed_make "$count"
    files_rows "mixed rules: $count" ''
done
for count in 10 100 1000 10000; do
    sample "$(calc "$(median_of "mixed rules: $count") / $(median_of "constant rules: 10")")"
    row "ratio at mixed rules: $count" "of constant" ''
done
note 'Beside the mixed rules: 20 counters, five of them of 30 minutes, 20 segments, a score that forgets; timers fire.'
rm -f "$events"
