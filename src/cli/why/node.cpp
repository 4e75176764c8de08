// What is wrong with a node.
#include <fmt/format.h>

#include "api/timestamp.h"
#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// A lease older than this is no longer renewed (the server calls a node Unknown after 50 s).
constexpr int64_t kSilent_s = 60;

}  // namespace

Findings why_node(const World& world, const std::string& name) {
    Findings findings;
    const auto& node = world.find("nodes", "", name);
    if (node.is_null()) {
        findings.push_back({fmt::format("there is no node {}", name), "on that machine: skiff agent --server URL --token TOKEN; then kubectl get nodes"});
        return findings;
    }
    if (judge_going(node, findings)) return findings;
    const auto& lease = world.find("leases", "kube-node-lease", name);
    if (auto renewed = api::parse_time(lease["spec"]["renewTime"].as_string()); renewed && *renewed > world.now + std::chrono::seconds(60))
        findings.push_back({"its clock is ahead of the others'", "set the time on " + name + ": timedatectl set-ntp true"});
    const auto& ready = condition(node, "Ready");
    const auto renewed = api::parse_time(lease["spec"]["renewTime"].as_string());
    const auto silent_s = renewed ? std::chrono::duration_cast<std::chrono::seconds>(world.now - *renewed).count() : 0;
    if (ready["status"].as_string() == "Unknown" || ready.is_null() || silent_s > kSilent_s)
        findings.push_back({fmt::format("its agent does not answer{}: the machine is off, cut off, or skiff does not run there", silent_s > 0 ? fmt::format(" (last heard of {} s ago)", silent_s) : ""),
                            fmt::format("on {}: systemctl status skiff; journalctl -u skiff", name)});
    for (const auto& [type, cause, help] : {std::tuple{"NetworkUnavailable", "its pod network is not set up", "skiff check, on the node"},
                                            std::tuple{"DiskPressure", "its disk is nearly full; pods are evicted and images removed", "free space below the data dir: skiff image rm, du -sh /var/lib/skiff"},
                                            std::tuple{"MemoryPressure", "its memory is nearly used up; pods are evicted", "kubectl top pods -A; set limits, or move pods away"},
                                            std::tuple{"PIDPressure", "it has nearly no process ids left", "find the pod that makes so many processes: kubectl top pods -A"}})
        if (condition(node, type)["status"].as_string() == "True") findings.push_back({cause, help});
    if (ready["status"].as_string() == "False") findings.push_back({"its agent reports: " + ready["message"].as_string(), "skiff check, on the node"});
    if (node["spec"]["unschedulable"].as_bool()) {
        for (const auto& pod : world.list("pods"))
            if (const auto& budget = blocking_budget(world, pod); pod["spec"]["nodeName"].as_string() == name && !budget.is_null()) {
                findings.push_back({fmt::format("it is cordoned, and PodDisruptionBudget {} lets pod {} not be evicted", name_of(budget), name_of(pod)),
                                    fmt::format("skiff why pdb {} -n {}", name_of(budget), ns_of(budget))});
                break;
            }
        if (findings.empty()) findings.push_back({"it is cordoned: no new pods come to it", "kubectl uncordon " + name});
    }
    if (findings.empty() && node["spec"]["podCIDR"].as_string().empty() && node["spec"].has("podCIDRs")) findings.push_back({"it has no range of pod addresses", "is the cluster CIDR used up? kubectl get nodes -o jsonpath={..podCIDR}"});
    for (const auto& taint : node["spec"]["taints"].items()) {
        const auto& key = taint["key"].as_string();
        if (key.rfind("node.kubernetes.io/", 0) == 0) continue;      // those follow from what is told above
        findings.push_back({fmt::format("taint {}:{} keeps pods away that do not tolerate it", key, taint["effect"].as_string()), fmt::format("kubectl taint node {} {}-", name, key)});
    }
    return findings;
}

}  // namespace skiff::cli::why
