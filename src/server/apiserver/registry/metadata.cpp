#include "server/apiserver/registry/metadata.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "api/go_text.h"
#include "api/kinds/check.h"
#include "api/managed_fields.h"
#include "api/names.h"
#include "base/text_map.h"
#include "json/write.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

using NameRule = api::Complaints (*)(std::string_view);

// A strict address in its one canonical form.
api::Complaints check_ip_name(std::string_view text) {
    in6_addr six{};
    in_addr four{};
    std::string name(text);
    char canonical[INET6_ADDRSTRLEN] = "";
    if (inet_pton(AF_INET, name.c_str(), &four) == 1) return {};
    if (inet_pton(AF_INET6, name.c_str(), &six) != 1) return api::kinds::check_ip(text);
    if (IN6_IS_ADDR_V4MAPPED(&six)) return {"must not be an IPv4-mapped IPv6 address"};
    inet_ntop(AF_INET6, &six, canonical, sizeof canonical);
    if (name == canonical) return {};
    return {fmt::format("must be in canonical form (\"{}\")", canonical)};
}

// Kinds whose names follow another rule than a DNS subdomain.
NameRule name_rule(const api::KindInfo& kind) {
    static const std::map<std::string, NameRule, std::less<>> kRules = {
        {"namespaces", api::check_dns1123_label},
        {"statefulsets.apps", api::check_dns1123_label},
        {"services", api::check_dns1035_label},
        {"ipaddresses.networking.k8s.io", check_ip_name},
        {"apiservices.apiregistration.k8s.io", api::check_path_segment},
        {"events", api::check_path_segment},
        {"poddisruptionbudgets.policy", api::check_path_segment},
        {"roles.rbac.authorization.k8s.io", api::check_path_segment},
        {"rolebindings.rbac.authorization.k8s.io", api::check_path_segment},
        {"clusterroles.rbac.authorization.k8s.io", api::check_path_segment},
        {"clusterrolebindings.rbac.authorization.k8s.io", api::check_path_segment},
        {"certificatesigningrequests.certificates.k8s.io", api::check_path_segment},
    };
    auto found = kRules.find(kind.gvr().group_resource());
    return found == kRules.end() ? api::check_dns1123_subdomain : found->second;
}

// The rule for a prefix: what the generated name could be, so a trailing '-' is fine, whatever stands before it.
std::string as_name(const std::string& prefix) { return prefix.size() > 1 && prefix.back() == '-' ? prefix.substr(0, prefix.size() - 2) + "a" : prefix; }

void validate_name(NameRule rule, const json::Value& meta, const FieldPath& path, FieldErrors& errors) {
    const std::string& base = meta["generateName"].as_string();
    if (!base.empty()) api::add_complaints(rule(as_name(base)), path.child("generateName"), base, errors);
    const std::string& name = meta["name"].as_string();
    if (name.empty()) errors.required(path.child("name"), "name or generateName is required");
    else api::add_complaints(rule(name), path.child("name"), name, errors);
}

// As Go prints OwnerReferences inside messages.
json::Value in_go_order(const json::Value& owner) {
    json::Value out = owner.is_array() ? json::Value::array() : json::Value::object();
    for (const json::Value& one : owner.items()) out.push_back(in_go_order(one));
    for (const char* key : {"apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"})
        if (owner.has(key)) out.set(key, owner[key]);
    return out;
}

void validate_owners(const json::Value& owners, const FieldPath& path, FieldErrors& errors) {
    std::string controller;
    for (const json::Value& owner : owners.items()) {
        const std::string& version = owner["apiVersion"].as_string();
        api::GroupVersion gv = api::GroupVersion::parse(version);
        if (gv.version.empty() || gv.version.find('/') != std::string::npos) errors.invalid(path.child("apiVersion"), version, "version must not be empty");
        if (owner["kind"].as_string().empty()) errors.invalid(path.child("kind"), owner["kind"], "must not be empty");
        if (owner["name"].as_string().empty()) errors.invalid(path.child("name"), owner["name"], "must not be empty");
        if (owner["uid"].as_string().empty()) errors.invalid(path.child("uid"), owner["uid"], "must not be empty");
        if (owner["kind"].as_string() == "Event" && gv.group.empty() && gv.version == "v1")
            errors.invalid(path, in_go_order(owner), fmt::format("{}/{}, Kind=Event is disallowed from being an owner", gv.group, gv.version));
        if (!owner["controller"].as_bool()) continue;
        if (errors.full()) return;
        std::string shown = owner["kind"].as_string() + "/" + owner["name"].as_string();
        if (!controller.empty())
            errors.invalid(path, in_go_order(owners), fmt::format("Only one reference can have Controller set to true. Found \"true\" in references for {} and {}", controller, shown));
        else controller = std::move(shown);
    }
}

// Kinds whose metadata is looked at by the generic rules alone: any qualified name is a finalizer there.
bool has_generic_metadata(const api::KindInfo& kind) {
    constexpr std::string_view kGroups[] = {"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io", "node.k8s.io"};
    return kind.custom || std::find(std::begin(kGroups), std::end(kGroups), kind.gvk.group) != std::end(kGroups);
}

void validate_finalizers(const api::KindInfo& kind, const json::Value& finalizers, const FieldPath& path, FieldErrors& errors) {
    static const std::set<std::string, std::less<>> kStandard = {"kubernetes", "orphan", "foregroundDeletion"};
    bool orphan = false, foreground = false;
    for (size_t i = 0; i < finalizers.size(); ++i) {
        const std::string& name = finalizers[i].as_string();
        orphan |= name == "orphan";
        foreground |= name == "foregroundDeletion";
        api::add_complaints(api::check_qualified_name(name), path, name, errors);
        if (name.find('/') == std::string::npos && kStandard.count(name) == 0 && !has_generic_metadata(kind))
            errors.invalid(path.index(i), name, "name is neither a standard finalizer name nor is it fully qualified");
    }
    if (orphan && foreground) errors.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
}

std::string go_list(const std::vector<std::string>& list) {
    std::string out = "[]string{";
    for (size_t i = 0; i < list.size(); ++i) out += (i ? ", " : "") + api::go_quote(list[i]);
    return out + "}";
}

void immutable(const json::Value& meta, const json::Value& old, const char* field, const FieldPath& path, FieldErrors& errors) {
    if (!(meta[field] == old[field])) errors.invalid(path.child(field), meta[field], "field is immutable");
}

}  // namespace

void drop_repeated_owners(json::Value& meta, std::vector<std::string>& warnings, std::string_view when) {
    const json::Value& owners = meta["ownerReferences"];
    if (owners.size() < 2) return;
    json::Array kept;
    std::string repeated;
    std::set<std::string> told, texts;
    for (const json::Value& owner : owners.items()) {
        // Decoded objects have their members in one order.
        if (texts.insert(json::write(owner)).second) kept.push_back(owner);
        else if (const std::string& uid = owner["uid"].as_string(); told.insert(uid).second) repeated += (repeated.empty() ? "" : ", ") + uid;
    }
    if (kept.size() == owners.size()) return;
    meta.set("ownerReferences", json::Value(std::move(kept)));
    warnings.push_back(fmt::format(".metadata.ownerReferences contains duplicate entries{}; API server dedups owner references in 1.20+, and may reject such "
                                   "requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
                                   when, repeated));
}

Status settle_metadata(json::Value& meta, const json::Value& managers_before, const std::string& ns, std::vector<std::string>& warnings) {
    if (!ns.empty() && meta["namespace"].as_string().empty()) meta.set("namespace", ns);
    if (!ns.empty() && meta["namespace"].as_string() != ns)
        return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    drop_repeated_owners(meta, warnings, " after mutating admission happens");
    const json::Value& managers = meta["managedFields"];
    if (managers == managers_before) return {};
    std::string why;
    for (const json::Value& entry : managers.items())
        if (const std::string& operation = entry["operation"].as_string(); operation != "Apply" && operation != "Update") why = "operation must be `Apply` or `Update`";
    if (auto read = api::ManagedFields::from_json(managers); why.empty() && !read.ok()) why = read.status().message();
    if (why.empty()) return {};
    warnings.push_back(".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: " + why);
    meta.set("managedFields", managers_before);
    return {};
}

void validate_metadata_maps(const json::Value& object, FieldErrors& errors) {
    FieldPath path("metadata");
    const json::Value& meta = object["metadata"];
    api::validate_labels(meta["labels"], path.child("labels"), errors);
    api::validate_annotations(meta["annotations"], path.child("annotations"), errors);
    validate_owners(meta["ownerReferences"], path.child("ownerReferences"), errors);
}

void validate_metadata(const api::KindInfo& kind, const json::Value& object, Names names, FieldErrors& errors) {
    FieldPath path("metadata");
    const json::Value& meta = object["metadata"];
    validate_name(names == Names::Check ? name_rule(kind) : [](std::string_view) { return api::Complaints{}; }, meta, path, errors);
    if (kind.scope == api::Scope::Namespaced) {
        const std::string& ns = meta["namespace"].as_string();
        if (ns.empty()) errors.required(path.child("namespace"), "");
        else api::add_complaints(api::check_dns1123_label(ns), path.child("namespace"), ns, errors);
    }
    api::kinds::check_not_negative(meta["generation"], path.child("generation"), errors);
    validate_metadata_maps(object, errors);
    validate_finalizers(kind, meta["finalizers"], path.child("finalizers"), errors);
}

void validate_prefix_update(const api::KindInfo& kind, const json::Value& object, FieldErrors& errors) {
    const std::string& base = object["metadata"]["generateName"].as_string();
    if (base.empty()) return;
    FieldPath path = FieldPath("metadata").child("generateName");
    for (char c : {'/', '%'})
        if (base.find(c) != std::string::npos) errors.invalid(path, base, fmt::format("may not contain '{}'", c));
    if (!has_generic_metadata(kind)) api::add_complaints(name_rule(kind)(as_name(base)), path, base, errors);
}

void validate_metadata_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old_object, FieldErrors& errors, Finalizers finalizers) {
    FieldPath path("metadata");
    const json::Value &meta = object["metadata"], &old = old_object["metadata"];
    if (!old["deletionTimestamp"].as_string().empty()) {
        std::vector<std::string> added;
        TextViewSet before;
        for (const json::Value& name : old["finalizers"].items()) before.insert(name.as_string());
        for (const json::Value& name : meta["finalizers"].items())
            if (!before.count(name.as_string())) added.push_back(name.as_string());
        if (!added.empty())
            errors.forbidden(path.child("finalizers"), fmt::format("no new finalizers can be added if the object is being deleted, found new finalizers {}", go_list(added)));
    }
    for (const char* field : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"}) immutable(meta, old, field, path, errors);
    validate_metadata_maps(object, errors);
    if (finalizers == Finalizers::Check && !has_generic_metadata(kind) && !(meta["finalizers"] == old["finalizers"]))
        validate_finalizers(kind, meta["finalizers"], path.child("finalizers"), errors);
}

}  // namespace skiff::apiserver
