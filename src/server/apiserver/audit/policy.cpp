#include "server/apiserver/audit/policy.h"

#include <algorithm>

#include "json/yaml.h"

namespace skiff::apiserver::audit {

namespace {

constexpr size_t kRulesMax = 1000;

bool has(const std::vector<std::string>& list, std::string_view text) { return std::find(list.begin(), list.end(), text) != list.end(); }

std::vector<std::string> strings(const json::Value& list) {
    std::vector<std::string> out;
    for (const json::Value& item : list.items()) out.push_back(item.as_string());
    return out;
}

Result<Level> read_level(const std::string& name) {
    if (name == "None") return Level::None;
    if (name == "Metadata") return Level::Metadata;
    if (name == "Request") return Level::Request;
    if (name == "RequestResponse") return Level::RequestResponse;
    return error(Reason::Invalid, "audit policy: unknown level \"{}\"", name);
}

Result<uint8_t> read_stages(const json::Value& list) {
    uint8_t out = 0;
    for (const json::Value& item : list.items()) {
        const std::string& name = item.as_string();
        if (name == "RequestReceived") out |= 1 << static_cast<int>(Stage::RequestReceived);
        else if (name == "ResponseStarted") out |= 1 << static_cast<int>(Stage::ResponseStarted);
        else if (name == "ResponseComplete") out |= 1 << static_cast<int>(Stage::ResponseComplete);
        else if (name != "Panic") return error(Reason::Invalid, "audit policy: unknown stage \"{}\"", name);
    }
    return out;
}

constexpr uint8_t kCompleteOnly = 1 << static_cast<int>(Stage::RequestReceived) | 1 << static_cast<int>(Stage::ResponseStarted);

// "pods", "pods/log", "*" (all), "*/scale", "pods/*".
bool resource_matches(const std::string& pattern, const Attributes& a) {
    if (pattern == "*") return true;
    size_t slash = pattern.find('/');
    if (slash == std::string::npos) return a.subresource.empty() && pattern == a.resource;
    std::string resource = pattern.substr(0, slash), subresource = pattern.substr(slash + 1);
    return (resource == "*" || resource == a.resource) && (subresource == a.subresource || (subresource == "*" && !a.subresource.empty()));
}

bool url_matches(const std::string& pattern, std::string_view path) {
    if (pattern == "*") return true;
    if (!pattern.empty() && pattern.back() == '*') return path.substr(0, pattern.size() - 1) == std::string_view(pattern).substr(0, pattern.size() - 1);
    return path == pattern;
}

}  // namespace

bool Policy::Rule::matches_target(const Attributes& a) const {
    if (a.resource_request) {
        if (resources.empty() && namespaces.empty()) return urls.empty();
        if (!namespaces.empty() && !has(namespaces, a.ns)) return false;
        if (resources.empty()) return true;
        return std::any_of(resources.begin(), resources.end(), [&](const Resource& r) {
            if (r.group != a.group && r.group != "*") return false;
            if (!r.names.empty() && !has(r.names, a.name)) return false;
            return r.resources.empty() || std::any_of(r.resources.begin(), r.resources.end(), [&](const std::string& p) { return resource_matches(p, a); });
        });
    }
    if (urls.empty()) return resources.empty() && namespaces.empty();
    return std::any_of(urls.begin(), urls.end(), [&](const std::string& p) { return url_matches(p, a.path); });
}

bool Policy::Rule::matches(const Attributes& a, int code) const {
    if (refused_only && code != 401 && code != 403) return false;
    if (!users.empty() && !has(users, a.user.name)) return false;
    if (!groups.empty() && std::none_of(groups.begin(), groups.end(), [&](const std::string& g) { return a.user.in_group(g); })) return false;
    if (!verbs.empty() && !has(verbs, a.verb)) return false;
    return matches_target(a);
}

Wanted Policy::wanted(const Attributes& attributes, int code) const {
    for (const Rule& rule : rules_)
        if (rule.matches(attributes, code)) return {rule.level, rule.omit_managed_fields, rule.omitted_stages};
    return {};
}

const Policy& Policy::builtin() {
    static const Policy policy = [] {
        Policy p;
        p.rules_.push_back({.level = Level::None, .urls = {"/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*", "/api", "/api/*", "/apis", "/apis/*", "/metrics"}});
        p.rules_.push_back({.level = Level::None, .resources = {{"coordination.k8s.io", {"leases"}, {}}, {"", {"events"}, {}}, {"events.k8s.io", {"events"}, {}}}});
        // Nodes say how they and their pods are all day.
        p.rules_.push_back({.level = Level::None, .groups = {"system:nodes"}, .resources = {{"", {"nodes", "nodes/status", "pods/status", "serviceaccounts/token", "secrets", "configmaps"}, {}}}});
        p.rules_.push_back({.level = Level::None, .resources = {{"authentication.k8s.io", {}, {}}, {"authorization.k8s.io", {}, {}}}});
        p.rules_.push_back({.level = Level::Metadata, .refused_only = true});
        p.rules_.push_back({.level = Level::Metadata, .resources = {{"", {"secrets", "serviceaccounts/token", "pods/exec", "pods/attach", "pods/portforward"}, {}}}});
        p.rules_.push_back({.level = Level::Metadata, .verbs = {"create", "update", "patch", "delete", "deletecollection"}});
        for (Rule& rule : p.rules_) rule.omitted_stages = kCompleteOnly;
        return p;
    }();
    return policy;
}

Result<Policy> Policy::parse(std::string_view text) {
    json::Value document = TRY(json::parse_yaml(text));
    if (document["kind"].as_string() != "Policy" || document["apiVersion"].as_string() != "audit.k8s.io/v1")
        return error(Reason::Invalid, "audit policy: expected audit.k8s.io/v1 Policy");
    if (document["rules"].size() > kRulesMax) return error(Reason::Invalid, "audit policy: more than {} rules", kRulesMax);
    Policy policy;
    const uint8_t omitted = TRY(read_stages(document["omitStages"]));
    const bool omit_fields = document["omitManagedFields"].as_bool();
    for (const json::Value& given : document["rules"].items()) {
        Rule rule;
        rule.level = TRY(read_level(given["level"].as_string()));
        rule.omitted_stages = omitted | TRY(read_stages(given["omitStages"]));
        rule.omit_managed_fields = given["omitManagedFields"].as_bool(omit_fields);
        policy.wants_arrivals_ = policy.wants_arrivals_ || Wanted{rule.level, false, rule.omitted_stages}.wants(Stage::RequestReceived);
        rule.users = strings(given["users"]);
        rule.groups = strings(given["userGroups"]);
        rule.verbs = strings(given["verbs"]);
        rule.namespaces = strings(given["namespaces"]);
        rule.urls = strings(given["nonResourceURLs"]);
        for (const json::Value& r : given["resources"].items()) rule.resources.push_back({r["group"].as_string(), strings(r["resources"]), strings(r["resourceNames"])});
        policy.rules_.push_back(std::move(rule));
    }
    return policy;
}

}  // namespace skiff::apiserver::audit
