// WatchLines: cuts the body of a watch into its JSON lines, piece by piece as they arrive, and reads each line as an event. Bounded: a
// line longer than line_bytes_max ends the watch. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "client/client.h"

namespace skiff::client {

class WatchLines {
public:
    static constexpr size_t kLineBytesMax = 16 << 20;
    // Calls line() for each whole line in what has arrived so far.
    Status feed(std::string_view bytes, const std::function<void(std::string)>& line);

private:
    std::string rest_;
};

// An event of a watch; an ERROR event is the Status that it carries.
Result<WatchEvent> parse_watch_line(std::string_view line);

}  // namespace skiff::client
