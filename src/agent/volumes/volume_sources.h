// One volume of a pod, by its source. The functions of volume_manager that know the kinds of sources. Blocking.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "agent/volumes/object_cache.h"
#include "agent/volumes/payload.h"
#include "agent/volumes/volume_manager.h"

namespace skiff::agent::volumes {

struct SourceContext {
    const VolumeManager::Options& options;
    ObjectCache& cache;
    const std::string& uid;
    const json::Value& pod;
    const DownwardFacts& facts;
    std::optional<WallTime> renew_at;     // the earliest token renewal
    std::string disk_dir, memory_dir;     // <pods_dir>/<uid>/volumes, <memory_dir>/<uid>
    std::optional<int64_t> group;         // securityContext.fsGroup
};

// The objects that the pod's volumes refer to.
std::set<ObjectRef> referenced_objects(const json::Value& pod);
Result<Volume> make_volume(SourceContext& context, const json::Value& volume, const VolumeUse& use);
bool is_mount_point(const std::string& path);
bool has_payload(const json::Value& volume);   // configMap, secret, downwardAPI, projected

}  // namespace skiff::agent::volumes
