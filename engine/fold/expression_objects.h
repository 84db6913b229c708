// The contact's objects as expressions see them: objects.NAME is a map of keys to objects.
#ifndef ENGINE_FOLD_EXPRESSION_OBJECTS_H
#define ENGINE_FOLD_EXPRESSION_OBJECTS_H

struct expressions;
struct fold;

// Sets up what expressions ask for under `objects`.
void expression_objects_init(struct expressions *expressions, struct fold *fold);

#endif
