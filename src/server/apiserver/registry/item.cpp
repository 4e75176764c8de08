#include "server/apiserver/registry/item.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/json_scan.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::apiserver {
namespace {

// Walks JSON that is known to be valid (it was written by us) and notes the scalars at the wanted paths.
class Scanner {
public:
    Scanner(std::string_view json, const std::vector<std::string>& paths) : json_(json), paths_(paths), values_(paths.size()) {}

    std::vector<std::string> take() {
        value();
        return std::move(values_);
    }

    std::string run() {
        value();
        std::string out;
        for (const std::string& v : values_) out.append(v).push_back('\0');
        return out;
    }

private:
    char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
    void space() {
        while (at_ < json_.size() && (json_[at_] == ' ' || json_[at_] == '\n' || json_[at_] == '\t' || json_[at_] == '\r')) ++at_;
    }

    // The raw text between the quotes; at_ stands behind the closing one.
    std::string_view string_raw() {
        size_t start = ++at_;
        while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
        std::string_view text = json_.substr(start, at_ < json_.size() ? at_ - start : std::string_view::npos);
        ++at_;
        return text;
    }

    // Whether some wanted path is, or goes through, the current one.
    bool wanted() const {
        for (const std::string& p : paths_)
            if (p.size() >= path_.size() && p.compare(0, path_.size(), path_) == 0 && (p.size() == path_.size() || p[path_.size()] == '.')) return true;
        return false;
    }

    void note(std::string_view raw, bool quoted) {
        for (size_t i = 0; i < paths_.size(); ++i) {
            if (paths_[i] != path_) continue;
            if (quoted && raw.find('\\') != raw.npos) {
                auto parsed = json::parse(fmt::format("\"{}\"", raw));
                values_[i] = parsed.ok() ? parsed->as_string() : std::string(raw);
            } else if (quoted || raw != "null") {
                values_[i] = std::string(raw);
            }
        }
    }

    void value() {
        space();
        char c = peek();
        if (c == '{' && (path_.empty() || wanted())) return object();
        if (c == '{' || c == '[') {
            at_ = std::min(api::skip_value(json_, at_), json_.size());
            return;
        }
        if (c == '"') {
            std::string_view raw = string_raw();
            if (!path_.empty()) note(raw, true);
            return;
        }
        size_t start = at_;
        while (at_ < json_.size() && json_[at_] != ',' && json_[at_] != '}' && json_[at_] != ']' && json_[at_] > ' ') ++at_;
        if (!path_.empty()) note(json_.substr(start, at_ - start), false);
    }

    void object() {
        ++at_;
        space();
        while (at_ < json_.size() && peek() == '"') {
            std::string_view key = string_raw();
            space();
            ++at_;   // ':'
            size_t kept = path_.size();
            if (kept > 0) path_.push_back('.');
            path_.append(key);
            value();
            path_.resize(kept);
            space();
            if (peek() == ',') ++at_;
            space();
        }
        ++at_;   // '}'
    }

    std::string_view json_;
    const std::vector<std::string>& paths_;
    std::vector<std::string> values_;
    std::string path_;
    size_t at_ = 0;
};

}  // namespace

uint64_t label_bit(std::string_view key) { return uint64_t{1} << (std::hash<std::string_view>{}(key) & 63); }

uint64_t label_bit(std::string_view key, std::string_view value) {
    const uint64_t hash = uint64_t{31} * std::hash<std::string_view>{}(key) + std::hash<std::string_view>{}(value);
    return uint64_t{1} << ((hash ^ hash >> 26) & 63);
}

uint64_t label_bits(const api::Labels& labels) {
    uint64_t bits = 0;
    for (const auto& [key, value] : labels) bits |= label_bit(key) | label_bit(key, value);
    return bits;
}

std::string_view Item::field(size_t n) const {
    std::string_view left = fields;
    while (true) {
        size_t end = left.find('\0');
        if (end == left.npos) return {};
        if (n == 0) return left.substr(0, end);
        left.remove_prefix(end + 1);
        --n;
    }
}

std::string_view selectable_name(std::string_view field) { return field.substr(0, field.find('=')); }

SelectablePaths::SelectablePaths(const std::vector<std::string>& fields) {
    for (const std::string& field : fields) {
        Choice choice;
        // Without '=' the name is the path.
        std::string_view sources = std::string_view(field).substr(field.find('=') == std::string::npos ? 0 : field.find('=') + 1);
        for (std::string_view source : split_views(sources, '|')) {
            if (!source.empty() && source[0] == '!') {
                choice.otherwise = source.substr(1);
                continue;
            }
            paths_.emplace_back(source);
            ++choice.count;
        }
        plain_ = plain_ && choice.count == 1 && choice.otherwise.empty();
        choices_.push_back(std::move(choice));
    }
}

std::string SelectablePaths::scan(std::string_view json) const {
    if (paths_.empty()) return {};
    Scanner scanner(json, paths_);
    if (plain_) return scanner.run();
    std::vector<std::string> found = scanner.take();
    std::string out;
    size_t at = 0;
    for (const Choice& choice : choices_) {
        std::string value;
        for (size_t i = 0; i < choice.count; ++i, ++at)
            if (value.empty()) value = std::move(found[at]);
        out.append(value.empty() ? choice.otherwise : value).push_back('\0');
    }
    return out;
}

api::ObjectPtr with_revision(const api::Object& object, int64_t revision) {
    std::string text = *object.bytes();
    std::string old = fmt::format("\"resourceVersion\":\"{}\"", object.meta().resource_version);
    size_t at = text.find(old);
    if (at != text.npos) text.replace(at, old.size(), fmt::format("\"resourceVersion\":\"{}\"", revision));
    auto made = api::Object::from_bytes(std::make_shared<const std::string>(std::move(text)));
    return made.ok() ? std::move(made).value() : nullptr;
}

}  // namespace skiff::apiserver
