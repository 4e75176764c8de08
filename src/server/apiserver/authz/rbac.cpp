#include "server/apiserver/authz/rbac.h"

#include <algorithm>
#include <array>

#include "api/selector.h"
#include "base/strings.h"

namespace skiff::apiserver {

namespace {

constexpr char kGroup[] = "rbac.authorization.k8s.io";
const api::Gvr kClusterRoles{kGroup, "v1", "clusterroles"};
const api::Gvr kRoles{kGroup, "v1", "roles"};
const api::Gvr kClusterRoleBindings{kGroup, "v1", "clusterrolebindings"};
const api::Gvr kRoleBindings{kGroup, "v1", "rolebindings"};

using Revisions = std::array<int64_t, 4>;

std::string user_subject(std::string_view name) { return "u:" + std::string(name); }
std::string group_subject(std::string_view name) { return "g:" + std::string(name); }

}  // namespace

struct Rbac::Role {
    api::ObjectPtr object;
    PolicyRules rules;
    std::vector<api::LabelSelector> aggregates;
};

struct Rbac::Binding {
    api::ObjectPtr object;
    std::string role_kind, role_name;
    struct Subject {
        std::string key;         // u:<user name> or g:<group>
        std::string text;        // as in reasons: ServiceAccount "name/namespace"
    };
    std::vector<Subject> subjects;
    const PolicyRules* rules = nullptr;   // of the role; null when there is none
    std::string ns() const { return object->meta().ns; }
};

// Immutable once made. Bindings point at rules that it owns.
struct Rbac::Policy {
    Revisions revisions{};
    std::unordered_map<const api::Object*, RolePtr> roles;          // compiled, by object
    std::map<std::string, const PolicyRules*, std::less<>> rules;   // "name" or "namespace/name"
    std::vector<std::unique_ptr<PolicyRules>> aggregated;
    using Entry = std::pair<std::shared_ptr<const Binding>, size_t>;
    using BySubject = std::unordered_map<std::string, std::vector<Entry>>;
    BySubject cluster;
    std::map<std::string, BySubject, std::less<>> namespaces;
};

namespace {

template <typename Subject>
Subject read_subject(const json::Value& subject, const std::string& binding_ns) {
    const std::string& kind = subject["kind"].as_string();
    const std::string& name = subject["name"].as_string();
    if (kind == "ServiceAccount") {
        const std::string& own = subject["namespace"].as_string();
        const std::string& ns = own.empty() ? binding_ns : own;
        if (ns.empty()) return {};
        return {user_subject("system:serviceaccount:" + ns + ":" + name), fmt::format("ServiceAccount \"{}/{}\"", name, ns)};
    }
    std::string text = fmt::format("{} \"{}\"", kind, name);
    if (kind == "User") return {user_subject(name), std::move(text)};
    if (kind == "Group") return {group_subject(name), std::move(text)};
    return {};
}

std::string binding_text(const api::Object& object, const std::string& role_kind, const std::string& role_name, const std::string& subject) {
    const auto& meta = object.meta();
    std::string name = meta.ns.empty() ? meta.name : meta.name + "/" + meta.ns;
    return fmt::format("{} \"{}\" of {} \"{}\" to {}", meta.ns.empty() ? "ClusterRoleBinding" : "RoleBinding", name, role_kind, role_name, subject);
}

std::string missing_role(std::string_view kind, std::string_view name) {
    return fmt::format("{}.rbac.authorization.k8s.io \"{}\" not found", lower(kind), name);
}

}  // namespace

Rbac::Rbac(const Reader& reader) : reader_(reader) {}
Rbac::~Rbac() = default;

std::shared_ptr<const Rbac::Policy> Rbac::policy() const {
    Revisions now{reader_.revision(kClusterRoles), reader_.revision(kRoles), reader_.revision(kClusterRoleBindings), reader_.revision(kRoleBindings)};
    std::lock_guard lock(mutex_);
    if (!policy_ || policy_->revisions != now) {
        auto compiled = std::const_pointer_cast<Policy>(compile(policy_.get()));
        compiled->revisions = now;   // read before the objects, so a change in between compiles once more
        policy_ = std::move(compiled);
    }
    return policy_;
}

std::shared_ptr<const Rbac::Policy> Rbac::compile(const Policy* old) const {
    auto policy = std::make_shared<Policy>();
    std::vector<RolePtr> cluster_roles;
    for (const auto* gvr : {&kClusterRoles, &kRoles}) {
        for (auto& object : reader_.list(*gvr)) {
            RolePtr role;
            if (old) {
                auto found = old->roles.find(object.get());
                if (found != old->roles.end()) role = found->second;
            }
            if (!role) {
                auto fresh = std::make_shared<Role>();
                auto tree = object->tree();
                fresh->rules = policy_rules((*tree)["rules"]);
                for (const auto& selector : (*tree)["aggregationRule"]["clusterRoleSelectors"].items())
                    if (auto parsed = api::LabelSelector::from_object(selector); parsed.ok()) fresh->aggregates.push_back(std::move(parsed).value());
                fresh->object = object;
                role = std::move(fresh);
            }
            policy->roles.emplace(object.get(), role);
            policy->rules[object->meta().key()] = &role->rules;
            if (gvr == &kClusterRoles) cluster_roles.push_back(std::move(role));
        }
    }
    for (const auto& role : cluster_roles) {
        if (role->aggregates.empty()) continue;
        auto rules = std::make_unique<PolicyRules>();
        for (const auto& part : cluster_roles)
            if (part != role && std::any_of(role->aggregates.begin(), role->aggregates.end(),
                                            [&](const auto& selector) { return selector.matches(part->object->meta().labels); }))
                rules->insert(rules->end(), part->rules.begin(), part->rules.end());
        policy->rules[role->object->meta().key()] = rules.get();
        policy->aggregated.push_back(std::move(rules));
    }
    for (const auto* gvr : {&kClusterRoleBindings, &kRoleBindings}) {
        for (auto& object : reader_.list(*gvr)) {
            auto tree = object->tree();
            auto binding = std::make_shared<Binding>();
            binding->role_kind = (*tree)["roleRef"]["kind"].as_string();
            binding->role_name = (*tree)["roleRef"]["name"].as_string();
            const std::string& ns = object->meta().ns;
            auto rules = policy->rules.find(binding->role_kind == "Role" ? ns + "/" + binding->role_name : binding->role_name);
            if (rules != policy->rules.end()) binding->rules = rules->second;
            for (const auto& subject : (*tree)["subjects"].items()) binding->subjects.push_back(read_subject<Binding::Subject>(subject, ns));
            binding->object = object;
            auto& index = ns.empty() ? policy->cluster : policy->namespaces[ns];
            for (size_t i = 0; i < binding->subjects.size(); ++i)
                if (!binding->subjects[i].key.empty()) index[binding->subjects[i].key].emplace_back(binding, i);
        }
    }
    return policy;
}

template <typename Visit>
void Rbac::for_each_binding(const Policy& policy, const User& user, std::string_view ns, Visit&& visit) {
    std::vector<std::string> keys{user_subject(user.name)};
    for (const auto& group : user.groups) keys.push_back(group_subject(group));
    auto look = [&](const Policy::BySubject& index) {
        for (const auto& key : keys) {
            auto found = index.find(key);
            if (found == index.end()) continue;
            for (const auto& [binding, subject] : found->second)
                if (visit(*binding, binding->subjects[subject])) return true;
        }
        return false;
    };
    if (look(policy.cluster) || ns.empty()) return;
    auto found = policy.namespaces.find(ns);
    if (found != policy.namespaces.end()) look(found->second);
}

Verdict Rbac::authorize(const Attributes& attributes) const {
    auto policy = this->policy();
    Verdict verdict;
    std::vector<std::string> problems;
    for_each_binding(*policy, attributes.user, attributes.ns, [&](const Binding& binding, const Binding::Subject& subject) {
        if (!binding.rules) {
            problems.push_back(missing_role(binding.role_kind, binding.role_name));
            return false;
        }
        if (std::none_of(binding.rules->begin(), binding.rules->end(), [&](const PolicyRule& rule) { return rule.allows(attributes); })) return false;
        verdict = {Verdict::Kind::Allow, "RBAC: allowed by " + binding_text(*binding.object, binding.role_kind, binding.role_name, subject.text)};
        return true;
    });
    if (verdict.kind != Verdict::Kind::Allow && !problems.empty())
        verdict.reason = problems.size() == 1 ? "RBAC: " + problems[0] : "RBAC: [" + join(problems, ", ") + "]";
    return verdict;
}

PolicyRules Rbac::user_rules(const User& user, std::string_view ns) const {
    auto policy = this->policy();
    PolicyRules out;
    for_each_binding(*policy, user, ns, [&](const Binding& binding, const Binding::Subject&) {
        if (binding.rules) out.insert(out.end(), binding.rules->begin(), binding.rules->end());
        return false;
    });
    return out;
}

std::vector<json::Value> Rbac::rules_for(const User& user, std::string_view ns) const {
    std::vector<json::Value> out;
    for (const auto& rule : user_rules(user, ns)) out.push_back(rule.to_json());
    return out;
}

Result<PolicyRules> Rbac::role_rules(std::string_view ns, std::string_view kind, std::string_view name) const {
    auto policy = this->policy();
    auto found = policy->rules.find(kind == "Role" ? std::string(ns) + "/" + std::string(name) : std::string(name));
    if (found == policy->rules.end()) return error(Reason::NotFound, "{}", missing_role(kind, name));
    return *found->second;
}

}  // namespace skiff::apiserver
