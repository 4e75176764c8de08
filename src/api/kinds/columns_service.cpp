#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

#include <fmt/core.h>

#include <set>

namespace skiff::api::kinds {

namespace {

using json::Value;

std::string balancer_addresses(const Value& service) {
    std::set<std::string> addresses;
    for (const auto& ingress : service["status"]["loadBalancer"]["ingress"].items()) {
        const std::string& ip = ingress["ip"].as_string();
        const std::string& name = ip.empty() ? ingress["hostname"].as_string() : ip;
        if (!name.empty()) addresses.insert(name);
    }
    return join({addresses.begin(), addresses.end()}, ",");
}

Value external_ip(const Value& service, WallTime) {
    const std::string& type = service["spec"]["type"].as_string();
    std::string given = join_texts(service["spec"]["externalIPs"]);
    if (type == "ClusterIP" || type == "NodePort") return given.empty() ? "<none>" : given;
    if (type == "ExternalName") return service["spec"]["externalName"];
    if (type != "LoadBalancer") return "<unknown>";
    std::string balanced = balancer_addresses(service);
    if (balanced.empty()) return given.empty() ? "<pending>" : given;
    return given.empty() ? balanced : balanced + "," + given;
}

Value ports(const Value& service, WallTime) {
    std::vector<std::string> texts;
    for (const auto& port : service["spec"]["ports"].items()) {
        std::string node = port["nodePort"].as_int() > 0 ? fmt::format(":{}", port["nodePort"].as_int()) : "";
        texts.push_back(fmt::format("{}{}/{}", port["port"].as_int(), node, port["protocol"].as_string()));
    }
    return texts.empty() ? "<none>" : join(texts, ",");
}

std::string host_port(const std::string& ip, int64_t port) {
    return ip.find(':') == std::string::npos ? fmt::format("{}:{}", ip, port) : fmt::format("[{}]:{}", ip, port);
}

// Each address with each port: only those that are shown are made.
Value endpoint_addresses(const Value& object, WallTime) {
    std::vector<std::string> texts;
    size_t count = 0;
    for (const auto& subset : object["subsets"].items()) {
        const Value &ports = subset["ports"], &addresses = subset["addresses"];
        const size_t pairs = addresses.size() * std::max<size_t>(1, ports.size());
        for (size_t i = 0; i < pairs && texts.size() < kShownMax; ++i) {
            const std::string& ip = addresses[i % addresses.size()]["ip"].as_string();
            texts.push_back(ports.size() == 0 ? ip : host_port(ip, ports[i / addresses.size()]["port"].as_int()));
        }
        count += pairs;
    }
    return first_three(texts, "<none>", count);
}

Value slice_ports(const Value& slice, WallTime) {
    std::vector<std::string> texts;
    for (const auto& port : slice["ports"].items())
        texts.push_back(port["port"].is_int() ? std::to_string(port["port"].as_int()) : port["name"].is_string() ? port["name"].as_string() : "*");
    if (texts.size() == 1 && texts[0].empty()) return "<unset>";
    return first_three(texts, "<unset>");
}

Value slice_endpoints(const Value& slice, WallTime) {
    std::vector<std::string> texts;
    for (const auto& endpoint : slice["endpoints"].items())
        for (const auto& address : endpoint["addresses"].items()) texts.push_back(address.as_string());
    return first_three(texts, "<unset>");
}

Value parent(const Value& object, WallTime) {
    const Value& reference = object["spec"]["parentRef"];
    if (!reference.is_object()) return "<none>";
    std::string text = reference["resource"].as_string();
    if (!reference["group"].empty()) text += "." + reference["group"].as_string();
    if (!reference["namespace"].empty()) text += "/" + reference["namespace"].as_string();
    return lower(text) + "/" + reference["name"].as_string();
}

}  // namespace

std::vector<Column> service_columns() {
    return {
        name_column(),
        column("Type", "string", [](const Value& o, WallTime) { return o["spec"]["type"]; },
               "type determines how the Service is exposed. Defaults to ClusterIP. Valid options are ExternalName, ClusterIP, "
               "NodePort, and LoadBalancer. \"ClusterIP\" allocates a cluster-internal IP address for load-balancing to endpoint"
               "s. Endpoints are determined by the selector or if that is not specified, by manual construction of an Endpoint"
               "s object or EndpointSlice objects. If clusterIP is \"None\", no virtual IP is allocated and the endpoints are pu"
               "blished as a set of endpoints rather than a virtual IP. \"NodePort\" builds on ClusterIP and allocates a port on"
               " every node which routes to the same endpoints as the clusterIP. \"LoadBalancer\" builds on NodePort and creates"
               " an external load-balancer (if supported in the current cloud) which routes to the same endpoints as the clust"
               "erIP. \"ExternalName\" aliases this service to the specified externalName. Several other fields do not apply to "
               "ExternalName services. More info: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-"
               "services-service-types"),
        column("Cluster-IP", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["clusterIP"], "<none>"); },
               "clusterIP is the IP address of the service and is usually assigned randomly. If an address is specified manual"
               "ly, is in-range (as per system configuration), and is not in use, it will be allocated to the service; otherwi"
               "se creation of the service will fail. This field may not be changed through updates unless the type field is a"
               "lso being changed to ExternalName (which requires this field to be blank) or the type field is being changed f"
               "rom ExternalName (in which case this field may optionally be specified, as describe above).  Valid values are "
               "\"None\", empty string (\"\"), or a valid IP address. Setting this to \"None\" makes a \"headless service\" (no virtua"
               "l IP), which is useful when direct endpoint connections are preferred and proxying is not required.  Only appl"
               "ies to types ClusterIP, NodePort, and LoadBalancer. If this field is specified when creating a Service of type"
               " ExternalName, creation will fail. This field will be wiped when updating a Service to type ExternalName. More"
               " info: https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies"),
        column("External-IP", "string", external_ip,
               "externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service"
               ".  These IPs are not managed by Kubernetes.  The user is responsible for ensuring that traffic arrives at a no"
               "de with this IP.  A common example is external load-balancers that are not part of the Kubernetes system."),
        column("Port(s)", "string", ports,
               "The list of ports that are exposed by this service. More info: https://kubernetes.io/docs/concepts/services-ne"
               "tworking/service/#virtual-ips-and-service-proxies"),
        age_column(),
        column("Selector", "string", [](const Value& o, WallTime) -> Value { return format_labels(o["spec"]["selector"]); },
               "Route service traffic to pods with label keys and values matching this selector. If empty or not present, the "
               "service is assumed to have an external process managing its endpoints, which Kubernetes will not modify. Only "
               "applies to types ClusterIP, NodePort, and LoadBalancer. Ignored if type is ExternalName. More info: https://ku"
               "bernetes.io/docs/concepts/services-networking/service/", kWide),
    };
}

std::vector<Column> endpoints_columns() {
    return {name_column(), column("Endpoints", "string", endpoint_addresses,
               "The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs t"
               "hey share. A single address with multiple ports, some of which are ready and some of which are not (because th"
               "ey come from different containers) will result in the address being displayed in different subsets for the dif"
               "ferent ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addre"
               "sses and ports that comprise a service."), age_column()};
}

std::vector<Column> endpoint_slice_columns() {
    return {
        name_column(),
        column("AddressType", "string", [](const Value& o, WallTime) { return o["addressType"]; },
               "addressType specifies the type of address carried by this EndpointSlice. All addresses in this slice must be t"
               "he same type. This field is immutable after creation. The following address types are currently supported: * I"
               "Pv4: Represents an IPv4 Address. * IPv6: Represents an IPv6 Address. * FQDN: Represents a Fully Qualified Doma"
               "in Name."),
        column("Ports", "string", slice_ports,
               "ports specifies the list of network ports exposed by each endpoint in this slice. Each port must have a unique"
               " name. When ports is empty, it indicates that there are no defined ports. When a port is defined with a nil po"
               "rt value, it indicates \"all ports\". Each slice may include a maximum of 100 ports."),
        column("Endpoints", "string", slice_endpoints,
               "endpoints is a list of unique endpoints in this slice. Each slice may include a maximum of 1000 endpoints."),
        age_column(),
    };
}

std::vector<Column> ip_address_columns() { return {name_column(), column("ParentRef", "string", parent)}; }

std::vector<Column> service_cidr_columns() {
    return {
        name_column(),
        column("CIDRs", "string", [](const Value& o, WallTime) -> Value { return join_texts(o["spec"]["cidrs"]); }),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
