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
    bool is_calm; // workflows do not react to what workflows do
    struct workload_rules *rules;
};
struct draw part_draw(const struct rules_draw *from, const char *label, uint32_t number);
struct text draw_trigger(struct draw *draw, const struct rules_draw *from, bool may_follow);
void draw_actions(const struct rules_draw *from);
void draw_workflows(const struct rules_draw *from);
// The built-in types that workloads use, then those that the rules of the seed declare.
void draw_rules(struct workload *workload, const struct sim_random *random);
const struct workload_event_type *rules_event(const struct workload_rules *rules, struct text name);
void rules_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
struct workload_event_type *draw_event_types(
    struct draw *draw, const struct sim_random *own, uint32_t *count_out);

// --- inputs
struct input_draw {
    struct draw draw;
    const struct workload *workload;
    uint32_t shard;
    uint64_t index;
    struct workload_input *input;
};
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
