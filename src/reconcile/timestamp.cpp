#include "reconcile/timestamp.h"

#include <fmt/format.h>

namespace skiff::reconcile {

namespace {

using std::chrono::floor;

// Reads exactly `digits` decimal digits at the front of text.
std::optional<int> take_number(std::string_view& text, size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text[0] != wanted) return false;
    text.remove_prefix(1);
    return true;
}

std::string format_seconds(WallTime time) {
    auto day = floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(time) - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Duration> parse_fraction(std::string_view& text) {
    Duration fraction{0};
    if (!take(text, '.')) return fraction;
    int64_t unit = 100'000'000;
    size_t digits = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        fraction += Duration((text[0] - '0') * unit);
        unit /= 10;
        text.remove_prefix(1);
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    return fraction;
}

std::optional<Duration> parse_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return Duration{0};
    int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
    auto hours = take_number(text, 2);
    if (!sign || !hours || !take(text, ':')) return std::nullopt;
    auto minutes = take_number(text, 2);
    if (!minutes) return std::nullopt;
    return Duration((std::chrono::hours(*hours) + std::chrono::minutes(*minutes)) * sign);
}

}  // namespace

std::string format_time(WallTime time) { return format_seconds(time) + "Z"; }

std::string format_micro_time(WallTime time) {
    auto micros = floor<std::chrono::microseconds>(time) - floor<std::chrono::seconds>(time);
    return fmt::format("{}.{:06}Z", format_seconds(time), std::chrono::duration_cast<std::chrono::microseconds>(micros).count());
}

std::optional<WallTime> parse_time(std::string_view text) {
    auto year = take_number(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    auto month = take_number(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    auto day = take_number(text, 2);
    if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
    auto hour = take_number(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    auto minute = take_number(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    auto second = take_number(text, 2);
    if (!second) return std::nullopt;
    auto fraction = parse_fraction(text);
    if (!fraction) return std::nullopt;
    auto offset = parse_offset(text);
    if (!offset || !text.empty() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
           *fraction - *offset;
}

}  // namespace skiff::reconcile
