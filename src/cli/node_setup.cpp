#include "cli/node_setup.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace skiff::cli {

namespace {

constexpr const char* kDefaultDataDir = "/var/lib/skiff";

bool has(const std::vector<std::string>& list, const char* item) { return std::find(list.begin(), list.end(), item) != list.end(); }

}  // namespace

std::string state_dir_for(const NodeFlags& node, const std::string& data_dir) {
    if (!node.state_dir.empty()) return node.state_dir;
    return data_dir == kDefaultDataDir ? "/run/skiff" : fmt::format("/run/skiff-{:08x}", fnv1a32(data_dir));
}

Result<agent::AgentOptions> agent_options(const NodeFlags& node, const std::string& data_dir, const std::vector<std::string>& disable) {
    agent::AgentOptions options;
    options.data_dir = data_dir;
    options.node_name = node.node_name.empty() ? agent::default_node_name() : lower(node.node_name);
    if (!node.node_ip.empty()) options.node_ips = split(node.node_ip, ',');
    for (const auto& label : node.node_labels) {
        auto equals = label.find('=');
        if (equals == std::string::npos || equals == 0) return error(Reason::BadRequest, "--node-label {}: must be KEY=VALUE", label);
        options.node_labels.emplace_back(label.substr(0, equals), label.substr(equals + 1));
    }
    for (const auto& taint : node.node_taints)
        if (taint.find(':') == std::string::npos) return error(Reason::BadRequest, "--node-taint {}: must be KEY=VALUE:EFFECT", taint);
    options.node_taints = node.node_taints;
    if (node.kubelet_port < 1 || node.kubelet_port > 65535) return error(Reason::BadRequest, "--kubelet-port {}: must be within 1-65535", node.kubelet_port);
    options.kubelet_port = static_cast<uint16_t>(node.kubelet_port);
    options.state_dir = state_dir_for(node, data_dir);
    options.cgroup_root = options.state_dir.substr(options.state_dir.rfind('/') + 1);
    options.registries_yaml = node.registries;
    if (!node.resolv_conf.empty()) options.resolv_conf = node.resolv_conf;
    options.network = !has(disable, "network");
    options.proxy = options.network && !has(disable, "proxy");
    options.policies = options.network && !has(disable, "network-policy");
    options.dns = options.network && !has(disable, "dns") && !has(disable, "coredns");
    return options;
}

}  // namespace skiff::cli
