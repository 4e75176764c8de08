#include "agent/network/rules.h"

#include <sys/socket.h>


namespace skiff::agent::network {

using sys::kReg0;
using sys::NftBatch;
using sys::NftKey;
using sys::NftRule;

namespace {

constexpr std::string_view kHairpin = "net-hairpin", kHostPorts = "net-host-ports";
constexpr uint32_t kSourceOffset = 12, kDestinationOffset = 16;   // in the IPv4 header
// Host ports win over Services on the same address (dstnat is -100).
constexpr int kBeforeServices = -101, kSourceNat = 100;

std::string_view wire(const sys::IpAddress& ip) { return {reinterpret_cast<const char*>(ip.bytes.data()), ip.size()}; }

uint8_t protocol_number(const std::string& name) {
    if (name == "UDP") return sys::kUdp;
    return name == "SCTP" ? sys::kSctp : sys::kTcp;
}

std::string host_port_key(const HostPort& port) {
    auto ip = sys::IpAddress::parse(port.host_ip.empty() ? "0.0.0.0" : port.host_ip);
    NftKey key;
    key.bytes(ip.ok() && ip->family == AF_INET ? wire(*ip) : std::string_view("\0\0\0\0", 4));
    return key.u8(protocol_number(port.protocol)).be16(port.host_port).text();
}

std::string mask_of(int prefix) {
    std::string mask(4, '\0');
    for (int i = 0; i < prefix; ++i) mask[static_cast<size_t>(i / 8)] |= static_cast<char>(0x80 >> (i % 8));
    return mask;
}

NftRule& match_cidr(NftRule& rule, uint32_t offset, NftRule::Compare how, const sys::Cidr& cidr) {
    rule.payload(NftRule::Base::Network, offset, 4, kReg0);
    if (cidr.prefix < 32) rule.mask(kReg0, mask_of(cidr.prefix), std::string(4, '\0'));
    auto network = cidr.network();
    return rule.compare(kReg0, how, wire(network));
}

// local destination, then address . protocol . port (with the address, and with 0.0.0.0) -> pod
void host_port_rules(NftBatch& batch, std::string_view chain) {
    for (bool any : {false, true}) {
        NftRule rule;
        const uint32_t local = sys::kRouteLocal;
        rule.family(sys::kFamilyIpv4).fib_local(kReg0).compare(kReg0, NftRule::Compare::Equal, std::string_view(reinterpret_cast<const char*>(&local), 4));
        if (any) rule.immediate(kReg0, std::string_view("\0\0\0\0", 4));
        else rule.payload(NftRule::Base::Network, kDestinationOffset, 4, kReg0);
        rule.meta(sys::kMetaL4Protocol, kReg0 + 1).payload(NftRule::Base::Transport, 2, 2, kReg0 + 2);
        rule.lookup_map(kHostPorts, kReg0, kReg0 + 3).destination_nat(sys::kFamilyIpv4, kReg0 + 3, kReg0 + 4);
        batch.add_rule(chain, rule);
    }
}

}  // namespace

void add_pod(NftBatch& batch, const PodRules& pod) {
    if (pod.address.family != AF_INET) return;
    batch.add_element(kHairpin, NftKey().bytes(wire(pod.address)).bytes(wire(pod.address)).text());
    for (const auto& port : pod.host_ports)
        batch.add_element(kHostPorts, host_port_key(port), NftKey().bytes(wire(pod.address)).be16(port.container_port).text());
}

void remove_pod(NftBatch& batch, const PodRules& pod) {
    if (pod.address.family != AF_INET) return;
    batch.remove_element(kHairpin, NftKey().bytes(wire(pod.address)).bytes(wire(pod.address)).text());
    for (const auto& port : pod.host_ports) batch.remove_element(kHostPorts, host_port_key(port));
}

void build_rules(NftBatch& batch, const sys::Cidr& cluster, const std::map<std::string, PodRules>& pods) {
    using sys::nft_concat;
    batch.add_table();
    batch.add_set({.name = std::string(kHairpin), .key_type = nft_concat(sys::kNftIpv4, sys::kNftIpv4), .key_size = 8});
    batch.add_set({.name = std::string(kHostPorts),
                   .key_type = nft_concat(nft_concat(sys::kNftIpv4, sys::kNftInetProto), sys::kNftInetService),
                   .key_size = 12,
                   .map = true,
                   .data_type = nft_concat(sys::kNftIpv4, sys::kNftInetService),
                   .data_size = 8});
    batch.flush_set(kHairpin);
    batch.flush_set(kHostPorts);
    batch.add_base_chain("net-prerouting", {.type = "nat", .hook = sys::kHookPrerouting, .priority = kBeforeServices});
    batch.add_base_chain("net-output", {.type = "nat", .hook = sys::kHookOutput, .priority = kBeforeServices});
    batch.add_base_chain("net-postrouting", {.type = "nat", .hook = sys::kHookPostrouting, .priority = kSourceNat});
    for (const char* chain : {"net-prerouting", "net-output", "net-postrouting"}) batch.flush_chain(chain);
    host_port_rules(batch, "net-prerouting");
    host_port_rules(batch, "net-output");

    // A pod that reaches itself through a Service must not see its own address as the source.
    NftRule hairpin;
    hairpin.family(sys::kFamilyIpv4).payload(NftRule::Base::Network, kSourceOffset, 4, kReg0);
    hairpin.payload(NftRule::Base::Network, kDestinationOffset, 4, kReg0 + 1).lookup(kHairpin, kReg0).masquerade();
    batch.add_rule("net-postrouting", hairpin.comment("pod to itself"));
    // Loopback sources cannot leave the host.
    NftRule loopback;
    loopback.family(sys::kFamilyIpv4);
    match_cidr(loopback, kSourceOffset, NftRule::Compare::Equal, {*sys::IpAddress::parse("127.0.0.0"), 8});
    match_cidr(loopback, kDestinationOffset, NftRule::Compare::Equal, cluster).masquerade();
    batch.add_rule("net-postrouting", loopback.comment("host port by localhost"));
    NftRule outside;
    outside.family(sys::kFamilyIpv4);
    match_cidr(outside, kSourceOffset, NftRule::Compare::Equal, cluster);
    match_cidr(outside, kDestinationOffset, NftRule::Compare::NotEqual, cluster);
    match_cidr(outside, kDestinationOffset, NftRule::Compare::NotEqual, {*sys::IpAddress::parse("224.0.0.0"), 4}).masquerade();
    batch.add_rule("net-postrouting", outside.comment("pods to the outside"));

    for (const auto& [uid, pod] : pods) add_pod(batch, pod);
}

void remove_rules(NftBatch& batch) {
    batch.add_table();
    batch.remove_table();
}

}  // namespace skiff::agent::network
