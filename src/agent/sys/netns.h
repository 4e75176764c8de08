// Network namespaces by path. setns(2) works on one thread: with_netns runs a function on a short-lived thread inside the namespace, so
// no pooled thread is ever left in a pod's namespace.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"

namespace skiff::agent::sys {

Status with_netns(const std::string& path, const std::function<Status()>& run);

}  // namespace skiff::agent::sys
