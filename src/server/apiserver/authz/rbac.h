// Rbac: the RBAC authorizer. Compiles roles and bindings from the Reader into an index by subject; recompiled when one of the four kinds
// has a new revision, reusing what is unchanged. The rules of an aggregated ClusterRole are the union of what its selectors name, taken
// here directly, so they hold at once. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/authz/policy_rule.h"
#include "server/apiserver/core.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

class Rbac : public Authorizer, public RuleResolver {
public:
    // reader must outlive this.
    explicit Rbac(const Reader& reader);
    ~Rbac() override;

    // Allow with "RBAC: allowed by ...", or no opinion with what is wrong with the bindings, if anything.
    Verdict authorize(const Attributes& attributes) const override;

    // All rules that apply to the user in ns ("" only cluster-wide ones).
    PolicyRules user_rules(const User& user, std::string_view ns) const;
    std::vector<json::Value> rules_for(const User& user, std::string_view ns) const override;
    // Of a role reference of a binding in ns ("" for a ClusterRoleBinding). NotFound with Kubernetes' words.
    Result<PolicyRules> role_rules(std::string_view ns, std::string_view kind, std::string_view name) const;

private:
    struct Binding;
    struct Role;
    struct Policy;
    using RolePtr = std::shared_ptr<const Role>;
    using BindingPtr = std::shared_ptr<const Binding>;

    std::shared_ptr<const Policy> policy() const;
    std::shared_ptr<Policy> compile(const Policy* old) const;
    static RolePtr compile_role(api::ObjectPtr object);
    static BindingPtr compile_binding(api::ObjectPtr object);
    // Calls visit(entry) for every binding of the user until it returns true.
    template <typename Visit>
    static void for_each_binding(const Policy& policy, const User& user, std::string_view ns, Visit&& visit);

    const Reader& reader_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Policy> policy_;   // guarded by mutex_
};

}  // namespace skiff::apiserver
