// A page of memory that outlives the process.
#include "engine/os/os_page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/invariant.h"

static enum err fault_of(struct fault *fault, const char *path, int number)
{
    enum err err = number == ENOSPC || number == EDQUOT || number == EFBIG ? ERR_NOSPACE
                   : number == ELOOP                                       ? ERR_INVALID
                                                                           : ERR_IO;
    return fault_set(fault, err, "%s: %s", path, strerror(number));
}

static enum err make_room(int fd, const char *path, size_t bytes, struct fault *fault)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return fault_of(fault, path, errno);
    if (!S_ISREG(status.st_mode))
        return fault_set(fault, ERR_INVALID, "%s: not a regular file", path);
    int number = posix_fallocate(fd, 0, (off_t)bytes);
    return number == 0 ? ERR_OK : fault_of(fault, path, number);
}

enum err os_page_map(const char *path, size_t bytes, void **out, struct fault *fault)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return fault_of(fault, path, errno);
    enum err err = make_room(fd, path, bytes, fault);
    if (err == ERR_OK) {
        void *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED)
            err = fault_of(fault, path, errno);
        else
            *out = page;
    }
    (void)close(fd); // the mapping stays
    return err;
}

void os_page_unmap(void *page, size_t bytes)
{
    if (page != NULL)
        INVARIANT(munmap(page, bytes) == 0);
}
