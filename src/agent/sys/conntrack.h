// The kernel's table of UDP connections (ctnetlink): which there are, and removal of one. A connection that was translated to an endpoint
// goes on there as long as packets come; only its removal lets the rules decide anew. One thread at a time, IPv4.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "agent/sys/netlink_socket.h"
#include "base/status.h"

namespace skiff::agent::sys {

struct Flow {
    std::string source, destination;               // as the client sent it: four bytes in network order
    uint16_t source_port = 0, destination_port = 0;
    std::string answers_from;                      // who answers: the endpoint, or destination when nothing was translated
    uint16_t answers_from_port = 0;
    uint16_t zone = 0;
};

Status each_udp_flow(NetlinkSocket& netfilter, const std::function<void(const Flow&)>& flow);
// One that has gone meanwhile is no error.
Status remove_udp_flow(NetlinkSocket& netfilter, const Flow& flow);

}  // namespace skiff::agent::sys
