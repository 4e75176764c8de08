#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/registry/conversion.h"

namespace skiff::apiserver {
namespace {

json::Value strings(const std::vector<std::string>& list) {
    json::Value out = json::Value::array();
    for (const std::string& s : list) out.push_back(s);
    return out;
}

// The first 8 bytes of the SHA-256 of "group/version/Kind" as stored: clients compare it to see a migration.
std::string storage_hash(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    const api::Gvk& gvk = storage_kind(kinds, kind).gvk;
    // Some are stored in an older version by Kubernetes v1.34.
    std::string version = gvk.group == "apiextensions.k8s.io" ? "v1beta1" : gvk.group == "resource.k8s.io" ? "v1beta2" : gvk.kind == "VolumeAttributesClass" ? "v1beta1" : gvk.version == "v1beta1" && gvk.group == "admissionregistration.k8s.io" ? "v1alpha1" : gvk.version;
    Sha256 hash;
    hash.update(gvk.group + "/" + version + "/" + gvk.kind);
    return base64_encode(hash.digest().substr(0, 8));
}

std::vector<const api::KindInfo*> kinds_of(const api::KindRegistry& kinds, const api::GroupVersion& version) {
    std::vector<const api::KindInfo*> out;
    for (const api::KindInfo* kind : kinds.all())
        if (kind->gvk.group == version.group && kind->gvk.version == version.version && !kind->plural.empty()) out.push_back(kind);
    std::sort(out.begin(), out.end(), [](const api::KindInfo* a, const api::KindInfo* b) { return a->plural < b->plural; });
    return out;
}

std::vector<api::Subresource> sorted_subresources(const api::KindInfo& kind) {
    std::vector<api::Subresource> subs = kind.subresources;
    if (kind.custom) return subs;   // status before scale
    std::sort(subs.begin(), subs.end(), [](const api::Subresource& a, const api::Subresource& b) { return a.name < b.name; });
    return subs;
}

json::Value resource_entry(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    json::Value r = json::Value::object({{"name", kind.plural}, {"singularName", kind.singular}, {"namespaced", kind.scope == api::Scope::Namespaced}, {"kind", kind.gvk.kind}});
    r.set("verbs", strings(kind.verbs));
    if (!kind.short_names.empty()) r.set("shortNames", strings(kind.short_names));
    if (!kind.categories.empty()) r.set("categories", strings(kind.categories));
    if (kind.storage) r.set("storageVersionHash", storage_hash(kinds, kind));
    return r;
}

json::Value subresource_entry(const api::KindInfo& kind, const api::Subresource& sub) {
    json::Value r = json::Value::object({{"name", kind.plural + "/" + sub.name}, {"singularName", ""}, {"namespaced", kind.scope == api::Scope::Namespaced}});
    if (!sub.version.empty()) {
        r.set("group", sub.group);
        r.set("version", sub.version);
    }
    r.set("kind", sub.kind.empty() ? kind.gvk.kind : sub.kind);
    r.set("verbs", strings(sub.verbs));
    return r;
}

json::Value version_entry(const api::GroupVersion& gv) { return json::Value::object({{"groupVersion", gv.api_version()}, {"version", gv.version}}); }

json::Value response_kind(const std::string& group, const std::string& version, const std::string& kind) {
    return json::Value::object({{"group", group}, {"version", version}, {"kind", kind}});
}

json::Value aggregated_resource(const api::KindInfo& kind) {
    json::Value r = json::Value::object({{"resource", kind.plural}, {"responseKind", response_kind("", "", kind.gvk.kind)},
                                         {"scope", kind.scope == api::Scope::Namespaced ? "Namespaced" : "Cluster"}, {"singularResource", kind.singular}});
    r.set("verbs", strings(kind.verbs));
    if (!kind.short_names.empty()) r.set("shortNames", strings(kind.short_names));
    if (!kind.categories.empty()) r.set("categories", strings(kind.categories));
    json::Value subs = json::Value::array();
    for (const api::Subresource& sub : sorted_subresources(kind))
        subs.push_back(json::Value::object({{"subresource", sub.name}, {"responseKind", response_kind(sub.group, sub.version, sub.kind.empty() ? kind.gvk.kind : sub.kind)}, {"verbs", strings(sub.verbs)}}));
    if (subs.size() > 0) r.set("subresources", std::move(subs));
    return r;
}

std::vector<std::string> groups_in_order(const api::KindRegistry& kinds) {
    std::vector<std::string> out;
    for (const api::GroupVersion& gv : kinds.group_versions())
        if (!gv.group.empty() && std::find(out.begin(), out.end(), gv.group) == out.end()) out.push_back(gv.group);
    return out;
}

}  // namespace

json::Value api_versions(const std::string& server_address) {
    json::Value address = json::Value::object({{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", server_address}});
    return json::Value::object({{"kind", "APIVersions"}, {"versions", json::Value::array({"v1"})}, {"serverAddressByClientCIDRs", json::Value::array({std::move(address)})}});
}

json::Value api_group(const api::KindRegistry& kinds, const std::string& group) {
    json::Value versions = json::Value::array();
    for (const api::GroupVersion& gv : kinds.group_versions())
        if (gv.group == group) versions.push_back(version_entry(gv));
    if (versions.size() == 0) return {};
    json::Value preferred = versions[0];
    json::Value out = json::Value::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}, {"name", group}});
    out.set("versions", std::move(versions));
    out.set("preferredVersion", std::move(preferred));
    return out;
}

json::Value api_group_list(const api::KindRegistry& kinds) {
    json::Value groups = json::Value::array();
    for (const std::string& group : groups_in_order(kinds)) {
        json::Value entry = api_group(kinds, group);
        entry.erase("kind");
        entry.erase("apiVersion");
        groups.push_back(std::move(entry));
    }
    return json::Value::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
}

json::Value api_resource_list(const api::KindRegistry& kinds, const api::GroupVersion& version) {
    std::vector<const api::KindInfo*> found = kinds_of(kinds, version);
    if (found.empty()) return {};
    json::Value resources = json::Value::array();
    for (const api::KindInfo* kind : found) {
        resources.push_back(resource_entry(kinds, *kind));
        for (const api::Subresource& sub : sorted_subresources(*kind)) resources.push_back(subresource_entry(*kind, sub));
    }
    json::Value out = json::Value::object({{"kind", "APIResourceList"}});
    if (!version.group.empty()) out.set("apiVersion", "v1");
    out.set("groupVersion", version.api_version());
    out.set("resources", std::move(resources));
    return out;
}

json::Value aggregated_discovery(const api::KindRegistry& kinds, bool core_group, const std::string& api_version) {
    std::vector<std::string> groups = core_group ? std::vector<std::string>{""} : groups_in_order(kinds);
    json::Value items = json::Value::array();
    for (const std::string& group : groups) {
        json::Value versions = json::Value::array();
        for (const api::GroupVersion& gv : kinds.group_versions()) {
            if (gv.group != group) continue;
            json::Value resources = json::Value::array();
            for (const api::KindInfo* kind : kinds_of(kinds, gv)) resources.push_back(aggregated_resource(*kind));
            versions.push_back(json::Value::object({{"version", gv.version}, {"resources", std::move(resources)}, {"freshness", "Current"}}));
        }
        json::Value metadata = json::Value::object({});
        if (!group.empty()) metadata.set("name", group);
        items.push_back(json::Value::object({{"metadata", std::move(metadata)}, {"versions", std::move(versions)}}));
    }
    return json::Value::object({{"kind", "APIGroupDiscoveryList"}, {"apiVersion", "apidiscovery.k8s.io/" + api_version}, {"metadata", json::Value::object()}, {"items", std::move(items)}});
}

json::Value version_info() {
    return json::Value::object({{"major", "1"},
                                {"minor", "34"},
                                {"emulationMajor", "1"},
                                {"emulationMinor", "34"},
                                {"minCompatibilityMajor", "1"},
                                {"minCompatibilityMinor", "33"},
                                {"gitVersion", "v1.34.4+skiff1"},
                                {"gitCommit", ""},
                                {"gitTreeState", "clean"},
                                {"buildDate", "2026-01-01T00:00:00Z"},
                                {"goVersion", "none"},
                                {"compiler", "gcc"},
#if defined(__x86_64__)
                                {"platform", "linux/amd64"}
#elif defined(__aarch64__)
                                {"platform", "linux/arm64"}
#else
                                {"platform", "linux/arm"}
#endif
    });
}

}  // namespace skiff::apiserver
