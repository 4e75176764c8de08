// The flags of `skiff server` and `skiff agent`, their config file, and the options that they fill. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "cli/flags.h"
#include "server/server_options.h"

namespace skiff::cli {

// Flags that server and agent share: those of the node itself.
struct NodeFlags {
    std::string config = "/etc/skiff/config.yaml";
    std::string node_name, node_ip, node_external_ip, resolv_conf, log_level = "info";
    std::vector<std::string> node_labels, node_taints, kubelet_args;
    std::string registries = "/etc/skiff/registries.yaml";
    std::string state_dir;                             // "" /run/skiff, or /run/skiff-<hash> for another data dir
    std::string server_url, token, token_file;         // agent
    std::string data_dir = "/var/lib/skiff";
    int64_t kubelet_port = 10250;
    bool disable_agent = false, debug = false;
};

void add_server_flags(FlagSet& flags, server::ServerOptions& server, NodeFlags& node);
void add_agent_flags(FlagSet& flags, NodeFlags& node);
// Parses args, then --config and its .d folder (*.yaml, in order). Words that are no flags are an error.
Status load_flags(FlagSet& flags, NodeFlags& node, const std::vector<std::string>& args);

}  // namespace skiff::cli
