// Who listens on a port of this network namespace, from /proc. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace skiff::cli {

struct PortOwner {
    int pid = 0;             // 0: nobody that we may see
    std::string program;
};
// Nothing when the TCP port is free.
std::optional<PortOwner> listener_of(uint16_t port);
// The inode of the socket that listens, from the text of /proc/net/tcp or tcp6; "" when none does. Pure.
std::string listening_inode(const std::string& table, uint16_t port);

}  // namespace skiff::cli
