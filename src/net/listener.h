// Listening sockets. Plain system calls; the loop watches the descriptor.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::net {

struct Listening {
    Fd fd;
    uint16_t port;
};
// address: a literal. "::" listens for IPv4 too.
Result<Listening> listen_tcp(const std::string& address, uint16_t port);

// A connecting, non-blocking socket to a literal address. Writable once the connection stands or has failed (connect_error()).
Result<Fd> begin_connect(const std::string& address, uint16_t port);
Status connect_error(int fd);

}  // namespace skiff::net
