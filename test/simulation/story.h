// What happened in one run of a plan, for a failing one's report: the user's deeds and the faults, with the fake time. One thread.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/clock.h"

namespace skiff::simulation {

class Story {
public:
    explicit Story(const Clock& clock) : clock_(clock) {}
    void tell(const std::string& what) {
        lines_.push_back(fmt::format("+{:.1f}s {}", std::chrono::duration<double>(clock_.elapsed()).count(), what));
    }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    const Clock& clock_;
    std::vector<std::string> lines_;
};

}  // namespace skiff::simulation
