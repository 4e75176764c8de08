#include "server/apiserver/bootstrap.h"

#include "api/timestamp.h"
#include "base/log.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/flow/default_objects.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/service_network.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kManager = "kube-apiserver";
constexpr const char* kFlowManager = "api-priority-and-fairness-config-producer-v1";

RequestContext server_context(const api::KindInfo& kind, const json::Value& object, const char* verb) {
    RequestContext context;
    context.id = "bootstrap";
    context.internal = true;
    context.kind = &kind;
    context.field_manager = kManager;
    context.field_validation = FieldValidation::Ignore;
    const json::Value& meta = object["metadata"];
    context.attributes = Attributes::of_resource({.name = "system:apiserver", .groups = {std::string(kMasters)}}, verb, kind.gvr(), meta["namespace"].as_string(), meta["name"].as_string());
    return context;
}

const api::KindInfo* kind_of(const Core& core, const json::Value& object) {
    api::GroupVersion gv = api::GroupVersion::parse(object["apiVersion"].as_string());
    return core.kinds.find(api::Gvk{gv.group, gv.version, object["kind"].as_string()});
}

Status ensure(Core& core, const json::Value& object, const char* manager = kManager) {
    const api::KindInfo* kind = kind_of(core, object);
    if (kind == nullptr) return error(Reason::InternalError, "no kind {} {}", object["apiVersion"].as_string(), object["kind"].as_string());
    RequestContext context = server_context(*kind, object, "create");
    context.field_manager = manager;
    if (core.cache.resource(*kind)->get(object_key(context.attributes.ns, context.attributes.name))) return {};
    Body body{{}, "application/json", &object};
    json::Value decoded = TRY(decode_object(core.kinds, *kind, body, context));
    context.attributes.name.clear();
    auto made = create_object(core, context, std::move(decoded));
    if (!made.ok() && made.status().reason() != Reason::AlreadyExists)
        return std::move(made).status().context("create {} {}", object["kind"].as_string(), object["metadata"]["name"].as_string());
    return {};
}

// Like ensure(), and brings a changed one back (the endpoints of this server).
Status ensure_same(Core& core, const json::Value& object, const char* part) {
    const api::KindInfo* kind = kind_of(core, object);
    if (kind == nullptr) return {};
    ItemPtr item = core.cache.resource(*kind)->get(object_key(object["metadata"]["namespace"].as_string(), object["metadata"]["name"].as_string()));
    if (!item) return ensure(core, object);
    if ((*item->object->tree())[part] == object[part]) return {};
    RequestContext context = server_context(*kind, object, "update");
    Body body{{}, "application/json", &object};
    TRY(update_object(core, context, TRY(decode_object(core.kinds, *kind, body, context))));
    return {};
}

json::Value named(const char* api_version, const char* kind, const char* name) {
    return json::Value::object({{"apiVersion", api_version}, {"kind", kind}, {"metadata", json::Value::object({{"name", name}})}});
}

json::Value priority_class(const char* name, int64_t value, const char* description) {
    json::Value object = named("scheduling.k8s.io/v1", "PriorityClass", name);
    object.set("value", value);
    object.set("description", description);
    return object;
}

// Since when the last use of old tokens is noted; their cleaner waits a year from there.
json::Value token_tracking(WallTime now) {
    json::Value object = named("v1", "ConfigMap", "kube-apiserver-legacy-service-account-token-tracking");
    object.mut("metadata").set("namespace", "kube-system");
    object.set("data", json::Value::object({{"since", api::format_time(now).substr(0, 10)}}));
    return object;
}

json::Value kubernetes_service(const Core& core, uint16_t port) {
    json::Value object = named("v1", "Service", "kubernetes");
    object.mut("metadata").set("namespace", "default");
    object.mut("metadata").set("labels", json::Value::object({{"component", "apiserver"}, {"provider", "kubernetes"}}));
    json::Value https = json::Value::object({{"name", "https"}, {"protocol", "TCP"}, {"port", 443}, {"targetPort", port}});
    object.set("spec", json::Value::object({{"clusterIP", core.services->first_ip()},
                                            {"ipFamilyPolicy", "SingleStack"},
                                            {"type", "ClusterIP"},
                                            {"sessionAffinity", "None"},
                                            {"ports", json::Value::array({std::move(https)})}}));
    return object;
}

json::Value kubernetes_endpoints(const std::string& address, uint16_t port) {
    json::Value object = named("v1", "Endpoints", "kubernetes");
    object.mut("metadata").set("namespace", "default");
    object.mut("metadata").set("labels", json::Value::object({{"endpointslice.kubernetes.io/skip-mirror", "true"}}));
    json::Value subset = json::Value::object({{"addresses", json::Value::array({json::Value::object({{"ip", address}})})},
                                              {"ports", json::Value::array({json::Value::object({{"name", "https"}, {"port", port}, {"protocol", "TCP"}})})}});
    object.set("subsets", json::Value::array({std::move(subset)}));
    return object;
}

json::Value kubernetes_slice(const std::string& address, uint16_t port) {
    json::Value object = named("discovery.k8s.io/v1", "EndpointSlice", "kubernetes");
    object.mut("metadata").set("namespace", "default");
    object.mut("metadata").set("labels", json::Value::object({{"kubernetes.io/service-name", "kubernetes"}}));
    object.set("addressType", "IPv4");
    json::Value endpoint = json::Value::object({{"addresses", json::Value::array({address})}, {"conditions", json::Value::object({{"ready", true}})}});
    object.set("endpoints", json::Value::array({std::move(endpoint)}));
    object.set("ports", json::Value::array({json::Value::object({{"name", "https"}, {"port", port}, {"protocol", "TCP"}})}));
    return object;
}

}  // namespace

Status ensure_object(Core& core, const json::Value& object) { return ensure(core, object); }

Status ensure_default_objects(Core& core, const BootstrapOptions& options) {
    for (const char* name : {"kube-system", "default", "kube-public", "kube-node-lease"}) TRY(ensure(core, named("v1", "Namespace", name)));
    TRY(ensure(core, priority_class("system-node-critical", 2000001000, "Used for system critical pods that must not be moved from their current node.")));
    TRY(ensure(core, priority_class("system-cluster-critical", 2000000000,
                                    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.")));
    TRY(ensure(core, token_tracking(core.clock.now())));
    for (const json::Value& object : flow::default_objects()) TRY(ensure(core, object, kFlowManager));
    for (const json::Value& object : options.more) TRY(ensure(core, object));
    if (core.services) {
        TRY(ensure(core, kubernetes_service(core, options.port)));
        json::Value cidr = named("networking.k8s.io/v1", "ServiceCIDR", "kubernetes");
        cidr.set("spec", json::Value::object({{"cidrs", json::Value::array({core.services->cidr()})}}));
        TRY(ensure(core, cidr));
    }
    if (!options.advertise_address.empty()) {
        TRY(ensure_same(core, kubernetes_endpoints(options.advertise_address, options.port), "subsets"));
        TRY(ensure_same(core, kubernetes_slice(options.advertise_address, options.port), "endpoints"));
    }
    return {};
}

}  // namespace skiff::apiserver
