// Links: interfaces, addresses, routes and neighbours of one network namespace through rtnetlink (rtnetlink(7)).
// One thread at a time. Adding what is there already is no error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/sys/ip.h"
#include "agent/sys/netlink_socket.h"
#include "base/status.h"

namespace skiff::agent::sys {

struct Link {
    int index = 0;
    std::string name, kind, mac;          // kind: bridge, veth, vxlan, ""; mac aa:bb:...
    int mtu = 0, master = 0;
    bool up = false;
};

struct Route {
    std::optional<Cidr> destination;      // nothing: the default route
    std::optional<IpAddress> gateway, preferred_source;
    int link = 0;
    uint8_t protocol = 0;                 // RTPROT_
    uint32_t metric = 0;
    uint8_t table = 0;                    // RT_TABLE_; 0: main. routes() does not tell it.
};

class Links {
public:
    static Result<Links> open();                                    // of the calling thread's namespace
    static Result<Links> open_in(const std::string& netns_path);

    Result<Link> get(const std::string& name);                       // NotFound
    Result<std::vector<Link>> list();
    Status add_bridge(const std::string& name, int mtu);
    // A veth pair: `name` here, `peer` in the namespace behind peer_ns_fd.
    Status add_veth(const std::string& name, const std::string& peer, int peer_ns_fd, int mtu, const std::string& peer_mac = {});
    Status add_vxlan(const std::string& name, uint32_t vni, uint16_t port, const IpAddress& local, int device, const std::string& mac, int mtu);
    Status remove(const std::string& name);                          // a missing one is no error
    Status set_up(int index);
    Status set_master(int index, int master);
    Status set_mtu(int index, int mtu);
    Status set_hairpin(int index);                                   // bridge port: may send back where it came from
    Status add_address(int index, const Cidr& address);
    Status remove_address(int index, const Cidr& address);           // one that is gone is no error
    Result<std::vector<Cidr>> addresses(int index);
    Status replace_route(const Route& route);
    Status remove_route(const Route& route);
    Result<std::vector<Route>> routes(int family);
    // Permanent neighbour entry (ARP) and bridge forwarding entry (VXLAN: mac is behind the node `remote`).
    Status replace_neighbour(int index, const IpAddress& ip, const std::string& mac);
    Status remove_neighbour(int index, const IpAddress& ip);
    Status replace_forwarding(int index, const std::string& mac, const IpAddress& remote);
    Status remove_forwarding(int index, const std::string& mac, const IpAddress& remote);

private:
    explicit Links(NetlinkSocket socket) : socket_(std::move(socket)) {}
    NetlinkSocket socket_;
};

}  // namespace skiff::agent::sys
