// The mounts of one container: its volumes and the pod's small files. Blocking (files of the pod's folder are written).
#pragma once

#include <string>
#include <vector>

#include "agent/pods/expand.h"
#include "agent/pods/node_config.h"
#include "agent/pods/pod_spec.h"
#include "agent/runtime/runtime.h"
#include "agent/volumes/volume_manager.h"

namespace skiff::agent::pods {

struct MountInputs {
    const json::Value& pod;
    const ContainerRef& container;
    const NodeConfig& config;
    const std::string& uid;
    const volumes::Volumes& volumes;
    const Variables& variables;              // for subPathExpr
    volumes::VolumeManager& manager;
    std::string termination_log;             // on the host, already made; "" without
};

Result<std::vector<runtime::Mount>> make_mounts(const MountInputs& in);
// Its volumeDevices.
Result<std::vector<runtime::DeviceMount>> make_devices(const MountInputs& in);

// <pods_dir>/<uid>/etc-hosts, resolv.conf and hostname; written anew when the sandbox's addresses are known.
Status write_pod_files(const NodeConfig& config, const std::string& uid, const json::Value& pod, const std::vector<std::string>& ips);
// An empty file for the container's termination message, writable by any user.
Result<std::string> make_termination_log(const NodeConfig& config, const std::string& uid, const std::string& container, int attempt);

}  // namespace skiff::agent::pods
