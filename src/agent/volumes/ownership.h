// fsGroup: a volume's files belong to the pod's supplemental group and are writable by it. Blocking.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace skiff::agent::volumes {

enum class GroupChange { Always, OnRootMismatch };   // securityContext.fsGroupChangePolicy

// Walks the tree without following links (but path itself) or crossing mounts. read_only volumes get no group write.
Status set_group(const std::string& path, int64_t group, GroupChange policy, bool read_only);

}  // namespace skiff::agent::volumes
