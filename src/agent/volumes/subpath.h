// subPath mounts: a part of a volume, bound to a stable place so that a container that changes symbolic links in the volume can never make
// us mount something outside it. Resolution is by openat2(RESOLVE_BENEATH); the bind mount is made from that descriptor. Blocking, root.
#pragma once

#include <string>

#include "base/status.h"

namespace skiff::agent::volumes {

// Missing folders of subpath are made. target is made as a folder or a file, as the source is. Idempotent.
Status bind_subpath(const std::string& volume_dir, const std::string& subpath, const std::string& target);
// Unmounts all below dir and removes it.
Status release_subpaths(const std::string& dir);

}  // namespace skiff::agent::volumes
