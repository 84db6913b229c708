#include "engine/fold/fades.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "rules/ruleset.h"

enum { LINES_FIRST = 256, LOOKS = 4, REFUSED_MAX = 16, BYTES_MAX = 16 << 20 };

static struct kept_fade *line_at(const struct fades *fades, uint32_t index)
{
    return (struct kept_fade *)(void *)(fades->lines + (size_t)index * fades->line_bytes);
}

static struct score_fade_sum *sums_of(struct kept_fade *kept)
{
    return (struct score_fade_sum *)(void *)(kept + 1);
}

void fades_bind(struct fades *fades, const struct ruleset *ruleset)
{
    uint32_t groups = 0;
    fades_free(fades);
    for (uint32_t i = 0; i < ruleset_score_count(ruleset); i++) {
        const struct score_def *score = ruleset_score(ruleset, i);
        if (score_fade_serves(score) && score->group_count > groups)
            groups = score->group_count;
    }
    fades->line_bytes = sizeof(struct kept_fade) + (groups + 1) * sizeof(struct score_fade_sum);
}

void fades_free(struct fades *fades)
{
    free(fades->lines);
    *fades = (struct fades){0};
}

static uint64_t lines_bytes(const struct fades *fades)
{
    return (uint64_t)fades->line_count * fades->line_bytes;
}

// --- places: a line is in one of the few from where its key says
static uint32_t place_of(const struct fades *fades, struct fade_key key, uint32_t look)
{
    uint64_t hash = hash_mix(key.contact.value ^ hash_mix(key.score));
    return (uint32_t)(hash + look) & (fades->line_count - 1);
}

static bool is_of(const struct kept_fade *kept, struct fade_key key)
{
    return kept->key.contact.value == key.contact.value && kept->key.score == key.score;
}

void fades_prefetch(const struct fades *fades, struct fade_key key)
{
    if (fades->line_count == 0)
        return;
    const uint8_t *line = (const uint8_t *)line_at(fades, place_of(fades, key, 0));
    for (size_t at = 0; at < fades->line_bytes; at += 64)
        __builtin_prefetch(line + at, 1);
}

struct kept_fade *fades_find(const struct fades *fades, struct fade_key key)
{
    for (uint32_t look = 0; look < LOOKS && fades->line_count > 0; look++) {
        struct kept_fade *kept = line_at(fades, place_of(fades, key, look));
        if (is_of(kept, key))
            return kept;
    }
    return NULL;
}

// A free line, else the first that may be taken from another.
static struct kept_fade *line_for(const struct fades *fades, struct fade_key key)
{
    for (uint32_t look = 0; look < LOOKS; look++) {
        struct kept_fade *kept = line_at(fades, place_of(fades, key, look));
        if (kept->key.contact.value == 0)
            return kept;
    }
    return line_at(fades, place_of(fades, key, 0));
}

static void line_take(struct fades *fades, struct kept_fade *kept, struct fade_key key)
{
    if (kept->key.contact.value == 0)
        fades->used++;
    *kept = (struct kept_fade){.key = key};
    kept->fade.sums = sums_of(kept);
}

static void fades_grow(struct fades *fades)
{
    struct fades old = *fades;
    fades->line_count = old.line_count == 0 ? LINES_FIRST : old.line_count * 2;
    fades->lines = mem_zero(fades->line_count, fades->line_bytes);
    fades->used = 0;
    for (uint32_t i = 0; i < old.line_count; i++) {
        const struct kept_fade *from = line_at(&old, i);
        if (from->key.contact.value == 0)
            continue;
        struct kept_fade *to = line_for(fades, from->key);
        line_take(fades, to, from->key);
        memcpy(to, from, fades->line_bytes);
        to->fade.sums = sums_of(to);
    }
    free(old.lines);
}

struct kept_fade *fades_place(struct fades *fades, struct fade_key key)
{
    INVARIANT(key.contact.value != 0);
    bool is_full = fades->used >= fades->line_count / 2;
    if (is_full && (fades->line_count == 0 || lines_bytes(fades) * 2 <= BYTES_MAX))
        fades_grow(fades);
    // Many that come by once do not push out the few that come often.
    struct kept_fade *kept = line_for(fades, key);
    if (kept->key.contact.value != 0 && ++fades->refused % REFUSED_MAX != 0)
        return NULL;
    line_take(fades, kept, key);
    return kept;
}

void fades_drop(struct fades *fades, struct kept_fade *kept)
{
    INVARIANT(kept->key.contact.value != 0);
    kept->key = (struct fade_key){{0}, 0};
    fades->used--;
}
