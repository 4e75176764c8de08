#include "base/regex.h"

#include <re2/re2.h>

#include <algorithm>

namespace skiff {
namespace {

constexpr size_t kPatternBytesMax = 64 * 1024;
// Program and lazily built automata of one pattern together; beyond it RE2 matches more slowly, still linearly.
constexpr int64_t kMemoryBytesMax = 2 << 20;

// Go's names for the same mistakes (regexp/syntax, ErrorCode).
std::string_view go_name(re2::RE2::ErrorCode code) {
    switch (code) {
        case re2::RE2::ErrorBadEscape: return "invalid escape sequence";
        case re2::RE2::ErrorBadCharClass: return "invalid character class";
        case re2::RE2::ErrorBadCharRange: return "invalid character class range";
        case re2::RE2::ErrorMissingBracket: return "missing closing ]";
        case re2::RE2::ErrorMissingParen: return "missing closing )";
        case re2::RE2::ErrorUnexpectedParen: return "unexpected )";
        case re2::RE2::ErrorTrailingBackslash: return "trailing backslash at end of expression";
        case re2::RE2::ErrorRepeatArgument: return "missing argument to repetition operator";
        case re2::RE2::ErrorRepeatSize: return "invalid repeat count";
        case re2::RE2::ErrorRepeatOp: return "invalid nested repetition operator";
        case re2::RE2::ErrorBadPerlOp: return "invalid or unsupported Perl syntax";
        case re2::RE2::ErrorBadUTF8: return "invalid UTF-8";
        case re2::RE2::ErrorBadNamedCapture: return "invalid named capture";
        case re2::RE2::ErrorPatternTooLarge: return "expression too large";
        default: return "regexp/syntax: internal error";
    }
}

Status syntax_error(const re2::RE2& compiled, std::string_view pattern) {
    std::string at = compiled.error_arg();
    auto code = compiled.error_code();
    // Go prints the whole pattern where there is no better place to point to.
    if (code == re2::RE2::ErrorUnexpectedParen || code == re2::RE2::ErrorMissingParen || code == re2::RE2::ErrorPatternTooLarge) at = pattern;
    if (code == re2::RE2::ErrorTrailingBackslash) return error(Reason::BadRequest, "error parsing regexp: {}: ``", go_name(code));
    return error(Reason::BadRequest, "error parsing regexp: {}: `{}`", go_name(code), at);
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
    if (pattern.size() > kPatternBytesMax) return error(Reason::BadRequest, "error parsing regexp: expression too large");
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kMemoryBytesMax);
    auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
    if (!compiled->ok()) return syntax_error(*compiled, pattern);
    return Regex(std::move(compiled));
}

size_t Regex::program_size() const { return static_cast<size_t>(std::max(compiled_->ProgramSize(), 0)); }

bool Regex::search(std::string_view text) const {
    return compiled_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string_view> Regex::find(std::string_view text, size_t from) const {
    if (from > text.size()) return std::nullopt;
    re2::StringPiece match;
    if (!compiled_->Match(re2::StringPiece(text.data(), text.size()), from, text.size(), re2::RE2::UNANCHORED, &match, 1)) return std::nullopt;
    return std::string_view(match.data() ? match.data() : text.data(), match.size());
}

std::vector<std::string_view> Regex::find_all(std::string_view text, int limit) const {
    std::vector<std::string_view> out;
    size_t at = 0, last_end = std::string_view::npos;
    while (limit < 0 || out.size() < static_cast<size_t>(limit)) {
        auto match = find(text, at);
        if (!match) break;
        size_t begin = static_cast<size_t>(match->data() - text.data()), end = begin + match->size();
        // An empty match right after a match does not count, and the search goes on behind the next character.
        if (!match->empty() || begin != last_end) out.push_back(*match);
        last_end = end;
        at = end;
        if (!match->empty()) continue;
        if (++at > text.size()) break;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    }
    return out;
}

}  // namespace skiff
