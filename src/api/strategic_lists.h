// Lists in strategic merge patches: order, directives inside lists, lists of scalars. Pure; any thread.
#pragma once

#include <string_view>

#include "base/status.h"
#include "json/value.h"

namespace skiff::api {

// All elements must be of one kind and no lists. objects: they are objects.
Status element_type(const json::Value& live, const json::Value& patch, bool& objects);

// Elements of the patch in their order first, unless the live list says that one of its own stood before.
void sort_by_orders(json::Value& merged, const json::Array& patch_order, const json::Array& server_order, std::string_view merge_key);

// {"$patch": "delete", key: value} and {"$patch": "replace"}; what remains of patch are plain elements. replaced: live is the patch now.
Status take_special_elements(json::Value& live, json::Value& patch, std::string_view merge_key, bool& replaced);

// The elements of a patch's list must stand in the order that $setElementOrder gives.
Status check_order(const json::Value& patch, const json::Value& order, std::string_view merge_key);

void merge_scalars(json::Value& live, json::Value& patch);
void delete_scalars(json::Value& live, const json::Value& patch);

}  // namespace skiff::api
