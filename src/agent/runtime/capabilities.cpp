#include "agent/runtime/capabilities.h"

#include <sys/prctl.h>

#include <algorithm>

namespace skiff::agent::runtime {

std::vector<std::string> grantable(const std::vector<std::string>& capabilities) {
    std::vector<std::string> kept;
    for (const auto& name : capabilities) {
        const auto at = std::find(kCapabilities.begin(), kCapabilities.end(), name);
        // An unknown name is left for the runtime to judge.
        if (at == kCapabilities.end() || ::prctl(PR_CAPBSET_READ, at - kCapabilities.begin()) == 1) kept.push_back(name);
    }
    return kept;
}

}  // namespace skiff::agent::runtime
