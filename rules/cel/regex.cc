// RE2 behind a C interface. Nothing else in the project is C++.
#include "rules/cel/regex.h"

#include <cstring>
#include <new>
#include <re2/re2.h>

struct cel_regex {
    RE2 re2;
    cel_regex(const re2::StringPiece &pattern, const RE2::Options &options) : re2(pattern, options)
    {
    }
};

// Of one pattern's programs and the states that matching makes; beyond it matching is slower, not wrong.
static const int memory_bytes_max = 1 << 20;

// Cut where it is too long, but within no character.
static void say_why(const char *why, char *why_out, size_t why_size)
{
    size_t len = std::strlen(why);
    if (why_size == 0)
        return;
    if (len >= why_size) {
        len = why_size - 1;
        while (len > 0 && (static_cast<unsigned char>(why[len]) & 0xC0) == 0x80)
            len--;
    }
    std::memcpy(why_out, why, len);
    why_out[len] = '\0';
}

// However short a pattern is: it takes a kilobyte and a microsecond.
enum : size_t { MAKING_COST_MIN = 8 };

// What making it took. A pattern that is too large was made until it was, which takes longer than one that is taken.
static size_t making_cost(const cel_regex *regex, size_t len)
{
    if (regex != nullptr && regex->re2.ok())
        return MAKING_COST_MIN + static_cast<size_t>(regex->re2.ProgramSize()) + len;
    bool is_too_large = regex != nullptr && regex->re2.error_code() == RE2::ErrorPatternTooLarge;
    return MAKING_COST_MIN + (is_too_large ? 2 * static_cast<size_t>(CEL_REGEX_REFUSED_COST) : len);
}

extern "C" struct cel_regex *cel_regex_new(
    const char *pattern, size_t len, char *why_out, size_t why_size, size_t *cost_out)
{
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory_bytes_max);
    cel_regex *regex = new (std::nothrow) cel_regex(re2::StringPiece(pattern, len), options);
    *cost_out = making_cost(regex, len);
    if (regex != nullptr && regex->re2.ok())
        return regex;
    say_why(regex == nullptr ? "out of memory" : regex->re2.error().c_str(), why_out, why_size);
    delete regex;
    return nullptr;
}

extern "C" void cel_regex_free(struct cel_regex *regex)
{
    delete regex;
}

static size_t size_of(const struct cel_regex *regex)
{
    return static_cast<size_t>(regex->re2.ProgramSize());
}

extern "C" size_t cel_regex_compile_cost(const struct cel_regex *regex)
{
    return size_of(regex) + 50;
}

extern "C" size_t cel_regex_match_cost(const struct cel_regex *regex, size_t text_len)
{
    return (text_len / 16 + 1) * (size_of(regex) / 16 + 1);
}

extern "C" bool cel_regex_matches(const struct cel_regex *regex, const char *text, size_t len)
{
    return RE2::PartialMatch(re2::StringPiece(text, len), regex->re2);
}
