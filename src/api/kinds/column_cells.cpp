#include "api/kinds/column_cells.h"

#include <algorithm>

#include "api/selector.h"
#include "api/timestamp.h"
#include "base/strings.h"

namespace skiff::api::kinds {

using json::Value;

Column column(std::string_view name, std::string_view type, CellFunction cell, std::string_view description, int priority) {
    Column column;
    column.name = name;
    column.type = type;
    column.description = description;
    column.priority = priority;
    column.cell = cell;
    return column;
}

Column name_column() {
    Column name = column("Name", "string", [](const Value& object, WallTime) { return object["metadata"]["name"]; });
    name.format = "name";
    return name;
}

Column age_column() { return column("Age", "string", age); }

Value age(const Value& object, WallTime now) { return since(object["metadata"]["creationTimestamp"], now); }

std::string since(const Value& time, WallTime now) {
    auto start = parse_time(time.as_string());
    return start ? human_duration(now - *start) : "<unknown>";
}

std::string text_or(const Value& text, std::string_view fallback) {
    return text.as_string().empty() ? std::string(fallback) : text.as_string();
}

std::string join_field(const Value& list, std::string_view field, std::string_view separator) {
    std::vector<std::string> texts;
    for (const auto& item : list.items()) texts.push_back(item[field].as_string());
    return join(texts, separator);
}

std::string join_texts(const Value& list, std::string_view separator) {
    std::vector<std::string> texts;
    for (const auto& item : list.items()) texts.push_back(item.as_string());
    return join(texts, separator);
}

std::string format_labels(const Value& labels) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : labels.members()) texts.push_back(key + "=" + value.as_string());
    if (texts.empty()) return "<none>";
    std::sort(texts.begin(), texts.end());
    return join(texts, ",");
}

std::string format_selector(const Value& selector) {
    std::vector<std::pair<std::string, std::string>> parts;   // by key
    for (const auto& [key, value] : selector["matchLabels"].members()) parts.emplace_back(key, key + "=" + value.as_string());
    auto expressions = LabelSelector::from_object(Value::object({{"matchExpressions", selector["matchExpressions"]}}));
    if (!expressions.ok()) return "<error>";
    for (const auto& requirement : expressions->requirements()) parts.emplace_back(requirement.key, requirement.text());
    if (parts.empty()) return "<none>";
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> texts;
    for (auto& part : parts) texts.push_back(std::move(part.second));
    return join(texts, ",");
}

std::string int_or_text(const Value& value, std::string_view fallback) {
    if (value.is_int()) return std::to_string(value.as_int());
    return value.is_string() ? value.as_string() : std::string(fallback);
}

std::string first_three(const std::vector<std::string>& items, std::string_view none, size_t count) {
    count = std::max(count, items.size());
    if (items.empty()) return std::string(none);
    if (count <= kShownMax) return join(items, ",");
    return join({items.begin(), items.begin() + kShownMax}, ",") + " + " + std::to_string(count - kShownMax) + " more...";
}

const Value& find_condition(const Value& object, std::string_view type) {
    static const Value kNone;
    for (const auto& condition : object["status"]["conditions"].items())
        if (condition["type"].as_string() == type) return condition;
    return kNone;
}

}  // namespace skiff::api::kinds
