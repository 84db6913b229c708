// The simulated Kafka: what real brokers are seen to do, and what its faults do to the Kafka layer.
// links: engine/base engine/event consumers/kafka
// without: rdkafka
// with: tests/consumers/kafka/real_kafka.c tests/consumers/kafka/sim_broker.c tests/consumers/kafka/scenarios_sink.c
// with: tests/consumers/kafka/scenarios_source.c
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "engine/base/memory.h"

#include "tests/consumers/kafka/sim_broker.h"

enum { STACK_BYTES = 256 * 1024, LIVES_MAX = 64, FRAMES = 12, SECOND_US = 1000000, EVERY = 100000 };
enum { GRID_SEEDS_MAX = 3000 };

// --- processes that can be left where they are: killed, or stopped for a while

static struct process {
    ucontext_t context;
    ucontext_t outside;
    uint8_t *stack; // kept, as a killed process's memory is not looked after by anybody
    void (*run)(void);
    bool has_ended;
} processes[LIVES_MAX];
static uint32_t running; // 0: none
static uint32_t kept;

static void process_main(void)
{
    struct process *process = &processes[running];
    process->run();
    process->has_ended = true;
    (void)swapcontext(&process->context, &process->outside);
}

// Goes back to where the running process was started or resumed.
static void process_leave(void)
{
    struct process *process = &processes[running];
    (void)swapcontext(&process->context, &process->outside);
}

static void process_resume(uint32_t number)
{
    uint32_t before = running;
    running = number;
    sim.process = number;
    (void)swapcontext(&processes[number].outside, &processes[number].context);
    running = before;
    sim.process = before;
}

static uint32_t process_start(void (*run)(void))
{
    uint32_t number = ++kept;
    ck_assert_uint_lt(number, LIVES_MAX);
    struct process *process = &processes[number];
    if (process->stack == NULL)
        process->stack = mem_alloc(STACK_BYTES);
    process->run = run;
    process->has_ended = false;
    (void)getcontext(&process->context);
    process->context.uc_stack.ss_sp = process->stack;
    process->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&process->context, process_main, 0);
    process_resume(number);
    return number;
}

// --- faults that are wanted at one place

static struct {
    const char *at;
    enum sim_kafka_fault fault; // SIM_KAFKA_FAULT_COUNT: none
    bool leaves;                // the process stops there
    int64_t late_us_max;
} wanted;

static void wanted_crash_here(const char *where)
{
    if (wanted.at == NULL || strcmp(where, wanted.at) != 0)
        return;
    wanted.at = NULL;
    struct sim_kafka_faults faults = {.late_us_max = wanted.late_us_max};
    if (wanted.fault != SIM_KAFKA_FAULT_COUNT)
        faults.chance[wanted.fault] = EVERY;
    sim_kafka_set_faults(sim.kafka, &faults);
    if (wanted.leaves)
        process_leave();
}

static void faults_off(void)
{
    sim_kafka_set_faults(sim.kafka, &(struct sim_kafka_faults){0});
}

static void seeds_setup(void)
{
    real_setup();
    kept = 0;
    running = 0;
    memset(&wanted, 0, sizeof(wanted));
    wanted.fault = SIM_KAFKA_FAULT_COUNT;
    sim.crash_here = wanted_crash_here;
}

// --- what is in topic_out, by another way than the source's

struct counting {
    uint64_t frame;
    uint64_t index;
};

static void count_record(void *context, const struct sim_kafka_seen *record)
{
    struct counting *counting = context;
    struct frame_texts want;
    frame_fill(&want, 0, counting->frame + 1);
    ck_assert_msg(
        bytes_equal(record->value, want.items[counting->index].value),
        "offset %" PRId64 ": not the %" PRIu64 ". of frame %" PRIu64, record->offset,
        counting->index, counting->frame + 1);
    counting->index++;
    counting->frame += counting->index / FRAME_ITEMS;
    counting->index %= FRAME_ITEMS;
}

// Whole frames, in order, each once. Returns how many.
static uint64_t frames_seen(void)
{
    struct counting counting = {0};
    sim_kafka_read_committed(sim.kafka, real.topic_out, 0, count_record, &counting);
    ck_assert_uint_eq(counting.index, 0);
    return counting.frame;
}

static uint64_t open_confirmed(const char *id)
{
    struct sink sink = sink_open(id);
    enum err err = ERR_UNREACHABLE;
    for (unsigned i = 0; i < TRIES_MAX && err == ERR_UNREACHABLE; i++)
        err = sink_recover(&sink, 0);
    ck_assert_msg(err == ERR_OK, "%s", real.fault.text);
    uint64_t sequence = kafka_sink_confirmed(&sink, 0).sequence;
    sink_close(&sink);
    return sequence;
}

// --- one fault at one place

static const struct once_case {
    const char *at;
    enum sim_kafka_fault fault;
    enum err want;
    uint64_t confirmed; // afterwards
} once_cases[] = {
    {"commit flushed", SIM_KAFKA_FAULT_LOST_ANSWER, ERR_UNREACHABLE, 2},
    {"commit flushed", SIM_KAFKA_FAULT_LOST_REQUEST, ERR_UNREACHABLE, 1},
    {"commit flushed", SIM_KAFKA_FAULT_UNREACHABLE, ERR_UNREACHABLE, 1},
    {"commit flushed", SIM_KAFKA_FAULT_COORDINATOR_GONE, ERR_UNREACHABLE, 1},
    {"commit flushed", SIM_KAFKA_FAULT_COORDINATOR_LOADING, ERR_UNREACHABLE, 1},
    {"commit flushed", SIM_KAFKA_FAULT_COORDINATOR_MOVED, ERR_UNREACHABLE, 1},
    {"commit", SIM_KAFKA_FAULT_LOST_REQUEST, ERR_UNREACHABLE, 1},
    {"send offsets", SIM_KAFKA_FAULT_TOO_LARGE, ERR_LIMIT, 1},
    {"send offsets", SIM_KAFKA_FAULT_NOT_AUTHORISED, ERR_STATE, 1},
    {"send offsets", SIM_KAFKA_FAULT_LOST_ANSWER, ERR_UNREACHABLE, 1},
};

// Frame 2 meets it, for as long as the sink is patient. What it then reads back is what is there.
START_TEST(unknown_outcome_is_read_back_and_not_sent_again)
{
    const struct once_case *given = &once_cases[_i];
    struct sink sink = sink_open("tx");
    sink_publish_until(&sink, 1, 1);
    wanted.at = given->at;
    wanted.fault = given->fault;
    enum err err = sink_publish_frame(&sink, 0, 2);
    ck_assert_msg(
        err == given->want, "%s: %s", err_name(err), err == ERR_OK ? "" : real.fault.text);
    faults_off();
    real_pause_ms(1000); // what is under way meets it, too
    sim_kafka_settle(sim.kafka);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 2), ERR_STATE); // not before it is read back
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 0).sequence, given->confirmed);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 2), ERR_OK);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 3), ERR_OK);
    sink_close(&sink);
    real_pause_ms(100);
    ck_assert_uint_eq(frames_seen(), 3);
    expect_frames(3);
}
END_TEST

// What one shard read back says nothing of another.
START_TEST(every_shard_is_read_back_after_an_unknown_outcome)
{
    struct sink sink = sink_open("tx");
    for (uint32_t shard = 0; shard < 2; shard++) {
        ck_assert_int_eq(sink_recover(&sink, shard), ERR_OK);
        ck_assert_int_eq(sink_publish_frame(&sink, shard, 1), ERR_OK);
    }
    wanted.at = "commit flushed";
    wanted.fault = SIM_KAFKA_FAULT_LOST_ANSWER;
    ck_assert_int_eq(sink_publish_frame(&sink, 1, 2), ERR_UNREACHABLE);
    faults_off();
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_int_eq(sink_publish_frame(&sink, 1, 2), ERR_STATE);
    ck_assert_int_eq(sink_recover(&sink, 1), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 1).sequence, 2);
    sink_close(&sink);
}
END_TEST

static void publish_two(void)
{
    struct sink sink = sink_open("tx");
    sink_publish_until(&sink, 1, 2);
    sink_close(&sink);
}

static const char *const places[] = {
    "init", "init done", "send offsets", "commit", "commit flushed"};

// A process is killed there while frame 1 or 2 is on its way; its next request arrives late.
START_TEST(killed_process_leaves_all_or_nothing)
{
    wanted.at = places[_i % 5];
    wanted.fault = SIM_KAFKA_FAULT_LATE_REQUEST;
    wanted.leaves = true;
    wanted.late_us_max = SECOND_US;
    uint32_t first = process_start(publish_two);
    ck_assert(!processes[first].has_ended);
    sim_kafka_process_died(sim.kafka, first);
    faults_off();
    uint64_t confirmed = open_confirmed("tx");
    ck_assert_uint_eq(frames_seen(), confirmed);
    uint32_t second = process_start(publish_two);
    ck_assert(processes[second].has_ended);
    real_pause_ms(2000);
    ck_assert_uint_eq(frames_seen(), 2);
}
END_TEST

static enum err zombie_err;

static void publish_as_zombie(void)
{
    struct sink sink = sink_open("tx");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    zombie_err = sink_publish_frame(&sink, 0, 1);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_FENCED);
    sink_close(&sink);
}

// It stands still, another takes over, it goes on.
START_TEST(stopped_process_is_fenced_when_it_goes_on)
{
    wanted.at = places[2 + _i];
    wanted.leaves = true;
    uint32_t first = process_start(publish_as_zombie);
    ck_assert(!processes[first].has_ended);
    uint32_t second = process_start(publish_two);
    ck_assert(processes[second].has_ended);
    process_resume(first);
    ck_assert(processes[first].has_ended);
    ck_assert_int_eq(zombie_err, ERR_FENCED);
    real_pause_ms(100); // markers are written
    ck_assert_uint_eq(frames_seen(), 2);
}
END_TEST

START_TEST(open_transaction_of_a_dead_process_holds_readers_up_until_it_times_out)
{
    wanted.at = "commit flushed";
    wanted.leaves = true;
    uint32_t first = process_start(publish_two);
    sim_kafka_process_died(sim.kafka, first);
    struct sim_kafka_record record = {.value = BYTES_LITERAL("behind")};
    int64_t behind = sim_kafka_produce(sim.kafka, real.topic_out, 0, &record);
    struct sim_kafka_range range = sim_kafka_range_of(sim.kafka, real.topic_out, 0);
    ck_assert_int_eq(range.stable, 0);
    ck_assert_int_eq(range.high, behind + 1);
    real_pause_ms(59000);
    ck_assert_int_eq(sim_kafka_range_of(sim.kafka, real.topic_out, 0).stable, 0);
    real_pause_ms(12000); // the coordinator looks every 10 s
    range = sim_kafka_range_of(sim.kafka, real.topic_out, 0);
    ck_assert_int_eq(range.stable, behind + 2); // and the marker
    ck_assert_uint_eq(sim.happened[SIM_KAFKA_FAULT_TIMED_OUT][SIM_KAFKA_CALL_ABORT], 1);
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_TO_END, 0);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(messages[0].position, behind);
    reader.source.ops->release(reader.source.self);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_END);
    reader_close(&reader);
}
END_TEST

// --- many faults, many deaths

static struct sim_kafka_faults faults_of(uint64_t seed)
{
    struct sim_kafka_faults faults = {
        .latency_us_max = 100 + (int64_t)(hash_mix(seed) % 20000),
        .late_us_max = 1000 + (int64_t)(hash_mix(seed + 1) % 90000000),
        .outage_us_max = 1000 + (int64_t)(hash_mix(seed + 2) % 30000000)};
    for (unsigned i = 0; i < SIM_KAFKA_FAULT_COUNT; i++) {
        uint64_t drawn = hash_mix(seed * 64 + i);
        if (drawn % 3 == 0)
            faults.chance[i] = (uint32_t)(drawn >> 32) % 4000;
    }
    return faults;
}

static uint64_t deaths_left;

static void random_crash_here(const char *where)
{
    (void)where;
    if (running == 0 || deaths_left == 0 || hash_mix(sim.random += 77) % 40 != 0)
        return;
    deaths_left--;
    process_leave();
}

static enum err life_end;

// Publishes as the daemon does, until all is out or another has taken over.
static void publish_life(void)
{
    struct sink sink = sink_open("tx");
    life_end = ERR_UNREACHABLE;
    uint64_t next = 0; // 0: to be read back
    for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
        enum err err = ERR_OK;
        if (next == 0) {
            err = sink_recover(&sink, 0);
            if (err == ERR_OK)
                next = kafka_sink_confirmed(&sink, 0).sequence + 1;
        } else if (next <= FRAMES) {
            err = sink_publish_frame(&sink, 0, next);
            next = err == ERR_OK ? next + 1 : 0;
        }
        ck_assert_msg(
            err == ERR_OK || err == ERR_UNREACHABLE || err == ERR_STATE || err == ERR_FENCED ||
                err == ERR_LIMIT,
            "%s: %s", err_name(err), err == ERR_OK ? "" : real.fault.text);
        if (err == ERR_FENCED || next > FRAMES) {
            life_end = err;
            break;
        }
        if (err != ERR_OK)
            real_pause_ms(PAUSE_MS);
    }
    sink_close(&sink);
}

static void lives_run(uint64_t seed)
{
    sim_broker_make(seed, SIM_KAFKA_CREATES_NO_TOPICS);
    struct sim_kafka_faults faults = faults_of(seed);
    sim_kafka_set_faults(sim.kafka, &faults);
    sim.crash_here = random_crash_here;
    deaths_left = seed % 5;
    kept = 0;
    life_end = ERR_UNREACHABLE;
    while (life_end != ERR_OK) {
        if (kept >= 20)
            sim_kafka_settle(sim.kafka);
        uint32_t number = process_start(publish_life);
        if (!processes[number].has_ended)
            sim_kafka_process_died(sim.kafka, number);
    }
    sim_kafka_settle(sim.kafka);
    real_pause_ms(100000); // what is late arrives, and is refused
    ck_assert_msg(frames_seen() == FRAMES, "seed %" PRIu64, seed);
}

START_TEST(nothing_is_lost_or_doubled_over_faults_and_deaths)
{
    uint64_t first = test_seed() + (uint64_t)_i * 1000;
    for (uint64_t seed = first; seed < first + 200; seed++)
        lives_run(seed);
}
END_TEST

static uint64_t world_digest(uint64_t seed)
{
    lives_run(seed);
    struct sim_kafka_range range = sim_kafka_range_of(sim.kafka, real.topic_out, 0);
    uint64_t digest = hash_u64(bytes_of(sim.happened, sizeof(sim.happened)), 0);
    return hash_mix(digest ^ (uint64_t)range.high ^ (uint64_t)sim.now_us ^ sim.random);
}

START_TEST(same_seed_is_the_same_run)
{
    for (uint64_t seed = test_seed(); seed < test_seed() + 20; seed++) {
        uint64_t first = world_digest(seed);
        free(mem_alloc(4096 + seed % 4096)); // other addresses
        ck_assert_uint_eq(first, world_digest(seed));
    }
    ck_assert_uint_ne(world_digest(test_seed()), world_digest(test_seed() + 1));
}
END_TEST

// --- reading

enum { INPUTS = 300 };

static void inputs_produce(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "%u", i);
        struct header header = {.name = BYTES_LITERAL("n"), .value = bytes_text(text)};
        struct sim_kafka_record record = {
            .key = bytes_text(text),
            .value = bytes_text(text),
            .headers = &header,
            .header_count = 1};
        if (i % 7 == 3) { // in a transaction of its own, after one that was aborted
            record.transaction = sim_kafka_foreign_begin(sim.kafka);
            (void)sim_kafka_produce(sim.kafka, real.topic_in, 0, &record);
            sim_kafka_foreign_end(sim.kafka, record.transaction, SIM_KAFKA_ABORT);
            record.transaction = sim_kafka_foreign_begin(sim.kafka);
        }
        (void)sim_kafka_produce(sim.kafka, real.topic_in, 0, &record);
        if (record.transaction != 0)
            sim_kafka_foreign_end(sim.kafka, record.transaction, SIM_KAFKA_COMMIT);
    }
}

struct reading {
    struct reader reader;
    unsigned count; // of inputs that came
    int64_t position;
};

static struct reading reading_open(void)
{
    return (struct reading){
        .reader = reader_open(real.topic_in, KAFKA_READ_ON, 0), .position = SOURCE_POSITION_START};
}

static void inputs_check(struct reading *reading, const struct message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++, reading->count++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "%u", reading->count);
        ck_assert_msg(
            bytes_equal_text(messages[i].value, text), "wanted %s at %" PRId64, text,
            messages[i].position);
        ck_assert(bytes_equal_text(header_of(&messages[i], "n"), text));
        reading->position = messages[i].position_next;
    }
}

// Reads as the engine does, starting again where it was after every error, up to so many inputs. Or ERR_GAP.
static enum err inputs_read(struct reading *reading, unsigned to)
{
    const struct source *source = &reading->reader.source;
    enum err err = ERR_UNREACHABLE; // not started
    for (unsigned tries = 0; tries < 100 * TRIES_MAX && reading->count < to; tries++) {
        struct message messages[50];
        size_t count = 0;
        if (err != ERR_OK && err != ERR_AGAIN)
            err = reader_start(&reading->reader, reading->position);
        if (err == ERR_OK || err == ERR_AGAIN)
            err = source->ops->poll(source->self, messages, 50, &count, &real.fault);
        if (err == ERR_OK)
            inputs_check(reading, messages, count);
        source->ops->release(source->self);
        if (err == ERR_GAP)
            return err;
        if (err != ERR_OK)
            real_pause_ms(PAUSE_MS);
    }
    return reading->count >= to ? ERR_OK : err;
}

static void reading_run(uint64_t seed)
{
    sim_broker_make(seed, SIM_KAFKA_CREATES_NO_TOPICS);
    struct sim_kafka_faults faults = faults_of(seed);
    sim_kafka_set_faults(sim.kafka, &faults);
    inputs_produce(0, INPUTS / 2);
    struct reading reading = reading_open();
    ck_assert_msg(inputs_read(&reading, INPUTS / 3) == ERR_OK, "seed %" PRIu64, seed);
    inputs_produce(INPUTS / 2, INPUTS);
    ck_assert_msg(inputs_read(&reading, INPUTS) == ERR_OK, "seed %" PRIu64, seed);
    reader_close(&reading.reader);
}

START_TEST(inputs_are_read_in_order_whatever_happens)
{
    uint64_t first = test_seed() + (uint64_t)_i * 1000;
    for (uint64_t seed = first; seed < first + 50; seed++)
        reading_run(seed);
}
END_TEST

static struct reading reading_of_all(void)
{
    inputs_produce(0, INPUTS);
    real_pause_ms(100);
    struct reading reading = reading_open();
    ck_assert_int_eq(inputs_read(&reading, INPUTS), ERR_OK);
    return reading;
}

static void expect_gap(struct reading *reading, const char *cause)
{
    ck_assert_int_eq(inputs_read(reading, 2 * INPUTS), ERR_GAP);
    ck_assert_msg(strstr(real.fault.text, cause) != NULL, "%s", real.fault.text);
    reader_close(&reading->reader);
}

START_TEST(log_that_became_shorter_is_a_gap)
{
    sim.random += (uint64_t)_i;
    struct reading reading = reading_of_all();
    int64_t high = reading.position - 20;
    sim_kafka_truncate(sim.kafka, real.topic_in, 0, high);
    ck_assert_int_eq(sim_kafka_range_of(sim.kafka, real.topic_in, 0).high, high);
    // Not started again: it is to be noticed on the way.
    const struct source *source = &reading.reader.source;
    struct message messages[1];
    size_t count = 0;
    enum err err = ERR_AGAIN;
    for (unsigned i = 0; i < TRIES_MAX && err == ERR_AGAIN; i++) {
        real_pause_ms(PAUSE_MS);
        err = source->ops->poll(source->self, messages, 1, &count, &real.fault);
        source->ops->release(source->self);
    }
    ck_assert_int_eq(err, ERR_GAP);
    expect_gap(&reading, "truncated or created anew");
}
END_TEST

START_TEST(topic_that_is_gone_is_missing_and_shorter_when_it_is_back)
{
    struct reading reading = reading_of_all();
    sim_kafka_topic_delete(sim.kafka, real.topic_in);
    ck_assert_int_ne(inputs_read(&reading, INPUTS + 1), ERR_GAP);
    sim_kafka_topic_create(sim.kafka, real.topic_in, 2);
    expect_gap(&reading, "truncated or created anew");
}
END_TEST

START_TEST(records_that_were_deleted_before_they_were_read_are_a_gap)
{
    inputs_produce(0, INPUTS);
    real_pause_ms(100);
    struct reading reading = reading_open();
    ck_assert_int_eq(inputs_read(&reading, 40), ERR_OK);
    ck_assert_int_eq(
        reader_start(&reading.reader, reading.position), ERR_OK); // throws away what came
    sim_kafka_retain(sim.kafka, real.topic_in, 0, reading.position + 30);
    ck_assert_int_eq(sim_kafka_range_of(sim.kafka, real.topic_in, 0).low, reading.position + 30);
    expect_gap(&reading, "deleted before it was read");
}
END_TEST

START_TEST(undecided_records_hold_up_those_behind_and_wake_when_decided)
{
    struct sim_kafka_record record = {.value = BYTES_LITERAL("0")};
    struct header header = {.name = BYTES_LITERAL("n"), .value = BYTES_LITERAL("0")};
    record.headers = &header;
    record.header_count = 1;
    record.transaction = sim_kafka_foreign_begin(sim.kafka);
    (void)sim_kafka_produce(sim.kafka, real.topic_in, 0, &record);
    struct reading reading = reading_open();
    ck_assert_int_eq(reader_start(&reading.reader, SOURCE_POSITION_START), ERR_OK);
    const struct source *source = &reading.reader.source;
    struct message messages[1];
    size_t count = 0;
    for (unsigned i = 0; i < 20; i++) {
        ck_assert_int_eq(
            source->ops->poll(source->self, messages, 1, &count, &real.fault), ERR_AGAIN);
        source->ops->release(source->self);
        real_pause_ms(PAUSE_MS);
    }
    atomic_store(&real.wakes, 0);
    real_pause_ms(1000);
    ck_assert_uint_eq(atomic_load(&real.wakes), 0);
    sim_kafka_foreign_end(sim.kafka, record.transaction, SIM_KAFKA_COMMIT);
    real_pause_ms(100);
    ck_assert_uint_gt(atomic_load(&real.wakes), 0);
    ck_assert_int_eq(inputs_read(&reading, 1), ERR_OK);
    reader_close(&reading.reader);
}
END_TEST

// Another client of the group asks while the offset is decided, but not yet written.
START_TEST(offset_that_is_being_decided_is_waited_for)
{
    struct sink sink = sink_open("tx");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    struct sim_kafka_faults busy = {.chance[SIM_KAFKA_FAULT_STILL_BUSY] = EVERY / 4};
    sim_kafka_set_faults(sim.kafka, &busy); // markers are slow, too
    struct sim_kafka_offset offset = {.offset = 0};
    uint64_t sequence = 0;
    do { // until a marker comes far later than the answer
        ck_assert_uint_lt(sequence, 1000);
        ck_assert_int_eq(sink_publish_frame(&sink, 0, ++sequence), ERR_OK);
        real_pause_ms(500);
        (void)sim_kafka_committed(sim.kafka, real.topic_in, real.topic_in, 0, &offset);
    } while (offset.offset == (int64_t)sequence * 100);
    faults_off();
    ck_assert_uint_eq(open_confirmed("other"), sequence);
    ck_assert(sim_kafka_committed(sim.kafka, real.topic_in, real.topic_in, 0, &offset));
    ck_assert_int_eq(offset.offset, (int64_t)sequence * 100);
    sink_close(&sink);
}
END_TEST

static unsigned cells_missed(uint64_t seen[SIM_KAFKA_FAULT_COUNT][SIM_KAFKA_CALL_COUNT], FILE *to)
{
    unsigned missed = 0;
    for (unsigned i = 0; i < SIM_KAFKA_FAULT_COUNT; i++) {
        for (unsigned j = 0; j < SIM_KAFKA_CALL_COUNT; j++) {
            seen[i][j] += sim.happened[i][j];
            bool is_possible =
                sim_kafka_is_possible((enum sim_kafka_fault)i, (enum sim_kafka_call)j);
            if (!is_possible || seen[i][j] > 0)
                continue;
            missed++;
            if (to != NULL)
                (void)fprintf(
                    to, "never: %s, %s\n", sim_kafka_fault_name((enum sim_kafka_fault)i),
                    sim_kafka_call_name((enum sim_kafka_call)j));
        }
    }
    return missed;
}

START_TEST(every_fault_meets_every_call_that_it_can)
{
    static uint64_t seen[SIM_KAFKA_FAULT_COUNT][SIM_KAFKA_CALL_COUNT];
    unsigned missed = 1;
    uint64_t seed = test_seed();
    for (; seed < test_seed() + GRID_SEEDS_MAX && missed > 0; seed++) {
        reading_run(seed);
        (void)cells_missed(seen, NULL);
        lives_run(seed);
        missed = cells_missed(seen, NULL);
    }
    memset(sim.happened, 0, sizeof(sim.happened));
    ck_assert_uint_eq(cells_missed(seen, stdout), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("simulated kafka");
    suite_add_tcase(suite, sink_scenarios());
    suite_add_tcase(suite, source_scenarios());

    TCase *sink = tcase_create("sink");
    tcase_add_checked_fixture(sink, seeds_setup, real_teardown);
    tcase_set_timeout(sink, 120);
    tcase_add_loop_test(
        sink, unknown_outcome_is_read_back_and_not_sent_again, 0,
        (int)(sizeof(once_cases) / sizeof(once_cases[0])));
    tcase_add_test(sink, every_shard_is_read_back_after_an_unknown_outcome);
    tcase_add_loop_test(sink, killed_process_leaves_all_or_nothing, 0, 50);
    tcase_add_loop_test(sink, stopped_process_is_fenced_when_it_goes_on, 0, 3);
    tcase_add_test(sink, open_transaction_of_a_dead_process_holds_readers_up_until_it_times_out);
    tcase_add_loop_test(sink, nothing_is_lost_or_doubled_over_faults_and_deaths, 0, 4);
    tcase_add_test(sink, same_seed_is_the_same_run);
    tcase_add_test(sink, offset_that_is_being_decided_is_waited_for);
    suite_add_tcase(suite, sink);

    TCase *source = tcase_create("reading");
    tcase_add_checked_fixture(source, seeds_setup, real_teardown);
    tcase_set_timeout(source, 120);
    tcase_add_loop_test(source, inputs_are_read_in_order_whatever_happens, 0, 4);
    tcase_add_loop_test(source, log_that_became_shorter_is_a_gap, 0, 8);
    tcase_add_test(source, topic_that_is_gone_is_missing_and_shorter_when_it_is_back);
    tcase_add_test(source, records_that_were_deleted_before_they_were_read_are_a_gap);
    tcase_add_test(source, undecided_records_hold_up_those_behind_and_wake_when_decided);
    tcase_add_test(source, every_fault_meets_every_call_that_it_can);
    suite_add_tcase(suite, source);
    return suite;
}
