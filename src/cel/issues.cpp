#include "cel/issues.h"

#include <algorithm>

#include <fmt/core.h>

namespace skiff::cel {
namespace {

constexpr size_t kIssuesMax = 100;
constexpr size_t kLineBytesMax = 16384;   // longer lines are not shown

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void Issues::report(Place place, std::string message) {
    if (issues_.size() >= kIssuesMax) {
        ++dropped_;
        return;
    }
    Issue issue{-1, 0, std::move(message)};
    if (place != kNowhere) {
        std::string_view before = source_.substr(0, place);
        issue.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
        size_t begin = before.rfind('\n');
        std::string_view line = begin == std::string_view::npos ? before : before.substr(begin + 1);
        issue.column = static_cast<int>(line.size()) - static_cast<int>(std::count_if(line.begin(), line.end(), continues));
    }
    issues_.push_back(std::move(issue));
}

std::string Issues::text() const {
    auto sorted = issues_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Issue& a, const Issue& b) { return a.line != b.line ? a.line < b.line : a.column < b.column; });
    std::string out;
    for (const auto& issue : sorted) out += (out.empty() ? "" : "\n") + print(issue);
    if (dropped_) out += fmt::format("\n{} more errors were truncated", dropped_);
    return out;
}

std::string Issues::print(const Issue& issue) const {
    // An empty source has no first column.
    bool nowhere = issue.line < 0 || source_.empty();
    std::string out = fmt::format("ERROR: <input>:{}:{}: {}", issue.line, nowhere ? 0 : issue.column + 1, issue.message);
    if (nowhere) return out;
    std::string_view rest = source_;
    for (int i = 1; i < issue.line; ++i) rest.remove_prefix(rest.find('\n') + 1);
    std::string line(rest.substr(0, rest.find('\n')));
    if (line.size() > kLineBytesMax) return out;
    std::replace(line.begin(), line.end(), '\t', ' ');
    std::string caret;
    size_t at = 0;
    auto width = [&] {
        size_t size = at < line.size() ? 1 : 0;
        while (size && at + size < line.size() && continues(line[at + size])) ++size;
        return size;
    };
    for (int i = 0; i < issue.column && at < line.size(); ++i) {
        size_t size = width();
        caret += size > 1 ? "\uff0e" : ".";
        at += size;
    }
    caret += width() > 1 ? "\uff3e" : "^";
    return out + "\n | " + line + "\n | " + caret;
}

}  // namespace skiff::cel
