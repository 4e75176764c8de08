#include "server/controllers/cron_schedule.h"

#include <array>

#include "base/strings.h"

namespace skiff::controllers {

namespace {

constexpr std::array kMonths = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct FieldLimits {
    const char* name;
    int64_t low, high;
};

std::optional<int64_t> value_of(std::string_view text, const FieldLimits& limits) {
    std::string word = lower(text);
    if (limits.high == 12)
        for (size_t i = 0; i < kMonths.size(); ++i)
            if (word == kMonths[i]) return static_cast<int64_t>(i) + 1;
    if (limits.high == 6)
        for (size_t i = 0; i < kWeekdays.size(); ++i)
            if (word == kWeekdays[i]) return static_cast<int64_t>(i);
    return parse_int(text);
}

template <size_t N>
Status parse_part(std::string_view part, const FieldLimits& limits, std::bitset<N>& bits, bool& star) {
    auto bad = [&] { return error(Reason::Invalid, "failed to parse {} field: {}", limits.name, part); };
    auto slash = part.find('/');
    auto range = part.substr(0, slash);
    int64_t from = limits.low, to = limits.high, step = 1;
    if (slash != std::string_view::npos) {
        auto parsed = parse_int(part.substr(slash + 1));
        if (!parsed || *parsed < 1) return bad();
        step = *parsed;
    }
    if (range == "*" || range == "?") {
        if (step == 1) star = true;
    } else {
        auto dash = range.find('-');
        auto first = value_of(range.substr(0, dash), limits);
        if (!first) return bad();
        from = *first;
        if (dash != std::string_view::npos) {
            auto last = value_of(range.substr(dash + 1), limits);
            if (!last) return bad();
            to = *last;
        } else if (slash == std::string_view::npos) {
            to = from;      // "5/15" goes on to the end, "5" is one value
        }
    }
    if (from < limits.low || to > limits.high || from > to) return bad();
    for (int64_t value = from; value <= to; value += step) bits.set(static_cast<size_t>(value));
    return {};
}

template <size_t N>
Status parse_field(std::string_view text, const FieldLimits& limits, std::bitset<N>& bits, bool& star) {
    star = false;
    auto parts = split_views(text, ',');
    if (parts.empty()) return error(Reason::Invalid, "empty {} field", limits.name);
    for (auto part : parts) TRY(parse_part(part, limits, bits, star));
    return {};
}

// Go's duration: "1h30m", "45s".
std::optional<int64_t> parse_every(std::string_view text) {
    int64_t total = 0, number = -1;
    for (char c : text) {
        if (c >= '0' && c <= '9') {
            number = (number < 0 ? 0 : number) * 10 + (c - '0');
            if (number > 1'000'000'000) return std::nullopt;
            continue;
        }
        int64_t unit = c == 'h' ? 3600 : c == 'm' ? 60 : c == 's' ? 1 : 0;
        if (unit == 0 || number < 0) return std::nullopt;
        total += number * unit;
        number = -1;
    }
    return number < 0 && total > 0 ? std::optional(total) : std::nullopt;
}

std::string_view expand(std::string_view text) {
    if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
    if (text == "@monthly") return "0 0 1 * *";
    if (text == "@weekly") return "0 0 * * 0";
    if (text == "@daily" || text == "@midnight") return "0 0 * * *";
    if (text == "@hourly") return "0 * * * *";
    return text;
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text, TimeZone zone) {
    CronSchedule schedule;
    schedule.zone_ = std::move(zone);
    text = expand(trim(text));
    if (text.substr(0, 7) == "@every ") {
        auto every = parse_every(trim(text.substr(7)));
        if (!every) return error(Reason::Invalid, "failed to parse duration {}", text);
        schedule.every_s_ = *every;
        return schedule;
    }
    std::vector<std::string_view> fields;
    for (auto field : split_views(text, ' '))
        if (!field.empty()) fields.push_back(field);
    if (fields.size() != 5) return error(Reason::Invalid, "expected exactly 5 fields, found {}: [{}]", fields.size(), text);
    bool star = false;
    TRY(parse_field(fields[0], {"minute", 0, 59}, schedule.minutes_, star));
    TRY(parse_field(fields[1], {"hour", 0, 23}, schedule.hours_, star));
    TRY(parse_field(fields[2], {"day of month", 1, 31}, schedule.days_, schedule.any_day_));
    TRY(parse_field(fields[3], {"month", 1, 12}, schedule.months_, star));
    TRY(parse_field(fields[4], {"day of week", 0, 6}, schedule.weekdays_, schedule.any_weekday_));
    return schedule;
}

// Where both day fields are restricted, either may match.
bool CronSchedule::day_matches(unsigned day, unsigned weekday) const {
    if (any_day_ || any_weekday_) return days_[day] && weekdays_[weekday];
    return days_[day] || weekdays_[weekday];
}

std::optional<WallTime> CronSchedule::next(WallTime after) const {
    using namespace std::chrono;
    int64_t start = floor<seconds>(after).time_since_epoch().count();
    if (every_s_ > 0) return WallTime(seconds(start + every_s_));
    int64_t at = (start / 60 + 1) * 60;
    const int64_t limit = at + int64_t{5} * 366 * 86400;
    while (at < limit) {
        int64_t local = at + zone_.offset_s(at);
        auto day = floor<days>(sys_seconds(seconds(local)));
        year_month_day date(day);
        int64_t in_day = local - duration_cast<seconds>(day.time_since_epoch()).count();
        bool fits = months_[static_cast<unsigned>(date.month())] && day_matches(static_cast<unsigned>(date.day()), weekday(day).c_encoding());
        if (!fits) {
            // To the next local midnight; a change of the offset on the way is made good by the hour steps below.
            int64_t left = 86400 - in_day;
            int64_t there = at + left;
            at = there + (zone_.offset_s(at) - zone_.offset_s(there));
            if (at <= there - left) at = there;
            continue;
        }
        if (!hours_[static_cast<size_t>(in_day / 3600)]) at += 3600 - in_day % 3600;
        else if (!minutes_[static_cast<size_t>(in_day % 3600 / 60)]) at += 60 - in_day % 60;
        else return WallTime(seconds(at));
    }
    return std::nullopt;
}

}  // namespace skiff::controllers
