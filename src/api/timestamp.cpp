#include "api/timestamp.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/go_text.h"

namespace skiff::api {

namespace {

using std::chrono::floor;

constexpr std::string_view kTimeLayout = "2006-01-02T15:04:05Z07:00";
constexpr std::string_view kMicroLayout = "2006-01-02T15:04:05.000000Z07:00";

// Reads one time, remembering what it could not read for the message.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text), rest_(text) {}

    bool number(size_t digits, std::string_view element, int& value) {
        value = 0;
        for (size_t i = 0; i < digits; ++i) {
            if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') return fail(element);
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return true;
    }
    bool take(char wanted) {
        if (rest_.empty() || rest_[0] != wanted) return fail(std::string_view(&wanted, 1));
        rest_.remove_prefix(1);
        return true;
    }
    bool fraction(bool six_digits, Duration& value) {
        value = Duration{0};
        if (six_digits && (rest_.size() < 7 || rest_[0] != '.')) return fail(".000000");
        if (rest_.empty() || (rest_[0] != '.' && rest_[0] != ',')) return true;
        size_t digits = 0;
        int64_t unit = 100'000'000;
        for (; digits + 1 < rest_.size() && rest_[digits + 1] >= '0' && rest_[digits + 1] <= '9'; ++digits, unit /= 10)
            value += Duration((rest_[digits + 1] - '0') * unit);
        if (digits == 0 || (six_digits && digits != 6)) return six_digits ? fail(".000000") : fail("Z07:00");
        rest_.remove_prefix(digits + 1);
        return true;
    }
    bool offset(Duration& value) {
        value = Duration{0};
        if (!rest_.empty() && rest_[0] == 'Z') {
            rest_.remove_prefix(1);
            return true;
        }
        std::string_view whole = rest_;
        int sign = !rest_.empty() && rest_[0] == '+' ? 1 : !rest_.empty() && rest_[0] == '-' ? -1 : 0;
        if (sign == 0) return fail("Z07:00");
        rest_.remove_prefix(1);
        int hours = 0, minutes = 0;
        if (!number(2, "Z07:00", hours) || !take(':') || !number(2, "Z07:00", minutes) || hours > 24 || minutes > 60) {
            rest_ = whole;
            return fail("Z07:00");
        }
        value = sign * Duration(std::chrono::hours(hours) + std::chrono::minutes(minutes));
        return true;
    }
    bool fail(std::string_view element) {
        element_ = element;
        return false;
    }
    bool out_of_range(std::string_view what) {
        range_ = what;
        return false;
    }
    bool at_end() const { return rest_.empty(); }

    Status status(std::string_view layout) const {
        if (!range_.empty()) return error(Reason::BadRequest, "parsing time {}: {} out of range", go_quote(text_), range_);
        if (element_.empty()) return error(Reason::BadRequest, "parsing time {}: extra text: {}", go_quote(text_), go_quote(rest_));
        return error(Reason::BadRequest, "parsing time {} as {}: cannot parse {} as {}", go_quote(text_), go_quote(layout), go_quote(rest_),
                     go_quote(element_));
    }

private:
    std::string_view text_, rest_;
    std::string element_;
    std::string_view range_;
};

bool read(Reader& reader, bool six_digits, Moment& moment) {
    int year, month, day, hour, minute, second;
    Duration fraction, offset;
    if (!reader.number(4, "2006", year) || !reader.take('-') || !reader.number(2, "01", month)) return false;
    if (month < 1 || month > 12) return reader.out_of_range("month");
    if (!reader.take('-') || !reader.number(2, "02", day) || !reader.take('T') || !reader.number(2, "15", hour)) return false;
    if (hour > 23) return reader.out_of_range("hour");
    if (!reader.take(':') || !reader.number(2, "04", minute)) return false;
    if (minute > 59) return reader.out_of_range("minute");
    if (!reader.take(':') || !reader.number(2, "05", second)) return false;
    if (second > 59) return reader.out_of_range("second");
    if (!reader.fraction(six_digits, fraction) || !reader.offset(offset) || !reader.at_end()) return false;
    std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return reader.out_of_range("day");
    auto whole = std::chrono::sys_seconds(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) -
                 std::chrono::duration_cast<std::chrono::seconds>(offset);
    moment = {whole.time_since_epoch().count(), fraction.count()};
    return true;
}

std::string format_seconds(int64_t seconds) {
    std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    auto day = floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Moment moment_of(WallTime time) {
    auto seconds = floor<std::chrono::seconds>(time);
    return {seconds.time_since_epoch().count(), Duration(time - seconds).count()};
}

// The nearest moment that 64 bits of nanoseconds can hold.
WallTime wall_time_of(Moment moment) {
    constexpr int64_t kReach = 9'214'646'400;   // 1678 and 2261
    int64_t seconds = std::clamp(moment.seconds, -kReach, kReach);
    return WallTime(std::chrono::seconds(seconds) + Duration(moment.nanos));
}

Result<Moment> read_as(std::string_view text, bool six_digits, std::string_view layout) {
    Reader reader(text);
    Moment moment;
    if (!read(reader, six_digits, moment)) return reader.status(layout);
    return moment;
}

}  // namespace

std::string format_moment(Moment moment) { return format_seconds(moment.seconds) + "Z"; }
std::string format_micro_moment(Moment moment) { return fmt::format("{}.{:06}Z", format_seconds(moment.seconds), moment.nanos / 1000); }
Result<Moment> read_moment(std::string_view text) { return read_as(text, false, kTimeLayout); }
Result<Moment> read_micro_moment(std::string_view text) { return read_as(text, true, kMicroLayout); }

std::string format_time(WallTime time) { return format_moment(moment_of(time)); }
std::string format_micro_time(WallTime time) { return format_micro_moment(moment_of(time)); }

std::optional<WallTime> parse_time(std::string_view text) {
    Reader reader(text);
    Moment moment;
    if (!read(reader, false, moment)) return std::nullopt;
    return wall_time_of(moment);
}

Result<WallTime> read_time(std::string_view text) { return wall_time_of(TRY(read_moment(text))); }

}  // namespace skiff::api
