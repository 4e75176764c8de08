#include "api/kinds/check_address.h"
#include "api/kinds/validate_parts.h"
#include "api/kinds/validate_service.h"
#include "api/kinds/check.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

// Of the pair a client may set one or both, and both must say the same.
bool is_headless(const Value& spec) { return spec["clusterIPs"][0].as_string() == "None" || spec["clusterIP"].as_string() == "None"; }

void validate_port(const Value& port, bool need_name, std::set<std::string>& names, const FieldPath& path, FieldErrors& errors) {
    const std::string& name = port["name"].as_string();
    if (name.empty()) {
        if (need_name) errors.required(path.child("name"), "");
    } else {
        add_complaints(check_dns1123_label(name), path.child("name"), name, errors);
        if (!names.insert(name).second) errors.duplicate(path.child("name"), name);
    }
    check_port(port["port"], path.child("port"), errors);
    check_one_of(port["protocol"], path.child("protocol"), {"SCTP", "TCP", "UDP"}, errors);
    const Value& target = port["targetPort"];
    if (target.is_string()) add_complaints(check_port_name(target.as_string()), path.child("targetPort"), target.as_string(), errors);
    else check_port(target, path.child("targetPort"), errors);
    check_given_name(port["appProtocol"], check_qualified_name, path.child("appProtocol"), errors);
}

// A port as Kubernetes' own type prints, with only what makes it unique.
Value go_port(const Value& port) {
    return Value::object({{"Name", ""}, {"Protocol", port["protocol"]}, {"AppProtocol", nullptr}, {"Port", port["port"]}, {"TargetPort", 0}, {"NodePort", 0}});
}

void validate_ports(const Value& spec, FieldErrors& errors) {
    FieldPath path = kSpec.child("ports");
    const Value& ports = spec["ports"];
    if (ports.size() == 0 && !is_headless(spec) && spec["type"].as_string() != "ExternalName") errors.required(path, "");
    std::set<std::string> names;
    std::set<std::pair<std::string, int64_t>> seen, node_ports;
    for (size_t i = 0; i < ports.size(); ++i) {
        const Value& port = ports[i];
        validate_port(port, ports.size() > 1, names, path.index(i), errors);
        const std::string& protocol = port["protocol"].as_string();
        if (!seen.insert({protocol, port["port"].as_int()}).second) errors.duplicate(path.index(i), go_port(port));
        int64_t node_port = port["nodePort"].as_int();
        if (node_port == 0) continue;
        if (spec["type"].as_string() == "ClusterIP") errors.forbidden(path.index(i).child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        else if (!node_ports.insert({protocol, node_port}).second) errors.duplicate(path.index(i).child("nodePort"), node_port);
    }
}

enum class Headless { Checked, Allowed };

void validate_addresses(const Value& spec, Headless headless, FieldErrors& errors) {
    FieldPath path = kSpec.child("clusterIPs");
    const Value& ips = spec["clusterIPs"];
    const std::string& type = spec["type"].as_string();
    if (type == "ExternalName") {
        if (ips.size() > 0 || !spec["clusterIP"].empty()) errors.forbidden(path, "may not be set for ExternalName services");
        for (auto field : {"ipFamilies", "ipFamilyPolicy"})
            if (!spec[field].empty()) errors.forbidden(kSpec.child(field), "may not be set for ExternalName services");
        return;
    }
    if (ips.size() > 0 && spec["clusterIP"].empty()) errors.invalid(path, ips, "must be empty when `clusterIP` is not specified");
    else if (ips.size() > 0 && !(ips[0] == spec["clusterIP"])) errors.invalid(path, ips, "first value must match `clusterIP`");
    if (is_headless(spec)) {
        if (headless == Headless::Checked && (type == "NodePort" || type == "LoadBalancer")) errors.invalid(path.index(0), "None", "may not be set to 'None' for " + type + " services");
        if (ips.size() > 1 && ips[0].as_string() == "None") {
            errors.invalid(path, ips, "'None' must be the first and only value");
            for (size_t i = 1; i < ips.size(); ++i) add_complaints(check_legacy_ip(ips[i].as_string()), path.index(i), ips[i].as_string(), errors);
        }
        return;
    }
    std::vector<std::string> given;
    for (const auto& ip : ips.items()) given.push_back(ip.as_string());
    if (given.empty() && !spec["clusterIP"].empty()) given.push_back(spec["clusterIP"].as_string());
    size_t before = errors.causes().size();
    for (size_t i = 0; i < given.size(); ++i) add_complaints(check_legacy_ip(given[i]), path.index(i), given[i], errors);
    if (given.size() > 2) errors.invalid(path, ips, "may only hold up to 2 values");
    if (errors.causes().size() != before) return;
    auto is_v6 = [](const std::string& ip) { return ip.find(':') != ip.npos; };
    if (given.size() == 2 && is_v6(given[0]) == is_v6(given[1])) errors.invalid(path, ips, "may specify no more than one IP for each IP family");
    for (size_t i = 0; i < given.size() && i < spec["ipFamilies"].size(); ++i)
        if (const std::string& family = spec["ipFamilies"][i].as_string(); (family == "IPv6") != is_v6(given[i]))
            errors.invalid(path.index(i), given[i], fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", family, i));
}

void validate_families(const Value& spec, FieldErrors& errors) {
    std::set<std::string> seen;
    const Value& families = spec["ipFamilies"];
    for (size_t i = 0; i < families.size(); ++i) {
        const std::string& family = families[i].as_string();
        FieldPath at = kSpec.child("ipFamilies").index(i);
        if (family != "IPv4" && family != "IPv6") errors.not_supported(at, family, {"IPv4", "IPv6"});
        if (!seen.insert(family).second) errors.duplicate(at, family);
    }
    if (!spec["ipFamilyPolicy"].is_null()) check_listed(spec["ipFamilyPolicy"], kSpec.child("ipFamilyPolicy"), {"PreferDualStack", "RequireDualStack", "SingleStack"}, errors);
}

void validate_affinity(const Value& spec, FieldErrors& errors) {
    constexpr int64_t kTimeoutMax = 86400;
    check_one_of(spec["sessionAffinity"], kSpec.child("sessionAffinity"), {"ClientIP", "None"}, errors);
    const Value& timeout = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"];
    if (spec["sessionAffinity"].as_string() != "ClientIP") return;
    if (timeout.as_int() <= 0 || timeout.as_int() > kTimeoutMax)
        errors.invalid(kSpec.child("sessionAffinityConfig").child("clientIP").child("timeoutSeconds"), timeout,
                       fmt::format("must be greater than 0 and less than {}", kTimeoutMax));
}

void validate_external(const Value& spec, FieldErrors& errors) {
    const Value& ips = spec["externalIPs"];
    for (size_t i = 0; i < ips.size(); ++i) {
        FieldPath at = kSpec.child("externalIPs").index(i);
        const std::string& ip = ips[i].as_string();
        auto complaints = check_legacy_ip(ip);
        add_complaints(complaints, at, ip, errors);
        if (!complaints.empty()) continue;
        if (ip == "0.0.0.0" || ip == "::") errors.invalid(at, ip, "may not be unspecified (" + ip + ")");
        if (ip.starts_with("127.") || ip == "::1") errors.invalid(at, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        if (ip.starts_with("169.254.") || (ip.size() > 4 && lower(ip.substr(0, 2)) == "fe" && std::string_view("89abAB").find(ip[2]) != std::string_view::npos)) errors.invalid(at, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        if (ip.starts_with("224.0.0.") || lower(ip).starts_with("ff02:")) errors.invalid(at, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
    if (spec["type"].as_string() == "ExternalName") {
        std::string name = spec["externalName"].as_string();
        if (name.ends_with('.')) name.pop_back();
        if (name.empty()) errors.required(kSpec.child("externalName"), "");
        else add_complaints(check_dns1123_subdomain(name), kSpec.child("externalName"), name, errors);
    }
    const Value& ranges = spec["loadBalancerSourceRanges"];
    // Kubernetes' messages have a capital letter here.
    FieldPath ranges_path = kSpec.child("LoadBalancerSourceRanges");
    if (ranges.size() > 0 && spec["type"].as_string() != "LoadBalancer") errors.forbidden(ranges_path, "may only be used when `type` is 'LoadBalancer'");
    for (size_t i = 0; i < ranges.size(); ++i) add_complaints(check_cidr(trim(ranges[i].as_string())), ranges_path.index(i), ranges[i].as_string(), errors);
}

void validate_balancer_class(const Value& spec, FieldErrors& errors) {
    const Value& name = spec["loadBalancerClass"];
    if (name.is_null()) return;
    FieldPath path = kSpec.child("loadBalancerClass");
    if (spec["type"].as_string() == "LoadBalancer") add_complaints(check_qualified_name(name.as_string()), path, name.as_string(), errors);
    else errors.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
}

void validate_traffic(const Value& spec, FieldErrors& errors) {
    const std::string& type = spec["type"].as_string();
    bool outside = type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && spec["externalIPs"].size() > 0);
    const Value& policy = spec["externalTrafficPolicy"];
    FieldPath path = kSpec.child("externalTrafficPolicy");
    if (outside) check_one_of(policy, path, {"Cluster", "Local"}, errors);
    else if (!policy.empty()) errors.invalid(path, policy, "may only be set for externally-accessible services");
    check_one_of(spec["internalTrafficPolicy"], kSpec.child("internalTrafficPolicy"), {"Cluster", "Local"}, errors, Presence::Optional);
    check_one_of(spec["trafficDistribution"], kSpec.child("trafficDistribution"), {"PreferClose", "PreferSameZone", "PreferSameNode"}, errors, Presence::Optional);
    const Value& allocate = spec["allocateLoadBalancerNodePorts"];
    if (!allocate.is_null() && type != "LoadBalancer") errors.forbidden(kSpec.child("allocateLoadBalancerNodePorts"), "may only be used when `type` is 'LoadBalancer'");
    if (spec["healthCheckNodePort"].as_int() != 0 && !(type == "LoadBalancer" && policy.as_string() == "Local"))
        errors.invalid(kSpec.child("healthCheckNodePort"), spec["healthCheckNodePort"], "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    validate_balancer_class(spec, errors);
}

}  // namespace

void validate_service_addresses(const Value& spec, FieldErrors& errors) {
    validate_families(spec, errors);
    validate_addresses(spec, Headless::Allowed, errors);
}

void validate_service(const Value& object, FieldErrors& errors) {
    const Value &spec = object["spec"], &notes = object["metadata"]["annotations"];
    // What the allocation of addresses does not understand is told before anything else is looked at.
    if (spec["type"].as_string() != "ExternalName") {
        const size_t before = errors.causes().size();
        validate_families(spec, errors);
        validate_addresses(spec, Headless::Allowed, errors);
        if (errors.causes().size() != before) return;
    }
    const Value &mode = notes["service.kubernetes.io/topology-mode"], &hints = notes["service.kubernetes.io/topology-aware-hints"];
    if (mode.is_string() && hints.is_string() && !(mode == hints))
        errors.invalid(FieldPath("metadata.annotations").key("service.kubernetes.io/topology-mode"), mode, "must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified");
    validate_ports(spec, errors);
    validate_labels(spec["selector"], kSpec.child("selector"), errors);
    validate_affinity(spec, errors);
    check_one_of(spec["type"], kSpec.child("type"), {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, errors);
    validate_addresses(spec, Headless::Checked, errors);
    validate_external(spec, errors);
    validate_traffic(spec, errors);
}

void validate_service_update(const Value& object, const Value& old, FieldErrors& errors) {
    const Value &spec = object["spec"], &before = old["spec"];
    if (spec["type"].as_string() != "ExternalName") {
        const size_t count = errors.causes().size();
        validate_families(spec, errors);
        validate_addresses(spec, Headless::Allowed, errors);
        if (errors.causes().size() != count) return;
    }
    auto has_address = [](const Value& s) { return s["type"].as_string() != "ExternalName"; };
    // The address stays as long as the service has one.
    if (has_address(spec) && has_address(before) && !before["clusterIPs"][0].empty() && !(spec["clusterIPs"][0] == before["clusterIPs"][0]))
        errors.invalid(kSpec.child("clusterIPs").index(0), spec["clusterIPs"], "may not change once set");
    if (spec["type"].as_string() == "LoadBalancer" && before["type"].as_string() == "LoadBalancer")
        if (!(spec["loadBalancerClass"] == before["loadBalancerClass"]))
            errors.invalid(kSpec.child("loadBalancerClass"), spec["loadBalancerClass"], "may not change once set");
    validate_balancer_class(spec, errors);   // once more below, as Kubernetes does
    auto checked = [](const Value& s) { return s["type"].as_string() == "LoadBalancer" && s["externalTrafficPolicy"].as_string() == "Local"; };
    if (checked(spec) && checked(before) && !(spec["healthCheckNodePort"] == before["healthCheckNodePort"])) errors.forbidden(kSpec.child("healthCheckNodePort"), "field is immutable");
    validate_service(object, errors);
}

void validate_service_status_update(const Value& object, const Value&, FieldErrors& errors) {
    FieldPath path = FieldPath("status").child("loadBalancer").child("ingress");
    const Value& list = object["status"]["loadBalancer"]["ingress"];
    if (list.size() > 0 && object["spec"]["type"].as_string() != "LoadBalancer") {
        errors.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
        return;
    }
    for (size_t i = 0; i < list.size(); ++i) {
        FieldPath at = path.index(i);
        const std::string &ip = list[i]["ip"].as_string(), &host = list[i]["hostname"].as_string();
        if (!ip.empty()) add_complaints(check_legacy_ip(ip), at.child("ip"), ip, errors);
        if (!ip.empty() && list[i]["ipMode"].is_null()) errors.required(at.child("ipMode"), "must be specified when `ip` is set");
        if (ip.empty() && !list[i]["ipMode"].is_null()) errors.forbidden(at.child("ipMode"), "may not be specified when `ip` is not set");
        if (!list[i]["ipMode"].is_null()) check_one_of(list[i]["ipMode"], at.child("ipMode"), {"Proxy", "VIP"}, errors);
        if (host.empty()) continue;
        add_complaints(check_dns1123_subdomain(host), at.child("hostname"), host, errors);
        if (is_ip(host)) errors.invalid(at.child("hostname"), host, "must be a DNS name, not an IP address");
    }
}

}  // namespace skiff::api::kinds
