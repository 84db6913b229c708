// What the simulated worlds went through, added up and printed.
#include "tests/sim/report.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const char *const stage_names[] = {
#define X(name, text) text,
    SIM_STAGE_TABLE(X)
#undef X
};
static const char *const call_names[] = {
#define X(name, text) text,
    SIM_DISK_CALL_TABLE(X)
#undef X
};
static const char *const fault_names[] = {
#define X(name, text) text,
    SIM_DISK_FAULT_TABLE(X)
#undef X
};
static const char *const event_names[] = {
#define X(name, text) text,
    SIM_EVENT_TABLE(X)
#undef X
};

bool sim_fault_is_possible(enum sim_disk_fault fault, enum sim_disk_call call)
{
    bool writes = call == SIM_CALL_WRITE || call == SIM_CALL_ALLOCATE;
    bool syncs = call == SIM_CALL_SYNC || call == SIM_CALL_SYNC_DIRECTORY;
    switch (fault) {
    case SIM_FAULT_KILL_BEFORE:
    case SIM_FAULT_KILL_AFTER:
    case SIM_FAULT_POWER_BEFORE:
    case SIM_FAULT_POWER_AFTER: return true;
    case SIM_FAULT_TORN: return call == SIM_CALL_WRITE;
    case SIM_FAULT_NOSPACE: return writes;
    case SIM_FAULT_IO: return !syncs && call != SIM_CALL_LOCK;
    case SIM_FAULT_SYNC_FAILED: return syncs;
    case SIM_FAULT_SLOW: return writes || syncs || call == SIM_CALL_READ;
    case SIM_FAULT_COUNT: break;
    }
    return false;
}

// It is nothing but numbers.
void sim_report_add(struct sim_report *to, const struct sim_report *from)
{
    uint64_t *sums = &to->seeds;
    const uint64_t *more = &from->seeds;
    for (size_t i = 0; i < sizeof(*to) / sizeof(uint64_t); i++)
        sums[i] += more[i];
}

void sim_report_print_verdict(const struct sim_report *report, FILE *to)
{
    (void)fprintf(
        to,
        "in=%" PRIu64 " journalled=%" PRIu64 " folded=%" PRIu64 " expected=%" PRIu64 " out=%" PRIu64
        " lost=%" PRIu64 " doubled=%" PRIu64 " misordered=%" PRIu64 " crashes=%" PRIu64
        " faults=%" PRIu64 "\n",
        report->inputs, report->journalled + report->duplicates + report->refused,
        report->journalled, report->expected, report->out, report->lost, report->doubled,
        report->misordered, report->crashes, report->faults);
}

static void print_failpoints(const struct sim_report *report, FILE *to)
{
    (void)fprintf(
        to, "\n| crash point | failpoint | passed | killed | power cut | failed "
            "|\n|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < FAILPOINT_COUNT; i++)
        (void)fprintf(
            to, "| %s | %s | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " |\n",
            failpoint_crash_point((enum failpoint)i), failpoint_name((enum failpoint)i),
            report->passes[i], report->killed_at[i], report->power_cut_at[i], report->failed_at[i]);
}

static void print_grid(const struct sim_report *report, FILE *to)
{
    unsigned possible = 0;
    unsigned hit = 0;
    (void)fprintf(to, "\n| fault \\ call (start/run/stop) |");
    for (unsigned call = 0; call < SIM_CALL_COUNT; call++)
        (void)fprintf(to, " %s |", call_names[call]);
    (void)fprintf(to, "\n|---|");
    for (unsigned call = 0; call < SIM_CALL_COUNT; call++)
        (void)fprintf(to, "---|");
    (void)fprintf(to, "\n");
    for (unsigned fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        (void)fprintf(to, "| %s |", fault_names[fault]);
        for (unsigned call = 0; call < SIM_CALL_COUNT; call++) {
            for (unsigned stage = 0; stage < SIM_STAGE_COUNT; stage++) {
                uint64_t hits = report->hits[fault][call][stage];
                bool is_possible =
                    sim_fault_is_possible((enum sim_disk_fault)fault, (enum sim_disk_call)call) &&
                    report->calls[call][stage] > 0;
                possible += is_possible;
                hit += is_possible && hits > 0;
                if (is_possible)
                    (void)fprintf(to, "%s%" PRIu64, stage == 0 ? " " : "/", hits);
                else
                    (void)fprintf(to, "%s-", stage == 0 ? " " : "/");
            }
            (void)fprintf(to, " |");
        }
        (void)fprintf(to, "\n");
    }
    (void)fprintf(
        to, "\nfault x call x stage of the disk: %u of %u possible cells hit\n", hit, possible);
    for (unsigned fault = 0; fault < SIM_FAULT_COUNT; fault++)
        for (unsigned call = 0; call < SIM_CALL_COUNT; call++)
            for (unsigned stage = 0; stage < SIM_STAGE_COUNT; stage++)
                if (sim_fault_is_possible((enum sim_disk_fault)fault, (enum sim_disk_call)call) &&
                    report->calls[call][stage] > 0 && report->hits[fault][call][stage] == 0)
                    (void)fprintf(
                        to, "never hit: %s x %s x %s (%" PRIu64 " calls)\n", fault_names[fault],
                        call_names[call], stage_names[stage], report->calls[call][stage]);
}

static void print_kafka(const struct sim_report *report, FILE *to)
{
    unsigned possible = 0;
    unsigned hit = 0;
    (void)fprintf(to, "\n| Kafka fault \\ call |");
    for (unsigned call = 0; call < SIM_KAFKA_CALL_COUNT; call++)
        (void)fprintf(to, " %s |", sim_kafka_call_name((enum sim_kafka_call)call));
    (void)fprintf(to, "\n|---|");
    for (unsigned call = 0; call < SIM_KAFKA_CALL_COUNT; call++)
        (void)fprintf(to, "---|");
    for (unsigned fault = 0; fault < SIM_KAFKA_FAULT_COUNT; fault++) {
        (void)fprintf(to, "\n| %s |", sim_kafka_fault_name((enum sim_kafka_fault)fault));
        for (unsigned call = 0; call < SIM_KAFKA_CALL_COUNT; call++) {
            bool is_possible =
                sim_kafka_is_possible((enum sim_kafka_fault)fault, (enum sim_kafka_call)call);
            possible += is_possible;
            hit += is_possible && report->kafka[fault][call] > 0;
            if (is_possible)
                (void)fprintf(to, " %" PRIu64 " |", report->kafka[fault][call]);
            else
                (void)fprintf(to, " - |");
        }
    }
    (void)fprintf(
        to,
        "\n\nfault x call of Kafka: %u of %u possible cells hit; killed within its calls: %" PRIu64
        "\n",
        hit, possible, report->killed_in_kafka);
    for (unsigned fault = 0; fault < SIM_KAFKA_FAULT_COUNT; fault++)
        for (unsigned call = 0; call < SIM_KAFKA_CALL_COUNT; call++)
            if (sim_kafka_is_possible((enum sim_kafka_fault)fault, (enum sim_kafka_call)call) &&
                report->kafka[fault][call] == 0)
                (void)fprintf(
                    to, "never hit: %s x %s\n", sim_kafka_fault_name((enum sim_kafka_fault)fault),
                    sim_kafka_call_name((enum sim_kafka_call)call));
}

void sim_report_print(const struct sim_report *report, FILE *to)
{
    (void)fprintf(
        to,
        "seeds=%" PRIu64 " lives=%" PRIu64 " frames=%" PRIu64 " contacts=%" PRIu64
        " duplicates=%" PRIu64 " refused=%" PRIu64 " acknowledged=%" PRIu64 " checks=%" PRIu64
        " by_time=%" PRIu64 " waiting=%" PRIu64 "\n",
        report->seeds, report->lives, report->frames, report->contacts, report->duplicates,
        report->refused, report->acknowledged, report->checks, report->by_time, report->waiting);
    sim_report_print_verdict(report, to);
    print_failpoints(report, to);
    print_grid(report, to);
    (void)fprintf(to, "\n| what happened besides | times |\n|---|---|\n");
    for (unsigned i = 0; i < SIM_EVENT_COUNT; i++)
        (void)fprintf(to, "| %s | %" PRIu64 " |\n", event_names[i], report->events[i]);
    for (unsigned i = 0; i < SIM_EVENT_COUNT; i++)
        if (report->events[i] == 0)
            (void)fprintf(to, "never hit: %s\n", event_names[i]);
    print_kafka(report, to);
}
