// The data behind bootstrap_policy.h.
#pragma once

#include <cstddef>

namespace skiff::apiserver {

extern const char* const kBootstrapClusterRoles[];
extern const size_t kBootstrapClusterRolesCount;
extern const char* const kBootstrapClusterRoleBindings[];
extern const size_t kBootstrapClusterRoleBindingsCount;
// Roles and RoleBindings of kube-system and kube-public, and skiff's own; with their kind and namespace.
extern const char* const kBootstrapOthers[];
extern const size_t kBootstrapOthersCount;

}  // namespace skiff::apiserver
