// What operators and the HTTP interface ask of a shard, printed as JSON. Read only.
#ifndef ENGINE_FOLD_QUERY_H
#define ENGINE_FOLD_QUERY_H

#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "engine/fold/shard.h"
#include "projections/scores.h"
#include "rules/cel/value.h"

// The contact named by ID: a contact id, or "email:ann@example.com" (in capitals, too). 0 when there is none.
struct contact_number query_find(struct shard *shard, struct bytes id);

// Each appends one compact JSON object without a newline.
//   ERR_MISSING no such contact · ERR_CORRUPT, ERR_IO the store cannot be read
// A contact, as docs/cli says everything prints it.
NODISCARD enum err query_contact(
    struct shard *shard, struct contact_number contact, struct buffer *to);
// {"opens_30d":3,"last_order":"2026-…"}: the counters of the rules in force that have something to say of the contact.
void query_counters(struct shard *shard, struct contact_number contact, struct buffer *to);
// Adds the runs of a contact that wait, as `,"runs":[…]`; nothing where there is none. Between frames.
void query_runs(struct shard *shard, struct contact_number contact, struct buffer *to);
// Whose run it is: *contact is the contact to look at, or 0 to look through all of them, and then the one found.
//   ERR_MISSING no such run · ERR_CORRUPT, ERR_IO the store cannot be read
NODISCARD enum err query_find_run(
    struct shard *shard, struct hash128 run, struct contact_number *contact, struct fault *fault);
// Adds the objects of a contact, as `,"objects":{"opportunity":{"o-1":{…}}}`; nothing where there is none.
void query_objects(struct shard *shard, struct contact_number contact, struct buffer *to);
// A value that expressions know as JSON; null for what has none.
void query_add_value(struct buffer *to, struct cel_value value);
// Each score with value, band and every ledger entry: event (source, id, type, time, position), rule,
// place, ruleset, points; what min and max cut; the sum. score empty: all scores. Entries' events are read from the
// journal through disk and directory.
NODISCARD enum err query_explain(
    struct shard *shard,
    struct contact_number contact,
    struct bytes score,
    struct buffer *to,
    struct fault *fault);
// {"score":…,"contacts":[{"id":…,"value":…,"band":…},…]}; ERR_MISSING no such score.
NODISCARD enum err query_top(
    struct shard *shard, struct bytes score, size_t max, struct buffer *to);
// {"score":…,"bands":[{"band":…,"from":…,"contacts":n},…]}
NODISCARD enum err query_bands(struct shard *shard, struct bytes score, struct buffer *to);

// {"segment":…,"count":n,"members":[{"id":…,"since":…},…]}: how many there are, and the first max of them by number. Since:
// when the condition became true. ERR_MISSING no such segment.
NODISCARD enum err query_members(
    struct shard *shard, struct bytes segment, size_t max, struct buffer *to);

#endif
