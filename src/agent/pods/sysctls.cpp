#include "agent/pods/sysctls.h"

#include <fmt/core.h>

#include <set>

namespace skiff::agent::pods {

namespace {

// Kubernetes, "Using sysctls in a Kubernetes Cluster": the safe set. kernel.* are of the IPC namespace, net.* of the network's.
const std::set<std::string>& safe_sysctls() {
    static const std::set<std::string> kSafe = {"kernel.shm_rmid_forced",       "net.ipv4.ip_local_port_range",   "net.ipv4.tcp_syncookies",      "net.ipv4.ping_group_range",
                                                "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
                                                "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",  "net.ipv4.tcp_rmem",            "net.ipv4.tcp_wmem"};
    return kSafe;
}

}  // namespace

std::string normal_sysctl(std::string name) {
    const size_t first = name.find_first_of("./");
    if (first == std::string::npos || name[first] == '.') return name;
    for (char& c : name)
        if (c == '.' || c == '/') c = c == '.' ? '/' : '.';
    return name;
}

std::optional<Waiting> refuse_sysctls(const json::Value& pod) {
    const json::Value& spec = pod["spec"];
    for (const auto& sysctl : spec["securityContext"]["sysctls"].items()) {
        const std::string name = normal_sysctl(sysctl["name"].as_string());
        std::string why;
        if (!safe_sysctls().count(name)) why = "not allowlisted";
        else if (name.rfind("net.", 0) == 0 && spec["hostNetwork"].as_bool()) why = "not allowed with host net enabled";
        else if (name.rfind("kernel.", 0) == 0 && spec["hostIPC"].as_bool()) why = "not allowed with host ipc enabled";
        if (!why.empty()) return Waiting{"SysctlForbidden", fmt::format("Pod was rejected: forbidden sysctl: \"{}\" {}", name, why)};
    }
    return std::nullopt;
}

}  // namespace skiff::agent::pods
