#include "engine/event/data_type.h"

#include "engine/base/time.h"

bool data_type_holds(enum data_type type, struct value value)
{
    int64_t ignored = 0;
    switch (type) {
    case DATA_ANY: return true;
    case DATA_STRING: return value.kind == VALUE_TEXT;
    case DATA_INT: return value.kind == VALUE_INT; // VALUE_UINT is beyond 64 bits
    case DATA_DOUBLE:
        return value.kind == VALUE_INT || value.kind == VALUE_UINT || value.kind == VALUE_DOUBLE;
    case DATA_BOOL: return value.kind == VALUE_BOOL;
    case DATA_TIMESTAMP:
        if (value.kind == VALUE_INT)
            return value.as.integer >= TIME_MS_MIN && value.as.integer <= TIME_MS_MAX;
        return value.kind == VALUE_TEXT && time_parse(value.as.text, &ignored);
    case DATA_DATE: return value.kind == VALUE_TEXT && time_parse_date(value.as.text, &ignored);
    case DATA_DURATION: return value.kind == VALUE_TEXT && duration_parse(value.as.text, &ignored);
    case DATA_LIST: return value.kind == VALUE_LIST;
    case DATA_MAP: return value.kind == VALUE_MAP;
    }
    return false;
}
