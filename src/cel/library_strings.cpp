// Strings: search, patterns, case, cutting, joining (cel-go's string extension, version 2, and Kubernetes' find and findAll).
#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "base/strings.h"
#include "cel/functions.h"
#include "json/utf8.h"

namespace skiff::cel {
namespace {

constexpr size_t kTextMax = 16 << 20;   // what one function may make

Value text(std::string out) { return Value::string(std::move(out)); }

// Where characters begin, and the end.
std::vector<size_t> starts(std::string_view text) {
    std::vector<size_t> out;
    for (size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) out.push_back(i);
    out.push_back(text.size());
    return out;
}

size_t characters(std::string_view text) { return Value::string_view(text).size(); }

// The byte at which character number `count` begins, text.size() for the one behind the last, npos beyond: no list of all of them, since the
// text may be of a megabyte and a loop may ask.
size_t byte_of(std::string_view text, size_t count) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    size_t i = 0;
    for (uint64_t word = 0; i + 8 <= text.size() && count >= 8; i += 8) {
        std::memcpy(&word, text.data() + i, 8);
        count -= 8 - ((((word >> 7) & (~word >> 6) & kOnes) * kOnes) >> 56);
    }
    for (; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
        if (count == 0) return i;
        --count;
    }
    return count == 0 ? i : std::string_view::npos;
}

Value out_of_range(int64_t index) { return Value::error(fmt::format("index out of range: {}", index)); }

Value char_at(Arguments args, Run&) {
    const std::string_view whole = args[0].text();
    const int64_t index = args[1].as_int();
    const size_t at = index < 0 ? std::string_view::npos : byte_of(whole, static_cast<size_t>(index));
    if (at == std::string_view::npos) return out_of_range(index);
    return text(std::string(whole.substr(at, byte_of(whole.substr(at), 1))));
}

Value index_of(Arguments args, Run&) {
    std::string_view whole = args[0].text(), part = args[1].text();
    int64_t from = args.size() > 2 ? args[2].as_int() : 0;
    if (part.empty()) return Value::of_int(from);
    if (from < 0) return out_of_range(from);
    const size_t at = byte_of(whole, static_cast<size_t>(from));
    if (at >= whole.size()) return Value::of_int(-1);
    size_t found = whole.find(part, at);
    return Value::of_int(found == std::string_view::npos ? -1 : static_cast<int64_t>(characters(whole.substr(0, found))));
}

Value last_index_of(Arguments args, Run&) {
    std::string_view whole = args[0].text(), part = args[1].text();
    const int64_t count = static_cast<int64_t>(characters(whole));
    if (args.size() == 2 && part.empty()) return Value::of_int(count);
    int64_t from = args.size() > 2 ? args[2].as_int() : count - 1;
    if (part.empty()) return Value::of_int(from);
    if (args.size() == 2 && whole.size() < part.size()) return Value::of_int(-1);
    if (from < 0) return out_of_range(from);
    if (from >= count) return Value::of_int(-1);
    size_t found = whole.rfind(part, byte_of(whole, static_cast<size_t>(from)));
    return Value::of_int(found == std::string_view::npos ? -1 : static_cast<int64_t>(characters(whole.substr(0, found))));
}

Value substring(Arguments args, Run&) {
    const std::string_view whole = args[0].text();
    const int64_t from = args[1].as_int(), to = args.size() > 2 ? args[2].as_int() : 0;
    if (args.size() > 2 && from > to) return Value::error(fmt::format("invalid substring range. start: {}, end: {}", from, to));
    const size_t begin = from < 0 ? std::string_view::npos : byte_of(whole, static_cast<size_t>(from));
    if (begin == std::string_view::npos) return out_of_range(from);
    const size_t end = args.size() > 2 ? byte_of(whole, static_cast<size_t>(to)) : whole.size();
    if (end == std::string_view::npos) return out_of_range(to);
    return text(std::string(whole.substr(begin, end - begin)));
}

Value lower_ascii(Arguments args, Run&) {
    std::string out(args[0].text());
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text(std::move(out));
}

Value upper_ascii(Arguments args, Run&) {
    std::string out(args[0].text());
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return text(std::move(out));
}

Value replace(Arguments args, Run&) {
    std::string_view whole = args[0].text(), from = args[1].text(), to = args[2].text();
    int64_t limit = args.size() > 3 ? args[3].as_int() : -1;
    std::string out;
    auto at = from.empty() ? starts(whole) : std::vector<size_t>{};
    size_t done = 0;
    for (int64_t n = 0; limit < 0 || n < limit; ++n) {
        if (out.size() > kTextMax) return Value::error("replace: the result is too large");
        if (from.empty()) {
            if (static_cast<size_t>(n) >= at.size()) break;
            size_t begin = at[static_cast<size_t>(n)];
            out += whole.substr(done, begin - done);
            out += to;
            done = begin;
            continue;
        }
        size_t found = whole.find(from, done);
        if (found == std::string_view::npos) break;
        out += whole.substr(done, found - done);
        out += to;
        done = found + from.size();
    }
    return text(out += whole.substr(done));
}

Value split(Arguments args, Run&) {
    std::string_view rest = args[0].text(), separator = args[1].text();
    int64_t limit = args.size() > 2 ? args[2].as_int() : -1;
    std::vector<Value> out;
    if (limit == 0) return Value::list({});
    while (limit < 0 || static_cast<int64_t>(out.size()) < limit - 1) {
        if (separator.empty()) {
            size_t size = std::max<size_t>(1, json::utf8_length(rest));
            if (rest.size() <= size) break;
            out.push_back(text(std::string(rest.substr(0, size))));
            rest.remove_prefix(size);
            continue;
        }
        size_t found = rest.find(separator);
        if (found == std::string_view::npos) break;
        out.push_back(text(std::string(rest.substr(0, found))));
        rest.remove_prefix(found + separator.size());
    }
    if (!separator.empty() || !rest.empty()) out.push_back(text(std::string(rest)));
    return Value::list(std::move(out));
}

Value trim_space(Arguments args, Run&) {
    // Unicode's white space, as Go's strings.TrimSpace.
    std::string_view rest = args[0].text();
    auto space = [](std::string_view at) -> size_t {
        if (at.empty()) return 0;
        if (std::string_view("\t\n\v\f\r ").find(at[0]) != std::string_view::npos) return 1;
        for (std::string_view wide : {"\u0085", "\u00a0", "\u1680", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"})
            if (at.substr(0, wide.size()) == wide) return wide.size();
        if (at.size() >= 3 && at.substr(0, 2) == "\xe2\x80" && static_cast<unsigned char>(at[2]) >= 0x80 && static_cast<unsigned char>(at[2]) <= 0x8a) return 3;
        return 0;
    };
    while (size_t size = space(rest)) rest.remove_prefix(size);
    for (bool more = true; more && !rest.empty();) {
        size_t last = rest.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(rest[last]) & 0xC0) == 0x80) --last;
        more = space(rest.substr(last)) == rest.size() - last;
        if (more) rest = rest.substr(0, last);
    }
    return text(std::string(rest));
}

Value join(Arguments args, Run&) {
    std::string out;
    for (size_t i = 0; i < args[0].size(); ++i) {
        Value item = args[0].at(i);
        if (!item.is(ValueKind::String)) return Value::error("join: invalid input: " + item.display());
        if (i && args.size() > 1) out += args[1].text();
        out += item.text();
        if (out.size() > kTextMax) return Value::error("join: the result is too large");
    }
    return text(std::move(out));
}

Value quote(Arguments args, Run&) {
    std::string out = "\"";
    for (char c : json::valid_utf8(std::string(args[0].text()))) {
        constexpr std::string_view kFrom = "\a\b\f\n\r\t\v\\\"", kTo = "abfnrtv\\\"";
        size_t at = kFrom.find(c);
        if (at != std::string_view::npos) out += '\\';
        out += at != std::string_view::npos ? kTo[at] : c;
    }
    return text(out + "\"");
}

Value matches(Arguments args, Run& run) {
    auto regex = run.regex(args[1].text());
    return regex.ok() ? Value::of(regex->search(args[0].text())) : Value::error(regex.status().message());
}

Value find(Arguments args, Run& run) {
    auto regex = run.regex(args[1].text());
    if (!regex.ok()) return Value::error("Illegal regex: " + regex.status().message());
    auto match = regex->find(args[0].text());
    return text(match ? std::string(*match) : std::string());
}

Value find_all(Arguments args, Run& run) {
    auto regex = run.regex(args[1].text());
    if (!regex.ok()) return Value::error("Illegal regex: " + regex.status().message());
    int64_t limit = args.size() > 2 ? std::clamp<int64_t>(args[2].as_int(), -1, 1 << 30) : -1;
    std::vector<Value> out;
    for (auto match : regex->find_all(args[0].text(), static_cast<int>(limit))) out.push_back(text(std::string(match)));
    return Value::list(std::move(out));
}

Value contains(Arguments args, Run&) { return Value::of(args[0].text().find(args[1].text()) != std::string_view::npos); }
Value starts_with(Arguments args, Run&) { return Value::of(args[0].text().substr(0, args[1].text().size()) == args[1].text()); }
Value ends_with(Arguments args, Run&) {
    std::string_view whole = args[0].text(), end = args[1].text();
    return Value::of(whole.size() >= end.size() && whole.substr(whole.size() - end.size()) == end);
}
Value format(Arguments args, Run&) { return format_text(args[0].text(), args[1]); }
Value escape_key(Arguments args, Run&) { return text(replace_all(replace_all(std::string(args[0].text()), "~", "~0"), "/", "~1")); }

constexpr FunctionRow kRows[] = {
    {"contains", "contains_string", ".string, string", "bool", &contains},
    {"endsWith", "ends_with_string", ".string, string", "bool", &ends_with},
    {"startsWith", "starts_with_string", ".string, string", "bool", &starts_with},
    {"matches", "matches", "string, string", "bool", &matches},
    {"matches", "matches_string", ".string, string", "bool", &matches},
    {"charAt", "string_char_at_int", ".string, int", "string", &char_at},
    {"indexOf", "string_index_of_string", ".string, string", "int", &index_of},
    {"indexOf", "string_index_of_string_int", ".string, string, int", "int", &index_of},
    {"lastIndexOf", "string_last_index_of_string", ".string, string", "int", &last_index_of},
    {"lastIndexOf", "string_last_index_of_string_int", ".string, string, int", "int", &last_index_of},
    {"lowerAscii", "string_lower_ascii", ".string", "string", &lower_ascii},
    {"upperAscii", "string_upper_ascii", ".string", "string", &upper_ascii},
    {"replace", "string_replace_string_string", ".string, string, string", "string", &replace},
    {"replace", "string_replace_string_string_int", ".string, string, string, int", "string", &replace},
    {"split", "string_split_string", ".string, string", "list(string)", &split},
    {"split", "string_split_string_int", ".string, string, int", "list(string)", &split},
    {"substring", "string_substring_int", ".string, int", "string", &substring},
    {"substring", "string_substring_int_int", ".string, int, int", "string", &substring},
    {"trim", "string_trim", ".string", "string", &trim_space},
    {"format", "string_format", ".string, list(dyn)", "string", &format},
    {"strings.quote", "strings_quote", "string", "string", &quote},
    {"join", "list_join", ".list(string)", "string", &join},
    {"join", "list_join_string", ".list(string), string", "string", &join},
    {"find", "string_find_string", ".string, string", "string", &find},
    {"findAll", "string_find_all_string", ".string, string", "list(string)", &find_all},
    {"findAll", "string_find_all_string_int", ".string, string, int", "list(string)", &find_all},
    {"jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", "string", "string", &escape_key},
};

}  // namespace

std::span<const FunctionRow> string_rows() { return kRows; }

}  // namespace skiff::cel
