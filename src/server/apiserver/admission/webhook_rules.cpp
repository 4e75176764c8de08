#include "server/apiserver/admission/webhook_rules.h"

#include <algorithm>

#include "api/custom_resource.h"
#include "base/strings.h"

namespace skiff::apiserver {
namespace {

using json::Value;

std::vector<std::string> texts(const Value& list) {
    std::vector<std::string> out;
    for (const Value& item : list.items()) out.push_back(item.as_string());
    return out;
}

bool names(const std::vector<std::string>& list, std::string_view wanted) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& s) { return s == "*" || s == wanted; });
}

std::string_view operation_name(Operation operation) {
    static constexpr std::string_view kNames[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};
    return kNames[static_cast<int>(operation)];
}

// "pods", "pods/*", "*/status", "*": a rule without a slash speaks of no subresource.
bool resource_matches(const std::string& rule, const std::string& resource, const std::string& subresource) {
    size_t slash = rule.find('/');
    std::string_view main = std::string_view(rule).substr(0, slash), sub = slash == std::string::npos ? std::string_view() : std::string_view(rule).substr(slash + 1);
    return (main == "*" || main == resource) && (sub == "*" || sub == subresource);
}

bool rule_matches(const WebhookRule& rule, const api::KindInfo& kind, const AdmissionRequest& request) {
    if (rule.scope == "Cluster" && kind.scope != api::Scope::Cluster) return false;
    if (rule.scope == "Namespaced" && kind.scope != api::Scope::Namespaced) return false;
    if (!names(rule.operations, operation_name(request.operation)) || !names(rule.groups, kind.gvk.group) || !names(rule.versions, kind.gvk.version)) return false;
    return std::any_of(rule.resources.begin(), rule.resources.end(), [&](const std::string& r) { return resource_matches(r, kind.plural, request.subresource); });
}

bool any_rule(const Webhook& webhook, const api::KindInfo& kind, const AdmissionRequest& request) {
    return std::any_of(webhook.rules.begin(), webhook.rules.end(), [&](const WebhookRule& rule) { return rule_matches(rule, kind, request); });
}

Webhook compile_one(const std::string& configuration, const Value& w) {
    Webhook hook;
    hook.configuration = configuration;
    hook.name = w["name"].as_string();
    for (const Value& r : w["rules"].items())
        hook.rules.push_back({texts(r["operations"]), texts(r["apiGroups"]), texts(r["apiVersions"]), texts(r["resources"]), r["scope"].as_string("*")});
    if (auto selector = api::LabelSelector::from_object(w["namespaceSelector"]); selector.ok()) hook.namespaces = std::move(selector).value();
    if (auto selector = api::LabelSelector::from_object(w["objectSelector"]); selector.ok()) hook.objects = std::move(selector).value();
    hook.equivalent = w["matchPolicy"].as_string() != "Exact";
    hook.ignore_failures = w["failurePolicy"].as_string() == "Ignore";
    hook.reinvoke = w["reinvocationPolicy"].as_string() == "IfNeeded";
    const std::string& effects = w["sideEffects"].as_string();
    hook.no_side_effects = effects == "None" || effects == "NoneOnDryRun";
    for (const Value& version : w["admissionReviewVersions"].items())
        if (hook.review_version.empty() && (version.as_string() == "v1" || version.as_string() == "v1beta1")) hook.review_version = version.as_string();
    hook.timeout_s = static_cast<int>(std::clamp<int64_t>(w["timeoutSeconds"].as_int(10), 1, 30));
    hook.client = w["clientConfig"];
    AdmissionScope scope;
    for (const Value& c : w["matchConditions"].items())
        hook.conditions.push_back({c["name"].as_string(), scope.compile(trim(c["expression"].as_string()), Gives::Bool, Sees::Authorizer)});
    return hook;
}

bool labels_match(const api::LabelSelector& selector, const Value* object) {
    if (!object || !object->is_object()) return false;
    api::Labels labels;
    for (const auto& [key, value] : (*object)["metadata"]["labels"].members()) labels.emplace_back(key, value.as_string());
    return selector.matches(labels);
}

}  // namespace

std::vector<Webhook> compile_webhooks(const Value& configuration) {
    std::vector<Webhook> out;
    for (const Value& w : configuration["webhooks"].items()) out.push_back(compile_one(configuration["metadata"]["name"].as_string(), w));
    return out;
}

const api::KindInfo* match_rules(const Webhook& webhook, const AdmissionRequest& request, const api::KindRegistry& kinds) {
    if (any_rule(webhook, request.kind, request)) return &request.kind;
    if (!webhook.equivalent) return nullptr;
    if (request.kind.custom) {
        for (const auto& other : request.kind.custom->definition->kinds)
            if (other->custom->served && any_rule(webhook, *other, request)) return other.get();
        return nullptr;
    }
    if (!request.kind.storage) return nullptr;
    for (const api::KindInfo* other : kinds.all())
        if (other != &request.kind && other->storage && other->storage_prefix == request.kind.storage_prefix && any_rule(webhook, *other, request)) return other;
    return nullptr;
}

Result<bool> match_selectors(const Webhook& webhook, const AdmissionRequest& request, const Reader& reader) {
    if (!webhook.namespaces.empty()) {
        bool is_namespace = request.kind.plural == "namespaces" && request.kind.gvk.group.empty();
        if (is_namespace) {
            const Value* shown = request.object ? request.object : request.old_object;
            if (!labels_match(webhook.namespaces, shown)) return false;
        } else if (request.kind.scope == api::Scope::Namespaced) {
            api::ObjectPtr ns = reader.get({"", "v1", "namespaces"}, "", request.ns);
            if (!ns) return error(Reason::NotFound, "namespaces \"{}\" not found", request.ns).with_details({"", "namespaces", request.ns, ""});
            if (!webhook.namespaces.matches(ns->meta().labels)) return false;
        }
    }
    if (webhook.objects.empty()) return true;
    return labels_match(webhook.objects, request.object) || labels_match(webhook.objects, request.old_object);
}

bool exempt_from_webhooks(const api::KindInfo& kind) {
    if (kind.gvk.group != "admissionregistration.k8s.io") return false;
    static constexpr std::string_view kExempt[] = {"validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
                                                   "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"};
    return std::find(std::begin(kExempt), std::end(kExempt), kind.plural) != std::end(kExempt);
}

}  // namespace skiff::apiserver
