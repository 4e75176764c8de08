// Times and durations as metav1.Time, metav1.MicroTime and metav1.Duration write them. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace skiff::api {

// A moment in any year that RFC 3339 can write, 0 to 9999; WallTime reaches from 1678 to 2261.
constexpr int64_t kSecondsMin = -62'167'219'200, kSecondsMax = 253'402'300'799;
struct Moment {
    int64_t seconds = 0, nanos = 0;                 // since 1970
    bool is_zero() const { return seconds == -62'135'596'800 && nanos == 0; }   // Go's zero time, the start of year 1
};
std::string format_moment(Moment moment);           // 2026-11-21T09:30:00Z
std::string format_micro_moment(Moment moment);
Result<Moment> read_moment(std::string_view text);
Result<Moment> read_micro_moment(std::string_view text);   // six digits of fraction are needed

std::string format_time(WallTime time);             // 2026-11-21T09:30:00Z
std::string format_micro_time(WallTime time);       // 2026-11-21T09:30:00.123456Z
// RFC 3339 with any fraction and offset.
std::optional<WallTime> parse_time(std::string_view text);
// The same with Go's message: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006".
Result<WallTime> read_time(std::string_view text);

std::string format_duration(Duration duration);     // 1h0m5.5s
Result<Duration> parse_duration(std::string_view text);   // Go's units ns us ms s m h
// "5s", "3m", "2d3h", "45d": the AGE column (duration.HumanDuration).
std::string human_duration(Duration duration);

}  // namespace skiff::api
