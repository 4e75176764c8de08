#include "server/apiserver/authz/node_authorizer.h"

#include <algorithm>

#include "api/selector.h"
#include "server/apiserver/authz/bootstrap_policy.h"

namespace skiff::apiserver {

namespace {

constexpr std::string_view kUserPrefix = "system:node:";
constexpr std::string_view kNodes = "system:nodes";
const api::Gvr kVolumes{"", "v1", "persistentvolumes"};
const api::Gvr kClaims{"", "v1", "persistentvolumeclaims"};
const api::Gvr kAttachments{"storage.k8s.io", "v1", "volumeattachments"};

using Kind = PodReferences::Kind;

Verdict allow() { return {Verdict::Kind::Allow, ""}; }
Verdict no_opinion(std::string reason) { return {Verdict::Kind::NoOpinion, std::move(reason)}; }
Verdict unrelated(const std::string& node) { return no_opinion(fmt::format("no relationship found between node '{}' and this object", node)); }

bool one_of(const std::string& text, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), text) != words.end(); }

// The value that a request's field selector pins the field to.
std::string pinned(const Attributes& a, std::string_view field) {
    auto selector = api::FieldSelector::parse(a.field_selector);
    const std::string* value = selector.ok() ? selector->required(field) : nullptr;
    return value ? *value : "";
}

// Leases and CSINodes: an object with the node's own name.
Verdict own_name(const std::string& node, const Attributes& a, std::string_view what) {
    if (!a.subresource.empty()) return no_opinion(fmt::format("cannot authorize {} subresources", what));
    if (!one_of(a.verb, {"get", "create", "update", "patch", "delete"}))
        return no_opinion(fmt::format("can only get, create, update, patch, or delete a {}", what));
    if (a.verb != "create" && a.name != node) return no_opinion(fmt::format("can only access {} with the same name as the requesting node", what));
    return allow();
}

// A secret that a volume's driver needs: {"secretRef": {"name", "namespace"}} anywhere in the source.
bool has_secret(const json::Value& source, std::string_view ns, std::string_view name) {
    for (const auto& [key, value] : source.members()) {
        bool reference = key.size() >= 9 && (key.find("SecretRef") != std::string::npos || key == "secretRef");
        if (reference && value["name"].as_string() == name && value["namespace"].as_string() == ns) return true;
        if (key == "azureFile" && value["secretName"].as_string() == name && value["secretNamespace"].as_string() == ns) return true;
        if (value.is_object() && has_secret(value, ns, name)) return true;
    }
    return false;
}

// ResourceSlices: what a driver on the node publishes. That a new one names the node is NodeRestriction's business.
Verdict slice(const std::string& node, const Attributes& a, const Reader& reader) {
    if (!a.subresource.empty()) return no_opinion("cannot authorize ResourceSlice subresources");
    if (a.verb == "create") return allow();
    if (one_of(a.verb, {"get", "update", "patch", "delete"})) {
        auto object = reader.get({"resource.k8s.io", "v1", "resourceslices"}, "", a.name);
        return object && (*object->tree())["spec"]["nodeName"].as_string() == node ? allow() : unrelated(node);
    }
    if (!one_of(a.verb, {"list", "watch", "deletecollection"}))
        return no_opinion("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection");
    if (pinned(a, "spec.nodeName") == node) return allow();
    return no_opinion("can only list/watch/deletecollection resourceslices with nodeName field selector");
}

}  // namespace

std::string node_of(const User& user) {
    if (user.name.compare(0, kUserPrefix.size(), kUserPrefix) != 0 || !user.in_group(kNodes)) return {};
    return user.name.substr(kUserPrefix.size());
}

NodeAuthorizer::NodeAuthorizer(const Reader& reader) : reader_(reader), references_(reader), rules_(bootstrap_node_rules()) {}

Verdict NodeAuthorizer::authorize(const Attributes& a) const {
    std::string node = node_of(a.user);
    if (node.empty()) {
        if (a.user.name == kUserPrefix && a.user.in_group(kNodes)) return no_opinion(fmt::format("unknown node for user \"{}\"", a.user.name));
        return {};
    }
    if (a.resource_request) {
        if (a.group.empty()) {
            if (a.resource == "nodes") return own_node(node, a);
            if (a.resource == "pods") return own_pods(node, a);
            if (a.resource == "secrets") return referred(node, a, Kind::Secret, true);
            if (a.resource == "configmaps") return referred(node, a, Kind::ConfigMap, true);
            if (a.resource == "persistentvolumeclaims") return claim(node, a);
            if (a.resource == "persistentvolumes") return volume(node, a);
            if (a.resource == "serviceaccounts") return service_account(node, a);
        }
        if (a.group == "storage.k8s.io" && a.resource == "volumeattachments") return attachment(node, a);
        if (a.group == "storage.k8s.io" && a.resource == "csinodes") return own_name(node, a, "CSINode");
        if (a.group == "resource.k8s.io" && a.resource == "resourceclaims") return referred(node, a, Kind::ResourceClaim, false);
        if (a.group == "resource.k8s.io" && a.resource == "resourceslices") return slice(node, a, reader_);
        if (a.group == "coordination.k8s.io" && a.resource == "leases") {
            if (a.ns != "kube-node-lease") return no_opinion("can only access leases in the \"kube-node-lease\" system namespace");
            return own_name(node, a, "node lease");
        }
    }
    // Everything else is the same for every node.
    bool allowed = std::any_of(rules_.begin(), rules_.end(), [&](const PolicyRule& rule) { return rule.allows(a); });
    return allowed ? allow() : Verdict{};
}

Verdict NodeAuthorizer::own_node(const std::string& node, const Attributes& a) const {
    if (!one_of(a.subresource, {"", "status"})) return no_opinion(fmt::format("node '{}' cannot access subresource {} of nodes", node, a.subresource));
    // What a node may change of itself is NodeRestriction's business.
    if (a.subresource.empty() && one_of(a.verb, {"create", "update", "patch"})) return allow();
    if (a.subresource == "status" && one_of(a.verb, {"update", "patch"})) return allow();
    if (!a.subresource.empty()) return no_opinion(fmt::format("node '{}' cannot {} its status", node, a.verb));
    if (a.verb == "get" && a.name == node) return allow();
    if (one_of(a.verb, {"list", "watch"}) && (a.name == node || pinned(a, "metadata.name") == node)) return allow();
    if (one_of(a.verb, {"get", "list", "watch"})) {
        if (a.name.empty()) return no_opinion(fmt::format("node '{}' cannot read all nodes, only its own Node object", node));
        return no_opinion(fmt::format("node '{}' cannot read '{}', only its own Node object", node, a.name));
    }
    return {};
}

Verdict NodeAuthorizer::own_pods(const std::string& node, const Attributes& a) const {
    if (a.subresource == "status") {
        if (one_of(a.verb, {"update", "patch"})) return allow();
        return no_opinion("can only update or patch the status of pods");
    }
    if (a.subresource == "eviction") {
        if (a.verb == "create") return allow();
        return no_opinion("can only create evictions of pods");
    }
    if (!a.subresource.empty()) return {};
    // Mirror pods; NodeRestriction looks closer.
    if (one_of(a.verb, {"create", "delete"})) return allow();
    if (a.verb == "get") {
        if (references_.runs(node, a.ns, a.name)) return allow();
        return unrelated(node);
    }
    if (one_of(a.verb, {"list", "watch"})) {
        if (pinned(a, "spec.nodeName") == node || (!a.name.empty() && references_.runs(node, a.ns, a.name))) return allow();
        return no_opinion("can only list/watch pods with spec.nodeName field selector");
    }
    return {};
}

Verdict NodeAuthorizer::referred(const std::string& node, const Attributes& a, PodReferences::Kind kind, bool may_list) const {
    if (may_list ? !one_of(a.verb, {"get", "list", "watch"}) : a.verb != "get")
        return no_opinion(may_list ? "can only read resources of this type" : "can only get individual resources of this type");
    if (!a.subresource.empty()) return no_opinion("cannot read subresource");
    if (a.ns.empty()) return no_opinion("can only read namespaced object of this type");
    // A list or watch of one object carries its name in the field selector.
    std::string name = a.name.empty() ? pinned(a, "metadata.name") : a.name;
    if (name.empty()) return no_opinion("No Object name found");
    if (references_.refers(node, kind, a.ns, name)) return allow();
    if (kind == Kind::Secret && a.verb == "get" && needs_secret_of_volume(node, a)) return allow();
    return unrelated(node);
}

Verdict NodeAuthorizer::claim(const std::string& node, const Attributes& a) const {
    if (a.subresource.empty()) return referred(node, a, Kind::Claim, false);
    if (a.subresource != "status") return no_opinion("can only update status");
    if (!one_of(a.verb, {"get", "update", "patch"})) return no_opinion("can only get/update/patch this type");
    return references_.refers(node, Kind::Claim, a.ns, a.name) ? allow() : unrelated(node);
}

Verdict NodeAuthorizer::volume(const std::string& node, const Attributes& a) const {
    if (a.verb != "get") return no_opinion("can only get individual resources of this type");
    if (!a.subresource.empty()) return no_opinion("cannot get subresource");
    return needs_volume(node, a.name) ? allow() : unrelated(node);
}

bool NodeAuthorizer::needs_volume(const std::string& node, std::string_view name) const {
    auto volume = reader_.get(kVolumes, "", name);
    if (!volume) return false;
    auto tree = volume->tree();
    const auto& reference = (*tree)["spec"]["claimRef"];
    const std::string& ns = reference["namespace"].as_string();
    const std::string& claim_name = reference["name"].as_string();
    auto claim = reader_.get(kClaims, ns, claim_name);
    if (!claim || (*claim->tree())["spec"]["volumeName"].as_string() != name) return false;
    return references_.refers(node, Kind::Claim, ns, claim_name);
}

bool NodeAuthorizer::needs_secret_of_volume(const std::string& node, const Attributes& a) const {
    for (const auto& volume : reader_.list(kVolumes)) {
        // Most volumes name no secret: the bytes tell before anything is parsed.
        if (volume->bytes()->find("ecret") == std::string::npos) continue;
        if (has_secret((*volume->tree())["spec"], a.ns, a.name) && needs_volume(node, volume->meta().name)) return true;
    }
    return false;
}

Verdict NodeAuthorizer::attachment(const std::string& node, const Attributes& a) const {
    if (a.verb != "get") return no_opinion("can only get individual resources of this type");
    if (!a.subresource.empty()) return no_opinion("cannot get subresource");
    auto attachment = reader_.get(kAttachments, "", a.name);
    return attachment && (*attachment->tree())["spec"]["nodeName"].as_string() == node ? allow() : unrelated(node);
}

Verdict NodeAuthorizer::service_account(const std::string& node, const Attributes& a) const {
    bool token = a.subresource == "token" && a.verb == "create";
    if (!token && !(a.subresource.empty() && a.verb == "get")) return no_opinion("can only create tokens for individual service accounts");
    if (a.name.empty()) return no_opinion("No Object name found");
    return references_.refers(node, Kind::ServiceAccount, a.ns, a.name) ? allow() : unrelated(node);
}

}  // namespace skiff::apiserver
