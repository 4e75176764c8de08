// Directories of local-path volumes on this node: <data-dir>/storage/<volume>. Blocking; any thread.
#pragma once

#include <string>

#include "base/status.h"

namespace skiff::agent::nodeapi {

// Makes it, writable for every user of the pods that mount it, and tells its path. One that is there is kept as it is.
Result<std::string> make_local_volume(const std::string& data_dir, const std::string& volume);
// Removes it with all its contents; one that is gone is no error.
Status remove_local_volume(const std::string& data_dir, const std::string& volume);

}  // namespace skiff::agent::nodeapi
