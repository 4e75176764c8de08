#include "server/apiserver/authz/escalation.h"

#include "api/go_text.h"

#include <algorithm>
#include <set>

#include "server/apiserver/engine.h"

namespace skiff::apiserver {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

Status forbidden(const AdmissionRequest& request, const std::string& why) {
    return error(Reason::Forbidden, "{} \"{}\" is forbidden: {}", request.kind.gvr().group_resource(), request.name, why)
        .with_details({request.kind.gvk.group, request.kind.plural, request.name, ""});
}

class EscalationCheck : public AdmissionPlugin {
public:
    EscalationCheck(std::shared_ptr<const Rbac> rbac, std::shared_ptr<const Authorizer> authorizer)
        : rbac_(std::move(rbac)), authorizer_(std::move(authorizer)) {}

    std::string_view name() const override { return "RBACEscalation"; }

    // Before the object is validated, as in Kubernetes, where the storage of roles asks.
    Status mutate(AdmissionRequest& request) override {
        if (request.kind.gvk.group != kGroup || !request.object || request.operation == Operation::Delete || request.user.in_group(kMasters)) return {};
        bool binding = request.kind.plural == "clusterrolebindings" || request.kind.plural == "rolebindings";
        return binding ? check_binding(request) : check_role(request);
    }

private:
    bool allowed(const AdmissionRequest& request, const char* verb, std::string_view resource, std::string_view name, std::string_view group = kGroup) const {
        const api::Gvr gvr{std::string(group), "v1", std::string(resource)};
        return authorizer_->authorize(Attributes::of_resource(request.user, verb, gvr, request.ns, std::string(name))).kind == Verdict::Kind::Allow;
    }

    Status check_role(const AdmissionRequest& request) const {
        const json::Value& role = *request.object;
        if (request.old_object && (*request.old_object)["rules"] == role["rules"] && (*request.old_object)["aggregationRule"] == role["aggregationRule"]) return {};
        // The name in the path: a role that is created by POST has none yet.
        if (allowed(request, "escalate", request.kind.plural, request.context ? request.context->attributes.name : request.name)) return {};
        if (role["aggregationRule"].is_object()) {
            // Whoever selects roles by label takes whatever they will hold later.
            PolicyRules everything{{{"*"}, {"*"}, {"*"}, {}, {}}, {{"*"}, {}, {}, {}, {"*"}}};
            if (std::string why = find_escalation(*rbac_, request.user, request.ns, everything); !why.empty())
                return forbidden(request, "must have cluster-admin privileges to use the aggregationRule: " + why);
        }
        std::string why = find_escalation(*rbac_, request.user, request.ns, policy_rules(role["rules"]));
        return why.empty() ? Status() : forbidden(request, why);
    }

    Status check_binding(const AdmissionRequest& request) const {
        const json::Value& binding = *request.object;
        if (request.old_object && (*request.old_object)["roleRef"] == binding["roleRef"] && (*request.old_object)["subjects"] == binding["subjects"]) return {};
        const std::string& kind = binding["roleRef"]["kind"].as_string();
        const std::string& name = binding["roleRef"]["name"].as_string();
        if (kind != "Role" && kind != "ClusterRole") return error(Reason::Unknown, "unsupported role reference kind: {}", api::go_quote(kind));
        if (allowed(request, "bind", kind == "Role" ? "roles" : "clusterroles", name, binding["roleRef"]["apiGroup"].as_string())) return {};
        auto rules = rbac_->role_rules(request.ns, kind, name);
        if (!rules.ok()) return not_found(request.kind, name);
        std::string why = find_escalation(*rbac_, request.user, request.ns, *rules);
        return why.empty() ? Status() : forbidden(request, why);
    }

    std::shared_ptr<const Rbac> rbac_;
    std::shared_ptr<const Authorizer> authorizer_;
};

}  // namespace

std::string find_escalation(const Rbac& rbac, const User& user, std::string_view ns, const PolicyRules& wanted) {
    auto missing = compact_rules(missing_rules(rbac.user_rules(user, ns), wanted));
    if (missing.empty()) return {};
    std::set<std::string> texts;
    for (const auto& rule : missing) texts.insert(rule.text());
    std::string groups;
    for (const auto& group : user.groups) groups += (groups.empty() ? "\"" : " \"") + group + "\"";
    std::string out = fmt::format("user \"{}\" (groups=[{}]) is attempting to grant RBAC permissions not currently held:", user.name, groups);
    for (const auto& text : texts) out += "\n" + text;
    return out;
}

std::unique_ptr<AdmissionPlugin> make_rbac_escalation_check(std::shared_ptr<const Rbac> rbac, std::shared_ptr<const Authorizer> authorizer) {
    return std::make_unique<EscalationCheck>(std::move(rbac), std::move(authorizer));
}

}  // namespace skiff::apiserver
