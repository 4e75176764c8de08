// What `skiff killall` and `skiff uninstall` share: taking down one node.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "cli/installation.h"
#include "cli/node_cleanup.h"

namespace skiff::cli {

// Of a server or agent that runs with data_dir ("" the default) and no --state-dir.
NodePaths default_paths(const std::string& data_dir);
enum class Neighbours { None, Allowed };
// Ends pods, unmounts, removes interfaces, rules, cgroups and the state folder. While a server or agent still runs here: Conflict, or, where another
// installed service is allowed, the network that both use is left alone.
Status take_down(const NodePaths& paths, int64_t grace_ms, Neighbours neighbours, const Told& told);

}  // namespace skiff::cli
