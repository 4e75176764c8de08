// The endpoints of a Service: which pods, addresses, ports and conditions. Pure; EndpointSlice and Endpoints controllers both read it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/controllers/pod_facts.h"
#include "server/controllers/selecting.h"

namespace skiff::controllers {

struct ServiceFacts {
    std::string name, ns;
    api::LabelSelector selector;
    bool has_selector = false;         // without one, others write its endpoints
    bool external_name = false, headless = false, publish_not_ready = false;
    std::vector<std::string> families;   // "IPv4", "IPv6"
    json::Value ports;                 // spec.ports
};
ServiceFacts read_service_facts(const json::Value& service);

// One pod as an endpoint: its ports resolved, [{name, port, protocol, appProtocol}] in EndpointSlice form.
struct PodEndpoint {
    PodRef pod;
    json::Value ports;
    bool ready = false, serving = false, terminating = false;
    std::string hostname;              // "" without a DNS name of its own
    std::string address(std::string_view family) const;     // "" when the pod has none of it
};
// The pods that stand behind the Service, by namespace and name. Finished pods and those without an address are left out.
std::vector<PodEndpoint> service_endpoints(const ServiceFacts& service, const std::vector<PodRef>& pods);

bool is_ipv6(std::string_view address);
// A label or annotation of a Service that its endpoints do not take over.
bool service_label_copied(const std::string& key);

// The selectors of all Services, so that a pod event finds its Services without reading them. Any thread.
class ServiceSelectors {
public:
    void follow(reconcile::Informer& services);
    std::vector<std::string> services_of(const api::Meta& pod) const;     // keys

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, api::LabelSelector>> by_namespace_;
};

}  // namespace skiff::controllers
