// Runs a command and says what it took.
//   timed FILE COMMAND [ARGUMENT]...      FILE gets: wall_us user_us sys_us rss_max_kib own_max_kib
// own: the process's own memory, without pages of files that are mapped; looked at 50 times a second.
// Exit status: the command's; 127 when it could not be run, 128 and the signal when it was killed.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t us_of(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static int64_t mono_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// Memory of a process that is no page of a file; 0 when it cannot be told.
static long own_kib(pid_t process)
{
    char text[4096];
    (void)snprintf(text, sizeof(text), "/proc/%d/status", (int)process);
    FILE *file = fopen(text, "r");
    long kib = 0;
    while (file != NULL && fgets(text, sizeof(text), file) != NULL) {
        if (strncmp(text, "RssAnon:", 8) == 0)
            kib = strtol(text + 8, NULL, 10);
    }
    if (file != NULL)
        (void)fclose(file);
    return kib;
}

// Waits for the end of a process and watches its memory meanwhile.
static pid_t watch(pid_t process, int *status_out, struct rusage *used_out, long *own_max_kib_out)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    for (;;) {
        pid_t ended = wait4(process, status_out, WNOHANG, used_out);
        if (ended != 0)
            return ended;
        long kib = own_kib(process);
        *own_max_kib_out = kib > *own_max_kib_out ? kib : *own_max_kib_out;
        (void)nanosleep(&pause, NULL);
    }
}

static int report(const char *path, int64_t wall_us, const struct rusage *used, long own_max_kib)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 2;
    }
    (void)fprintf(
        file, "%" PRId64 " %" PRId64 " %" PRId64 " %ld %ld\n", wall_us, us_of(&used->ru_utime),
        us_of(&used->ru_stime), used->ru_maxrss, own_max_kib);
    return fclose(file) == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: timed FILE COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    int64_t begin_us = mono_us();
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    long own_max_kib = 0;
    if (child < 0 || watch(child, &status, &used, &own_max_kib) != child) {
        perror("timed");
        return 2;
    }
    int failed = report(argv[1], mono_us() - begin_us, &used, own_max_kib);
    if (failed != 0)
        return failed;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
