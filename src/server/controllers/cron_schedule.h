// CronSchedule: a cron expression: five fields (lists, ranges, steps, names) or @hourly, @daily, ... or @every 1h30m. Times that a
// change to summer time skips do not come; those that the change back repeats come twice. A value; any thread.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "server/controllers/time_zone.h"

namespace skiff::controllers {

class CronSchedule {
public:
    static Result<CronSchedule> parse(std::string_view text, TimeZone zone = {});
    // The first time after `after`; nothing within five years ("30 February").
    std::optional<WallTime> next(WallTime after) const;

private:
    bool day_matches(unsigned day, unsigned weekday) const;
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_day_ = true, any_weekday_ = true;
    int64_t every_s_ = 0;
    TimeZone zone_;
};

}  // namespace skiff::controllers
