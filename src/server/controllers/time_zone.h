// TimeZone: offsets from UTC of a zone of the tz database ("Europe/Berlin"), read from its TZif file (RFC 8536, version 2 and later, with
// the POSIX rule for the times after the table). A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace skiff::controllers {

class TimeZone {
public:
    TimeZone() = default;                                     // UTC
    static Result<TimeZone> load(const std::string& name);    // NotFound for an unknown name; "UTC" and "Etc/UTC" need no file
    static Result<TimeZone> parse(std::string_view tzif);
    int64_t offset_s(int64_t unix_s) const;                   // local = UTC + offset

private:
    // A POSIX rule "CET-1CEST,M3.5.0,M10.5.0/3": when summer time begins and ends, by month, week and weekday.
    struct Change {
        int month = 0, week = 0, weekday = 0;
        int64_t time_s = 7200;
        int64_t at(int year) const;                            // local seconds since 1970, standard of the side before
    };
    struct Rule {
        int64_t standard_s = 0, summer_s = 0;
        bool has_summer = false;
        Change begin, end;
        int64_t offset_s(int64_t unix_s) const;
    };
    static std::optional<Rule> parse_rule(std::string_view text);
    struct Transition {
        int64_t at, offset_s;
    };
    std::vector<Transition> transitions_;
    int64_t first_offset_s_ = 0;
    std::optional<Rule> rule_;
};

}  // namespace skiff::controllers
