// What all of the torture uses: dice, time, texts, files.
#ifndef TESTS_TORTURE_BASE_H
#define TESTS_TORTURE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATH_BYTES = 512, TEXT_BYTES = 512 };

struct dice {
    uint64_t state;
};

uint64_t dice_next(struct dice *dice);
// From low to high, both included.
uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high);
// Whether one of so many percent.
bool dice_percent(struct dice *dice, unsigned percent);

int64_t now_us(void); // never steps back
void sleep_us(int64_t wait_us);

// Memory that grows; the driver ends when there is none.
struct text {
    char *data; // always ends in a zero byte once something was added
    size_t len, cap;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const void *data, size_t len);
void text_clear(struct text *text);
void text_free(struct text *text);

// The place of a file below a directory; the driver ends when it is too long.
void path_of(char out[PATH_BYTES], const char *directory, const char *name);
// Reads a whole file; false: it is not there. Text is cleared first.
bool file_read(const char *path, struct text *out);
void file_write(const char *path, const struct text *text);
// Makes a file so long, of bytes that take room. False: there is no room.
bool file_fill(const char *path, uint64_t size_bytes);
void tree_remove(const char *path);
// Runs a program with its output into *out (may be NULL); its exit status, -1 when it died.
int command_run(const char *const *words, struct text *out);

void *memory_of(size_t size_bytes); // zeroed
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
