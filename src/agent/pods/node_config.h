// What pods need to know of the node that they run on, and the parts of the agent that serve them. Made by the composition root.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/network/pod_network.h"
#include "agent/pods/pod_files.h"
#include "agent/probes/prober.h"
#include "agent/runtime/runtime.h"
#include "agent/sys/timers.h"
#include "agent/volumes/volume_manager.h"
#include "base/thread_pool.h"
#include "client/client.h"
#include "reconcile/events.h"

namespace skiff::agent::pods {

struct NodeConfig {
    std::string node_name;
    std::vector<std::string> node_ips;             // IPv4 first
    std::string pods_dir;                          // <data-dir>/agent/pods
    std::string log_dir = "/var/log/pods";
    std::string log_links_dir = "/var/log/containers";
    std::string seccomp_root;                      // <data-dir>/agent/seccomp
    ClusterDns dns;
    std::string resolv_conf = "/etc/resolv.conf";  // the node's own
    int64_t cpu_milli = 0, memory_bytes = 0, memory_capacity_bytes = 0, ephemeral_bytes = 0;   // allocatable, but for the capacity
    int pods_max = 110;
};

class StatusWriter;

struct Services {
    NodeConfig config;
    std::shared_ptr<client::Client> client;
    runtime::Runtime& runtime;
    images::ImageStore& images;
    std::atomic<network::PodNetwork*> network{nullptr};   // null until the node has its pod CIDR: only host network pods run
    volumes::VolumeManager& volumes;
    probes::Prober& prober;
    std::shared_ptr<probes::Runner> runner;        // lifecycle hooks
    reconcile::EventRecorder& events;
    StatusWriter& status_writer;
    ThreadPool& pulls;
    sys::Timers& timers;
    Clock& clock;
    // Services whose variables a pod of this namespace gets; links: with those of the namespace itself.
    std::function<std::vector<api::ObjectPtr>(const std::string& ns, bool links)> services;
};

}  // namespace skiff::agent::pods
