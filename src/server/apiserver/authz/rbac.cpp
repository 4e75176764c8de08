#include "server/apiserver/authz/rbac.h"

#include <algorithm>
#include <array>

#include "api/selector.h"
#include "base/strings.h"
#include "base/text_map.h"

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

// Role and Binding are compiled once for each version of their object. They hold it, so its address names the version.
struct Rbac::Role {
    api::ObjectPtr object;
    PolicyRules rules;
    std::vector<api::LabelSelector> aggregates;
};

struct Rbac::Binding {
    api::ObjectPtr object;
    std::string role_kind, role_name;
    struct Subject {
        std::string key;         // u:<user name> or g:<group>; "" for what names nobody
        std::string text;        // as in reasons: ServiceAccount "name/namespace"
    };
    std::vector<Subject> subjects;
};

// Immutable once made.
struct Rbac::Policy {
    Revisions revisions{};
    std::unordered_map<const api::Object*, RolePtr> roles;
    std::unordered_map<const api::Object*, BindingPtr> bindings;
    std::map<std::string, const PolicyRules*, std::less<>> rules;   // "name" or "namespace/name"
    std::vector<std::unique_ptr<PolicyRules>> aggregated;
    struct Entry {
        const Binding* binding;
        const Binding::Subject* subject;
        const PolicyRules* rules;       // of the role; null when there is none
    };
    using BySubject = TextMap<std::vector<Entry>>;
    BySubject cluster;
    std::map<std::string, BySubject, std::less<>> namespaces;

    void add_role(RolePtr role);
    void aggregate();
    void add_binding(BindingPtr binding);
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
        auto compiled = compile(policy_.get());
        compiled->revisions = now;   // read before the objects, so a change in between compiles once more
        policy_ = std::move(compiled);
    }
    return policy_;
}

Rbac::RolePtr Rbac::compile_role(api::ObjectPtr object) {
    auto role = std::make_shared<Role>();
    auto tree = object->tree();
    role->rules = policy_rules((*tree)["rules"]);
    for (const auto& selector : (*tree)["aggregationRule"]["clusterRoleSelectors"].items())
        if (auto parsed = api::LabelSelector::from_object(selector); parsed.ok()) role->aggregates.push_back(std::move(parsed).value());
    role->object = std::move(object);
    return role;
}

Rbac::BindingPtr Rbac::compile_binding(api::ObjectPtr object) {
    auto binding = std::make_shared<Binding>();
    auto tree = object->tree();
    binding->role_kind = (*tree)["roleRef"]["kind"].as_string();
    binding->role_name = (*tree)["roleRef"]["name"].as_string();
    for (const auto& subject : (*tree)["subjects"].items()) binding->subjects.push_back(read_subject<Binding::Subject>(subject, object->meta().ns));
    binding->object = std::move(object);
    return binding;
}

void Rbac::Policy::add_role(RolePtr role) {
    rules[role->object->meta().key()] = &role->rules;
    roles.emplace(role->object.get(), std::move(role));
}

void Rbac::Policy::aggregate() {
    for (const auto& [object, role] : roles) {
        if (role->aggregates.empty() || !object->meta().ns.empty()) continue;
        auto united = std::make_unique<PolicyRules>();
        for (const auto& [other, part] : roles) {
            bool selected = part != role && other->meta().ns.empty() &&
                            std::any_of(role->aggregates.begin(), role->aggregates.end(), [&, o = other](const auto& s) { return s.matches(o->meta().labels); });
            if (selected) united->insert(united->end(), part->rules.begin(), part->rules.end());
        }
        rules[object->meta().key()] = united.get();
        aggregated.push_back(std::move(united));
    }
}

void Rbac::Policy::add_binding(BindingPtr binding) {
    const std::string& ns = binding->object->meta().ns;
    auto found = rules.find(binding->role_kind == "Role" ? ns + "/" + binding->role_name : binding->role_name);
    const PolicyRules* role = found == rules.end() ? nullptr : found->second;
    auto& index = ns.empty() ? cluster : namespaces[ns];
    for (const auto& subject : binding->subjects)
        if (!subject.key.empty()) index[subject.key].push_back({binding.get(), &subject, role});
    bindings.emplace(binding->object.get(), std::move(binding));
}

std::shared_ptr<Rbac::Policy> Rbac::compile(const Policy* old) const {
    auto policy = std::make_shared<Policy>();
    for (const auto* gvr : {&kClusterRoles, &kRoles}) {
        for (auto& object : reader_.list(*gvr)) {
            auto known = old ? old->roles.find(object.get()) : decltype(old->roles.end()){};
            policy->add_role(old && known != old->roles.end() ? known->second : compile_role(std::move(object)));
        }
    }
    policy->aggregate();
    for (const auto* gvr : {&kClusterRoleBindings, &kRoleBindings}) {
        for (auto& object : reader_.list(*gvr)) {
            auto known = old ? old->bindings.find(object.get()) : decltype(old->bindings.end()){};
            policy->add_binding(old && known != old->bindings.end() ? known->second : compile_binding(std::move(object)));
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
            for (const auto& entry : found->second)
                if (visit(entry)) return true;
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
    for_each_binding(*policy, attributes.user, attributes.ns, [&](const Policy::Entry& entry) {
        const Binding& binding = *entry.binding;
        if (!entry.rules) {
            problems.push_back(missing_role(binding.role_kind, binding.role_name));
            return false;
        }
        if (std::none_of(entry.rules->begin(), entry.rules->end(), [&](const PolicyRule& rule) { return rule.allows(attributes); })) return false;
        verdict = {Verdict::Kind::Allow, "RBAC: allowed by " + binding_text(*binding.object, binding.role_kind, binding.role_name, entry.subject->text)};
        return true;
    });
    if (verdict.kind != Verdict::Kind::Allow && !problems.empty())
        verdict.reason = problems.size() == 1 ? "RBAC: " + problems[0] : "RBAC: [" + join(problems, ", ") + "]";
    return verdict;
}

PolicyRules Rbac::user_rules(const User& user, std::string_view ns) const {
    auto policy = this->policy();
    PolicyRules out;
    for_each_binding(*policy, user, ns, [&](const Policy::Entry& entry) {
        if (entry.rules) out.insert(out.end(), entry.rules->begin(), entry.rules->end());
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
