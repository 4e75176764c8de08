#include "api/apply.h"

#include <algorithm>
#include <map>

#include "api/decode.h"
#include "api/managed_fields.h"
#include "api/timestamp.h"
#include "api/typed_value.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

namespace {

constexpr size_t kUpdatersMax = 10;
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

FieldSet make_set(std::initializer_list<std::vector<std::string_view>> paths) {
    FieldSet set;
    for (const auto& path : paths) set.insert(path);
    return set;
}

// Nobody owns what identifies an object or what the system writes.
const FieldSet& untracked() {
    static const FieldSet set = make_set({{"f:apiVersion"}, {"f:kind"}, {"f:metadata"}, {"f:metadata", "f:name"}, {"f:metadata", "f:namespace"},
                                          {"f:metadata", "f:creationTimestamp"}, {"f:metadata", "f:selfLink"}, {"f:metadata", "f:uid"},
                                          {"f:metadata", "f:clusterName"}, {"f:metadata", "f:generation"}, {"f:metadata", "f:managedFields"},
                                          {"f:metadata", "f:resourceVersion"}});
    return set;
}

// What a door does not let through: status for the object itself, spec and labels for its status.
const FieldSet& ignored(const KindInfo& kind, std::string_view subresource) {
    static const FieldSet kNone, kStatus = make_set({{"f:status"}}), kSpec = make_set({{"f:spec"}, {"f:metadata", "f:labels"}});
    if (!kind.has_status) return kNone;
    if (subresource.empty()) return kStatus;
    return subresource == "status" ? kSpec : kNone;
}

ValueSchema root_of(const KindInfo& kind) {
    ValueSchema root;
    root.kind = ValueSchema::Kind::Object;
    root.object = kind.schema;
    return root;
}

// A tree whose managedFields are out of the way and come back.
class WithoutManagedFields {
public:
    explicit WithoutManagedFields(json::Value& object) : object_(object) {
        json::Value* list = object.is_object() && object.find("metadata") ? object.mut("metadata").find("managedFields") : nullptr;
        if (!list) return;
        list_ = std::move(*list);
        object_.mut("metadata").erase("managedFields");
    }
    json::Value take() { return std::move(list_); }

private:
    json::Value& object_;
    json::Value list_;
};

json::Value without_managed_fields(const json::Value& object) {
    json::Object members;
    members.reserve(object.size());
    for (const auto& [key, value] : object.members()) {
        if (key != "metadata") {
            members.push_back({key, value});
            continue;
        }
        json::Object metadata;
        for (const auto& member : value.members())
            if (member.key != "managedFields") metadata.push_back(member);
        members.push_back({key, json::Value(std::move(metadata))});
    }
    return json::Value(std::move(members));
}

void set_managed_fields(json::Value& object, json::Value list) {
    if (list.size() == 0) object.mut("metadata").erase("managedFields");
    else object.mut("metadata").set("managedFields", std::move(list));
}

// One step of bookkeeping between two states of an object.
class Tracker {
public:
    Tracker(const KindInfo& kind, const FieldManager& manager) : kind_(kind), manager_(manager), root_(root_of(kind)) {}

    ManagedEntry identity(std::string_view name, bool applied) const {
        ManagedEntry entry;
        entry.manager = name.empty() ? "unknown" : std::string(name);
        entry.subresource = manager_.subresource;
        entry.api_version = kind_.gvk.api_version();
        entry.applied = applied;
        return entry;
    }

    Comparison changes(const json::Value& before, const json::Value& after) const {
        Comparison changes = compare(root_, before, after);
        const FieldSet& ignore = ignored(kind_, manager_.subresource);
        if (!ignore.empty())
            for (auto* set : {&changes.added, &changes.modified, &changes.removed}) *set = set_without_below(*set, ignore);
        return changes;
    }

    // Others lose what changed; self is spared.
    void take_away(ManagedFields& managed, const Comparison& changes, const ManagedEntry* self) const {
        FieldSet gone = set_union(set_union(changes.modified, changes.added), changes.removed);
        if (gone.empty()) return;
        for (auto& entry : managed.entries())
            if (&entry != self) entry.fields = set_difference(entry.fields, gone);
    }

    void update(ManagedFields& managed, const json::Value& before, const json::Value& after, std::string_view name) const {
        Comparison delta = changes(before, after);
        take_away(managed, delta, nullptr);
        managed.drop_empty();
        FieldSet owned = set_difference(set_union(delta.modified, delta.added), untracked());
        if (!owned.empty()) {
            ManagedEntry entry = identity(name, false);
            ManagedEntry* previous = managed.find(entry);
            if (!previous) {
                managed.entries().push_back(std::move(entry));
                previous = &managed.entries().back();
            }
            previous->fields = set_union(previous->fields, owned);
            previous->time = format_time(manager_.now);
        }
        managed.cap_updaters(kUpdatersMax);
    }

    const ValueSchema& root() const { return root_; }

protected:
    const KindInfo& kind_;
    const FieldManager& manager_;
    ValueSchema root_;
};

// A new object as Go sees it before anything is set.
json::Value empty_object(const KindInfo& kind) {
    json::Value empty = json::Value::object();
    (void)normalize(*kind.schema, empty);
    empty.set("apiVersion", kind.gvk.api_version());
    empty.set("kind", kind.gvk.kind);
    return empty;
}

struct Conflict {
    std::string manager, path;
};

Status conflict_status(const std::vector<Conflict>& conflicts) {
    std::string text = "Apply failed with ";
    if (conflicts.size() == 1) {
        text += fmt::format("1 conflict: conflict with {}: {}", conflicts[0].manager, conflicts[0].path);
    } else {
        text += fmt::format("{} conflicts: ", conflicts.size());
        std::vector<std::string> lines;
        std::string last;
        for (const auto& conflict : conflicts) {
            if (conflict.manager != last) lines.push_back(fmt::format("conflicts with {}:", conflict.manager));
            last = conflict.manager;
            lines.push_back("- " + conflict.path);
        }
        text += join(lines, "\n");
    }
    Status status(Reason::Conflict, std::move(text));
    for (const auto& conflict : conflicts)
        status = std::move(status).with_cause({"FieldManagerConflict", "conflict with " + conflict.manager, conflict.path});
    return status;
}

class Applier : public Tracker {
public:
    using Tracker::Tracker;

    struct Outcome {
        json::Value object;      // null when nothing changed
        ManagedFields managed;
    };

    // Conflicts on the paths of `forgiven` do not count.
    Result<Outcome> run(const json::Value& live, const json::Value& config, ManagedFields managed, bool force, const FieldSet& forgiven) const {
        json::Value merged = merge(root_, live, config);
        ManagedEntry self = identity(manager_.name, true);
        FieldSet last;
        if (ManagedEntry* previous = managed.find(self)) {
            last = std::move(previous->fields);
            previous->api_version = self.api_version;
        } else {
            managed.entries().push_back(self);
        }
        ManagedEntry* entry = managed.find(self);
        entry->fields = set_without_below(field_set_of(root_, config), ignored(kind_, manager_.subresource));
        if (!last.empty()) merged = prune(merged, managed, last);

        Comparison delta = changes(live, merged);
        if (!force) TRY(check_conflicts(managed, delta, *entry, forgiven));
        take_away(managed, delta, entry);
        entry->fields = set_difference(entry->fields, untracked());
        bool changed = !(live == merged);
        if (changed) entry->time = format_time(manager_.now);
        managed.drop_empty();
        return Outcome{changed ? std::move(merged) : json::Value(), std::move(managed)};
    }

private:
    Status check_conflicts(const ManagedFields& managed, const Comparison& delta, const ManagedEntry& self, const FieldSet& forgiven) const {
        FieldSet touched = set_union(delta.modified, delta.added);
        std::vector<Conflict> conflicts;
        for (const auto& entry : managed.entries()) {
            if (&entry == &self) continue;
            FieldSet both = set_difference(set_intersection(entry.fields, touched), forgiven);
            for (auto& path : both.paths()) conflicts.push_back({entry.shown_name(), std::move(path)});
        }
        if (conflicts.empty()) return {};
        std::stable_sort(conflicts.begin(), conflicts.end(), [](const Conflict& a, const Conflict& b) { return a.manager < b.manager; });
        return conflict_status(conflicts);
    }

    // What this manager applied last time and does not apply now goes, unless somebody else owns it.
    json::Value prune(const json::Value& merged, const ManagedFields& managed, const FieldSet& last) const {
        FieldSet named_last = with_named_fields(last, root_);
        json::Value pruned = remove_items(root_, merged, named_last);
        FieldSet owned;
        for (const auto& entry : managed.entries()) owned = set_union(owned, entry.fields);
        FieldSet in_merged = with_named_fields(field_set_of(root_, merged), root_);
        FieldSet kept = set_union(with_named_fields(field_set_of(root_, pruned), root_), with_named_fields(owned, root_));
        pruned = remove_items(root_, merged, set_difference(in_merged, kept));
        // Only what was this manager's may go.
        FieldSet in_pruned = with_named_fields(field_set_of(root_, pruned), root_);
        return remove_items(root_, merged, set_intersection(set_difference(in_merged, in_pruned), named_last));
    }
};

// kubectl's switch from client-side to server-side apply: fields that still have the value of the last-applied annotation are no conflict.
FieldSet forgiven_by_last_applied(const KindInfo& kind, const ValueSchema& root, const json::Value& live) {
    const std::string& text = live["metadata"]["annotations"][kLastApplied].as_string();
    if (text.empty()) return {};
    auto last = json::parse(text);
    if (!last.ok() || (*last)["apiVersion"].as_string() != kind.gvk.api_version()) return {};
    Comparison delta = compare(root, *last, live);
    FieldSet same = field_set_of(root, *last);
    for (const auto* set : {&delta.modified, &delta.added, &delta.removed}) same = set_difference(same, *set);
    return same;
}

// kubectl keeps the annotation of an object that has one up to date.
void refresh_last_applied(const FieldManager& manager, const json::Value& config, json::Value& object) {
    if (manager.name != "kubectl" || object["metadata"]["annotations"][kLastApplied].as_string().empty()) return;
    json::Value copy = config;
    if (json::Value* annotations = copy.mut("metadata").find("annotations")) annotations->erase(kLastApplied);
    object.mut("metadata").mut("annotations").set(kLastApplied, json::write(copy) + "\n");
}

Status check_request(const KindInfo& kind, const json::Value& config) {
    auto version = GroupVersion::parse(config["apiVersion"].as_string());
    const std::string& name = config["kind"].as_string();
    if (version.group != kind.gvk.group || version.version != kind.gvk.version || name != kind.gvk.kind)
        return error(Reason::BadRequest, "invalid object type: {}/{}, Kind={}", version.group, version.version, name);
    if (const json::Value* list = config["metadata"].find("managedFields"); list && !list->is_null())
        return error(Reason::BadRequest, "metadata.managedFields must be nil");
    return {};
}

bool same_but_times(const json::Value& a, const json::Value& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        bool found = false;
        for (size_t j = 0; j < b.size() && !found; ++j) {
            json::Value left = a[i], right = b[j];
            left.erase("time");
            right.erase("time");
            found = left == right;
        }
        if (!found) return false;
    }
    return true;
}

// Nothing happened but a new time: the old times stay, so that nothing needs to be written.
void keep_times_of_unchanged(const json::Value& old, json::Value& object) {
    const json::Value& before = old["metadata"]["managedFields"];
    const json::Value& after = object["metadata"]["managedFields"];
    if (before == after || !same_but_times(before, after)) return;
    if (equal_but_bookkeeping(old, object)) object.mut("metadata").set("managedFields", before);
}

}  // namespace

void track_update(const KindRegistry&, const KindInfo& kind, const json::Value* old, json::Value& live, const FieldManager& manager) {
    if (!kind.schema) return;
    bool reset = manager.subresource.empty() && asks_to_reset(live["metadata"].members());
    json::Value requested = WithoutManagedFields(live).take();
    json::Value before = old ? without_managed_fields(*old) : empty_object(kind);
    ManagedFields managed;
    if (!reset) {
        auto given = manager.subresource.empty() ? ManagedFields::from_json(requested) : Result<ManagedFields>(ManagedFields());
        if (given.ok() && !given->empty()) managed = std::move(given).value();
        else if (old) managed = ManagedFields::from_json((*old)["metadata"]["managedFields"]).value_or({});
    }
    // An object whose managers were forgotten stays so until somebody applies.
    if (managed.empty() && old) return;
    Tracker(kind, manager).update(managed, before, live, manager.name);
    set_managed_fields(live, managed.to_json());
    if (old) keep_times_of_unchanged(*old, live);
}

Result<json::Value> apply_configuration(const KindRegistry&, const KindInfo& kind, const json::Value* live, const json::Value& configuration,
                                        const FieldManager& manager, const ApplyOptions& options) {
    TRY(check_request(kind, configuration));
    Applier applier(kind, manager);
    if (Status wrong = check_configuration(applier.root(), configuration); !wrong.ok())
        return error(Reason::Unknown, "failed to create typed patch object ({}/{}; {}/{}, Kind={}): {}", configuration["metadata"]["namespace"].as_string(),
                     configuration["metadata"]["name"].as_string(), kind.gvk.group, kind.gvk.version, kind.gvk.kind, wrong.message());

    json::Value before = live ? without_managed_fields(*live) : empty_object(kind);
    ManagedFields managed;
    if (live) {
        auto known = ManagedFields::from_json((*live)["metadata"]["managedFields"]);
        if (!known.ok()) return error(Reason::Unknown, "failed to decode managed fields: {}", known.status().message());
        managed = std::move(known).value();
    }
    if (managed.empty()) applier.update(managed, empty_object(kind), before, "before-first-apply");

    FieldSet forgiven;
    if (manager.name == "kubectl" && !options.force) forgiven = forgiven_by_last_applied(kind, applier.root(), before);
    auto outcome = TRY(applier.run(before, configuration, std::move(managed), options.force, forgiven));
    json::Value object = outcome.object.is_null() ? std::move(before) : std::move(outcome.object);
    if (Status wrong = normalize(*kind.schema, object); !wrong.ok())
        return error(Reason::Unknown, "failed to convert new typed object ({}/{}; {}/{}, Kind={}) to object: {}",
                     configuration["metadata"]["namespace"].as_string(), configuration["metadata"]["name"].as_string(), kind.gvk.group, kind.gvk.version,
                     kind.gvk.kind, wrong.message());
    refresh_last_applied(manager, configuration, object);
    set_managed_fields(object, outcome.managed.to_json());
    if (live) keep_times_of_unchanged(*live, object);
    return object;
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
