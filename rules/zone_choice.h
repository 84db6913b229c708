// Whose clocks a rule goes by.
#ifndef RULES_ZONE_CHOICE_H
#define RULES_ZONE_CHOICE_H

#include "engine/base/bytes.h"

enum zone_of { ZONE_OF_CONTACT, ZONE_OF_ACCOUNT, ZONE_NAMED };

struct zone_choice {
    enum zone_of of;
    struct bytes name; // ZONE_NAMED: of the zone database, or an offset such as +07:00
};

#endif
