// Drawing teams and who is given contacts, and printing it.
#include "tests/sim/workload_flow.h"

enum { TEAMS_MAX = 2, MEMBERS_MAX = 4 };

static struct workload_member draw_member(
    const struct rules_draw *from, struct draw *draw, const char *name)
{
    struct sim_random *random = &draw->random;
    struct expr_scope scope = {
        .from = from, .segment_end = from->rules->segment_count, .is_step = true};
    struct workload_member member = {.name = text_of(name)};
    if (sim_random_chance(random, 300))
        member.condition = draw_state(draw, &scope);
    if (sim_random_chance(random, 400))
        member.weight = (uint32_t)sim_random_between(random, 1, 4);
    if (sim_random_chance(random, 300))
        member.capacity = (uint32_t)sim_random_between(random, 1, 5);
    return member;
}

void draw_teams(const struct rules_draw *from)
{
    static const char *const names[TEAMS_MAX] = {"sales", "support"};
    static const char *const people[MEMBERS_MAX] = {"binh", "sales", "an", "z-9"};
    struct workload_team *teams = sim_alloc(from->arena, TEAMS_MAX * sizeof(*teams));
    uint32_t count = 0;
    for (uint32_t i = 0; i < TEAMS_MAX && !from->is_plain; i++) {
        struct draw draw = part_draw(from, "team", i);
        struct workload_member *members = sim_alloc(from->arena, MEMBERS_MAX * sizeof(*members));
        struct workload_team team = {.name = text_of(names[i]), .members = members};
        bool is_there = sim_random_chance(&draw.random, 500);
        for (uint32_t j = 0; j < MEMBERS_MAX; j++) {
            struct draw own = part_draw(from, "member", i * MEMBERS_MAX + j);
            if (sim_random_chance(&own.random, 700))
                members[team.member_count++] = draw_member(from, &own, people[j]);
        }
        if (is_there && team.member_count > 0)
            teams[count++] = team;
    }
    from->rules->teams = teams;
    from->rules->team_count = count;
}

void draw_assign(struct draw *draw, const struct workload_rules *rules, struct workload_step *step)
{
    struct sim_random *random = &draw->random;
    const struct workload_team *team = &rules->teams[sim_random_below(random, rules->team_count)];
    step->of = team->name;
    step->assign.is_by_load = sim_random_chance(random, 400);
    step->assign.is_loose = sim_random_chance(random, 500);
    if (sim_random_chance(random, 200))
        step->assign.person = team->members[sim_random_below(random, team->member_count)].name;
}

static void print_member(const struct workload_member *member, struct sim_text *to)
{
    const char *before = " {";
    sim_add_chars(to, "      ");
    sim_add(to, member->name);
    sim_add_byte(to, ':');
    if (member->condition != NULL) {
        sim_add_format(to, "%sif: ", before);
        expression_print(member->condition, to);
        before = ", ";
    }
    if (member->weight > 0) {
        sim_add_format(to, "%sweight: %u", before, member->weight);
        before = ", ";
    }
    if (member->capacity > 0) {
        sim_add_format(to, "%scapacity: %u", before, member->capacity);
        before = ", ";
    }
    sim_add_chars(to, before[0] == ',' ? "}\n" : "\n");
}

void teams_print(const struct workload_rules *rules, struct sim_text *to)
{
    if (rules->team_count > 0)
        sim_add_chars(to, "teams:\n");
    for (uint32_t i = 0; i < rules->team_count; i++) {
        sim_add_chars(to, "  ");
        sim_add(to, rules->teams[i].name);
        sim_add_chars(to, ":\n    members:\n");
        for (uint32_t j = 0; j < rules->teams[i].member_count; j++)
            print_member(&rules->teams[i].members[j], to);
    }
}

void assign_print(const struct workload_step *step, struct sim_text *to)
{
    sim_add_chars(to, "{team: ");
    sim_add(to, step->of);
    if (step->assign.person.len > 0) {
        sim_add_chars(to, ", person: ");
        sim_add(to, step->assign.person);
    } else if (step->assign.is_by_load) {
        sim_add_chars(to, ", by: load");
    }
    sim_add_chars(to, step->assign.is_loose ? ", sticky: false}" : "}");
}
