#include "agent/proxy/ruleset.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace skiff::agent::proxy {

using sys::kReg0;
using sys::NftBatch;
using sys::NftKey;
using sys::NftRule;

namespace {

constexpr std::string_view kFrontends = Ruleset::kAddresses, kNodePorts = "svc-node-ports", kEndpoints = "svc-endpoints";
constexpr std::string_view kNone = "svc-none", kNoneNodePorts = "svc-none-node-ports";
constexpr uint32_t kSourceOffset = 12, kDestinationOffset = 16;   // IPv4 header
constexpr uint32_t kDestinationPortOffset = 2;
constexpr int kDestinationNat = -100, kSourceNat = 100, kFilter = 0;
// The bit that kube-proxy uses for the same purpose.
constexpr uint32_t kMasqueradeMark = 0x4000;
constexpr uint64_t kAffinityDefaultMs = 10'800'000;
constexpr uint32_t kAffinityElementsMax = 65'536;

std::string wire(const std::string& ip) {
    auto parsed = sys::IpAddress::parse(ip.empty() ? "0.0.0.0" : ip);
    if (!parsed.ok() || parsed->family != AF_INET) return std::string(4, '\0');
    return {reinterpret_cast<const char*>(parsed->bytes.data()), 4};
}

std::string_view raw(const uint32_t& value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

NftKey front_key(const Frontend& front) { return NftKey().bytes(wire(front.ip)).u8(front.protocol).be16(front.port); }
NftKey port_key(const Frontend& front) { return NftKey().u8(front.protocol).be16(front.port); }
std::string endpoint_data(const Endpoint& endpoint) { return NftKey().bytes(wire(endpoint.ip)).be16(endpoint.port).text(); }

// svc-<vip|port>-<endpoints>[-masq|-out][-aff<seconds>][-from<hash of ranges>]
std::string chain_name(const Frontend& front) {
    std::string name = front.ip.empty() ? "svc-port-" : "svc-vip-";
    name += std::to_string(front.endpoints.size());
    if (front.masquerade == Masquerade::Always) name += "-masq";
    if (front.masquerade == Masquerade::FromOutside) name += "-out";
    if (front.affinity_s) name += "-aff" + std::to_string(front.affinity_s);
    if (!front.sources.empty()) name += fmt::format("-from{:08x}", fnv1a32(join(front.sources, ",")));
    return name;
}

// (address, protocol, port) of the packet into three registers from reg on; node ports stand under 0.0.0.0.
NftRule& load_front(NftRule& rule, uint32_t reg, bool node_port) {
    if (node_port) rule.immediate(reg, std::string(4, '\0'));
    else rule.payload(NftRule::Base::Network, kDestinationOffset, 4, reg);
    return rule.meta(sys::kMetaL4Protocol, reg + 1).payload(NftRule::Base::Transport, kDestinationPortOffset, 2, reg + 2);
}

NftRule& set_mark(NftRule& rule) {
    const uint32_t keep = ~kMasqueradeMark;
    return rule.meta(sys::kMetaMark, kReg0).mask(kReg0, raw(keep), raw(kMasqueradeMark)).set_meta(sys::kMetaMark, kReg0);
}

NftRule& match_mark(NftRule& rule) {
    const uint32_t zero = 0;
    return rule.meta(sys::kMetaMark, kReg0).mask(kReg0, raw(kMasqueradeMark), raw(zero)).compare(kReg0, NftRule::Compare::NotEqual, raw(zero));
}

std::string mask_of(int prefix) {
    std::string mask(4, '\0');
    for (int i = 0; i < prefix; ++i) mask[static_cast<size_t>(i / 8)] |= static_cast<char>(0x80 >> (i % 8));
    return mask;
}

NftRule& local_destination(NftRule& rule) { return rule.fib_local(kReg0).compare(kReg0, NftRule::Compare::Equal, raw(sys::kRouteLocal)); }

void add_affinity_rules(NftBatch& batch, const std::string& chain, const Frontend& front) {
    const bool node_port = front.ip.empty();
    const auto timeout_ms = static_cast<uint64_t>(front.affinity_s) * 1000;
    NftRule known;
    known.payload(NftRule::Base::Network, kSourceOffset, 4, kReg0);
    load_front(known, kReg0 + 1, node_port).lookup_map(Ruleset::kAffinity, kReg0, kReg0 + 4);
    known.update_map(Ruleset::kAffinity, kReg0, kReg0 + 4, timeout_ms).destination_nat(sys::kFamilyIpv4, kReg0 + 4, kReg0 + 5);
    batch.add_rule(chain, known);
    NftRule first;
    load_front(first, kReg0, node_port).numgen_random(static_cast<uint32_t>(front.endpoints.size()), kReg0 + 3);
    first.lookup_map(kEndpoints, kReg0, kReg0 + 4).payload(NftRule::Base::Network, kSourceOffset, 4, kReg0 + 8);
    load_front(first, kReg0 + 9, node_port).update_map(Ruleset::kAffinity, kReg0 + 8, kReg0 + 4, timeout_ms);
    batch.add_rule(chain, first.destination_nat(sys::kFamilyIpv4, kReg0 + 4, kReg0 + 5));
}

// Others than these sources end here: one rule that fits none of the ranges.
void add_source_rule(NftBatch& batch, const std::string& chain, const std::vector<std::string>& sources) {
    NftRule others;
    for (const auto& text : sources) {
        auto range = sys::Cidr::parse(text);
        if (!range.ok() || range->address.family != AF_INET) continue;
        auto network = range->network();
        others.payload(NftRule::Base::Network, kSourceOffset, 4, kReg0);
        if (range->prefix < 32) others.mask(kReg0, mask_of(range->prefix), std::string(4, '\0'));
        others.compare(kReg0, NftRule::Compare::NotEqual, {reinterpret_cast<const char*>(network.bytes.data()), 4});
    }
    batch.add_rule(chain, others.verdict(sys::NftVerdict::Drop));
}

// TCP is reset, the rest gets ICMP port unreachable.
void add_refusal(NftBatch& batch, std::string_view chain) {
    for (bool node_port : {false, true}) {
        for (bool tcp : {true, false}) {
            NftRule rule;
            rule.family(sys::kFamilyIpv4);
            if (tcp) rule.protocol(sys::kTcp);
            if (node_port) {
                local_destination(rule);
                rule.meta(sys::kMetaL4Protocol, kReg0).payload(NftRule::Base::Transport, kDestinationPortOffset, 2, kReg0 + 1).lookup(kNoneNodePorts, kReg0);
            } else {
                load_front(rule, kReg0, false).lookup(kNone, kReg0);
            }
            batch.add_rule(chain, tcp ? rule.reject_tcp_reset() : rule.reject());
        }
    }
}

}  // namespace

void Ruleset::add_structure(NftBatch& batch) {
    using sys::nft_concat;
    const uint32_t port = nft_concat(sys::kNftInetProto, sys::kNftInetService);
    const uint32_t front = nft_concat(nft_concat(sys::kNftIpv4, sys::kNftInetProto), sys::kNftInetService);
    const uint32_t endpoint = nft_concat(sys::kNftIpv4, sys::kNftInetService);
    const uint32_t affinity = nft_concat(nft_concat(nft_concat(sys::kNftIpv4, sys::kNftIpv4), sys::kNftInetProto), sys::kNftInetService);
    batch.add_table();
    batch.add_set({.name = std::string(kFrontends), .key_type = front, .key_size = 12, .map = true, .verdicts = true});
    batch.add_set({.name = std::string(kNodePorts), .key_type = port, .key_size = 8, .map = true, .verdicts = true});
    batch.add_set({.name = std::string(kEndpoints), .key_type = nft_concat(front, sys::kNftMark), .key_size = 16, .map = true, .data_type = endpoint, .data_size = 8});
    batch.add_set({.name = std::string(kAffinity), .key_type = affinity, .key_size = 16, .map = true, .data_type = endpoint, .data_size = 8,
                   .dynamic = true, .timeout_ms = kAffinityDefaultMs, .size = kAffinityElementsMax});
    batch.add_set({.name = std::string(kNone), .key_type = front, .key_size = 12});
    batch.add_set({.name = std::string(kNoneNodePorts), .key_type = port, .key_size = 8});
    for (auto set : {kFrontends, kNodePorts, kEndpoints, kNone, kNoneNodePorts}) batch.flush_set(set);

    batch.add_chain("svc-dispatch");
    batch.add_base_chain("svc-prerouting", {.type = "nat", .hook = sys::kHookPrerouting, .priority = kDestinationNat});
    batch.add_base_chain("svc-output", {.type = "nat", .hook = sys::kHookOutput, .priority = kDestinationNat});
    batch.add_base_chain("svc-postrouting", {.type = "nat", .hook = sys::kHookPostrouting, .priority = kSourceNat - 1});
    batch.add_base_chain("svc-input", {.type = "filter", .hook = sys::kHookInput, .priority = kFilter});
    batch.add_base_chain("svc-forward", {.type = "filter", .hook = sys::kHookForward, .priority = kFilter});
    batch.add_base_chain("svc-local", {.type = "filter", .hook = sys::kHookOutput, .priority = kFilter});
    for (const char* chain : {"svc-dispatch", "svc-prerouting", "svc-output", "svc-postrouting", "svc-input", "svc-forward", "svc-local"})
        batch.flush_chain(chain);

    NftRule vip;
    load_front(vip.family(sys::kFamilyIpv4), kReg0, false).lookup_map(kFrontends, kReg0, sys::kRegVerdict);
    batch.add_rule("svc-dispatch", vip);
    NftRule node_port;
    local_destination(node_port.family(sys::kFamilyIpv4)).meta(sys::kMetaL4Protocol, kReg0);
    node_port.payload(NftRule::Base::Transport, kDestinationPortOffset, 2, kReg0 + 1).lookup_map(kNodePorts, kReg0, sys::kRegVerdict);
    batch.add_rule("svc-dispatch", node_port);
    for (const char* chain : {"svc-prerouting", "svc-output"}) batch.add_rule(chain, NftRule().verdict(sys::NftVerdict::Jump, "svc-dispatch"));
    NftRule masquerade;
    batch.add_rule("svc-postrouting", match_mark(masquerade).masquerade());
    for (const char* chain : {"svc-input", "svc-forward", "svc-local"}) add_refusal(batch, chain);
}

void Ruleset::need_chain(NftBatch& batch, const Frontend& front) {
    auto chain = chain_name(front);
    if (!chains_.insert(chain).second) return;
    batch.add_chain(chain);
    batch.flush_chain(chain);
    if (!front.sources.empty()) add_source_rule(batch, chain, front.sources);
    if (front.masquerade == Masquerade::Always) {
        NftRule rule;
        batch.add_rule(chain, set_mark(rule));
    }
    if (front.masquerade == Masquerade::FromOutside) {
        NftRule rule;
        auto network = cluster_.network();
        rule.payload(NftRule::Base::Network, kSourceOffset, 4, kReg0);
        if (cluster_.prefix < 32) rule.mask(kReg0, mask_of(cluster_.prefix), std::string(4, '\0'));
        rule.compare(kReg0, NftRule::Compare::NotEqual, {reinterpret_cast<const char*>(network.bytes.data()), 4});
        batch.add_rule(chain, set_mark(rule));
    }
    if (front.affinity_s) return add_affinity_rules(batch, chain, front);
    NftRule choose;
    load_front(choose, kReg0, front.ip.empty()).numgen_random(static_cast<uint32_t>(front.endpoints.size()), kReg0 + 3);
    batch.add_rule(chain, choose.lookup_map(kEndpoints, kReg0, kReg0 + 4).destination_nat(sys::kFamilyIpv4, kReg0 + 4, kReg0 + 5));
}

void Ruleset::add_frontend(NftBatch& batch, const Frontend& front) {
    const bool node_port = front.ip.empty();
    if (front.endpoints.empty()) {
        if (front.drop_when_empty) return;
        if (node_port) batch.add_element(kNoneNodePorts, port_key(front).text());
        else batch.add_element(kNone, front_key(front).text());
        return;
    }
    need_chain(batch, front);
    for (uint32_t i = 0; i < front.endpoints.size(); ++i)
        batch.add_element(kEndpoints, front_key(front).host32(i).text(), endpoint_data(front.endpoints[i]));
    if (node_port) batch.add_verdict(kNodePorts, port_key(front).text(), sys::NftVerdict::Goto, chain_name(front));
    else batch.add_verdict(kFrontends, front_key(front).text(), sys::NftVerdict::Goto, chain_name(front));
}

void Ruleset::remove_frontend(NftBatch& batch, const Frontend& front) {
    const bool node_port = front.ip.empty();
    if (front.endpoints.empty()) {
        if (front.drop_when_empty) return;
        if (node_port) batch.remove_element(kNoneNodePorts, port_key(front).text());
        else batch.remove_element(kNone, front_key(front).text());
        return;
    }
    if (node_port) batch.remove_element(kNodePorts, port_key(front).text());
    else batch.remove_element(kFrontends, front_key(front).text());
    for (uint32_t i = 0; i < front.endpoints.size(); ++i) batch.remove_element(kEndpoints, front_key(front).host32(i).text());
}

NftBatch Ruleset::rebuild() {
    NftBatch batch(sys::kFamilyInet, table_);
    chains_.clear();
    add_structure(batch);
    for (const auto& [service, frontends] : services_)
        for (const auto& front : frontends) add_frontend(batch, front);
    return batch;
}

void Ruleset::change(NftBatch& batch, const std::string& service, std::vector<Frontend> frontends) {
    replace(batch, service, std::move(frontends));
    // What it let go may be what another one waits for.
    const auto waiting = waiting_;
    for (const auto& [other, wanted] : waiting)
        if (other != service) replace(batch, other, wanted);
}

void Ruleset::replace(NftBatch& batch, const std::string& service, std::vector<Frontend> frontends) {
    auto& current = services_[service];
    for (const auto& front : current) owners_.erase(front_key(front).text());
    auto wanted = frontends;
    std::erase_if(frontends, [&](const Frontend& front) { return !owners_.try_emplace(front_key(front).text(), service).second; });
    if (frontends.size() < wanted.size()) waiting_[service] = std::move(wanted);
    else waiting_.erase(service);
    auto has = [](const std::vector<Frontend>& list, const Frontend& front) { return std::find(list.begin(), list.end(), front) != list.end(); };
    for (const auto& front : current)
        if (!has(frontends, front)) remove_frontend(batch, front);
    for (const auto& front : frontends)
        if (!has(current, front)) add_frontend(batch, front);
    current = std::move(frontends);
    if (current.empty()) services_.erase(service);
}

bool Ruleset::affinity_is_stale(std::string_view key, std::string_view data) const {
    for (const auto& [service, frontends] : services_) {
        for (const auto& front : frontends) {
            if (!front.affinity_s || key.substr(4) != front_key(front).text()) continue;
            return std::none_of(front.endpoints.begin(), front.endpoints.end(), [&](const Endpoint& e) { return endpoint_data(e) == data; });
        }
    }
    return true;
}

bool Ruleset::flow_is_stale(const std::set<std::string>& services, const sys::Flow& flow) const {
    for (const auto& key : services) {
        auto service = services_.find(key);
        if (service == services_.end()) continue;
        for (const auto& front : service->second) {
            if (front.protocol != sys::kUdp || front.port != flow.destination_port) continue;
            // A node port is met on any address; what was not translated there may be another program's.
            const bool here = front.ip.empty() ? flow.answers_from != flow.destination : wire(front.ip) == flow.destination;
            if (!here) continue;
            return std::none_of(front.endpoints.begin(), front.endpoints.end(),
                                [&](const Endpoint& e) { return wire(e.ip) == flow.answers_from && e.port == flow.answers_from_port; });
        }
    }
    return false;
}

size_t Ruleset::address_count() const {
    size_t count = 0;
    for (const auto& [service, frontends] : services_)
        count += static_cast<size_t>(std::count_if(frontends.begin(), frontends.end(), [](const Frontend& f) { return !f.ip.empty() && !f.endpoints.empty(); }));
    return count;
}

}  // namespace skiff::agent::proxy
