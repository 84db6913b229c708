// Puts rules in force on a lane's shard.
#include "engine/run/lane_rules.h"

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/fold/activation.h"
#include "engine/run/lane_checkpoint.h"
#include "engine/run/lane_timers.h"

enum {
    NEAR_FRAMES = 4,  // so many may be left when the lane is held
    ROUNDS_MAX = 100, // of following; then the lane is held however much is left
    CHUNK_FRAMES = 16,
    PROGRESS_US = 5 * 1000 * 1000,
};

// ---- both

static void fail(const struct lane *lane, struct fault *fault, enum err err)
{
    fault->err = err;
    runtime_fail(lane->runtime, exit_code_of(err), "rules cannot be put in force", fault);
}

static void say_zones(const struct lane *lane)
{
    struct shard_counts counts;
    shard_counts(lane->shard, &counts);
    if (counts.zones_renewed > lane->rules.zones_renewed)
        DIAG(
            &lane->runtime->log, DIAG_INFO, "time zones of the system have changed",
            DIAG_NUM("shard", lane->number),
            DIAG_NUM("zones", counts.zones_renewed - lane->rules.zones_renewed),
            DIAG_NUM("sequence", counts.sequence));
}

// What became of runs in flight.
static void say_runs(const struct lane *lane, const struct shard_counts *before)
{
    struct shard_counts counts;
    shard_counts(lane->shard, &counts);
    uint64_t stranded = counts.runs_stranded - before->runs_stranded;
    uint64_t asleep = counts.runs_asleep - before->runs_asleep;
    uint64_t moved = counts.runs_moved - before->runs_moved;
    uint64_t cancelled = counts.runs_cancelled - before->runs_cancelled;
    uint64_t included = counts.runs_included - before->runs_included;
    uint64_t pinned = counts.runs_pinned - before->runs_pinned;
    uint64_t unpinned = counts.runs_unpinned - before->runs_unpinned;
    if (stranded + asleep > 0)
        DIAG(
            &lane->runtime->log, DIAG_WARN, "runs cannot go on under the new rules",
            DIAG_NUM("shard", lane->number), DIAG_NUM("step_gone", stranded),
            DIAG_NUM("workflow_gone", asleep));
    if (pinned + unpinned > 0)
        DIAG(
            &lane->runtime->log, DIAG_INFO, "runs keep the steps that they began with",
            DIAG_NUM("shard", lane->number), DIAG_NUM("pinned", pinned),
            DIAG_NUM("could_not", unpinned));
    if (moved + cancelled + included > 0)
        DIAG(
            &lane->runtime->log, DIAG_INFO, "runs follow the new rules",
            DIAG_NUM("shard", lane->number), DIAG_NUM("moved", moved),
            DIAG_NUM("cancelled", cancelled), DIAG_NUM("begun", included));
}

// Runs that follow the new rules although these say that they are not to.
static void say_refusals(const struct lane *lane, const struct activation *activation)
{
    size_t count = 0;
    const struct pin_refusal *refusals = activation_refusals(activation, &count);
    for (size_t i = 0; i < count; i++)
        DIAG(
            &lane->runtime->log, DIAG_WARN, "runs cannot keep the steps that they began with",
            DIAG_NUM("shard", lane->number), DIAG_TEXT("workflow", refusals[i].workflow),
            DIAG_HEX("version", refusals[i].version), DIAG_TEXT("reason", refusals[i].reason));
}

static void say_in_force(
    const struct lane *lane, int64_t held_us, const struct shard_counts *before)
{
    DIAG(
        &lane->runtime->log, DIAG_INFO, "rules put in force", DIAG_NUM("shard", lane->number),
        DIAG_NUM("sequence", shard_ruleset_sequence(lane->shard)),
        DIAG_HEX("ruleset", ruleset_hash(shard_ruleset(lane->shard))),
        DIAG_NUM("held_ms", held_us / 1000));
    say_runs(lane, before);
    say_zones(lane);
}

// Up to a sequence, or as far as it came when the process is asked to stop.
static enum err follow_chunk(
    struct activation *activation, uint64_t sequence_last, struct fault *fault)
{
    uint64_t to = activation_sequence(activation) + CHUNK_FRAMES;
    return activation_follow(activation, to < sequence_last ? to : sequence_last, fault);
}

// ---- at the opening

static void follow_at_opening(struct lane *lane, struct activation *activation)
{
    uint64_t last = shard_sequence(lane->shard);
    int64_t said_us = 0;
    struct fault fault = {.err = ERR_OK};
    while (activation_sequence(activation) < last) {
        int64_t now_us = runtime_mono_us(lane->runtime);
        if (said_us == 0 || now_us - said_us > PROGRESS_US) {
            said_us = now_us;
            DIAG(
                &lane->runtime->log, DIAG_INFO, "folding the journal again under new rules",
                DIAG_NUM("shard", lane->number),
                DIAG_NUM("sequence", activation_sequence(activation)),
                DIAG_NUM("sequence_last", last));
        }
        enum err err = follow_chunk(activation, last, &fault);
        if (err != ERR_OK)
            fail(lane, &fault, err);
    }
}

void lane_rules_open(struct lane *lane, const struct rules *rules, struct side_thread *side)
{
    struct activation *activation = NULL;
    struct fault fault = {.err = ERR_OK};
    uint64_t in_force = shard_ruleset_sequence(lane->shard);
    int64_t began_us = runtime_mono_us(lane->runtime);
    int64_t at_ms = lane_timers_settle(lane, ruleset_hash(rules->ruleset), side);
    struct shard_counts before;
    shard_counts(lane->shard, &before);
    lane->rules.zones_renewed = before.zones_renewed;
    enum err err = activation_begin(lane->shard, ruleset_hold(rules->ruleset), &activation, &fault);
    if (err != ERR_OK)
        fail(lane, &fault, err);
    if (activation != NULL)
        say_refusals(lane, activation);
    if (activation != NULL && activation_has_history(activation))
        follow_at_opening(lane, activation);
    err = activation == NULL ? activation_renew_zones(lane->shard, at_ms, &fault)
                             : activation_end(activation, lane->shard, at_ms, &fault);
    if (err != ERR_OK)
        fail(lane, &fault, err);
    if (shard_ruleset_sequence(lane->shard) != in_force)
        say_in_force(lane, runtime_mono_us(lane->runtime) - began_us, &before);
    else
        say_zones(lane);
}

// ---- beside the lane

static struct lane *lane_of(struct post *post)
{
    return (struct lane *)(void *)((char *)post - offsetof(struct lane, rules.post));
}

static void on_followed(struct post *post);

// Side thread.
static void run_follow(struct post *post)
{
    struct lane *lane = lane_of(post);
    struct lane_rules *rules = &lane->rules;
    rules->err = ERR_OK;
    while (rules->err == ERR_OK && activation_sequence(rules->activation) < rules->follow_to &&
           !atomic_load(&lane->runtime->is_stopping))
        rules->err = follow_chunk(rules->activation, rules->follow_to, &rules->fault);
    FAILPOINT(RELOAD_FOLLOWED);
    rules->post.run = on_followed;
    postbox_send(lane->box, &rules->post);
}

static void follow(struct lane *lane)
{
    struct lane_rules *rules = &lane->rules;
    INVARIANT(!rules->is_aside);
    rules->is_aside = true;
    rules->follow_to = lane->sync.durable;
    rules->post.run = run_follow;
    side_thread_send(rules->job->side, &rules->post);
}

static void end(struct lane *lane)
{
    struct lane_rules *rules = &lane->rules;
    struct rules_job *job = rules->job;
    activation_abandon(rules->activation);
    rules->activation = NULL;
    rules->job = NULL;
    rules->phase = RULES_SETTLED;
    job->post.run = job->done_run;
    postbox_send(job->reply_to, &job->post);
}

// What stops takes nothing up any more: the next start reads the directory.
static bool is_given_up(const struct lane *lane)
{
    return atomic_load(&lane->runtime->is_stopping) || atomic_load(&lane->broken) != 0;
}

static void hold(struct lane *lane)
{
    lane->rules.phase = RULES_HOLDING;
    lane->rules.at_ms = lane_clock_ms(lane);
    lane->rules.held_us = runtime_mono_us(lane->runtime);
}

static void on_followed(struct post *post)
{
    struct lane *lane = lane_of(post);
    struct lane_rules *rules = &lane->rules;
    uint64_t sequence = activation_sequence(rules->activation);
    rules->is_aside = false;
    if (rules->err != ERR_OK)
        fail(lane, &rules->fault, rules->err);
    if (is_given_up(lane)) {
        end(lane);
        return;
    }
    if (rules->phase == RULES_HOLDING)
        return; // the turn goes on with it
    bool is_near = shard_sequence(lane->shard) - sequence <= NEAR_FRAMES ||
                   sequence == lane->sync.durable || ++rules->rounds == ROUNDS_MAX;
    if (is_near)
        hold(lane);
    else
        follow(lane);
}

// On the lane's worker, between two frames.
static void on_job(struct post *post)
{
    struct rules_job *job = (struct rules_job *)post;
    struct lane *lane = job->lane;
    struct lane_rules *rules = &lane->rules;
    struct fault fault = {.err = ERR_OK};
    INVARIANT(rules->phase == RULES_SETTLED);
    rules->job = job;
    rules->rounds = 0;
    if (is_given_up(lane)) {
        end(lane);
        return;
    }
    enum err err = activation_begin(
        lane->shard, ruleset_hold(job->rules->ruleset), &rules->activation, &fault);
    if (err != ERR_OK)
        fail(lane, &fault, err);
    if (rules->activation != NULL)
        say_refusals(lane, rules->activation);
    if (rules->activation == NULL) { // they are in force
        end(lane);
    } else if (activation_has_history(rules->activation)) {
        rules->phase = RULES_FOLLOWING;
        follow(lane);
    } else {
        hold(lane);
    }
}

void rules_job_send(struct rules_job *job)
{
    job->post.run = on_job;
    postbox_send(job->lane->box, &job->post);
}

// ---- the lane's turns

bool lane_rules_hold(const struct lane *lane)
{
    return lane->rules.phase == RULES_HOLDING;
}

bool lane_rules_are_settled(const struct lane *lane)
{
    return lane->rules.phase == RULES_SETTLED;
}

static bool put_in_force(struct lane *lane)
{
    struct lane_rules *rules = &lane->rules;
    struct fault fault = {.err = ERR_OK};
    struct activation *activation = rules->activation;
    bool has_history = activation_has_history(activation);
    struct shard_counts before;
    shard_counts(lane->shard, &before);
    rules->zones_renewed = before.zones_renewed;
    shard_watch(lane->shard, NULL); // no input is to blame
    enum err err = activation_end(activation, lane->shard, rules->at_ms, &fault);
    if (err == ERR_AGAIN) {
        rules->phase = RULES_FOLLOWING;
        follow(lane);
        return false;
    }
    rules->activation = NULL;
    if (err != ERR_OK)
        fail(lane, &fault, err);
    say_in_force(lane, runtime_mono_us(lane->runtime) - rules->held_us, &before);
    if (has_history)
        lane_checkpoint_hasten(lane); // or a restart would fold the journal again
    end(lane);
    return true;
}

// Timers first, up to the moment at which it was held: rules that are put in force look at every contact silently, and
// what became due before that would be passed over.
bool lane_rules_turn(struct lane *lane)
{
    const struct lane_rules *rules = &lane->rules;
    if (rules->is_aside)
        return false; // on_followed comes
    if (is_given_up(lane)) {
        end(lane);
        return true;
    }
    if (lane_timers_fire(lane, rules->at_ms))
        return true;
    if (!activation_has_history(rules->activation))
        return put_in_force(lane);
    uint64_t last = shard_sequence(lane->shard);
    if (lane->sync.durable < last)
        return false; // on_synced comes
    if (activation_sequence(rules->activation) == last)
        return put_in_force(lane);
    follow(lane);
    return false;
}
