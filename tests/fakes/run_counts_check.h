// Holds the counts of runs against each other and against the runs that contacts keep.
#ifndef TESTS_FAKES_RUN_COUNTS_CHECK_H
#define TESTS_FAKES_RUN_COUNTS_CHECK_H

#include "engine/fold/shard.h"

// Fails the test where entered is not waiting + done + stopped + failed, of a workflow or a step, or where more or fewer
// runs wait than are counted. Of the workflows of the rules in force.
void ck_run_counts(struct shard *shard);

#endif
