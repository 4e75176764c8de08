// What is wrong with a node.
#include <fmt/format.h>

#include "api/timestamp.h"
#include "cli/why/finding.h"

namespace skiff::cli::why {

Findings why_node(const World& world, const std::string& name) {
    Findings findings;
    const auto& node = world.find("nodes", "", name);
    if (node.is_null()) {
        findings.push_back({fmt::format("there is no node {}", name), "on that machine: skiff agent --server URL --token TOKEN; then kubectl get nodes"});
        return findings;
    }
    const auto& lease = world.find("leases", "kube-node-lease", name);
    if (auto renewed = api::parse_time(lease["spec"]["renewTime"].as_string()); renewed && *renewed > world.now + std::chrono::seconds(60))
        findings.push_back({"its clock is ahead of the others'", "set the time on " + name + ": timedatectl set-ntp true"});
    const auto& ready = condition(node, "Ready");
    if (ready["status"].as_string() == "Unknown" || ready.is_null())
        findings.push_back({"its agent does not answer: the machine is off, cut off, or skiff does not run there", fmt::format("on {}: systemctl status skiff; journalctl -u skiff", name)});
    for (const auto& [type, cause, help] : {std::tuple{"NetworkUnavailable", "its pod network is not set up", "skiff check, on the node"},
                                            std::tuple{"DiskPressure", "its disk is nearly full; pods are evicted and images removed", "free space below the data dir: skiff image rm, du -sh /var/lib/skiff"},
                                            std::tuple{"MemoryPressure", "its memory is nearly used up; pods are evicted", "kubectl top pods -A; set limits, or move pods away"},
                                            std::tuple{"PIDPressure", "it has nearly no process ids left", "find the pod that makes so many processes: kubectl top pods -A"}})
        if (condition(node, type)["status"].as_string() == "True") findings.push_back({cause, help});
    if (ready["status"].as_string() == "False") findings.push_back({"its agent reports: " + ready["message"].as_string(), "skiff check, on the node"});
    if (node["spec"]["unschedulable"].as_bool()) findings.push_back({"it is cordoned: no new pods come to it", "kubectl uncordon " + name});
    for (const auto& taint : node["spec"]["taints"].items()) {
        const auto& key = taint["key"].as_string();
        if (key.rfind("node.kubernetes.io/", 0) == 0) continue;      // those follow from what is told above
        findings.push_back({fmt::format("taint {}:{} keeps pods away that do not tolerate it", key, taint["effect"].as_string()), fmt::format("kubectl taint node {} {}-", name, key)});
    }
    return findings;
}

}  // namespace skiff::cli::why
