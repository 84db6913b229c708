#include "rules/compile_kept.h"

#include <stdlib.h>

#include "rules/compile_tests.h"
#include "rules/expression.h"
#include "rules/literal.h"

void compile_kept_later(struct compiler *compiler, const struct kept_value *value)
{
    compiler->kept = compile_grow(
        compiler->kept, &compiler->kept_cap, compiler->kept_count, sizeof(*compiler->kept));
    compiler->kept[compiler->kept_count++] = *value;
}

static enum data_type type_of(const struct rule_expression *expression)
{
    if (expression == NULL || expression->kept_type == NULL)
        return DATA_ANY;
    switch (expression->kept_type->kind) {
    case CEL_TYPE_BOOL: return DATA_BOOL;
    case CEL_TYPE_INT:
    case CEL_TYPE_UINT: return DATA_INT;
    case CEL_TYPE_DOUBLE: return DATA_DOUBLE;
    case CEL_TYPE_STRING: return DATA_STRING;
    case CEL_TYPE_TIMESTAMP: return DATA_TIMESTAMP;
    case CEL_TYPE_DURATION: return DATA_DURATION;
    case CEL_TYPE_DYN:
    case CEL_TYPE_NULL:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_LIST:
    case CEL_TYPE_MAP:
    case CEL_TYPE_TYPE:
    case CEL_TYPE_OBJECT:
    case CEL_TYPE_VARIABLE: break;
    }
    return DATA_ANY;
}

void compile_kept_values(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->kept_count; i++) {
        const struct kept_value *kept = &compiler->kept[i];
        enum data_type type = type_of(kept->of);
        if (type == DATA_TIMESTAMP) // a moment of the test as well
            (void)compile_test_moment(compiler, kept->node, kept->what, kept->out);
        else
            (void)literal_value(compiler, kept->node, kept->what, type, kept->out);
    }
    free(compiler->kept);
    compiler->kept = NULL;
    compiler->kept_count = 0;
    compiler->kept_cap = 0;
}
