// File systems of our own: images on loop devices, small tmpfs. They go when the process goes.
#ifndef TESTS_TORTURE_VOLUME_H
#define TESTS_TORTURE_VOLUME_H

#include "tests/torture/world.h"

struct volume {
    char type[8];
    char image[PATH_BYTES], mount[PATH_BYTES];
    char device[64];
    int device_fd; // holds the loop device; -1: none
    bool is_mounted;
};

// How a file system is shut down: flushing everything first, its log only, or nothing at all.
enum shutdown_way { SHUTDOWN_FLUSH, SHUTDOWN_FLUSH_LOG, SHUTDOWN_FLUSH_NOTHING };

// A mount namespace of its own for this process, where that is possible.
void volume_prepare(const struct settings *settings);

// Makes and mounts an image of type "ext4" or "xfs". False, with the reason: not possible here.
bool volume_open(
    struct volume *volume,
    const struct settings *settings,
    const char *type,
    uint64_t size_bytes,
    char why[TEXT_BYTES]);
void volume_close(struct volume *volume);
void volume_sync(const struct volume *volume);
// The power cut: from now on nothing reaches the image. False: the file system refuses.
bool volume_cut(const struct volume *volume, enum shutdown_way way);
// Unmounts what was cut and mounts it again, which recovers its log.
bool volume_mount_again(struct volume *volume, char why[TEXT_BYTES]);
// From now on writes fail, as when the kernel has found an error in the file system.
bool volume_make_readonly(const struct volume *volume, char why[TEXT_BYTES]);

bool tmpfs_open(const char *path, uint64_t size_bytes, char why[TEXT_BYTES]);
void tmpfs_close(const char *path);

#endif
