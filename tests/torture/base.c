// What all of the torture uses: dice, time, texts, files.
#define _XOPEN_SOURCE 700 // nftw
#include "tests/torture/base.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 16, FILES_OPEN_MAX = 16 };

_Noreturn void give_up(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("torture: ", stdout);
    (void)vprintf(format, args);
    (void)putchar('\n');
    va_end(args);
    exit(EXIT_FAILURE);
}

uint64_t dice_next(struct dice *dice)
{
    uint64_t value = dice->state += 0x9e3779b97f4a7c15U;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
    value = (value ^ value >> 27) * 0x94d049bb133111ebU;
    return value ^ value >> 31;
}

uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
    return low + dice_next(dice) % (high - low + 1);
}

bool dice_percent(struct dice *dice, unsigned percent)
{
    return dice_next(dice) % 100 < percent;
}

int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void sleep_us(int64_t wait_us)
{
    struct timespec left = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

void *memory_of(size_t size_bytes)
{
    void *memory = calloc(1, size_bytes);
    if (memory == NULL)
        give_up("out of memory");
    return memory;
}

static void text_reserve(struct text *text, size_t more)
{
    if (text->len + more + 1 <= text->cap)
        return;
    text->cap = (text->len + more + 1) * 2;
    text->data = realloc(text->data, text->cap);
    if (text->data == NULL)
        give_up("out of memory");
}

void text_add_bytes(struct text *text, const void *data, size_t len)
{
    text_reserve(text, len);
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(line))
        give_up("a text is too long");
    text_add_bytes(text, line, (size_t)len);
}

void text_clear(struct text *text)
{
    text->len = 0;
    if (text->data != NULL)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){.data = NULL};
}

void path_of(char out[PATH_BYTES], const char *directory, const char *name)
{
    int len = snprintf(out, PATH_BYTES, "%s/%s", directory, name);
    if (len < 0 || len >= PATH_BYTES)
        give_up("a path is too long");
}

bool file_read(const char *path, struct text *out)
{
    struct stat about;
    text_clear(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &about) == 0)
        text_reserve(out, (size_t)about.st_size + 1);
    for (;;) {
        text_reserve(out, 65536);
        ssize_t got = read(fd, out->data + out->len, out->cap - out->len - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        out->len += (size_t)got;
    }
    out->data[out->len] = '\0';
    (void)close(fd);
    return true;
}

void file_write(const char *path, const struct text *text)
{
    FILE *file = fopen(path, "w");
    bool is_written = file != NULL && fwrite(text->data, 1, text->len, file) == text->len;
    if (file == NULL || fclose(file) != 0 || !is_written)
        give_up("%s: %s", path, strerror(errno));
}

bool file_fill(const char *path, uint64_t size_bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    int number = posix_fallocate(fd, 0, (off_t)size_bytes);
    (void)close(fd);
    return number == 0;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about;
    (void)type;
    (void)walk;
    (void)remove(path);
    return 0;
}

void tree_remove(const char *path)
{
    (void)nftw(path, remove_one, FILES_OPEN_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int command_run(const char *const *words, struct text *out)
{
    int ends[2];
    if (out != NULL)
        text_clear(out);
    if (pipe(ends) != 0)
        give_up("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        char *list[WORDS_MAX] = {NULL};
        for (size_t i = 0; words[i] != NULL && i + 1 < WORDS_MAX; i++)
            list[i] = strdup(words[i]);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execvp(list[0], list);
        _exit(127);
    }
    (void)close(ends[1]);
    char part[65536];
    ssize_t got;
    while ((got = read(ends[0], part, sizeof(part))) > 0 || (got < 0 && errno == EINTR))
        if (got > 0 && out != NULL)
            text_add_bytes(out, part, (size_t)got);
    (void)close(ends[0]);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
