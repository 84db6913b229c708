# The parts by themselves: decode, expressions, fold, checkpoint, journal. Sourced by run.
title 'The parts by themselves (one thread, CPU time)'
head_print

micro_decode() { "$bench/decode" >"$work/decode.$1"; }

# decode_row NAME MATCH NOTE: "MATCH … ns/event" of each run
decode_row() {
    for file in "$work"/decode.[0-9]*; do
        sed -n "s/^$2  *\([0-9.]*\) ns\/event.*/\1/p" "$file" | while read -r ns; do
            sample "$(calc "1e9 / $ns")" "$(calc "$ns / 1000")"
        done
    done
    row "$1" events/s "$3"
}

repeat micro_decode
decode_row 'yyjson alone, one thread' 'yyjson alone' 'the yardstick: parses, keeps nothing'
decode_row 'decode' 'decode' ''
decode_row 'decode, as a replay does' 'decode, replay' ''

micro_cel() { "$bench/cel" >"$work/cel.$1"; }

# cel_row NAME MATCH NOTE: "MATCH … ns/evaluation" of each run
cel_row() {
    for file in "$work"/cel.[0-9]*; do
        sed -n "s/^$2  *\([0-9.]*\) ns\/evaluation.*/\1/p" "$file" | while read -r ns; do
            sample "$(calc "1e9 / $ns")" "$(calc "$ns / 1000")"
        done
    done
    row "$1" evaluations/s "$3"
}

repeat micro_cel
cel_row 'a condition, in C' 'three comparisons, in C' 'the yardstick: the next row by hand'
cel_row 'a condition, three comparisons' 'three comparisons' 'a quarter of them hold'
cel_row 'a condition, all of it looked at' 'three, all looked at' ''
cel_row 'a condition, arithmetic' 'arithmetic' ''
cel_row 'a condition, matches' 'matches' ''
cel_row 'a condition, exists over 20' 'exists over 20 tags' ''

micro_projections() {
    rm -rf "$work/projections"
    "$bench/projections" "$CONTACTS" "$EVENTS" "$work/projections" >"$work/projections.$1"
    rm -rf "$work/projections"
    grep -q '^digest .* agrees$' "$work/projections.$1" || die "projections: the digest differs"
}

# fold_row NAME MATCH NOTE
fold_row() {
    for file in "$work"/projections.[0-9]*; do
        sed -n "s/^$2  *\([0-9.]*\) ns each.*/\1/p" "$file" | while read -r ns; do
            sample "$(calc "1e9 / $ns")" "$(calc "$ns / 1000")"
        done
    done
    row "$1" events/s "$3"
}

# checkpoint_row NAME MATCH NOTE: wall time of freezing, writing and committing
checkpoint_row() {
    for file in "$work"/projections.[0-9]*; do
        sed -n "s/^$2  *\([0-9]*\) dirty: freeze \([0-9.]*\), write \([0-9.]*\), commit \([0-9.]*\), .* cpu \([0-9.]*\) us.*/\1 \2 \3 \4 \5/p" "$file" |
            while read -r dirty freeze write commit cpu; do
                sample "$(calc "$dirty / ($freeze + $write + $commit) * 1000")" "$cpu"
            done
    done
    row "$1" records/s "$3"
}

repeat micro_projections
fold_row 'fold, new contacts' 'new contacts' 'dedup, identity, one score with a limit'
fold_row 'fold, known contacts' 'events of known contacts' "$CONTACTS contacts"
checkpoint_row 'checkpoint, all contacts' 'checkpoint, all' ''
checkpoint_row 'checkpoint, 5 % of the contacts' 'checkpoint, 5 %' ''

"$bench/journal" "$work" >"$work/journal"
# journal_row NAME MATCH NOTE
journal_row() {
    sed -n "s/.*$2 *\([0-9.]*\) M events\/s.*/\1/p" "$work/journal" | while read -r rate; do
        sample "$(calc "$rate * 1e6")"
    done
    row "$1" events/s "$3"
}
journal_row 'journal, append and fdatasync' '  journal' 'frames of 1,000 events of 316 B, wall time'
journal_row 'memcpy and fdatasync of 1 MiB' 'memcpy+fdatasync' 'the yardstick of the journal'
journal_row 'journal, read back' 'read' ''
