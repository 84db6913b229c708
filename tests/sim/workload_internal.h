// What the files of the workload share.
#ifndef TESTS_SIM_WORKLOAD_INTERNAL_H
#define TESTS_SIM_WORKLOAD_INTERNAL_H

#include "tests/sim/text.h"
#include "tests/sim/workload.h"

struct workload {
    struct workload_shape shape;
    struct sim_random inputs; // stream of all inputs, forked by shard and index
    struct sim_arena arena;
    struct workload_rules *variants;
    bool may_pin;
    struct text *types; // that inputs are drawn from
    uint32_t *type_weights;
    size_t type_count;
};

struct workload_memory {
    struct sim_arena arena;
    struct sim_text value; // bytes on the wire
};

// Drawing anything: from which stream, into which memory.
struct draw {
    struct sim_arena *arena;
    struct sim_random random;
};

// --- words
struct words {
    const char *const *at;
    size_t count;
};
extern const struct words words_tags, words_lists, words_channels, words_stages, words_people,
    words_fields, words_texts, words_wire_texts, words_zones, words_sources, words_unknown_types,
    words_derived_types;
struct text words_pick(struct sim_random *random, struct words words);

// --- values
const char *workload_type_name(enum workload_type type);
enum workload_type workload_type_parse(struct text name);
enum { VALUE_FOR_RULES, VALUE_FOR_WIRE }; // rules are YAML and take printable texts only
struct workload_value draw_value(struct draw *draw, enum workload_type type, int purpose);

// --- rules
// Where one variant is drawn: `seed` is the same for all variants, most parts follow it alone.
struct rules_draw {
    struct sim_arena *arena;
    const struct sim_random *seed;
    uint32_t variant;
    bool is_calm;  // workflows do not react to what workflows do
    bool is_plain; // no counters, segments and what scores have beyond bands and limits of times
    bool is_alone; // there are no other rules that may take their place
    bool
        may_pin; // workflows may: what events, fields and actions have is of one type in all variants
    bool may_forget; // scores lose points by time alone: then nothing listens to score.changed
    bool
        has_event_clock; // all variants know the same kinds of identifier: what some refuse would not move the clock
    int64_t step_ms;    // between inputs, about
    int64_t horizon_ms; // how much time passes over all inputs, about
    struct workload_rules *rules;
};
void draw_implies(const struct rules_draw *from);
void implies_print(const struct workload_event_type *type, struct sim_text *to);
struct draw part_draw(const struct rules_draw *from, const char *label, uint32_t number);
struct text draw_trigger(struct draw *draw, const struct rules_draw *from, bool may_follow);
bool is_derived_type(struct text type); // one that the engine makes
int64_t draw_span(
    const struct rules_draw *from, struct sim_random *random); // of time, at least 1 ms
void draw_counters(const struct rules_draw *from);
void draw_objects(const struct rules_draw *from);
// The condition of a segment, to which a question about objects may be joined.
const struct workload_expr *draw_with_objects(
    const struct rules_draw *from, uint32_t place, const struct workload_expr *condition);
void draw_objects_heard(const struct rules_draw *from); // behind all that reads counters
void objects_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
// The built-in types that workloads use, then those that the rules of the seed declare.
void draw_rules(struct workload *workload, const struct sim_random *random);
const struct workload_event_type *rules_event(const struct workload_rules *rules, struct text name);
void rules_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
// The sections from which it follows what events make of contacts.
void history_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
void scores_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
void counters_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
void segments_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
// Items of a section that stand in a file: whether item i of count is there, and whether it is the first there.
bool print_is_here(uint32_t i, uint32_t count, const struct workload_rules *rules, uint32_t file);
bool print_begins(uint32_t i, uint32_t count, const struct workload_rules *rules, uint32_t file);
struct workload_event_type *draw_event_types(
    struct draw *draw, const struct sim_random *own, uint32_t *count_out);

// --- inputs
struct text draw_likely_text(struct draw *draw, struct text member); // of a member of data
struct input_draw {
    struct draw draw;
    const struct workload *workload;
    uint32_t shard;
    uint64_t index;
    struct workload_input *input;
};
// The stream of one input, and of what it has besides its source and id.
struct sim_random workload_stream(const struct workload *workload, uint32_t shard, uint64_t index);
void draw_event(struct input_draw *draw);
void draw_data(struct input_draw *draw, struct text type);
// Writes the event of draw->input in one of the forms.
void write_event(struct input_draw *draw);
// Makes the input one that is refused for its form.
void write_refused(struct input_draw *draw);
void write_refused_form(struct input_draw *draw);

// The event as the object that is sent, for those who write or spoil it.
struct workload_value *event_object(struct input_draw *draw, uint32_t extra_room);
void write_json(struct sim_text *to, struct sim_random *random, const struct workload_value *value);
void write_msgpack(struct sim_text *to, const struct workload_value *value);
void use_value(struct input_draw *draw, const char *what);

#endif
