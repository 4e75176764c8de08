#include "cli/killall.h"

#include "base/file.h"
#include "cli/node_setup.h"

namespace skiff::cli {

NodePaths default_paths(const std::string& data_dir) {
    NodePaths paths;
    if (!data_dir.empty()) paths.data_dir = data_dir;
    paths.state_dir = state_dir_for(NodeFlags(), paths.data_dir);
    return paths;
}

Status take_down(const NodePaths& paths, int64_t grace_ms, Neighbours neighbours, const Told& told) {
    const auto running = running_nodes();
    if (!running.empty() && neighbours == Neighbours::None)
        return error(Reason::Conflict, "skiff still runs here as pid {}: stop it first (kill {})", running[0], running[0]);
    TRY(end_pods(paths.state_dir, grace_ms, told));
    TRY(unmount_all(paths.data_dir, paths.state_dir, told));
    if (running.empty()) {
        TRY(remove_network(told));
        restore_sysctls(paths.state_dir, told);
    }
    if (!running.empty()) told(fmt::format("left the network to the other skiff that runs here (pid {})", running[0]));
    return file::remove_tree(paths.state_dir);
}

}  // namespace skiff::cli
