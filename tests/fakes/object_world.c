#include "tests/fakes/object_world.h"

#include <stdio.h>
#include <string.h>

static int feed_count; // makes the ids; they need only differ

void object_feed(const char *type, int minute, const char *data)
{
    char line[4096];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-02T%02d:%02d:00Z\","
        "\"contact\":\"c\",\"data\":{%s}}",
        ++feed_count, type, minute / 60, minute % 60, data);
    world_feed_line(&world, line);
}

void object_feed_in_order(const struct object_said *said, int count, int order)
{
    bool is_fed[16] = {false};
    ck_assert_int_le(count, 16);
    for (int left = count; left > 0; left--) {
        int at = order % left;
        order /= left;
        for (int i = 0; i < count; i++) {
            if (is_fed[i] || at-- > 0)
                continue;
            is_fed[i] = true;
            object_feed(said[i].type, said[i].minute, said[i].data);
            break;
        }
    }
}

void object_feed_restarting(const struct object_said *said, int count)
{
    for (int i = 0; i < count; i++) {
        object_feed(said[i].type, said[i].minute, said[i].data);
        if (i == (count - 1) / 2)
            world_checkpoint(&world);
        uint64_t digest = world_digest(&world);
        world_close(&world);
        world_open(&world, NULL);
        ck_assert_uint_eq(world_digest(&world), digest);
    }
}

const char *object_shown(void)
{
    static char found[65536];
    static const char name[] = ",\"objects\":";
    const char *contact = world_contact(&world, "c");
    const char *begin = strstr(contact, name);
    const char *end = begin == NULL ? NULL : strstr(begin, "}}}");
    found[0] = '\0';
    if (end != NULL) {
        begin += sizeof(name) - 1;
        (void)snprintf(found, sizeof(found), "%.*s", (int)(end + 3 - begin), begin);
    }
    return found;
}

void object_check_told(const char *wanted)
{
    struct buffer told = {0};
    static const char begin[] = "\"what\":\"";
    for (size_t i = 0; i < world.out.item_count; i++) {
        struct arena arena = {0};
        const char *text = strstr(arena_text(&arena, world.out.items[i].outgoing.value), begin);
        ck_assert_ptr_nonnull(text);
        text += sizeof(begin) - 1;
        buffer_add(&told, text, strcspn(text, "\""));
        buffer_add_text(&told, "\n");
        arena_free(&arena);
    }
    buffer_add_u8(&told, 0);
    ck_assert_str_eq((const char *)told.data, wanted);
    buffer_free(&told);
    outbox_batch_clear(&world.out);
}
