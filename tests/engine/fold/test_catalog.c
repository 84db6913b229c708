// The suggested segments have the members that their labels promise, each with one who is in and one who is not.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"
#include "engine/os/os_files.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

enum { DAY = 24, START_S = 1767225600, SECOND_MS = 1000, HOUR_MS = 3600 * SECOND_MS };
enum { STEPS_MAX = 6, FILES_MAX = 32 };

// An event so many hours after the start, `times` times.
struct step {
    int hour;
    int times;
    const char *type, *data;
};

// Who did these, looked at so many hours after the start.
struct example {
    const char *segment;
    bool is_member;
    int look_hour;
    struct step steps[STEPS_MAX];
};

#define PAGE    "page.viewed", "{\"url\":\"/\"}"
#define PRICING "page.viewed", "{\"url\":\"/pricing\"}"
#define SENT    "email.sent", "{}"
#define OPENED  "email.opened", "{}"
#define MACHINE "email.opened", "{\"machine\":true}"
#define CLICKED "email.clicked", "{}"
#define SOFT    "email.bounced", "{\"kind\":\"soft\"}"
#define HARD    "email.bounced", "{\"kind\":\"hard\"}"
#define SPAM    "email.complained", "{}"
#define LEFT    "contact.unsubscribed", "{\"channel\":\"email\"}"
#define ADDRESS "contact.updated", "{\"identifiers\":{\"email\":\"a@example.com\"}}"
#define FORM    "form.submitted", "{\"form\":\"demo\"}"
#define BOOKED  "appointment.booked", "{\"appointment\":\"a\"}"
#define OWNER   "contact.assigned", "{\"team\":\"sales\",\"person\":\"binh\"}"
#define ORDER   "order.placed", "{\"amount\":250}"
#define CART    "cart.abandoned", "{}"
#define OPEN    "ticket.created", "{\"ticket\":\"t\"}"
#define CLOSED  "ticket.closed", "{\"ticket\":\"t\"}"
#define BAD     "chat.rated", "{\"rating\":2}"
#define GOOD    "chat.rated", "{\"rating\":5}"
#define FAILED  "payment.failed", "{}"
#define PAID    "payment.received", "{}"
#define NO_SHOW "appointment.no_show", "{\"appointment\":\"a\"}"
#define VIP     "contact.tag_added", "{\"tag\":\"vip\"}"

static const struct example examples[] = {
    {"engaged", true, 1, {{0, 1, PAGE}}},
    {"engaged", false, 30 * DAY, {{0, 1, PAGE}}},
    {"engaged", false, 1, {{0, 1, OPENED}}},
    {"lapsing", false, 29 * DAY, {{0, 1, PAGE}}},
    {"lapsing", true, 30 * DAY, {{0, 1, PAGE}}},
    {"lapsing", false, 90 * DAY, {{0, 1, PAGE}}},
    {"lapsed", false, 89 * DAY, {{0, 1, PAGE}}},
    {"lapsed", true, 90 * DAY, {{0, 1, PAGE}}},
    {"lapsed", false, 31 * DAY, {{0, 1, SENT}}}, // not known long enough
    {"new", true, 13 * DAY, {{0, 1, SENT}}},
    {"new", false, 14 * DAY, {{0, 1, SENT}}},
    {"never-opened", true, 1, {{0, 5, SENT}, {0, 1, MACHINE}}},
    {"never-opened", false, 1, {{0, 5, SENT}, {0, 1, OPENED}}},
    {"never-opened", false, 1, {{0, 4, SENT}}},
    {"readers", true, 1, {{0, 1, OPENED}}},
    {"readers", false, 90 * DAY, {{0, 1, OPENED}}},
    {"readers", false, 1, {{0, 1, MACHINE}}},
    {"asleep", true, 91 * DAY, {{0, 1, OPENED}, {80 * DAY, 5, SENT}}},
    {"asleep", false, 91 * DAY, {{0, 1, OPENED}, {80 * DAY, 5, SENT}, {80 * DAY, 1, CLICKED}}},
    {"clickers", true, 1, {{0, 3, CLICKED}}},
    {"clickers", false, 1, {{0, 2, CLICKED}}},
    {"unsubscribed", true, 1, {{0, 1, LEFT}}},
    {"unsubscribed", false, 1, {{0, 1, SENT}}},
    {"undeliverable", true, 1, {{0, 1, HARD}}},
    {"undeliverable", true, 1, {{0, 3, SOFT}}},
    {"undeliverable", false, 30 * DAY, {{0, 3, SOFT}}},
    {"complained", true, 1, {{0, 1, SPAM}}},
    {"complained", false, 1, {{0, 1, SENT}}},
    {"mailable", true, 1, {{0, 1, ADDRESS}}},
    {"mailable", false, 1, {{0, 1, SENT}}},
    {"mailable", false, 1, {{0, 1, ADDRESS}, {0, 1, LEFT}}},
    {"mailable", false, 1, {{0, 1, ADDRESS}, {0, 1, HARD}}},
    {"hot-leads", true, 1, {{0, 1, BOOKED}, {0, 1, FORM}}},
    {"hot-leads", false, 14 * DAY, {{0, 1, BOOKED}, {0, 1, FORM}}}, // half of it is gone
    {"hot-leads", false, 1, {{0, 1, BOOKED}, {0, 1, FORM}, {0, 1, ORDER}}},
    {"hot-leads", false, 1, {{0, 60, PRICING}}}, // looking around alone makes nobody hot
    {"warm-leads", true, 1, {{0, 1, BOOKED}}},
    {"warm-leads", false, 1, {{0, 1, BOOKED}, {0, 1, FORM}}},
    {"leads-without-owner", true, 2, {{0, 1, BOOKED}, {0, 1, FORM}}},
    {"leads-without-owner", false, 0, {{0, 1, BOOKED}, {0, 1, FORM}}},
    {"leads-without-owner", false, 2, {{0, 1, BOOKED}, {0, 1, FORM}, {0, 1, OWNER}}},
    {"pricing-visitors", true, 1, {{0, 2, PRICING}}},
    {"pricing-visitors", false, 7 * DAY, {{0, 2, PRICING}}},
    {"buyers", true, 1, {{0, 1, ORDER}}},
    {"buyers", false, 1, {{0, 1, PAGE}}},
    {"one-time-buyers", true, 60 * DAY, {{0, 1, ORDER}}},
    {"one-time-buyers", false, 59 * DAY, {{0, 1, ORDER}}},
    {"one-time-buyers", false, 60 * DAY, {{0, 2, ORDER}}},
    {"repeat-buyers", true, 1, {{0, 2, ORDER}}},
    {"repeat-buyers", false, 1, {{0, 1, ORDER}}},
    {"big-spenders", true, 1, {{0, 4, ORDER}}},
    {"big-spenders", false, 1, {{0, 3, ORDER}}},
    {"big-spenders", false, 365 * DAY, {{0, 4, ORDER}}},
    {"champions", true, 31 * DAY, {{0, 5, ORDER}}},  // 4 + 5 + 5
    {"champions", false, 91 * DAY, {{0, 5, ORDER}}}, // 2 + 5 + 5
    {"at-risk", true, 90 * DAY, {{0, 3, ORDER}}},
    {"at-risk", false, 89 * DAY, {{0, 3, ORDER}}},
    {"lost-buyers", true, 365 * DAY, {{0, 1, ORDER}}},
    {"lost-buyers", false, 364 * DAY, {{0, 1, ORDER}}},
    {"vip", true, 1, {{0, 1, VIP}}},
    {"vip", true, 1, {{0, 20, ORDER}}},
    {"vip", false, 1, {{0, 19, ORDER}}},
    {"left-a-cart", true, 1, {{0, 1, CART}}},
    {"left-a-cart", false, 0, {{0, 1, CART}}},
    {"left-a-cart", true, 6, {{0, 1, ORDER}, {1, 1, CART}}},
    {"left-a-cart", false, 6, {{0, 1, CART}, {1, 1, ORDER}}},
    {"left-a-cart", false, 7 * DAY, {{0, 1, CART}}},
    {"open-tickets", true, 1, {{0, 1, OPEN}}},
    {"open-tickets", false, 2, {{0, 1, OPEN}, {1, 1, CLOSED}}},
    {"waiting-too-long", true, 3 * DAY, {{0, 1, OPEN}}},
    {"waiting-too-long", false, 2 * DAY, {{0, 1, OPEN}}},
    {"unhappy", true, 1, {{0, 1, BAD}}},
    {"unhappy", false, 2, {{0, 1, BAD}, {1, 1, GOOD}}},
    {"payment-trouble", true, 2, {{0, 1, PAID}, {1, 1, FAILED}}},
    {"payment-trouble", false, 2, {{0, 1, FAILED}, {1, 1, PAID}}},
    {"misses-appointments", true, 1, {{0, 2, NO_SHOW}}},
    {"misses-appointments", false, 1, {{0, 1, NO_SHOW}}},
};
enum { EXAMPLES = sizeof(examples) / sizeof(examples[0]) };

static struct fold_world world;
static struct arena arena;

static struct ruleset *compile_catalog(void)
{
    struct os_tree tree;
    struct rule_file files[FILES_MAX];
    struct fault fault;
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(os_read_tree("rules/catalog", &arena, &tree, &fault), ERR_OK);
    ck_assert_uint_le(tree.count, FILES_MAX);
    for (size_t i = 0; i < tree.count; i++)
        files[i] = (struct rule_file){tree.files[i].path, tree.files[i].text};
    const struct rule_bundle bundle = {.files = files, .count = tree.count};
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_OK);
    diagnostics_free(&list);
    return ruleset;
}

static void setup(void)
{
    arena = (struct arena){0};
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
}

static void teardown(void)
{
    world_destroy(&world);
    arena_free(&arena);
}

static int64_t hour_ms(int hour)
{
    return (int64_t)START_S * SECOND_MS + (int64_t)hour * HOUR_MS;
}

static void do_step(const struct step *step)
{
    static int next_id;
    for (int i = 0; i < step->times; i++) {
        char line[512];
        (void)snprintf(
            line, sizeof(line),
            "{\"id\":\"%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":%lld,\"contact\":\"c\","
            "\"data\":"
            "%s}",
            next_id++, step->type, (long long)hour_ms(step->hour), step->data);
        world_feed_line(&world, line);
    }
}

START_TEST(who_is_in_a_suggested_segment)
{
    const struct example *example = &examples[_i];
    struct fault fault = {.err = ERR_OK};
    char wanted[64];
    world_open(&world, NULL);
    ck_assert_int_eq(shard_activate(world.shard, compile_catalog(), world.wall_ms, &fault), ERR_OK);
    for (size_t i = 0; i < STEPS_MAX && example->steps[i].type != NULL; i++)
        do_step(&example->steps[i]);
    ck_assert_int_eq(shard_advance(world.shard, hour_ms(example->look_hour), &fault), ERR_OK);
    const char *contact = world_contact(&world, "c");
    const char *segments = strstr(contact, "\"segments\":[");
    (void)snprintf(wanted, sizeof(wanted), "\"%s\"", example->segment);
    bool found = segments != NULL && strstr(segments, wanted) != NULL;
    ck_assert_msg(
        found == example->is_member, "%s after %d hours: %s", example->segment, example->look_hour,
        contact);
}
END_TEST

START_TEST(each_suggested_segment_has_an_example_inside_and_one_outside)
{
    struct ruleset *ruleset = compile_catalog();
    for (size_t i = 0; i < ruleset_segment_count(ruleset); i++) {
        struct bytes name = ruleset_segment(ruleset, i)->name;
        bool is_seen[2] = {false, false};
        for (size_t j = 0; j < EXAMPLES; j++)
            if (bytes_equal(name, bytes_text(examples[j].segment)))
                is_seen[examples[j].is_member ? 1 : 0] = true;
        ck_assert_msg(is_seen[0] && is_seen[1], "%.*s", (int)name.len, (const char *)name.data);
    }
    ruleset_destroy(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("suggested segments");
    TCase *cases = tcase_create("suggested segments");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, who_is_in_a_suggested_segment, 0, EXAMPLES);
    tcase_add_test(cases, each_suggested_segment_has_an_example_inside_and_one_outside);
    suite_add_tcase(suite, cases);
    return suite;
}
