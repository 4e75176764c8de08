#include "json/member_index.h"

namespace skiff::json {

namespace {

constexpr size_t kScanMax = 32;   // objects up to this size are searched member by member

}  // namespace

const Value* MemberIndex::find(std::string_view key) {
    const Object& members = object_.members();
    if (next_ < members.size() && members[next_].key == key) return &members[next_++].value;
    if (object_.size() <= kScanMax) return object_.find(key);
    if (places_.empty())
        for (const Member& member : object_.members()) places_.emplace(member.key, &member.value);
    auto it = places_.find(key);
    return it == places_.end() ? nullptr : it->second;
}

}  // namespace skiff::json
