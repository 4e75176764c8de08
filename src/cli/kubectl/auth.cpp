// auth can-i, auth whoami.
#include "base/strings.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/rule_rows.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

namespace {

void warn(const std::string& text) { print_error(paint("Warning:", Colour::Yellow, 2) + " " + text + "\n\n"); }

Status list_rules(Session& session, bool no_headers) {
    const auto body = json::Value::object({{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectRulesReview"}, {"spec", json::Value::object({{"namespace", session.ns()}})}});
    const auto answer = TRY(session.ask({"POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", json::write(body)}));
    const auto& status = answer["status"];
    if (status["incomplete"].as_bool()) warn("the list may be incomplete: " + status["evaluationError"].as_string());
    auto rules = status["resourceRules"].items();
    rules.insert(rules.end(), status["nonResourceRules"].items().begin(), status["nonResourceRules"].items().end());
    std::string text = no_headers ? "" : "Resources\tNon-Resource URLs\tResource Names\tVerbs\n";
    for (const auto& row : rule_rows(rules)) text += row.resource + "\t" + row.urls + "\t" + row.names + "\t" + go_text(row.verbs) + "\n";
    print(align(text));
    return {};
}

}  // namespace

Status can_i(Call& call) {
    std::string subresource;
    bool list = false, quiet = false, all_namespaces = false, no_headers = false;
    call.options.toggle("list", 0, &list, "If true, prints all allowed actions.");
    call.options.toggle("quiet", 'q', &quiet, "If true, suppress output and just return the exit code.");
    call.options.toggle("all-namespaces", 'A', &all_namespaces, "If true, check the specified action in all namespaces.");
    call.options.toggle("no-headers", 0, &no_headers, "If true, prints allowed actions without headers");
    call.options.text("subresource", 0, &subresource, "SubResource such as pod/log or deployment/scale");
    TRY(call.parse());
    auto& session = *TRY(call.session());
    if (list) return list_rules(session, no_headers);
    const auto& words = call.words;
    if (words.size() < 2 || words.size() > 3)
        return local_error("you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
    auto spec = json::Value::object();
    if (words[1].starts_with("/")) {
        spec.set("nonResourceAttributes", json::Value::object({{"path", words[1]}, {"verb", words[0]}}));
    } else {
        const auto slash = words[1].find('/');
        const auto type = words[1].substr(0, slash);
        auto attributes = json::Value::object({{"verb", words[0]}, {"namespace", all_namespaces ? "" : session.ns()}});
        const auto resources = TRY(session.discovery())->resolve(type);
        if (type == "*" || !resources.ok()) {
            const auto dot = type.find('.');
            if (type != "*") warn("the server doesn't have a resource type '" + type.substr(0, dot) + "'" + (dot == std::string::npos ? "" : " in group '" + type.substr(dot + 1) + "'"));
            attributes.set("resource", type.substr(0, dot));
            attributes.set("group", dot == std::string::npos ? (type == "*" ? "*" : "") : type.substr(dot + 1));
        } else {
            const auto& resource = resources->front();
            if (!resource.namespaced && !all_namespaces && !call.connect.ns.empty())
                warn("resource '" + resource.gvr.resource + "' is not namespace scoped" + (resource.gvr.group.empty() ? "" : " in group '" + resource.gvr.group + "'"));
            attributes.set("resource", resource.gvr.resource);
            attributes.set("group", resource.gvr.group);
        }
        if (!subresource.empty()) attributes.set("subresource", subresource);
        if (words.size() > 2) attributes.set("name", words[2]);
        else if (slash != std::string::npos) attributes.set("name", words[1].substr(slash + 1));
        spec.set("resourceAttributes", std::move(attributes));
    }
    const auto body = json::Value::object({{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectAccessReview"}, {"spec", std::move(spec)}});
    const auto answer = TRY(session.ask({"POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", json::write(body)}));
    const auto& status = answer["status"];
    if (status["allowed"].as_bool()) {
        if (!quiet) print("yes\n");
        return {};
    }
    std::string text = "no";
    if (const auto& reason = status["reason"].as_string(); !reason.empty()) text += " - " + reason;
    if (const auto& why = status["evaluationError"].as_string(); !why.empty()) text += " - " + why;
    if (!quiet) print(text + "\n");
    return call.leave(1);
}

Status who_am_i(Call& call) {
    PrintFlags print_flags;
    print_flags.add(call.options);
    TRY(call.parse());
    auto& session = *TRY(call.session());
    const auto body = json::Value::object({{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}});
    const auto answer = TRY(session.ask({"POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", json::write(body)}));
    if (const auto printer = TRY(make_printer(print_flags))) return print(TRY(printer(answer))), Status();
    const auto& user = answer["status"]["userInfo"];
    std::string text = "ATTRIBUTE\tVALUE\n";
    if (const auto& name = user["username"].as_string(); !name.empty()) text += "Username\t" + name + "\n";
    if (const auto& uid = user["uid"].as_string(); !uid.empty()) text += "UID\t" + uid + "\n";
    if (user["groups"].size()) text += "Groups\t" + go_text(user["groups"]) + "\n";
    const auto extra = sorted(user["extra"]);
    for (const auto& one : extra.members()) text += "Extra: " + one.key + "\t" + go_text(one.value) + "\n";
    print(align(text));
    return {};
}

}  // namespace skiff::cli::kubectl
