// What the printer columns of several kinds share. Cells are computed as Kubernetes' server-side printers do, always with the wide columns.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kind.h"

namespace skiff::api::kinds {

using CellFunction = json::Value (*)(const json::Value& object, WallTime now);

constexpr int kWide = 1;   // priority of columns that -o wide shows

Column column(std::string_view name, std::string_view type, CellFunction cell, std::string_view description = {}, int priority = 0);
Column name_column();
Column age_column();
// The time since metadata.creationTimestamp.
json::Value age(const json::Value& object, WallTime now);

// "5m" since an RFC 3339 time; <unknown> when there is none.
std::string since(const json::Value& time, WallTime now);
// The text, or the fallback when it is empty.
std::string text_or(const json::Value& text, std::string_view fallback);
// "a,b" of the field of each item.
std::string join_field(const json::Value& list, std::string_view field, std::string_view separator = ",");
std::string join_texts(const json::Value& list, std::string_view separator = ",");
// "k=v,k2=v2" sorted, <none> for no labels.
std::string format_labels(const json::Value& labels);
// A metav1.LabelSelector as text, <none> for an empty one.
std::string format_selector(const json::Value& selector);
// IntOrString as text.
std::string int_or_text(const json::Value& value, std::string_view fallback);
// "a,b,c + 2 more..." with three at most. count: how many there are, where items are only the first ones.
constexpr size_t kShownMax = 3;
std::string first_three(const std::vector<std::string>& items, std::string_view none, size_t count = 0);
// The status of the condition of this type; "" without it.
const json::Value& find_condition(const json::Value& object, std::string_view type);

}  // namespace skiff::api::kinds
