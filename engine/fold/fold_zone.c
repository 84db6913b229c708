#include "engine/fold/fold_zone.h"

#include "engine/fold/fold.h"
#include "projections/contact_ask.h"

// NULL where there is no such zone.
static const struct known_zone *find_known(struct fold *fold, struct bytes name)
{
    const struct known_zone *known = zones_find(&fold->zones, name);
    if (known != NULL || fold->want_zone == NULL || !zone_name_is_fit(name))
        return known;
    fold->want_zone(fold->want_zone_context, name);
    return zones_find(&fold->zones, name);
}

bool fold_find_zone(struct fold *fold, struct bytes name, struct local_zone *out)
{
    struct local_zone found = {0};
    if (!local_zone_parse(name, &found.ahead_s)) {
        const struct known_zone *known = find_known(fold, name);
        if (known == NULL) {
            fold->counts.zones_unknown++;
            return false;
        }
        found.zone = known->zone;
    }
    *out = found;
    return true;
}

bool fold_zone_offset(struct fold *fold, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    struct local_zone zone;
    if (!fold_find_zone(fold, name, &zone))
        return false;
    *offset_s_out = zone.zone == NULL ? zone.ahead_s : zone_offset_s(zone.zone, unix_s);
    return true;
}

// UTC where it is none.
static struct local_zone account_zone(struct fold *fold)
{
    struct local_zone zone = {0};
    const struct fold_settings *settings = &fold->settings;
    if (settings->zone_bytes > 0)
        (void)fold_find_zone(fold, bytes_of(settings->zone, settings->zone_bytes), &zone);
    return zone;
}

struct local_zone fold_contact_zone(struct fold *fold)
{
    struct local_zone zone = {0};
    struct bytes own = contact_zone(fold->state, fold->contact);
    return own.len > 0 && fold_find_zone(fold, own, &zone) ? zone : account_zone(fold);
}

static bool is_known(const struct fold *fold, struct bytes name)
{
    int32_t ahead_s = 0;
    return local_zone_parse(name, &ahead_s) || zones_find(&fold->zones, name) != NULL;
}

bool fold_knows_zone(const struct fold *fold, const struct zone_choice *choice)
{
    const struct fold_settings *settings = &fold->settings;
    struct bytes account = bytes_of(settings->zone, settings->zone_bytes);
    struct bytes own = contact_zone(fold->state, fold->contact);
    bool is_of_account = choice->of == ZONE_OF_ACCOUNT || own.len == 0;
    if (choice->of == ZONE_NAMED)
        return is_known(fold, choice->name);
    return is_of_account ? account.len == 0 || is_known(fold, account) : is_known(fold, own);
}

struct local_zone fold_zone(struct fold *fold, const struct zone_choice *choice)
{
    struct local_zone zone = {0};
    switch (choice->of) {
    case ZONE_OF_CONTACT: return fold_contact_zone(fold);
    case ZONE_OF_ACCOUNT: return account_zone(fold);
    case ZONE_NAMED: (void)fold_find_zone(fold, choice->name, &zone); break;
    }
    return zone;
}
