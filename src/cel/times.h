// Times and durations as CEL reads and writes them: seconds since 1970 and nanoseconds, years 1 to 9999. Any thread.
// Source: RFC 3339; cel-spec, "Timestamps and durations"; Go's time package for the texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skiff::cel {

struct Moment {
    int64_t seconds = 0;
    int32_t nanos = 0;
};

inline constexpr int64_t kSecondsMin = -62135596800;    // 0001-01-01T00:00:00Z
inline constexpr int64_t kSecondsMax = 253402300799;    // 9999-12-31T23:59:59Z

struct CivilTime {
    int year = 0, month = 0, day = 0;        // January is 1
    int hour = 0, minute = 0, second = 0;
    int weekday = 0, day_of_year = 0;        // Sunday is 0, January 1st is 0
};

CivilTime civil(int64_t seconds);
std::optional<Moment> parse_rfc3339(std::string_view text);
std::optional<Moment> parse_date(std::string_view text);      // 2006-01-02
std::string format_rfc3339(Moment moment);
// Seconds east of UTC at that moment: "UTC", "", "+02:30", or a name of the zone database. Nothing when there is no such zone.
std::optional<int64_t> zone_offset(std::string_view zone, int64_t seconds);

std::optional<int64_t> parse_duration_nanos(std::string_view text);   // Go's units
std::string format_duration_nanos(int64_t nanos);                     // 3661.5s, as CEL's string() does

}  // namespace skiff::cel
