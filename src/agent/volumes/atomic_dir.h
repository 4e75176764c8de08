// A folder whose files change all at once, as Kubernetes' configMap and secret volumes promise: files stand in ..<time>.<random>, ..data is
// a symbolic link to that folder, replaced by rename, and each name in the volume is a link through ..data.
#pragma once

#include <string>

#include "agent/volumes/payload.h"
#include "base/status.h"

namespace skiff::agent::volumes {

// Brings dir to payload; true when anything changed. group >= 0: files belong to it and are readable by it. Blocking; one call at a time
// per folder.
Result<bool> write_atomic_dir(const std::string& dir, const Payload& payload, int64_t group);

}  // namespace skiff::agent::volumes
