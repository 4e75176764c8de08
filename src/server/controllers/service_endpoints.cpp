#include "server/controllers/service_endpoints.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::controllers {

namespace {

// The number behind a named port of one of the pod's containers; 0 when it has none.
int64_t named_port(const json::Value& pod_spec, const std::string& name, const std::string& protocol) {
    auto search = [&](const json::Value& containers, bool restartable_only) -> int64_t {
        for (const auto& container : containers.items()) {
            if (restartable_only && container["restartPolicy"].as_string() != "Always") continue;
            for (const auto& port : container["ports"].items())
                if (port["name"].as_string() == name && port["protocol"].as_string("TCP") == protocol) return port["containerPort"].as_int();
        }
        return 0;
    };
    if (int64_t found = search(pod_spec["containers"], false)) return found;
    return search(pod_spec["initContainers"], true);
}

json::Value resolve_ports(const json::Value& service_ports, const ObjectPtr& pod) {
    auto resolved = json::Value::array();
    for (const auto& port : service_ports.items()) {
        const auto& target = port["targetPort"];
        std::string protocol = port["protocol"].as_string("TCP");
        int64_t number = target.is_number() && target.as_int() != 0 ? target.as_int() : port["port"].as_int();
        if (target.is_string() && !target.as_string().empty()) {
            auto tree = pod->tree();
            number = named_port((*tree)["spec"], target.as_string(), protocol);
            if (number == 0) continue;
        }
        auto made = json::Value::object({{"name", port["name"].as_string()}, {"port", number}, {"protocol", protocol}});
        if (port.has("appProtocol")) made.set("appProtocol", port["appProtocol"]);
        resolved.push_back(std::move(made));
    }
    return resolved;
}

}  // namespace

bool is_ipv6(std::string_view address) { return address.find(':') != std::string_view::npos; }

bool service_label_copied(const std::string& key) {
    return key != "kubernetes.io/service-name" && key != "endpointslice.kubernetes.io/managed-by" && key != "service.kubernetes.io/headless" &&
           key != "endpoints.kubernetes.io/managed-by";
}

ServiceFacts read_service_facts(const json::Value& service) {
    const auto& spec = service["spec"];
    ServiceFacts facts;
    facts.name = service["metadata"]["name"].as_string();
    facts.ns = service["metadata"]["namespace"].as_string();
    facts.selector = api::LabelSelector::from_map(spec["selector"]);
    facts.has_selector = spec["selector"].size() != 0;
    facts.external_name = spec["type"].as_string() == "ExternalName";
    facts.headless = spec["clusterIP"].as_string() == "None";
    facts.publish_not_ready = spec["publishNotReadyAddresses"].as_bool() ||
                              service["metadata"]["annotations"]["service.alpha.kubernetes.io/tolerate-unready-endpoints"].as_string() == "true";
    for (const auto& family : spec["ipFamilies"].items()) facts.families.push_back(family.as_string());
    if (facts.families.empty()) facts.families.push_back(is_ipv6(spec["clusterIP"].as_string()) ? "IPv6" : "IPv4");
    facts.ports = spec["ports"];
    return facts;
}

std::string PodEndpoint::address(std::string_view family) const {
    for (const auto& ip : pod.facts->ips)
        if (is_ipv6(ip) == (family == "IPv6")) return ip;
    return {};
}

std::vector<PodEndpoint> service_endpoints(const ServiceFacts& service, const std::vector<PodRef>& pods) {
    std::vector<PodEndpoint> endpoints;
    for (const auto& pod : pods) {
        const auto& facts = *pod.facts;
        if (facts.finished() || facts.ips.empty() || !service.selector.matches(pod.meta().labels)) continue;
        PodEndpoint endpoint{pod, resolve_ports(service.ports, pod.object), false, facts.ready, facts.deleting, {}};
        if (service.ports.size() != 0 && endpoint.ports.size() == 0) continue;   // none of the named ports is there
        endpoint.ready = service.publish_not_ready || (facts.ready && !facts.deleting);
        if (!facts.hostname.empty() && facts.subdomain == service.name) endpoint.hostname = facts.hostname;
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

void ServiceSelectors::follow(reconcile::Informer& services) {
    services.add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
        const auto& meta = (current ? current : previous)->meta();
        json::Value labels;
        if (current) labels = (*current->tree())["spec"]["selector"];
        std::lock_guard lock(mutex_);
        auto& services = by_namespace_[meta.ns];
        if (labels.size() == 0) services.erase(meta.name);
        else services.insert_or_assign(meta.name, api::LabelSelector::from_map(labels));
        if (services.empty()) by_namespace_.erase(meta.ns);
    }});
}

std::vector<std::string> ServiceSelectors::services_of(const api::Meta& pod) const {
    std::vector<std::string> keys;
    std::lock_guard lock(mutex_);
    auto it = by_namespace_.find(pod.ns);
    if (it == by_namespace_.end()) return keys;
    for (const auto& [name, selector] : it->second)
        if (selector.matches(pod.labels)) keys.push_back(pod.ns + "/" + name);
    return keys;
}

}  // namespace skiff::controllers
