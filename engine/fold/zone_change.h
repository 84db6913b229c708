// Contacts whose clocks go otherwise from here on: because of a newer zone database, or of another zone of the account.
// Each is marked in the frame that brings it about, as due a millisecond later; its timer plans it again, as many in a
// frame as each holds.
#ifndef ENGINE_FOLD_ZONE_CHANGE_H
#define ENGINE_FOLD_ZONE_CHANGE_H

struct fold;

// The zones that have the frame's sequence are others than before it. Inside a frame, before anything else of it; a
// replay does the same.
void zone_change_files(struct fold *fold);
// The account has another zone. Inside a frame, once the settings say so.
void zone_change_account(struct fold *fold);

#endif
