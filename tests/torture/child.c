// The daemon as a child process: started, watched through its log, stopped, killed.
#define _GNU_SOURCE // pipe2
#include "tests/torture/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(const struct child_plan *plan, int log_fd)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    // As a service manager starts it, whatever started the torture had ignored.
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)dup2(log_fd, STDERR_FILENO);
    (void)dup2(log_fd, STDOUT_FILENO);
    if (plan->failpoints != NULL)
        (void)setenv("ENGAGED_FAILPOINTS", plan->failpoints, 1);
    if (plan->preload != NULL)
        (void)setenv("LD_PRELOAD", plan->preload, 1);
    if (plan->file_bytes_max > 0) {
        struct rlimit limit;
        (void)getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = plan->file_bytes_max; // may be raised again without being root
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
    const char *once = plan->is_once ? "--once" : NULL;
    (void)execl(plan->program, "engaged", "--config", plan->config, once, (char *)NULL);
    _exit(127);
}

void child_start(struct child *child, const struct child_plan *plan)
{
    int ends[2];
    *child = (struct child){.log_fd = -1};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        give_up("pipe: %s", strerror(errno));
    // Its end blocks: a log line is never lost.
    (void)fcntl(ends[1], F_SETFL, 0);
    child->pid = fork();
    if (child->pid < 0)
        give_up("fork: %s", strerror(errno));
    if (child->pid == 0)
        become(plan, ends[1]);
    (void)close(ends[1]);
    child->log_fd = ends[0];
}

static void take_line(struct child *child)
{
    const char *line = child->line;
    const char *port = strstr(line, " listening ");
    port = port == NULL ? NULL : strstr(port, " port=");
    if (port != NULL)
        child->port = (unsigned)strtoul(port + strlen(" port="), NULL, 10);
    if (strstr(line, " shard opened ") != NULL)
        child->is_open = true;
    if (strstr(line, " source read to its end ") != NULL)
        child->is_read_to_end = true;
    if (strstr(line, " disk full") != NULL || strstr(line, " cannot publish now") != NULL)
        child->has_said_full = true;
    if (strstr(line, " there is room again") != NULL || strstr(line, " publishing again") != NULL)
        child->has_gone_on = true;
}

static void keep(struct child *child, const char *data, size_t len)
{
    if (len > LOG_TAIL_BYTES / 2) {
        data += len - LOG_TAIL_BYTES / 2;
        len = LOG_TAIL_BYTES / 2;
    }
    if (child->tail_len + len >= LOG_TAIL_BYTES) {
        size_t kept = LOG_TAIL_BYTES / 4 < child->tail_len ? LOG_TAIL_BYTES / 4 : child->tail_len;
        memmove(child->tail, child->tail + child->tail_len - kept, kept);
        child->tail_len = kept;
    }
    memcpy(child->tail + child->tail_len, data, len);
    child->tail_len += len;
    child->tail[child->tail_len] = '\0';
}

static void read_log(struct child *child)
{
    char part[4096];
    ssize_t got;
    while (child->log_fd >= 0 && (got = read(child->log_fd, part, sizeof(part))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return;
        keep(child, part, (size_t)got);
        for (ssize_t i = 0; i < got; i++) {
            if (part[i] != '\n' && child->line_len + 1 < LOG_LINE_BYTES) {
                child->line[child->line_len++] = part[i];
                continue;
            }
            child->line[child->line_len] = '\0';
            child->line_len = 0;
            take_line(child);
        }
    }
    if (child->log_fd >= 0)
        (void)close(child->log_fd);
    child->log_fd = -1;
}

void child_look(struct child *child)
{
    int status;
    read_log(child);
    if (child->is_gone || waitpid(child->pid, &status, WNOHANG | WUNTRACED) != child->pid)
        return;
    if (WIFSTOPPED(status)) {
        child->is_stopped = true;
        return;
    }
    child->status = status;
    child->is_gone = true;
    read_log(child);
}

void child_signal(const struct child *child, int number)
{
    if (!child->is_gone && child->pid > 0)
        (void)kill(child->pid, number);
}

void child_kill(struct child *child)
{
    child_signal(child, SIGKILL);
    while (!child->is_gone) {
        child_look(child);
        if (!child->is_gone)
            sleep_us(100);
    }
    if (child->log_fd >= 0)
        (void)close(child->log_fd);
    child->log_fd = -1;
}

const char *child_status_text(const struct child *child, char out[TEXT_BYTES])
{
    if (!child->is_gone)
        (void)snprintf(out, TEXT_BYTES, "still running");
    else if (WIFSIGNALED(child->status))
        (void)snprintf(out, TEXT_BYTES, "signal %d", WTERMSIG(child->status));
    else
        (void)snprintf(out, TEXT_BYTES, "exit %d", WEXITSTATUS(child->status));
    return out;
}

bool child_exited_with(const struct child *child, int code)
{
    return child->is_gone && WIFEXITED(child->status) && WEXITSTATUS(child->status) == code;
}

bool child_died_of(const struct child *child, int signal_number)
{
    return child->is_gone && WIFSIGNALED(child->status) && WTERMSIG(child->status) == signal_number;
}
