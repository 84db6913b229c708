// The rules and events of a small shop, added up by hand in the tests.
#ifndef TESTS_TOOLS_ENGAGECTL_SHOP_EVENTS_H
#define TESTS_TOOLS_ENGAGECTL_SHOP_EVENTS_H

enum { SHOP_MESSAGES_MAX = 16 };

#define SHOP_RULES                                            \
    "scores:\n"                                               \
    "  engagement:\n"                                         \
    "    min: 0\n"                                            \
    "    max: 30\n"                                           \
    "    bands: {warm: 10, hot: 25}\n"                        \
    "    rules:\n"                                            \
    "      - {name: opened, on: email.opened, points: 2.5}\n" \
    "      - {name: ordered, on: order.placed, points: 15}\n" \
    "actions:\n"                                              \
    "  greet: {topic: actions.greet, with: {text: string}}\n" \
    "workflows:\n"                                            \
    "  first: {on: order.placed, steps: [{do: greet, with: {text: Hello}}]}\n"

// Bo is in shard 0, the others in shard 1.
static const char *const shop_events[2][SHOP_MESSAGES_MAX] = {
    {"{\"id\":\"1\",\"source\":\"shop\",\"type\":\"contact.created\","
     "\"time\":\"2026-01-01T08:00:00Z\","
     "\"contact\":{\"contact_id\":\"c-2\",\"email\":\"bo@example.com\"},"
     "\"data\":{\"fields\":{\"name\":\"Bo\"}}}",
     "{\"id\":\"2\",\"source\":\"mail\",\"type\":\"email.opened\",\"time\":\"2026-01-02T08:00:"
     "00Z\","
     "\"contact\":\"c-2\",\"data\":{}}",
     "not json"},
    {"{\"id\":\"3\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-01-01T09:00:"
     "00Z\","
     "\"contact\":\"c-10\",\"data\":{}}",
     "{\"id\":\"4\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-01-02T09:00:"
     "00Z\","
     "\"contact\":\"c-10\",\"data\":{}}",
     "{\"id\":\"5\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-01-03T09:00:"
     "00Z\","
     "\"contact\":\"c-10\",\"data\":{}}",
     "{\"id\":\"6\",\"source\":\"mail\",\"type\":\"email.opened\",\"time\":\"2026-01-04T09:00:"
     "00Z\","
     "\"contact\":{\"email\":\"ann@example.com\"},\"data\":{}}"},
};

#endif
