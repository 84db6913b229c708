// Whether values are of the types that rules declare.
#ifndef ENGINE_EVENT_DATA_TYPE_H
#define ENGINE_EVENT_DATA_TYPE_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"

bool data_type_holds(enum data_type type, struct value value);

#endif
