// What `runc start` does, without a runc: the first process of a created container waits until someone opens its exec fifo and takes a byte.
#pragma once

#include <string>

#include "base/status.h"

namespace skiff::agent::runtime {

// Conflict when the container was started before or is gone; Timeout when its first process does not come. watched_pid: the process (monitor)
// whose end means that nobody will.
Status release_fifo(const std::string& fifo_path, int watched_pid);

}  // namespace skiff::agent::runtime
