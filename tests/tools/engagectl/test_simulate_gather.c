// Groups of messages: the same whatever the pieces in which a source gives them.
#include <stdlib.h>

#include "tools/engagectl/simulate_gather.h"

#include "tests/support/suite.h"

// Gives numbered messages in pieces; each piece's memory is gone when the next is asked for.
struct pieces {
    size_t total, given;
    size_t piece_max;
    size_t value_bytes;
    uint8_t *lent; // values of the last poll
    bool is_lent;
    unsigned waits; // polls that have nothing, before each piece
    unsigned waits_left;
    size_t fails_at; // 0: never
};

static enum err pieces_start(void *self, int64_t position, struct fault *fault)
{
    (void)self;
    (void)position;
    (void)fault;
    return ERR_OK;
}

static enum err pieces_poll(
    void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault)
{
    struct pieces *pieces = self;
    ck_assert(!pieces->is_lent);
    if (pieces->waits_left > 0) {
        pieces->waits_left--;
        return ERR_AGAIN;
    }
    pieces->waits_left = pieces->waits;
    if (pieces->given == pieces->total)
        return ERR_END;
    if (pieces->fails_at > 0 && pieces->given >= pieces->fails_at)
        return fault_set(fault, ERR_IO, "torn out");
    size_t count = pieces->total - pieces->given;
    count = count < pieces->piece_max ? count : pieces->piece_max;
    count = count < max ? count : max;
    pieces->lent = calloc(count, pieces->value_bytes);
    for (size_t i = 0; i < count; i++) {
        uint8_t *value = pieces->lent + i * pieces->value_bytes;
        size_t number = pieces->given++;
        put_u32(value, (uint32_t)number);
        messages[i] = (struct message){
            .value = bytes_of(value, pieces->value_bytes),
            .position = (int64_t)number,
            .position_next = (int64_t)number + 1,
            .value_bytes = pieces->value_bytes,
        };
    }
    pieces->is_lent = true;
    *count_out = count;
    return ERR_OK;
}

static void pieces_release(void *self)
{
    struct pieces *pieces = self;
    ck_assert(pieces->is_lent);
    free(pieces->lent); // sanitizers see whoever keeps a view
    pieces->is_lent = false;
}

static void pieces_destroy(void *self)
{
    (void)self;
}

static struct source source_of(struct pieces *pieces)
{
    static const struct source_ops ops = {
        .start = pieces_start,
        .poll = pieces_poll,
        .release = pieces_release,
        .destroy = pieces_destroy,
    };
    return (struct source){&ops, pieces, "pieces"};
}

static const struct gather_case {
    const char *name;
    struct pieces pieces;
    size_t want[4]; // sizes of the groups, 0 after the last
} cases[] = {
    {"nothing at all", {.piece_max = 1, .value_bytes = 4}, {0}},
    {"less than a group", {.total = 7, .piece_max = 3, .value_bytes = 4}, {7}},
    {"a group and one more", {.total = 4097, .piece_max = 1000, .value_bytes = 4}, {4096, 1}},
    {"one by one with waits",
     {.total = 5000, .piece_max = 1, .value_bytes = 4, .waits = 2},
     {4096, 904}},
    {"all at once", {.total = 9000, .piece_max = 9000, .value_bytes = 4}, {4096, 4096, 808}},
    {"odd pieces", {.total = 9000, .piece_max = 777, .value_bytes = 4}, {4096, 4096, 808}},
    {"large messages fill a group earlier",
     {.total = 40, .piece_max = 3, .value_bytes = 1 << 20},
     {16, 16, 8}},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(groups_depend_on_the_messages_alone)
{
    const struct gather_case *it = &cases[_i];
    struct pieces pieces = it->pieces;
    struct gather gather;
    uint32_t number = 0;
    gather_init(&gather, source_of(&pieces));
    for (size_t group = 0; group < 4; group++) {
        struct fault fault;
        ck_assert_int_eq(gather_next(&gather, &fault), ERR_OK);
        ck_assert_msg(
            gather.count == it->want[group], "%s: group %zu has %zu", it->name, group,
            gather.count);
        for (size_t i = 0; i < gather.count; i++, number++) {
            ck_assert_uint_eq(get_u32(gather.messages[i].value.data), number);
            ck_assert_int_eq(gather.messages[i].position, number);
            ck_assert_uint_eq(gather.messages[i].value.len, pieces.value_bytes);
        }
        if (gather.count == 0)
            break;
    }
    ck_assert_uint_eq(number, pieces.total);
    gather_free(&gather);
    ck_assert(!pieces.is_lent);
}
END_TEST

static bool is_even(void *context, const struct message *message)
{
    (void)context;
    return message->position % 2 == 0;
}

START_TEST(what_is_not_wanted_takes_no_room)
{
    struct pieces pieces = {.total = 10001, .piece_max = 100, .value_bytes = 4};
    struct gather gather;
    struct fault fault;
    gather_init(&gather, source_of(&pieces));
    gather.wants = is_even;
    ck_assert_int_eq(gather_next(&gather, &fault), ERR_OK);
    ck_assert_uint_eq(gather.count, 4096);
    ck_assert_uint_eq(get_u32(gather.messages[4095].value.data), 8190);
    ck_assert_int_eq(gather_next(&gather, &fault), ERR_OK);
    ck_assert_uint_eq(gather.count, 5001 - 4096);
    gather_free(&gather);
}
END_TEST

START_TEST(a_source_that_fails_ends_it)
{
    struct pieces pieces = {.total = 100, .piece_max = 10, .value_bytes = 4, .fails_at = 50};
    struct gather gather;
    struct fault fault;
    gather_init(&gather, source_of(&pieces));
    ck_assert_int_eq(gather_next(&gather, &fault), ERR_IO);
    ck_assert_str_eq(fault.text, "torn out");
    gather_free(&gather);
    ck_assert(!pieces.is_lent);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/simulate_gather");
    TCase *tcase = tcase_create("gather");
    tcase_add_loop_test(tcase, groups_depend_on_the_messages_alone, 0, CASE_COUNT);
    tcase_add_test(tcase, what_is_not_wanted_takes_no_room);
    tcase_add_test(tcase, a_source_that_fails_ends_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
