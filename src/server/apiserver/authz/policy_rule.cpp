#include "server/apiserver/authz/policy_rule.h"

#include <algorithm>

namespace skiff::apiserver {

namespace {

bool has(const std::vector<std::string>& list, std::string_view wanted) { return std::find(list.begin(), list.end(), wanted) != list.end(); }
bool has_or_all(const std::vector<std::string>& list, std::string_view wanted) { return has(list, "*") || has(list, wanted); }

// resource is "pods" or "pods/log"; a rule may name it, everything, or a subresource of everything ("*/scale").
bool matches_resource(const std::vector<std::string>& rule, std::string_view resource) {
    size_t slash = resource.find('/');
    for (const auto& allowed : rule) {
        if (allowed == "*" || allowed == resource) return true;
        if (slash != std::string_view::npos && allowed.size() > 2 && allowed.compare(0, 2, "*/") == 0 &&
            std::string_view(allowed).substr(2) == resource.substr(slash + 1))
            return true;
    }
    return false;
}

bool matches_url(const std::vector<std::string>& rule, std::string_view path) {
    for (const auto& allowed : rule) {
        if (allowed == "*" || allowed == path) return true;
        if (allowed.empty() || allowed.back() != '*') continue;
        std::string_view start(allowed);
        while (!start.empty() && start.back() == '*') start.remove_suffix(1);
        if (path.substr(0, start.size()) == start) return true;
    }
    return false;
}

std::vector<std::string> strings(const json::Value& list) {
    std::vector<std::string> out;
    for (const auto& item : list.items()) out.push_back(item.as_string());
    return out;
}

json::Value list(const std::vector<std::string>& strings) {
    json::Value out = json::Value::array();
    for (const auto& item : strings) out.push_back(item);
    return out;
}

void describe(std::string& out, std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    if (out.size() > 1) out += ", ";
    out.append(name).append(":[");
    for (size_t i = 0; i < values.size(); ++i) out += fmt::format("{}\"{}\"", i ? " " : "", values[i]);
    out += ']';
}

}  // namespace

bool PolicyRule::allows(const Attributes& a) const {
    if (!has_or_all(verbs, a.verb)) return false;
    if (!a.resource_request) return matches_url(non_resource_urls, a.path);
    if (!has_or_all(groups, a.group)) return false;
    if (!resource_names.empty() && !has(resource_names, a.name)) return false;
    return a.subresource.empty() ? matches_resource(resources, a.resource) : matches_resource(resources, a.resource + "/" + a.subresource);
}

bool PolicyRule::covers(const PolicyRule& other) const {
    auto all = [](const std::vector<std::string>& wanted, auto matches) { return std::all_of(wanted.begin(), wanted.end(), matches); };
    if (!all(other.verbs, [&](const auto& verb) { return has_or_all(verbs, verb); })) return false;
    if (!other.non_resource_urls.empty())
        return all(other.non_resource_urls, [&](const auto& url) { return matches_url(non_resource_urls, url); });
    if (!all(other.groups, [&](const auto& group) { return has_or_all(groups, group); })) return false;
    if (!all(other.resources, [&](const auto& resource) { return matches_resource(resources, resource); })) return false;
    if (resource_names.empty()) return true;
    return !other.resource_names.empty() && all(other.resource_names, [&](const auto& name) { return has(resource_names, name); });
}

json::Value PolicyRule::to_json() const {
    json::Value out = json::Value::object({{"verbs", list(verbs)}});
    if (!groups.empty()) out.set("apiGroups", list(groups));
    if (!resources.empty()) out.set("resources", list(resources));
    if (!resource_names.empty()) out.set("resourceNames", list(resource_names));
    if (!non_resource_urls.empty()) out.set("nonResourceURLs", list(non_resource_urls));
    return out;
}

std::string PolicyRule::text() const {
    std::string out = "{";
    describe(out, "APIGroups", groups);
    describe(out, "Resources", resources);
    describe(out, "NonResourceURLs", non_resource_urls);
    describe(out, "ResourceNames", resource_names);
    describe(out, "Verbs", verbs);
    return out + "}";
}

PolicyRule PolicyRule::from(const json::Value& rule) {
    return {strings(rule["verbs"]), strings(rule["apiGroups"]), strings(rule["resources"]), strings(rule["resourceNames"]), strings(rule["nonResourceURLs"])};
}

PolicyRules policy_rules(const json::Value& rules) {
    PolicyRules out;
    for (const auto& rule : rules.items()) out.push_back(PolicyRule::from(rule));
    return out;
}

PolicyRules break_down(const PolicyRule& rule) {
    PolicyRules out;
    for (const auto& verb : rule.verbs) {
        for (const auto& group : rule.groups) {
            for (const auto& resource : rule.resources) {
                if (rule.resource_names.empty()) out.push_back({{verb}, {group}, {resource}, {}, {}});
                for (const auto& name : rule.resource_names) out.push_back({{verb}, {group}, {resource}, {name}, {}});
            }
        }
        for (const auto& url : rule.non_resource_urls) out.push_back({{verb}, {}, {}, {}, {url}});
    }
    return out;
}

PolicyRules missing_rules(const PolicyRules& held, const PolicyRules& wanted) {
    PolicyRules missing;
    for (const auto& rule : wanted)
        for (auto& part : break_down(rule))
            if (std::none_of(held.begin(), held.end(), [&](const PolicyRule& owned) { return owned.covers(part); })) missing.push_back(std::move(part));
    return missing;
}

PolicyRules compact_rules(const PolicyRules& parts) {
    PolicyRules out;
    for (const auto& part : parts) {
        auto same = std::find_if(out.begin(), out.end(), [&](const PolicyRule& rule) {
            return rule.groups == part.groups && rule.resources == part.resources && rule.resource_names == part.resource_names &&
                   rule.non_resource_urls == part.non_resource_urls;
        });
        if (same == out.end()) out.push_back(part);
        else if (!has(same->verbs, part.verbs[0])) same->verbs.push_back(part.verbs[0]);
    }
    return out;
}

}  // namespace skiff::apiserver
