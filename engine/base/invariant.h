// Checks of what the programmer promised, always on.
#ifndef ENGINE_BASE_INVARIANT_H
#define ENGINE_BASE_INVARIANT_H

// Prints one line to standard error and ends the process with exit code 70
// (abort() when built with INVARIANT_ABORTS, as sanitizer and fuzz builds are).
_Noreturn void invariant_failed(const char *condition, const char *file, int line);

#define INVARIANT(condition) \
    ((condition) ? (void)0 : invariant_failed(#condition, __FILE__, __LINE__))

#endif
