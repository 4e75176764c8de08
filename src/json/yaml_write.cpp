#include <algorithm>

#include "base/encoding.h"
#include "json/number_text.h"
#include "json/utf8.h"
#include "json/yaml.h"
#include "json/yaml_scalar.h"

#include <fmt/core.h>

namespace skiff::json {

namespace {

constexpr size_t kLineColumns = 80;        // text folds at the first space beyond
constexpr size_t kSimpleKeyBytesMax = 128;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

// go-yaml's order of keys: numbers inside names by value (a2 before a10), signs and digits before letters.
bool key_less(std::string_view a, std::string_view b) {
    size_t i = 0;
    while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
    if (i == a.size() || i == b.size()) return a.size() < b.size();
    if (letter(a[i]) && letter(b[i])) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[i]);
    if (letter(a[i]) || letter(b[i])) return letter(b[i]);
    uint64_t left = 0, right = 0;
    if (a[i] == '0' || b[i] == '0') {
        // Zeros that follow another digit are part of a number, not padding before one.
        for (size_t j = i; j-- > 0 && digit(a[j]);)
            if (a[j] != '0') {
                left = right = 1;
                break;
            }
    }
    size_t left_end = i, right_end = i;
    for (; left_end < a.size() && digit(a[left_end]); ++left_end) left = left * 10 + static_cast<uint64_t>(a[left_end] - '0');
    for (; right_end < b.size() && digit(b[right_end]); ++right_end) right = right * 10 + static_cast<uint64_t>(b[right_end] - '0');
    if (left != right) return left < right;
    if (left_end != right_end) return left_end < right_end;
    return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[i]);
}

// Which notations can carry a string (libyaml's scalar analysis).
struct Shape {
    bool plain = true, single_quoted = true, literal = true;
};

bool printable(std::string_view sequence) {
    auto c = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1) return c == '\n' || (c >= 0x20 && c < 0x7f);
    char32_t point = utf8_code_point(sequence);
    return point >= 0xa0 && point < 0x10000 && point != 0xfeff && point < 0xfffe;   // go-yaml escapes beyond the first plane
}

// Unicode's own ends of lines and paragraphs, which YAML 1.1 takes for breaks.
bool is_separator(std::string_view sequence) { return sequence == "\u2028" || sequence == "\u2029"; }
bool separator_at(std::string_view text, size_t at) { return is_separator(text.substr(at, 3)); }

Shape analyze(std::string_view text) {
    Shape shape;
    bool leading_space = text[0] == ' ', trailing_space = text.back() == ' ';
    bool breaks = false, space_before_break = false, break_before_space = false, special = false;
    if (text.substr(0, 3) == "---" || text.substr(0, 3) == "...") shape.plain = false;
    for (size_t i = 0; i < text.size();) {
        size_t length = std::max<size_t>(utf8_length(text.substr(i)), 1);
        char c = text[i];
        char next = i + length < text.size() ? text[i + length] : '\0';
        bool before_space = next == '\0' || next == ' ' || next == '\n' || next == '\t' || next == '\r';
        bool after_space = i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\n' || text[i - 1] == '\t' || text[i - 1] == '\r');
        if (i == 0) {
            if (std::string_view("#,[]{}&*!|>'\"%@`").find(c) != std::string_view::npos) shape.plain = false;
            if ((c == '-' || c == '?' || c == ':') && before_space) shape.plain = false;
        } else {
            if (c == ':' && before_space) shape.plain = false;
            if (c == '#' && after_space) shape.plain = false;
        }
        if (!printable(text.substr(i, length))) special = true;
        if (c == '\n' || separator_at(text, i)) {
            breaks = true;
            if (i > 0 && text[i - 1] == ' ') space_before_break = true;
        } else if (c == ' ' && i > 0 && (text[i - 1] == '\n' || (i >= 3 && separator_at(text, i - 3)))) {
            break_before_space = true;
        }
        i += length;
    }
    if (leading_space || trailing_space || breaks) shape.plain = false;
    if (trailing_space) shape.literal = false;
    if (break_before_space) shape.plain = shape.single_quoted = false;
    if (space_before_break || special) shape.plain = shape.single_quoted = shape.literal = false;
    return shape;
}

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    // indent: the column of the block that the value stands in; -1 at the root.
    void node(const Value& value, int indent) {
        if (value.is_object() && value.size() > 0) mapping(value, indent + 2 < 2 ? 0 : indent + 2);
        else if (value.is_array() && value.size() > 0) sequence(value, indent + 2 < 2 ? 0 : indent + 2);
        else scalar(value, indent);
    }

private:
    void line(int indent) {
        if (!out_.empty() && out_.back() != '\n') out_ += '\n';
        out_.append(static_cast<size_t>(indent), ' ');
    }
    size_t column() const {
        size_t start = out_.rfind('\n');
        auto from = out_.begin() + static_cast<std::ptrdiff_t>(start == std::string::npos ? 0 : start + 1);
        return static_cast<size_t>(std::count_if(from, out_.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    }

    // The first member stands where the output is; the others on lines of their own.
    void mapping(const Value& value, int indent) {
        std::vector<const Member*> members;
        for (const auto& member : value.members()) members.push_back(&member);
        std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) { return key_less(a->key, b->key); });
        bool first = true;
        for (const Member* member : members) {
            if (!first) line(indent);
            first = false;
            bool simple = member->key.size() <= kSimpleKeyBytesMax && member->key.find('\n') == std::string::npos;
            if (!simple) out_ += "? ";
            text(member->key, indent, simple ? Place::Key : Place::Value);
            if (!simple) line(indent);
            out_ += ':';
            member_value(member->value, indent);
        }
    }

    void member_value(const Value& value, int indent) {
        if (value.size() == 0) {
            out_ += ' ';
            scalar(value, indent);
        } else if (value.is_object()) {
            line(indent + 2);
            mapping(value, indent + 2);
        } else {
            line(indent);
            sequence(value, indent);
        }
    }

    void sequence(const Value& value, int indent) {
        bool first = true;
        for (const auto& item : value.items()) {
            if (!first) line(indent);
            first = false;
            out_ += "- ";
            if (item.is_object() && item.size() > 0) mapping(item, indent + 2);
            else if (item.is_array() && item.size() > 0) sequence(item, indent + 2);
            else scalar(item, indent);
        }
    }

    void scalar(const Value& value, int indent) {
        switch (value.type()) {
            case Type::Null: out_ += "null"; break;
            case Type::Bool: out_ += value.as_bool() ? "true" : "false"; break;
            case Type::Int: out_ += std::to_string(value.as_int()); break;
            case Type::Double: append_yaml_double(out_, value.as_double()); break;
            case Type::Array: out_ += "[]"; break;
            case Type::Object: out_ += "{}"; break;
            case Type::String: text(value.as_string(), indent, Place::Value);
        }
    }

    enum class Place { Key, Value };

    void text(const std::string& text, int indent, Place place) {
        int inner = indent + 2 < 2 ? 2 : indent + 2;
        if (!is_valid_utf8(text)) {
            out_ += "!!binary " + base64_encode(text);
            return;
        }
        if (text.empty()) {
            out_ += "\"\"";
            return;
        }
        Shape shape = analyze(text);
        bool lines = text.find('\n') != std::string::npos;
        if (lines && shape.literal && place == Place::Value) return literal(text, inner);
        bool is_string = resolve_plain_scalar(text).is_string() && !is_base60(text) && !is_timestamp(text) && text != "<<";
        if (!lines && is_string && shape.plain) return folded(text, inner, place, '\0');
        const bool breaks_key = place == Place::Key && (text.find("\u2028") != std::string::npos || text.find("\u2029") != std::string::npos);
        if (!lines && is_string && shape.single_quoted && !breaks_key) return folded(text, inner, place, '\'');
        double_quoted(text, inner, place);
    }

    void literal(const std::string& text, int indent) {
        out_ += '|';
        if (text[0] == ' ' || text[0] == '\n') out_ += '2';
        size_t end = text.find_last_not_of('\n');
        size_t final_breaks = end == std::string::npos ? text.size() : text.size() - end - 1;
        if (final_breaks == 0) out_ += '-';
        else if (final_breaks > 1 || end == std::string::npos) out_ += '+';
        out_ += '\n';
        for (size_t start = 0; start < text.size();) {
            size_t stop = std::min(text.find('\n', start), text.size());
            if (stop > start) {
                out_.append(static_cast<size_t>(indent), ' ');
                indented(std::string_view(text).substr(start, stop - start), indent);
            }
            if (stop < text.size() || start < text.size()) out_ += '\n';
            start = stop + 1;
        }
    }

    // What comes behind a separator stands below it.
    void indented(std::string_view text, int indent) {
        for (size_t i = 0; i < text.size(); ++i) {
            out_ += text[i];
            if (i >= 2 && i + 1 < text.size() && separator_at(text, i - 2) && !separator_at(text, i + 1)) out_.append(static_cast<size_t>(indent), ' ');
        }
    }

    void fold(int indent) {
        out_ += '\n';
        out_.append(static_cast<size_t>(indent), ' ');
    }

    // Plain ('\0') and single-quoted text: a line may end at a single space.
    void folded(const std::string& text, int indent, Place place, char quote) {
        if (quote) out_ += quote;
        for (size_t i = 0; i < text.size(); ++i) {
            char c = text[i];
            bool lone_space = c == ' ' && i > 0 && i + 1 < text.size() && text[i - 1] != ' ' && text[i + 1] != ' ';
            if (lone_space && place == Place::Value && column() > kLineColumns) {
                fold(indent);
                continue;
            }
            out_ += c;
            if (c == '\'' && quote) out_ += c;
            if (i >= 2 && i + 1 < text.size() && separator_at(text, i - 2) && !separator_at(text, i + 1)) out_.append(static_cast<size_t>(indent), ' ');
        }
        if (quote) out_ += quote;
    }

    void double_quoted(const std::string& text, int indent, Place place) {
        out_ += '"';
        bool after_space = false;
        for (size_t i = 0; i < text.size();) {
            size_t length = utf8_length(std::string_view(text).substr(i));
            std::string_view sequence(text.data() + i, length);
            bool last = i + length == text.size();
            if (sequence == " " && place == Place::Value && !after_space && column() > kLineColumns && i > 0 && !last) {
                fold(indent);
                if (text[i + 1] == ' ') out_ += '\\';
                after_space = true;
            } else {
                after_space = sequence == " ";
                escape(sequence);
            }
            i += length;
        }
        out_ += '"';
    }

    void escape(std::string_view sequence) {
        char c = sequence[0];
        if (c == '\n') out_ += "\\n";
        else if (c == '"' || c == '\\') (out_ += '\\') += c;
        else if (is_separator(sequence)) out_ += sequence == "\u2028" ? "\\L" : "\\P";
        else if (printable(sequence)) out_ += sequence;
        else if (c == '\t') out_ += "\\t";
        else if (c == '\r') out_ += "\\r";
        else if (c == '\0') out_ += "\\0";
        else if (c == '\a') out_ += "\\a";
        else if (c == '\b') out_ += "\\b";
        else if (c == '\v') out_ += "\\v";
        else if (c == '\f') out_ += "\\f";
        else if (c == 0x1b) out_ += "\\e";
        else if (sequence == "\xc2\x85") out_ += "\\N";
        else if (auto point = static_cast<uint32_t>(utf8_code_point(sequence)); point <= 0xff) out_ += fmt::format("\\x{:02X}", point);
        else if (point <= 0xffff) out_ += fmt::format("\\u{:04X}", point);
        else out_ += fmt::format("\\U{:08X}", point);
    }

    std::string& out_;
};

}  // namespace

std::string write_yaml(const Value& value) {
    std::string out;
    Writer(out).node(value, -2);
    if (out.empty() || out.back() != '\n') out += '\n';
    return out;
}

}  // namespace skiff::json
