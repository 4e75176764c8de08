#include "api/timestamp.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::api;

TEST_CASE("times are read with fraction and offset and written in UTC") {
    CHECK(format_time(*parse_time("2024-02-29T12:00:00Z")) == "2024-02-29T12:00:00Z");
    CHECK(format_time(*parse_time("2024-01-01T00:30:00.5+01:00")) == "2023-12-31T23:30:00Z");
    CHECK(format_micro_time(*parse_time("2024-01-01T00:00:00.123456Z")) == "2024-01-01T00:00:00.123456Z");
    CHECK(format_micro_moment(read_micro_moment("2024-01-01T00:00:00.000000Z").value()) == "2024-01-01T00:00:00.000000Z");
    CHECK_FALSE(parse_time("2023-02-29T12:00:00Z"));
    CHECK_FALSE(parse_time("2023-02-28 12:00:00Z"));
}

TEST_CASE("a malformed time is refused with Go's words") {
    CHECK(read_time("x").status().message() == R"(parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006")");
    CHECK(read_time("2024-13-01T00:00:00Z").status().message() == R"(parsing time "2024-13-01T00:00:00Z": month out of range)");
    CHECK(read_time("2024-01-01").status().message() == R"(parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T")");
    CHECK(read_time("2024-01-01T00:00:00Zx").status().message() == R"(parsing time "2024-01-01T00:00:00Zx": extra text: "x")");
    CHECK(format_micro_moment(read_micro_moment("0001-01-01T00:00:02.000000Z").value()) == "0001-01-01T00:00:02.000000Z");
    CHECK(read_moment("0001-01-01T00:00:00Z").value().is_zero());
    CHECK_FALSE(read_micro_moment("2024-01-01T00:00:00Z").ok());
}

TEST_CASE("durations are written and read as Go does") {
    using namespace std::chrono;
    CHECK(format_duration(hours(1) + milliseconds(5500)) == "1h0m5.5s");
    CHECK(format_duration(seconds(90)) == "1m30s");
    CHECK(format_duration(milliseconds(250)) == "250ms");
    CHECK(format_duration(Duration(0)) == "0s");
    CHECK(parse_duration("1h30m").value() == minutes(90));
    CHECK(parse_duration("1.5s").value() == milliseconds(1500));
    CHECK(parse_duration("-5m").value() == minutes(-5));
    CHECK(parse_duration("5").status().message() == R"(time: missing unit in duration "5")");
    CHECK(parse_duration("5x").status().message() == R"(time: unknown unit "x" in duration "5x")");
}

TEST_CASE("ages are short") {
    using namespace std::chrono;
    CHECK(human_duration(seconds(119)) == "119s");
    CHECK(human_duration(seconds(121)) == "2m1s");
    CHECK(human_duration(minutes(10)) == "10m");
    CHECK(human_duration(hours(5) + minutes(3)) == "5h3m");
    CHECK(human_duration(hours(50)) == "2d2h");
    CHECK(human_duration(hours(24 * 30)) == "30d");
    CHECK(human_duration(hours(24 * 800)) == "2y70d");
}
