#include "server/apiserver/body_bounds.h"

#include "json/value_bounds.h"

namespace skiff::apiserver {

namespace {

// Counts down; stops below zero.
void count(const json::Value& value, int64_t& left) {
    left -= static_cast<int64_t>(value.size());
    for (const json::Value& item : value.items())
        if (left >= 0 && item.size() > 0) count(item, left);
    for (const json::Member& member : value.members())
        if (left >= 0 && member.value.size() > 0) count(member.value, left);
}

}  // namespace

Status check_body_values(std::string_view json) {
    if (!json::holds_more_values(json, kBodyValuesMax)) return {};
    return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", kBodyValuesMax);
}

Status check_object_values(const api::KindInfo& kind, const json::Value& object) {
    const size_t values_max = kind.custom || kind.gvk.kind == "CustomResourceDefinition" ? kDefinedValuesMax : kObjectValuesMax;
    int64_t left = static_cast<int64_t>(values_max);
    for (const json::Member& member : object.members()) {
        if (member.key != "metadata") count(member.value, left);
        else
            for (const json::Member& part : member.value.members())
                if (part.key != "managedFields") count(part.value, left);
    }
    if (left >= 0) return {};
    return error(Reason::RequestEntityTooLarge, "Request entity too large: with its defaults the object has more than {} values", values_max);
}

}  // namespace skiff::apiserver
