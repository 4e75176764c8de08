// NetlinkSocket: one AF_NETLINK socket with request/acknowledge and dump. It belongs to the network namespace of the thread that opened it
// and may be used from any one thread at a time.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "agent/sys/netlink_message.h"
#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::sys {

class NetlinkSocket {
public:
    // protocol: NETLINK_ROUTE, NETLINK_NETFILTER
    static Result<NetlinkSocket> open(int protocol);
    static Result<NetlinkSocket> open_netfilter();
    // Sends and waits for the acknowledgement. A kernel error becomes a Status whose reason is NotFound for ENOENT/ENODEV/ESRCH,
    // AlreadyExists for EEXIST, InternalError otherwise; what: for the message.
    Status request(NetlinkMessage& message, std::string_view what);
    // Sends a dump (or get) request; each answer's payload (after the netlink header) goes to item.
    Status dump(NetlinkMessage& message, std::string_view what, const std::function<void(uint16_t type, std::string_view payload)>& item);
    // Sends raw bytes that hold several messages (an nf_tables batch), one of which asks for an acknowledgement; the first error wins.
    Status batch(const std::vector<char>& bytes, uint32_t first_sequence, std::string_view what);
    uint32_t next_sequence() { return ++sequence_; }
    int fd() const { return fd_.get(); }

private:
    Status send(const std::vector<char>& bytes, std::string_view what);
    Result<std::string_view> receive(std::string_view what);
    Fd fd_;
    uint32_t sequence_ = 0;
    size_t send_bytes_max_ = 0;            // what the socket's send buffer was made for
    std::vector<char> buffer_;
};

}  // namespace skiff::agent::sys
