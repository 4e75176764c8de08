// Adoption: what runs already when the agent starts, sorted by pod, and what the API's status says of it. No container is restarted; ready
// stays ready. Pure but for the runtime's two lists.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/pods/pod_state.h"
#include "agent/runtime/runtime.h"

namespace skiff::agent::pods {

struct Found {
    std::vector<runtime::SandboxStatus> sandboxes;
    std::vector<runtime::ContainerStatus> containers;
};
using FoundByUid = std::map<std::string, Found>;
FoundByUid find_running(runtime::Runtime& runtime);

// Fills a new pod's state. Returns ids of containers that were made but never started, and of sandboxes beyond the newest: to be removed.
struct Leftovers {
    std::vector<std::string> containers, sandboxes;
};
Leftovers adopt(PodState& state, const json::Value& pod, const Found& found, Duration now, WallTime wall);

// An object that stands for a pod that no source knows any more, so that its containers can be ended in order.
api::ObjectPtr stand_in(const std::string& uid, const Found& found);

}  // namespace skiff::agent::pods
