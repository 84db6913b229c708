# Samples become rows: a line of the table on stdout, a line of JSON in $results. Sourced.
#   needs $work and $results
samples=$work/samples

die() {
    echo "bench: $*" >&2
    exit 1
}

# title TEXT: what the rows below are about
title() { printf '\n%s\n' "$1"; }

head_print() {
    printf '  %-42s %12s %25s  %-14s %9s\n' measure median 'min to max' unit 'CPU us'
}

# sample VALUE [CPU_US]: one run of the row that comes next; CPU microseconds an event
sample() { printf '%s %s\n' "$1" "${2:--}" >>"$samples"; }

# row NAME UNIT [NOTE]: closes the samples taken since the last row. NAME names it in results
# that are compared, so it holds no figures that were measured.
row() {
    sort -n "$samples" | awk -v name="$1" -v unit="$2" -v note="${3:-}" -v results="$results" '
        function pretty(value,    text, out) {
            if (value < 1000) return sprintf(value < 100 ? "%.2f" : "%.1f", value)
            text = sprintf("%.0f", value)
            while (length(text) > 3) {
                out = "," substr(text, length(text) - 2) out
                text = substr(text, 1, length(text) - 3)
            }
            return text out
        }
        {
            value[NR] = $1
            if ($2 != "-") {
                # kept sorted: there are few
                for (i = cpus++; i > 0 && cpu[i] > $2; i--) cpu[i + 1] = cpu[i]
                cpu[i + 1] = $2
            }
        }
        function median(of, count) {
            return count % 2 ? of[(count + 1) / 2] : (of[count / 2] + of[count / 2 + 1]) / 2
        }
        END {
            spread = NR > 1 ? pretty(value[1]) " to " pretty(value[NR]) : ""
            used = cpus ? sprintf("%.3f", median(cpu, cpus)) : ""
            printf "  %-42s %12s %25s  %-14s %9s%s\n", name, pretty(median(value, NR)), spread, unit, used, note == "" ? "" : "  " note
            gsub(/["\\]/, "", note)
            printf "{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.3f,\"min\":%.3f,\"max\":%.3f,\"runs\":%d,\"cpu_us\":%s,\"note\":\"%s\"}\n",
                name, unit, median(value, NR), value[1], value[NR], NR, used == "" ? "null" : used, note >>results
        }'
    rm -f "$samples"
}

# median_of NAME: of a row printed before
median_of() { sed -n "s/^{\"name\":\"$1\",.*\"median\":\([0-9.]*\),.*/\1/p" "$results"; }

# note TEXT: a line under the rows
note() { printf '    %s\n' "$1"; }

# calc EXPRESSION: what awk makes of it
calc() { awk "BEGIN { printf \"%.3f\", $1 }"; }

# repeat COMMAND...: RUNS times, with the number of the run as its last argument
repeat() {
    run=1
    while [ "$run" -le "$RUNS" ]; do
        "$@" "$run" || die "$* $run failed"
        run=$((run + 1))
    done
}
