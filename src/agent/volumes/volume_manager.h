// VolumeManager: makes the volumes of pods ready below <pods_dir>/<uid>/volumes and keeps configMap, secret, downwardAPI and projected ones
// current while the pod lives.
//
// Blocking methods, any thread; one call at a time per pod is serialized inside. Files of secrets, tokens and downward values stand on one
// tmpfs at memory_dir, never on disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/sys/timers.h"
#include "agent/volumes/downward.h"
#include "agent/volumes/object_cache.h"
#include "api/object.h"
#include "base/clock.h"
#include "base/thread_pool.h"
#include "client/client.h"

namespace skiff::agent::volumes {

struct Volume {
    std::string path;             // on the host; "" for an image volume until its image is there
    bool read_only = false;       // whatever the mount says
    bool no_exec = false;
    bool device = false;          // volumeMode Block: path is a block device
};
using Volumes = std::map<std::string, Volume>;   // by the volume's name

// How the containers of a pod ask for a volume; one that none asks for is not made.
struct VolumeUse {
    bool mounted = false, mapped = false;        // volumeMounts, volumeDevices
};
std::map<std::string, VolumeUse> volume_uses(const json::Value& pod);

class VolumeManager {
public:
    struct Options {
        std::string pods_dir;                    // <data-dir>/agent/pods
        std::string memory_dir;                  // <data-dir>/agent/memory
        std::shared_ptr<client::Client> client;
        sys::Timers* timers = nullptr;
        ThreadPool* pool = nullptr;
        Clock* clock = &Clock::system();
        // Content of a mounted volume could not be renewed; for an event. Called on the pool.
        std::function<void(const std::string& pod_uid, const Status& status)> refresh_failed = {};
        // A referenced object came or went; a pod that waits for it may try again. Short.
        std::function<void(const std::string& pod_uid)> referenced_changed = {};
    };
    static Result<std::unique_ptr<VolumeManager>> open(Options options);
    virtual ~VolumeManager() = default;

    // Makes all volumes that the pod uses (uid: static pods have their own) ready; idempotent. Call again when the pod's labels or annotations
    // have changed. The error's message is the one of the FailedMount event.
    virtual Result<Volumes> prepare(const std::string& uid, const api::ObjectPtr& pod, const DownwardFacts& facts) = 0;
    // Unmounts and removes everything of the pod. Volumes of persistent claims and host paths stay.
    virtual Status teardown(const std::string& uid) = 0;
    // A config map or secret, from memory where a volume follows it.
    virtual Result<api::ObjectPtr> object(const ObjectRef& ref) = 0;
    // A part of a volume for one mount of a container; returns the path to bind.
    virtual Result<std::string> subpath(const std::string& uid, const std::string& volume, const std::string& volume_path, const std::string& subpath,
                                        const std::string& container, size_t index) = 0;
    // Uids that have something on disk; for cleaning at start.
    virtual std::vector<std::string> uids_on_disk() const = 0;
};

}  // namespace skiff::agent::volumes
