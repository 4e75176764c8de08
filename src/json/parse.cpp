#include "json/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif
#include <rapidjson/error/error.h>
#include <rapidjson/reader.h>

#include "base/text_map.h"
#include "json/utf8.h"

namespace skiff::json {

namespace {

constexpr size_t kDuplicatesMax = 100;   // that are reported
constexpr size_t kBlock = 16;            // bytes that the reader's vector instructions take at once
constexpr size_t kScanMax = 12;          // objects up to this size are searched for repeated keys member by member

enum class Bytes { Valid, Escaped, Any };   // of strings: UTF-8; UTF-8 but for what escapes make; anything

// The reader takes the second half of a surrogate pair alone, written as an escape, for a character; it means the replacement character, as in Go.
std::string without_halves(std::string text) {
    for (size_t at = 0; (at = text.find('\xed', at)) != text.npos; at += 3)
        if (utf8_length(std::string_view(text).substr(at)) == 0) text.replace(at, 3, "\xef\xbf\xbd");
    return text;
}

// Builds the tree. What is inside containers that have not ended waits on two stacks, and a container takes its part when it ends:
// every array has just the size it needs.
class Builder {
public:
    using Ch = char;
    Builder(const ParseOptions& options, Bytes bytes) : options_(options), bytes_(bytes) {}

    Value take() { return std::move(items_.back()); }   // of what was read to its end
    bool too_deep() const { return too_deep_; }
    bool too_large() const { return too_large_; }

    bool Null() { return add(nullptr); }
    bool Bool(bool b) { return add(b); }
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }
    // The reader checks the form only: its own conversion of texts like 0e99 is undefined. What follows the text ends a number for strtod.
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        const std::string_view number(text, size);
        int64_t whole = 0;
        if (number.find_first_of(".eE") == number.npos && std::from_chars(text, text + size, whole).ec == std::errc()) return add(whole);
        double d = 0;
        // What is too small becomes zero; what is too large is nothing that a text could say.
        if (std::from_chars(text, text + size, d).ec != std::errc()) d = std::strtod(text, nullptr);
        too_large_ = !std::isfinite(d);
        return !too_large_ && add(d);
    }
    bool String(const char* text, rapidjson::SizeType size, bool) { return add(string(text, size)); }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        keys_.push_back(string(text, size));
        return true;
    }
    bool StartObject() { return open(true, members_.size()); }
    bool StartArray() { return open(false, items_.size()); }
    bool EndObject(rapidjson::SizeType) {
        Object object = take_from(members_);
        drop_duplicates(object);
        open_.pop_back();
        return add(std::move(object));
    }
    bool EndArray(rapidjson::SizeType) {
        Array array = take_from(items_);
        open_.pop_back();
        return add(std::move(array));
    }

private:
    struct Frame {
        bool object;
        size_t start;   // of its part of members_ or items_
    };

    std::string string(const char* text, size_t size) const {
        std::string out(text, size);
        return bytes_ == Bytes::Valid ? out : bytes_ == Bytes::Escaped ? without_halves(std::move(out)) : valid_utf8(std::move(out));
    }

    template <typename T>
    bool add(T&& value) {
        if (!open_.empty() && open_.back().object) {
            members_.emplace_back(std::move(keys_.back()), std::forward<T>(value));
            keys_.pop_back();
        } else {
            items_.emplace_back(std::forward<T>(value));
        }
        return true;
    }

    bool open(bool object, size_t start) {
        too_deep_ = open_.size() >= static_cast<size_t>(options_.depth_max);
        if (!too_deep_) open_.push_back({object, start});
        return !too_deep_;
    }

    template <typename T>
    std::vector<T> take_from(std::vector<T>& stack) {
        const auto start = stack.begin() + static_cast<ptrdiff_t>(open_.back().start);
        std::vector<T> taken(std::make_move_iterator(start), std::make_move_iterator(stack.end()));
        stack.erase(start, stack.end());
        return taken;
    }

    // A repeated key keeps its first place and its last value.
    void drop_duplicates(Object& members) {
        if (options_.keep_duplicates || members.size() < 2 || !has_duplicates(members)) return;
        TextMap<size_t> places;
        size_t kept = 0;
        for (size_t i = 0; i < members.size(); ++i) {
            auto [same, is_new] = places.try_emplace(members[i].key, kept);
            if (is_new) {
                if (kept != i) members[kept] = std::move(members[i]);
                ++kept;
                continue;
            }
            report(members[i].key);
            members[same->second].value = std::move(members[i].value);
        }
        members.resize(kept);
    }

    static bool has_duplicates(const Object& members) {
        if (members.size() <= kScanMax) {
            for (size_t i = 1; i < members.size(); ++i)
                for (size_t j = 0; j < i; ++j)
                    if (members[i].key == members[j].key) return true;
            return false;
        }
        const auto not_rising = [](const Member& a, const Member& b) { return a.key >= b.key; };
        if (std::adjacent_find(members.begin(), members.end(), not_rising) == members.end()) return false;   // maps are stored with rising keys
        TextViewSet seen;
        seen.reserve(members.size());
        for (const Member& member : members)
            if (!seen.insert(member.key).second) return true;
        return false;
    }

    // The innermost container is the one whose member this is; those around it wait for it at a key or an index.
    void report(const std::string& key) {
        if (!options_.duplicates || options_.duplicates->size() >= kDuplicatesMax) return;
        std::string path;
        size_t keys = 0;
        for (size_t i = 0; i + 1 < open_.size(); ++i) {
            if (open_[i].object) {
                if (!path.empty()) path += '.';
                path += keys_[keys++];
            } else {
                const auto inner = std::find_if(open_.begin() + static_cast<ptrdiff_t>(i) + 1, open_.end(), [](const Frame& f) { return !f.object; });
                path += fmt::format("[{}]", (inner == open_.end() ? items_.size() : inner->start) - open_[i].start);
            }
        }
        if (!path.empty()) path += '.';
        path += key;
        auto& all = *options_.duplicates;
        if (std::find(all.begin(), all.end(), path) == all.end()) all.push_back(std::move(path));
    }

    const ParseOptions& options_;
    const Bytes bytes_;
    std::vector<Frame> open_;
    std::vector<std::string> keys_;   // of the objects in open_, each without its value
    std::vector<Member> members_;
    std::vector<Value> items_;        // the root, in the end
    bool too_deep_ = false, too_large_ = false;
};

// Go's encoding/json says these about the character where it stopped; clients and tests know them.
std::string_view where(rapidjson::ParseErrorCode code) {
    switch (code) {
        case rapidjson::kParseErrorDocumentRootNotSingular: return "after top-level value";
        case rapidjson::kParseErrorObjectMissName: return "looking for beginning of object key string";
        case rapidjson::kParseErrorObjectMissColon: return "after object key";
        case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket: return "after object key:value pair";
        case rapidjson::kParseErrorArrayMissCommaOrSquareBracket: return "after array element";
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex: return "in \\u hexadecimal character escape";
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid: return "in surrogate pair";
        case rapidjson::kParseErrorStringEscapeInvalid: return "in string escape code";
        case rapidjson::kParseErrorStringInvalidEncoding: return "in string literal";
        case rapidjson::kParseErrorNumberMissFraction: return "after decimal point in numeric literal";
        case rapidjson::kParseErrorNumberMissExponent: return "in exponent of numeric literal";
        default: return "looking for beginning of value";
    }
}

// The character as Go's strconv.Quote would show it between single quotes.
std::string shown(char c) {
    switch (c) {
        case '\n': return "'\\n'";
        case '\t': return "'\\t'";
        case '\r': return "'\\r'";
        case '\'': return "'\\''";
        case '"': return "'\"'";
        default: break;
    }
    auto byte = static_cast<unsigned char>(c);
    // Go takes the byte for the character of that number.
    if (byte >= 0xa1 && byte != 0xad) return {'\'', static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f)), '\''};
    if (byte >= 0x80) return fmt::format("'\\u{:04x}'", byte);
    if (byte < 0x20 || byte == 0x7f) return fmt::format("'\\x{:02x}'", byte);
    return fmt::format("'{}'", c);
}

Status syntax_error(std::string_view text, rapidjson::ParseErrorCode code, size_t offset) {
    if (code == rapidjson::kParseErrorNumberTooBig) return error(Reason::BadRequest, "number out of range at offset {}", offset);
    // Escapes are reported at their backslash; the character that is wrong follows it.
    if (code == rapidjson::kParseErrorStringEscapeInvalid && offset + 1 < text.size() && text[offset] == '\\') ++offset;
    if (offset >= text.size() || code == rapidjson::kParseErrorDocumentEmpty || code == rapidjson::kParseErrorStringMissQuotationMark)
        return error(Reason::BadRequest, "unexpected end of JSON input");
    return error(Reason::BadRequest, "invalid character {} {} (offset {})", shown(text[offset]), where(code), offset);
}

// Halves of surrogate pairs that stand alone mean the replacement character, as in Go. Both escapes have six characters.
std::string with_replacements(std::string_view text) {
    std::string out(text);
    auto unit = [&](size_t i) { return i + 6 <= out.size() && out[i] == '\\' && out[i + 1] == 'u' ? std::strtoul(out.substr(i + 2, 4).c_str(), nullptr, 16) : 0; };
    for (size_t i = 0; i + 6 <= out.size(); ++i) {
        if (out[i] != '\\') continue;
        const unsigned long first = unit(i);
        const bool high = first >= 0xd800 && first < 0xdc00, low = first >= 0xdc00 && first < 0xe000;
        const bool pair = high && unit(i + 6) >= 0xdc00 && unit(i + 6) < 0xe000;
        if (pair) i += 11;
        else if (high || low) out.replace(i, 6, "\\ufffd"), i += 5;
        else ++i;
    }
    return out;
}

}  // namespace

Result<Value> parse(std::string_view text, const ParseOptions& options) {
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;
    // The reader decodes strings where they stand, which saves a copy of each, and looks at blocks of 16 bytes.
    std::string copy;
    copy.reserve(text.size() + kBlock);
    copy.append(text).append(kBlock, '\0');
    rapidjson::InsituStringStream stream(copy.data());
    rapidjson::Reader reader;
    Builder builder(options, !is_valid_utf8(text) ? Bytes::Any : text.find("\\u") == text.npos ? Bytes::Valid : Bytes::Escaped);
    auto result = reader.Parse<kFlags>(stream, builder);
    if (builder.too_deep()) return error(Reason::BadRequest, "exceeded max depth: more than {} nested values", options.depth_max);
    if (builder.too_large()) return error(Reason::BadRequest, "number out of range at offset {}", result.Offset());
    if (result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
        if (std::string repaired = with_replacements(text); repaired != text) return parse(repaired, options);
    if (result.IsError()) return syntax_error(text, result.Code(), result.Offset());
    // The stream shows its end as NUL, so a NUL in the text looks like one.
    if (stream.Tell() != text.size()) return syntax_error(text, rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
    return builder.take();
}

}  // namespace skiff::json
