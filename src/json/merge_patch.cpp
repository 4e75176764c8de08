#include "json/merge_patch.h"

namespace skiff::json {

void merge_patch(Value& target, const Value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    target.mut_members();
    for (const auto& [key, value] : patch.members()) {
        if (value.is_null()) target.erase(key);
        else merge_patch(target.mut(key), value);
    }
}

}  // namespace skiff::json
