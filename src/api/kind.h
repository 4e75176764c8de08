// KindInfo: everything that is special to one API kind, in that kind's file src/api/kinds/<group>_<version>_<kind>.cpp. The generic
// engine and the API server read it; nobody switches on a kind's name. KindRegistry lists all of them (kinds/kinds.cpp, one line each)
// and, later, those of CRDs.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/gvk.h"
#include "api/object.h"
#include "api/schema.h"
#include "api/validation.h"
#include "base/clock.h"

namespace skiff::api {

enum class Scope { Cluster, Namespaced };

struct CustomResource;    // custom_resource.h
class DynamicKinds;       // dynamic_kinds.h

// A column of `kubectl get` (Table). cell() computes it from the object; priority > 0 shows with -o wide only.
struct Column {
    std::string name, type = "string", format, description;
    int priority = 0;
    std::function<json::Value(const json::Value& object, WallTime now)> cell;
};

struct Subresource {
    std::string name;                          // status, scale, binding, eviction, token, log, exec, proxy, ...
    std::vector<std::string> verbs;            // get, create, update, patch, ... as in discovery
    std::string kind;                          // of body and answer: "Scale"
    std::string group, version;                // of that kind when not the resource's own: autoscaling/v1
};

// Functions of a kind; each may be empty. All are pure.
struct KindHooks {
    // Custom resources: brings a tree into the kind's form; built-in kinds have their tables for that (decode.h, normalize()).
    std::function<Status(json::Value& object, std::vector<std::string>* strict)> normalize;
    // Defaults that depend on other fields (static ones are in the table). Runs after the table's defaults.
    std::function<void(json::Value& object)> set_defaults;
    // On create: clear what clients may not set (status), set generation etc. On update: copy what may not change here.
    std::function<void(json::Value& object)> prepare_create;
    std::function<void(json::Value& object, const json::Value& old)> prepare_update;
    std::function<void(const json::Value& object, FieldErrors& errors)> validate_create;
    std::function<void(const json::Value& object, const json::Value& old, FieldErrors& errors)> validate_update;
    std::function<void(const json::Value& object, const json::Value& old, FieldErrors& errors)> validate_status_update;
    std::function<std::vector<std::string>(const json::Value& object)> warnings;
};

struct KindInfo {
    Gvk gvk;
    std::string plural, singular, list_kind;
    Scope scope = Scope::Namespaced;
    std::vector<std::string> verbs;            // create delete deletecollection get list patch update watch; others: create only (reviews)
    std::vector<std::string> short_names, categories;
    std::string type_name;                     // root TypeSchema: "core.v1.Pod"
    bool has_status = false;                   // status subresource: main verbs ignore status, /status ignores the rest
    bool has_generation = false;               // metadata.generation follows changes of everything but metadata and status
    bool storage = true;                       // false: answered by code (reviews, bindings, component statuses)
    std::string storage_prefix;                // key prefix below /registry: "pods", "apps/deployments"; versions of a group share it
    std::vector<std::string> selectable_fields;   // field selectors beyond metadata.name and metadata.namespace: "spec.nodeName"
    std::vector<Subresource> subresources;
    std::vector<Column> columns;               // empty: Name and Age
    KindHooks hooks;

    Gvr gvr() const { return {gvk.group, gvk.version, plural}; }
    const Subresource* subresource(std::string_view name) const;
    const TypeSchema* schema = nullptr;        // linked by the registry
    const CustomResource* custom = nullptr;    // of kinds that a CustomResourceDefinition made; owned with the kind

    // Keeps the kind alive while its definition changes or goes. Null for built-in kinds, which stay anyway.
    std::shared_ptr<const void> pin() const;
};

class KindRegistry {
public:
    KindRegistry();
    ~KindRegistry();
    // All built-in kinds, linked. The registry is made once by the composition root and shared.
    // served: which of optional_versions() are to be had as well.
    static std::shared_ptr<const KindRegistry> builtin(const std::vector<GroupVersion>& served = {});
    // Versions that Kubernetes serves only when runtime-config says so; those of a kind in the order of preference.
    static const std::vector<GroupVersion>& optional_versions();

    const KindInfo* find(const Gvr& gvr) const;
    const KindInfo* find(const Gvk& gvk) const;
    std::vector<const KindInfo*> all() const;              // in discovery order
    // Group versions in the order of preference: core first, then as Kubernetes serves them.
    std::vector<GroupVersion> group_versions() const;
    const SchemaRegistry& schemas() const { return schemas_; }
    // Kinds of CustomResourceDefinitions; find(), all() and group_versions() show them behind the built-in ones. A kind that was replaced or
    // removed stays valid for some minutes and as long as somebody holds its pin().
    DynamicKinds& dynamic() const { return *dynamic_; }

private:
    friend class KindRegistryBuilder;
    SchemaRegistry schemas_;
    std::unique_ptr<DynamicKinds> dynamic_;
    std::vector<std::unique_ptr<KindInfo>> kinds_;
    std::unordered_map<Gvr, const KindInfo*, GvHash> by_resource_;
    std::unordered_map<Gvk, const KindInfo*, GvHash> by_kind_;
};

}  // namespace skiff::api
