#include "server/apiserver/authz/rbac.h"

#include <catch2/catch.hpp>

#include "../fake_reader.h"
#include "json/write.h"
#include "server/apiserver/authz/bootstrap_policy.h"
#include "server/apiserver/authz/chain.h"
#include "server/apiserver/authz/escalation.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const char kGroup[] = "rbac.authorization.k8s.io";
const api::Gvr kClusterRoles{kGroup, "v1", "clusterroles"}, kRoles{kGroup, "v1", "roles"}, kClusterRoleBindings{kGroup, "v1", "clusterrolebindings"},
    kRoleBindings{kGroup, "v1", "rolebindings"};

// "list pods", "get apps/deployments/scale ns/name"
Attributes ask(const std::string& user, std::vector<std::string> groups, const std::string& verb, const std::string& resource, const std::string& ns = "",
               const std::string& name = "", const std::string& group = "") {
    Attributes a;
    a.user.name = user;
    a.user.groups = std::move(groups);
    a.verb = verb;
    a.resource_request = true;
    a.group = group;
    size_t slash = resource.find('/');
    a.resource = resource.substr(0, slash);
    if (slash != std::string::npos) a.subresource = resource.substr(slash + 1);
    a.ns = ns;
    a.name = name;
    return a;
}
Attributes path(const std::string& user, std::vector<std::string> groups, const std::string& where) {
    Attributes a;
    a.user.name = user;
    a.user.groups = std::move(groups);
    a.verb = "get";
    a.path = where;
    return a;
}
bool allowed(const Authorizer& authorizer, const Attributes& a) { return authorizer.authorize(a).kind == Verdict::Kind::Allow; }

void load_bootstrap(FakeReader& reader) {
    for (auto& object : bootstrap_policy_objects()) {
        const std::string kind = object["kind"].as_string();
        reader.put(kind == "ClusterRole" ? kClusterRoles : kind == "Role" ? kRoles : kind == "ClusterRoleBinding" ? kClusterRoleBindings : kRoleBindings, object);
    }
}

}  // namespace

TEST_CASE("a rule allows what its lists say") {
    auto rule = [](const char* text) { return PolicyRule::from(*json::parse(text)); };
    auto pods = rule(R"({"verbs":["get","list"],"apiGroups":[""],"resources":["pods","pods/log"]})");
    CHECK(pods.allows(ask("u", {}, "get", "pods")));
    CHECK(pods.allows(ask("u", {}, "get", "pods/log")));
    CHECK(!pods.allows(ask("u", {}, "get", "pods/exec")));
    CHECK(!pods.allows(ask("u", {}, "delete", "pods")));
    CHECK(!pods.allows(ask("u", {}, "get", "pods", "", "", "apps")));
    auto scale = rule(R"({"verbs":["*"],"apiGroups":["*"],"resources":["*/scale"]})");
    CHECK(scale.allows(ask("u", {}, "update", "deployments/scale", "", "", "apps")));
    CHECK(!scale.allows(ask("u", {}, "update", "deployments", "", "", "apps")));
    auto named = rule(R"({"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"]})");
    CHECK(named.allows(ask("u", {}, "get", "secrets", "ns", "a")));
    CHECK(!named.allows(ask("u", {}, "get", "secrets", "ns", "b")));
    CHECK(!named.allows(ask("u", {}, "get", "secrets", "ns", "")));
    auto urls = rule(R"({"verbs":["get"],"nonResourceURLs":["/healthz","/api/*"]})");
    CHECK(urls.allows(path("u", {}, "/healthz")));
    CHECK(urls.allows(path("u", {}, "/api/v1")));
    CHECK(!urls.allows(path("u", {}, "/healthz/etcd")));
    CHECK(!urls.allows(ask("u", {}, "get", "pods")));
}

TEST_CASE("bindings give roles to users, groups and service accounts, with a reason") {
    FakeReader reader;
    reader.put(kClusterRoles, R"({"metadata":{"name":"reader"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})");
    reader.put(kRoles, R"({"metadata":{"name":"writer","namespace":"a"},"rules":[{"verbs":["create"],"apiGroups":[""],"resources":["pods"]}]})");
    reader.put(kClusterRoleBindings, R"({"metadata":{"name":"all"},"roleRef":{"kind":"ClusterRole","name":"reader"},
        "subjects":[{"kind":"Group","name":"g"},{"kind":"User","name":"u"}]})");
    reader.put(kRoleBindings, R"({"metadata":{"name":"w","namespace":"a"},"roleRef":{"kind":"Role","name":"writer"},
        "subjects":[{"kind":"ServiceAccount","name":"sa"},{"kind":"ServiceAccount","name":"other","namespace":"b"}]})");
    reader.put(kRoleBindings, R"({"metadata":{"name":"r","namespace":"a"},"roleRef":{"kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"User","name":"v"}]})");
    Rbac rbac(reader);
    auto verdict = rbac.authorize(ask("x", {"g"}, "get", "pods", "anywhere"));
    CHECK(verdict.kind == Verdict::Kind::Allow);
    CHECK(verdict.reason == R"(RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to Group "g")");
    CHECK(allowed(rbac, ask("u", {}, "get", "pods")));
    CHECK(rbac.authorize(ask("system:serviceaccount:a:sa", {}, "create", "pods", "a")).reason ==
          R"(RBAC: allowed by RoleBinding "w/a" of Role "writer" to ServiceAccount "sa/a")");
    CHECK(allowed(rbac, ask("system:serviceaccount:b:other", {}, "create", "pods", "a")));
    CHECK(!allowed(rbac, ask("system:serviceaccount:a:sa", {}, "create", "pods", "b")));
    CHECK(allowed(rbac, ask("v", {}, "get", "pods", "a")));
    CHECK(!allowed(rbac, ask("v", {}, "get", "pods", "b")));
    CHECK(!allowed(rbac, ask("v", {}, "get", "pods")));
    CHECK(rbac.authorize(ask("nobody", {}, "get", "pods")).reason.empty());
}

TEST_CASE("a change of a role holds with the next request, a missing role is named") {
    FakeReader reader;
    reader.put(kClusterRoleBindings, R"({"metadata":{"name":"all"},"roleRef":{"kind":"ClusterRole","name":"late"},"subjects":[{"kind":"User","name":"u"}]})");
    Rbac rbac(reader);
    auto verdict = rbac.authorize(ask("u", {}, "get", "pods"));
    CHECK(verdict.kind == Verdict::Kind::NoOpinion);
    CHECK(verdict.reason == R"(RBAC: clusterrole.rbac.authorization.k8s.io "late" not found)");
    reader.put(kClusterRoles, R"({"metadata":{"name":"late"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})");
    CHECK(allowed(rbac, ask("u", {}, "get", "pods")));
    reader.put(kClusterRoles, R"({"metadata":{"name":"late"},"rules":[]})");
    CHECK(!allowed(rbac, ask("u", {}, "get", "pods")));
    reader.remove(kClusterRoleBindings, "all");
    CHECK(rbac.authorize(ask("u", {}, "get", "pods")).reason.empty());
}

TEST_CASE("aggregated roles hold what their selectors name") {
    FakeReader reader;
    reader.put(kClusterRoles, R"({"metadata":{"name":"sum"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"sum"}}]},"rules":[]})");
    reader.put(kClusterRoles, R"({"metadata":{"name":"part","labels":{"to":"sum"}},"rules":[{"verbs":["get"],"apiGroups":["x.io"],"resources":["things"]}]})");
    reader.put(kClusterRoleBindings, R"({"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"sum"},"subjects":[{"kind":"User","name":"u"}]})");
    Rbac rbac(reader);
    CHECK(allowed(rbac, ask("u", {}, "get", "things", "ns", "", "x.io")));
    reader.remove(kClusterRoles, "part");
    CHECK(!allowed(rbac, ask("u", {}, "get", "things", "ns", "", "x.io")));
}

TEST_CASE("the bootstrap policy is complete and works") {
    FakeReader reader;
    load_bootstrap(reader);
    size_t kubernetes = 0;
    for (const auto& object : bootstrap_policy_objects()) kubernetes += object["metadata"]["labels"]["kubernetes.io/bootstrapping"].as_string() == "rbac-defaults";
    CHECK(kubernetes == 131);
    auto rbac = std::make_shared<Rbac>(reader);
    auto chain = make_authorizer(rbac, reader);
    CHECK(allowed(*chain, ask("anyone", {"system:masters"}, "delete", "nodes", "", "n")));
    CHECK(allowed(*chain, ask("system:kube-scheduler", {"system:authenticated"}, "create", "pods/binding", "ns", "p")));
    CHECK(!allowed(*chain, ask("system:kube-scheduler", {}, "get", "secrets", "ns", "s")));
    CHECK(allowed(*chain, ask("system:serviceaccount:kube-system:deployment-controller", {}, "create", "replicasets", "ns", "", "apps")));
    CHECK(allowed(*chain, path("system:anonymous", {"system:unauthenticated"}, "/healthz")));
    CHECK(!allowed(*chain, path("system:anonymous", {"system:unauthenticated"}, "/metrics")));
    CHECK(!allowed(*chain, path("system:anonymous", {"system:unauthenticated"}, "/api")));
    CHECK(allowed(*chain, path("u", {"system:authenticated"}, "/api/v1")));
    CHECK(allowed(*chain, ask("u", {"system:authenticated"}, "create", "selfsubjectaccessreviews", "", "", "authorization.k8s.io")));
    // admin is aggregated from edit and view.
    reader.put(kRoleBindings, R"({"metadata":{"name":"x","namespace":"team"},"roleRef":{"kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"User","name":"boss"}]})");
    CHECK(allowed(*chain, ask("boss", {}, "create", "deployments", "team", "", "apps")));
    CHECK(allowed(*chain, ask("boss", {}, "create", "rolebindings", "team", "", kGroup)));
    CHECK(!allowed(*chain, ask("boss", {}, "create", "deployments", "other", "", "apps")));
    CHECK(!allowed(*chain, ask("boss", {}, "update", "resourcequotas", "team")));
    auto rules = rbac->rules_for(ask("boss", {}, "", "").user, "team");
    CHECK(rules.size() > 10);
}

TEST_CASE("nobody grants what he does not hold") {
    FakeReader reader;
    load_bootstrap(reader);
    reader.put(kRoleBindings, R"({"metadata":{"name":"x","namespace":"team"},"roleRef":{"kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"User","name":"boss"}]})");
    auto rbac = std::make_shared<Rbac>(reader);
    auto check = make_rbac_escalation_check(rbac, make_authorizer(rbac, reader));
    api::KindInfo roles, bindings;
    roles.gvk = {kGroup, "v1", "Role"};
    roles.plural = "roles";
    bindings.gvk = {kGroup, "v1", "RoleBinding"};
    bindings.plural = "rolebindings";
    User boss{"boss", "", {"g1", "g2"}, {}}, master{"m", "", {"system:masters"}, {}};
    auto write = [&](const api::KindInfo& kind, const User& user, const char* text) {
        json::Value object = *json::parse(text);
        AdmissionRequest request{Operation::Create, kind, "team", "r", "", user, &object};
        return check->mutate(request);
    };
    const char* harmless = R"({"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["pods","secrets"]}]})";
    const char* greedy = R"({"rules":[{"verbs":["get","bind"],"apiGroups":[""],"resources":["nodes"]}]})";
    CHECK(write(roles, boss, harmless).ok());
    auto refused = write(roles, boss, greedy);
    CHECK(refused.reason() == Reason::Forbidden);
    CHECK(refused.message() ==
          "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"boss\" (groups=[\"g1\" \"g2\"]) is attempting to grant RBAC permissions not currently "
          "held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"bind\"]}");
    CHECK(write(roles, master, greedy).ok());
    CHECK(write(bindings, boss, R"({"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[]})").ok());
    CHECK(write(bindings, boss, R"({"roleRef":{"kind":"ClusterRole","name":"cluster-admin"},"subjects":[]})").reason() == Reason::Forbidden);
    CHECK(write(bindings, boss, R"({"roleRef":{"kind":"Role","name":"none"},"subjects":[]})").reason() == Reason::NotFound);
    reader.put(kClusterRoles, R"({"metadata":{"name":"binder"},"rules":[{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["cluster-admin"]}]})");
    reader.put(kRoleBindings, R"({"metadata":{"name":"y","namespace":"team"},"roleRef":{"kind":"ClusterRole","name":"binder"},"subjects":[{"kind":"User","name":"boss"}]})");
    CHECK(write(bindings, boss, R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[]})").ok());
    CHECK(write(bindings, boss, R"({"roleRef":{"apiGroup":"other","kind":"ClusterRole","name":"cluster-admin"},"subjects":[]})").reason() == Reason::Forbidden);   // bind in the group that it names
}
