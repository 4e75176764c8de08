#include "json/diff.h"

#include "json/member_index.h"

namespace skiff::json {

Value diff(const Value& from, const Value& to) {
    if (!from.is_object() || !to.is_object()) return to;
    Object patch;
    MemberIndex wanted(to), present(from);
    for (const auto& member : from.members())
        if (!wanted.has(member.key)) patch.push_back({member.key, Value()});
    for (const auto& [key, value] : to.members()) {
        const Value* old = present.find(key);
        if (!old) patch.push_back({key, value});
        else if (!(*old == value)) patch.push_back({key, diff(*old, value)});
    }
    return Value(std::move(patch));
}

}  // namespace skiff::json
