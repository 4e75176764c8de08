#include "api/kinds/check_address.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "api/quantity.h"
#include "json/member_index.h"

#include <climits>
#include <map>

namespace skiff::api::kinds {

namespace {

using json::Value;

void validate_names(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    check_optional_name(spec["serviceAccountName"], check_dns1123_subdomain, path.child("serviceAccountName"), errors);
    check_optional_name(spec["nodeName"], check_dns1123_subdomain, path.child("nodeName"), errors);
    check_optional_name(spec["hostname"], check_dns1123_label, path.child("hostname"), errors);
    check_optional_name(spec["subdomain"], check_dns1123_label, path.child("subdomain"), errors);
    check_optional_name(spec["priorityClassName"], check_dns1123_subdomain, path.child("priorityClassName"), errors);
    check_given_name(spec["runtimeClassName"], check_dns1123_subdomain, path.child("runtimeClassName"), errors);
}

void validate_dns(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    check_one_of(spec["dnsPolicy"], path.child("dnsPolicy"), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"}, errors);
    constexpr size_t kServersMax = 3, kSearchesMax = 32, kSearchCharactersMax = 2048;
    const Value& config = spec["dnsConfig"];
    FieldPath at = path.child("dnsConfig");
    const Value& servers = config["nameservers"];
    if (spec["dnsPolicy"].as_string() == "None") {
        if (config.is_null()) errors.required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
        else if (servers.size() == 0) errors.required(at.child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
    if (servers.size() > kServersMax) errors.invalid(at.child("nameservers"), servers, "must not have more than 3 nameservers");
    for (size_t i = 0; i < servers.size(); ++i) add_complaints(check_legacy_ip(servers[i].as_string()), at.child("nameservers").index(i), servers[i].as_string(), errors);
    const Value& searches = config["searches"];
    if (searches.size() > kSearchesMax) errors.invalid(at.child("searches"), searches, "must not have more than 32 search paths");
    std::string joined;
    for (size_t i = 0; i < searches.size(); ++i) {
        std::string_view domain = searches[i].as_string();
        joined += (i ? " " : "") + searches[i].as_string();
        // The root alone, and a name that ends at it.
        if (domain == ".") continue;
        if (domain.size() > 1 && domain.back() == '.') domain.remove_suffix(1);
        add_complaints(check_dns1123_subdomain_underscore(domain), at.child("searches").index(i), searches[i].as_string(), errors);
    }
    if (joined.size() > kSearchCharactersMax) errors.invalid(at.child("searches"), searches, "must not have more than 2048 characters (including spaces) in the search list");
    const Value& options = config["options"];
    for (size_t i = 0; i < options.size(); ++i)
        if (options[i]["name"].empty()) errors.required(at.child("options").index(i), "must not be empty");
}

void validate_gates(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    const Value& gates = spec["schedulingGates"];
    for (size_t i = 0; i < gates.size(); ++i) {
        const std::string& name = gates[i]["name"].as_string();
        FieldPath at = path.child("schedulingGates").index(i);
        add_complaints(check_qualified_name(name), at, name, errors);
        if (!seen.insert(name).second) errors.duplicate(at, name);
    }
    const Value& readiness = spec["readinessGates"];
    for (size_t i = 0; i < readiness.size(); ++i) {
        const std::string& type = readiness[i]["conditionType"].as_string();
        add_complaints(check_qualified_name(type), path.child("readinessGates").index(i).child("conditionType"), type, errors);
    }
}

void validate_host_aliases(const Value& aliases, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < aliases.size(); ++i) {
        const std::string& ip = aliases[i]["ip"].as_string();
        add_complaints(check_legacy_ip(ip), path.index(i).child("ip"), ip, errors);
        const Value& names = aliases[i]["hostnames"];
        for (size_t n = 0; n < names.size(); ++n)
            add_complaints(check_dns1123_subdomain(names[n].as_string()), path.index(i).child("hostnames").index(n), names[n].as_string(), errors);
    }
}

void validate_host_network_ports(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    if (!spec["hostNetwork"].as_bool()) return;
    const Value& containers = spec["containers"];
    for (size_t i = 0; i < containers.size(); ++i) {
        const Value& ports = containers[i]["ports"];
        for (size_t p = 0; p < ports.size(); ++p)
            if (!(ports[p]["hostPort"] == ports[p]["containerPort"]) && ports[p]["hostPort"].as_int() != 0)
                errors.invalid(path.child("containers").index(i).child("ports").index(p).child("hostPort"), ports[p]["hostPort"],
                               "must match `containerPort` when `hostNetwork` is true");
    }
}

void validate_resource_claims(const Value& claims, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    for (size_t i = 0; i < claims.size(); ++i) {
        FieldPath at = path.index(i);
        const Value &claim = claims[i]["resourceClaimName"], &made = claims[i]["resourceClaimTemplateName"];
        const std::string& name = claims[i]["name"].as_string();
        check_name(claims[i]["name"], check_dns1123_label, at.child("name"), errors);
        if (!name.empty() && !seen.insert(name).second) errors.duplicate(at.child("name"), name);
        if (claim.is_null() && made.is_null())
            errors.invalid(at, internal_form("PodResourceClaim", claims[i]), "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        if (!claim.is_null() && !made.is_null())
            errors.invalid(at, internal_form("PodResourceClaim", claims[i]), "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        for (auto field : {"resourceClaimName", "resourceClaimTemplateName"})
            if (claims[i][field].is_string()) add_complaints(check_dns1123_subdomain(claims[i][field].as_string()), at.child(field), claims[i][field].as_string(), errors);
    }
}

// The sum of what containers ask for fits into what the pod asks for, and no container has a higher limit.
void check_sums(const Value& spec, const Value& shared, const FieldPath& path, FieldErrors& errors) {
    std::map<std::string_view, Quantity> sums;
    for (const Value& container : spec["containers"].items())
        for (const auto& [name, amount] : container["resources"]["requests"].members()) sums[name] += Quantity::parse_or_zero(amount.as_string());
    for (const auto& [name, amount] : shared["requests"].members()) {
        const Quantity& sum = sums[name];
        if (sum > Quantity::parse_or_zero(amount.as_string()))
            errors.invalid(path.child("requests").key(name), amount, "must be greater than or equal to aggregate container requests of " + sum.text());
    }
    json::MemberIndex limits(shared["limits"]);
    for (size_t i = 0; i < spec["containers"].size(); ++i)
        for (const auto& [name, amount] : spec["containers"][i]["resources"]["limits"].members()) {
            const Value* most = limits.find(name);
            if (most && Quantity::parse_or_zero(amount.as_string()) > Quantity::parse_or_zero(most->as_string()))
                errors.invalid(path.child("containers").index(i).key(name).child("limits"), amount, "must be less than or equal to pod limits of " + most->as_string());
        }
}

// Of the pod as a whole.
void validate_shared_resources(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value& shared = spec["resources"];
    if (!shared.is_object()) return;
    if (spec["os"]["name"].as_string() == "windows") return errors.forbidden(path, "may not be set for a windows pod");
    if (shared["claims"].size() > 0) errors.forbidden(path.child("claims"), "claims may not be set for Resources at pod-level");
    validate_pod_resources(shared, path, errors);
    validate_claims(shared["claims"], PodParts(spec), path.child("claims"), errors);
    check_sums(spec, shared, path, errors);
}

}  // namespace

void validate_pod_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const std::set<size_t> wrong = validate_volumes(spec, path, errors);
    validate_containers(spec, wrong, path, errors);
    check_one_of(spec["restartPolicy"], path.child("restartPolicy"), {"Always", "OnFailure", "Never"}, errors);
    validate_dns(spec, path, errors);
    validate_labels(spec["nodeSelector"], path.child("nodeSelector"), errors);
    validate_host_network_ports(spec, path, errors);
    validate_pod_security_context(spec, path, errors);
    validate_resource_claims(spec["resourceClaims"], path.child("resourceClaims"), errors);
    validate_affinity(spec["affinity"], path.child("affinity"), errors);
    validate_gates(spec, path, errors);
    validate_topology_spread(spec["topologySpreadConstraints"], path.child("topologySpreadConstraints"), errors);
    validate_names(spec, path, errors);
    const Value& deadline = spec["activeDeadlineSeconds"];
    if (deadline.is_int())
        for (const auto& complaint : check_range(deadline.as_int(), 1, INT_MAX)) errors.invalid(path.child("activeDeadlineSeconds"), deadline, complaint);
    validate_tolerations(spec["tolerations"], path.child("tolerations"), errors);
    validate_host_aliases(spec["hostAliases"], path.child("hostAliases"), errors);
    if (!spec["preemptionPolicy"].is_null()) check_one_of(spec["preemptionPolicy"], path.child("preemptionPolicy"), {"Never", "PreemptLowerPriority"}, errors);
    validate_resources(Value::object({{"limits", spec["overhead"]}}), path.child("overhead"), errors);
    validate_shared_resources(spec, path.child("resources"), errors);
}

void validate_pod_template(const Value& pod_template, const FieldPath& path, FieldErrors& errors) {
    const Value& meta = pod_template["metadata"];
    validate_labels(meta["labels"], path.child("labels"), errors);
    validate_annotations(meta["annotations"], path.child("annotations"), errors);
    validate_pod_annotations(meta["annotations"], pod_template["spec"], path.child("annotations"), errors);
    validate_pod_spec(pod_template["spec"], path.child("spec"), errors);
    if (pod_template["spec"]["ephemeralContainers"].size() > 0)
        errors.forbidden(path.child("spec").child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
}

}  // namespace skiff::api::kinds
