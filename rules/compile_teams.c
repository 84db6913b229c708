#include "rules/compile_teams.h"

#include "rules/compile_expression.h"
#include "rules/parts.h"
#include "rules/team.h"

enum { MEMBERS_MAX = 1000, WEIGHT_MAX = 1000, CAPACITY_MAX = 100000000 };

// --- teams
static void own_expressions(struct compiler *compiler, struct bytes team, struct bytes member)
{
    struct buffer owner = {0};
    buffer_add_bytes(&owner, team);
    buffer_add_u8(&owner, '/');
    buffer_add_bytes(&owner, member);
    compile_owner(compiler, "teams", buffer_bytes(&owner));
    buffer_free(&owner);
}

static void compile_whole(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_range *range,
    uint32_t *out)
{
    int64_t number = 0;
    if (node != NULL && yaml_to_int(node, range, compiler->list, &number))
        *out = (uint32_t)number;
}

static bool compile_member(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    struct bytes team,
    struct team_member *out)
{
    const struct yaml_range weight = {"'weight'", 1, WEIGHT_MAX};
    const struct yaml_range capacity = {"'capacity'", 1, CAPACITY_MAX};
    if (!compile_name_form(compiler, entry->key, NAME_FORM_TAG, "a member of a team"))
        return false;
    *out = (struct team_member){.name = compile_copy(compiler, yaml_text(entry->key)), .weight = 1};
    if (yaml_is_null(entry->value)) // `binh:` with nothing to say about it
        return true;
    if (compile_keys(compiler, entry->value, SECTION_TEAM_MEMBER) == KEYS_WRONG)
        return false;
    const struct yaml_node *condition = yaml_get(entry->value, "if");
    own_expressions(compiler, team, out->name);
    if (condition != NULL)
        out->condition =
            compile_contact_expression(compiler, condition, "'if'", EXPRESSION_CONDITION);
    compile_whole(compiler, yaml_get(entry->value, "weight"), &weight, &out->weight);
    compile_whole(compiler, yaml_get(entry->value, "capacity"), &capacity, &out->capacity);
    return true;
}

static void compile_members(
    struct compiler *compiler, const struct yaml_node *node, struct team_def *team)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'members'", compiler->list))
        return;
    if (node->count == 0 || node->count > MEMBERS_MAX) {
        diagnostic_add(
            compiler->list, node->count == 0 ? DIAGNOSTIC_E0410 : DIAGNOSTIC_E0407,
            yaml_place(node), "a team has 1 to %d members", MEMBERS_MAX);
        return;
    }
    struct team_member *members =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*members));
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        struct team_member *member = &members[team->member_count];
        if (!compile_member(compiler, &entry, team->name, member))
            continue;
        const struct part part = {PART_MEMBER, compiler->ruleset->team_count, member->name};
        parts_add(compiler, &part, team->member_count++);
    }
    team->members = members;
}

static void compile_team(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (!compile_define(compiler, SYMBOL_TEAM, entry->key, NAME_FORM_PLAIN, ruleset->team_count))
        return;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_TEAM);
    struct team_def *team = arena_alloc(&ruleset->arena, sizeof(*team));
    *team = (struct team_def){.name = compile_copy(compiler, yaml_text(entry->key))};
    if (keys != KEYS_WRONG) {
        team->label = compile_text(compiler, entry->value, "label");
        const struct yaml_node *members =
            compile_required(compiler, entry->value, "members", yaml_place(entry->key), keys);
        if (members != NULL)
            compile_members(compiler, members, team);
    }
    ruleset->teams = compile_grow(
        ruleset->teams, &ruleset->team_cap, ruleset->team_count, sizeof(*ruleset->teams));
    ruleset->teams[ruleset->team_count++] = team;
}

void compile_teams(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'teams'", compile_team);
}

// --- the step
static const struct team_member *find_member(
    struct compiler *compiler, const struct yaml_node *node, const struct team_def *team)
{
    struct bytes name;
    if (!yaml_to_text(node, "'person'", compiler->list, &name))
        return NULL;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_TEAM], team->name);
    const struct part part = {PART_MEMBER, symbol == NULL ? 0 : symbol->index, name};
    size_t known = parts_find(compiler, &part);
    if (known != PART_NONE)
        return &team->members[known];
    const char *names[MEMBERS_MAX];
    uint32_t count = diagnostics_is_full(compiler->list) ? 0 : team->member_count;
    for (uint32_t i = 0; i < count; i++)
        names[i] = (const char *)team->members[i].name.data;
    struct unknown_word unknown = {"member of the team", name, names, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0235, yaml_place(node), &unknown);
    return NULL;
}

void compile_assign(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    static const char *const ways[] = {"round_robin", "load"};
    const struct yaml_words words = {"'by'", ways, sizeof(ways) / sizeof(ways[0])};
    struct compiler *compiler = flow->compiler;
    struct step_assign *assign = &flow->steps[at].assign;
    const struct yaml_node *node = entry->value;
    *assign = (struct step_assign){.is_sticky = true};
    enum keys_result keys = compile_keys(compiler, node, SECTION_STEP_ASSIGN);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *team =
        compile_required(compiler, node, "team", yaml_place(entry->key), keys);
    const struct yaml_node *by = yaml_get(node, "by");
    const struct yaml_node *sticky = yaml_get(node, "sticky");
    const struct yaml_node *person = yaml_get(node, "person");
    struct bytes name;
    size_t way = 0;
    if (by != NULL && yaml_to_word(by, &words, compiler->list, &way))
        assign->by = (enum assign_by)way;
    if (sticky != NULL)
        (void)yaml_to_bool(sticky, "'sticky'", compiler->list, &assign->is_sticky);
    if (by != NULL && person != NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(by),
            "'person' says who it is: 'by' has nothing to find");
    if (team == NULL || !yaml_to_text(team, "'team'", compiler->list, &name))
        return;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_TEAM], name);
    if (symbol == NULL) {
        compile_unknown(compiler, SYMBOL_TEAM, DIAGNOSTIC_E0235, team);
        return;
    }
    assign->team = compiler->ruleset->teams[symbol->index];
    if (person != NULL)
        assign->person = find_member(compiler, person, assign->team);
}
