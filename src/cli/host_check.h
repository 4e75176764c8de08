// Looks at this machine: kernel, cgroups, modules, ports, programs. Each finding says what is missing and the fix. Changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace skiff::cli {

enum class Severity { Good, Warning, Problem };

struct Finding {
    Severity severity;
    std::string subject, text, fix;      // fix "" when good
};

struct HostCheckOptions {
    std::string data_dir = "/var/lib/skiff";
    std::string cluster_cidr = "10.42.0.0/16", service_cidr = "10.43.0.0/16";
    int64_t https_listen_port = 6443, kubelet_port = 10250;          // 0: not used
};

std::vector<Finding> check_host(const HostCheckOptions& options);

}  // namespace skiff::cli
