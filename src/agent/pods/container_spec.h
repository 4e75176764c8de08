// The runtime's ContainerSpec of one container of a pod. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/pods/environment.h"
#include "agent/pods/node_config.h"
#include "agent/pods/pod_spec.h"
#include "agent/pods/users.h"
#include "agent/runtime/runtime.h"

namespace skiff::agent::pods {

struct ContainerInputs {
    const json::Value& pod;
    const ContainerRef& container;
    const NodeConfig& config;
    std::string uid;                               // the pod's, as this node knows it
    const images::Image& image;
    std::string image_reference;                   // as shown: docker.io/library/busybox:1.36
    std::string container_id, sandbox_id, rootfs;
    int attempt = 0;
    const Environment& environment;
    const User& user;
    std::vector<runtime::Mount> mounts;
    std::vector<runtime::DeviceMount> devices;
    std::string hostname;
    std::string termination_log;                   // on the host; "" without
    std::string target_container_id;               // ephemeral containers: whose PID namespace
};

Result<runtime::ContainerSpec> make_container_spec(const ContainerInputs& in);

std::string pod_log_dir(const NodeConfig& config, const json::Value& pod, const std::string& uid);
std::string container_log_path(const NodeConfig& config, const json::Value& pod, const std::string& uid, const std::string& container, int attempt);
// status.imageID: the repository digest that belongs to the reference, else the image's own id.
std::string image_id_of(const images::Image& image, const std::string& reference);

}  // namespace skiff::agent::pods
