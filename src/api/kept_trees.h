// KeptTrees: while one lives, the trees that its thread parses stay, so that those who look at an object in turn share one parse. On the
// stack, for the handling of one event; they nest. A thread's own.
#pragma once

#include <vector>

#include "api/object.h"

namespace skiff::api {

class KeptTrees {
public:
    KeptTrees();
    ~KeptTrees();
    KeptTrees(const KeptTrees&) = delete;
    KeptTrees& operator=(const KeptTrees&) = delete;

private:
    friend class Object;
    static constexpr size_t kTreesMax = 64;
    KeptTrees* const outer_;
    std::vector<TreePtr> trees_;
};

}  // namespace skiff::api
