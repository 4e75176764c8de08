#include "net/http.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::net {

namespace {

const std::string kEmpty;
constexpr size_t kParametersMax = 10'000;   // each costs many times its bytes

bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        char x = a[i], y = b[i];
        if (x >= 'A' && x <= 'Z') x += 'a' - 'A';
        if (y >= 'A' && y <= 'Z') y += 'a' - 'A';
        if (x != y) return false;
    }
    return true;
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
    for (size_t i = 0; i < entries_.size(); ++i) {
        if (!same_name(entries_[i].first, name)) continue;
        entries_[i].second = std::move(value);
        const auto rest = entries_.begin() + static_cast<ptrdiff_t>(i) + 1;
        entries_.erase(std::remove_if(rest, entries_.end(), [&](const auto& e) { return same_name(e.first, name); }), entries_.end());
        return;
    }
    entries_.emplace_back(std::string(name), std::move(value));
}

void Headers::add(std::string_view name, std::string value) { entries_.emplace_back(std::string(name), std::move(value)); }

void Headers::erase(std::string_view name) {
    std::erase_if(entries_, [&](const auto& entry) { return same_name(entry.first, name); });
}

const std::string& Headers::get(std::string_view name) const {
    for (const auto& entry : entries_) {
        if (same_name(entry.first, name)) return entry.second;
    }
    return kEmpty;
}

bool Headers::has(std::string_view name) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) { return same_name(entry.first, name); });
}

std::vector<std::string> Headers::all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& entry : entries_) {
        if (same_name(entry.first, name)) out.push_back(entry.second);
    }
    return out;
}

std::optional<Query> Query::parse(std::string_view text) {
    Query out;
    for (std::string_view part : split_views(text, '&')) {
        if (part.empty()) continue;
        if (out.entries_.size() >= kParametersMax) return std::nullopt;
        const size_t equals = part.find('=');
        auto key = query_decode(part.substr(0, equals));
        auto value = equals == std::string_view::npos ? std::optional<std::string>("") : query_decode(part.substr(equals + 1));
        if (!key || !value) continue;   // as Go's servers do
        out.add(std::move(*key), std::move(*value));
    }
    return out;
}

const std::string& Query::get(std::string_view key) const {
    for (const auto& entry : entries_) {
        if (entry.first == key) return entry.second;
    }
    return kEmpty;
}

bool Query::has(std::string_view key) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == key; });
}

std::vector<std::string> Query::all(std::string_view key) const {
    std::vector<std::string> out;
    for (const auto& entry : entries_) {
        if (entry.first == key) out.push_back(entry.second);
    }
    return out;
}

void Query::add(std::string key, std::string value) { entries_.emplace_back(std::move(key), std::move(value)); }

void Query::erase(std::string_view key) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.first == key; });
}

std::string Query::encode() const {
    std::string out;
    for (const auto& [key, value] : entries_) {
        if (!out.empty()) out += '&';
        out += percent_encode(key) + '=' + percent_encode(value);
    }
    return out;
}

}  // namespace skiff::net
