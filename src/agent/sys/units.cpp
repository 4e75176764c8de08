#include "agent/sys/units.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <ctime>

#include "base/strings.h"

namespace skiff::agent::sys {

namespace {

std::tm utc(WallTime time, int64_t& nanoseconds) {
    const int64_t total = time.time_since_epoch().count();
    int64_t seconds = total / 1'000'000'000;
    nanoseconds = total % 1'000'000'000;
    if (nanoseconds < 0) nanoseconds += 1'000'000'000, --seconds;
    const time_t as_time = seconds;
    std::tm parts{};
    ::gmtime_r(&as_time, &parts);
    return parts;
}

// The factor of a quantity's suffix; nothing when unknown.
std::optional<long double> suffix_factor(std::string_view suffix) {
    static constexpr struct {
        std::string_view name;
        long double factor;
    } kSuffixes[] = {{"", 1.0L},       {"n", 1e-9L},  {"u", 1e-6L},  {"m", 1e-3L},  {"k", 1e3L},        {"M", 1e6L},
                     {"G", 1e9L},      {"T", 1e12L},  {"P", 1e15L},  {"E", 1e18L},  {"Ki", 1024.0L},    {"Mi", 1048576.0L},
                     {"Gi", 1073741824.0L}, {"Ti", 1099511627776.0L}, {"Pi", 1125899906842624.0L}, {"Ei", 1152921504606846976.0L}};
    for (const auto& entry : kSuffixes)
        if (entry.name == suffix) return entry.factor;
    return std::nullopt;
}

std::optional<long double> quantity(std::string_view text) {
    const std::string copy(text);
    size_t digits = 0;
    while (digits < copy.size() && (isdigit(static_cast<unsigned char>(copy[digits])) || copy[digits] == '.' || copy[digits] == '+' || copy[digits] == '-')) ++digits;
    if (digits == 0) return std::nullopt;
    std::string number = copy.substr(0, digits), suffix = copy.substr(digits);
    // 12e6 and 12E6 are exponents, 12E alone is exa.
    if (suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E') && suffix != "Ei") number += suffix, suffix.clear();
    char* end = nullptr;
    const long double value = std::strtold(number.c_str(), &end);
    const auto factor = suffix_factor(suffix);
    if (*end != 0 || !factor) return std::nullopt;
    return value * *factor;
}

std::optional<int64_t> rounded_up(std::optional<long double> value) {
    if (!value) return std::nullopt;
    // 0.1 has no exact form: what is within a billionth above an integer is that integer.
    const long double up = std::ceil(*value - 1e-9L * std::max(1.0L, std::fabs(*value) * 1e-6L));
    if (std::fabs(up) >= 9.2e18L) return std::nullopt;
    return static_cast<int64_t>(up);
}

}  // namespace

std::string rfc3339(WallTime time) {
    int64_t nanoseconds;
    const std::tm t = utc(time, nanoseconds);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

std::string rfc3339_nano(WallTime time) {
    int64_t nanoseconds;
    const std::tm t = utc(time, nanoseconds);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, nanoseconds);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    if (text.size() < 20 || text.size() > 40) return std::nullopt;
    const std::string copy(text);
    std::tm t{};
    int read = 0;
    if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%*1[Tt]%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &read) != 6 || read < 19)
        return std::nullopt;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    size_t at = static_cast<size_t>(read);
    int64_t nanoseconds = 0;
    if (at < copy.size() && copy[at] == '.') {
        int64_t scale = 100'000'000;
        for (++at; at < copy.size() && isdigit(static_cast<unsigned char>(copy[at])); ++at, scale /= 10) nanoseconds += (copy[at] - '0') * scale;
    }
    int64_t offset_s = 0;
    const std::string zone = copy.substr(at);
    if (zone != "Z" && zone != "z") {
        int hours = 0, minutes = 0;
        char sign = 0;
        if (std::sscanf(zone.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3 || (sign != '+' && sign != '-')) return std::nullopt;
        offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    }
    const int64_t seconds = ::timegm(&t) - offset_s;
    return WallTime(std::chrono::nanoseconds(seconds * 1'000'000'000 + nanoseconds));
}

WallTime from_unix_ns(int64_t ns) { return WallTime(std::chrono::nanoseconds(ns)); }

std::optional<int64_t> quantity_milli(std::string_view text) {
    auto value = quantity(text);
    if (value) *value *= 1000;
    return rounded_up(value);
}

std::optional<int64_t> quantity_value(std::string_view text) { return rounded_up(quantity(text)); }

}  // namespace skiff::agent::sys
