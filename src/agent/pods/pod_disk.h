// What a pod takes of the node's disk: writable layers, logs and emptyDirs. Walks folders: blocking, any thread; a walk is bounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/pods/pod_manager.h"

namespace skiff::agent::pods {

struct DiskUse {
    std::string name;                  // of the container or volume
    int64_t bytes = 0, inodes = 0;
    bool in_memory = false;            // an emptyDir on tmpfs takes no disk
};

struct PodDisk {
    std::vector<DiskUse> roots, logs, volumes;
    int64_t total_bytes() const;       // without what is in memory
    int64_t total_inodes() const;
};

PodDisk read_pod_disk(const PodSnapshot& pod, const NodeConfig& config, images::ImageStore& images);
// Whether the pod has limits of its own, emptyDir sizeLimit or ephemeral-storage: only then is its disk looked at regularly.
bool limits_local_storage(const json::Value& pod);
// Blocks and inodes below a folder, never across a mount point or a link.
DiskUse tree_use(const std::string& path);

}  // namespace skiff::agent::pods
