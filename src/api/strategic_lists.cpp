#include "api/strategic_lists.h"

#include <algorithm>
#include <string>

#include "api/go_text.h"
#include "base/text_map.h"
#include "json/write.h"

namespace skiff::api {

namespace {

constexpr std::string_view kDirective = "$patch";

const json::Value& identity(const json::Value& item, std::string_view merge_key) {
    return merge_key.empty() || !item.is_object() ? item : item[merge_key];
}

constexpr size_t kNone = static_cast<size_t>(-1);

// Where elements stand in a list: long lists are read once, into a table.
class Positions {
public:
    Positions(const json::Array& list, std::string_view merge_key) : list_(list), merge_key_(merge_key) {
        if (list.size() <= kScanMax) return;
        for (size_t i = 0; i < list.size(); ++i) places_.emplace(json::write(identity(list[i], merge_key)), i);
    }
    size_t of(const json::Value& item) const {
        const json::Value& wanted = identity(item, merge_key_);
        if (list_.size() > kScanMax) {
            auto it = places_.find(json::write(wanted));
            return it == places_.end() ? kNone : it->second;
        }
        for (size_t i = 0; i < list_.size(); ++i)
            if (identity(list_[i], merge_key_) == wanted) return i;
        return kNone;
    }

private:
    static constexpr size_t kScanMax = 16;
    const json::Array& list_;
    std::string_view merge_key_;
    TextMap<size_t> places_;
};

struct Placed {
    json::Value value;
    size_t patch, server;   // positions in the two orders
};

}  // namespace

Status element_type(const json::Value& live, const json::Value& patch, bool& objects) {
    const json::Value* first = nullptr;
    for (const auto* list : {&live, &patch}) {
        for (const auto& item : list->items()) {
            if (!first) {
                first = &item;
                objects = item.is_object();
                if (item.is_array()) return error(Reason::Invalid, "lists of lists are not supported");
            } else if (item.type() != first->type()) {
                return error(Reason::Unknown, "list element types are not identical: [{} {}]", go_print(live.is_null() ? json::Value::array() : live), go_print(patch.is_null() ? json::Value::array() : patch));
            }
        }
    }
    return {};
}

void sort_by_orders(json::Value& merged, const json::Array& patch_order, const json::Array& server_order, std::string_view merge_key) {
    std::vector<Placed> ours, others;
    const Positions of_patch(patch_order, merge_key), of_server(server_order, merge_key);
    for (auto& item : merged.mut_items()) {
        size_t in_patch = of_patch.of(item), in_server = of_server.of(item);
        (in_patch == kNone ? others : ours).push_back({std::move(item), in_patch, in_server});
    }
    std::stable_sort(ours.begin(), ours.end(), [](const Placed& a, const Placed& b) { return a.patch < b.patch; });
    std::stable_sort(others.begin(), others.end(), [](const Placed& a, const Placed& b) { return a.server < b.server; });
    json::Array sorted;
    sorted.reserve(ours.size() + others.size());
    auto other = others.begin();
    for (auto& one : ours) {
        while (other != others.end() && other->server != kNone && one.server != kNone && other->server < one.server)
            sorted.push_back(std::move((other++)->value));
        sorted.push_back(std::move(one.value));
    }
    for (; other != others.end(); ++other) sorted.push_back(std::move(other->value));
    merged = json::Value(std::move(sorted));
}

Status take_special_elements(json::Value& live, json::Value& patch, std::string_view merge_key, bool& replaced) {
    json::Array plain, gone;
    replaced = false;
    for (auto& item : patch.mut_items()) {
        const json::Value* directive = item.find(kDirective);
        if (!directive) {
            plain.push_back(std::move(item));
            continue;
        }
        const std::string& name = directive->as_string();
        if (name == "replace") {
            replaced = true;
        } else if (name == "delete") {
            const json::Value* value = item.find(merge_key);
            if (!value) return error(Reason::Unknown, "map: {} does not contain declared merge key: {}", go_print(item), merge_key);
            gone.push_back(json::Value::object({{merge_key, *value}}));
        } else if (name == "merge") {
            return error(Reason::Unknown, "merging lists cannot yet be specified in the patch");
        } else {
            return error(Reason::Unknown, "unknown patch type: {} in map: {}", go_text_verb(*directive), go_print(item));
        }
    }
    if (!gone.empty()) {
        const Positions deleted(gone, merge_key);
        std::erase_if(live.mut_items(), [&](const json::Value& old) { return deleted.of(old) != kNone; });
    }
    if (replaced) live = json::Value(std::move(plain));
    else patch = json::Value(std::move(plain));
    return {};
}

Status check_order(const json::Value& patch, const json::Value& order, std::string_view merge_key) {
    if (order.size() == 0) return {};
    size_t at = 0;
    for (const auto& item : patch.items()) {
        if (item.is_object() && item.has(kDirective)) continue;
        while (at < order.size() && !(identity(order[at], merge_key) == identity(item, merge_key))) ++at;
        if (at == order.size())
            return error(Reason::Unknown, "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n", go_print(patch), go_print(order));
        ++at;
    }
    return {};
}

void merge_scalars(json::Value& live, json::Value& patch) {
    json::Value server_order = live;
    json::Array both;
    TextSet seen;
    for (auto* list : {&live, &patch})
        for (const auto& item : list->items())
            if (seen.insert(json::write(item)).second) both.push_back(item);
    live = json::Value(std::move(both));
    sort_by_orders(live, patch.items(), server_order.items(), {});
}

void delete_scalars(json::Value& live, const json::Value& patch) {
    const Positions deleted(patch.items(), {});
    std::erase_if(live.mut_items(), [&](const json::Value& item) { return deleted.of(item) != kNone; });
}

}  // namespace skiff::api
