// The RuntimeDefault seccomp filter as linux.seccomp of an OCI config: everything is refused with EPERM but what is listed; some calls need a
// capability or certain arguments, as in the default profile that Docker and containerd share. Pure.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::agent::runtime {

json::Value default_seccomp(const std::vector<std::string>& capabilities);

}  // namespace skiff::agent::runtime
