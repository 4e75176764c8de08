#include "agent/network/vxlan.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"

namespace skiff::agent::network {

namespace {

constexpr uint32_t kVni = 1;

struct PeerAddresses {
    sys::IpAddress node;
    sys::Cidr pods;
};

Result<PeerAddresses> parse_peer(const Peer& peer) {
    PeerAddresses parsed;
    parsed.node = TRY(sys::IpAddress::parse(peer.node_ip));
    parsed.pods = TRY(sys::Cidr::parse(peer.pod_cidr));
    return parsed;
}

Status add_peer(sys::Links& links, int index, const Peer& peer) {
    auto addresses = TRY(parse_peer(peer));
    auto mac = vxlan_mac(peer.node_ip);
    auto gateway = addresses.pods.network();
    TRY(links.replace_neighbour(index, gateway, mac));
    TRY(links.replace_forwarding(index, mac, addresses.node));
    return links.replace_route({.destination = addresses.pods, .gateway = gateway, .link = index});
}

Status remove_peer(sys::Links& links, int index, const Peer& peer) {
    auto addresses = TRY(parse_peer(peer));
    auto gateway = addresses.pods.network();
    TRY(links.remove_route({.destination = addresses.pods, .gateway = gateway, .link = index}));
    TRY(links.remove_forwarding(index, vxlan_mac(peer.node_ip), addresses.node));
    return links.remove_neighbour(index, gateway);
}

bool same(const Peer& a, const Peer& b) { return a.node_ip == b.node_ip && a.pod_cidr == b.pod_cidr; }

}  // namespace

std::string vxlan_mac(const std::string& node_ip) {
    auto digest = fnv1a64("skiff-vxlan " + node_ip);
    std::string mac = "02";
    for (int i = 0; i < 5; ++i) mac += fmt::format(":{:02x}", static_cast<unsigned>((digest >> (8 * i)) & 0xff));
    return mac;
}

Status ensure_vxlan(sys::Links& links, const PodNetwork::Options& options, int mtu) {
    const auto mac = vxlan_mac(options.node_ip);
    auto present = links.get(options.vxlan);
    // The local address cannot be changed in place: a device of another address is made anew.
    if (present.ok() && present->mac != mac) TRY(links.remove(options.vxlan));
    if (!present.ok() || present->mac != mac)
        TRY(links.add_vxlan(options.vxlan, kVni, options.vxlan_port, TRY(sys::IpAddress::parse(options.node_ip)), 0, mac, mtu));
    auto link = TRY(links.get(options.vxlan));
    auto pods = TRY(sys::Cidr::parse(options.pod_cidr));
    TRY(links.add_address(link.index, {pods.network(), 32}));
    return links.set_up(link.index);
}

Status apply_peers(sys::Links& links, const PodNetwork::Options& options, const std::vector<Peer>& previous, const std::vector<Peer>& wanted) {
    auto link = TRY(links.get(options.vxlan));
    auto has = [](const std::vector<Peer>& list, const Peer& peer) {
        return std::any_of(list.begin(), list.end(), [&](const Peer& p) { return same(p, peer); });
    };
    for (const auto& peer : previous)
        if (!has(wanted, peer)) TRY(remove_peer(links, link.index, peer));
    for (const auto& peer : wanted) TRY(add_peer(links, link.index, peer).context("node {}", peer.name));
    // Routes left over from before a restart.
    for (const auto& route : TRY(links.routes(AF_INET))) {
        if (route.link != link.index || !route.gateway || !route.destination) continue;
        bool known = std::any_of(wanted.begin(), wanted.end(), [&](const Peer& p) {
            auto cidr = sys::Cidr::parse(p.pod_cidr);
            return cidr.ok() && cidr->network() == route.destination->address;
        });
        if (!known) TRY(links.remove_route(route));
    }
    return {};
}

}  // namespace skiff::agent::network
