#include "rules/parts.h"

// What tells parts apart, as a name among all of them.
static struct bytes key_of(struct compiler *compiler, const struct part *part)
{
    struct buffer *key = &compiler->parts.key;
    uint8_t head[9] = {(uint8_t)part->kind};
    put_u64(head + 1, part->of);
    buffer_clear(key);
    buffer_add_bytes(key, bytes_of(head, sizeof(head)));
    buffer_add_bytes(key, part->name);
    return buffer_bytes(key);
}

void parts_add(struct compiler *compiler, const struct part *part, size_t index)
{
    struct bytes key = key_of(compiler, part);
    if (symbols_find(&compiler->parts.all, key) != NULL)
        return;
    struct symbol symbol = {arena_copy(&compiler->scratch, key), PLACE_NONE, index};
    symbols_add(&compiler->parts.all, &symbol);
}

size_t parts_find(struct compiler *compiler, const struct part *part)
{
    const struct symbol *symbol = symbols_find(&compiler->parts.all, key_of(compiler, part));
    return symbol == NULL ? PART_NONE : symbol->index;
}

void parts_add_steps(
    struct compiler *compiler, uint64_t of, const struct workflow_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        parts_add(compiler, &(struct part){PART_STEP, of, steps[i].id}, i);
}

static struct part deed_of(uint32_t workflow, uint32_t action, struct bytes id)
{
    return (struct part){PART_DEED, (uint64_t)workflow << 32 | action, id};
}

static void add_deeds(struct compiler *compiler)
{
    const struct ruleset *ruleset = compiler->ruleset;
    for (uint32_t i = 0; i < ruleset->workflow_count; i++) {
        for (uint32_t j = 0; j < ruleset->workflows[i].step_count; j++) {
            const struct workflow_step *step = &ruleset->workflows[i].steps[j];
            if (step->kind != STEP_DO)
                continue;
            const struct part here = deed_of(i, step->action, step->id);
            const struct part any = deed_of(PART_ANY, step->action, step->id);
            parts_add(compiler, &here, j);
            parts_add(compiler, &any, j);
        }
    }
    compiler->parts.has_deeds = true;
}

bool parts_has_deed(struct compiler *compiler, uint32_t workflow, uint32_t action, struct bytes id)
{
    if (!compiler->parts.has_deeds)
        add_deeds(compiler);
    const struct part part = deed_of(workflow, action, id);
    return parts_find(compiler, &part) != PART_NONE;
}
