// Values as the API writes them, for the agent: RFC 3339 times and resource quantities. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace skiff::agent::sys {

std::string rfc3339(WallTime time);                        // 2026-11-21T09:30:00Z, as metav1.Time
std::string rfc3339_nano(WallTime time);                   // nine digits, as CRI log lines
std::optional<WallTime> parse_rfc3339(std::string_view text);
WallTime from_unix_ns(int64_t ns);

// "500m" "1.5" "128Mi" "1e3"; rounded up. Nothing for what is no quantity or does not fit.
std::optional<int64_t> quantity_milli(std::string_view text);
std::optional<int64_t> quantity_value(std::string_view text);

}  // namespace skiff::agent::sys
