// The ways to compute CRC32C, apart, so that each can be tested against the others.
#ifndef ENGINE_BASE_CRC32C_H
#define ENGINE_BASE_CRC32C_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

// As crc32c() of engine/base/hash.h, by tables alone.
uint32_t crc32c_portable(uint32_t crc, struct bytes bytes);

// Whether this processor has the instructions that crc32c_hardware needs.
bool crc32c_has_hardware(void);

// As crc32c(); only where crc32c_has_hardware().
uint32_t crc32c_hardware(uint32_t crc, struct bytes bytes);

#endif
