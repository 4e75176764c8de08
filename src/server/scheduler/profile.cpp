#include "server/scheduler/profile.h"

#include <algorithm>

#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

bool Profile::runs(std::string_view filter) const {
    return std::any_of(filters.begin(), filters.end(), [&](const Filter* f) { return f->name == filter; });
}

const Profile& default_profile() {
    static const Profile kDefault = [] {
        Profile profile;
        for (const auto& filter : filters()) profile.filters.push_back(&filter);
        for (const auto& score : scores()) profile.scores.push_back({&score, score.weight});
        return profile;
    }();
    return kDefault;
}

}  // namespace skiff::scheduler
