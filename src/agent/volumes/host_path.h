// hostPath volumes: what the type asks of the path. Blocking.
#pragma once

#include <string>

#include "base/status.h"

namespace skiff::agent::volumes {

// type: "", DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice.
Status check_host_path(const std::string& path, const std::string& type);

}  // namespace skiff::agent::volumes
