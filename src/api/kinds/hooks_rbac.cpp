#include "api/kinds/hooks.h"
#include "api/kinds/validate_rbac.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void default_binding(Value& object) {
    if_object(object, "roleRef", [](Value& role) { set_default_zero(role, "apiGroup", kGroup); });
    each_object(object, "subjects", [](Value& subject) {
        const std::string& kind = subject["kind"].as_string();
        if (kind == "User" || kind == "Group") set_default_zero(subject, "apiGroup", kGroup);
    });
}

}  // namespace

KindHooks role_hooks() {
    return {.validate_create = validate_role,
            .validate_update = twice_on_update(validate_role)};
}

KindHooks cluster_role_hooks() {
    return {.validate_create = validate_cluster_role,
            .validate_update = twice_on_update(validate_cluster_role)};
}

KindHooks role_binding_hooks() {
    return {.set_defaults = default_binding,
            .validate_create = validate_role_binding,
            .validate_update = validate_role_ref_update};
}

KindHooks cluster_role_binding_hooks() {
    return {.set_defaults = default_binding,
            .validate_create = validate_cluster_role_binding,
            .validate_update = validate_role_ref_update};
}

}  // namespace skiff::api::kinds
