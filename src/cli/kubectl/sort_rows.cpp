#include "cli/kubectl/sort_rows.h"

#include <algorithm>
#include <numeric>

#include "api/quantity.h"
#include "json/path.h"

namespace skiff::cli::kubectl {

namespace {

bool less(const json::Value& a, const json::Value& b) {
    if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
    if (a.is_number() && b.is_number()) return a.as_double() < b.as_double();
    const auto left = api::Quantity::parse(a.as_string()), right = api::Quantity::parse(b.as_string());
    if (left.ok() && right.ok()) return *left < *right;
    return a.as_string() < b.as_string();
}

}  // namespace

Status sort_by(json::Value& list, const std::string& path, bool rows) {
    auto expression = json::JsonPath::parse_expression(path);
    if (!expression.ok()) return error(Reason::Unknown, "{}", expression.status().message());
    std::vector<json::Value> keys;
    bool any = list.size() == 0;
    for (const auto& item : list.items()) {
        auto found = TRY(expression->select(rows ? item["object"] : item));
        any = any || !found.empty();
        keys.push_back(found.empty() ? json::Value() : std::move(found[0]));
    }
    if (!any) return error(Reason::Unknown, "couldn't find any field with path \"{{{}}}\" in the list of objects", path.starts_with(".") ? path : "." + path);
    std::vector<size_t> order(keys.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return less(keys[a], keys[b]); });
    json::Array sorted;
    for (const auto i : order) sorted.push_back(std::move(list.mut_items()[i]));
    list = json::Value(std::move(sorted));
    return {};
}

}  // namespace skiff::cli::kubectl
