// Device nodes of this machine as OCI config asks for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::runtime {

struct Device {
    std::string path;
    char type = 'c';                 // c or b
    int64_t major = 0, minor = 0;
    uint32_t mode = 0;               // permission bits
    int64_t uid = 0, gid = 0;
    bool read_only = false;
};

// NotFound or BadRequest (no device) for the path.
Result<Device> device_at(const std::string& path);
// All of /dev but what a container has of its own (pts, shm, mqueue, console); what a privileged container gets.
std::vector<Device> all_devices();

}  // namespace skiff::agent::runtime
