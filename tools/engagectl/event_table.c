#include "tools/engagectl/event_table.h"

#include "engine/base/text.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/story_text.h"
#include "tools/engagectl/table.h"

static void add_text(struct buffer *to, const char *before, struct bytes text)
{
    buffer_add_text(to, before);
    buffer_add_bytes(to, text);
}

// --- why not
// "2 times, 30 points every 30d for each data.message"
static void add_limit(struct buffer *to, const struct json *why)
{
    struct bytes times = json_text(why, "times"), points = json_text(why, "points");
    struct bytes every = json_text(why, "every"), per = json_text(why, "per");
    if (times.len > 0)
        add_text(to, "", times);
    if (times.len > 0)
        buffer_add_text(to, bytes_equal_text(times, "1") ? " time" : " times");
    if (points.len > 0)
        add_text(to, times.len > 0 ? ", " : "", points);
    if (points.len > 0)
        buffer_add_text(to, " points");
    if (every.len > 0)
        add_text(to, " every ", every);
    if (per.len > 0)
        add_text(to, " for each ", per);
}

static void add_why(struct buffer *to, const struct json *item)
{
    const struct json *why = json_member(item, "why");
    struct bytes error = json_text(why, "error");
    struct bytes key = json_text(why, "key");
    if (bytes_equal_text(key, "limit")) {
        add_limit(to, why);
    } else {
        add_text(to, "", key);
        add_text(to, ": ", json_text(why, "part"));
    }
    if (json_member(why, "state") != NULL) {
        bool has_ended = bytes_equal_text(json_text(why, "state"), "ended");
        add_text(
            to, has_ended ? ", it was in it from " : ", it is in it since ",
            json_text(why, "since"));
    }
    if (error.len > 0)
        add_text(to, ": ", error);
    story_add_values(to, why);
}

// --- what it gave
static void add_actions(struct buffer *to, const struct json *workflow)
{
    const struct json *actions = json_member(workflow, "actions");
    const struct json *action = actions == NULL ? NULL : actions->first;
    add_text(to, "run ", json_text(workflow, "run"));
    const char *before = ": ";
    for (; action != NULL; action = action->next, before = ", ") {
        struct bytes held = json_text(action, "held");
        add_text(to, before, json_text(action, "action"));
        if (held.len > 0)
            add_text(to, " held back: ", held);
    }
}

// Why an event did nothing to an object, or what became of its fields.
static void add_object(struct buffer *to, const struct json *item)
{
    static const char *const why[][2] = {
        {"same", "no field is another"},
        {"absent", "there is none to be removed"},
        {"older", "it was removed at a later time"},
        {"no_room", "the contact has no room for it"},
        {"no_key", "the event does not say which"},
    };
    struct bytes outcome = json_text(item, "outcome");
    for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++) {
        if (bytes_equal_text(outcome, why[i][0])) {
            buffer_add_text(to, why[i][1]);
            return;
        }
    }
    story_add_object(to, item, outcome);
}

static void add_gift(struct buffer *to, const struct json *item)
{
    const struct json *value = json_member(item, "value");
    struct bytes limited = json_text(item, "limited");
    if (json_member(item, "workflow") != NULL) {
        add_actions(to, item);
    } else if (value != NULL) {
        add_text(to, "now ", value->raw);
    } else if (json_member(item, "points") != NULL) {
        add_text(to, "", json_text(item, "points"));
        buffer_add_text(to, " points");
        if (limited.len > 0)
            add_text(to, ", its limit took ", limited);
    }
}

// --- rows
static void add_name(struct table *table, const struct json *item)
{
    struct buffer name = {0};
    if (json_member(item, "rule") != NULL) {
        table_add_text(table, "rule");
        add_text(&name, "", json_text(item, "score"));
        add_text(&name, "/", json_text(item, "rule"));
    } else if (json_member(item, "object") != NULL) {
        table_add_text(table, "object");
        add_text(&name, "", json_text(item, "object"));
        if (json_member(item, "key") != NULL)
            add_text(&name, " ", json_text(item, "key"));
    } else if (json_member(item, "counter") != NULL) {
        table_add_text(table, "counter");
        add_text(&name, "", json_text(item, "counter"));
    } else {
        table_add_text(table, "workflow");
        add_text(&name, "", json_text(item, "workflow"));
    }
    table_add(table, buffer_bytes(&name));
    buffer_free(&name);
}

static void add_row(struct table *table, const struct json *item)
{
    struct bytes outcome = json_text(item, "outcome");
    struct buffer text = {0};
    add_name(table, item);
    if (bytes_equal_text(outcome, "not_true"))
        outcome = BYTES_LITERAL("not true");
    else if (bytes_equal_text(outcome, "no_room"))
        outcome = BYTES_LITERAL("no room");
    else if (bytes_equal_text(outcome, "no_key"))
        outcome = BYTES_LITERAL("no key");
    table_add(table, outcome);
    if (json_member(item, "object") != NULL)
        add_object(&text, item);
    else if (bytes_equal_text(outcome, "matched"))
        add_gift(&text, item);
    else
        add_why(&text, item);
    table_add(table, buffer_bytes(&text));
    buffer_clear(&text);
    add_text(&text, "", json_text(item, "file"));
    add_text(&text, ":", json_text(item, "line"));
    table_add(table, buffer_bytes(&text));
    buffer_free(&text);
}

// A run that waited for the event, or that waits now.
static void add_run_row(struct table *table, const struct json *line)
{
    static const char *const states[][2] = {
        {"stays", "not true"}, {"goes_on", "goes on"}, {"waiting", "waits"}};
    struct bytes state = json_text(line, "state");
    struct buffer text = {0};
    if (json_member(line, "action") != NULL)
        state = json_member(line, "held") != NULL ? BYTES_LITERAL("held back")
                                                  : BYTES_LITERAL("action");
    else if (json_member(line, "outcome") != NULL)
        state = json_text(line, "outcome");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (bytes_equal_text(state, states[i][0]))
            state = bytes_text(states[i][1]);
    }
    table_add_text(table, "run");
    story_add_name(&text, line);
    table_add(table, buffer_bytes(&text));
    table_add(table, state);
    buffer_clear(&text);
    story_add_detail(&text, line);
    table_add(table, buffer_bytes(&text));
    table_add(table, bytes_of(NULL, 0));
    buffer_free(&text);
}

// All that named the type of an event.
static void add_matches(struct buffer *to, const struct json *matches)
{
    static const struct table_column columns[] = {
        {"WHAT", TABLE_LEFT},
        {"NAME", TABLE_LEFT},
        {"OUTCOME", TABLE_LEFT},
        {"WHY", TABLE_LEFT},
        {"WRITTEN AT", TABLE_LEFT}};
    static const char *const lists[] = {"objects", "counters", "rules", "workflows"};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct json *list = json_member(matches, lists[i]);
        for (const struct json *item = list == NULL ? NULL : list->first; item != NULL;
             item = item->next)
            add_row(&table, item);
    }
    const struct json *runs = json_member(matches, "runs");
    for (const struct json *line = runs == NULL ? NULL : runs->first; line != NULL;
         line = line->next)
        add_run_row(&table, line);
    if (table.cell_count > 0)
        table_print(&table, to);
    else
        buffer_add_text(to, "no counter, rule or workflow named this type\n");
    table_free(&table);
}

// --- what changed
static void add_score_change(struct buffer *to, const struct json *score)
{
    const struct json *from_band = json_member(score, "from_band");
    struct bytes band = json_text(score, "to_band");
    add_text(to, "score ", json_text(score, "score"));
    add_text(to, ": ", json_text(score, "from"));
    add_text(to, " to ", json_text(score, "to"));
    if (from_band != NULL) {
        add_text(to, ", band ", from_band->text.len > 0 ? from_band->text : BYTES_LITERAL("none"));
        add_text(to, " to ", band.len > 0 ? band : BYTES_LITERAL("none"));
    }
    buffer_add_u8(to, '\n');
}

static void add_changes(struct buffer *to, const struct json *root)
{
    const struct json *scores = json_member(root, "scores");
    const struct json *segments = json_member(root, "segments");
    const struct json *score = scores == NULL ? NULL : scores->first;
    const struct json *segment = segments == NULL ? NULL : segments->first;
    if (score == NULL && segment == NULL)
        buffer_add_text(to, "no score or segment changed\n");
    for (; score != NULL; score = score->next)
        add_score_change(to, score);
    for (; segment != NULL; segment = segment->next) {
        add_text(to, "segment ", json_text(segment, "segment"));
        add_text(to, ": ", json_text(segment, "change"));
        buffer_add_u8(to, '\n');
    }
}

// --- the whole
static void add_head(struct buffer *to, const struct json *root)
{
    static const struct table_column columns[] = {{NULL, TABLE_LEFT}, {NULL, TABLE_LEFT}};
    static const char *const names[] = {"type", "source", "id", "time", "data"};
    const struct json *event = json_member(root, "event");
    struct buffer text = {0};
    struct table table;
    table_init(&table, columns, 2);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct json *member = json_member(event, names[i]);
        table_add_text(&table, names[i]);
        table_add(
            &table, member == NULL || member->kind != JSON_OBJECT ? json_text(event, names[i])
                                                                  : member->raw);
    }
    table_add_text(&table, "position");
    add_text(&text, "shard ", json_text(event, "shard"));
    add_text(&text, ", ", json_text(event, "sequence"));
    add_text(&text, "/", json_text(event, "index"));
    table_add(&table, buffer_bytes(&text));
    buffer_clear(&text);
    table_add_text(&table, "contact");
    add_text(&text, "", json_text(root, "contact"));
    buffer_add_text(&text, json_member(root, "new") != NULL ? ", new" : "");
    table_add(&table, buffer_bytes(&text));
    table_add_text(&table, "rules");
    table_add(&table, json_text(root, "ruleset"));
    if (json_member(root, "counted_before") != NULL) {
        table_add_text(&table, "counted");
        table_add_text(&table, "before, when another event implied it");
    }
    table_print(&table, to);
    table_free(&table);
    buffer_free(&text);
}

enum err event_add_tables(struct buffer *to, struct bytes json)
{
    struct arena arena = {0};
    struct json *root = NULL;
    enum err err = json_read(json, &arena, &root);
    const struct json *derived = err == ERR_OK ? json_member(root, "derived") : NULL;
    if (err == ERR_OK) {
        add_head(to, root);
        buffer_add_u8(to, '\n');
        add_matches(to, root);
    }
    for (const struct json *each = derived == NULL ? NULL : derived->first; each != NULL;
         each = each->next) {
        const struct json *event = json_member(each, "event");
        const struct json *data = json_member(event, "data");
        add_text(to, "\nand so ", json_text(event, "type"));
        add_text(to, " ", data == NULL ? bytes_of(NULL, 0) : data->raw);
        buffer_add_u8(to, '\n');
        add_matches(to, each);
    }
    if (err == ERR_OK) {
        buffer_add_u8(to, '\n');
        add_changes(to, root);
    }
    arena_free(&arena);
    return err;
}
