#include "server/controllers/garbage_verdict.h"

#include <algorithm>

namespace skiff::controllers {

bool has_finalizer(const api::Meta& meta, std::string_view finalizer) {
    return std::find(meta.finalizers.begin(), meta.finalizers.end(), finalizer) != meta.finalizers.end();
}

GarbageVerdict judge_garbage(const api::Meta& object, const std::vector<OwnerState>& states, size_t dependents, bool dependents_deleting) {
    GarbageVerdict verdict;
    if (object.owners.empty() || object.deleting()) return verdict;
    auto count = [&](OwnerState state) { return std::count(states.begin(), states.end(), state); };
    if (count(OwnerState::Solid) != 0) {
        for (size_t i = 0; i < states.size(); ++i)
            if (states[i] != OwnerState::Solid) verdict.drop_uids.push_back(object.owners[i].uid);
        if (!verdict.drop_uids.empty()) verdict.kind = GarbageVerdict::Kind::DropReferences;
        return verdict;
    }
    verdict.kind = GarbageVerdict::Kind::Delete;
    if (count(OwnerState::Waiting) != 0 && dependents != 0) {
        verdict.propagation = "Foreground";
        verdict.unblock = dependents_deleting;
    } else if (has_finalizer(object, kOrphanFinalizer)) {
        verdict.propagation = "Orphan";
    } else if (has_finalizer(object, kForegroundFinalizer)) {
        verdict.propagation = "Foreground";
    } else {
        verdict.propagation = "Background";
    }
    return verdict;
}

}  // namespace skiff::controllers
