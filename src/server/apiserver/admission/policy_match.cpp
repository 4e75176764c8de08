#include "server/apiserver/admission/policy_match.h"

#include <algorithm>

namespace skiff::apiserver {
namespace {

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> out;
    for (const auto& item : list.items()) out.push_back(item.as_string());
    return out;
}

bool names(const std::vector<std::string>& list, std::string_view wanted) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& item) { return item == "*" || item == wanted; });
}

// "pods", "pods/*", "*/status", "*": an entry without a slash speaks of no subresource, "*/*" of everything.
bool resource_matches(std::string_view entry, std::string_view resource, std::string_view subresource) {
    size_t slash = entry.find('/');
    std::string_view main = entry.substr(0, slash), sub = slash == std::string_view::npos ? std::string_view() : entry.substr(slash + 1);
    return (main == "*" || main == resource) && (sub == "*" || sub == subresource);
}

}  // namespace

std::vector<PolicyMatch::Rule> PolicyMatch::compile_rules(const json::Value& rules) {
    std::vector<Rule> out;
    for (const auto& rule : rules.items())
        out.push_back({texts(rule["operations"]), texts(rule["apiGroups"]), texts(rule["apiVersions"]), texts(rule["resources"]), texts(rule["resourceNames"]), rule["scope"].as_string("*")});
    return out;
}

PolicyMatch PolicyMatch::compile(const json::Value& resources) {
    PolicyMatch out;
    out.rules_ = compile_rules(resources["resourceRules"]);
    out.excluded_ = compile_rules(resources["excludeResourceRules"]);
    if (auto selector = api::LabelSelector::from_object(resources["namespaceSelector"]); selector.ok() && resources["namespaceSelector"].is_object()) out.namespaces_ = std::move(*selector);
    if (auto selector = api::LabelSelector::from_object(resources["objectSelector"]); selector.ok() && resources["objectSelector"].is_object()) out.objects_ = std::move(*selector);
    out.equivalent_ = resources["matchPolicy"].as_string() == "Equivalent";
    return out;
}

bool PolicyMatch::rule_matches(const Rule& rule, const api::KindInfo& kind, const AdmissionRequest& request) {
    static constexpr std::string_view kOperations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};
    bool namespaced = kind.scope == api::Scope::Namespaced;
    if ((rule.scope == "Cluster" && namespaced) || (rule.scope == "Namespaced" && !namespaced)) return false;
    if (!names(rule.operations, kOperations[static_cast<int>(request.operation)]) || !names(rule.groups, kind.gvk.group) || !names(rule.versions, kind.gvk.version)) return false;
    if (!rule.names.empty() && std::find(rule.names.begin(), rule.names.end(), request.name) == rule.names.end()) return false;
    return std::any_of(rule.resources.begin(), rule.resources.end(), [&](const std::string& entry) { return resource_matches(entry, kind.plural, request.subresource); });
}

const api::KindInfo* PolicyMatch::match_rules(const std::vector<Rule>& rules, const AdmissionRequest& request, const api::KindRegistry& kinds) const {
    auto any = [&](const api::KindInfo& kind) { return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule_matches(rule, kind, request); }); };
    if (any(request.kind)) return &request.kind;
    if (!equivalent_ || request.kind.storage_prefix.empty()) return nullptr;
    for (const api::KindInfo* other : kinds.all())
        if (other != &request.kind && other->storage_prefix == request.kind.storage_prefix && any(*other)) return other;
    return nullptr;
}

bool PolicyMatch::match_objects(const AdmissionRequest& request) const {
    if (objects_.empty()) return true;
    for (const json::Value* object : {static_cast<const json::Value*>(request.object), request.old_object})
        if (object && object->is_object() && objects_.matches((*object)["metadata"]["labels"])) return true;
    return false;
}

Result<bool> PolicyMatch::match_namespace(const AdmissionRequest& request, const Reader& reader) const {
    if (namespaces_.empty()) return true;
    if (is_namespace(request)) {
        const json::Value* shown = request.object ? request.object : request.old_object;
        return shown && namespaces_.matches((*shown)["metadata"]["labels"]);
    }
    if (request.kind.scope != api::Scope::Namespaced) return true;
    api::ObjectPtr ns = reader.get({"", "v1", "namespaces"}, "", request.ns);
    if (!ns) return error(Reason::NotFound, "namespaces \"{}\" not found", request.ns).with_details({"", "namespaces", request.ns, ""});
    return namespaces_.matches(ns->meta().labels);
}

Result<const api::KindInfo*> PolicyMatch::match(const AdmissionRequest& request, const api::KindRegistry& kinds, const Reader& reader) const {
    auto in_namespace = match_namespace(request, reader);
    if (in_namespace.ok() && !*in_namespace) return nullptr;
    if (!match_objects(request)) return nullptr;
    if (match_rules(excluded_, request, kinds)) return nullptr;
    const api::KindInfo* matched = rules_.empty() ? &request.kind : match_rules(rules_, request, kinds);
    // Only a policy that is about the request fails because its namespace cannot be read.
    if (matched && !in_namespace.ok()) return in_namespace.status();
    return matched;
}

}  // namespace skiff::apiserver
