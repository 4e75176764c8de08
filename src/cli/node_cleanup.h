// What a node leaves in the kernel when its agent has ended, and how to take it down: processes of pods and their monitors, cgroups, mounts, interfaces,
// the nftables table. Touches nothing that is not skiff's. Everything is idempotent. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::cli {

// Hears each thing done, for a person to read.
using Told = std::function<void(const std::string&)>;

struct Mount {
    std::string point, type;
};
// The mounts that belong to the node, deepest first: all strictly below state_dir and <data_dir>/agent/pods, and what else skiff itself mounts below
// <data_dir>/agent (overlay, tmpfs). Somebody's disk mounted on the data dir or for images is not among them. Pure.
std::vector<Mount> own_mounts(const std::string& mountinfo, const std::string& data_dir, const std::string& state_dir);

// SIGTERM to all processes of pods, up to grace_ms for them to end, then SIGKILL; then their monitors. The cgroup tree of state_dir goes.
Status end_pods(const std::string& state_dir, int64_t grace_ms, const Told& told);
Status unmount_all(const std::string& data_dir, const std::string& state_dir, const Told& told);
// Bridge, what hangs on it, overlay interface, nftables table.
Status remove_network(const Told& told);
// The settings of the kernel that the node changed (<state_dir>/sysctls) as they were before; forwarding stays on where another bridge needs it.
void restore_sysctls(const std::string& state_dir, const Told& told);
// Pids of servers and agents that run in this network namespace.
std::vector<int> running_nodes();

}  // namespace skiff::cli
