// `engagectl team stat` over a data directory of two shards: each hands contacts over on its own.
#include "tests/tools/engagectl/fake_daemon.h"
#include "tests/tools/engagectl/shop_data.h"

#define RULES(members)                                                                      \
    "events: {ping: {data: {}}, pong: {data: {}}}\n"                                        \
    "teams:\n"                                                                              \
    "  sales: {members: " members "}\n"                                                     \
    "  help: {members: {eve: {capacity: 1}, fay: {weight: 2}}}\n"                           \
    "workflows:\n"                                                                          \
    "  w: {on: ping, reenter: always, steps: [{assign: {team: sales, by: round_robin}}]}\n" \
    "  h: {on: pong, reenter: always, steps: [{assign: {team: help, by: load}}]}\n"

#define PING(type, contact)                    \
    "{\"id\":\"" contact "\",\"type\":\"" type \
    "\",\"time\":\"2026-01-01T00:00:00Z\",\"contact\":\"" contact "\",\"data\":{}}"

static const char *const events[2][6] = {
    {PING("ping", "a1"), PING("ping", "a2"), PING("ping", "a3"), PING("ping", "a4"), NULL},
    {PING("ping", "b1"), PING("ping", "b2"), PING("pong", "b3"), PING("pong", "b4"),
     PING("pong", "b5"), NULL},
};

static void set_up(void)
{
    shop_enter();
    ck_assert_int_eq(mkdir("p", 0700), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, RULES("{ann: , binh: , chi: }"));
        shop_fold(shard, events[i]);
        shop_checkpoint(shard);
        shard_close(shard);
    }
    fixture_write("p.yaml", "data: p\nrules: old\nsources: {files: [e.ndjson]}\n");
}

#define MEMBER(person, more, contacts, handed, next)                                        \
    "{\"person\":\"" person "\"," more ",\"contacts\":" contacts ",\"handed_over\":" handed \
    ",\"next_in\":" next "}"

// Shard 0: ann binh chi ann; shard 1: binh chi. So binh is the next in shard 0, ann in shard 1. By load: fay fay eve.
#define SALES                                                                    \
    "{\"team\":\"sales\",\"contacts\":6,\"handed_over\":6,\"members\":[" MEMBER( \
        "ann", "\"weight\":1", "2", "2",                                         \
        "1") "," MEMBER("binh", "\"weight\":1", "2", "2", "1") "," MEMBER("chi", "\"weight\":1", "2", "2", "0") "]}"
#define HELP                                                                    \
    "{\"team\":\"help\",\"contacts\":3,\"handed_over\":3,\"members\":[" MEMBER( \
        "eve", "\"weight\":1,\"capacity\":1", "1", "1",                         \
        "0") "," MEMBER("fay", "\"weight\":2", "2", "2", "2") "]}"

static const struct captured_case cases[] = {
    {"team stat --config p.yaml", 0, "{\"shards\":2,\"teams\":[" SALES "," HELP "]}\n", ""},
    {"team stat help --config p.yaml -o ndjson", 0, HELP "\n", ""},
    {"team stat --config p.yaml -o table", 0,
     "sales\n"
     "PERSON  WEIGHT  CAPACITY  CONTACTS  HANDED OVER  TURN\n"
     "ann          1                   2            2  next in 1 of 2 shards\n"
     "binh         1                   2            2  next in 1 of 2 shards\n"
     "chi          1                   2            2\n"
     "\n"
     "help\n"
     "PERSON  WEIGHT  CAPACITY  CONTACTS  HANDED OVER  TURN\n"
     "eve          1         1         1            1\n"
     "fay          2                   2            2  next in 2 of 2 shards\n",
     ""},
    {"team stat none --config p.yaml", 1, "", "the rules in force have no team 'none'"},
    {"team stat a b --config p.yaml", 2, "", "usage"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_team_is_told_of_as_asked)
{
    captured_check(&cases[_i], &captured);
}
END_TEST

// Who has left is shown as long as it owns a contact; what an event assigned was not handed over.
START_TEST(who_has_left_is_told)
{
    static const char *const more[] = {
        "{\"id\":\"x\",\"type\":\"contact.assigned\",\"time\":\"2026-01-02T00:00:00Z\",\"contact\":"
        "\"a1\",\"data\":{\"team\":\"sales\",\"person\":\"dung\"}}",
        NULL};
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard("p", i);
        shop_activate_rules(shard, RULES("{ann: , dung: }"));
        if (i == 0)
            shop_fold(shard, more);
        shard_close(shard);
    }
    captured_run("team stat sales --config p.yaml -o table", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_str_eq(
        captured.out, "sales\n"
                      "PERSON  WEIGHT  CAPACITY  CONTACTS  HANDED OVER  TURN\n"
                      "ann          1                   1            2  next in 1 of 2 shards\n"
                      "dung         1                   1            0  next in 1 of 2 shards\n"
                      "binh                             2            2  (no longer a member)\n"
                      "chi                              2            2  (no longer a member)\n");
}
END_TEST

START_TEST(the_daemon_is_asked)
{
    struct fake_daemon daemon;
    fake_daemon_start(
        &daemon,
        "HTTP/1.0 200 OK\r\n\r\n{\"shards\":1,\"teams\":[{\"team\":\"t\",\"members\":["
        "{\"person\":\"p\",\"weight\":1,\"contacts\":7,\"handed_over\":9,\"next_in\":1}]}]}");
    fake_daemon_config(&daemon, "live.yaml");
    captured_run("team stat t --config live.yaml -o table", &captured);
    fake_daemon_stop(&daemon);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(captured.out, "         7            9  next\n"));
    ck_assert_int_eq(strncmp(daemon.request, "GET /v1/teams/t ", 16), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/team");
    TCase *tcase = tcase_create("team");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, a_team_is_told_of_as_asked, 0, CASE_COUNT);
    tcase_add_test(tcase, who_has_left_is_told);
    tcase_add_test(tcase, the_daemon_is_asked);
    suite_add_tcase(suite, tcase);
    return suite;
}
