// The version of this build, as both programs print it.
#ifndef ENGINE_BASE_VERSION_H
#define ENGINE_BASE_VERSION_H

#define ENGAGED_VERSION "0.1.0"

#endif
