#include "agent/sys/links.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include "agent/sys/netns.h"
#include "base/strings.h"

namespace skiff::agent::sys {

namespace {

constexpr uint16_t kCreate = NLM_F_CREATE | NLM_F_EXCL;
constexpr uint16_t kReplace = NLM_F_CREATE | NLM_F_REPLACE;

std::string mac_bytes(const std::string& text) {
    std::string bytes;
    for (const auto& part : split(text, ':')) bytes += static_cast<char>(std::strtoul(part.c_str(), nullptr, 16));
    return bytes;
}

std::string mac_text(std::string_view bytes) {
    std::string text;
    for (unsigned char c : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned>(c));
    return text;
}

// What exists already is what was wanted.
Status tolerate(Status status, Reason reason) { return status.ok() || status.reason() == reason ? Status() : status; }

std::string_view payload_after(std::string_view payload, size_t size) {
    size = NLMSG_ALIGN(size);
    return payload.size() > size ? payload.substr(size) : std::string_view();
}

Link parse_link(std::string_view payload) {
    ifinfomsg info{};
    std::memcpy(&info, payload.data(), sizeof info);
    Link link;
    link.index = info.ifi_index;
    link.up = info.ifi_flags & IFF_UP;
    for (const auto& a : parse_attributes(payload_after(payload, sizeof info))) {
        if (a.type == IFLA_IFNAME) link.name = a.text();
        if (a.type == IFLA_MTU) link.mtu = static_cast<int>(a.u32());
        if (a.type == IFLA_MASTER) link.master = static_cast<int>(a.u32());
        if (a.type == IFLA_ADDRESS) link.mac = mac_text(a.data);
        if (a.type == IFLA_LINKINFO)
            for (const auto& b : parse_attributes(a.data))
                if (b.type == IFLA_INFO_KIND) link.kind = b.text();
    }
    return link;
}

IpAddress ip_from(int family, std::string_view data) {
    IpAddress ip;
    ip.family = family;
    std::memcpy(ip.bytes.data(), data.data(), std::min(data.size(), ip.size()));
    return ip;
}

NetlinkMessage link_message(uint16_t type, uint16_t flags, int index) {
    NetlinkMessage message(type, flags);
    message.append<ifinfomsg>().ifi_index = index;
    return message;
}

NetlinkMessage neighbour_message(uint16_t type, uint16_t flags, int index, int family, uint8_t entry_flags) {
    NetlinkMessage message(type, flags);
    auto& neighbour = message.append<ndmsg>();
    neighbour.ndm_family = static_cast<uint8_t>(family);
    neighbour.ndm_ifindex = index;
    neighbour.ndm_state = NUD_PERMANENT;
    neighbour.ndm_flags = entry_flags;
    return message;
}

NetlinkMessage route_message(uint16_t type, uint16_t flags, const Route& route) {
    NetlinkMessage message(type, flags);
    auto& header = message.append<rtmsg>();
    header.rtm_family = static_cast<uint8_t>(route.destination ? route.destination->address.family : route.gateway ? route.gateway->family : AF_INET);
    header.rtm_dst_len = static_cast<uint8_t>(route.destination ? route.destination->prefix : 0);
    header.rtm_table = route.table ? route.table : RT_TABLE_MAIN;
    header.rtm_protocol = route.protocol ? route.protocol : RTPROT_STATIC;
    header.rtm_scope = route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    header.rtm_type = RTN_UNICAST;
    // A gateway behind the VXLAN device is no neighbour by address.
    if (route.gateway && route.link) header.rtm_flags = RTNH_F_ONLINK;
    if (route.destination) message.attribute(RTA_DST, route.destination->network().bytes.data(), route.destination->address.size());
    if (route.gateway) message.attribute(RTA_GATEWAY, route.gateway->bytes.data(), route.gateway->size());
    if (route.preferred_source) message.attribute(RTA_PREFSRC, route.preferred_source->bytes.data(), route.preferred_source->size());
    if (route.link) message.u32(RTA_OIF, static_cast<uint32_t>(route.link));
    if (route.metric) message.u32(RTA_PRIORITY, route.metric);
    return message;
}

}  // namespace

Result<Links> Links::open() { return Links(TRY(NetlinkSocket::open(NETLINK_ROUTE))); }

Result<Links> Links::open_in(const std::string& netns_path) {
    std::optional<Links> links;
    TRY(with_netns(netns_path, [&]() -> Status {
        links.emplace(TRY(open()));
        return {};
    }));
    return std::move(*links);
}

Result<Link> Links::get(const std::string& name) {
    auto message = link_message(RTM_GETLINK, 0, 0);
    message.text(IFLA_IFNAME, name);
    Link link;
    TRY(socket_.dump(message, "look up interface " + name, [&](uint16_t, std::string_view payload) {
        if (payload.size() >= sizeof(ifinfomsg)) link = parse_link(payload);
    }));
    if (!link.index) return error(Reason::NotFound, "no interface {}", name);
    return link;
}

Result<std::vector<Link>> Links::list() {
    auto message = link_message(RTM_GETLINK, NLM_F_DUMP, 0);
    std::vector<Link> links;
    TRY(socket_.dump(message, "list interfaces", [&](uint16_t, std::string_view payload) {
        if (payload.size() >= sizeof(ifinfomsg)) links.push_back(parse_link(payload));
    }));
    return links;
}

Status Links::add_bridge(const std::string& name, int mtu) {
    auto message = link_message(RTM_NEWLINK, kCreate, 0);
    message.text(IFLA_IFNAME, name);
    if (mtu) message.u32(IFLA_MTU, static_cast<uint32_t>(mtu));
    auto info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "bridge", 6);
    message.end(info);
    return tolerate(socket_.request(message, "add bridge " + name), Reason::AlreadyExists);
}

Status Links::add_veth(const std::string& name, const std::string& peer, int peer_ns_fd, int mtu, const std::string& peer_mac) {
    auto message = link_message(RTM_NEWLINK, kCreate, 0);
    message.text(IFLA_IFNAME, name);
    if (mtu) message.u32(IFLA_MTU, static_cast<uint32_t>(mtu));
    auto info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "veth", 4);
    auto data = message.begin(IFLA_INFO_DATA);
    auto other = message.begin(VETH_INFO_PEER);
    message.append<ifinfomsg>();
    message.text(IFLA_IFNAME, peer);
    if (mtu) message.u32(IFLA_MTU, static_cast<uint32_t>(mtu));
    if (!peer_mac.empty()) {
        auto bytes = mac_bytes(peer_mac);
        message.attribute(IFLA_ADDRESS, bytes.data(), bytes.size());
    }
    message.u32(IFLA_NET_NS_FD, static_cast<uint32_t>(peer_ns_fd));
    message.end(other);
    message.end(data);
    message.end(info);
    return socket_.request(message, "add veth " + name);
}

Status Links::add_vxlan(const std::string& name, uint32_t vni, uint16_t port, const IpAddress& local, int device, const std::string& mac, int mtu) {
    auto message = link_message(RTM_NEWLINK, kCreate, 0);
    message.text(IFLA_IFNAME, name);
    if (mtu) message.u32(IFLA_MTU, static_cast<uint32_t>(mtu));
    auto bytes = mac_bytes(mac);
    message.attribute(IFLA_ADDRESS, bytes.data(), bytes.size());
    auto info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "vxlan", 5);
    auto data = message.begin(IFLA_INFO_DATA);
    message.u32(IFLA_VXLAN_ID, vni);
    message.attribute(local.family == AF_INET ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, local.bytes.data(), local.size());
    if (device) message.u32(IFLA_VXLAN_LINK, static_cast<uint32_t>(device));
    message.u16(IFLA_VXLAN_PORT, __builtin_bswap16(port));
    message.u8(IFLA_VXLAN_LEARNING, 0);
    message.end(data);
    message.end(info);
    return socket_.request(message, "add vxlan " + name);
}

Status Links::remove(const std::string& name) {
    auto message = link_message(RTM_DELLINK, 0, 0);
    message.text(IFLA_IFNAME, name);
    return tolerate(socket_.request(message, "remove interface " + name), Reason::NotFound);
}

Status Links::set_up(int index) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    auto& info = message.append<ifinfomsg>();
    info.ifi_index = index;
    info.ifi_flags = IFF_UP;
    info.ifi_change = IFF_UP;
    return socket_.request(message, "bring interface up");
}

Status Links::set_master(int index, int master) {
    auto message = link_message(RTM_NEWLINK, 0, index);
    message.u32(IFLA_MASTER, static_cast<uint32_t>(master));
    return socket_.request(message, "attach interface to bridge");
}

Status Links::set_mtu(int index, int mtu) {
    auto message = link_message(RTM_NEWLINK, 0, index);
    message.u32(IFLA_MTU, static_cast<uint32_t>(mtu));
    return socket_.request(message, "set MTU");
}

Status Links::set_hairpin(int index) {
    NetlinkMessage message(RTM_SETLINK, 0);
    auto& info = message.append<ifinfomsg>();
    info.ifi_family = AF_BRIDGE;
    info.ifi_index = index;
    auto port = message.begin(IFLA_PROTINFO | NLA_F_NESTED);
    message.u8(IFLA_BRPORT_MODE, 1);
    message.end(port);
    return socket_.request(message, "set hairpin mode");
}

namespace {

NetlinkMessage address_message(uint16_t type, uint16_t flags, int index, const Cidr& address) {
    NetlinkMessage message(type, flags);
    auto& header = message.append<ifaddrmsg>();
    header.ifa_family = static_cast<uint8_t>(address.address.family);
    header.ifa_prefixlen = static_cast<uint8_t>(address.prefix);
    header.ifa_index = static_cast<uint32_t>(index);
    message.attribute(IFA_LOCAL, address.address.bytes.data(), address.address.size());
    message.attribute(IFA_ADDRESS, address.address.bytes.data(), address.address.size());
    return message;
}

}  // namespace

Status Links::add_address(int index, const Cidr& address) {
    auto message = address_message(RTM_NEWADDR, kReplace, index, address);
    return tolerate(socket_.request(message, "add address " + address.text()), Reason::AlreadyExists);
}

Status Links::remove_address(int index, const Cidr& address) {
    auto message = address_message(RTM_DELADDR, 0, index, address);
    return tolerate(socket_.request(message, "remove address " + address.text()), Reason::NotFound);
}

Result<std::vector<Cidr>> Links::addresses(int index) {
    NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP);
    message.append<ifaddrmsg>();
    std::vector<Cidr> found;
    TRY(socket_.dump(message, "list addresses", [&](uint16_t, std::string_view payload) {
        ifaddrmsg header{};
        if (payload.size() < sizeof header) return;
        std::memcpy(&header, payload.data(), sizeof header);
        if (static_cast<int>(header.ifa_index) != index) return;
        const uint16_t wanted = header.ifa_family == AF_INET ? IFA_LOCAL : IFA_ADDRESS;
        for (const auto& a : parse_attributes(payload_after(payload, sizeof header)))
            if (a.type == wanted) found.push_back({ip_from(header.ifa_family, a.data), header.ifa_prefixlen});
    }));
    return found;
}

Status Links::replace_route(const Route& route) {
    auto message = route_message(RTM_NEWROUTE, kReplace, route);
    return socket_.request(message, "set route to " + (route.destination ? route.destination->text() : "default"));
}

Status Links::remove_route(const Route& route) {
    auto message = route_message(RTM_DELROUTE, 0, route);
    return tolerate(socket_.request(message, "remove route to " + (route.destination ? route.destination->text() : "default")), Reason::NotFound);
}

Result<std::vector<Route>> Links::routes(int family) {
    NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP);
    message.append<rtmsg>().rtm_family = static_cast<uint8_t>(family);
    std::vector<Route> found;
    TRY(socket_.dump(message, "list routes", [&](uint16_t, std::string_view payload) {
        rtmsg header{};
        if (payload.size() < sizeof header) return;
        std::memcpy(&header, payload.data(), sizeof header);
        if (header.rtm_table != RT_TABLE_MAIN || header.rtm_type != RTN_UNICAST) return;
        Route route;
        route.protocol = header.rtm_protocol;
        for (const auto& a : parse_attributes(payload_after(payload, sizeof header))) {
            if (a.type == RTA_DST) route.destination = Cidr{ip_from(header.rtm_family, a.data), header.rtm_dst_len};
            if (a.type == RTA_GATEWAY) route.gateway = ip_from(header.rtm_family, a.data);
            if (a.type == RTA_PREFSRC) route.preferred_source = ip_from(header.rtm_family, a.data);
            if (a.type == RTA_OIF) route.link = static_cast<int>(a.u32());
            if (a.type == RTA_PRIORITY) route.metric = a.u32();
        }
        found.push_back(route);
    }));
    return found;
}

Status Links::replace_neighbour(int index, const IpAddress& ip, const std::string& mac) {
    auto message = neighbour_message(RTM_NEWNEIGH, kReplace, index, ip.family, 0);
    message.attribute(NDA_DST, ip.bytes.data(), ip.size());
    auto bytes = mac_bytes(mac);
    message.attribute(NDA_LLADDR, bytes.data(), bytes.size());
    return socket_.request(message, "set neighbour " + ip.text());
}

Status Links::remove_neighbour(int index, const IpAddress& ip) {
    auto message = neighbour_message(RTM_DELNEIGH, 0, index, ip.family, 0);
    message.attribute(NDA_DST, ip.bytes.data(), ip.size());
    return tolerate(socket_.request(message, "remove neighbour " + ip.text()), Reason::NotFound);
}

Status Links::replace_forwarding(int index, const std::string& mac, const IpAddress& remote) {
    auto message = neighbour_message(RTM_NEWNEIGH, kReplace, index, AF_BRIDGE, NTF_SELF);
    auto bytes = mac_bytes(mac);
    message.attribute(NDA_LLADDR, bytes.data(), bytes.size());
    message.attribute(NDA_DST, remote.bytes.data(), remote.size());
    return socket_.request(message, "set forwarding entry " + mac);
}

Status Links::remove_forwarding(int index, const std::string& mac, const IpAddress& remote) {
    auto message = neighbour_message(RTM_DELNEIGH, 0, index, AF_BRIDGE, NTF_SELF);
    auto bytes = mac_bytes(mac);
    message.attribute(NDA_LLADDR, bytes.data(), bytes.size());
    message.attribute(NDA_DST, remote.bytes.data(), remote.size());
    return tolerate(socket_.request(message, "remove forwarding entry " + mac), Reason::NotFound);
}

}  // namespace skiff::agent::sys
