// Whose run an id is of.
#include "engine/fold/action.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"
#include "projections/contacts.h"

static bool is_of_contact(
    struct shard *shard, const struct contact_view *view, struct hash128 run, struct buffer *text)
{
    for (uint32_t i = 0; i < view->run_count; i++) {
        const struct workflow_def workflow = {
            .name = names_text(shard->state, view->runs[i].workflow)};
        for (uint32_t number = 1; number <= view->runs[i].count; number++) {
            struct hash128 id = action_run_id(text, &view->identifiers[0], &workflow, number);
            if (hash128_equal(id, run))
                return true;
        }
    }
    return false;
}

enum err query_find_run(
    struct shard *shard, struct hash128 run, struct contact_number *contact, struct fault *fault)
{
    struct arena arena = {0};
    struct buffer text = {0};
    struct contact_view view;
    enum err err = ERR_OK;
    uint64_t first = contact->value == 0 ? 1 : contact->value;
    uint64_t last = contact->value == 0 ? contacts_count(shard->state) : contact->value;
    bool is_found = false;
    for (uint64_t number = first; number <= last && err == ERR_OK && !is_found; number++) {
        arena_clear(&arena);
        err = contact_read(shard->state, (struct contact_number){number}, &arena, &view);
        if (err == ERR_OK && is_of_contact(shard, &view, run, &text)) {
            contact->value = number;
            is_found = true;
        }
    }
    arena_free(&arena);
    buffer_free(&text);
    if (err != ERR_OK)
        return fault_set(fault, err, "a contact cannot be read: %s", err_text(err));
    return is_found ? ERR_OK : fault_set(fault, ERR_MISSING, "no such run");
}
