#include <charconv>
#include <cstdlib>

#include <fmt/core.h>

#include "api/go_text.h"
#include "api/timestamp.h"

namespace skiff::api {

namespace {

constexpr int64_t kMicro = 1'000, kMilli = 1'000'000, kSecond = 1'000'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;

// value / unit with as many decimals as it needs.
std::string decimal(int64_t value, int64_t unit) {
    std::string text = fmt::format("{}", value / unit);
    int64_t rest = value % unit;
    if (rest == 0) return text;
    text += '.';
    for (int64_t place = unit / 10; rest != 0; place /= 10) {
        text += static_cast<char>('0' + rest / place);
        rest %= place;
    }
    return text;
}

int64_t unit_of(std::string_view name) {
    if (name == "ns") return 1;
    if (name == "us" || name == "\u00b5s" || name == "\u03bcs") return kMicro;
    if (name == "ms") return kMilli;
    if (name == "s") return kSecond;
    if (name == "m") return kMinute;
    return name == "h" ? kHour : 0;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string format_duration(Duration duration) {
    int64_t nanos = duration.count();
    if (nanos == 0) return "0s";
    std::string sign = nanos < 0 ? "-" : "";
    if (nanos < 0) nanos = nanos == INT64_MIN ? INT64_MAX : -nanos;
    if (nanos < kMicro) return sign + fmt::format("{}ns", nanos);
    if (nanos < kMilli) return sign + decimal(nanos, kMicro) + "\u00b5s";
    if (nanos < kSecond) return sign + decimal(nanos, kMilli) + "ms";
    std::string text = sign;
    if (nanos >= kHour) text += fmt::format("{}h", nanos / kHour);
    if (nanos >= kMinute) text += fmt::format("{}m", nanos % kHour / kMinute);
    return text + decimal(nanos % kMinute, kSecond) + "s";
}

Result<Duration> parse_duration(std::string_view text) {
    auto invalid = [&] { return error(Reason::BadRequest, "time: invalid duration {}", go_quote(text)); };
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
        negative = rest[0] == '-';
        rest.remove_prefix(1);
    }
    if (rest == "0") return Duration{0};
    if (rest.empty()) return invalid();
    int64_t total = 0;
    while (!rest.empty()) {
        size_t whole = 0;
        while (whole < rest.size() && digit(rest[whole])) ++whole;
        int64_t value = 0;
        if (whole > 0 && std::from_chars(rest.data(), rest.data() + whole, value).ec != std::errc()) return invalid();
        size_t at = whole;
        double fraction = 0, place = 1;
        if (at < rest.size() && rest[at] == '.')
            for (++at; at < rest.size() && digit(rest[at]); ++at) fraction += (rest[at] - '0') * (place /= 10);
        if (at == 0 || (whole == 0 && at == 1)) return invalid();
        size_t end = at;
        while (end < rest.size() && rest[end] != '.' && !digit(rest[end])) ++end;
        if (end == at) return error(Reason::BadRequest, "time: missing unit in duration {}", go_quote(text));
        int64_t unit = unit_of(rest.substr(at, end - at));
        if (unit == 0)
            return error(Reason::BadRequest, "time: unknown unit {} in duration {}", go_quote(rest.substr(at, end - at)), go_quote(text));
        if (__builtin_mul_overflow(value, unit, &value) || __builtin_add_overflow(total, value, &total) ||
            __builtin_add_overflow(total, static_cast<int64_t>(fraction * static_cast<double>(unit) + 0.5), &total))
            return invalid();
        rest.remove_prefix(end);
    }
    return Duration{negative ? -total : total};
}

std::string human_duration(Duration duration) {
    int64_t seconds = duration.count() / kSecond;
    if (seconds < -1) return "<invalid>";
    if (seconds < 0) return "0s";
    if (seconds < 120) return fmt::format("{}s", seconds);
    auto two = [](int64_t big, const char* big_unit, int64_t small, const char* small_unit) {
        return small == 0 ? fmt::format("{}{}", big, big_unit) : fmt::format("{}{}{}{}", big, big_unit, small, small_unit);
    };
    int64_t minutes = seconds / 60, hours = seconds / 3600, days = hours / 24;
    if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
    if (minutes < 180) return fmt::format("{}m", minutes);
    if (hours < 8) return two(hours, "h", minutes % 60, "m");
    if (hours < 48) return fmt::format("{}h", hours);
    if (hours < 192) return two(days, "d", hours % 24, "h");
    if (hours < 24 * 365 * 2) return fmt::format("{}d", days);
    if (hours < 24 * 365 * 8) return two(days / 365, "y", days % 365, "d");
    return fmt::format("{}y", days / 365);
}

}  // namespace skiff::api
