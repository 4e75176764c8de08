#include "json/diff.h"

namespace skiff::json {

Value diff(const Value& from, const Value& to) {
    if (!from.is_object() || !to.is_object()) return to;
    Value patch = Value::object();
    for (const auto& member : from.members())
        if (!to.has(member.key)) patch.set(member.key, Value());
    for (const auto& [key, value] : to.members()) {
        const Value* old = from.find(key);
        if (!old) patch.set(key, value);
        else if (!(*old == value)) patch.set(key, diff(*old, value));
    }
    return patch;
}

}  // namespace skiff::json
