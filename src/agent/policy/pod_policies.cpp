#include "agent/policy/pod_policies.h"

#include <algorithm>
#include <map>

#include "agent/sys/nft.h"
#include "api/selector.h"

namespace skiff::agent::policy {

namespace {

using Pods = std::vector<const PodFacts*>;

uint8_t protocol_number(const std::string& name) {
    if (name == "UDP") return sys::kUdp;
    return name == "SCTP" ? sys::kSctp : sys::kTcp;
}

// A selector that cannot be read selects nothing.
api::LabelSelector selector_of(const json::Value& selector) {
    auto parsed = api::LabelSelector::from_object(selector);
    return parsed.ok() ? std::move(*parsed) : api::LabelSelector::nothing();
}

class Policies {
public:
    Policies(const Pods& pods, const std::vector<NamespaceFacts>& namespaces) : pods_(pods), namespaces_(namespaces) {}

    // target: whose named ports are meant (ingress), null for egress, where the peers' are.
    void add_rule(const json::Value& rule, const char* peers, const std::string& ns, const PodFacts* target, std::vector<Allow>& out) const {
        Allow allow;
        Pods chosen;
        allow.any_peer = rule[peers].size() == 0;
        for (const auto& peer : rule[peers].items()) add_peer(peer, ns, allow, chosen);
        if (allow.any_peer) chosen = pods_;
        if (!allow.any_peer)
            for (const auto* pod : chosen) allow.addresses.insert(pod->ip);
        allow.any_port = rule["ports"].size() == 0;
        std::vector<Allow> by_name;
        for (const auto& port : rule["ports"].items()) {
            const uint8_t protocol = protocol_number(port["protocol"].as_string("TCP"));
            if (port["port"].is_string()) {
                if (target) add_target_port(*target, port["port"].as_string(), protocol, allow);
                else add_peer_ports(chosen, port["port"].as_string(), protocol, by_name);
                continue;
            }
            const auto from = static_cast<uint16_t>(port["port"].as_int());
            const auto to = port["endPort"].as_int() > 0 ? static_cast<uint16_t>(port["endPort"].as_int()) : from;
            allow.ports.push_back({protocol, from, to});
        }
        const bool has_peer = allow.any_peer || !allow.addresses.empty() || !allow.blocks.empty();
        if (has_peer && (allow.any_port || !allow.ports.empty())) out.push_back(std::move(allow));
        for (auto& named : by_name) out.push_back(std::move(named));
    }

private:
    void add_peer(const json::Value& peer, const std::string& ns, Allow& allow, Pods& chosen) const {
        if (peer["ipBlock"].is_object()) {
            Block block{peer["ipBlock"]["cidr"].as_string(), {}};
            for (const auto& except : peer["ipBlock"]["except"].items()) block.except.push_back(except.as_string());
            allow.blocks.push_back(std::move(block));
            return;
        }
        const bool everywhere = peer["namespaceSelector"].is_object();
        std::set<std::string> in;
        if (everywhere) {
            const auto wanted = selector_of(peer["namespaceSelector"]);
            for (const auto& space : namespaces_)
                if (wanted.matches(space.labels)) in.insert(space.name);
        } else {
            in.insert(ns);
        }
        const bool every_pod = !peer["podSelector"].is_object();
        const auto wanted = every_pod ? api::LabelSelector() : selector_of(peer["podSelector"]);
        for (const auto* pod : pods_)
            if (!pod->ip.empty() && in.count(pod->ns) && wanted.matches(pod->labels)) chosen.push_back(pod);
    }

    static void add_target_port(const PodFacts& target, const std::string& name, uint8_t protocol, Allow& allow) {
        for (const auto& port : target.ports)
            if (port.name == name && port.protocol == protocol) allow.ports.push_back({protocol, port.port, port.port});
    }

    // A name means another number in another pod: one rule for each number.
    static void add_peer_ports(const Pods& peers, const std::string& name, uint8_t protocol, std::vector<Allow>& out) {
        std::map<uint16_t, std::set<std::string>> by_number;
        for (const auto* pod : peers)
            for (const auto& port : pod->ports)
                if (!pod->ip.empty() && port.name == name && port.protocol == protocol) by_number[port.port].insert(pod->ip);
        for (auto& [number, addresses] : by_number) {
            Allow allow;
            allow.addresses = std::move(addresses);
            allow.ports.push_back({protocol, number, number});
            out.push_back(std::move(allow));
        }
    }

    const Pods& pods_;
    const std::vector<NamespaceFacts>& namespaces_;
};

bool has_type(const json::Value& spec, const char* type) {
    for (const auto& item : spec["policyTypes"].items())
        if (item.as_string() == type) return true;
    return false;
}

}  // namespace

PodFacts pod_facts(const json::Value& pod, const api::Labels& labels) {
    PodFacts facts;
    facts.ns = pod["metadata"]["namespace"].as_string();
    facts.node = pod["spec"]["nodeName"].as_string();
    facts.labels = labels;
    const auto& phase = pod["status"]["phase"].as_string();
    const auto& ip = pod["status"]["podIP"].as_string();
    const bool ended = phase == "Succeeded" || phase == "Failed";
    if (!ended && !pod["spec"]["hostNetwork"].as_bool() && ip.find(':') == std::string::npos) facts.ip = ip;
    for (const char* list : {"initContainers", "containers"})
        for (const auto& container : pod["spec"][list].items())
            for (const auto& port : container["ports"].items())
                if (!port["name"].as_string().empty())
                    facts.ports.push_back({port["name"].as_string(), protocol_number(port["protocol"].as_string("TCP")), static_cast<uint16_t>(port["containerPort"].as_int())});
    return facts;
}

std::vector<PodPolicy> pod_policies(const std::vector<const json::Value*>& policies, const std::vector<const PodFacts*>& pods,
                                    const std::vector<NamespaceFacts>& namespaces, const std::string& node_name) {
    const Policies context(pods, namespaces);
    std::map<std::string, PodPolicy> by_address;
    for (const auto* policy : policies) {
        const auto& ns = (*policy)["metadata"]["namespace"].as_string();
        const auto& spec = (*policy)["spec"];
        const auto wanted = spec["podSelector"].is_object() ? selector_of(spec["podSelector"]) : api::LabelSelector();
        for (const auto* pod : pods) {
            if (pod->node != node_name || pod->ip.empty() || pod->ns != ns || !wanted.matches(pod->labels)) continue;
            auto& result = by_address[pod->ip];
            result.address = pod->ip;
            if (has_type(spec, "Ingress")) {
                result.ingress_isolated = true;
                for (const auto& rule : spec["ingress"].items()) context.add_rule(rule, "from", ns, pod, result.ingress);
            }
            if (has_type(spec, "Egress")) {
                result.egress_isolated = true;
                for (const auto& rule : spec["egress"].items()) context.add_rule(rule, "to", ns, nullptr, result.egress);
            }
        }
    }
    std::vector<PodPolicy> out;
    for (auto& [address, policy] : by_address) out.push_back(std::move(policy));
    return out;
}

}  // namespace skiff::agent::policy
