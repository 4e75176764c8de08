#include "json/write.h"

#include <array>
#include <charconv>

#include "json/number_text.h"
#include "json/utf8.h"

namespace skiff::json {

namespace {

constexpr char kHex[] = "0123456789abcdef";

// Which bytes stand for themselves inside quotes.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    return plain;
}();

void append_escape(std::string& out, unsigned char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    out += "\\u00";
    out += kHex[c >> 4];
    out += kHex[c & 15];
}

void append_int(std::string& out, int64_t value) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_scalar(std::string& out, const Value& value) {
    switch (value.type()) {
        case Type::Bool: out += value.as_bool() ? "true" : "false"; break;
        case Type::Int: append_int(out, value.as_int()); break;
        case Type::Double: append_json_double(out, value.as_double()); break;
        case Type::String: append_quoted(out, value.as_string()); break;
        default: out += "null";
    }
}

void new_line(std::string& out, int columns) {
    out += '\n';
    out.append(static_cast<size_t>(columns), ' ');
}

void append_pretty(std::string& out, const Value& value, int indent, int column) {
    if (value.size() == 0) return append(out, value);
    bool first = true;
    out += value.is_array() ? '[' : '{';
    auto separate = [&] {
        if (!first) out += ',';
        first = false;
        new_line(out, column + indent);
    };
    for (const auto& item : value.items()) {
        separate();
        append_pretty(out, item, indent, column + indent);
    }
    for (const auto& [key, member] : value.members()) {
        separate();
        append_quoted(out, key);
        out += ": ";
        append_pretty(out, member, indent, column + indent);
    }
    new_line(out, column);
    out += value.is_array() ? ']' : '}';
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    size_t start = 0, i = 0;
    auto flush = [&](size_t skip) {
        out.append(text, start, i - start);
        i += skip;
        start = i;
    };
    while (i < text.size()) {
        auto c = static_cast<unsigned char>(text[i]);
        if (kPlain[c]) {
            ++i;
        } else if (c < 0x80) {
            flush(1);
            append_escape(out, c);
        } else if (size_t length = utf8_length(text.substr(i)); length == 0) {
            flush(1);
            out += "\\ufffd";
        } else if (c == 0xe2 && text[i + 1] == '\x80' && (text[i + 2] == '\xa8' || text[i + 2] == '\xa9')) {
            bool paragraph = text[i + 2] == '\xa9';   // line and paragraph separators end a line in JavaScript
            flush(3);
            out += paragraph ? "\\u2029" : "\\u2028";
        } else {
            i += length;
        }
    }
    flush(0);
    out += '"';
}

void append(std::string& out, const Value& value) {
    bool first = true;
    auto separate = [&] {
        if (!first) out += ',';
        first = false;
    };
    if (value.is_array()) {
        out += '[';
        for (const auto& item : value.items()) {
            separate();
            append(out, item);
        }
        out += ']';
    } else if (value.is_object()) {
        out += '{';
        for (const auto& [key, member] : value.members()) {
            separate();
            append_quoted(out, key);
            out += ':';
            append(out, member);
        }
        out += '}';
    } else {
        append_scalar(out, value);
    }
}

std::string write(const Value& value) {
    std::string out;
    append(out, value);
    return out;
}

std::string write_pretty(const Value& value, int indent) {
    std::string out;
    append_pretty(out, value, indent, 0);
    return out;
}

}  // namespace skiff::json
