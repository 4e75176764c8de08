#include "agent/policy/policy_rules.h"

#include <sys/socket.h>

#include <map>

#include "agent/sys/ip.h"

namespace skiff::agent::policy {

using sys::kReg0;
using sys::NftBatch;
using sys::NftRule;

namespace {

constexpr uint32_t kSourceOffset = 12, kDestinationOffset = 16;   // IPv4 header
constexpr std::string_view kForward = "pol-forward", kIngress = "pol-ingress", kEgress = "pol-egress";
// A little before the Services' refusals, so that a forbidden packet is dropped silently.
constexpr int kPriority = -5;
constexpr uint32_t kEstablishedOrRelated = 2 | 4;                 // NF_CT_STATE_BIT of IP_CT_ESTABLISHED and IP_CT_RELATED

std::string wire(const sys::IpAddress& ip) { return {reinterpret_cast<const char*>(ip.bytes.data()), 4}; }

std::string wire(const std::string& text) {
    auto ip = sys::IpAddress::parse(text);
    return ip.ok() && ip->family == AF_INET ? wire(*ip) : std::string(4, '\0');
}

std::string_view raw(const uint32_t& value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

std::string be16(uint16_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

std::string mask_of(int prefix) {
    std::string mask(4, '\0');
    for (int i = 0; i < prefix; ++i) mask[static_cast<size_t>(i / 8)] |= static_cast<char>(0x80 >> (i % 8));
    return mask;
}

void match_cidr(NftRule& rule, uint32_t offset, NftRule::Compare how, const sys::Cidr& cidr) {
    rule.payload(NftRule::Base::Network, offset, 4, kReg0);
    rule.mask(kReg0, mask_of(cidr.prefix), std::string(4, '\0')).compare(kReg0, how, wire(cidr.network()));
}

void match_ports(NftRule& rule, const PortRange& ports) {
    rule.protocol(ports.protocol);
    if (!ports.from && !ports.to) return;
    rule.payload(NftRule::Base::Transport, 2, 2, kReg0);
    if (ports.from == ports.to) {
        rule.compare(kReg0, NftRule::Compare::Equal, be16(ports.from));
        return;
    }
    if (ports.from > 0) rule.compare(kReg0, NftRule::Compare::Greater, be16(static_cast<uint16_t>(ports.from - 1)));
    if (ports.to < 65535) rule.compare(kReg0, NftRule::Compare::Less, be16(static_cast<uint16_t>(ports.to + 1)));
}

class Builder {
public:
    explicit Builder(NftBatch& batch) : batch_(batch) {}

    void add_pod(const PodPolicy& pod) {
        if (pod.ingress_isolated) add_direction(pod, "pol-in-" + pod.address, kIngress, kSourceOffset, pod.ingress);
        if (pod.egress_isolated) add_direction(pod, "pol-out-" + pod.address, kEgress, kDestinationOffset, pod.egress);
    }

private:
    // peer_offset: where the other side's address stands in the packet.
    void add_direction(const PodPolicy& pod, const std::string& chain, std::string_view map, uint32_t peer_offset, const std::vector<Allow>& allowed) {
        batch_.add_chain(chain);
        // A pod reaches itself, through a Service too.
        NftRule self;
        self.payload(NftRule::Base::Network, peer_offset, 4, kReg0).compare(kReg0, NftRule::Compare::Equal, wire(pod.address));
        batch_.add_rule(chain, self.verdict(sys::NftVerdict::Return));
        for (const auto& allow : allowed) {
            if (allow.any_port) add_allow(chain, peer_offset, allow, nullptr);
            for (const auto& ports : allow.ports) add_allow(chain, peer_offset, allow, &ports);
        }
        batch_.add_rule(chain, NftRule().verdict(sys::NftVerdict::Drop));
        batch_.add_verdict(map, wire(pod.address), sys::NftVerdict::Jump, chain);
    }

    void add_allow(const std::string& chain, uint32_t peer_offset, const Allow& allow, const PortRange* ports) {
        auto rule = [&] {
            NftRule fresh;
            if (ports) match_ports(fresh, *ports);
            return fresh;
        };
        if (allow.any_peer) return batch_.add_rule(chain, rule().verdict(sys::NftVerdict::Return));
        if (!allow.addresses.empty()) {
            NftRule pods = rule();
            pods.payload(NftRule::Base::Network, peer_offset, 4, kReg0).lookup(set_of(allow.addresses), kReg0);
            batch_.add_rule(chain, pods.verdict(sys::NftVerdict::Return));
        }
        for (const auto& block : allow.blocks) {
            auto cidr = sys::Cidr::parse(block.cidr);
            if (!cidr.ok() || cidr->address.family != AF_INET) continue;
            NftRule range = rule();
            match_cidr(range, peer_offset, NftRule::Compare::Equal, *cidr);
            for (const auto& text : block.except)
                if (auto except = sys::Cidr::parse(text); except.ok() && except->address.family == AF_INET)
                    match_cidr(range, peer_offset, NftRule::Compare::NotEqual, *except);
            batch_.add_rule(chain, range.verdict(sys::NftVerdict::Return));
        }
    }

    // Rules with the same peers share a set.
    const std::string& set_of(const std::set<std::string>& addresses) {
        auto [it, fresh] = sets_.try_emplace(addresses, "pol-pods-" + std::to_string(sets_.size()));
        if (!fresh) return it->second;
        batch_.add_set({.name = it->second, .key_type = sys::kNftIpv4, .key_size = 4});
        for (const auto& address : addresses) batch_.add_element(it->second, wire(address));
        return it->second;
    }

    NftBatch& batch_;
    std::map<std::set<std::string>, std::string> sets_;
};

}  // namespace

NftBatch policy_batch(const std::string& table, const std::vector<PodPolicy>& pods) {
    NftBatch batch(sys::kFamilyInet, table);
    // Making it before removing it, because removing what is not there is an error. All of it is one step for the packets.
    batch.add_table();
    batch.remove_table();
    if (pods.empty()) return batch;
    batch.add_table();
    for (auto map : {kIngress, kEgress}) batch.add_set({.name = std::string(map), .key_type = sys::kNftIpv4, .key_size = 4, .map = true, .verdicts = true});
    batch.add_base_chain(kForward, {.type = "filter", .hook = sys::kHookForward, .priority = kPriority});
    NftRule answers;
    const uint32_t zero = 0;
    answers.ct(sys::kCtState, kReg0).mask(kReg0, raw(kEstablishedOrRelated), raw(zero)).compare(kReg0, NftRule::Compare::NotEqual, raw(zero));
    batch.add_rule(kForward, answers.verdict(sys::NftVerdict::Accept));
    NftRule egress, ingress;
    egress.family(sys::kFamilyIpv4).payload(NftRule::Base::Network, kSourceOffset, 4, kReg0).lookup_map(kEgress, kReg0, sys::kRegVerdict);
    ingress.family(sys::kFamilyIpv4).payload(NftRule::Base::Network, kDestinationOffset, 4, kReg0).lookup_map(kIngress, kReg0, sys::kRegVerdict);
    batch.add_rule(kForward, egress);
    batch.add_rule(kForward, ingress);
    Builder builder(batch);
    for (const auto& pod : pods) builder.add_pod(pod);
    return batch;
}

}  // namespace skiff::agent::policy
