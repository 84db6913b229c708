// Contacts as tables for people, made from their JSON.
#ifndef TOOLS_ENGAGECTL_CONTACT_TABLE_H
#define TOOLS_ENGAGECTL_CONTACT_TABLE_H

#include "tools/engagectl/command.h"
#include "tools/engagectl/table.h"

// One contact: a line for each thing known of it. EXIT_CODE_DONE, or EXIT_CODE_INTERNAL after having
// said that the JSON is none.
int contact_add_table(const struct command *command, struct bytes json, struct buffer *to);

// Many contacts: a row each.
void contact_rows_init(struct table *table);
//   ERR_INVALID the JSON is none
NODISCARD enum err contact_add_row(struct table *table, struct bytes json, struct fault *fault);

#endif
