#include <fmt/core.h>

#include "api/kinds/validate.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

// One of the five fields: its bounds and the names it knows besides numbers (their numbers count from name_base).
struct CronField {
    int low, high;
    std::string_view names;
    int name_base;
};
constexpr CronField kFields[] = {
    {0, 59, "", 0}, {0, 23, "", 0}, {1, 31, "", 0}, {1, 12, "jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec", 1}, {0, 6, "sun,mon,tue,wed,thu,fri,sat", 0}};

template <typename... Args>
Status complaint(fmt::format_string<Args...> format, Args&&... args) {
    return error(Reason::Invalid, format, std::forward<Args>(args)...);
}

Result<int> parse_number(std::string_view text, const CronField& field) {
    auto names = split_views(field.names, ',');
    for (size_t i = 0; i < names.size(); ++i)
        if (lower(text) == names[i]) return static_cast<int>(i) + field.name_base;
    auto number = parse_int(text);
    if (!number) return complaint("failed to parse int from {}: strconv.Atoi: parsing \"{}\": invalid syntax", text, text);
    if (*number < 0) return complaint("negative number ({}) not allowed: {}", *number, text);
    return static_cast<int>(std::min<int64_t>(*number, 100000));
}

// "*", "5", "1-10", each with "/step".
Status check_range(std::string_view text, const CronField& field) {
    auto range_and_step = split_views(text, '/');
    auto bounds = split_views(range_and_step.empty() ? std::string_view() : range_and_step[0], '-');
    int start = field.low, end = field.high;
    bool single = bounds.size() <= 1;
    if (!bounds.empty() && (bounds[0] == "*" || bounds[0] == "?")) {
        single = false;
    } else {
        start = TRY(parse_number(bounds.empty() ? std::string_view() : bounds[0], field));
        end = start;
        if (bounds.size() == 2) end = TRY(parse_number(bounds[1], field));
        if (bounds.size() > 2) return complaint("too many hyphens: {}", text);
    }
    if (range_and_step.size() > 2) return complaint("too many slashes: {}", text);
    if (range_and_step.size() == 2) {
        if (TRY(parse_number(range_and_step[1], field)) == 0) return complaint("step of range should be a positive number: {}", text);
        if (single) end = field.high;
    }
    if (start < field.low) return complaint("beginning of range ({}) below minimum ({}): {}", start, field.low, text);
    if (end > field.high) return complaint("end of range ({}) above maximum ({}): {}", end, field.high, text);
    if (start > end) return complaint("beginning of range ({}) beyond end of range ({}): {}", start, end, text);
    return {};
}

std::string check_descriptor(const std::string& schedule) {
    for (auto known : {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
        if (schedule == known) return "";
    if (schedule.starts_with("@every ")) return "";
    return "unrecognized descriptor: " + schedule;
}

}  // namespace

std::string cron_complaint(std::string_view schedule) {
    std::vector<std::string> fields;
    std::string word;
    for (char c : std::string(schedule) + " ") {
        if (c != ' ' && c != '\t') {
            word += c;
        } else if (!word.empty()) {
            fields.push_back(std::move(word));
            word.clear();
        }
    }
    if (schedule.starts_with('@')) return check_descriptor(std::string(schedule));
    if (fields.size() != std::size(kFields)) return fmt::format("expected exactly 5 fields, found {}: [{}]", fields.size(), join(fields, " "));
    for (size_t i = 0; i < fields.size(); ++i)
        for (auto part : split_views(fields[i], ','))
            if (auto status = check_range(part, kFields[i]); !status.ok()) return status.message();
    return "";
}

}  // namespace skiff::api::kinds
