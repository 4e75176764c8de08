// Root file systems of containers: overlayfs over the image's layers. Any thread; idempotent.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::images {

// Mounts <dir>/rootfs with <dir>/{upper,work} over layers (lowest first) and returns its path.
Result<std::string> mount_overlay(const std::string& dir, const std::vector<std::string>& layers);
// Unmounts and removes dir; a missing one is no error.
Status unmount_overlay(const std::string& dir);
bool is_mounted(const std::string& path);

}  // namespace skiff::agent::images
