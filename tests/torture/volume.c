// File systems of our own: images on loop devices, small tmpfs. They go when the process goes.
#define _GNU_SOURCE // unshare, MNT_DETACH
#include "tests/torture/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LOOP_MAJOR = 7, LOOP_TRIES = 8, UNMOUNT_TRIES = 200 };

#define SHUTDOWN_REQUEST 0x8004587dU // FS_IOC_SHUTDOWN of ext4, XFS_IOC_GOINGDOWN

__attribute__((format(printf, 2, 3))) static bool because(
    char why[TEXT_BYTES], const char *format, ...)
{
    int number = errno;
    char text[TEXT_BYTES / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)snprintf(why, TEXT_BYTES, "%s: %s", text, strerror(number));
    return false;
}

static bool has_namespace; // mounts end with the process

// Root in a mount namespace of its own may mount; else the reason why not.
static bool may_mount(char why[TEXT_BYTES])
{
    if (geteuid() != 0)
        (void)snprintf(why, TEXT_BYTES, "not root");
    else if (!has_namespace)
        (void)snprintf(why, TEXT_BYTES, "no mount namespace of its own to be had");
    return geteuid() == 0 && has_namespace;
}

void volume_prepare(const struct settings *settings)
{
    char images[PATH_BYTES];
    char why[TEXT_BYTES];
    path_of(images, settings->root, "images");
    (void)mkdir(images, 0700);
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return;
    has_namespace = true;
    // Images in memory: what is tested is what the file system does, not how quick a disk is.
    (void)tmpfs_open(images, 1U << 30, why);
}

// ---- loop devices

static bool device_take(struct volume *volume, int number, int image_fd)
{
    struct loop_config config = {.fd = (uint32_t)image_fd};
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    (void)snprintf(volume->device, sizeof(volume->device), "/dev/loop%d", number);
    if (access(volume->device, F_OK) != 0)
        (void)mknod(volume->device, S_IFBLK | 0600, makedev(LOOP_MAJOR, (unsigned)number));
    volume->device_fd = open(volume->device, O_RDWR | O_CLOEXEC);
    if (volume->device_fd < 0)
        return false;
    if (ioctl(volume->device_fd, LOOP_CONFIGURE, &config) == 0)
        return true;
    int why = errno;
    (void)close(volume->device_fd);
    volume->device_fd = -1;
    errno = why;
    return false;
}

static bool device_open(struct volume *volume, char why[TEXT_BYTES])
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0)
        return because(why, "/dev/loop-control");
    int image_fd = open(volume->image, O_RDWR | O_CLOEXEC);
    bool is_open = false;
    for (unsigned i = 0; i < LOOP_TRIES && !is_open && image_fd >= 0; i++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        is_open = number >= 0 && device_take(volume, number, image_fd);
        if (!is_open && errno != EBUSY) // another process was quicker
            break;
    }
    if (!is_open)
        (void)because(why, "no loop device");
    if (image_fd >= 0)
        (void)close(image_fd);
    (void)close(control);
    return is_open;
}

// ---- images

static bool volume_mount(struct volume *volume, char why[TEXT_BYTES])
{
    if (mount(volume->device, volume->mount, volume->type, 0, NULL) != 0)
        return because(why, "mounting %s", volume->type);
    volume->is_mounted = true;
    return true;
}

static bool image_make(struct volume *volume, uint64_t size_bytes, char why[TEXT_BYTES])
{
    char program[32];
    struct text said = {0};
    (void)snprintf(program, sizeof(program), "mkfs.%s", volume->type);
    int fd = open(volume->image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size_bytes) != 0)
        return because(why, "%s", volume->image);
    (void)close(fd);
    const char *const words[] = {program, "-q", volume->image, NULL};
    int code = command_run(words, &said);
    if (code == 127)
        (void)snprintf(why, TEXT_BYTES, "no %s here", program);
    else if (code != 0)
        (void)snprintf(why, TEXT_BYTES, "%s: %.200s", program, said.data == NULL ? "" : said.data);
    text_free(&said);
    return code == 0;
}

bool volume_open(
    struct volume *volume,
    const struct settings *settings,
    const char *type,
    uint64_t size_bytes,
    char why[TEXT_BYTES])
{
    char images[PATH_BYTES];
    *volume = (struct volume){.device_fd = -1};
    (void)snprintf(volume->type, sizeof(volume->type), "%s", type);
    if (!may_mount(why))
        return false;
    path_of(images, settings->root, "images");
    path_of(volume->image, images, type);
    path_of(volume->mount, settings->root, type);
    (void)mkdir(volume->mount, 0700);
    if (image_make(volume, size_bytes, why) && device_open(volume, why) &&
        volume_mount(volume, why))
        return true;
    volume_close(volume);
    return false;
}

static void volume_unmount(struct volume *volume)
{
    for (unsigned i = 0; volume->is_mounted && i < UNMOUNT_TRIES; i++) {
        volume->is_mounted = umount2(volume->mount, 0) != 0 && errno == EBUSY;
        if (volume->is_mounted)
            sleep_us(5000);
    }
    if (volume->is_mounted)
        (void)umount2(volume->mount, MNT_DETACH);
    volume->is_mounted = false;
}

void volume_close(struct volume *volume)
{
    volume_unmount(volume);
    if (volume->device_fd >= 0)
        (void)close(volume->device_fd); // the last one frees the device
    volume->device_fd = -1;
    (void)unlink(volume->image);
}

void volume_sync(const struct volume *volume)
{
    int fd = open(volume->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd) != 0)
        give_up("%s: %s", volume->mount, strerror(errno));
    (void)close(fd);
}

bool volume_cut(const struct volume *volume, enum shutdown_way way)
{
    static const uint32_t arguments[] = {
        [SHUTDOWN_FLUSH] = 0, [SHUTDOWN_FLUSH_LOG] = 1, [SHUTDOWN_FLUSH_NOTHING] = 2};
    uint32_t argument = arguments[way];
    int fd = open(volume->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    int result = ioctl(fd, SHUTDOWN_REQUEST, &argument);
    (void)close(fd);
    return result == 0;
}

// The loop device goes, too, and with it what the kernel has cached of it: metadata that never reached
// the image must not be found by the next mount.
bool volume_mount_again(struct volume *volume, char why[TEXT_BYTES])
{
    volume_unmount(volume);
    (void)close(volume->device_fd);
    volume->device_fd = -1;
    return device_open(volume, why) && volume_mount(volume, why);
}

bool volume_make_readonly(const struct volume *volume, char why[TEXT_BYTES])
{
    // "abort" is what ext4 does to itself after an error: it remounts read-only, files open or not.
    if (mount(NULL, volume->mount, NULL, MS_REMOUNT, "abort") != 0)
        return because(why, "remounting");
    return true;
}

bool tmpfs_open(const char *path, uint64_t size_bytes, char why[TEXT_BYTES])
{
    char options[64];
    (void)mkdir(path, 0700);
    (void)snprintf(options, sizeof(options), "size=%llu,mode=0700", (unsigned long long)size_bytes);
    if (!may_mount(why))
        return false;
    if (mount("tmpfs", path, "tmpfs", 0, options) != 0)
        return because(why, "mounting tmpfs");
    return true;
}

void tmpfs_close(const char *path)
{
    for (unsigned i = 0; i < UNMOUNT_TRIES && umount2(path, 0) != 0 && errno == EBUSY; i++)
        sleep_us(5000);
}
