// Filling in what a client left out. Pure; any thread.
#pragma once

#include <initializer_list>
#include <string_view>

#include "json/value.h"

namespace skiff::api::kinds {

// The member, when it is absent or null (a Go pointer, list or map).
void set_default(json::Value& object, std::string_view key, json::Value value);
// The same when it is absent, null, "" or 0 (a plain Go value).
void set_default_zero(json::Value& object, std::string_view key, json::Value value);
// Calls visit(member) when the member is an object.
template <typename Visit>
void if_object(json::Value& object, std::string_view key, Visit visit) {
    json::Value* member = object.is_object() ? object.find(key) : nullptr;
    if (member && member->is_object()) visit(*member);
}
// Calls visit(item) for each object in the list `key`.
template <typename Visit>
void each_object(json::Value& object, std::string_view key, Visit visit) {
    json::Value* member = object.is_object() ? object.find(key) : nullptr;
    if (!member || !member->is_array()) return;
    for (auto& item : member->mut_items())
        if (item.is_object()) visit(item);
}

// Status as it is right after create: {} and the zero fields that are always written.
void reset_status(json::Value& object, std::initializer_list<std::string_view> zero_counts = {});

}  // namespace skiff::api::kinds
