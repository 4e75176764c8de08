// pods/proxy, services/proxy and nodes/proxy: HTTP to an address. Names are [scheme:]name[:port]; a service's request goes to one of its
// ready endpoints; a node's to its API or another port.
#include <arpa/inet.h>

#include "base/random.h"
#include "base/strings.h"
#include "server/apiserver/handlers.h"
#include "server/apiserver/respond.h"
#include "server/apiserver/subresource/admit.h"
#include "server/apiserver/subresource/node_address.h"
#include "server/apiserver/subresource/relay.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

struct Target {
    std::string scheme = "http", name, port;
};

// "name", "name:port", "scheme:name:port", "scheme:name:".
std::optional<Target> split_target(const std::string& text) {
    std::vector<std::string_view> parts = split_views(text, ':');
    Target target;
    if (parts.size() == 1) {
        target.name = text;
    } else if (parts.size() == 2) {
        target.name = std::string(parts[0]);
        target.port = std::string(parts[1]);
    } else if (parts.size() == 3) {
        if (!parts[0].empty()) target.scheme = std::string(parts[0]);
        target.name = std::string(parts[1]);
        target.port = std::string(parts[2]);
    } else {
        return {};
    }
    if (target.scheme != "http" && target.scheme != "https") return {};
    return target;
}

// A pod's status is written by its node: addresses that lead back into this host or to cloud metadata are refused.
bool proxy_address_allowed(const std::string& ip) {
    in_addr v4{};
    if (inet_pton(AF_INET, ip.c_str(), &v4) == 1) {
        uint32_t n = ntohl(v4.s_addr);
        bool loopback = n >> 24 == 127, link_local = n >> 16 == 0xa9fe, multicast = n >> 28 == 0xe;
        return !loopback && !link_local && !multicast && n != 0;
    }
    in6_addr v6{};
    if (inet_pton(AF_INET6, ip.c_str(), &v6) != 1) return false;
    return !IN6_IS_ADDR_LOOPBACK(&v6) && !IN6_IS_ADDR_LINKLOCAL(&v6) && !IN6_IS_ADDR_MULTICAST(&v6) && !IN6_IS_ADDR_UNSPECIFIED(&v6) && !IN6_IS_ADDR_V4MAPPED(&v6);
}

Result<std::string> url_to(const Target& target, const std::string& ip, const std::string& port) {
    if (!proxy_address_allowed(ip)) return error(Reason::BadRequest, "address not allowed");
    return ip.find(':') == std::string::npos ? fmt::format("{}://{}:{}", target.scheme, ip, port) : fmt::format("{}://[{}]:{}", target.scheme, ip, port);
}

Result<std::string> pod_url(const Core& core, const RequestContext& context, const Target& target) {
    api::ObjectPtr object = core.cache.get({"", "v1", "pods"}, context.attributes.ns, target.name);
    if (!object) return not_found(*context.kind, target.name);
    api::TreePtr pod = object->tree();
    std::string port = target.port;
    if (port.empty()) {
        // The first port of the first container that declares one.
        for (const json::Value& container : (*pod)["spec"]["containers"].items())
            if (container["ports"].size() > 0 && port.empty()) port = std::to_string(container["ports"][0]["containerPort"].as_int());
        if (port.empty()) port = target.scheme == "https" ? "443" : "80";
    } else if (!parse_int(port)) {
        for (const json::Value& container : (*pod)["spec"]["containers"].items())
            for (const json::Value& p : container["ports"].items())
                if (p["name"].as_string() == target.port) port = std::to_string(p["containerPort"].as_int());
    }
    const std::string& ip = (*pod)["status"]["podIP"].as_string();
    if (ip.empty()) return error(Reason::BadRequest, "address not allowed");
    return url_to(target, ip, port);
}

Result<std::string> service_url(const Core& core, const RequestContext& context, const Target& target) {
    const std::string& ns = context.attributes.ns;
    api::ObjectPtr service = core.cache.get({"", "v1", "services"}, ns, target.name);
    if (!service) return not_found(*context.kind, target.name);
    // The port of the service by name or number; endpoint slices name theirs alike.
    std::string port_name;
    bool found = false;
    api::TreePtr tree = service->tree();
    for (const json::Value& port : (*tree)["spec"]["ports"].items()) {
        bool same = target.port.empty() || port["name"].as_string() == target.port || std::to_string(port["port"].as_int()) == target.port;
        if (!same || found) continue;
        port_name = port["name"].as_string();
        found = true;
    }
    if (!found) return error(Reason::ServiceUnavailable, "no service port {} found for service \"{}\"", parse_int(target.port) ? target.port : '"' + target.port + '"', target.name);
    std::vector<std::pair<std::string, int64_t>> ready;
    for (const api::ObjectPtr& slice : core.cache.list({"discovery.k8s.io", "v1", "endpointslices"}, ns)) {
        if (slice->meta().label("kubernetes.io/service-name") != target.name) continue;
        api::TreePtr s = slice->tree();
        for (const json::Value& port : (*s)["ports"].items()) {
            if (port["name"].as_string() != port_name) continue;
            for (const json::Value& endpoint : (*s)["endpoints"].items())
                if (endpoint["conditions"]["ready"].as_bool(true) && endpoint["addresses"].size() > 0) ready.emplace_back(endpoint["addresses"][0].as_string(), port["port"].as_int());
        }
    }
    if (ready.empty()) return error(Reason::ServiceUnavailable, "no endpoints available for service \"{}\"", context.attributes.name);
    const auto& chosen = ready[random_u64() % ready.size()];
    return url_to(target, chosen.first, std::to_string(chosen.second));
}

// Admission first, which may ask webhooks: not on an io thread.
void admitted(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::function<void()> serve) {
    if (exchange->request().query.has("dryRun")) return send_status(*exchange, core, *context, error(Reason::BadRequest, "dryRun is not supported"));
    on_pool(core, exchange, context, [&core, exchange, context, serve = std::move(serve)] {
        json::Value options = json::Value::object({{"kind", context->kind->gvk.kind + "ProxyOptions"}, {"apiVersion", "v1"}});
        if (!context->rest.empty() || exchange->request().path.ends_with('/')) options.set("path", "/" + context->rest);
        if (Status status = admit_connect(core, *context, std::move(options)); !status.ok()) return send_status(*exchange, core, *context, status);
        serve();
    });
}

void serve(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, Result<std::string> (*base)(const Core&, const RequestContext&, const Target&)) {
    auto target = split_target(context->attributes.name);
    if (!target) return send_status(*exchange, core, *context, error(Reason::BadRequest, "invalid {} request \"{}\"", context->kind->singular, context->attributes.name));
    auto url = base(core, *context, *target);
    if (!url.ok()) return send_status(*exchange, core, *context, url.status());
    relay_proxy(core, core.plain, std::move(exchange), std::move(context), *url);
}

// The node's own API, or any other port of the machine by "[scheme:]node:port".
void serve_node(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    auto target = split_target(context->attributes.name);
    if (!target) return send_status(*exchange, core, *context, error(Reason::BadRequest, "invalid node request \"{}\"", context->attributes.name));
    auto base = node_base_url(core.cache, target->name);
    if (!base.ok()) return send_status(*exchange, core, *context, base.status());
    if (target->port.empty() || base->ends_with(":" + target->port)) return relay_proxy(core, core.kubelets, std::move(exchange), std::move(context), *base);
    const size_t host = base->find("://") + 3;
    const std::string ip = base->substr(host, base->rfind(':') - host);
    auto url = url_to(*target, ip, target->port);
    if (!url.ok()) return send_status(*exchange, core, *context, url.status());
    relay_proxy(core, core.plain, std::move(exchange), std::move(context), *url);
}

}  // namespace

void serve_pod_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    admitted(core, exchange, context, [&core, exchange, context] { serve(core, exchange, context, pod_url); });
}

void serve_node_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    admitted(core, exchange, context, [&core, exchange, context] { serve_node(core, exchange, context); });
}

void serve_service_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    admitted(core, exchange, context, [&core, exchange, context] { serve(core, exchange, context, service_url); });
}

}  // namespace skiff::apiserver
