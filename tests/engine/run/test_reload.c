// Rules read again: as one set that is at rest, or not at all; in force, unchanged or refused with a reason.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ev.h>

#include "engine/os/os_clock.h"
#include "engine/os/os_files.h"
#include "engine/run/reload.h"
#include "engine/run/signals.h"

#include "tests/support/suite.h"

#define ONE_POINT    "scores: {s: {rules: [{name: r, on: page.viewed, points: 1}]}}\n"
#define TWO_POINTS   "scores: {s: {rules: [{name: r, on: page.viewed, points: 2}]}}\n"
#define BROKEN       "scores: {s: {rules: [{name: r, on: page.veiwed, points: 2}]}}\n"
#define HALF_WRITTEN "scores: {s: {rules: [{name: r, on: page"

enum { PATH_BYTES = TEST_SCRATCH_BYTES + 64, LOG_BYTES = 16384 };

static struct {
    char directory[TEST_SCRATCH_BYTES];
    char rules_path[PATH_BYTES];
    struct runtime runtime;
    struct config config;
    struct fleet fleet; // no shard yet
    struct ev_loop *loop;
    struct postbox box;
    struct rules rules;
    struct reload *reload;
    unsigned loaded;
    uint64_t loaded_before; // what was in force when the last were told
    char log[LOG_BYTES];
} world;

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static void keep_line(void *self, struct bytes line)
{
    size_t len = strlen(world.log);
    (void)self;
    (void)snprintf(
        world.log + len, sizeof(world.log) - len, "%.*s", (int)line.len, (const char *)line.data);
}

static void write_rules(const char *name, const char *text)
{
    char path[PATH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/%s", world.rules_path, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

// --- a directory that comes to rest, or not

// Its clock stands in the middle of the changes until it rests: however long the test is held up between a change and
// the reading, the change has only just been made.
struct changing {
    unsigned waits, rests_after; // 0: never
    bool gives_up;
};

enum { LONG_AFTER_MS = 60000 };

static int64_t wall_beside_changes_ms(void *self)
{
    const struct changing *changing = self;
    bool rests = changing->rests_after > 0 && changing->waits >= changing->rests_after;
    struct os_tree_mark mark;
    struct fault fault;
    ck_assert_int_eq(os_mark_tree(world.rules_path, &mark, &fault), ERR_OK);
    return mark.changed_ms + (rests ? LONG_AFTER_MS : 0);
}

static const struct clock_ops beside_changes = {.wall_ms = wall_beside_changes_ms};

static bool change_on(void *context, uint32_t wait_ms)
{
    (void)wait_ms;
    struct changing *changing = context;
    changing->waits++;
    if (changing->gives_up)
        return false;
    if (changing->rests_after == 0 || changing->waits < changing->rests_after)
        write_rules("rules.yaml", changing->waits % 2 == 0 ? HALF_WRITTEN : TWO_POINTS);
    return true;
}

static void on_loaded(void *context, const struct rules *rules)
{
    (void)context;
    world.loaded++;
    world.loaded_before = ruleset_hash(world.rules.ruleset);
    ck_assert_ptr_ne(rules->ruleset, world.rules.ruleset);
}

static void setup(void)
{
    memset(&world, 0, sizeof(world));
    test_scratch_make(world.directory);
    (void)snprintf(world.rules_path, sizeof(world.rules_path), "%s/rules", world.directory);
    ck_assert_int_eq(mkdir(world.rules_path, 0700), 0);
    write_rules("rules.yaml", ONE_POINT);
    world.runtime.log = (struct diag){.wall_ms = no_time, .write_line = keep_line};
    world.runtime.clock = os_clock();
    world.config.rules = world.rules_path;
    world.config.limits.frame_bytes = 4096;
    struct changing calm = {.rests_after = 1};
    struct rules_pause pause = {change_on, &calm, {&beside_changes, &calm}};
    struct diagnostics list = {0};
    struct fault fault;
    ck_assert_int_eq(rules_read(&world.config, &pause, &world.rules, &fault), ERR_OK);
    ck_assert_int_eq(rules_compile(&world.rules, &list), ERR_OK);
    diagnostics_free(&list);
    world.loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world.box, world.loop);
    world.reload = reload_create(&(struct reload_params){
        .runtime = &world.runtime,
        .config = &world.config,
        .fleet = &world.fleet,
        .box = &world.box,
        .rules = &world.rules,
        .on_loaded = on_loaded,
    });
}

static void teardown(void)
{
    reload_stop(world.reload);
    reload_destroy(world.reload);
    rules_free(&world.rules);
    postbox_close(&world.box);
    ev_loop_destroy(world.loop);
}

static uint64_t count_all(void)
{
    const struct reload_status *status = reload_get_status(world.reload);
    uint64_t count = 0;
    for (int result = 0; result < RELOAD_RESULT_COUNT; result++)
        count += status->counts[result];
    return count;
}

static void wait_for(uint64_t count)
{
    while (count_all() < count)
        ev_run(world.loop, EVRUN_ONCE);
}

static void reload(void)
{
    uint64_t before = count_all();
    reload_ask(world.reload);
    wait_for(before + 1);
}

static const char *reason(void)
{
    return reload_get_status(world.reload)->reason;
}

static uint64_t times(enum reload_result result)
{
    return reload_get_status(world.reload)->counts[result];
}

START_TEST(a_set_that_comes_to_rest_is_read_whole)
{
    struct changing changing = {.rests_after = 4};
    struct rules_pause pause = {change_on, &changing, {&beside_changes, &changing}};
    struct rules rules;
    struct fault fault;
    write_rules("rules.yaml", HALF_WRITTEN);
    ck_assert_int_eq(rules_read(&world.config, &pause, &rules, &fault), ERR_OK);
    ck_assert_uint_eq(changing.waits, 4);
    ck_assert_uint_eq(rules.bundle.count, 1);
    ck_assert(bytes_equal_text(rules.bundle.files[0].text, TWO_POINTS));
    rules_free(&rules);
}
END_TEST

START_TEST(a_set_that_never_rests_is_refused)
{
    struct changing changing = {.rests_after = 0};
    struct rules_pause pause = {change_on, &changing, {&beside_changes, &changing}};
    struct rules rules;
    struct fault fault;
    write_rules("rules.yaml", HALF_WRITTEN);
    ck_assert_int_eq(rules_read(&world.config, &pause, &rules, &fault), ERR_AGAIN);
    ck_assert_ptr_nonnull(strstr(fault.text, "do not come to rest"));
    struct changing ending = {.gives_up = true};
    pause = (struct rules_pause){change_on, &ending, {&beside_changes, &ending}};
    write_rules("rules.yaml", TWO_POINTS);
    ck_assert_int_eq(rules_read(&world.config, &pause, &rules, &fault), ERR_AGAIN);
    ck_assert_uint_eq(ending.waits, 1);
}
END_TEST

START_TEST(new_rules_replace_those_in_force)
{
    uint64_t before = ruleset_hash(world.rules.ruleset);
    int64_t success_ms = reload_get_status(world.reload)->success_ms;
    ck_assert_int_gt(success_ms, 0);
    write_rules("rules.yaml", TWO_POINTS);
    reload();
    ck_assert_uint_eq(times(RELOAD_LOADED), 1);
    ck_assert_uint_eq(world.loaded, 1);
    ck_assert_uint_eq(world.loaded_before, before);
    ck_assert_uint_ne(ruleset_hash(world.rules.ruleset), before);
    ck_assert_uint_eq(reload_get_status(world.reload)->ruleset, ruleset_hash(world.rules.ruleset));
    ck_assert_int_ge(reload_get_status(world.reload)->success_ms, success_ms);
    ck_assert_str_eq(reason(), "");
    reload();
    ck_assert_uint_eq(times(RELOAD_UNCHANGED), 1);
    ck_assert_uint_eq(world.loaded, 1);
    ck_assert_ptr_nonnull(strstr(world.log, "rules unchanged"));
}
END_TEST

static void break_rules(void)
{
    write_rules("rules.yaml", BROKEN);
}
static void break_half(void)
{
    write_rules("rules.yaml", HALF_WRITTEN);
}
static void break_empty(void)
{
    write_rules("rules.yaml", "");
}
static void lose_directory(void)
{
    char path[PATH_BYTES + 8];
    (void)snprintf(path, sizeof(path), "%s.gone", world.rules_path);
    ck_assert_int_eq(rename(world.rules_path, path), 0);
}
static void lose_files(void)
{
    lose_directory();
    ck_assert_int_eq(mkdir(world.rules_path, 0700), 0);
}
static void find_files(void)
{
    char path[PATH_BYTES + 8];
    (void)snprintf(path, sizeof(path), "%s.gone", world.rules_path);
    (void)rmdir(world.rules_path);
    (void)rename(path, world.rules_path);
    write_rules("rules.yaml", ONE_POINT);
}
static void write_too_much(void)
{
    char text[3000];
    memset(text, '#', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    write_rules("more.yaml", text);
}
static void drop_too_much(void)
{
    write_rules("more.yaml", "");
}

static const struct refused_case {
    const char *name;
    void (*spoil)(void);
    void (*mend)(void);
    const char *reason, *logged;
} refused[] = {
    {"an error", break_rules, find_files, "rules.yaml:1:", "code=E0206"},
    {"half a file", break_half, find_files, "rules.yaml:2:1: error[E0101]", "code=E0101"},
    {"cut to be written anew", break_empty, find_files, "rules.yaml is empty, and was not",
     "rules refused"},
    {"no directory", lose_directory, find_files, "No such file or directory", "rules refused"},
    {"no files", lose_files, find_files, "no files are left", "rules refused"},
    {"more than a frame carries", write_too_much, drop_too_much, "half of limits.frame_bytes",
     "rules refused"},
};

START_TEST(what_is_wrong_leaves_the_last_good_set_in_force)
{
    const struct refused_case *given = &refused[_i];
    const struct ruleset *before = world.rules.ruleset;
    given->spoil();
    reload();
    ck_assert_uint_eq(times(RELOAD_REFUSED), 1);
    ck_assert_ptr_eq(world.rules.ruleset, before);
    ck_assert_uint_eq(world.loaded, 0);
    ck_assert_msg(strstr(reason(), given->reason) != NULL, "%s: %s", given->name, reason());
    ck_assert_msg(strstr(world.log, given->logged) != NULL, "%s: %s", given->name, world.log);
    given->mend();
    reload();
    ck_assert_msg(reason()[0] == '\0', "%s: %s", given->name, reason());
    ck_assert_uint_eq(times(RELOAD_REFUSED), 1);
}
END_TEST

START_TEST(asked_again_while_one_is_under_way_it_reads_once_more)
{
    write_rules("rules.yaml", TWO_POINTS);
    for (int i = 0; i < 50; i++)
        reload_ask(world.reload);
    wait_for(2);
    ck_assert_uint_eq(times(RELOAD_LOADED), 1);
    ck_assert_uint_eq(times(RELOAD_UNCHANGED), 1);
    reload(); // nothing of the fifty is left
    ck_assert_uint_eq(count_all(), 3);
}
END_TEST

START_TEST(stopped_in_the_middle_it_changes_nothing)
{
    const struct ruleset *before = world.rules.ruleset;
    write_rules("rules.yaml", TWO_POINTS);
    reload_ask(world.reload);
    atomic_store(&world.runtime.is_stopping, true);
    (void)usleep(300 * 1000);
    ev_run(world.loop, EVRUN_ONCE);
    ck_assert_ptr_eq(world.rules.ruleset, before);
    ck_assert_uint_eq(count_all(), 0);
}
END_TEST

// --- a signal that comes early

static unsigned asked;

static void on_asked(void *context)
{
    (void)context;
    asked++;
}

START_TEST(a_signal_from_before_the_loop_is_not_lost)
{
    struct signals signals = {.on_reload = on_asked};
    asked = 0;
    signals_hold();
    ck_assert_int_eq(raise(SIGHUP), 0); // would end the process
    struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
    signals_open(&signals, loop);
    ev_run(loop, EVRUN_ONCE);
    ck_assert_uint_eq(asked, 1);
    ev_signal_stop(loop, &signals.stop_term);
    ev_signal_stop(loop, &signals.stop_int);
    ev_signal_stop(loop, &signals.reload);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("reload");
    TCase *tcase = tcase_create("reload");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_set_that_comes_to_rest_is_read_whole);
    tcase_add_test(tcase, a_set_that_never_rests_is_refused);
    tcase_add_test(tcase, new_rules_replace_those_in_force);
    tcase_add_loop_test(
        tcase, what_is_wrong_leaves_the_last_good_set_in_force, 0,
        sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(tcase, asked_again_while_one_is_under_way_it_reads_once_more);
    tcase_add_test(tcase, stopped_in_the_middle_it_changes_nothing);
    suite_add_tcase(suite, tcase);
    TCase *early = tcase_create("early");
    tcase_add_test(early, a_signal_from_before_the_loop_is_not_lost);
    suite_add_tcase(suite, early);
    return suite;
}
