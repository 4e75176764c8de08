// Counters of network interfaces, from /proc/<pid>/net/dev: those of the process's network namespace. Parsing is pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::agent::nodeapi {

struct InterfaceUsage {
    std::string name;
    int64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0, tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};
// Without loopback and the ends of pods' links.
std::vector<InterfaceUsage> parse_net_dev(std::string_view text);
std::vector<InterfaceUsage> read_net_dev(int pid);

}  // namespace skiff::agent::nodeapi
