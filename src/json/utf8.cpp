#include "json/utf8.h"

#include <cstdint>
#include <cstring>

namespace skiff::json {

namespace {

constexpr uint64_t kNotAscii = 0x8080808080808080;

unsigned char byte_at(std::string_view text, size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; }
bool continues(unsigned char c) { return (c & 0xc0) == 0x80; }

// Offset of the first malformed byte, or npos.
size_t first_invalid(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        uint64_t eight = 0;
        if (i + sizeof(eight) <= text.size() && (std::memcpy(&eight, text.data() + i, sizeof(eight)), (eight & kNotAscii) == 0)) {
            i += sizeof(eight);
            continue;
        }
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            ++i;
            continue;
        }
        size_t length = utf8_length(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::string_view::npos;
}

}  // namespace

size_t utf8_length(std::string_view text) {
    unsigned char a = byte_at(text, 0), b = byte_at(text, 1);
    if (a < 0x80) return text.empty() ? 0 : 1;
    if (a < 0xc2 || a > 0xf4 || !continues(b)) return 0;
    if (a < 0xe0) return 2;
    if (!continues(byte_at(text, 2))) return 0;
    if (a < 0xf0) {
        if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f)) return 0;
        return 3;
    }
    if (!continues(byte_at(text, 3)) || (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f)) return 0;
    return 4;
}

char32_t utf8_code_point(std::string_view sequence) {
    unsigned char a = byte_at(sequence, 0);
    if (a < 0x80) return a;
    size_t length = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
    char32_t point = a & (0xff >> (length + 1));
    for (size_t i = 1; i < length; ++i) point = (point << 6) | (byte_at(sequence, i) & 0x3f);
    return point;
}

bool is_valid_utf8(std::string_view text) { return first_invalid(text) == std::string_view::npos; }

std::string valid_utf8(std::string text) {
    size_t bad = first_invalid(text);
    if (bad == std::string::npos) return text;
    std::string out = text.substr(0, bad);
    for (size_t i = bad; i < text.size();) {
        size_t length = utf8_length(std::string_view(text).substr(i));
        if (length == 0) {
            out += "\xef\xbf\xbd";
            ++i;
        } else {
            out.append(text, i, length);
            i += length;
        }
    }
    return out;
}

}  // namespace skiff::json
