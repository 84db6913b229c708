#include "rules/waits.h"

#include "rules/ruleset_data.h"

// --- of an expression
// A function of the zone's clocks: local(time, zone), time.getHours(zone).
static bool is_by_clocks(const struct cel_node *node)
{
    static const char getter[] = "get";
    if (node->kind != CEL_NODE_CALL)
        return false;
    if (bytes_equal_text(node->text, "local"))
        return true;
    return node->child_count == 2 && node->text.len >= sizeof(getter) - 1 &&
           memcmp(node->text.data, getter, sizeof(getter) - 1) == 0;
}

static bool has_clocks(const struct cel_node *node)
{
    if (node->is_folded) // constants ask no zone
        return false;
    if (is_by_clocks(node))
        return true;
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        if (has_clocks(node->children[i]))
            return true;
    }
    return false;
}

void waits_note_zones(struct ruleset *ruleset, const struct cel_node *root)
{
    ruleset->is_by_zones = ruleset->is_by_zones || has_clocks(root);
}

bool ruleset_is_by_zones(const struct ruleset *ruleset)
{
    return ruleset->is_by_zones;
}

static bool is_set_by_someone(const struct ruleset *ruleset, dependency of)
{
    uint32_t index = 0;
    enum read_kind kind = reads_kind(ruleset, of, &index);
    return kind == READ_CONTACT || kind == READ_SEGMENT || kind == READ_OBJECT;
}

void waits_take_tree(
    struct ruleset *ruleset, struct rule_expression *expression, const struct cel_node *root)
{
    struct reads reads = {0};
    uint32_t count = 0;
    reads_add(&reads, ruleset, root);
    for (size_t i = 0; i < reads.count; i++)
        count += reads.items[i].count;
    dependency *members = arena_alloc(&ruleset->arena, (count + 1) * sizeof(*members));
    for (size_t i = 0; i < reads.count; i++) {
        for (uint32_t m = 0; m < reads.items[i].count; m++) {
            if (is_set_by_someone(ruleset, reads.items[i].first + m))
                members[expression->member_count++] = reads.items[i].first + m;
        }
    }
    expression->members = members;
    expression->is_by_zones = has_clocks(root);
    reads_free(&reads);
}

// --- of a wait
bool wait_is_by(const struct step_wait *wait, dependency member)
{
    if (wait->kind != WAIT_UNTIL)
        return false;
    for (uint32_t i = 0; i < wait->until->member_count; i++) {
        if (wait->until->members[i] == member)
            return true;
    }
    return false;
}

bool wait_is_by_contact_zone(const struct step_wait *wait)
{
    switch (wait->kind) {
    case WAIT_TIME: return wait->has_at;
    case WAIT_WINDOW: return wait->window.zone.of == ZONE_OF_CONTACT;
    case WAIT_UNTIL:
    case WAIT_EVENT: break;
    }
    return false;
}

bool wait_is_by_zones(const struct step_wait *wait)
{
    return wait_is_by_contact_zone(wait) || wait->kind == WAIT_WINDOW ||
           (wait->kind == WAIT_UNTIL && wait->until->is_by_zones);
}

bool wait_is_planned(const struct step_wait *wait)
{
    return wait_is_by_zones(wait) || (wait->kind == WAIT_UNTIL && wait->until->member_count > 0);
}

// --- of all
static void link_wait(struct ruleset *ruleset, const struct step_wait *wait)
{
    uint32_t count = reads_dependency_count(ruleset);
    if (wait->kind != WAIT_UNTIL || wait->until->member_count == 0)
        return;
    if (ruleset->waited_by == NULL) {
        ruleset->waited_by = arena_alloc(&ruleset->arena, count * sizeof(bool));
        memset(ruleset->waited_by, 0, count * sizeof(bool));
    }
    for (uint32_t i = 0; i < wait->until->member_count; i++)
        ruleset->waited_by[wait->until->members[i]] = true;
}

void waits_link(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset_version_count(ruleset); i++) {
        const struct workflow_def *workflow = &ruleset->workflows[i];
        for (uint32_t s = 0; s < workflow->step_count; s++) {
            if (workflow->steps[s].kind == STEP_WAIT)
                link_wait(ruleset, &workflow->steps[s].wait);
        }
    }
}

bool ruleset_waits_by(const struct ruleset *ruleset, dependency member)
{
    return ruleset->waited_by != NULL && ruleset->waited_by[member];
}
