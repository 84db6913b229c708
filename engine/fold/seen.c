#include "engine/fold/seen.h"

#include "engine/base/text.h"
#include "engine/fold/evaluate.h"
#include "engine/fold/fold.h"
#include "rules/cel/json.h"
#include "rules/expression.h"
#include "rules/scope.h"

struct cel_inspection seen_inspect(
    struct fold *fold, const struct rule_expression *expression, struct cel_eval *eval)
{
    eval->host = fold_expression_host(fold);
    return (struct cel_inspection){
        .scope = scope_of_parts(fold->ruleset), .text = expression->text, .eval = eval};
}

void seen_add(struct buffer *to, struct cel_eval *eval, struct cel_value value)
{
    size_t begin = to->len;
    if (cel_json_add(to, eval, value, SEEN_VALUE_BYTES_MAX))
        return;
    struct buffer cut = {0};
    struct bytes all = bytes_of(to->data + begin, to->len - begin);
    buffer_add(&cut, all.data, (size_t)text_shown_len(all, SEEN_VALUE_BYTES_MAX));
    buffer_add_text(&cut, "…");
    to->len = begin;
    text_add_json(to, buffer_bytes(&cut));
    buffer_free(&cut);
}

struct bytes seen_error(struct cel_value value)
{
    if (value.kind != CEL_ERROR)
        return (struct bytes){NULL, 0};
    return value.as.error == NULL ? BYTES_LITERAL("scores read each other too deep")
                                  : value.as.error->message;
}
