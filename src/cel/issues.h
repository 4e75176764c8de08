// Mistakes in an expression and how they are printed: place, source line and a caret, as cel-go does. Not for several threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::cel {

// A byte position in the source; kNowhere prints as line -1, column 0.
using Place = uint32_t;
inline constexpr Place kNowhere = UINT32_MAX;

class Issues {
public:
    explicit Issues(std::string_view source) : source_(source) {}

    void report(Place place, std::string message);
    bool empty() const { return issues_.empty(); }
    size_t count() const { return issues_.size(); }
    // All of them by place; more than 100 are only counted.
    std::string text() const;

private:
    struct Issue {
        int line = 0, column = 0;
        std::string message;
    };
    std::string print(const Issue& issue) const;
    std::string_view source_;
    std::vector<Issue> issues_;
    size_t dropped_ = 0;
};

}  // namespace skiff::cel
