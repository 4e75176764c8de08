#include "embedded/servicelb/addresses.h"

#include <algorithm>

#include "base/status.h"

namespace skiff::servicelb {

namespace {

constexpr const char* kExcluded = "node.kubernetes.io/exclude-from-external-load-balancers";

std::string key_of(const json::Value& service) { return service["metadata"]["namespace"].as_string() + "/" + service["metadata"]["name"].as_string(); }

bool is_ours(const json::Value& service) {
    const auto& spec = service["spec"];
    return spec["type"].as_string() == "LoadBalancer" && spec["loadBalancerClass"].as_string().empty() && service["metadata"]["deletionTimestamp"].is_null();
}

std::vector<std::string> ports_of(const json::Value& service) {
    std::vector<std::string> ports;
    for (const auto& port : service["spec"]["ports"].items()) ports.push_back(fmt::format("{}/{}", port["port"].as_int(), port["protocol"].as_string("TCP")));
    return ports;
}

}  // namespace

NodeFacts node_facts(const json::Value& node) {
    NodeFacts facts;
    facts.name = node["metadata"]["name"].as_string();
    for (const char* type : {"ExternalIP", "InternalIP"})
        for (const auto& address : node["status"]["addresses"].items()) {
            const auto& ip = address["address"].as_string();
            const bool known = std::find(facts.addresses.begin(), facts.addresses.end(), ip) != facts.addresses.end();
            if (address["type"].as_string() == type && ip.find(':') == std::string::npos && !known) facts.addresses.push_back(ip);
        }
    bool ready = false;
    for (const auto& condition : node["status"]["conditions"].items())
        ready = ready || (condition["type"].as_string() == "Ready" && condition["status"].as_string() == "True");
    facts.usable = ready && node["metadata"]["deletionTimestamp"].is_null() && !node["metadata"]["labels"].has(kExcluded);
    return facts;
}

std::map<std::string, BalancedService> balance(const std::vector<const json::Value*>& services, const std::vector<NodeFacts>& nodes,
                                               const std::map<std::string, std::set<std::string>>& local_nodes, const std::set<uint16_t>& reserved_tcp) {
    std::vector<const json::Value*> ours;
    std::copy_if(services.begin(), services.end(), std::back_inserter(ours), [](const json::Value* s) { return is_ours(*s); });
    std::sort(ours.begin(), ours.end(), [](const json::Value* a, const json::Value* b) {
        const auto& first = (*a)["metadata"]["creationTimestamp"].as_string();
        const auto& second = (*b)["metadata"]["creationTimestamp"].as_string();
        return first != second ? first < second : key_of(*a) < key_of(*b);
    });
    std::map<std::string, std::string> owners;
    for (auto port : reserved_tcp) owners[fmt::format("{}/TCP", port)] = "the node itself";
    std::map<std::string, BalancedService> out;
    for (const auto* service : ours) {
        const auto key = key_of(*service);
        auto& result = out[key];
        const auto ports = ports_of(*service);
        for (const auto& port : ports)
            if (auto owner = owners.find(port); owner != owners.end() && result.conflict.empty())
                result.conflict = fmt::format("port {} is taken by {}", port, owner->second);
        if (!result.conflict.empty()) continue;
        for (const auto& port : ports) owners[port] = key;
        const bool local = (*service)["spec"]["externalTrafficPolicy"].as_string() == "Local";
        const auto with_endpoint = local_nodes.find(key);
        for (const auto& node : nodes) {
            if (!node.usable || (local && (with_endpoint == local_nodes.end() || !with_endpoint->second.count(node.name)))) continue;
            result.addresses.insert(result.addresses.end(), node.addresses.begin(), node.addresses.end());
        }
    }
    return out;
}

json::Value balancer_status(const std::vector<std::string>& addresses) {
    auto balancer = json::Value::object();
    if (addresses.empty()) return balancer;
    auto ingress = json::Value::array();
    for (const auto& address : addresses) ingress.push_back(json::Value::object({{"ip", address}, {"ipMode", "VIP"}}));
    balancer.set("ingress", std::move(ingress));
    return balancer;
}

}  // namespace skiff::servicelb
