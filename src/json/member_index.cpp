#include "json/member_index.h"

namespace skiff::json {

namespace {

constexpr size_t kScanMax = 32;   // objects up to this size are searched member by member

}  // namespace

const Value* MemberIndex::find(std::string_view key) {
    const Object& members = object_.members();
    if (next_ < members.size() && members[next_].key == key) return &members[next_++].value;
    if (members.size() <= kScanMax) {
        for (size_t i = 0; i < members.size(); ++i)
            if (members[i].key == key) {
                next_ = i + 1;
                return &members[i].value;
            }
        return nullptr;
    }
    if (places_.empty()) {
        places_.reserve(members.size());
        for (size_t i = 0; i < members.size(); ++i) places_.emplace(members[i].key, i);
    }
    auto it = places_.find(key);
    if (it == places_.end()) return nullptr;
    next_ = it->second + 1;
    return &members[it->second].value;
}

}  // namespace skiff::json
