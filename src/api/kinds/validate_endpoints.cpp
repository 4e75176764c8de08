#include "api/kinds/check.h"
#include "api/kinds/check_address.h"
#include "api/kinds/validate_parts.h"
#include "api/kinds/validate_service.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// Addresses that no endpoint can have.
void check_reachable(const std::string& ip, const FieldPath& path, FieldErrors& errors) {
    if (ip == "0.0.0.0" || ip == "::") errors.invalid(path, ip, "may not be unspecified (" + ip + ")");
    if (ip.starts_with("127.") || ip == "::1") errors.invalid(path, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    if (ip.starts_with("169.254.")) errors.invalid(path, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    if (ip.starts_with("224.0.0.")) errors.invalid(path, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

void validate_address(const Value& address, const FieldPath& path, FieldErrors& errors) {
    const std::string& ip = address["ip"].as_string();
    add_complaints(check_legacy_ip(ip), path.child("ip"), ip, errors);
    if (is_ip(ip)) check_reachable(ip, path.child("ip"), errors);
    else if (!check_legacy_ip(ip).empty()) errors.invalid(path.child("ip"), ip, "must be a valid IP address");
    check_optional_name(address["hostname"], check_dns1123_label, path.child("hostname"), errors);
    check_given_name(address["nodeName"], check_dns1123_subdomain, path.child("nodeName"), errors);
}

void validate_port(const Value& port, bool need_name, const FieldPath& path, FieldErrors& errors) {
    if (need_name && port["name"].empty()) errors.required(path.child("name"), "");
    check_optional_name(port["name"], check_dns1123_label, path.child("name"), errors);
    check_port(port["port"], path.child("port"), errors);
    check_one_of(port["protocol"], path.child("protocol"), {"SCTP", "TCP", "UDP"}, errors);
    check_given_name(port["appProtocol"], check_qualified_name, path.child("appProtocol"), errors);
}

// The zones and nodes that an endpoint is meant for.
void check_hints(const Value& hints, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kHintsMax = 8;
    for (auto [list, rule] : {std::pair("forZones", &check_label_value), std::pair("forNodes", &check_dns1123_subdomain)}) {
        if (hints[list].size() > kHintsMax) return errors.too_many(path.child(list), hints[list].size(), kHintsMax);
        std::set<std::string> seen;
        for (size_t i = 0; i < hints[list].size(); ++i) {
            const std::string& name = hints[list][i]["name"].as_string();
            FieldPath at = path.child(list).index(i).child("name");
            if (!seen.insert(name).second) errors.duplicate(at, name);
            add_complaints(rule(name), at, name, errors);
        }
    }
}

void validate_endpoint(const Value& endpoint, const std::string& type, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kAddressesMax = 100;
    const Value& addresses = endpoint["addresses"];
    const bool is_known = type == "IPv4" || type == "IPv6";
    if (addresses.size() == 0) errors.required(path.child("addresses"), "must contain at least 1 address");
    if (addresses.size() > kAddressesMax) errors.too_many(path.child("addresses"), addresses.size(), kAddressesMax);
    for (size_t i = 0; i < addresses.size(); ++i) {
        const std::string& address = addresses[i].as_string();
        FieldPath at = path.child("addresses").index(i);
        if (type == "FQDN") add_complaints(check_dns1123_subdomain(address), at, address, errors);
        else if (is_known) add_complaints(check_legacy_ip(address), at, address, errors);
        if (is_known && is_ip(address)) check_reachable(address, at, errors);
        if (type == "IPv4" && is_ipv6(address)) errors.invalid(path.child("addresses"), address, "must be an IPv4 address");
        if (type == "IPv6" && is_ipv4(address)) errors.invalid(path.child("addresses"), address, "must be an IPv6 address");
    }
    check_given_name(endpoint["nodeName"], check_dns1123_subdomain, path.child("nodeName"), errors);
    check_given_name(endpoint["hostname"], check_dns1123_label, path.child("hostname"), errors);
    check_hints(endpoint["hints"], path.child("hints"), errors);
}

// old: the endpoints that were, which nobody has to judge again.
void check_slice(const Value& object, const Value& old, FieldErrors& errors) {
    constexpr size_t kEndpointsMax = 1000, kPortsMax = 20000;
    const std::string& type = object["addressType"].as_string();
    check_one_of(object["addressType"], FieldPath("addressType"), {"FQDN", "IPv4", "IPv6"}, errors);
    const Value &endpoints = object["endpoints"], &ports = object["ports"];
    const bool judged = endpoints == old;
    if (!judged && endpoints.size() > kEndpointsMax) errors.too_many(FieldPath("endpoints"), endpoints.size(), kEndpointsMax);
    for (size_t i = 0; !judged && i < endpoints.size(); ++i) validate_endpoint(endpoints[i], type, FieldPath("endpoints").index(i), errors);
    if (ports.size() > kPortsMax) errors.too_many(FieldPath("ports"), ports.size(), kPortsMax);
    std::set<std::string> names;
    for (size_t i = 0; i < ports.size(); ++i) {
        FieldPath path = FieldPath("ports").index(i);
        const std::string& name = ports[i]["name"].as_string();
        if (!name.empty()) add_complaints(check_dns1123_label(name), path.child("name"), name, errors);
        if (!names.insert(name).second) errors.duplicate(path.child("name"), name);
        check_listed(ports[i]["protocol"], path.child("protocol"), {"SCTP", "TCP", "UDP"}, errors);
        check_given_name(ports[i]["appProtocol"], check_qualified_name, path.child("appProtocol"), errors);
    }
}

}  // namespace

void validate_endpoints(const Value& object, FieldErrors& errors) {
    const Value& subsets = object["subsets"];
    for (size_t i = 0; i < subsets.size(); ++i) {
        FieldPath path = FieldPath("subsets").index(i);
        const Value &subset = subsets[i], &ports = subset["ports"];
        if (subset["addresses"].size() == 0 && subset["notReadyAddresses"].size() == 0) errors.required(path, "must specify `addresses` or `notReadyAddresses`");
        for (auto list : {"addresses", "notReadyAddresses"})
            for (size_t a = 0; a < subset[list].size(); ++a) validate_address(subset[list][a], path.child(list).index(a), errors);
        for (size_t p = 0; p < ports.size(); ++p) validate_port(ports[p], ports.size() > 1, path.child("ports").index(p), errors);
    }
}

void validate_endpoint_slice(const Value& object, FieldErrors& errors) { check_slice(object, Value(), errors); }

void validate_endpoint_slice_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_slice(object, old["endpoints"], errors);
    check_immutable(object["addressType"], old["addressType"], FieldPath("addressType"), errors);
}

void validate_ip_address(const Value& object, FieldErrors& errors) {
    const Value& parent = object["spec"]["parentRef"];
    FieldPath path = FieldPath("spec").child("parentRef");
    if (!parent.is_object()) {
        errors.required(path, "");
        return;
    }
    if (!parent["group"].empty()) check_name(parent["group"], check_dns1123_subdomain, path.child("group"), errors);
    for (auto field : {"resource", "name"}) check_name(parent[field], check_path_segment, path.child(field), errors);
    if (!parent["namespace"].empty()) check_name(parent["namespace"], check_path_segment, path.child("namespace"), errors);
}

void validate_service_cidr(const Value& object, FieldErrors& errors) {
    FieldPath path = FieldPath("spec").child("cidrs");
    const Value& cidrs = object["spec"]["cidrs"];
    if (cidrs.size() == 0) errors.required(path, "at least one CIDR required");
    if (cidrs.size() > 2) return errors.invalid(path, Value::object({{"CIDRs", cidrs}}), "may only hold up to 2 values");
    for (size_t i = 0; i < cidrs.size(); ++i) add_complaints(check_strict_cidr(cidrs[i].as_string()), path.index(i), cidrs[i].as_string(), errors);
    auto family = [&](size_t i) { return cidrs[i].as_string().find(':') != std::string::npos; };
    if (cidrs.size() == 2 && errors.empty() && family(0) == family(1))
        errors.invalid(path, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
}

void validate_service_cidr_update(const Value& object, const Value& old, FieldErrors& errors) {
    FieldPath path = FieldPath("spec").child("cidrs");
    const Value &now = object["spec"]["cidrs"], &before = old["spec"]["cidrs"];
    // A second family may be added, nothing else changes.
    const bool added = before.size() == 1 && now.size() == 2;
    if (!added && now.size() != before.size()) return errors.invalid(path, now, "field is immutable");
    for (size_t i = 0; i < before.size(); ++i)
        if (!(now[i] == before[i])) errors.invalid(path.index(i), now[i], "field is immutable");
    if (added) validate_service_cidr(object, errors);
}

}  // namespace skiff::api::kinds
