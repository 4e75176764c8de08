#include "json/merge_patch.h"

#include <string_view>

#include "base/text_map.h"

namespace skiff::json {

namespace {

constexpr size_t kScanMax = 32;   // patches up to this size search the members of the target one by one

// Of many members: each is looked up in a table, and those that go are taken out together.
void merge_many(Object& members, const Object& patch) {
    TextViewMap<size_t> places;
    places.reserve(members.size() + patch.size());
    // Room for all that may come: the table points at the keys.
    members.reserve(members.size() + patch.size());
    for (size_t i = 0; i < members.size(); ++i) places.emplace(members[i].key, i);
    std::vector<bool> gone(members.size() + patch.size());
    for (const auto& [key, value] : patch) {
        auto it = places.find(key);
        if (value.is_null()) {
            if (it != places.end()) gone[it->second] = true;
            continue;
        }
        if (it == places.end()) {
            members.push_back({key, Value()});
            it = places.emplace(members.back().key, members.size() - 1).first;
        }
        Value& slot = members[it->second].value;
        if (gone[it->second]) slot = Value();
        gone[it->second] = false;
        merge_patch(slot, value);
    }
    size_t kept = 0;
    for (size_t i = 0; i < members.size(); ++i) {
        if (gone[i]) continue;
        if (kept != i) members[kept] = std::move(members[i]);
        ++kept;
    }
    members.resize(kept);
}

}  // namespace

void merge_patch(Value& target, const Value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    Object& members = target.mut_members();
    if (patch.size() > kScanMax) return merge_many(members, patch.members());
    for (const auto& [key, value] : patch.members()) {
        if (value.is_null()) target.erase(key);
        else merge_patch(target.mut(key), value);
    }
}

}  // namespace skiff::json
