#include "server/apiserver/registry/service_hooks.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/kinds/validate_service.h"
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

bool same(const json::Value& spec, const json::Value& before, const char* key) { return spec[key].size() == before[key].size() && (spec[key].size() == 0 || spec[key] == before[key]); }

// Who prefers two families keeps what they have until they ask for something else.
bool keeps_preferred(const json::Value& spec, const json::Value& before) {
    return spec["type"] == before["type"] && spec["ipFamilyPolicy"].as_string() == "PreferDualStack" && before["ipFamilyPolicy"].as_string() == "PreferDualStack" &&
           same(spec, before, "clusterIPs") && same(spec, before, "ipFamilies");
}

bool stands_alone(const json::Value& spec) { return headless(spec) && spec["selector"].size() == 0; }

void keep_first(json::Value& spec, const char* key) { spec.set(key, json::Value::array({spec[key][0]})); }

// What the policy says against the lists; an update to one family gives the second up.
void settle_counts(json::Value& spec, const json::Value* before, api::FieldErrors& errors) {
    const api::FieldPath path = api::FieldPath("spec").child("ipFamilyPolicy");
    const json::Value policy = spec["ipFamilyPolicy"];
    const bool single = policy.as_string() == "SingleStack";
    constexpr std::pair<const char*, const char*> kLists[] = {{"clusterIPs", "cluster IP"}, {"ipFamilies", "IP family"}};
    for (const auto& [key, word] : kLists) {
        if (before == nullptr) break;
        if (single && spec[key].size() > 1 && same(spec, *before, key)) keep_first(spec, key);
        if (!single && spec[key].size() > 0 && spec[key].size() < (*before)[key].size()) errors.invalid(path, policy, fmt::format("must be 'SingleStack' to release the secondary {}", word));
    }
    if (single && spec["clusterIPs"].size() == 2) errors.invalid(path, policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
    if (single && spec["ipFamilies"].size() == 2) errors.invalid(path, policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
}

void infer_families(json::Value& spec, api::FieldErrors& errors) {
    const json::Value ips = spec["clusterIPs"];
    for (size_t i = 0; i < ips.size() && ips[i].as_string() != "None"; ++i) {
        if (i < spec["ipFamilies"].size()) continue;
        if (ips[i].as_string().find(':') == std::string::npos) spec.mut("ipFamilies").push_back("IPv4");
        else errors.invalid(api::FieldPath("spec").child("clusterIPs").index(i), ips, "IPv6 is not configured on this cluster");
    }
}

// ipFamilies and ipFamilyPolicy on a cluster with one family: settled before anything else is looked at, as Kubernetes does it.
Status set_families(json::Value& object, const json::Value* old) {
    json::Value& spec = object.mut("spec");
    const json::Value* before = old ? &(*old)["spec"] : nullptr;
    if (before && keeps_preferred(spec, *before)) return {};
    if (spec["ipFamilyPolicy"].is_null())
        spec.set("ipFamilyPolicy", before && !(*before)["ipFamilyPolicy"].is_null() ? (*before)["ipFamilyPolicy"] : json::Value(stands_alone(spec) ? "RequireDualStack" : "SingleStack"));
    api::FieldErrors errors;
    api::kinds::validate_service_addresses(spec, errors);
    if (!errors.empty()) return invalid(object, errors);
    settle_counts(spec, before, errors);
    infer_families(spec, errors);
    if (!errors.empty()) return invalid(object, errors);
    const std::string policy = spec["ipFamilyPolicy"].as_string();
    if (stands_alone(spec)) {
        if (spec["ipFamilies"].size() == 0) spec.set("ipFamilies", json::Value::array({"IPv4"}));
        if (policy != "SingleStack" && spec["ipFamilies"].size() < 2) spec.mut("ipFamilies").push_back(spec["ipFamilies"][0].as_string() == "IPv4" ? "IPv6" : "IPv4");
        return {};
    }
    api::FieldPath path("spec");
    if (policy == "RequireDualStack") errors.invalid(path.child("ipFamilyPolicy"), policy, "this cluster is not configured for dual-stack services");
    for (size_t i = 0; i < spec["ipFamilies"].size(); ++i)
        if (spec["ipFamilies"][i].as_string() == "IPv6") errors.invalid(path.child("ipFamilies").index(i), "IPv6", "not configured on this cluster");
    if (!errors.empty()) return invalid(object, errors);
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

Status ServiceClaim::on_create(Core& core, const api::KindInfo& kind, json::Value& object, bool dry_run) {
    if (!is_service(kind) || !core.services) return {};
    network_ = core.services.get();
    reader_ = &core.cache;
    run_ = dry_run ? Run::Dry : Run::Real;
    return allocate(object, nullptr);
}

Status ServiceClaim::on_update(Core& core, const api::KindInfo& kind, json::Value& object, const json::Value& old, bool dry_run) {
    if (!is_service(kind) || !core.services) return {};
    network_ = core.services.get();
    reader_ = &core.cache;
    run_ = dry_run ? Run::Dry : Run::Real;
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
    json::Value& spec = object.mut("spec");
    if (old == nullptr && spec["clusterIPs"].size() == 0 && !spec["clusterIP"].as_string().empty()) spec.set("clusterIPs", json::Value::array({spec["clusterIP"]}));
    if (needs_ip(spec)) TRY(set_families(object, old));
    TRY(allocate_ips(object, old));
    return allocate_ports(object, old);
}

Status ServiceClaim::allocate_ips(json::Value& object, const json::Value* old) {
    json::Value& spec = object.mut("spec");
    // Who has an address keeps it; that another one is asked for is found when the service is validated.
    if (old && needs_ip((*old)["spec"])) {
        const std::string& held = (*old)["spec"]["clusterIP"].as_string();
        if (!needs_ip(spec) && !held.empty() && held != "None") freed_ips_.push_back(held);
        return {};
    }
    if (!needs_ip(spec)) return {};
    if (headless(spec)) {
        spec.set("clusterIP", "None");
        spec.set("clusterIPs", json::Value::array({"None"}));
        return {};
    }
    std::string wanted = spec["clusterIP"].as_string();
    if (wanted.empty()) wanted = spec["clusterIPs"][0].as_string();
    const bool shared = run_ == Run::Dry && !wanted.empty() && network_->ip_taken(wanted);   // Kubernetes does not look then
    auto ip = shared ? Result<std::string>(wanted) : network_->take_ip(wanted, *reader_, run_);
    if (!ip.ok()) {
        if (wanted.empty()) return std::move(ip).status();
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("spec").child("clusterIPs"), json::Value::array({wanted}), ip.status().message());
        return invalid(object, errors);
    }
    if (!shared) taken_ips_.push_back(*ip);
    spec.set("clusterIP", *ip);
    spec.set("clusterIPs", json::Value::array({*ip}));
    return {};
}

Result<int> ServiceClaim::take_port(const json::Value& object, size_t index, int64_t wanted) {
    auto taken = network_->take_port(static_cast<int>(wanted), run_);
    if (taken.ok()) taken_ports_.push_back(*taken);
    if (taken.ok() || wanted == 0) return taken;
    api::FieldErrors errors;
    errors.invalid(api::FieldPath("spec").child("ports").index(index).child("nodePort"), wanted, taken.status().message());
    return invalid(object, errors);
}

// Of a new service one port with several protocols shares its node port, which any of them may name.
Status ServiceClaim::take_new_ports(json::Value& object) {
    std::map<int64_t, int64_t> asked, by_port;   // node ports: what is named first, what is given
    for (const json::Value& port : object["spec"]["ports"].items())
        if (int64_t own = port["nodePort"].as_int(); own != 0) asked.emplace(port["port"].as_int(), own);
    json::Value ports = object["spec"]["ports"];
    for (size_t i = 0; i < ports.size(); ++i) {
        json::Value& port = ports.mut_items()[i];
        const int64_t number = port["port"].as_int(), own = port["nodePort"].as_int();
        if (own == 0 && !needs_port(object["spec"])) continue;
        int64_t& shared = by_port[number];
        if (shared == 0) {
            shared = TRY(take_port(object, i, asked[number]));
            port.set("nodePort", shared);
        } else if (own == 0) {
            port.set("nodePort", shared);
        } else if (own != shared) {
            TRY(take_port(object, i, own));
        }
    }
    if (ports.size() > 0) object.mut("spec").set("ports", std::move(ports));
    return {};
}

Status ServiceClaim::take_further_ports(json::Value& object, const std::set<int64_t>& held) {
    std::set<int64_t> used;
    json::Value ports = object["spec"]["ports"];
    for (size_t i = 0; i < ports.size(); ++i) {
        json::Value& port = ports.mut_items()[i];
        const int64_t own = port["nodePort"].as_int();
        if (own == 0 && !needs_port(object["spec"])) continue;
        if (own == 0 || (held.count(own) == 0 && used.count(own) == 0)) port.set("nodePort", TRY(take_port(object, i, own)));
        used.insert(port["nodePort"].as_int());
    }
    if (ports.size() > 0) object.mut("spec").set("ports", std::move(ports));
    return {};
}

Status ServiceClaim::allocate_ports(json::Value& object, const json::Value* old) {
    std::set<int64_t> held, used;
    if (old) {
        for (const json::Value& port : (*old)["spec"]["ports"].items())
            if (int64_t n = port["nodePort"].as_int(); n > 0) held.insert(n);
    }
    if (has_node_ports(object["spec"])) TRY(old ? take_further_ports(object, held) : take_new_ports(object));
    json::Value& spec = object.mut("spec");
    if (has_node_ports(spec))
        for (const json::Value& port : spec["ports"].items()) used.insert(port["nodePort"].as_int());
    bool check = spec["type"].as_string() == "LoadBalancer" && spec["externalTrafficPolicy"].as_string() == "Local";
    int old_check = old ? static_cast<int>((*old)["spec"]["healthCheckNodePort"].as_int()) : 0;
    int wanted_check = static_cast<int>(spec["healthCheckNodePort"].as_int());
    if (check && (wanted_check == 0 || wanted_check != old_check)) {
        auto taken = network_->take_port(wanted_check, run_);
        if (!taken.ok()) return error(Reason::InternalError, "Internal error occurred: failed to allocate requested HealthCheck NodePort {}: {}", wanted_check, taken.status().message());
        taken_ports_.push_back(*taken);
        spec.set("healthCheckNodePort", *taken);
    } else if (!check && old_check > 0) {
        freed_ports_.push_back(old_check);
    }
    for (int64_t port : held)
        if (used.count(port) == 0) freed_ports_.push_back(static_cast<int>(port));
    return {};
}

namespace {

using PortKey = std::pair<int64_t, std::string>;   // port, protocol

PortKey key_of(const json::Value& port) { return {port["port"].as_int(), port["protocol"].as_string("TCP")}; }

std::map<PortKey, int64_t> node_ports_of(const json::Value& spec) {
    std::map<PortKey, int64_t> found;
    for (const json::Value& port : spec["ports"].items())
        if (int64_t number = port["nodePort"].as_int(); number != 0) found.emplace(key_of(port), number);
    return found;
}

}  // namespace

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
    const std::map<PortKey, int64_t> node_ports = node_ports_of(before);
    if (node_ports.empty()) return;
    const bool has_some = has_node_ports(spec);
    for (json::Value& port : ports->mut_items()) {
        auto was = node_ports.find(key_of(port));
        if (was == node_ports.end()) continue;
        if (has_some && port["nodePort"].as_int() == 0) port.set("nodePort", was->second);
        else if (!has_some && port["nodePort"].as_int() == was->second) port.erase("nodePort");
    }
}

void hide_service_fields(const api::KindInfo& kind, json::Value& object) {
    if (is_service(kind) && !needs_ip(object["spec"])) object.mut("spec").erase("internalTrafficPolicy");
}

}  // namespace skiff::apiserver
