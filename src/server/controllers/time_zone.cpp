#include "server/controllers/time_zone.h"

#include <algorithm>

#include "base/file.h"
#include "base/strings.h"

namespace skiff::controllers {

namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo/";

int64_t big_endian(std::string_view bytes) {
    uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) ? ~uint64_t{0} : 0;
    for (unsigned char byte : bytes) value = value << 8 | byte;
    return static_cast<int64_t>(value);
}

struct Header {
    size_t isut, isstd, leap, times, types, chars;
    size_t body(size_t time_size) const { return times * time_size + times + types * 6 + chars + leap * (time_size + 4) + isstd + isut; }
};

std::optional<Header> read_header(std::string_view data) {
    if (data.size() < 44 || data.substr(0, 4) != "TZif") return std::nullopt;
    size_t counts[6];
    for (size_t i = 0; i < 6; ++i) {
        int64_t count = big_endian(data.substr(20 + i * 4, 4));
        if (count < 0 || count > 100'000) return std::nullopt;
        counts[i] = static_cast<size_t>(count);
    }
    return Header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

// "CET" or "<+03>"
bool skip_name(std::string_view& text) {
    size_t end = 0;
    if (!text.empty() && text[0] == '<') {
        end = text.find('>');
        if (end == std::string_view::npos) return false;
        ++end;
    } else {
        while (end < text.size() && ((text[end] >= 'A' && text[end] <= 'Z') || (text[end] >= 'a' && text[end] <= 'z'))) ++end;
    }
    text.remove_prefix(end);
    return end >= 3;
}

std::optional<int64_t> take_number(std::string_view& text) {
    size_t end = 0;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    auto value = parse_int(text.substr(0, end));
    text.remove_prefix(end);
    return value;
}

// [+-]h[:m[:s]]
std::optional<int64_t> take_time(std::string_view& text) {
    int64_t sign = 1, total = 0, unit = 3600;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        sign = text[0] == '-' ? -1 : 1;
        text.remove_prefix(1);
    }
    for (;;) {
        auto value = take_number(text);
        if (!value || *value > 200) return std::nullopt;
        total += *value * unit;
        unit /= 60;
        if (text.empty() || text[0] != ':' || unit == 0) return sign * total;
        text.remove_prefix(1);
    }
}

int year_of(int64_t unix_s) {
    auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(unix_s)));
    return static_cast<int>(std::chrono::year_month_day(day).year());
}

}  // namespace

int64_t TimeZone::Change::at(int year) const {
    using namespace std::chrono;
    std::chrono::year y(year);
    std::chrono::month m(static_cast<unsigned>(month));
    std::chrono::weekday w(static_cast<unsigned>(weekday));
    sys_days day = week == 5 ? sys_days(y / m / w[last]) : sys_days(y / m / w[static_cast<unsigned>(week)]);
    return duration_cast<seconds>(day.time_since_epoch()).count() + time_s;
}

int64_t TimeZone::Rule::offset_s(int64_t unix_s) const {
    if (!has_summer) return standard_s;
    int year = year_of(unix_s + standard_s);
    int64_t from = begin.at(year) - standard_s, to = end.at(year) - summer_s;
    bool summer = from < to ? unix_s >= from && unix_s < to : unix_s >= from || unix_s < to;
    return summer ? summer_s : standard_s;
}

std::optional<TimeZone::Rule> TimeZone::parse_rule(std::string_view text) {
    Rule rule;
    if (!skip_name(text)) return std::nullopt;
    auto standard = take_time(text);
    if (!standard) return std::nullopt;
    rule.standard_s = -*standard;      // POSIX counts westwards
    if (text.empty()) return rule;
    if (!skip_name(text)) return std::nullopt;
    rule.has_summer = true;
    rule.summer_s = rule.standard_s + 3600;
    if (!text.empty() && text[0] != ',') {
        auto summer = take_time(text);
        if (!summer) return std::nullopt;
        rule.summer_s = -*summer;
    }
    for (Change* change : {&rule.begin, &rule.end}) {
        if (text.substr(0, 2) != ",M") return std::nullopt;
        text.remove_prefix(2);
        int* parts[] = {&change->month, &change->week, &change->weekday};
        for (int i = 0; i < 3; ++i) {
            if (i > 0 && (text.empty() || text[0] != '.')) return std::nullopt;
            if (i > 0) text.remove_prefix(1);
            auto value = take_number(text);
            if (!value) return std::nullopt;
            *parts[i] = static_cast<int>(*value);
        }
        if (change->month < 1 || change->month > 12 || change->week < 1 || change->week > 5 || change->weekday > 6) return std::nullopt;
        if (!text.empty() && text[0] == '/') {
            text.remove_prefix(1);
            auto time = take_time(text);
            if (!time) return std::nullopt;
            change->time_s = *time;
        }
    }
    return rule;
}

Result<TimeZone> TimeZone::parse(std::string_view data) {
    auto bad = [] { return error(Reason::Invalid, "not a TZif file"); };
    auto first = read_header(data);
    if (!first || data[4] < '2') return bad();
    size_t second_at = 44 + first->body(4);
    if (data.size() < second_at) return bad();
    data.remove_prefix(second_at);
    auto header = read_header(data);
    if (!header || header->types == 0 || data.size() < 44 + header->body(8)) return bad();
    auto times = data.substr(44), indexes = times.substr(header->times * 8), types = indexes.substr(header->times);
    TimeZone zone;
    zone.first_offset_s_ = big_endian(types.substr(0, 4));
    for (size_t i = 0; i < header->times; ++i) {
        auto type = static_cast<unsigned char>(indexes[i]);
        if (type >= header->types) return bad();
        zone.transitions_.push_back({big_endian(times.substr(i * 8, 8)), big_endian(types.substr(type * 6u, 4))});
    }
    auto footer = trim(data.substr(44 + header->body(8)));
    zone.rule_ = parse_rule(footer);
    return zone;
}

Result<TimeZone> TimeZone::load(const std::string& name) {
    if (name.empty() || name == "UTC" || name == "Etc/UTC") return TimeZone();
    bool plain = name[0] != '/' && !contains(name, "..") && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == std::string::npos;
    if (!plain) return error(Reason::NotFound, "unknown time zone {}", name);
    auto bytes = file::read(kFolder + name, 1 << 20);
    if (!bytes.ok()) return error(Reason::NotFound, "unknown time zone {}", name);
    return parse(*bytes);
}

int64_t TimeZone::offset_s(int64_t unix_s) const {
    if (transitions_.empty() || unix_s < transitions_.front().at) return transitions_.empty() && rule_ ? rule_->offset_s(unix_s) : first_offset_s_;
    if (unix_s >= transitions_.back().at && rule_) return rule_->offset_s(unix_s);
    auto next = std::upper_bound(transitions_.begin(), transitions_.end(), unix_s, [](int64_t at, const Transition& t) { return at < t.at; });
    return std::prev(next)->offset_s;
}

}  // namespace skiff::controllers
