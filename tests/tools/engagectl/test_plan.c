// `engagectl plan`: what new rules would make of runs in flight, over two shards, and over rules alone.
#include "tests/tools/engagectl/fake_daemon.h"
#include "tests/tools/engagectl/shop_data.h"

#define DEFINITIONS                                           \
    "actions: {mail: {with: {text: string}}}\n"               \
    "counters: {opens: {count: email.opened, within: 30d}}\n" \
    "scores: {s: {rules: [{name: a, on: email.opened, points: 1}]}}\n"

#define IN_FORCE                                                                            \
    DEFINITIONS "workflows:\n"                                                              \
                "  w: {on: form.submitted, steps: [{id: a, wait: 5d}, {id: b, wait: {for: " \
                "order.placed}}]}\n"                                                        \
                "  x: {on: form.submitted, steps: [{wait: 5d}, {do: mail, with: {text: x}}]}\n"

// A new counter over old events; n and m ask for it.
#define TAKING_IN                                                                                 \
    "actions: {mail: {with: {text: string}}}\n"                                                   \
    "counters: {opens: {count: email.opened, within: 30d}, forms: {count: form.submitted}}\n"     \
    "scores: {s: {rules: [{name: a, on: email.opened, points: 1}]}}\n"                            \
    "workflows:\n"                                                                                \
    "  w: {on: form.submitted, steps: [{id: a, wait: 5d}, {id: b, wait: {for: order.placed}}]}\n" \
    "  x: {on: form.submitted, steps: [{wait: 5d}, {do: mail, with: {text: x}}]}\n"               \
    "  n: {on: form.submitted, existing: include, if: counter.forms >= 1 && "                     \
    "contact.contact_id != 'd', steps: [{wait: 6d}]}\n"                                           \
    "  m: {on: form.submitted, existing: include, if: counter.forms > 1, steps: [{wait: 6d}]}\n"

static const char *const events[2][4] = {
    {"{\"id\":\"1\",\"type\":\"form.submitted\",\"time\":\"2026-01-01T00:00:00Z\",\"contact\":"
     "\"a\"}",
     "{\"id\":\"2\",\"type\":\"form.submitted\",\"time\":\"2026-01-01T00:00:00Z\",\"contact\":"
     "\"b\"}",
     // six days later one of them is at b, and its x is done
     "{\"id\":\"3\",\"type\":\"form.submitted\",\"time\":\"2026-01-07T00:00:00Z\",\"contact\":"
     "\"c\"}",
     NULL},
    {"{\"id\":\"4\",\"type\":\"form.submitted\",\"time\":\"2026-01-01T00:00:00Z\",\"contact\":"
     "\"d\"}",
     NULL},
};

static void set_up(void)
{
    shop_enter();
    ck_assert_int_eq(mkdir("p", 0700), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, IN_FORCE);
        shop_fold(shard, events[i]);
        shard_close(shard);
    }
    fixture_write("p.yaml", "data: p\nrules: old\nsources: {files: [e.ndjson]}\n");
    ck_assert_int_eq(mkdir("old", 0700), 0);
    ck_assert_int_eq(mkdir("new", 0700), 0);
    fixture_write("old/r.yaml", IN_FORCE);
}

static const struct plan_case {
    const char *rules; // of NEW
    const char *line;
    int code;
    const char *out;
    const char *err; // found in it
} cases[] = {
    {IN_FORCE, "plan new --config p.yaml -o table", 0,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "w         a        2  goes on at a\n"
     "w         b        2  goes on at b\n"
     "x         1        2  goes on at 1\n",
     ""},
    {DEFINITIONS
     "workflows:\n"
     "  w: {on: form.submitted, edit: {move: {b: z}}, steps: [{id: a, wait: 5d}, {id: z, wait: "
     "{for: order.placed}}]}\n"
     "  x: {on: form.submitted, edit: cancel, steps: [{wait: 6d}]}\n",
     "plan new --data p -o table", 0,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "w         a        2  goes on at a\n"
     "w         b        2  moves to z\n"
     "x         1        2  ends: edit: cancel\n",
     ""},
    {DEFINITIONS "segments: {t: {if: score.s > 1.0}}\n"
                 "workflows:\n"
                 "  w: {on: form.submitted, steps: [{id: a, wait: 5d}, {id: z, wait: 1d}]}\n"
                 "  n: {on: form.submitted, existing: include, steps: [{wait: 6d}]}\n",
     "plan new --config p.yaml -o table", 1,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "w         a        2  goes on at a\n"
     "w         b        2  fails when it is due: its step is gone\n"
     "x         1        2  sleeps: its workflow is gone\n"
     "n                  4  new: contacts that are there enter where its 'if' is true\n"
     "\n"
     "KIND     NAME  WHAT\n"
     "segment  t     new: filled from the journal\n",
     "4 runs would be lost"},
    {"counters: {opens: {count: email.opened, history: from_now}}\n"
     "workflows: {x: {on: form.submitted, steps: [{id: y, wait: 5d}]}}\n",
     "plan old new -o json", 1,
     "{\"workflows\":["
     "{\"workflow\":\"w\",\"change\":\"gone\",\"step\":\"a\",\"outcome\":\"workflow_gone\"},"
     "{\"workflow\":\"w\",\"change\":\"gone\",\"step\":\"b\",\"outcome\":\"workflow_gone\"},"
     "{\"workflow\":\"x\",\"change\":\"edited\",\"step\":\"1\",\"outcome\":\"step_gone\"}],"
     "\"definitions\":["
     "{\"kind\":\"score\",\"name\":\"s\",\"change\":\"gone\",\"from_now\":false},"
     "{\"kind\":\"counter\",\"name\":\"opens\",\"change\":\"edited\",\"from_now\":true}],"
     "\"lost\":3,\"unpinned\":0}\n",
     "runs at 3 steps, where there are any, would be lost"},
    {IN_FORCE, "plan old new --config p.yaml -o json", 0,
     "{\"workflows\":["
     "{\"workflow\":\"w\",\"change\":\"same\",\"step\":\"a\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"a\"},"
     "{\"workflow\":\"w\",\"change\":\"same\",\"step\":\"b\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"b\"},"
     "{\"workflow\":\"x\",\"change\":\"same\",\"step\":\"1\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"1\"}],\"definitions\":[],\"lost\":0,\"unpinned\":0}\n",
     ""},
    {DEFINITIONS "workflows:\n"
                 "  w: {on: form.submitted, edit: pin, steps: [{id: a, wait: 1d}]}\n"
                 "  x: {on: form.submitted, edit: pin, steps: [{wait: 6d}]}\n",
     "plan new --config p.yaml -o table", 0,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "w         a        2  keeps its steps: edit: pin\n"
     "w         b        2  keeps its steps: edit: pin\n"
     "x         1        2  keeps its steps: edit: pin\n",
     ""},
    {"workflows:\n"
     "  w: {on: form.submitted, edit: pin, steps: [{id: a, wait: 1d}]}\n"
     "  x: {on: form.submitted, edit: pin, steps: [{wait: 6d}]}\n",
     "plan new --data p -o json", 1,
     "{\"workflows\":["
     "{\"workflow\":\"w\",\"change\":\"edited\",\"step\":\"a\",\"runs\":2,\"outcome\":\"stays\","
     "\"to\":\"a\"},"
     "{\"workflow\":\"w\",\"change\":\"edited\",\"step\":\"b\",\"runs\":2,\"outcome\":\"stays\","
     "\"to\":\"b\"},"
     "{\"workflow\":\"x\",\"change\":\"edited\",\"step\":\"1\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"unpinned\":\"rules.yaml@c3dd533b:6:52: error[E0209]: unknown action 'mail'\","
     "\"to\":\"1\"}],\"definitions\":["
     "{\"kind\":\"score\",\"name\":\"s\",\"change\":\"gone\",\"from_now\":false},"
     "{\"kind\":\"counter\",\"name\":\"opens\",\"change\":\"gone\",\"from_now\":false}],"
     "\"lost\":0,\"unpinned\":2}\n",
     "2 runs cannot keep the steps that they began with"},
    {"workflows: {x: {on: form.submitted, edit: pin, steps: [{id: y, wait: 5d}]}}\n",
     "plan old new -o table", 1,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "w         a        ?  sleeps: its workflow is gone\n"
     "w         b        ?  sleeps: its workflow is gone\n"
     "x         1        ?  fails when it is due: its step is gone; it cannot keep its steps: "
     "r.yaml@c3dd533b:6:52: error[E0209]: unknown action 'mail'\n"
     "\n"
     "KIND     NAME   WHAT\n"
     "score    s      gone\n"
     "counter  opens  gone\n",
     "'?': where runs are was not asked: name the daemon by --config FILE, or a data directory by "
     "--data DIR\nengagectl plan: runs at 3 steps, where there are any, would be lost\n"
     "engagectl plan: runs at 1 steps, where there are any, cannot keep the steps"},
    {IN_FORCE, "plan old new", 0, "", "nothing changes"},
    // what a new definition makes of the events before decides who enters
    {TAKING_IN, "plan new --data p -o json", 0,
     "{\"workflows\":["
     "{\"workflow\":\"w\",\"change\":\"same\",\"step\":\"a\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"a\"},"
     "{\"workflow\":\"w\",\"change\":\"same\",\"step\":\"b\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"b\"},"
     "{\"workflow\":\"x\",\"change\":\"same\",\"step\":\"1\",\"runs\":2,\"outcome\":\"goes_on\","
     "\"to\":\"1\"},"
     "{\"workflow\":\"m\",\"change\":\"new\",\"existing\":\"include\",\"enter\":0},"
     "{\"workflow\":\"n\",\"change\":\"new\",\"existing\":\"include\",\"enter\":3}],"
     "\"definitions\":[{\"kind\":\"counter\",\"name\":\"forms\",\"change\":\"new\",\"from_now\":"
     "false}],\"lost\":0,\"unpinned\":0}\n",
     ""},
    {IN_FORCE "  n: {on: form.submitted, existing: include, steps: [{wait: 6d}]}\n",
     "plan old new -o table", 0,
     "WORKFLOW  STEP  RUNS  WHAT\n"
     "n                  ?  new: contacts that are there enter where its 'if' is true\n",
     "'?': how many contacts enter is counted without OLD alone"},
    {"scores: {s: {bands: 1}}\n", "plan new --config p.yaml", 78, "", "the rules have 1 error"},
    {IN_FORCE, "plan new --data nowhere", 69, "", "nowhere"},
    {IN_FORCE, "plan", 2, "", "usage: engagectl plan [OLD] NEW"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(it_says_what_becomes_of_runs)
{
    const struct plan_case *it = &cases[_i];
    fixture_write("new/r.yaml", it->rules);
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    ck_assert_str_eq(captured.out, it->out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
}
END_TEST

// What was said comes true: the rules are put in force, and what the plan said of w and x is there.
START_TEST(it_is_so_afterwards)
{
    const char *rules =
        DEFINITIONS "workflows:\n"
                    "  w: {on: form.submitted, steps: [{id: z, wait: 1d}]}\n"
                    "  x: {on: form.submitted, edit: {move: {\"1\": z}}, steps: [{id: z, wait: "
                    "1d}]}\n";
    fixture_write("new/r.yaml", rules);
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, rules);
        shard_close(shard);
    }
    captured_run("plan new --config p.yaml -o table", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err); // lost before, not by these
    ck_assert_str_eq(
        captured.out, "WORKFLOW  STEP  RUNS  WHAT\n"
                      "w                  2  fails when it is due: its step is gone\n"
                      "w                  2  fails when it is due: its step is gone\n"
                      "x         z        2  goes on at z\n");
}
END_TEST

START_TEST(as_many_enter_as_it_says)
{
    fixture_write("new/r.yaml", TAKING_IN);
    captured_run("plan new --config p.yaml -o table", &captured);
    ck_assert_ptr_nonnull(strstr(captured.out, "\nn                  3  new: contacts"));
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, TAKING_IN);
        shard_close(shard);
    }
    captured_run("plan new --config p.yaml -o table", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(captured.out, "\nn         1        3  goes on at 1\n"));
}
END_TEST

START_TEST(pinned_runs_are_told_by_their_version)
{
    const char *rules =
        DEFINITIONS "workflows:\n"
                    "  w: {on: form.submitted, edit: pin, steps: [{id: a, wait: 1d}]}\n"
                    "  x: {on: form.submitted, steps: [{wait: 5d}]}\n";
    const char *later =
        DEFINITIONS "workflows:\n"
                    "  w: {on: form.submitted, edit: {move: {b: a}}, steps: [{id: a, wait: 2d}]}\n"
                    "  x: {on: form.submitted, steps: [{wait: 5d}]}\n";
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, rules);
        shard_close(shard);
    }
    fixture_write("new/r.yaml", rules);
    captured_run("plan new --config p.yaml -o json", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "{\"workflow\":\"w\",\"change\":\"same\",\"step\":\"b\",\"runs\":2,"
                      "\"outcome\":\"stays\",\"version\":\""));
    fixture_write("new/r.yaml", later);
    captured_run("plan new --config p.yaml -o table", &captured);
    ck_assert_str_eq(
        captured.out, "WORKFLOW  STEP  RUNS  WHAT\n"
                      "w         b        2  moves to a\n"
                      "w         a        2  goes on at a\n"
                      "x         1        2  goes on at 1\n");
}
END_TEST

// Two versions have runs at the same step, one of which a third may not keep; what is compared with tells of neither.
#define PINNING(edit, wait)                                                      \
    "workflows:\n  x: {on: form.submitted, edit: " edit ", steps: [{wait: " wait \
    "}, {do: mail, with: {text: x}}]}\n"

// Runs begin with the first version, and keep it under the second.
static void pin_to(const char *first, const char *second)
{
    static const char *const more[] = {
        "{\"id\":\"9\",\"type\":\"form.submitted\",\"time\":\"2026-01-07T00:00:00Z\",\"contact\":"
        "\"z\"}",
        NULL};
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, first);
        if (i == 0)
            shop_fold(shard, more);
        shop_activate_rules(shard, second);
        shard_close(shard);
    }
}

static const struct pin_case {
    const char *before; // of OLD
    const char *after;  // of NEW
    int code;
    const char *outcome; // of every run of x
    int64_t count;       // of groups with it
    const char *err;
} pin_cases[] = {
    {DEFINITIONS PINNING("pin", "7d"), DEFINITIONS PINNING("pin", "8d"), 0, "\"outcome\":\"stays\"",
     2, ""},
    {DEFINITIONS PINNING("pin", "7d"), DEFINITIONS PINNING("follow", "8d"), 0,
     "\"outcome\":\"goes_on\"", 2, ""},
    {DEFINITIONS PINNING("pin", "7d"), DEFINITIONS PINNING("cancel", "8d"), 0,
     "\"outcome\":\"ends\"", 2, ""},
    // what their versions name is gone: that is in the data directory alone
    {DEFINITIONS PINNING("pin", "7d"),
     "workflows: {x: {on: form.submitted, edit: pin, steps: [{wait: 8d}]}}\n", 1,
     "unknown action 'mail'", 2, "3 runs cannot keep the steps that they began with"},
    // OLD is another than what is in force, and what is to come into force
    {"workflows: {x: {on: form.submitted, edit: pin, steps: [{wait: 8d}]}}\n",
     "workflows: {x: {on: form.submitted, edit: pin, steps: [{wait: 8d}]}}\n", 1,
     "unknown action 'mail'", 2, "3 runs cannot keep the steps that they began with"},
    {DEFINITIONS PINNING("cancel", "8d"), DEFINITIONS PINNING("cancel", "8d"), 0,
     "\"outcome\":\"ends\"", 2, ""},
    {"workflows: {}\n", DEFINITIONS PINNING("pin", "8d"), 0, "\"outcome\":\"stays\"", 2, ""},
    {DEFINITIONS PINNING("pin", "7d"), "workflows: {}\n", 1, "\"outcome\":\"workflow_gone\"",
     4, // with those of w
     "3 runs would be lost"},
};
enum { PIN_CASE_COUNT = sizeof(pin_cases) / sizeof(pin_cases[0]) };

static int64_t count_of(const char *text, const char *part)
{
    int64_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

START_TEST(other_rules_to_compare_with_hide_no_version)
{
    const struct pin_case *it = &pin_cases[_i];
    pin_to(DEFINITIONS PINNING("pin", "6d"), DEFINITIONS PINNING("pin", "7d"));
    fixture_write("old/r.yaml", it->before);
    fixture_write("new/r.yaml", it->after);
    captured_run("plan old new --data p -o json", &captured);
    ck_assert_msg(captured.code == it->code, "exit %d: %s", captured.code, captured.err);
    ck_assert_msg(count_of(captured.out, it->outcome) == it->count, "%s", captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(captured.out, "\"runs\":1"));
}
END_TEST

// A version that is written again is what its runs began with: what it says of edited runs is not about them.
START_TEST(runs_of_a_version_that_comes_back_go_on)
{
    const char *first = DEFINITIONS PINNING("cancel", "5d");
    pin_to(first, DEFINITIONS PINNING("pin", "7d"));
    fixture_write("new/r.yaml", first);
    captured_run("plan new --data p -o table", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_msg(
        strstr(captured.out, "x         1        1  goes on at 1\n") != NULL, "%s", captured.out);
}
END_TEST

START_TEST(the_daemon_is_asked)
{
    struct fake_daemon daemon;
    fixture_write("new/r.yaml", DEFINITIONS "workflows: {}\n");
    fake_daemon_start(
        &daemon,
        "HTTP/1.0 200 OK\r\n\r\n{\"shards\":[{\"ruleset\":\"1\",\"workflows\":[{\"workflow\":"
        "\"live\",\"hash\":\"1\",\"steps\":[{\"step\":\"a\",\"at\":\"00000001\",\"runs\":"
        "7}]}],\"scores\":[],\"counters\":[],\"segments\":[]}]}");
    fake_daemon_config(&daemon, "live.yaml");
    captured_run("plan new --config live.yaml -o table", &captured);
    fake_daemon_stop(&daemon);
    ck_assert_msg(captured.code == 1, "%s", captured.err);
    ck_assert_ptr_nonnull(
        strstr(captured.out, "live      a        7  sleeps: its workflow is gone\n"));
    ck_assert_int_eq(strncmp(daemon.request, "GET /v1/rules ", 14), 0);
}
END_TEST

// The daemon answers, and what its directory alone can tell is not known: which of it, why, and what helps.
#define LIVE "live: {on: form.submitted, edit: pin, steps: [{id: a, wait: 5d}]}\n"

static void no_directory(void)
{
    ck_assert_int_eq(rename("d", "elsewhere"), 0);
}

static void no_first_shard(void)
{
    ck_assert_int_eq(rename("d/shard-0000", "elsewhere"), 0);
}

static void no_directory_but_a_file(void)
{
    no_directory();
    fixture_write("d", "");
}

static const struct unread_case {
    void (*make)(void);
    int code;
    const char *reason, *advice;
} unread_cases[] = {
    {no_directory, 69, "d: not found",
     "plan where the data directory of the daemon is, or name a copy of it by --data DIR"},
    {no_first_shard, 74, "d: expected shards 0 to 1, found 1 of them",
     "look what is damaged by engagectl journal verify"},
    {no_directory_but_a_file, 70, "d: Not a directory",
     "plan as a user who may read it and its files, as that of the daemon"},
};
enum { UNREAD_CASE_COUNT = sizeof(unread_cases) / sizeof(unread_cases[0]) };

static void ask_live(uint64_t hash, const char *line)
{
    static char answer[512];
    struct fake_daemon daemon;
    (void)snprintf(
        answer, sizeof(answer),
        "HTTP/1.0 200 OK\r\n\r\n{\"shards\":[{\"ruleset\":\"1\",\"workflows\":[{\"workflow\":"
        "\"live\",\"hash\":\"%016llx\",\"steps\":[{\"step\":\"a\",\"at\":\"00000001\",\"runs\":"
        "7}]}],\"scores\":[],\"counters\":[],\"segments\":[]}]}",
        (unsigned long long)hash);
    fake_daemon_start(&daemon, answer);
    fake_daemon_config(&daemon, "live.yaml");
    captured_run(line, &captured);
    fake_daemon_stop(&daemon);
}

static void expect_said(const char *what, const struct unread_case *it)
{
    static char text[512];
    (void)snprintf(
        text, sizeof(text),
        "engagectl plan: '?': %s is not known: %s\nengagectl plan: the data directory is d: %s\n",
        what, it->reason, it->advice);
    ck_assert_msg(strstr(captured.err, text) != NULL, "%s", captured.err);
}

START_TEST(what_cannot_be_read_is_told)
{
    const struct unread_case *it = &unread_cases[_i];
    static char text[512];
    fixture_write(
        "new/r.yaml", "workflows:\n  " LIVE
                      "  n: {on: form.submitted, existing: include, steps: [{wait: 6d}]}\n");
    it->make();
    ask_live(1, "plan new --config live.yaml -o table");
    ck_assert_msg(captured.code == it->code, "%d: %s", captured.code, captured.err);
    ck_assert_str_eq(
        captured.out,
        "WORKFLOW  STEP  RUNS  WHAT\n"
        "live      a        7  keeps its steps: edit: pin; whether it can: ?\n"
        "n                  ?  new: contacts that are there enter where its 'if' is true\n");
    expect_said("how many contacts enter", it);
    expect_said("whether runs can keep the steps that they began with", it);
    ask_live(1, "plan new --config live.yaml -o json");
    ck_assert_int_eq(captured.code, it->code);
    (void)snprintf(
        text, sizeof(text),
        ",\"unpinned\":0,\"unknown\":[{\"what\":\"enter\",\"path\":\"d\",\"reason\":\"%s\",\"do\":"
        "\"%s\"},{\"what\":\"pins\",\"path\":\"d\",\"reason\":\"%s\",\"do\":\"%s\"}]}\n",
        it->reason, it->advice, it->reason, it->advice);
    ck_assert_msg(strstr(captured.out, text) != NULL, "%s", captured.out);
    ck_assert_ptr_nonnull(strstr(captured.out, "\"outcome\":\"stays\",\"unchecked\":true"));
}
END_TEST

// What is lost is known without the directory, and weighs more; where no daemon answers there is no plan at all.
START_TEST(what_is_lost_is_told_first)
{
    fixture_write(
        "new/r.yaml",
        "workflows: {n: {on: form.submitted, existing: include, steps: [{wait: 6d}]}}\n");
    no_directory();
    ask_live(1, "plan new --config live.yaml -o table");
    ck_assert_msg(captured.code == 1, "%s", captured.err);
    expect_said("how many contacts enter", &unread_cases[0]);
    ck_assert_ptr_null(strstr(captured.err, "whether runs can keep"));
    captured_run("plan new --data d -o table", &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_str_eq(captured.out, "");
    ck_assert_msg(
        strstr(captured.err, "the data directory is d: plan where the data directory") != NULL,
        "%s", captured.err);
}
END_TEST

static uint64_t hash_of(const char *rules)
{
    const struct rule_file file = {"r.yaml", bytes_text(rules)};
    const struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics list = {0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_OK);
    diagnostics_free(&list);
    uint64_t hash = ruleset_workflow_find(ruleset, BYTES_LITERAL("live"))->hash;
    ruleset_destroy(ruleset);
    return hash;
}

// The rules in force, given as OLD, tell whether their version can be kept; others tell nothing.
START_TEST(the_rules_in_force_tell_of_their_version)
{
    const char *old = "actions: {mail: {}}\nworkflows: {live: {on: form.submitted, steps: [{id: a, "
                      "wait: 5d}, {do: mail}]}}\n";
    fixture_write("old/r.yaml", old);
    no_directory();
    fixture_write("new/r.yaml", "actions: {mail: {}}\nworkflows:\n  " LIVE);
    ask_live(hash_of(old), "plan old new --config live.yaml -o json");
    ck_assert_ptr_nonnull(strstr(captured.out, "\"outcome\":\"stays\",\"to\":\"a\""));
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    fixture_write("new/r.yaml", "workflows:\n  " LIVE);
    ask_live(hash_of(old), "plan old new --config live.yaml -o json");
    ck_assert_msg(strstr(captured.out, "unknown action 'mail'") != NULL, "%s", captured.out);
    ck_assert_int_eq(captured.code, 1);
    ask_live(1, "plan old new --config live.yaml -o json");
    ck_assert_ptr_nonnull(strstr(captured.out, "\"outcome\":\"stays\",\"unchecked\":true"));
    ck_assert_int_eq(captured.code, 69);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engagectl/plan");
    TCase *tcase = tcase_create("plan");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, it_says_what_becomes_of_runs, 0, CASE_COUNT);
    tcase_add_test(tcase, it_is_so_afterwards);
    tcase_add_test(tcase, as_many_enter_as_it_says);
    tcase_add_test(tcase, pinned_runs_are_told_by_their_version);
    tcase_add_loop_test(tcase, other_rules_to_compare_with_hide_no_version, 0, PIN_CASE_COUNT);
    tcase_add_test(tcase, runs_of_a_version_that_comes_back_go_on);
    tcase_add_test(tcase, the_daemon_is_asked);
    tcase_add_loop_test(tcase, what_cannot_be_read_is_told, 0, UNREAD_CASE_COUNT);
    tcase_add_test(tcase, what_is_lost_is_told_first);
    tcase_add_test(tcase, the_rules_in_force_tell_of_their_version);
    suite_add_tcase(suite, tcase);
    return suite;
}
