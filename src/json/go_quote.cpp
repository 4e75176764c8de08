#include "json/go_quote.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/utf8.h"

namespace skiff::json {

namespace {

void append_byte(std::string& out, unsigned char byte) {
    switch (byte) {
        case '\a': out += "\\a"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        case '\v': out += "\\v"; return;
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        default: break;
    }
    if (byte < 0x20 || byte >= 0x7f) out += fmt::format("\\x{:02x}", byte);
    else out += static_cast<char>(byte);
}

// The best known of what unicode.IsPrint refuses: controls, spaces but the plain one, marks without a shape, private use.
bool is_shown(char32_t c) {
    return !(c <= 0xa0 || c == 0xad || (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || (c >= 0xe000 && c <= 0xf8ff) ||
             c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe00ff) || c >= 0xf0000);
}

}  // namespace

std::string go_quote(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        if (length <= 1) {
            append_byte(out, static_cast<unsigned char>(text[0]));
        } else if (const char32_t c = utf8_code_point(text.substr(0, length)); is_shown(c)) {
            out += text.substr(0, length);
        } else {
            out += c < 0x10000 ? fmt::format("\\u{:04x}", static_cast<uint32_t>(c)) : fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
        }
        text.remove_prefix(std::max<size_t>(length, 1));
    }
    return out + '"';
}

}  // namespace skiff::json
