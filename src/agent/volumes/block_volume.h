// Volumes that are block devices of this machine (PersistentVolumes of source local): handed to a container as they are, or mounted with the
// filesystem that is on them. A device without any data is given one first, as the kubelet does. Blocking.
#pragma once

#include <string>

#include "agent/volumes/volume_manager.h"

namespace skiff::agent::volumes {

Result<Volume> block_device(const std::string& path, bool read_only);
// options: mountOptions of the PersistentVolume.
Status mount_device(const std::string& device, const std::string& dir, const std::string& fs_type, const json::Value& options, bool read_only);

}  // namespace skiff::agent::volumes
