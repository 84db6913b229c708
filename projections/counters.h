// Counters of a contact: what the fold keeps of the events they count. The bytes are the fold's own
// (engine/fold/counter.h); this keeps them in the contact's record.
#ifndef PROJECTIONS_COUNTERS_H
#define PROJECTIONS_COUNTERS_H

#include "projections/contacts.h"

enum { COUNTERS_BYTES_MAX = 8 << 20 }; // of all counters of a contact

// Where a contact's counter was found, or is to be added: good until anything else of the contact changes.
struct counter_spot {
    struct contact_number contact;
    struct name_id counter;
    size_t at; // in the record
    uint32_t head_bytes, len;
    uint32_t bytes;         // of all of it; 0: it has none
    uint32_t section_at;    // where the section begins
    uint32_t section_bytes; // of all counters
};

// The bytes of a counter; empty when it has none. Borrowed until the next change or read of any record.
struct bytes counter_read(
    struct state *state, struct contact_number contact, struct name_id counter);
// The same, and where they are.
struct bytes counter_read_spot(
    struct state *state,
    struct contact_number contact,
    struct name_id counter,
    struct counter_spot *out);
// Makes the counter's bytes `len` long and gives them, to be written at once: the bytes before the smaller
// of both lengths are kept, those behind are zero. 0 removes the counter and gives NULL. NULL, and counted
// as a refused change, without a name or where a longer one, of more than 8 bytes, goes beyond COUNTERS_BYTES_MAX;
// the counter is then as before. Inside a frame.
uint8_t *counter_write(
    struct state *state, struct contact_number contact, struct name_id counter, size_t len);
// The same of one that was found; the spot follows it. len is not 0.
uint8_t *counter_write_at(struct state *state, struct counter_spot *spot, size_t len);
// Makes one that was found writable, without a change of its length. Valid as what counter_write gives. Inside a frame.
uint8_t *counter_rewrite_at(struct state *state, const struct counter_spot *spot);

// Walks the counters of a contact, in order of arrival: *at is 0 to start; false at the end.
bool counter_next(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct name_id *counter_out,
    struct bytes *bytes_out);

#endif
