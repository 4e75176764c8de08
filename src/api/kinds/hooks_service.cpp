#include "api/kinds/hooks.h"
#include "api/kinds/object_warnings.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate_service.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

bool outside_traffic(const Value& spec) {
    const std::string& type = spec["type"].as_string();
    return type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && spec["externalIPs"].size() > 0);
}

void default_port(Value& port) {
    set_default_zero(port, "protocol", "TCP");
    set_default_zero(port, "targetPort", port["port"]);
}

void default_service(Value& service) {
    Value& spec = service.mut("spec");
    set_default_zero(spec, "sessionAffinity", "None");
    if (spec["sessionAffinity"].as_string() == "None") spec.erase("sessionAffinityConfig");
    if (spec["sessionAffinity"].as_string() == "ClientIP")
        set_default(spec.mut("sessionAffinityConfig").mut("clientIP"), "timeoutSeconds", 10800);
    set_default_zero(spec, "type", "ClusterIP");
    each_object(spec, "ports", default_port);
    if (outside_traffic(spec)) set_default_zero(spec, "externalTrafficPolicy", "Cluster");
    const std::string type = spec["type"].as_string();
    if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") set_default(spec, "internalTrafficPolicy", "Cluster");
    if (type != "LoadBalancer") return;
    set_default(spec, "allocateLoadBalancerNodePorts", true);
    if_object(service, "status", [](Value& status) {
        if_object(status, "loadBalancer", [](Value& balancer) {
            each_object(balancer, "ingress", [](Value& ingress) {
                if (!ingress["ip"].empty()) set_default(ingress, "ipMode", "VIP");
            });
        });
    });
}

void default_endpoints(Value& object) {
    each_object(object, "subsets", [](Value& subset) {
        each_object(subset, "ports", [](Value& port) { set_default_zero(port, "protocol", "TCP"); });
    });
}

void default_endpoint_slice(Value& object) {
    each_object(object, "ports", [](Value& port) {
        set_default(port, "name", "");
        set_default(port, "protocol", "TCP");
    });
}

// Of the topology only the older version of the API knows; an update that changes no endpoint leaves it.
void drop_topology(Value& object) {
    each_object(object, "endpoints", [](Value& endpoint) { endpoint.erase("deprecatedTopology"); });
}

}  // namespace

KindHooks service_hooks() {
    return {.set_defaults = default_service,
            .prepare_create = [](Value& object) {
                if (object["spec"]["type"].as_string() == "ExternalName") object.mut("spec").erase("internalTrafficPolicy");
                object.set("status", Value::object({{"loadBalancer", Value::object()}}));
            },
            .validate_create = validate_service,
            .validate_update = validate_service_update,
            .validate_status_update = validate_service_status_update,
            .warnings = service_warnings};
}

KindHooks endpoints_hooks() {
    return {.set_defaults = default_endpoints,
            .validate_create = validate_endpoints,
            .validate_update = also_on_update(validate_endpoints),
            .warnings = endpoints_warnings};
}

KindHooks endpoint_slice_hooks() {
    return {.set_defaults = default_endpoint_slice,
            .prepare_create = drop_topology,
            .prepare_update = [](Value& object, const Value& old) {
                if (!(object["endpoints"] == old["endpoints"])) drop_topology(object);
            },
            .validate_create = validate_endpoint_slice,
            .validate_update = validate_endpoint_slice_update,
            .warnings = endpoint_slice_warnings};
}

KindHooks ip_address_hooks() {
    return {.validate_create = validate_ip_address,
            .validate_update = [](const Value& object, const Value& old, FieldErrors& errors) {
                validate_ip_address(object, errors);
                const Value &parent = object["spec"]["parentRef"], &before = old["spec"]["parentRef"];
                if (!(parent == before))
                    errors.invalid(FieldPath("spec").child("parentRef"), parent.is_null() ? Value() : internal_form("IPAddressParent", parent), "field is immutable");
            }};
}

KindHooks service_cidr_hooks() {
    return {.prepare_create = [](Value& object) { reset_status(object); },
            .validate_create = validate_service_cidr,
            .validate_update = validate_service_cidr_update};
}

}  // namespace skiff::api::kinds
