// Runs a command and says what it took.
//   timed FILE COMMAND [ARGUMENT]...      FILE gets: wall_us user_us sys_us rss_max_kib
// Exit status: the command's; 127 when it could not be run, 128 and the signal when it was killed.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
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

static int report(const char *path, int64_t wall_us, const struct rusage *used)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 2;
    }
    (void)fprintf(
        file, "%" PRId64 " %" PRId64 " %" PRId64 " %ld\n", wall_us, us_of(&used->ru_utime),
        us_of(&used->ru_stime), used->ru_maxrss);
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
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("timed");
        return 2;
    }
    int failed = report(argv[1], mono_us() - begin_us, &used);
    if (failed != 0)
        return failed;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
