// Scores that can be seen not to do what their rules say: bands beyond all points, limits below one entry.
#ifndef RULES_CHECK_SCORE_H
#define RULES_CHECK_SCORE_H

#include "rules/compiler.h"

// The most that the rules of a score give together, `min`, groups and limits looked at, in thousandths; INT64_MAX where
// there is no bound. Adjustments by hand are not looked at.
int64_t check_score_most(
    const struct score_def *score, const struct score_rule *rules, size_t rule_count);
// W0507 at each band that starts above, of a score that is compiled without an error; bands NULL: it has none. Its rules
// are the ruleset's last ones, from first_rule on.
void check_bands(
    struct compiler *compiler,
    const struct yaml_node *bands,
    const struct score_def *score,
    size_t first_rule);
// W0510 where a limit of points is below the constant points of its rule.
void check_limit_points(
    struct compiler *compiler, const struct yaml_node *limit, const struct score_rule *rule);

#endif
