#include "cel/string_literal.h"

#include "base/strings.h"

namespace skiff::cel {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Reads the escape after the backslash; `text` begins behind it.
Status append_escape(std::string& out, std::string_view& text, Quoted quoted) {
    constexpr std::string_view kFrom = "abfnrtv\\'\"`?", kTo = "\a\b\f\n\r\t\v\\'\"`?";
    if (text.empty()) return error(Reason::BadRequest, "unable to unescape string, found '\\' as last character");
    char c = text[0];
    text.remove_prefix(1);
    if (size_t at = kFrom.find(c); at != std::string_view::npos) {
        out += kTo[at];
        return {};
    }
    bool octal = c >= '0' && c <= '3';
    size_t count = octal ? 2 : c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (count == 0 || text.size() < count || (quoted == Quoted::Bytes && (c == 'u' || c == 'U'))) return error(Reason::BadRequest, "unable to unescape string");
    uint64_t value = octal ? static_cast<uint64_t>(c - '0') : 0;
    for (size_t i = 0; i < count; ++i) {
        int digit = hex_value(text[i]);
        if (digit < 0 || (octal && digit > 7)) return error(Reason::BadRequest, "unable to unescape {}string", octal ? "octal sequence in " : "");
        value = value * (octal ? 8 : 16) + static_cast<uint64_t>(digit);
    }
    text.remove_prefix(count);
    if (quoted == Quoted::Bytes) {
        out += static_cast<char>(value);
        return {};
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return error(Reason::BadRequest, "invalid unicode code point");
    append_utf8(out, static_cast<char32_t>(value));
    return {};
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

Result<std::string> unquote(std::string_view literal, Quoted quoted) {
    std::string normal = replace_all(replace_all(std::string(literal), "\r\n", "\n"), "\r", "\n");
    std::string_view text = normal;
    bool raw = !text.empty() && (text[0] == 'r' || text[0] == 'R');
    if (raw) text.remove_prefix(1);
    if (text.size() < 2) return error(Reason::BadRequest, "unable to unescape string");
    size_t quotes = text.size() >= 6 && text[0] == text[1] && text[1] == text[2] ? 3 : 1;
    text = text.substr(quotes, text.size() - 2 * quotes);
    if (raw) return std::string(text);
    std::string out;
    while (!text.empty()) {
        char c = text[0];
        text.remove_prefix(1);
        if (c != '\\') out += c;
        else TRY(append_escape(out, text, quoted));
    }
    return out;
}

}  // namespace skiff::cel
