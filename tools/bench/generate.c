// Writes the events of the benchmarks: 316 bytes of JSON each, the same for the same numbers.
//   generate EVENTS CONTACTS [FIRST]  > events.ndjson      (FIRST: number of the first event)
//   generate --rules RULES [types|scores] > rules.yaml     (RULES scoring rules; 7 of them match; in
//                                       two files, because one may have no more than 1 MiB)
//   generate --rules RULES mixed|fading > rules.yaml    (with conditions; 20 counters and 20 segments
//                                       beside them; those of a second score, which forgets)
//   generate --rules RULES entering > rules.yaml        (beside those: an action when a contact enters
//                                       a segment first)
//   generate --distinct EVENTS CONTACTS                    (how many contacts those events name)
//   generate --sign-ups CONTACTS DUE_S > events.ndjson     (one for each, a millisecond apart; DUE_S: the
//                                       time that is in all of them, in seconds since 1970)
//
// The mix is that of docs/performance.md: 45 % opened, 25 % clicked, 15 % viewed, 5 % forms,
// 5 % orders, 3 % bounced, 2 % unsubscribed; contacts uniform; 200 campaigns.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/base/time.h"

enum { EVENT_BYTES = 316, CAMPAIGNS = 200, TYPES = 7, STEP_MS = 7, COUNTERS = 20, SEGMENTS = 20 };
#define START_MS INT64_C(1767225600000) // 2026-01-01

static const struct {
    const char *name;
    unsigned up_to; // of 100
    int points;
} types[TYPES] = {
    {"email.opened", 45, 1},
    {"link.clicked", 70, 3},
    {"page.viewed", 85, 1},
    {"form.submitted", 90, 10},
    {"order.placed", 95, 20},
    {"email.bounced", 98, -5},
    {"contact.unsubscribed", 100, -50},
};

static uint64_t draw(uint64_t event, uint64_t what, uint64_t below)
{
    return hash_mix(event * 16 + what) % below;
}

static void print_event(uint64_t number, uint64_t contacts)
{
    static const char *const devices[] = {"mobile", "desktop", "tablet"};
    char line[EVENT_BYTES + 64];
    char time[TIME_TEXT_CHARS + 1] = {0};
    unsigned type = 0;
    while (draw(number, 1, 100) >= types[type].up_to)
        type++;
    time_print(START_MS + (int64_t)number * STEP_MS, time);
    int len = snprintf(
        line, sizeof(line),
        "{\"specversion\":\"1.0\",\"id\":\"018f2d3a-%04x-7000-8000-0000%08x\",\"source\":\"bench\","
        "\"type\":\"%s\",\"subject\":\"contact-%07" PRIu64 "\",\"time\":\"%s\","
        "\"datacontenttype\":\"application/json\",\"data\":{\"campaign\":\"c%" PRIu64
        "\",\"url\":\"https://shop.example/p/%" PRIu64 "\",\"amount\":%" PRIu64
        ".5,\"device\":\"%s\",\"ref\":\"",
        (unsigned)(number >> 32), (unsigned)number, types[type].name, draw(number, 2, contacts),
        time, draw(number, 3, CAMPAIGNS), draw(number, 4, 10000), draw(number, 5, 1000),
        devices[draw(number, 6, 3)]);
    for (; len < EVENT_BYTES - 3; len++)
        line[len] = (char)('a' + (len + (int)(number % 26)) % 26);
    memcpy(line + len, "\"}}\n", 4);
    (void)fwrite(line, 1, (size_t)len + 4, stdout);
}

// Seven rules match what is generated; the rest wait for types that do not come, as most rules do.
static void print_rules_types(unsigned rules)
{
    (void)printf("# Types for %u scoring rules of the benchmarks.\nevents:\n", rules);
    for (unsigned i = TYPES; i < rules; i++)
        (void)printf("  bench.type_%u: {label: Type %u, data: {campaign: string}}\n", i, i);
    if (rules <= TYPES)
        (void)printf("  bench.none: {label: None, data: {}}\n");
}

static void print_rules_scores(unsigned rules)
{
    (void)printf("scores:\n  engagement:\n    bands: {hot: 50}\n    rules:\n");
    for (unsigned i = 0; i < rules; i++) {
        if (i >= TYPES)
            (void)printf("      - {name: r%u, on: bench.type_%u, points: 1}\n", i, i);
        else if (strcmp(types[i].name, "link.clicked") == 0)
            (void)printf(
                "      - {name: r%u, on: %s, points: %d, limit: {times: 1, per: data.campaign}}\n",
                i, types[i].name, types[i].points);
        else
            (void)printf(
                "      - {name: r%u, on: %s, points: %d}\n", i, types[i].name, types[i].points);
    }
    (void)printf("actions:\n  hot_lead: {topic: actions.hot, with: {title: string}}\n"
                 "workflows:\n  hot:\n    on: score.band_changed\n    reenter: never\n"
                 "    steps: [{do: hot_lead, with: {title: Call}}]\n");
}

// Most rules are about one campaign; of 100 one asks for an amount, one is a state rule. Every third is of the score
// that forgets.
static void print_mixed_rule(unsigned i)
{
    static const char *const on[] = {"email.opened",   "link.clicked",  "page.viewed",
                                     "form.submitted", "email.bounced", "contact.unsubscribed"};
    if (i % 100 == 99)
        (void)printf(
            "      - {name: r%u, on: order.placed, if: has(data.amount) && data.amount >= %u, "
            "points: 1}\n",
            i, i * 7 % 1000);
    else if (i % 100 == 98)
        (void)printf(
            "      - {name: r%u, while: counter.k%u >= %u, points: 1}\n", i, i / 100 % COUNTERS,
            3 + i / 100 % 30);
    else
        (void)printf(
            "      - {name: r%u, on: %s, if: 'has(data.campaign) && data.campaign == \"c%u\"%s', "
            "points: 2%s}\n",
            i, on[i % 6], i / 6, i % 10 == 5 ? " && counter.k1 >= 1" : "",
            i % 8 == 0 ? ", limit: {times: 3}" : "");
}

static void print_counters_and_segments(void)
{
    static const char *const counters[] = {
        "{count: email.opened, within: 30m}", "{count: link.clicked}",
        "{sum: data.amount, on: order.placed, if: has(data.amount)}",
        "{distinct: data.campaign, on: page.viewed, if: has(data.campaign)}"};
    (void)printf("counters:\n");
    for (unsigned i = 0; i < COUNTERS; i++)
        (void)printf("  k%u: %s\n", i, counters[i % 4]);
    (void)printf("segments:\n");
    for (unsigned i = 0; i < SEGMENTS; i++) {
        if (i % 4 == 1)
            (void)printf("  s%u: {if: score.engagement >= %u}\n", i, 2 * i);
        else if (i % 4 == 2)
            (void)printf("  s%u: {if: score.momentum >= %u && counter.k%u >= 100}\n", i, i, i);
        else
            (void)printf("  s%u: {if: counter.k%u >= %u}\n", i, i, 2 + i / 4);
    }
}

static void print_rules_mixed(unsigned rules, bool is_fading)
{
    if (is_fading)
        (void)printf("scores:\n  momentum:\n    forget: {half_life: 30d}\n    bands: {warm: 20}\n"
                     "    rules:\n");
    else
        (void)printf("scores:\n  engagement:\n    bands: {hot: 10}\n    rules:\n");
    for (unsigned i = 0; i < rules; i++) {
        if ((i % 3 == 0) == is_fading)
            print_mixed_rule(i);
    }
    if (is_fading)
        return;
    print_counters_and_segments();
    (void)printf("actions:\n  hot_lead: {topic: actions.hot, with: {title: string}}\n"
                 "workflows:\n  hot:\n    on: score.band_changed\n    reenter: never\n"
                 "    steps: [{do: hot_lead, with: {title: Call}}]\n");
}

static void print_rules_entering(void)
{
    (void)printf("workflows:\n  entering:\n    on: segment.entered\n    reenter: never\n"
                 "    steps: [{do: hot_lead, with: {title: Call}}]\n");
}

static void print_distinct(uint64_t events, uint64_t contacts)
{
    uint8_t *is_seen = mem_zero(contacts, 1);
    uint64_t count = 0;
    for (uint64_t i = 0; i < events; i++) {
        uint64_t contact = draw(i, 2, contacts);
        count += is_seen[contact] == 0;
        is_seen[contact] = 1;
    }
    (void)printf("%" PRIu64 "\n", count);
    free(is_seen);
}

static void print_sign_ups(uint64_t contacts, uint64_t due_s)
{
    char due[TIME_TEXT_CHARS + 1] = {0};
    time_print((int64_t)due_s * 1000, due);
    for (uint64_t i = 0; i < contacts; i++) {
        char time[TIME_TEXT_CHARS + 1] = {0};
        time_print(START_MS + (int64_t)i, time);
        (void)printf(
            "{\"specversion\":\"1.0\",\"id\":\"sign-up-%" PRIu64
            "\",\"source\":\"bench\",\"type\":\"bench.signed_up\",\"subject\":\"contact-%07" PRIu64
            "\",\"time\":\"%s\",\"datacontenttype\":\"application/"
            "json\",\"data\":{\"due\":\"%s\"}}\n",
            i, i, time, due);
    }
}

static uint64_t number_of(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "--rules") == 0) {
        if (argc == 3 || strcmp(argv[3], "types") == 0)
            print_rules_types((unsigned)number_of(argv[2]));
        if (argc == 3 || strcmp(argv[3], "scores") == 0)
            print_rules_scores((unsigned)number_of(argv[2]));
        if (argc == 4 && (strcmp(argv[3], "mixed") == 0 || strcmp(argv[3], "fading") == 0))
            print_rules_mixed((unsigned)number_of(argv[2]), strcmp(argv[3], "fading") == 0);
        if (argc == 4 && strcmp(argv[3], "entering") == 0)
            print_rules_entering();
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--distinct") == 0 && number_of(argv[3]) > 0) {
        print_distinct(number_of(argv[2]), number_of(argv[3]));
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--sign-ups") == 0) {
        print_sign_ups(number_of(argv[2]), number_of(argv[3]));
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc < 3 || argc > 4 || number_of(argv[2]) == 0) {
        (void)fputs(
            "usage: generate EVENTS CONTACTS [FIRST] | --rules RULES "
            "[types|scores|mixed|fading|entering] | "
            "--distinct "
            "EVENTS CONTACTS | --sign-ups CONTACTS DUE_S\n",
            stderr);
        return 2;
    }
    uint64_t first = argc == 4 ? number_of(argv[3]) : 0;
    for (uint64_t i = 0; i < number_of(argv[1]); i++)
        print_event(first + i, number_of(argv[2]));
    return fflush(stdout) == 0 ? 0 : 1;
}
