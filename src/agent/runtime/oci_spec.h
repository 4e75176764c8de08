// config.json of an OCI bundle (OCI runtime specification 1.0.2) from what a container and its sandbox ask. Pure; golden-tested.
#pragma once

#include <string>
#include <vector>

#include "agent/runtime/host_devices.h"
#include "agent/runtime/runtime.h"
#include "json/value.h"

namespace skiff::agent::runtime {

// What the machine adds.
struct HostFacts {
    bool cgroup_v2 = false;
    std::string cgroups_path;                // of the container: /skiff/kubepods/.../<id>
    std::string netns, utsns, ipcns, pidns;  // pinned namespaces of the sandbox; "" the host's
    std::string target_pidns;                // NamespaceMode::Container
    int oom_score_adj_min = -1000;           // what the kernel lets us set
    std::string shm_path;                    // the sandbox's /dev/shm, "" a tmpfs of its own
    bool apparmor = false;                   // the kernel has it
    std::vector<Device> devices;             // what ContainerSpec::devices names; all of the host's when privileged
    json::Value seccomp_profile;             // the document of a Localhost profile
};

json::Value oci_config(const ContainerSpec& container, const SandboxSpec& sandbox, const HostFacts& facts);
// process.json of an exec in a container with this config.
json::Value oci_exec_process(const json::Value& config, const ExecSpec& exec);

}  // namespace skiff::agent::runtime
