#include "api/json_scan.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <utility>

#include "json/parse.h"

namespace skiff::api {

namespace {

constexpr size_t kBad = std::string_view::npos;

size_t skip_space(std::string_view text, size_t at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) ++at;
    return at;
}

// at: the opening quote; returns the place after the closing one.
size_t skip_string(std::string_view text, size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] == '\\') ++at;
    }
    return kBad;
}

// Where a walk over a container's bytes is.
struct Walk {
    size_t at;
    size_t depth = 0;
    bool in_string = false, escaped = false;
};

#ifdef __SSE2__
// 64 bytes, asked for those that are a certain one; the first is the lowest bit.
class Block {
public:
    explicit Block(const char* bytes) {
        for (size_t i = 0; i < 4; ++i) parts_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    }
    // With mask 0x20 `[` and `]` count as `{` and `}`.
    uint64_t equal(char byte, char mask = 0) const {
        uint64_t bits = 0;
        for (size_t i = 0; i < 4; ++i) {
            const __m128i same = _mm_cmpeq_epi8(_mm_or_si128(parts_[i], _mm_set1_epi8(mask)), _mm_set1_epi8(byte));
            bits |= static_cast<uint64_t>(_mm_movemask_epi8(same)) << (16 * i);
        }
        return bits;
    }

private:
    __m128i parts_[4];
};

// The bytes after backslashes that are not themselves after one.
uint64_t escaped_bytes(uint64_t backslashes, bool& escaped) {
    uint64_t bits = std::exchange(escaped, false) ? 1 : 0;
    for (; backslashes != 0; backslashes &= backslashes - 1) {
        const uint64_t backslash = backslashes & -backslashes;
        if (bits & backslash) continue;
        bits |= backslash << 1;
        escaped = backslash >> 63;
    }
    return bits;
}

// Goes on in whole blocks; true when the container's end was found: walk.at is behind it.
bool skip_blocks(std::string_view text, Walk& walk) {
    for (; walk.at + 64 <= text.size(); walk.at += 64) {
        const Block block(text.data() + walk.at);
        uint64_t inside = block.equal('"') & ~escaped_bytes(block.equal('\\'), walk.escaped);
        for (int shift = 1; shift < 64; shift *= 2) inside ^= inside << shift;   // from each opening quote up to the closing one
        if (walk.in_string) inside = ~inside;
        walk.in_string = inside >> 63;
        const uint64_t opens = block.equal('{', 0x20) & ~inside, closes = block.equal('}', 0x20) & ~inside;
        const auto left = static_cast<size_t>(__builtin_popcountll(closes));
        if (left < walk.depth) {
            walk.depth += static_cast<size_t>(__builtin_popcountll(opens)) - left;
            continue;
        }
        for (uint64_t both = opens | closes; both != 0; both &= both - 1) {
            if (opens & both & -both) {
                ++walk.depth;
            } else if (--walk.depth == 0) {
                walk.at += static_cast<size_t>(__builtin_ctzll(both)) + 1;
                return true;
            }
        }
    }
    return false;
}
#else
bool skip_blocks(std::string_view, Walk&) { return false; }
#endif

// Containers by counting brackets: those that do not fit each other are found when the tree is built.
size_t skip_container(std::string_view text, size_t at) {
    Walk walk{at};
    if (skip_blocks(text, walk)) return walk.at;
    for (; walk.at < text.size(); ++walk.at) {
        const char c = text[walk.at];
        if (std::exchange(walk.escaped, false)) continue;
        if (c == '\\') walk.escaped = true;
        else if (c == '"') walk.in_string = !walk.in_string;
        else if (walk.in_string) continue;
        else if (c == '{' || c == '[') ++walk.depth;
        else if ((c == '}' || c == ']') && --walk.depth == 0) return walk.at + 1;
    }
    return kBad;
}

}  // namespace

size_t skip_value(std::string_view text, size_t at) {
    if (at >= text.size()) return kBad;
    if (text[at] == '"') return skip_string(text, at);
    if (text[at] == '{' || text[at] == '[') return skip_container(text, at);
    size_t start = at;
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && text[at] > ' ') ++at;
    return at == start ? kBad : at;
}

namespace {

// What both loops share: after a value comes a comma or the end. False: stop, with ok telling how.
bool next(std::string_view text, size_t& at, char close, bool& ok) {
    at = skip_space(text, at);
    ok = false;
    if (at >= text.size()) return false;
    if (text[at] == ',') {
        at = skip_space(text, at + 1);
        return true;
    }
    ok = text[at] == close && skip_space(text, at + 1) == text.size();
    return false;
}

// True when the container is empty or faulty right at its start.
bool ends_at_once(std::string_view text, size_t& at, char open, char close, bool& ok) {
    at = skip_space(text, 0);
    ok = false;
    if (at >= text.size() || text[at] != open) return true;
    at = skip_space(text, at + 1);
    if (at < text.size() && text[at] == close) {
        ok = skip_space(text, at + 1) == text.size();
        return true;
    }
    return false;
}

}  // namespace

bool scan_members(std::string_view text, const std::function<void(std::string_view, std::string_view)>& visit) {
    size_t at;
    bool ok;
    if (ends_at_once(text, at, '{', '}', ok)) return ok;
    do {
        if (at >= text.size() || text[at] != '"') return false;
        size_t end = skip_string(text, at);
        if (end == kBad) return false;
        std::string_view key = text.substr(at + 1, end - at - 2);
        at = skip_space(text, end);
        if (at >= text.size() || text[at] != ':') return false;
        at = skip_space(text, at + 1);
        end = skip_value(text, at);
        if (end == kBad) return false;
        visit(key, text.substr(at, end - at));
        at = end;
    } while (next(text, at, '}', ok));
    return ok;
}

bool scan_items(std::string_view text, const std::function<void(std::string_view)>& visit) {
    size_t at;
    bool ok;
    if (ends_at_once(text, at, '[', ']', ok)) return ok;
    do {
        size_t end = skip_value(text, at);
        if (end == kBad) return false;
        visit(text.substr(at, end - at));
        at = end;
    } while (next(text, at, ']', ok));
    return ok;
}

std::string scan_string(std::string_view literal) {
    if (literal.size() < 2 || literal[0] != '"') return {};
    std::string_view body = literal.substr(1, literal.size() - 2);
    if (body.find('\\') == std::string_view::npos) return std::string(body);
    auto value = json::parse(literal);
    return value.ok() ? value->as_string() : std::string();
}

// memmem: std::string::find stops at each quote, of which JSON has one in eight bytes.
bool mentions(std::string_view text, std::string_view words) { return ::memmem(text.data(), text.size(), words.data(), words.size()) != nullptr; }

}  // namespace skiff::api
