#include "base/strings.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/verb_list.h"

namespace skiff::cli::kubectl {

namespace {

struct Expose {
    Selection selection;
    WriteFlags write;
    std::string name, port, target_port, protocol, type, cluster_ip, external_ip, load_balancer_ip, affinity, labels, selector;
};

Result<json::Value> map_of(const std::string& text) {
    auto map = json::Value::object();
    for (const auto& pair : split(text, ',')) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) return local_error("unexpected label spec: {}", pair);
        map.set(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return map;
}

// The labels by which a Service would find what the object makes.
Result<json::Value> selector_of(const Target& target) {
    const auto& object = target.object;
    const auto& kind = target.resource.kind;
    if (kind == "Pod") {
        if (!object["metadata"]["labels"].size()) return local_error("couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed");
        return object["metadata"]["labels"];
    }
    const auto& selector = object["spec"]["selector"];
    if (selector["matchExpressions"].size()) return local_error("couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - \"{}\" to map-based selector format", go_text(selector["matchExpressions"]));
    if (kind == "Service" && !selector.size()) return local_error("couldn't retrieve selectors via --selector flag or introspection: service \"{}\" is headless or has no selector", target.name);
    return selector["matchLabels"].is_object() ? selector["matchLabels"] : selector;
}

struct Port {
    int64_t number;
    std::string protocol;
};

std::vector<Port> ports_of(const Target& target) {
    std::vector<Port> found;
    const auto& spec = target.resource.kind == "Pod" ? target.object["spec"] : target.object["spec"]["template"]["spec"];
    for (const auto& container : spec["containers"].items())
        for (const auto& port : container["ports"].items()) found.push_back({port["containerPort"].as_int(), port["protocol"].as_string("TCP")});
    if (target.resource.kind == "Service")
        for (const auto& port : target.object["spec"]["ports"].items()) found.push_back({port["port"].as_int(), port["protocol"].as_string("TCP")});
    return found;
}

Result<json::Value> port_list(const Expose& expose, const Target& target) {
    std::vector<Port> ports;
    const auto known = ports_of(target);
    if (expose.port.empty()) {
        if (known.empty()) return local_error("couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples");
        ports = known;
    }
    for (const auto& text : split(expose.port, ',')) {
        const auto number = parse_int(text);
        if (!number) return local_error("strconv.Atoi: parsing \"{}\": invalid syntax", text);
        Port port{*number, "TCP"};
        for (const auto& one : known)
            if (one.number == *number) port.protocol = one.protocol;
        ports.push_back(port);
    }
    auto list = json::Value::array();
    for (size_t i = 0; i < ports.size(); ++i) {
        auto one = json::Value::object({{"port", ports[i].number}, {"protocol", expose.protocol.empty() ? ports[i].protocol : expose.protocol}});
        if (ports.size() > 1) one.set("name", fmt::format("port-{}", i + 1));
        const auto number = parse_int(expose.target_port);
        one.set("targetPort", expose.target_port.empty() ? json::Value(ports[i].number) : number ? json::Value(*number) : json::Value(expose.target_port));
        list.push_back(std::move(one));
    }
    return list;
}

}  // namespace

Status expose(Call& call) {
    Expose expose;
    auto& options = call.options;
    expose.selection.add_files(options, "identifying the resource to expose a service");
    expose.write.add(options, "kubectl-expose");
    options.text("name", 0, &expose.name, "The name for the newly created object.");
    options.text("port", 0, &expose.port, "The port that the service should serve on. Copied from the resource being exposed, if unspecified");
    options.text("target-port", 0, &expose.target_port, "Name or number for the port on the container that the service should direct traffic to. Optional.");
    options.text("protocol", 0, &expose.protocol, "The network protocol for the service to be created. Default is 'TCP'.");
    options.text("type", 0, &expose.type, "Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.");
    options.text("cluster-ip", 0, &expose.cluster_ip, "ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.");
    options.text("external-ip", 0, &expose.external_ip, "Additional external IP address (not managed by Kubernetes) to accept for the service.");
    options.text("load-balancer-ip", 0, &expose.load_balancer_ip, "IP to assign to the LoadBalancer.");
    options.text("session-affinity", 0, &expose.affinity, "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'");
    options.text("labels", 'l', &expose.labels, "Labels to apply to the service created by this call.");
    options.text("selector", 0, &expose.selector, "A label selector to use for this service.");
    TRY(call.parse());
    for (const auto& target : TRY(find_objects(call, expose.selection, call.words))) {
        const auto& kind = target.resource.kind;
        if (kind != "Pod" && kind != "Service" && kind != "Deployment" && kind != "ReplicaSet" && kind != "ReplicationController")
            return local_error("cannot expose a {}{}", kind, target.resource.gvr.group.empty() ? "" : "." + target.resource.gvr.group);
        auto object = named_object("v1", "Service", expose.name.empty() ? target.name.substr(0, 63) : expose.name);
        Result<json::Value> labels = target.object["metadata"]["labels"];
        if (!expose.labels.empty()) labels = map_of(expose.labels);
        if (!labels.ok()) return labels.status();
        if (labels->size()) object.mut("metadata").set("labels", std::move(*labels));
        auto selector = expose.selector.empty() ? selector_of(target) : map_of(expose.selector);
        if (!selector.ok()) return selector.status();
        auto ports = TRY(port_list(expose, target));
        auto spec = json::Value::object({{"ports", std::move(ports)}, {"selector", std::move(*selector)}});
        if (!expose.type.empty()) spec.set("type", expose.type);
        if (!expose.cluster_ip.empty()) spec.set("clusterIP", expose.cluster_ip);
        if (!expose.external_ip.empty()) spec.set("externalIPs", json::Value::array({expose.external_ip}));
        if (!expose.load_balancer_ip.empty()) spec.set("loadBalancerIP", expose.load_balancer_ip);
        if (!expose.affinity.empty()) spec.set("sessionAffinity", expose.affinity);
        object.set("spec", std::move(spec));
        object.set("status", json::Value::object({{"loadBalancer", json::Value::object()}}));
        TRY(create_and_show(call, expose.write, std::move(object), "exposed"));
    }
    return {};
}

}  // namespace skiff::cli::kubectl
