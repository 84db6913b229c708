#!/bin/sh
# Fails when a library that must be deterministic calls a clock, a random source, the
# environment, a file or the network: everything but engine/os and engine/run.
# tools/lint/symbols_allowed.txt names the exceptions, each with its reason.
set -eu
command -v nm >/dev/null || { echo "no nm here" && exit 77; }
ls build/lib/*.a >/dev/null 2>&1 || { echo "no libraries built" && exit 77; }
undefined=$(mktemp)
trap 'rm -f "$undefined"' EXIT
sed -e 's/#.*//' -e 's/:.*//' -e '/^[[:space:]]*$/d' tools/lint/layers.txt |
    grep -vxE 'engine/os|engine/run|tools|tests' | while read -r layer; do
    lib=build/lib/lib$(echo "$layer" | tr / _).a
    [ -e "$lib" ] || continue
    nm -A --undefined-only "$lib" | awk -v layer="$layer" '{ split($1, at, ":"); print layer, at[2], $NF }'
done >"$undefined"
awk -v allowed=tools/lint/symbols_allowed.txt '
    BEGIN {
        split("clock clock_gettime clock_nanosleep gettimeofday time nanosleep sleep usleep timer_create timerfd_create " \
              "localtime localtime_r mktime tzset " \
              "rand rand_r random srand srandom drand48 lrand48 arc4random getrandom getentropy " \
              "getenv secure_getenv setenv putenv getpid gethostname uname " \
              "open open64 openat openat64 creat read pread pread64 readv write pwrite pwrite64 writev close " \
              "fopen fopen64 fdopen freopen fread fwrite fgets fputs fputc putc puts printf vprintf fprintf vfprintf " \
              "__printf_chk __vprintf_chk __fprintf_chk __vfprintf_chk perror tmpfile mkstemp mkdir rmdir unlink " \
              "unlinkat rename renameat stat fstat lstat opendir readdir fsync fdatasync ftruncate fallocate " \
              "posix_fallocate flock lockf fcntl mmap mmap64 " \
              "socket connect bind listen accept send sendto sendmsg recv recvfrom recvmsg getaddrinfo poll epoll_wait select " \
              "system popen fork execve execvp kill signal sigaction pthread_create thrd_create exit _exit abort", name, " ")
        for (i in name) forbidden[name[i]] = 1
        while ((getline line < allowed) > 0) {
            if (line ~ /^#/ || line == "") continue
            n = split(line, word, " ")
            if (n < 4) { print allowed ": object, symbol and reason wanted: " line; bad = 1 }
            may[word[1] " " word[2] " " word[3]] = 1
        }
    }
    {
        sub(/@.*/, "", $3)
        if (!($3 in forbidden)) next
        key = $1 " " $2 " " $3
        seen[key] = 1
        if (key in may) next
        print $1 ": " $2 " calls " $3; bad = 1
    }
    END {
        for (key in may) if (!(key in seen)) { print allowed ": no longer needed: " key; bad = 1 }
        exit bad
    }' "$undefined"
