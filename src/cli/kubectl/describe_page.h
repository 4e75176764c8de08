// DescribePage: the text of one `kubectl describe`, aligned as kubectl aligns it, and the parts that all kinds share. One thread.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace skiff::cli::kubectl {

class DescribePage {
public:
    // A line at a level (two spaces each); "\t" ends a cell.
    template <typename... Args>
    void line(int level, fmt::format_string<Args...> format, Args&&... args) {
        raw(level, fmt::format(format, std::forward<Args>(args)...));
    }
    void raw(int level, std::string_view text);
    void labels(const std::string& title, const json::Value& labels);           // a=b lines; also node selectors
    void annotations(const std::string& title, const json::Value& annotations);
    void lines(const std::string& title, const std::vector<std::string>& values);   // one a line, <none> when empty
    void tolerations(const std::string& title, const json::Value& tolerations);
    void conditions(const json::Value& conditions);                               // type, status, reason
    void events(json::Value events);                                              // sorted by time
    void flush();                                                                 // what follows is aligned by itself
    std::string text();
    std::string unaligned() { return std::move(open_); }                          // with its tabs

private:
    std::string done_, open_;
};

// Mon, 02 Jan 2006 15:04:05 -0700, in local time.
std::string long_time(const std::string& timestamp);
// "5m", "<unknown>" for none.
std::string age_of(const std::string& timestamp);
std::string or_none(const std::string& text);
// matchLabels and matchExpressions, or a plain map, as one line: a=b,c in (d,e); "<none>".
std::string selector_text(const json::Value& selector);
std::string controller_of(const json::Value& object);   // "ReplicaSet/web-1", ""

// Parts of pods, also of pod templates (indent "  ").
void describe_containers(DescribePage& page, const std::string& label, const json::Value& containers, const json::Value& statuses, const json::Value& pod, const std::string& indent);
void describe_volumes(DescribePage& page, const json::Value& volumes, const std::string& indent);
void describe_template(DescribePage& page, const json::Value& pod_template);

}  // namespace skiff::cli::kubectl
