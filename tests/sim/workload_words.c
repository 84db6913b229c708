// Words that workloads are made of: few enough to meet again, odd enough to be worth it.
#include "tests/sim/workload_internal.h"

#define WORDS(name, ...)                                  \
    static const char *const name##_at[] = {__VA_ARGS__}; \
    const struct words words_##name = {name##_at, sizeof(name##_at) / sizeof(name##_at[0])}

WORDS(
    tags,
    "vip",
    "lead",
    "visitor",
    "cold one",
    "Kh\xc3\xa1"
    "ch",
    "a\"b",
    "back\\slash",
    "x");
WORDS(lists, "newsletter", "customers", "churned", "beta-2");
WORDS(channels, "email", "sms", "phone", "push-1");
WORDS(
    stages,
    "lead",
    "customer",
    "lost",
    "Kh\xc3\xa1"
    "ch h\xc3\xa0ng");
WORDS(people, "binh", "sales", "support", "an/ba", "ch\xe1\xbb\x8b Lan");
WORDS(fields, "plan", "country", "age", "nick", "vip_since", "prefs", "hobbies", "score_2", "ok");
WORDS(
    zones,
    "UTC",
    "Asia/Ho_Chi_Minh",
    "America/New_York",
    "Europe/Berlin",
    "+07:00",
    "-05:30",
    "+13:45");
WORDS(sources, "shop", "crm", "s1", "");
WORDS(unknown_types, "unheard.of", "zoo.opened", "contact.petted", "X");
WORDS(
    derived_types,
    "score.changed",
    "score.band_changed",
    "field.changed",
    "tag.added",
    "tag.removed",
    "list.added",
    "list.removed",
    "contact.created",
    "run.started",
    "run.ended",
    "action.emitted",
    "segment.entered",
    "segment.left",
    "segment.entered",
    "segment.left",
    "score.band_changed",
    "score.changed");
WORDS(
    texts,
    "spring",
    "ann",
    "m-1",
    "Xin ch\xc3\xa0o",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xf0\x9f\x8e\x89 party",
    "quote\"d",
    "back\\slash",
    "line\nbreak",
    "tab\there",
    "a/b",
    "",
    " led ",
    "yes",
    "1.0",
    "null",
    "~",
    "- dash",
    "a: b",
    "#no comment",
    "'single'",
    "{brace}",
    "free",
    "pro",
    "2026-01-31",
    "36h");
WORDS(
    wire_texts,
    "spring",
    "m-1",
    "m-2",
    "free",
    "pro",
    "\x01 control",
    "del\x7f",
    "\xc2\x85 next line",
    "\xef\xbf\xbf",
    "\xf4\x8f\xbf\xbf",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xe0\xa0\x80",
    "a\tb\rc\bd\fe\n",
    "",
    "\xf0\x90\x80\x80",
    "https://shop.example/?a=1&b=\"2\"",
    "1",
    "true",
    "null");

struct text words_pick(struct sim_random *random, struct words words)
{
    return text_of(words.at[sim_random_below(random, words.count)]);
}

static const char *const type_names[WORKLOAD_TYPE_COUNT] = {
    "any", "string", "int", "double", "bool", "timestamp", "date", "duration", "list", "map"};

const char *workload_type_name(enum workload_type type)
{
    return type_names[type];
}

enum workload_type workload_type_parse(struct text name)
{
    int type = 0;
    while (type + 1 < WORKLOAD_TYPE_COUNT && !text_is(name, type_names[type]))
        type++;
    return (enum workload_type)type;
}
