#include "json/yaml_bounds.h"

#include <cstddef>
#include <cstdint>

namespace skiff::json {

namespace {

constexpr size_t kDirectivesMax = 100;
constexpr uint64_t kClearedBytesMax = 200'000'000;   // 10 to 20 ms
constexpr size_t kRunMin = 64;                       // shorter ones cost less than the bytes around them

// Bytes of blanks and line breaks, NEL, LS and PS among them, and the halves of such in UTF-16.
constexpr bool is_white(unsigned char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0 || c == 0xc2 || c == 0x85 || c == 0xe2 || c == 0x80 || c == 0xa8 || c == 0xa9;
}
constexpr bool ends_line(unsigned char c) { return is_white(c) && c != ' ' && c != '\t'; }

}  // namespace

std::string_view too_slow_for_libyaml(std::string_view text) {
    size_t directives = 0, run = 0, longest = 0;
    uint64_t cleared = 0;
    bool at_line = true;
    for (const char signed_byte : text) {
        const auto c = static_cast<unsigned char>(signed_byte);
        if (is_white(c)) {
            ++run;
            at_line = ends_line(c);
            continue;
        }
        if (c == '%' && at_line && ++directives > kDirectivesMax) return "too many directives";
        at_line = false;
        if (run == 0) continue;
        if (run > longest) longest = run;
        run = 0;
        if (longest >= kRunMin && (cleared += longest) > kClearedBytesMax) return "too much white space";
    }
    return {};
}

}  // namespace skiff::json
