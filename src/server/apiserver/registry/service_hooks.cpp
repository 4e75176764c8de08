#include "server/apiserver/registry/service_hooks.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/validation.h"
#include "json/write.h"
#include "server/apiserver/registry/service_network.h"

namespace skiff::apiserver {
namespace {

bool is_service(const api::KindInfo& kind) { return kind.gvk.group.empty() && kind.plural == "services"; }

bool needs_ip(const json::Value& spec) { return spec["type"].as_string() != "ExternalName"; }

bool needs_port(const json::Value& spec) {
    const std::string& type = spec["type"].as_string();
    if (type == "NodePort") return true;
    return type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"].as_bool(true);
}

bool has_node_ports(const json::Value& spec) { return spec["type"].as_string() == "NodePort" || spec["type"].as_string() == "LoadBalancer"; }

bool externally_accessible(const json::Value& spec) {
    return has_node_ports(spec) || (spec["type"].as_string() == "ClusterIP" && spec["externalIPs"].size() > 0);
}

bool needs_check_port(const json::Value& spec) {
    return spec["type"].as_string() == "LoadBalancer" && spec["externalTrafficPolicy"].as_string() == "Local";
}

// A field that only the old type had and that the update repeats goes; one that the update sets anew stays, for validation to refuse.
void drop_fields_of_old_type(json::Value& spec, const json::Value& before) {
    auto drop = [&](bool had, bool has, const char* key) {
        if (had && !has && spec.has(key) && spec[key] == before[key]) spec.erase(key);
    };
    const bool was_balancer = before["type"].as_string() == "LoadBalancer", is_balancer = spec["type"].as_string() == "LoadBalancer";
    drop(needs_check_port(before), needs_check_port(spec), "healthCheckNodePort");
    drop(was_balancer, is_balancer, "allocateLoadBalancerNodePorts");
    drop(was_balancer, is_balancer, "loadBalancerClass");
    drop(externally_accessible(before), externally_accessible(spec), "externalTrafficPolicy");
}

bool headless(const json::Value& spec) { return spec["clusterIP"].as_string() == "None"; }

Status invalid(const json::Value& object, const api::FieldErrors& errors) { return errors.to_status("", "Service", object["metadata"]["name"].as_string()); }

// ipFamilies and ipFamilyPolicy on a cluster with one family.
Status set_families(json::Value& object) {
    json::Value& spec = object.mut("spec");
    api::FieldErrors errors;
    const std::string policy = spec["ipFamilyPolicy"].as_string();
    if (headless(spec) && spec["selector"].size() == 0) {
        if (policy.empty()) spec.set("ipFamilyPolicy", "RequireDualStack");
        if (spec["ipFamilies"].size() == 0) spec.set("ipFamilies", json::Value::array({"IPv4"}));
        if (spec["ipFamilyPolicy"].as_string() != "SingleStack" && spec["ipFamilies"].size() < 2)
            spec.mut("ipFamilies").push_back(spec["ipFamilies"][0].as_string() == "IPv4" ? "IPv6" : "IPv4");
        return {};
    }
    api::FieldPath path("spec");
    if (policy == "RequireDualStack") errors.invalid(path.child("ipFamilyPolicy"), policy, "this cluster is not configured for dual-stack services");
    for (size_t i = 0; i < spec["ipFamilies"].size(); ++i)
        if (spec["ipFamilies"][i].as_string() == "IPv6") errors.invalid(path.child("ipFamilies").index(i), "IPv6", "not configured on this cluster");
    if (!errors.empty()) return invalid(object, errors);
    if (policy.empty()) spec.set("ipFamilyPolicy", "SingleStack");
    if (spec["ipFamilies"].size() == 0) spec.set("ipFamilies", json::Value::array({"IPv4"}));
    return {};
}

}  // namespace

ServiceClaim::~ServiceClaim() { give_back(); }

void ServiceClaim::give_back() {
    if (network_ == nullptr) return;
    for (const std::string& ip : taken_ips_) network_->free_ip(ip);
    for (int port : taken_ports_) network_->free_port(port);
    taken_ips_.clear();
    taken_ports_.clear();
}

void ServiceClaim::keep() {
    if (network_ == nullptr) return;
    for (const std::string& ip : freed_ips_) network_->free_ip(ip);
    for (int port : freed_ports_) network_->free_port(port);
    taken_ips_.clear();
    taken_ports_.clear();
    freed_ips_.clear();
    freed_ports_.clear();
}

Status ServiceClaim::on_create(Core& core, const api::KindInfo& kind, json::Value& object, bool) {
    if (!is_service(kind) || !core.services) return {};
    network_ = core.services.get();
    reader_ = &core.cache;
    return allocate(object, nullptr);
}

Status ServiceClaim::on_update(Core& core, const api::KindInfo& kind, json::Value& object, const json::Value& old, bool) {
    if (!is_service(kind) || !core.services) return {};
    network_ = core.services.get();
    reader_ = &core.cache;
    return allocate(object, &old);
}

void ServiceClaim::on_delete(Core& core, const api::KindInfo& kind, const json::Value& object) {
    if (!is_service(kind) || !core.services) return;
    network_ = core.services.get();
    for (const json::Value& ip : object["spec"]["clusterIPs"].items()) freed_ips_.push_back(ip.as_string());
    for (const json::Value& port : object["spec"]["ports"].items())
        if (port["nodePort"].as_int() > 0) freed_ports_.push_back(static_cast<int>(port["nodePort"].as_int()));
    if (object["spec"]["healthCheckNodePort"].as_int() > 0) freed_ports_.push_back(static_cast<int>(object["spec"]["healthCheckNodePort"].as_int()));
}

Status ServiceClaim::allocate(json::Value& object, const json::Value* old) {
    if (needs_ip(object["spec"])) TRY(set_families(object));
    TRY(allocate_ips(object, old));
    return allocate_ports(object, old);
}

Status ServiceClaim::allocate_ips(json::Value& object, const json::Value* old) {
    json::Value& spec = object.mut("spec");
    std::string held = old && needs_ip((*old)["spec"]) ? (*old)["spec"]["clusterIP"].as_string() : std::string();
    if (held == "None") held.clear();
    if (!needs_ip(spec)) {
        if (!held.empty()) freed_ips_.push_back(held);
        return {};
    }
    if (headless(spec)) {
        spec.set("clusterIP", "None");
        spec.set("clusterIPs", json::Value::array({"None"}));
        return {};
    }
    std::string wanted = spec["clusterIP"].as_string();
    if (wanted.empty()) wanted = spec["clusterIPs"][0].as_string();
    if (!held.empty() && wanted == held) return {};
    auto ip = network_->take_ip(wanted, *reader_);
    if (!ip.ok()) {
        if (wanted.empty()) return std::move(ip).status();
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("spec").child("clusterIPs"), json::Value::array({wanted}), ip.status().message());
        return invalid(object, errors);
    }
    taken_ips_.push_back(*ip);
    if (!held.empty()) freed_ips_.push_back(held);
    spec.set("clusterIP", *ip);
    spec.set("clusterIPs", json::Value::array({*ip}));
    return {};
}

Status ServiceClaim::allocate_ports(json::Value& object, const json::Value* old) {
    json::Value& spec = object.mut("spec");
    std::set<int> held, used;
    if (old) {
        for (const json::Value& port : (*old)["spec"]["ports"].items())
            if (int64_t n = port["nodePort"].as_int(); n > 0) held.insert(static_cast<int>(n));
    }
    if (has_node_ports(spec)) {
        std::map<int64_t, int> by_port;   // one port with two protocols shares its node port
        json::Value* ports = spec.find("ports");
        size_t count = ports ? ports->size() : 0;
        for (size_t i = 0; i < count; ++i) {
            json::Value& port = ports->mut_items()[i];
            int wanted = static_cast<int>(port["nodePort"].as_int());
            if (wanted == 0 && !needs_port(spec)) continue;
            if (wanted == 0)
                if (auto same = by_port.find(port["port"].as_int()); same != by_port.end()) wanted = same->second;
            if (wanted == 0 || (held.count(wanted) == 0 && used.count(wanted) == 0)) {
                auto taken = network_->take_port(wanted);
                if (!taken.ok()) {
                    if (wanted == 0) return std::move(taken).status();
                    api::FieldErrors errors;
                    errors.invalid(api::FieldPath("spec").child("ports").index(i).child("nodePort"), wanted, taken.status().message());
                    return invalid(object, errors);
                }
                wanted = *taken;
                taken_ports_.push_back(wanted);
            }
            port.set("nodePort", wanted);
            used.insert(wanted);
            by_port.emplace(port["port"].as_int(), wanted);
        }
    }
    bool check = spec["type"].as_string() == "LoadBalancer" && spec["externalTrafficPolicy"].as_string() == "Local";
    int old_check = old ? static_cast<int>((*old)["spec"]["healthCheckNodePort"].as_int()) : 0;
    int wanted_check = static_cast<int>(spec["healthCheckNodePort"].as_int());
    if (check && (wanted_check == 0 || wanted_check != old_check)) {
        auto taken = network_->take_port(wanted_check);
        if (!taken.ok()) return error(Reason::InternalError, "Internal error occurred: failed to allocate requested HealthCheck NodePort {}: {}", wanted_check, taken.status().message());
        taken_ports_.push_back(*taken);
        spec.set("healthCheckNodePort", *taken);
    } else if (!check && old_check > 0) {
        freed_ports_.push_back(old_check);
    }
    for (int port : held)
        if (used.count(port) == 0) freed_ports_.push_back(port);
    return {};
}

void carry_service_fields(const api::KindInfo& kind, json::Value& object, const json::Value& old) {
    if (!is_service(kind)) return;
    json::Value& spec = object.mut("spec");
    const json::Value& before = old["spec"];
    if (needs_ip(before) && needs_ip(spec)) {
        // Who changes the one changes both; who leaves out the one or both keeps them.
        const bool same = spec["clusterIPs"] == before["clusterIPs"], none = spec["clusterIPs"].size() == 0;
        const bool given = !spec["clusterIP"].as_string().empty();
        if (given && (same || none) && spec["clusterIP"] != before["clusterIP"]) spec.set("clusterIPs", json::Value::array({spec["clusterIP"]}));
        if (!given && before.has("clusterIP")) spec.set("clusterIP", before["clusterIP"]);
        if (spec["clusterIPs"].size() == 0 && before.has("clusterIPs")) spec.set("clusterIPs", before["clusterIPs"]);
        for (const char* key : {"ipFamilies", "ipFamilyPolicy"})
            if ((spec[key].is_null() || spec[key].is_array()) && spec[key].empty() && before.has(key)) spec.set(key, before[key]);
    } else if (needs_ip(before)) {
        for (const char* key : {"clusterIP", "clusterIPs"})
            if (spec[key].empty() || spec[key] == before[key]) spec.erase(key);
        for (const char* key : {"ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"})
            if (spec[key].empty() || spec[key] == before[key]) spec.erase(key);
    }
    if (needs_check_port(before) && needs_check_port(spec) && spec["healthCheckNodePort"].as_int() == 0) spec.set("healthCheckNodePort", before["healthCheckNodePort"]);
    drop_fields_of_old_type(spec, before);
    // Addresses of a balancer go with it.
    if (before["type"].as_string() == "LoadBalancer" && spec["type"].as_string() != "LoadBalancer") object.mut("status").set("loadBalancer", json::Value::object());
    json::Value* ports = spec.find("ports");
    if (ports == nullptr || !ports->is_array()) return;
    for (json::Value& port : ports->mut_items()) {
        for (const json::Value& was : before["ports"].items()) {
            bool same = was["port"] == port["port"] && was["protocol"].as_string("TCP") == port["protocol"].as_string("TCP");
            if (!same || was["nodePort"].as_int() == 0) continue;
            if (has_node_ports(spec) && port["nodePort"].as_int() == 0) port.set("nodePort", was["nodePort"]);
            else if (!has_node_ports(spec) && port["nodePort"] == was["nodePort"]) port.erase("nodePort");
        }
    }
}

}  // namespace skiff::apiserver
