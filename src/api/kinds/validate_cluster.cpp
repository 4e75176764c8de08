#include "api/kinds/internal_form.h"
#include "api/quantity.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_config.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "json/write.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec"), kName = FieldPath("metadata").child("name");

}  // namespace

void validate_node_resources(const Value& node, FieldErrors& errors) {
    for (auto list : {"capacity", "allocatable"})
        for (const auto& [name, amount] : node["status"][list].members()) {
            const FieldPath path = FieldPath("status").child(list).child(name);
            const Quantity wanted = Quantity::parse_or_zero(amount.as_string());
            const bool extended = name.find('/') != name.npos && name.find("kubernetes.io/") == name.npos;
            if (wanted.sign() < 0) errors.invalid(path, amount, "must be greater than or equal to 0");
            if ((extended || name == "pods") && wanted.milli_value() % 1000 != 0) errors.invalid(path, wanted.text(), "must be an integer");
        }
}

void validate_node(const Value& node, FieldErrors& errors) {
    validate_node_resources(node, errors);
    validate_taints(node["spec"]["taints"], FieldPath("metadata").child("taints"), errors);
    const Value& cidrs = node["spec"]["podCIDRs"];
    for (size_t i = 0; i < cidrs.size(); ++i) add_complaints(check_cidr(cidrs[i].as_string()), kSpec.child("podCIDRs").index(i), cidrs[i].as_string(), errors);
    if (cidrs.size() < 2) return;
    bool families[2] = {};
    for (size_t i = 0; i < cidrs.size(); ++i) {
        const std::string& cidr = cidrs[i].as_string();
        if (!check_cidr(cidr).empty()) {
            errors.internal(kSpec.child("podCIDRs"), fmt::format("invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[{}]: <nil> (invalid CIDR address: {})", i, cidr));
            families[0] = false;
            break;
        }
        families[cidr.find(':') != cidr.npos] = true;
    }
    if (!families[0] || !families[1] || cidrs.size() > 2) errors.invalid(kSpec.child("podCIDRs"), cidrs, "may specify no more than one CIDR for each IP family");
}

void validate_node_update(const Value& node, const Value& old, FieldErrors& errors) {
    validate_node(node, errors);
    validate_node_resources(node, errors);
    validate_taints(node["spec"]["taints"], FieldPath("metadata").child("taints"), errors);   // once more, as Kubernetes does
    if (node["spec"]["externalID"].as_string() != old["spec"]["externalID"].as_string()) errors.forbidden(kSpec.child("externalID"), "may not be updated");
    if (!old["spec"]["podCIDRs"].empty() && !(node["spec"]["podCIDRs"] == old["spec"]["podCIDRs"]))
        errors.forbidden(kSpec.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid");
    if (!old["spec"]["providerID"].empty() && !(node["spec"]["providerID"] == old["spec"]["providerID"]))
        errors.forbidden(kSpec.child("providerID"), "node updates may not change providerID except from \"\" to valid");
}

void validate_lease(const Value& lease, FieldErrors& errors) {
    const Value& spec = lease["spec"];
    check_positive(spec["leaseDurationSeconds"], kSpec.child("leaseDurationSeconds"), errors);
    check_not_negative(spec["leaseTransitions"], kSpec.child("leaseTransitions"), errors);
}

void validate_priority_class(const Value& object, FieldErrors& errors) {
    constexpr int64_t kUserMax = 1000000000;
    const std::string& name = object["metadata"]["name"].as_string();
    int64_t value = object["value"].as_int();
    if (name.starts_with("system-")) {
        const int64_t wanted = name == "system-node-critical" ? 2000001000 : name == "system-cluster-critical" ? 2000000000 : 0;
        const std::string why = wanted == 0 ? name + " is not a known system priority class" : wanted != value ? fmt::format("value of {} PriorityClass must be {}", name, wanted) : "";
        if (!why.empty()) errors.forbidden(kName, "priority class names with 'system-' prefix are reserved for system use only. error: " + why);
    } else if (value > kUserMax) {
        errors.forbidden(FieldPath("value"), fmt::format("maximum allowed value of a user defined priority is {}", kUserMax));
    }
    if (!object["preemptionPolicy"].is_null()) check_one_of(object["preemptionPolicy"], FieldPath("preemptionPolicy"), {"PreemptLowerPriority", "Never"}, errors);
}

void validate_priority_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    if (!(object["value"] == old["value"])) errors.forbidden(FieldPath("value"), "may not be changed in an update.");
    check_immutable(object["preemptionPolicy"], old["preemptionPolicy"], FieldPath("preemptionPolicy"), errors);
}

void validate_api_service(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    std::string wanted = spec["version"].as_string() + "." + spec["group"].as_string();
    for (auto key : {"generateName", "name"})
        if (const Value& name = object["metadata"][key]; !name.empty() && check_path_segment(name.as_string()).empty() && name.as_string() != wanted)
            errors.invalid(FieldPath("metadata").child(key), name, "must be `spec.version+\".\"+spec.group`: \"" + wanted + "\"");
    if (spec["group"].empty() && spec["version"].as_string() != "v1")
        errors.required(kSpec.child("group"), "only v1 may have an empty group and it better be legacy kube");
    if (!spec["group"].empty()) add_complaints(check_dns1123_subdomain(spec["group"].as_string()), kSpec.child("group"), spec["group"].as_string(), errors);
    add_complaints(check_dns1035_label(spec["version"].as_string()), kSpec.child("version"), spec["version"].as_string(), errors);
    auto check_priority = [&](const char* field, int64_t below) {
        int64_t priority = spec[field].as_int();
        if (priority <= 0 || priority > below) errors.invalid(kSpec.child(field), priority, fmt::format("must be positive and less than {}", below));
    };
    check_priority("groupPriorityMinimum", 20000);
    check_priority("versionPriority", 1000);
    const Value& service = spec["service"];
    if (!service.is_object()) {
        if (!spec["caBundle"].empty()) errors.invalid(kSpec.child("caBundle"), spec["caBundle"], "local APIServices may not have a caBundle");
        if (spec["insecureSkipTLSVerify"].as_bool()) errors.invalid(kSpec.child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify");
        return;
    }
    for (auto field : {"namespace", "name"}) check_required(service[field], kSpec.child("service").child(field), errors);
    for (const auto& complaint : check_port_number(service["port"].as_int()))
        errors.invalid(kSpec.child("service").child("port"), service["port"], "port is not valid: " + complaint);
    if (spec["insecureSkipTLSVerify"].as_bool() && !spec["caBundle"].empty())
        errors.invalid(kSpec.child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present");
}

void validate_runtime_class(const Value& object, FieldErrors& errors) {
    const std::string& handler = object["handler"].as_string();
    add_complaints(check_dns1123_label(handler), FieldPath("handler"), handler, errors);
    validate_resources(Value::object({{"limits", object["overhead"]["podFixed"]}}), FieldPath("overhead"), errors);
    const Value& tolerations = object["scheduling"]["tolerations"];
    FieldPath scheduling("scheduling");
    validate_tolerations(tolerations, scheduling.child("tolerations").child("tolerations"), errors);   // as Kubernetes' messages have it
    std::set<std::string> seen;
    for (size_t i = 0; i < tolerations.size(); ++i)
        if (!seen.insert(json::write(tolerations[i])).second) errors.duplicate(scheduling.child("tolerations").index(i), internal_form("Toleration", tolerations[i]));
    validate_labels(object["scheduling"]["nodeSelector"], FieldPath("scheduling").child("nodeSelector"), errors);
}

void validate_runtime_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_runtime_class(object, errors);
    check_immutable(object["handler"], old["handler"], FieldPath("handler"), errors);
}

}  // namespace skiff::api::kinds
