#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "api/quantity.h"
#include "base/strings.h"
#include "json/member_index.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

bool is_container_resource(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
}

bool is_native(std::string_view name) { return name.find('/') == std::string_view::npos || contains(name, "kubernetes.io/"); }

bool may_overcommit(std::string_view name) { return is_native(name) && !name.starts_with("hugepages-"); }

void validate_container_resource(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    size_t before = errors.causes().size();
    validate_resource_name(name, path, errors);
    if (errors.causes().size() != before && name.find('/') != std::string::npos) return;
    if (name.find('/') == std::string::npos) {
        if (!is_container_resource(name)) errors.invalid(path, name, "must be a standard resource for containers");
    } else if (!is_native(name) && name.starts_with("requests.")) {
        errors.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

void validate_amount(const std::string& name, const Value& amount, const FieldPath& path, FieldErrors& errors) {
    check_quantity(amount, path, errors);
    bool whole = !is_native(name) || name == "pods" || name == "services";
    if (name.starts_with("hugepages-")) {
        auto page = Quantity::parse_or_zero(name.substr(name.find('-') + 1));
        auto wanted = Quantity::parse_or_zero(amount.as_string());
        if (page.sign() > 0 && wanted.value() % page.value() != 0) errors.invalid(path, amount, fmt::format("{} is not positive integer multiple of {}", amount.as_string(), name));
    }
    if (whole && Quantity::parse_or_zero(amount.as_string()).milli_value() % 1000 != 0) errors.invalid(path, amount, "must be an integer");
}

}  // namespace

bool is_standard_resource(std::string_view name) {
    if (is_container_resource(name)) return true;
    for (auto known : {"requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
                       "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
                       "persistentvolumeclaims", "storage", "services.nodeports", "services.loadbalancers"})
        if (name == known) return true;
    return name.starts_with("requests.hugepages-");
}

void validate_resource_name(std::string_view name, const FieldPath& path, FieldErrors& errors) {
    auto complaints = check_qualified_name(name);
    add_complaints(complaints, path, name, errors);
    if (complaints.empty() && name.find('/') == std::string_view::npos && !is_standard_resource(name))
        errors.invalid(path, name, "must be a standard resource type or fully qualified");
}

void validate_container_resource_name(const std::string& name, const FieldPath& path, FieldErrors& errors) { validate_container_resource(name, path, errors); }

namespace {

// What the containers of a pod share: CPU, memory and huge pages.
void validate_pod_resource(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    size_t before = errors.causes().size();
    validate_resource_name(name, path, errors);
    if (errors.causes().size() == before && name != "cpu" && name != "memory" && !name.starts_with("hugepages-"))
        errors.not_supported(path, name, {"cpu", "hugepages-", "memory"});
}

void validate_amounts(const Value& resources, void (*check_resource)(const std::string&, const FieldPath&, FieldErrors&), const FieldPath& path, FieldErrors& errors) {
    FieldPath limit_path = path.child("limits"), request_path = path.child("requests");
    const Value &limits = resources["limits"], &requests = resources["requests"];
    bool huge = false, plain = false;
    for (const Value* list : {&limits, &requests})
        for (const auto& [name, amount] : list->members()) {
            huge = huge || name.starts_with("hugepages-");
            plain = plain || name == "cpu" || name == "memory";
        }
    if (huge && !plain) errors.forbidden(path, "HugePages require cpu or memory");
    for (const auto& [name, amount] : limits.members()) {
        check_resource(name, limit_path.key(name), errors);
        validate_amount(name, amount, limit_path.key(name), errors);
    }
    json::MemberIndex limit_of(limits);
    for (const auto& [name, amount] : requests.members()) {
        check_resource(name, request_path.key(name), errors);
        validate_amount(name, amount, request_path.key(name), errors);
        const Value* limit = limit_of.find(name);
        if (!limit) {
            if (!may_overcommit(name)) errors.required(limit_path, "Limit must be set for non overcommitable resources");
            continue;
        }
        auto wanted = Quantity::parse_or_zero(amount.as_string()), most = Quantity::parse_or_zero(limit->as_string());
        if (!(wanted == most) && !may_overcommit(name))
            errors.invalid(request_path, amount, fmt::format("must be equal to {} limit of {}", name, limit->as_string()));
        else if (wanted > most)
            errors.invalid(request_path, amount, fmt::format("must be less than or equal to {} limit of {}", name, limit->as_string()));
    }
}

}  // namespace

void validate_resources(const Value& resources, const FieldPath& path, FieldErrors& errors) { validate_amounts(resources, validate_container_resource, path, errors); }

void validate_pod_resources(const Value& resources, const FieldPath& path, FieldErrors& errors) { validate_amounts(resources, validate_pod_resource, path, errors); }

}  // namespace skiff::api::kinds
