// What members of teams have, as Prometheus is told: sums over shards, a bounded number of series.
#include <stdio.h>
#include <string.h>

#include "engine/run/metrics_teams.h"

#include "tests/support/suite.h"

// As team_stats_pack writes it: gone, weight, capacity, owned, handed, next.
static void pack_person(struct buffer *to, const char *person, uint64_t is_gone, uint64_t owned)
{
    const uint64_t numbers[] = {is_gone, 1, 0, owned, owned * 2, 0};
    buffer_add_sized(to, bytes_text(person));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        buffer_add_varint(to, numbers[i]);
}

static const char *print(const struct bytes *packed, size_t count)
{
    static struct buffer text;
    buffer_clear(&text);
    metrics_teams_print(packed, count, &text);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

#define ck_has(text, part) ck_assert_msg(strstr(text, part) != NULL, "no %s in\n%s", part, text)

START_TEST(shards_are_added_up)
{
    struct buffer packed[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        buffer_add_varint(&packed[i], 1);
        buffer_add_sized(&packed[i], BYTES_LITERAL("sales"));
        buffer_add_varint(&packed[i], 2);
        pack_person(&packed[i], "ann", 0, i == 0 ? 3 : 4);
        pack_person(&packed[i], "left\n", 1, 5);
    }
    const struct bytes views[2] = {buffer_bytes(&packed[0]), buffer_bytes(&packed[1])};
    const char *text = print(views, 2);
    ck_has(text, "engaged_team_contacts{team=\"sales\",person=\"ann\"} 7\n");
    ck_has(text, "engaged_team_handed_over_total{team=\"sales\",person=\"ann\"} 14\n");
    ck_assert_ptr_null(strstr(text, "left")); // a name that an event gave
    buffer_free(&packed[0]);
    buffer_free(&packed[1]);
}
END_TEST

START_TEST(what_is_beyond_the_bound_is_summed_up)
{
    struct buffer packed = {0};
    buffer_add_varint(&packed, 1);
    buffer_add_sized(&packed, BYTES_LITERAL("t"));
    buffer_add_varint(&packed, METRICS_PEOPLE_MAX + 3);
    for (int i = 0; i < METRICS_PEOPLE_MAX + 3; i++) {
        char person[16];
        (void)snprintf(person, sizeof(person), "p%d", i);
        pack_person(&packed, person, 0, 2);
    }
    const struct bytes view = buffer_bytes(&packed);
    const char *text = print(&view, 1);
    ck_has(text, "engaged_team_contacts{team=\"t\",person=\"p1999\"} 2\n");
    ck_has(text, "engaged_team_contacts{team=\"other\",person=\"other\"} 6\n");
    ck_has(text, "engaged_team_handed_over_total{team=\"other\",person=\"other\"} 12\n");
    ck_assert_ptr_null(strstr(text, "p2000"));
    buffer_free(&packed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/metrics_teams");
    TCase *tcase = tcase_create("metrics_teams");
    tcase_add_test(tcase, shards_are_added_up);
    tcase_add_test(tcase, what_is_beyond_the_bound_is_summed_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
