// create serviceaccount, token, role, clusterrole, rolebinding, clusterrolebinding.
#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kRbac = "rbac.authorization.k8s.io";

struct RuleFlags {
    std::vector<std::string> verbs, resources, names;
};

// Rules for RESOURCE[.GROUP][/SUBRESOURCE] words: one for each API group.
Result<json::Value> rules_of(Call& call, const RuleFlags& flags) {
    auto rules = json::Value::array();
    const auto* discovery = TRY(TRY(call.session())->discovery());
    for (const auto& word : flags.resources) {
        const auto slash = word.find('/');
        const auto subresource = slash == std::string::npos ? "" : word.substr(slash);
        std::string group, name = word;
        if (word != "*") {
            auto found = discovery->resolve(word.substr(0, slash));
            if (!found.ok()) return local_error("the server doesn't have a resource type \"{}\"", word.substr(0, slash));
            group = found->front().gvr.group;
            name = found->front().gvr.resource + subresource;
        }
        json::Value* rule = nullptr;
        for (auto& one : rules.mut_items())
            if (one["apiGroups"][0].as_string() == group) rule = &one;
        if (!rule) {
            rules.push_back(json::Value::object({{"apiGroups", json::Value::array({group})}, {"resources", json::Value::array()}, {"verbs", string_list(flags.verbs)}}));
            rule = &rules.mut_items().back();
            if (!flags.names.empty()) rule->set("resourceNames", string_list(flags.names));
        }
        rule->mut("resources").push_back(name);
    }
    return rules;
}

struct SubjectFlags {
    std::string role, cluster_role;
    std::vector<std::string> users, groups, accounts;
    void add(Options& options) {
        options.text("clusterrole", 0, &cluster_role, "ClusterRole this binding should reference");
        options.comma_list("user", 0, &users, "Usernames to bind to the role. The flag can be repeated to add multiple users.");
        options.comma_list("group", 0, &groups, "Groups to bind to the role. The flag can be repeated to add multiple groups.");
        options.comma_list("serviceaccount", 0, &accounts, "Service accounts to bind to the role, in the format <namespace>:<name>.");
    }
};

Status bind(Call& call, const WriteFlags& write, const SubjectFlags& flags, const char* kind) {
    const auto name = TRY(one_name(call));
    auto object = named_object(std::string(kRbac) + "/v1", kind, name);
    auto subjects = json::Value::array();
    for (const auto& user : flags.users) subjects.push_back(json::Value::object({{"kind", "User"}, {"apiGroup", kRbac}, {"name", user}}));
    for (const auto& group : flags.groups) subjects.push_back(json::Value::object({{"kind", "Group"}, {"apiGroup", kRbac}, {"name", group}}));
    for (const auto& account : flags.accounts) {
        const auto parts = split(account, ':');
        if (parts.size() != 2 || parts[1].empty()) return local_error("serviceaccount must be <namespace>:<name>");
        subjects.push_back(json::Value::object({{"kind", "ServiceAccount"}, {"name", parts[1]}, {"namespace", parts[0]}}));
    }
    if (subjects.size()) object.set("subjects", std::move(subjects));
    object.set("roleRef", json::Value::object({{"apiGroup", kRbac}, {"kind", flags.role.empty() ? "ClusterRole" : "Role"}, {"name", flags.role.empty() ? flags.cluster_role : flags.role}}));
    return create_and_show(call, write, std::move(object));
}

}  // namespace

Status create_service_account(Call& call) {
    WriteFlags write;
    write.add(call.options, "kubectl-create");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    return create_and_show(call, write, named_object("v1", "ServiceAccount", name));
}

Status create_role(Call& call) {
    WriteFlags write;
    RuleFlags flags;
    write.add(call.options, "kubectl-create");
    call.options.comma_list("verb", 0, &flags.verbs, "Verb that applies to the resources contained in the rule");
    call.options.comma_list("resource", 0, &flags.resources, "Resource that the rule applies to");
    call.options.comma_list("resource-name", 0, &flags.names, "Resource in the white list that the rule applies to, repeat this flag for multiple items");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    if (flags.verbs.empty()) return local_error("at least one verb must be specified");
    if (flags.resources.empty()) return local_error("at least one resource must be specified");
    auto object = named_object(std::string(kRbac) + "/v1", "Role", name);
    auto rules = TRY(rules_of(call, flags));
    object.set("rules", std::move(rules));
    return create_and_show(call, write, std::move(object));
}

Status create_cluster_role(Call& call) {
    WriteFlags write;
    RuleFlags flags;
    std::vector<std::string> urls, aggregation;
    write.add(call.options, "kubectl-create");
    call.options.comma_list("verb", 0, &flags.verbs, "Verb that applies to the resources contained in the rule");
    call.options.comma_list("resource", 0, &flags.resources, "Resource that the rule applies to");
    call.options.comma_list("resource-name", 0, &flags.names, "Resource in the white list that the rule applies to, repeat this flag for multiple items");
    call.options.comma_list("non-resource-url", 0, &urls, "A partial url that user should have access to.");
    call.options.comma_list("aggregation-rule", 0, &aggregation, "An aggregation label selector for combining ClusterRoles.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object(std::string(kRbac) + "/v1", "ClusterRole", name);
    if (!aggregation.empty()) {
        auto labels = json::Value::object();
        for (const auto& pair : aggregation) labels.set(pair.substr(0, pair.find('=')), pair.substr(std::min(pair.size(), pair.find('=') + 1)));
        object.set("aggregationRule", json::Value::object({{"clusterRoleSelectors", json::Value::array({json::Value::object({{"matchLabels", std::move(labels)}})})}}));
        object.set("rules", nullptr);
        return create_and_show(call, write, std::move(object));
    }
    if (flags.verbs.empty()) return local_error("at least one verb must be specified");
    if (flags.resources.empty() && urls.empty()) return local_error("at least one resource must be specified");
    auto rules = flags.resources.empty() ? json::Value::array() : TRY(rules_of(call, flags));
    if (!urls.empty()) rules.push_back(json::Value::object({{"nonResourceURLs", string_list(urls)}, {"verbs", string_list(flags.verbs)}}));
    object.set("rules", std::move(rules));
    return create_and_show(call, write, std::move(object));
}

Status create_role_binding(Call& call) {
    WriteFlags write;
    SubjectFlags flags;
    write.add(call.options, "kubectl-create");
    flags.add(call.options);
    call.options.text("role", 0, &flags.role, "Role this RoleBinding should reference");
    TRY(call.parse());
    if (flags.role.empty() == flags.cluster_role.empty()) return local_error("exactly one of clusterrole or role must be specified");
    return bind(call, write, flags, "RoleBinding");
}

Status create_cluster_role_binding(Call& call) {
    WriteFlags write;
    SubjectFlags flags;
    write.add(call.options, "kubectl-create");
    flags.add(call.options);
    TRY(call.parse());
    if (flags.cluster_role.empty()) return local_error("required flag(s) \"clusterrole\" not set");
    return bind(call, write, flags, "ClusterRoleBinding");
}

Status create_token(Call& call) {
    std::string duration = "0s", bound_kind, bound_name, bound_uid;
    std::vector<std::string> audiences;
    PrintFlags print_flags;
    print_flags.add(call.options);
    call.options.list("audience", 0, &audiences, "Audience of the requested token. If unset, defaults to requesting a token for use with the Kubernetes API server.");
    call.options.text("duration", 0, &duration, "Requested lifetime of the issued token. If not set or if set to 0, the lifetime will be determined by the server automatically.");
    call.options.text("bound-object-kind", 0, &bound_kind, "Kind of an object to bind the token to. Supported kinds are Node, Pod, Secret.");
    call.options.text("bound-object-name", 0, &bound_name, "Name of an object to bind the token to.");
    call.options.text("bound-object-uid", 0, &bound_uid, "UID of an object to bind the token to.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto spec = json::Value::object({{"audiences", audiences.empty() ? json::Value() : string_list(audiences)}});
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(TRY(read_timeout(duration))).count();
    if (seconds > 0) spec.set("expirationSeconds", seconds);
    if (!bound_kind.empty()) {
        auto bound = json::Value::object({{"kind", bound_kind}, {"apiVersion", "v1"}, {"name", bound_name}});
        if (!bound_uid.empty()) bound.set("uid", bound_uid);
        spec.set("boundObjectRef", std::move(bound));
    }
    auto& session = *TRY(call.session());
    const auto body = json::Value::object({{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", std::move(spec)}});
    auto made = session.ask({"POST", api_path({"", "v1", "serviceaccounts"}, session.ns(), name, "token"), json::write(body)});
    if (!made.ok() && made.status().reason() == Reason::NotFound) return local_error("failed to create token: {}", made.status().message());
    if (!made.ok()) return made.status();
    if (const auto printer = TRY(make_printer(print_flags))) print(TRY(printer(*made)));
    else print((*made)["status"]["token"].as_string() + "\n");
    return {};
}

}  // namespace skiff::cli::kubectl
