#include "api/field_tracker.h"

#include <algorithm>

#include "api/decode.h"
#include "api/timestamp.h"

namespace skiff::api {

namespace {

constexpr size_t kUpdatersMax = 10;

FieldSet make_set(std::initializer_list<std::vector<std::string_view>> paths) {
    FieldSet set;
    for (const auto& path : paths) set.insert(path);
    return set;
}

ValueSchema root_of(const KindInfo& kind) {
    ValueSchema root;
    root.kind = ValueSchema::Kind::Object;
    root.object = kind.schema;
    return root;
}

json::Value take_managed_fields(json::Value& object) {
    json::Value* metadata = object.find("metadata");
    json::Value* list = metadata ? metadata->find("managedFields") : nullptr;
    if (!list) return {};
    json::Value taken = std::move(*list);
    metadata->erase("managedFields");
    return taken;
}

bool same_but_times(const json::Value& a, const json::Value& b) {
    static constexpr std::string_view kCompared[] = {"manager", "operation", "apiVersion", "subresource", "fieldsV1"};
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        bool found = false;
        for (size_t j = 0; j < b.size() && !found; ++j) {
            found = std::all_of(std::begin(kCompared), std::end(kCompared), [&](std::string_view key) { return a[i][key] == b[j][key]; });
        }
        if (!found) return false;
    }
    return true;
}

}  // namespace

const FieldSet& untracked_fields() {
    static const FieldSet set = make_set({{"f:apiVersion"}, {"f:kind"}, {"f:metadata"}, {"f:metadata", "f:name"}, {"f:metadata", "f:namespace"},
                                          {"f:metadata", "f:creationTimestamp"}, {"f:metadata", "f:selfLink"}, {"f:metadata", "f:uid"},
                                          {"f:metadata", "f:clusterName"}, {"f:metadata", "f:generation"}, {"f:metadata", "f:managedFields"},
                                          {"f:metadata", "f:resourceVersion"}});
    return set;
}

const FieldSet& ignored_fields(const KindInfo& kind, std::string_view subresource) {
    static const FieldSet kNone, kStatus = make_set({{"f:status"}}), kSpec = make_set({{"f:spec"}}), kBoth = make_set({{"f:spec"}, {"f:status"}});
    static const FieldSet kSpecLabels = make_set({{"f:spec"}, {"f:metadata", "f:labels"}}), kSpecMeta = make_set({{"f:spec"}, {"f:metadata"}});
    static const FieldSet kSpecPod = make_set({{"f:spec"}, {"f:metadata", "f:deletionTimestamp"}, {"f:metadata", "f:ownerReferences"}});
    static const FieldSet kConditions = make_set({{"f:spec"}, {"f:status", "f:conditions"}});
    static const FieldSet kCertificate = make_set({{"f:spec"}, {"f:status", "f:certificate"}});
    const std::string& plural = kind.plural;
    if (plural == "certificatesigningrequests" && !kind.custom)
        return subresource.empty() ? kBoth : subresource == "status" ? kConditions : kCertificate;
    if (!kind.has_status) return kNone;
    if (subresource.empty() || subresource == "finalize") return kStatus;
    if (subresource != "status") return kNone;
    if (kind.custom) return kSpec;
    static constexpr std::string_view kWithMetadata[] = {"flowschemas", "prioritylevelconfigurations", "volumeattachments", "apiservices",
                                                         "customresourcedefinitions", "validatingadmissionpolicies"};
    if (std::find(std::begin(kWithMetadata), std::end(kWithMetadata), plural) != std::end(kWithMetadata)) return kSpecMeta;
    return plural == "deployments" ? kSpecLabels : plural == "pods" ? kSpecPod : kSpec;
}

json::Value empty_object(const KindInfo& kind) {
    json::Value empty = json::Value::object();
    (void)normalize_kind(kind, empty);
    empty.set("apiVersion", kind.gvk.api_version());
    empty.set("kind", kind.gvk.kind);
    return empty;
}

void set_managed_fields(json::Value& object, json::Value list) {
    if (list.size() == 0) object.mut("metadata").erase("managedFields");
    else object.mut("metadata").set("managedFields", std::move(list));
}

FieldTracker::FieldTracker(const KindInfo& kind, const FieldManager& manager) : kind_(kind), manager_(manager), root_(root_of(kind)) {}

ManagedEntry FieldTracker::identity(std::string_view name, bool applied) const {
    ManagedEntry entry;
    entry.manager = name.empty() ? "unknown" : std::string(name);
    entry.subresource = manager_.subresource;
    entry.api_version = kind_.gvk.api_version();
    entry.applied = applied;
    return entry;
}

Comparison FieldTracker::changes(const json::Value& before, const json::Value& after) const {
    Comparison changes = compare(root_, before, after);
    const FieldSet& ignore = ignored_fields(kind_, manager_.subresource);
    if (!ignore.empty())
        for (auto* set : {&changes.added, &changes.modified, &changes.removed}) remove_below(*set, ignore);
    return changes;
}

void FieldTracker::take_away(ManagedFields& managed, const Comparison& changes, const ManagedEntry* self) const {
    for (auto& entry : managed.entries()) {
        if (&entry == self) continue;
        for (const auto* gone : {&changes.modified, &changes.added, &changes.removed}) subtract(entry.fields, *gone);
    }
}

void FieldTracker::update(ManagedFields& managed, const json::Value& before, const json::Value& after, std::string_view name) const {
    Comparison delta = changes(before, after);
    if (!delta.typed) return;   // Kubernetes leaves all managers as they were
    take_away(managed, delta, nullptr);
    managed.drop_empty();
    FieldSet owned = set_union(std::move(delta.modified), std::move(delta.added));
    subtract(owned, untracked_fields());
    if (!owned.empty()) {
        ManagedEntry entry = identity(name, false);
        ManagedEntry* previous = managed.find(entry);
        if (!previous) {
            managed.entries().push_back(std::move(entry));
            previous = &managed.entries().back();
        }
        previous->fields = set_union(std::move(previous->fields), std::move(owned));
        // Kubernetes' scale door loses times on their way through Scale objects.
        previous->time = manager_.subresource == "scale" ? std::string() : format_time(manager_.now);
    }
    managed.cap_updaters(kUpdatersMax);
}

void keep_times_of_unchanged(const json::Value& old, json::Value& object) {
    const json::Value& before = old["metadata"]["managedFields"];
    const json::Value& after = object["metadata"]["managedFields"];
    if (before == after || !same_but_times(before, after)) return;
    if (equal_but_bookkeeping(old, object)) object.mut("metadata").set("managedFields", before);
}

void track_update(const KindRegistry&, const KindInfo& kind, const json::Value* old, json::Value& live, const FieldManager& manager) {
    if (!kind.schema) return;
    bool reset = manager.subresource.empty() && asks_to_reset(live["metadata"].members());
    json::Value requested = take_managed_fields(live);
    ManagedFields managed;
    if (!reset) {
        auto given = manager.subresource.empty() ? ManagedFields::from_json(requested) : Result<ManagedFields>(ManagedFields());
        if (given.ok() && !given->empty()) managed = std::move(given).value();
        else if (old) managed = ManagedFields::from_json((*old)["metadata"]["managedFields"]).value_or({});
    }
    // An object whose managers were forgotten stays so until somebody applies.
    if (managed.empty() && old) return;
    // The old object may keep its managedFields: nobody owns them.
    FieldTracker(kind, manager).update(managed, old ? *old : empty_object(kind), live, manager.name);
    set_managed_fields(live, managed.to_json());
    if (old) keep_times_of_unchanged(*old, live);
}

bool equal_but_bookkeeping(const json::Value& a, const json::Value& b) {
    if (a.size() != b.size()) return false;
    auto bookkeeping = [](const std::string& key) { return key == "managedFields" || key == "resourceVersion"; };
    for (const auto& [key, value] : a.members()) {
        const json::Value* other = b.find(key);
        if (!other) return false;
        if (key != "metadata") {
            if (!(value == *other)) return false;
            continue;
        }
        for (const auto& [name, one] : value.members())
            if (!bookkeeping(name) && !(one == (*other)[name])) return false;
        for (const auto& [name, one] : other->members())
            if (!bookkeeping(name) && !value.has(name)) return false;
    }
    return true;
}

}  // namespace skiff::api
