#include "agent/proxy/service_rules.h"

#include <algorithm>
#include <set>

#include "agent/sys/nft.h"
#include "base/strings.h"

namespace skiff::agent::proxy {

namespace {

uint8_t protocol_number(const std::string& name) {
    if (name == "UDP") return sys::kUdp;
    return name == "SCTP" ? sys::kSctp : sys::kTcp;
}

enum class Locality { Everywhere, ThisNode, Hinted };

// What an endpoint's hints say to this node.
enum class Hint { None, Elsewhere, Here };

struct Candidate {
    Endpoint endpoint;
    bool ready = false, serving = false, terminating = false, local = false;
    Hint node_hint = Hint::None, zone_hint = Hint::None;
};

Hint read_hint(const json::Value& names, const std::string& own) {
    if (names.size() == 0) return Hint::None;
    const auto& all = names.items();
    const bool here = !own.empty() && std::any_of(all.begin(), all.end(), [&](const json::Value& name) { return name["name"].as_string() == own; });
    return here ? Hint::Here : Hint::Elsewhere;
}

// Endpoints of one Service port, over all slices that carry a port of that name.
std::vector<Candidate> candidates(const std::vector<const json::Value*>& slices, const json::Value& service_port, const NodePlace& place) {
    std::vector<Candidate> all;
    for (const auto* slice : slices) {
        if ((*slice)["addressType"].as_string() != "IPv4") continue;
        for (const auto& port : (*slice)["ports"].items()) {
            if (port["name"].as_string() != service_port["name"].as_string()) continue;
            if (port["protocol"].as_string("TCP") != service_port["protocol"].as_string("TCP")) continue;
            for (const auto& item : (*slice)["endpoints"].items()) {
                const auto& conditions = item["conditions"];
                Candidate candidate;
                candidate.ready = conditions["ready"].as_bool(true);
                candidate.serving = conditions["serving"].as_bool(candidate.ready);
                candidate.terminating = conditions["terminating"].as_bool(false);
                candidate.local = item["nodeName"].as_string() == place.name;
                candidate.node_hint = read_hint(item["hints"]["forNodes"], place.name);
                candidate.zone_hint = read_hint(item["hints"]["forZones"], place.zone);
                for (const auto& address : item["addresses"].items()) {
                    candidate.endpoint = {address.as_string(), static_cast<uint16_t>(port["port"].as_int())};
                    all.push_back(candidate);
                }
            }
        }
    }
    return all;
}

// Hints count when every ready endpoint has one and some of them are for us; those for nodes before those for zones. Null: none count.
using HintOf = Hint Candidate::*;
HintOf hints_followed(const std::vector<Candidate>& all) {
    for (HintOf hint : {&Candidate::node_hint, &Candidate::zone_hint}) {
        bool everywhere = true, here = false;
        for (const auto& c : all) {
            if (!c.ready) continue;
            everywhere &= c.*hint != Hint::None;
            here |= c.*hint == Hint::Here;
        }
        if (everywhere && here) return hint;
    }
    return nullptr;
}

std::vector<Endpoint> choose(const std::vector<Candidate>& all, Locality locality) {
    std::vector<Endpoint> ready, leaving;
    const HintOf hint = locality == Locality::Hinted ? hints_followed(all) : nullptr;
    for (const auto& c : all) {
        if (locality == Locality::ThisNode && !c.local) continue;
        if (c.ready && hint && c.*hint != Hint::Here) continue;
        if (c.ready) ready.push_back(c.endpoint);
        else if (c.serving && c.terminating) leaving.push_back(c.endpoint);
    }
    auto& chosen = ready.empty() ? leaving : ready;
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return std::move(chosen);
}

bool is_ipv4(const std::string& ip) { return !ip.empty() && ip != "None" && ip.find(':') == std::string::npos; }

void add_external(std::vector<Frontend>& out, const json::Value& service, Frontend front) {
    const auto& spec = service["spec"];
    for (const auto& ip : spec["externalIPs"].items()) {
        if (!is_ipv4(ip.as_string())) continue;
        front.ip = ip.as_string();
        out.push_back(front);
    }
    for (const auto& range : spec["loadBalancerSourceRanges"].items())
        if (range.as_string().find(':') == std::string::npos) front.sources.push_back(std::string(trim(range.as_string())));
    std::sort(front.sources.begin(), front.sources.end());
    // Ranges of the other family alone let nobody in.
    if (front.sources.empty() && spec["loadBalancerSourceRanges"].size() > 0) front.sources.emplace_back("255.255.255.255/32");
    for (const auto& ingress : service["status"]["loadBalancer"]["ingress"].items()) {
        // ipMode Proxy: the load balancer keeps the address for itself (KEP-1860).
        if (!is_ipv4(ingress["ip"].as_string()) || ingress["ipMode"].as_string() == "Proxy") continue;
        front.ip = ingress["ip"].as_string();
        out.push_back(front);
    }
}

}  // namespace

std::vector<Frontend> service_frontends(const json::Value& service, const std::vector<const json::Value*>& slices, const NodePlace& place) {
    std::vector<Frontend> out;
    const auto& spec = service["spec"];
    const auto& type = spec["type"].as_string();
    if (type == "ExternalName") return out;
    const bool internal_local = spec["internalTrafficPolicy"].as_string() == "Local";
    const bool external_local = spec["externalTrafficPolicy"].as_string() == "Local";
    int64_t affinity_s = 0;
    if (spec["sessionAffinity"].as_string() == "ClientIP") affinity_s = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].as_int(10800);

    for (const auto& port : spec["ports"].items()) {
        auto all = candidates(slices, port, place);
        Frontend front;
        front.protocol = protocol_number(port["protocol"].as_string());
        front.port = static_cast<uint16_t>(port["port"].as_int());
        front.affinity_s = affinity_s;

        front.endpoints = choose(all, internal_local ? Locality::ThisNode : Locality::Hinted);
        front.masquerade = Masquerade::FromOutside;
        front.drop_when_empty = internal_local && !choose(all, Locality::Everywhere).empty();
        if (is_ipv4(spec["clusterIP"].as_string())) {
            front.ip = spec["clusterIP"].as_string();
            out.push_back(front);
        }

        front.endpoints = choose(all, external_local ? Locality::ThisNode : Locality::Hinted);
        front.masquerade = external_local ? Masquerade::Never : Masquerade::Always;
        front.drop_when_empty = external_local && !choose(all, Locality::Everywhere).empty();
        add_external(out, service, front);
        if (port["nodePort"].as_int() > 0) {
            front.ip.clear();
            front.port = static_cast<uint16_t>(port["nodePort"].as_int());
            out.push_back(front);
        }
    }
    return out;
}

uint16_t health_check_port(const json::Value& service) {
    const auto& spec = service["spec"];
    const bool asked = spec["type"].as_string() == "LoadBalancer" && spec["externalTrafficPolicy"].as_string() == "Local";
    return asked ? static_cast<uint16_t>(spec["healthCheckNodePort"].as_int()) : 0;
}

size_t local_ready(const std::vector<const json::Value*>& slices, const std::string& node) {
    std::set<std::string> addresses;
    for (const auto* slice : slices) {
        if ((*slice)["addressType"].as_string() != "IPv4") continue;
        for (const auto& item : (*slice)["endpoints"].items())
            if (item["nodeName"].as_string() == node && item["conditions"]["ready"].as_bool(true))
                for (const auto& address : item["addresses"].items()) addresses.insert(address.as_string());
    }
    return addresses.size();
}

}  // namespace skiff::agent::proxy
