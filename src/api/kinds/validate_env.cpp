#include "api/kinds/validate.h"
#include "base/strings.h"

#include <algorithm>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kKnownFields[] = {
    "metadata.annotations", "metadata.labels",    "metadata.name",  "metadata.namespace", "metadata.uid",
    "spec.nodeName",        "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "status.phase",
    "status.hostIP",        "status.hostIPs",     "status.podIP",   "status.podIPs",      "spec.host"};
const std::vector<std::string> kEnvFields = {"metadata.name",   "metadata.namespace", "metadata.uid",   "spec.nodeName", "spec.serviceAccountName",
                                             "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
const std::vector<std::string> kVolumeFields = {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"};

// metadata.labels['key']: the part before the bracket, and the key.
bool split_subscript(const std::string& path, std::string& base, std::string& key) {
    size_t open = path.find("['");
    if (open == std::string::npos || !path.ends_with("']")) return false;
    base = path.substr(0, open);
    key = path.substr(open + 2, path.size() - open - 4);
    return true;
}

void validate_subscript(const std::string& field, const std::string& base, const std::string& key, const FieldPath& path, FieldErrors& errors) {
    if (base == "metadata.annotations") add_complaints(check_qualified_name(lower(key)), path, key, errors);
    else if (base == "metadata.labels") add_complaints(check_qualified_name(key), path, key, errors);
    else errors.invalid(path.child("fieldPath"), field, "does not support subscript");
}

void validate_key_ref(const Value& reference, const FieldPath& path, FieldErrors& errors) {
    add_complaints(check_dns1123_subdomain(reference["name"].as_string()), path.child("name"), reference["name"].as_string(), errors);
    if (reference["key"].empty()) errors.required(path.child("key"), "");
    else add_complaints(check_config_key(reference["key"].as_string()), path.child("key"), reference["key"].as_string(), errors);
}

// The units in which a resource may be told; none is 1.
void validate_divisor(const std::string& resource, const std::string& divisor, const FieldPath& path, FieldErrors& errors) {
    if (divisor.empty() || divisor == "0") return;
    static const std::set<std::string, std::less<>> kCpu = {"1m", "1"}, kBytes = {"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
    std::string name = resource.substr(resource.find('.') + 1);
    if (name == "cpu" && !kCpu.count(divisor)) errors.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
    bool bytes = name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
    std::string_view word = name == "memory" ? "memory" : name == "ephemeral-storage" ? "local ephemeral storage" : "hugepages";
    if (bytes && !kBytes.count(divisor))
        errors.invalid(path, resource, "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the " + std::string(word) + " resource");
}

void validate_source(const Value& variable, const FieldPath& path, FieldErrors& errors) {
    const Value& source = variable["valueFrom"];
    size_t sources = 0;
    auto use = [&](const char* field) {
        bool given = source[field].is_object();
        sources += given;
        return given;
    };
    if (use("fieldRef")) validate_field_ref(source["fieldRef"], FieldRefUse::Env, path.child("fieldRef"), errors);
    if (use("resourceFieldRef")) validate_resource_ref(source["resourceFieldRef"], path.child("resourceFieldRef"), errors);
    if (use("configMapKeyRef")) validate_key_ref(source["configMapKeyRef"], path.child("configMapKeyRef"), errors);
    if (use("secretKeyRef")) validate_key_ref(source["secretKeyRef"], path.child("secretKeyRef"), errors);
    if (sources == 0) errors.invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
    if (!variable["value"].empty()) {
        if (sources != 0) errors.invalid(path, "", "may not be specified when `value` is not empty");
    } else if (sources > 1) {
        errors.invalid(path, "", "may not have more than one field specified at a time");
    }
}

void validate_env_from(const Value& sources, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < sources.size(); ++i) {
        const Value& source = sources[i];
        FieldPath at = path.index(i);
        check_optional_name(source["prefix"], check_env_name, at.child("prefix"), errors);
        size_t given = 0;
        for (auto kind : {"configMapRef", "secretRef"}) {
            if (!source[kind].is_object()) continue;
            ++given;
            check_name(source[kind]["name"], check_dns1123_subdomain, at.child(kind).child("name"), errors);
        }
        if (given == 0) errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
        if (given > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
    }
}

}  // namespace

void validate_resource_ref(const Value& reference, const FieldPath& path, FieldErrors& errors) {
    const std::string& resource = reference["resource"].as_string();
    if (resource.empty()) {
        errors.required(path.child("resource"), "");
        return;
    }
    bool huge = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    const std::vector<std::string> known = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                            "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
    if (!huge && std::find(known.begin(), known.end(), resource) == known.end()) {
        errors.not_supported(path.child("resource"), resource, known);
        return;
    }
    validate_divisor(resource, reference["divisor"].as_string(), path.child("divisor"), errors);
}

void validate_field_ref(const Value& reference, FieldRefUse use, const FieldPath& path, FieldErrors& errors) {
    if (!reference["apiVersion"].empty() && reference["apiVersion"].as_string() != "v1") {
        errors.invalid(path.child("fieldPath"), reference["fieldPath"], "error converting fieldPath: unsupported pod version: " + reference["apiVersion"].as_string());
        return;
    }
    if (reference["apiVersion"].empty()) {
        errors.required(path.child("apiVersion"), "");
        return;
    }
    const std::string& field = reference["fieldPath"].as_string();
    FieldPath at = path.child("fieldPath");
    std::string base, key;
    if (field.empty()) {
        errors.required(at, "");
    } else if (split_subscript(field, base, key)) {
        validate_subscript(field, base, key, path, errors);
    } else if (std::find(std::begin(kKnownFields), std::end(kKnownFields), field) == std::end(kKnownFields)) {
        errors.invalid(at, field, "error converting fieldPath: field label not supported: " + field);
    } else {
        const auto& allowed = use == FieldRefUse::Env ? kEnvFields : kVolumeFields;
        if (field != "spec.host" && std::find(allowed.begin(), allowed.end(), field) == allowed.end()) errors.not_supported(at, field, allowed);
    }
}

void validate_env(const Value& container, const FieldPath& path, FieldErrors& errors) {
    const Value& variables = container["env"];
    for (size_t i = 0; i < variables.size(); ++i) {
        FieldPath at = path.child("env").index(i);
        check_name(variables[i]["name"], check_env_name, at.child("name"), errors);
        if (variables[i]["valueFrom"].is_object()) validate_source(variables[i], at.child("valueFrom"), errors);
    }
    validate_env_from(container["envFrom"], path.child("envFrom"), errors);
}

}  // namespace skiff::api::kinds
