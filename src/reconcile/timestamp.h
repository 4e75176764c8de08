// RFC 3339 times as metav1.Time and metav1.MicroTime are written. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace skiff::reconcile {

std::string format_time(WallTime time);             // 2026-11-21T09:30:00Z
std::string format_micro_time(WallTime time);       // 2026-11-21T09:30:00.123456Z
std::optional<WallTime> parse_time(std::string_view text);   // with fraction and offset; nothing when malformed

}  // namespace skiff::reconcile
