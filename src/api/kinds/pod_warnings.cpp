#include "api/kinds/pod_warnings.h"

#include <fmt/core.h>

#include <map>

#include "api/quantity.h"
#include "api/validation.h"

namespace skiff::api::kinds {

namespace {

using json::Value;
using Warnings = std::vector<std::string>;

constexpr std::pair<std::string_view, std::string_view> kOldNodeLabels[] = {
    {"beta.kubernetes.io/arch", "use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region", "use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone", "use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type", "use \"node.kubernetes.io/instance-type\" instead"}};

void warn_annotations(const Value& annotations, const Value& spec, const FieldPath& path, Warnings& warnings) {
    constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
    constexpr std::string_view kSeccomp = "seccomp.security.alpha.kubernetes.io/pod", kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
    for (const auto& [key, value] : annotations.members()) {
        if (key == kSeccomp || key.starts_with(kSeccompContainer))
            warnings.push_back(path.key(key).text() + ": non-functional in v1.27+; use the \"seccompProfile\" field instead");
        if (!key.starts_with(kAppArmor)) continue;
        bool has_field = false;
        for (const auto& container : spec["containers"].items())
            has_field = has_field || (container["name"].as_string() == key.substr(kAppArmor.size()) && container["securityContext"]["appArmorProfile"].is_object());
        if (!has_field) warnings.push_back(path.key(key).text() + ": deprecated since v1.30; use the \"appArmorProfile\" field instead");
    }
}

void warn_env(const Value& variables, const FieldPath& path, Warnings& warnings) {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < variables.size(); ++i) {
        const std::string& name = variables[i]["name"].as_string();
        if (!seen.emplace(name, i).second)
            warnings.push_back(fmt::format("{}: hides previous definition of \"{}\", which may be dropped when using apply", path.index(i).text(), name));
    }
}

void warn_ports(const Value& ports, const FieldPath& path, Warnings& warnings) {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < ports.size(); ++i) {
        const Value& port = ports[i];
        std::string key = fmt::format("{}/{}/{}/{}", port["protocol"].as_string(), port["containerPort"].as_int(), port["hostIP"].as_string(), port["hostPort"].as_int());
        auto [first, added] = seen.emplace(key, i);
        if (!added) warnings.push_back(fmt::format("{}: duplicate port definition with {}", path.index(i).text(), path.index(first->second).text()));
    }
}

// Bytes are whole.
void warn_amounts(const Value& amounts, const FieldPath& path, Warnings& warnings) {
    for (auto resource : {"memory", "ephemeral-storage"}) {
        const Value* amount = amounts.find(resource);
        if (!amount || Quantity::parse_or_zero(amount->as_string()).milli_value() % 1000 == 0) continue;
        warnings.push_back(fmt::format("{}: fractional byte value \"{}\" is invalid, must be an integer", path.key(resource).text(), amount->as_string()));
    }
}

void warn_container(const Value& container, const FieldPath& path, Warnings& warnings) {
    warn_env(container["env"], path.child("env"), warnings);
    warn_ports(container["ports"], path.child("ports"), warnings);
    for (auto list : {"requests", "limits"}) warn_amounts(container["resources"][list], path.child("resources").child(list), warnings);
}

void warn_spec(const Value& spec, const FieldPath& path, Warnings& warnings) {
    for (const auto& [label, advice] : kOldNodeLabels)
        if (spec["nodeSelector"].has(label))
            warnings.push_back(fmt::format("{}: deprecated since {}; {}", path.child("nodeSelector").key(label).text(),
                                           label.starts_with("beta.kubernetes.io/instance") || label.starts_with("failure") ? "v1.17" : "v1.14", advice));
    const Value& secrets = spec["imagePullSecrets"];
    for (size_t i = 0; i < secrets.size(); ++i)
        if (secrets[i]["name"].empty()) warnings.push_back(path.child("imagePullSecrets").index(i).text() + ": invalid empty name \"\"");
    if (spec["terminationGracePeriodSeconds"].as_int() < 0)
        warnings.push_back(path.child("terminationGracePeriodSeconds").text() + ": must be >= 0; negative values are invalid and will be treated as 1");
    for (auto list : {"initContainers", "containers"})
        for (size_t i = 0; i < spec[list].size(); ++i) warn_container(spec[list][i], path.child(list).index(i), warnings);
}

}  // namespace

std::vector<std::string> pod_warnings(const Value& pod) {
    Warnings warnings;
    warn_annotations(pod["metadata"]["annotations"], pod["spec"], FieldPath("metadata").child("annotations"), warnings);
    warn_spec(pod["spec"], FieldPath("spec"), warnings);
    return warnings;
}

std::vector<std::string> pod_template_warnings(const Value& object) {
    Warnings warnings;
    const Value& pod_template = object["spec"]["template"];
    FieldPath path = FieldPath("spec").child("template");
    warn_annotations(pod_template["metadata"]["annotations"], pod_template["spec"], path.child("metadata").child("annotations"), warnings);
    warn_spec(pod_template["spec"], path.child("spec"), warnings);
    return warnings;
}

}  // namespace skiff::api::kinds
