// create service clusterip, nodeport, loadbalancer, externalname; create ingress.
#include "base/strings.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/verb_list.h"

namespace skiff::cli::kubectl {

namespace {

// PORT or PORT:TARGET; the target is a number or a name.
Result<json::Value> port_of(const std::string& text) {
    const auto colon = text.find(':');
    const auto port = parse_int(text.substr(0, colon));
    if (!port || *port < 1 || *port > 65535) return local_error("invalid port format: {}", text);
    auto target = json::Value(*port);
    if (colon != std::string::npos) {
        const auto word = text.substr(colon + 1);
        const auto number = parse_int(word);
        target = number ? json::Value(*number) : json::Value(word);
    }
    return json::Value::object({{"name", replace_all(text, ":", "-")}, {"port", *port}, {"protocol", "TCP"}, {"targetPort", std::move(target)}});
}

Status create_service(Call& call, const char* type) {
    WriteFlags write;
    std::vector<std::string> tcp;
    std::string cluster_ip, external_name;
    int64_t node_port = 0;
    const bool external = type == std::string_view("ExternalName");
    write.add(call.options, "kubectl-create");
    call.options.comma_list("tcp", 0, &tcp, "Port pairs can be specified as '<port>:<targetPort>'.");
    if (type == std::string_view("ClusterIP")) call.options.text("clusterip", 0, &cluster_ip, "Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing).");
    if (type == std::string_view("NodePort")) call.options.number("node-port", 0, &node_port, "Port used to expose the service on each node in a cluster.");
    if (external) call.options.text("external-name", 0, &external_name, "External name of service");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    if (external && external_name.empty()) return local_error("required flag(s) \"external-name\" not set");
    if (!external && tcp.empty() && cluster_ip != "None") return local_error("at least one tcp port specifier must be provided");
    auto object = named_object("v1", "Service", name);
    object.mut("metadata").set("labels", app_label(name));
    auto spec = json::Value::object({{"type", type}, {"selector", app_label(name)}});
    auto ports = json::Value::array();
    for (const auto& text : tcp) {
        auto port = TRY(port_of(text));
        if (node_port) port.set("nodePort", node_port);
        ports.push_back(std::move(port));
    }
    if (ports.size()) spec.set("ports", std::move(ports));
    if (!cluster_ip.empty()) spec.set("clusterIP", cluster_ip);
    if (external) spec.set("externalName", external_name);
    object.set("spec", std::move(spec));
    object.set("status", json::Value::object({{"loadBalancer", json::Value::object()}}));
    return create_and_show(call, write, std::move(object));
}

// svc:80 or svc:http
Result<json::Value> backend(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) return local_error("default backend should be in format servicename:serviceport");
    const auto number = parse_int(text.substr(colon + 1));
    auto port = number ? json::Value::object({{"number", *number}}) : json::Value::object({{"name", text.substr(colon + 1)}});
    return json::Value::object({{"service", json::Value::object({{"name", text.substr(0, colon)}, {"port", std::move(port)}})}});
}

// host/path=svc:port[,tls[=secret]]
Status add_rule(const std::string& text, json::Value& rules, json::Value& tls) {
    const auto parts = split(text, ',');
    const auto equals = parts.empty() ? std::string::npos : parts[0].find('=');
    if (equals == std::string::npos) return local_error("rule {} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]", text);
    const auto place = parts[0].substr(0, equals);
    const auto slash = place.find('/');
    if (slash == std::string::npos) return local_error("rule {} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]", text);
    const auto host = place.substr(0, slash);
    auto path = place.substr(slash);
    const bool prefix = path.ends_with('*');
    if (prefix) path.pop_back();
    auto service = TRY(backend(parts[0].substr(equals + 1)));
    auto entry = json::Value::object({{"path", path}, {"pathType", prefix ? "Prefix" : "Exact"}, {"backend", std::move(service)}});
    json::Value* rule = nullptr;
    for (auto& one : rules.mut_items())
        if (one["host"].as_string() == host) rule = &one;
    if (!rule) {
        auto made = json::Value::object();
        if (!host.empty()) made.set("host", host);
        rules.push_back(std::move(made));
        rule = &rules.mut_items().back();
    }
    rule->mut("http").mut("paths").push_back(std::move(entry));
    for (size_t i = 1; i < parts.size(); ++i) {
        if (!parts[i].starts_with("tls")) continue;
        auto one = json::Value::object();
        if (!host.empty()) one.set("hosts", json::Value::array({host}));
        if (parts[i].size() > 4) one.set("secretName", parts[i].substr(4));
        tls.push_back(std::move(one));
    }
    return {};
}

}  // namespace

Status create_service_cluster_ip(Call& call) { return create_service(call, "ClusterIP"); }
Status create_service_node_port(Call& call) { return create_service(call, "NodePort"); }
Status create_service_load_balancer(Call& call) { return create_service(call, "LoadBalancer"); }
Status create_service_external_name(Call& call) { return create_service(call, "ExternalName"); }

Status create_ingress(Call& call) {
    WriteFlags write;
    std::string ingress_class, default_backend;
    std::vector<std::string> rule_texts, annotations;
    write.add(call.options, "kubectl-create");
    call.options.text("class", 0, &ingress_class, "Ingress Class to be used");
    call.options.text("default-backend", 0, &default_backend, "Default service for backend, in format of svcname:port");
    call.options.list("rule", 0, &rule_texts, "Rule in format host/path=service:port[,tls=secretname]. Paths containing the leading character '*' are considered pathType=Prefix.");
    call.options.list("annotation", 0, &annotations, "Annotation to insert in the ingress object, in the format annotation=value");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("networking.k8s.io/v1", "Ingress", name);
    if (rule_texts.empty() && default_backend.empty()) return local_error("not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)");
    for (const auto& one : annotations) object.mut("metadata").mut("annotations").set(one.substr(0, one.find('=')), one.substr(std::min(one.size(), one.find('=') + 1)));
    auto spec = json::Value::object();
    if (!ingress_class.empty()) spec.set("ingressClassName", ingress_class);
    if (!default_backend.empty()) {
        auto service = TRY(backend(default_backend));
        spec.set("defaultBackend", std::move(service));
    }
    auto rules = json::Value::array(), tls = json::Value::array();
    for (const auto& text : rule_texts) TRY(add_rule(text, rules, tls));
    if (rules.size()) spec.set("rules", std::move(rules));
    if (tls.size()) spec.set("tls", std::move(tls));
    object.set("spec", std::move(spec));
    object.set("status", json::Value::object({{"loadBalancer", json::Value::object()}}));
    return create_and_show(call, write, std::move(object));
}

}  // namespace skiff::cli::kubectl
