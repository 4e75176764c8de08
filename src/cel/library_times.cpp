// Parts of timestamps, in UTC or in a zone, and of durations.
#include <fmt/core.h>

#include "cel/functions.h"
#include "cel/times.h"

namespace skiff::cel {
namespace {

using Part = int64_t (*)(const CivilTime& time);

template <Part P>
Value part(Arguments args, Run&) {
    int64_t seconds = args[0].as_int();
    if (args.size() > 1) {
        auto offset = zone_offset(args[1].text(), seconds);
        if (!offset) return Value::error(fmt::format("unknown time zone {}", args[1].text()));
        seconds += *offset;
    }
    return Value::of_int(P(civil(seconds)));
}

Value timestamp_milliseconds(Arguments args, Run&) { return Value::of_int(args[0].nanos() / 1'000'000); }

template <int64_t Unit>
Value duration_in(Arguments args, Run&) {
    return Value::of_int(args[0].as_int() / Unit);
}

int64_t year(const CivilTime& t) { return t.year; }
int64_t month(const CivilTime& t) { return t.month - 1; }
int64_t day_of_year(const CivilTime& t) { return t.day_of_year; }
int64_t day_from_zero(const CivilTime& t) { return t.day - 1; }
int64_t date(const CivilTime& t) { return t.day; }
int64_t weekday(const CivilTime& t) { return t.weekday; }
int64_t hour(const CivilTime& t) { return t.hour; }
int64_t minute(const CivilTime& t) { return t.minute; }
int64_t second(const CivilTime& t) { return t.second; }

#define PART(function, id, impl) {function, id, ".timestamp", "int", impl}, {function, id "_with_tz", ".timestamp, string", "int", impl}

constexpr FunctionRow kRows[] = {
    PART("getFullYear", "timestamp_to_year", &part<&year>),
    PART("getMonth", "timestamp_to_month", &part<&month>),
    PART("getDayOfYear", "timestamp_to_day_of_year", &part<&day_of_year>),
    PART("getDayOfMonth", "timestamp_to_day_of_month", &part<&day_from_zero>),
    PART("getDate", "timestamp_to_day_of_month_1_based", &part<&date>),
    PART("getDayOfWeek", "timestamp_to_day_of_week", &part<&weekday>),
    PART("getHours", "timestamp_to_hours", &part<&hour>),
    {"getHours", "duration_to_hours", ".duration", "int", &duration_in<3'600'000'000'000>},
    PART("getMinutes", "timestamp_to_minutes", &part<&minute>),
    {"getMinutes", "duration_to_minutes", ".duration", "int", &duration_in<60'000'000'000>},
    PART("getSeconds", "timestamp_to_seconds", &part<&second>),
    {"getSeconds", "duration_to_seconds", ".duration", "int", &duration_in<1'000'000'000>},
    PART("getMilliseconds", "timestamp_to_milliseconds", &timestamp_milliseconds),
    {"getMilliseconds", "duration_to_milliseconds", ".duration", "int", &duration_in<1'000'000>},
};
#undef PART

}  // namespace

std::span<const FunctionRow> time_rows() { return kRows; }

}  // namespace skiff::cel
