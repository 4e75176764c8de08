// What this machine is and has, read from the kernel. Blocking, cheap; any thread. Parsing is pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::agent::node {

struct Machine {
    int cpus = 1;
    int64_t memory_bytes = 0, disk_bytes = 0;
    std::map<std::string, int64_t> hugepages;    // "2Mi" -> bytes set aside
    std::string architecture;                    // amd64, arm64, arm
    std::string kernel, os_image, machine_id, system_uuid, boot_id;
};
// data_dir: whose file system is the node's ephemeral storage.
Machine read_machine(const std::string& data_dir);

// How tight it is right now.
struct Pressure {
    int64_t memory_available_bytes = 0;
    int64_t disk_available_bytes = 0, disk_bytes = 0, inodes_free = 0, inodes = 0;
    int64_t pids_free = 0;
};
Pressure read_pressure(const std::string& data_dir);

std::string os_release_name(std::string_view os_release);                    // PRETTY_NAME
int64_t meminfo_bytes(std::string_view meminfo, std::string_view field);     // "MemTotal"
// The default route's source address, else the first global one; "" when there is none.
std::string primary_ip();

}  // namespace skiff::agent::node
