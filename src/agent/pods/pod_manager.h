// PodManager: runs the pods of this node. Pods come from an informer (spec.nodeName) and from manifests; each is served by one worker at a
// time, woken by events only: its object changed, a container ended, a probe's result, a pull, a hook, a timer.
//
// Owned by the agent. start() adopts what runs already; stop() leaves everything running. Reading methods are for any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/pods/node_config.h"
#include "agent/sys/poller.h"
#include "net/io_threads.h"
#include "reconcile/informer.h"

namespace skiff::agent::pods {

// A port of the node that a pod holds.
struct HostPort {
    std::string ip, protocol;                        // ip "" all addresses
    int64_t port = 0;
    friend bool operator==(const HostPort&, const HostPort&) = default;
};
// What pods take of a node, by their requests.
struct NodeLoad {
    int64_t pods = 0, cpu_milli = 0, memory_bytes = 0;
    std::vector<HostPort> ports;
    void add(const NodeLoad& other) {
        pods += other.pods, cpu_milli += other.cpu_milli, memory_bytes += other.memory_bytes;
        ports.insert(ports.end(), other.ports.begin(), other.ports.end());
    }
    friend bool operator==(const NodeLoad&, const NodeLoad&) = default;
};

// What others (node API, eviction) may know of a pod; immutable.
struct PodSnapshot {
    struct Container {
        std::string name, id, image, log_path, previous_log_path;
        int64_t started_ns = 0;
        bool running = false, ever_ran = false, tty = false, stdin_open = false;
    };
    std::string uid, ns, name;
    api::ObjectPtr pod;
    std::shared_ptr<const json::Value> status;       // as last computed; never null
    std::vector<Container> containers;
    std::vector<std::string> ips;
    std::string sandbox_id, netns_path;              // netns "": the host's, or none yet
    NodeLoad granted;
    bool resize_deferred = false;                    // a resize waits for room
    bool limits_disk = false;                        // see limits_local_storage()
    bool host_network = false, active = true, admitted = false;   // active: not over, not being ended
    const Container* find(std::string_view container) const;
};
using PodSnapshotPtr = std::shared_ptr<const PodSnapshot>;

// What the node is short of: new pods that would make it worse are refused.
struct NodePressure {
    bool memory = false, disk = false, pid = false;
};

class PodManager {
public:
    struct Options {
        NodeConfig config;
        std::string memory_dir;                      // <data-dir>/agent/memory
        std::shared_ptr<client::Client> client;
        std::shared_ptr<reconcile::Informer> pods;   // field selector spec.nodeName=<this node>
        std::function<std::vector<api::ObjectPtr>(const std::string& ns, bool links)> services;   // for environment variables
        runtime::Runtime* runtime = nullptr;
        images::ImageStore* images = nullptr;
        reconcile::EventRecorder* events = nullptr;
        net::IoThreads* io = nullptr;                // probes and hooks
        sys::Timers* timers = nullptr;
        sys::Poller* poller = nullptr;
        Clock* clock = &Clock::system();
        size_t workers = 4, pull_workers = 3;
    };
    static Result<std::unique_ptr<PodManager>> create(Options options);
    virtual ~PodManager() = default;                 // stop()
    // Call before the informer starts.
    virtual void start() = 0;
    // The informer has synced and manifests were read: pods that no source knows are ended now, leftovers on disk removed.
    virtual void sources_ready() = 0;
    virtual void set_network(network::PodNetwork* network) = 0;   // outlives this; wakes all pods
    // All pods of manifests, as they are now (with node name, uid and annotations set); mirrors are kept in the API.
    virtual void set_static(std::vector<api::ObjectPtr> pods) = 0;
    // Ends a pod for the node's sake: phase Failed, reason Evicted, condition DisruptionTarget. False when it is unknown or over. Any thread.
    virtual bool evict(std::string_view uid, const std::string& message) = 0;
    virtual void set_pressure(const NodePressure& pressure) = 0;
    virtual void stop() = 0;

    virtual PodSnapshotPtr find(std::string_view ns, std::string_view name) const = 0;   // null when unknown; the newest of that name
    virtual PodSnapshotPtr find_uid(std::string_view uid) const = 0;
    virtual std::vector<PodSnapshotPtr> list() const = 0;
    // Calls back after each new snapshot of the pod and when it is forgotten, on a worker's thread, while what is returned lives; null when unknown.
    virtual std::shared_ptr<void> watch(std::string_view uid, std::function<void()> changed) = 0;
};

}  // namespace skiff::agent::pods
