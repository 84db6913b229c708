// Rules that need a value of a member are found by that value; the others are always looked at.
#include <stdio.h>

#include "rules/expression.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

static struct ruleset *ruleset;

static void tear_down(void)
{
    ruleset_destroy(ruleset);
    ruleset = NULL;
}

// One rule for each condition, ended by NULL; "" is none.
static const struct match_list *match_of(const char *const *conditions)
{
    struct buffer text = {0};
    buffer_add_text(
        &text, "contact: {fields: {plan: {type: string}}}\nscores:\n  s:\n    rules:\n");
    for (int i = 0; conditions[i] != NULL; i++) {
        buffer_add_format(&text, "      - name: r%d\n        on: order.placed\n", i);
        if (conditions[i][0] != '\0')
            buffer_add_format(&text, "        if: >-\n          %s\n", conditions[i]);
        buffer_add_text(&text, "        points: 1\n");
    }
    buffer_add_u8(&text, 0);
    ruleset = compile_good((const char *)text.data);
    buffer_free(&text);
    return ruleset_match(
        ruleset, catalog_find(ruleset_catalog(ruleset), BYTES_LITERAL("order.placed")));
}

static void assert_places(const uint32_t *found, uint32_t count, const char *wanted)
{
    struct buffer text = {0};
    for (uint32_t i = 0; i < count; i++)
        buffer_add_format(&text, "%s%u", i == 0 ? "" : " ", found[i]);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, wanted);
    buffer_free(&text);
}

// The places that a guard gives for a value.
static void assert_found(const struct match_guard *guard, const char *value, const char *wanted)
{
    uint64_t hash = value_hash(value_text(bytes_text(value)), 0);
    uint32_t found[16], count = 0;
    for (uint32_t i = 0; i < guard->count; i++) {
        ck_assert(i == 0 || guard->items[i].hash >= guard->items[i - 1].hash);
        if (guard->items[i].hash == hash)
            found[count++] = guard->items[i].at;
    }
    assert_places(found, count, wanted);
}

START_TEST(rules_are_grouped_by_the_member_they_need)
{
    static const char *const conditions[] = {
        "data.coupon == \"A\"",
        "",
        "contact.plan == \"pro\"",
        "has(data.coupon) && data.coupon == \"B\"",
        "data.order == \"o\" && data.amount > 5",
        "data.coupon == \"A\" && data.amount > 9",
        "data.amount > 1",
        "data.coupon == \"A\" || data.amount > 9",
        "\"free\" == contact.plan",
        NULL,
    };
    const struct match_set *set = &match_of(conditions)->rule_set;
    assert_places(set->open, set->open_count, "1 6 7");
    ck_assert_uint_eq(set->guard_count, 3);
    const struct match_guard *coupon = NULL, *order = NULL, *plan = NULL;
    for (uint32_t i = 0; i < 3; i++) {
        const struct match_guard *guard = &set->guards[i];
        if (guard->member.kind == GUARD_CONTACT)
            plan = guard;
        else if (bytes_equal_text(guard->member.member, "coupon"))
            coupon = guard;
        else
            order = guard;
    }
    ck_assert(coupon != NULL && order != NULL && plan != NULL);
    assert_found(coupon, "A", "0 5");
    assert_found(coupon, "B", "3");
    assert_found(coupon, "C", "");
    assert_places(coupon->unasked, coupon->unasked_count, "0 5"); // 3 asks has() first
    assert_found(order, "o", "4");
    assert_found(plan, "pro", "2");
    assert_found(plan, "free", "8");
}
END_TEST

// What is kept for each member is as much as there are rules that need it.
START_TEST(many_members_take_no_more_than_they_must)
{
    enum { MANY = 4000 };
    struct buffer text = {0};
    buffer_add_text(&text, "events: {a.b: {data: {");
    for (int i = 0; i < 200; i++)
        buffer_add_format(&text, "m%d: optional string, ", i);
    buffer_add_text(&text, "}}}\nscores:\n  s:\n    rules:\n");
    for (int i = 0; i < MANY; i++)
        buffer_add_format(
            &text, "      - {name: r%d, on: a.b, points: 1, if: data.m%d == \"v%d\"}\n", i, i % 200,
            i);
    buffer_add_u8(&text, 0);
    ruleset = compile_good((const char *)text.data);
    const struct match_set *set =
        &ruleset_match(ruleset, catalog_find(ruleset_catalog(ruleset), BYTES_LITERAL("a.b")))
             ->rule_set;
    ck_assert_uint_eq(set->guard_count, 200);
    for (uint32_t i = 0; i < 200; i++)
        ck_assert_uint_eq(set->guards[i].count, MANY / 200);
    buffer_free(&text);
}
END_TEST

// Each list begins behind all that are of smaller highest bits, and not behind any of its own.
START_TEST(a_value_is_looked_for_where_its_highest_bits_begin)
{
    for (uint32_t count = 1; count <= 130; count++) {
        const char *conditions[131] = {NULL};
        char texts[130][40];
        for (uint32_t i = 0; i < count; i++) {
            (void)snprintf(texts[i], sizeof(texts[i]), "data.coupon == \"%u\"", i / 3 * i);
            conditions[i] = texts[i];
        }
        const struct match_set *set = &match_of(conditions)->rule_set;
        ck_assert_uint_eq(set->guard_count, 1);
        const struct match_guard *guard = &set->guards[0];
        const size_t lists = (size_t)1 << guard->begin_bits;
        ck_assert_uint_eq(guard->count, count);
        ck_assert(lists >= count && lists < 2 * (size_t)count);
        for (size_t prefix = 0; prefix < lists; prefix++) {
            const uint32_t begin = guard->begins[prefix];
            ck_assert_uint_le(begin, count);
            for (uint32_t i = 0; i < count; i++) {
                size_t found = match_guard_prefix(guard, guard->items[i].hash);
                ck_assert_uint_lt(found, lists);
                if ((found < prefix) != (i < begin))
                    ck_abort_msg("%u of %u", i, count);
            }
        }
        tear_down();
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/match");
    TCase *tcase = tcase_create("match");
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, rules_are_grouped_by_the_member_they_need);
    tcase_add_test(tcase, a_value_is_looked_for_where_its_highest_bits_begin);
    tcase_add_test(tcase, many_members_take_no_more_than_they_must);
    suite_add_tcase(suite, tcase);
    return suite;
}
