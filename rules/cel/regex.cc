// RE2 behind a C interface. Nothing else in the project is C++.
#include "rules/cel/regex.h"

#include <re2/re2.h>

#include <cstdio>
#include <new>

struct cel_regex {
    RE2 re2;
    cel_regex(const re2::StringPiece &pattern, const RE2::Options &options) : re2(pattern, options)
    {
    }
};

// Of one pattern's programs and the states that matching makes; beyond it matching is slower, not wrong.
static const int memory_bytes_max = 1 << 20;

extern "C" struct cel_regex *cel_regex_new(
    const char *pattern, size_t len, char *why_out, size_t why_size)
{
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory_bytes_max);
    cel_regex *regex = new (std::nothrow) cel_regex(re2::StringPiece(pattern, len), options);
    if (regex != nullptr && regex->re2.ok())
        return regex;
    std::snprintf(
        why_out, why_size, "%s", regex == nullptr ? "out of memory" : regex->re2.error().c_str());
    delete regex;
    return nullptr;
}

extern "C" void cel_regex_free(struct cel_regex *regex)
{
    delete regex;
}

extern "C" bool cel_regex_matches(const struct cel_regex *regex, const char *text, size_t len)
{
    return RE2::PartialMatch(re2::StringPiece(text, len), regex->re2);
}
