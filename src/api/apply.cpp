#include "api/apply.h"

#include <algorithm>
#include <utility>

#include "api/decode.h"
#include "api/field_tracker.h"
#include "api/timestamp.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

namespace {

constexpr std::string_view kConflict = "conflict";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

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

// conflicts: one for each path, `conflict with MANAGER` its message; sorted by manager.
Status conflict_status(std::vector<Cause> conflicts) {
    std::string text = "Apply failed with ";
    if (conflicts.size() == 1) {
        text += fmt::format("1 conflict: {}: {}", conflicts[0].message, conflicts[0].field);
    } else {
        text += fmt::format("{} conflicts:", conflicts.size());
        std::string_view last;
        char before = ' ';   // what stands before a line
        for (const Cause& conflict : conflicts) {
            if (conflict.message != last) text.append(1, std::exchange(before, '\n')).append("conflicts").append(conflict.message, kConflict.size()).append(":");
            last = conflict.message;
            text.append("\n- ").append(conflict.field);
        }
    }
    return Status(Reason::Conflict, std::move(text)).with_causes(std::move(conflicts));
}

class Applier : public FieldTracker {
public:
    using FieldTracker::FieldTracker;

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
        entry->fields = field_set_of(root_, config);
        remove_below(entry->fields, ignored_fields(kind_, manager_.subresource));
        // Who applies what it applied before gives nothing up.
        if (!covers(entry->fields, last)) merged = prune(merged, managed, last);

        // What differs matters to others only.
        if (managed.entries().size() > 1) {
            Comparison delta = changes(live, merged);
            if (!force)
                if (auto conflicts = conflicts_of(managed, delta, *entry, forgiven); !conflicts.empty()) return conflict_status(std::move(conflicts));
            take_away(managed, delta, entry);
        }
        subtract(entry->fields, untracked_fields());
        bool changed = !(live == merged);
        if (changed) entry->time = format_time(manager_.now);
        managed.drop_empty();
        return Outcome{changed ? std::move(merged) : json::Value(), std::move(managed)};
    }

private:
    static std::vector<Cause> conflicts_of(const ManagedFields& managed, const Comparison& delta, const ManagedEntry& self, const FieldSet& forgiven) {
        FieldSet touched = set_union(delta.modified, delta.added);
        std::vector<Cause> conflicts;
        for (const auto& entry : managed.entries()) {
            if (&entry == &self) continue;
            FieldSet both = set_difference(set_intersection(entry.fields, touched), forgiven);
            std::vector<std::string> paths = both.paths();
            if (conflicts.empty()) conflicts.reserve(paths.size());
            const std::string message = fmt::format("{} with {}", kConflict, entry.shown_name());
            for (auto& path : paths) conflicts.push_back({"FieldManagerConflict", message, std::move(path)});
        }
        std::stable_sort(conflicts.begin(), conflicts.end(), [](const Cause& a, const Cause& b) { return a.message < b.message; });
        return conflicts;
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
    // A list with elements of another shape is none to the reader; that it does not fit is found later.
    const json::Value& managers = config["metadata"]["managedFields"];
    auto is_entry = [](const json::Value& one) {
        auto fits = [](const json::Member& member) { return member.key == "fieldsV1" || member.value.is_string() || member.value.is_null(); };
        return one.is_object() && std::all_of(one.members().begin(), one.members().end(), fits);
    };
    if (managers.is_array() && std::all_of(managers.items().begin(), managers.items().end(), is_entry))
        return error(Reason::BadRequest, "metadata.managedFields must be nil");
    return {};
}

}  // namespace

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
    if (Status wrong = normalize_kind(kind, object, nullptr, Reader::Converter); !wrong.ok())
        return error(Reason::Unknown, "failed to convert new object ({0}/{1}; {2}/{3}, Kind={4}) to proper version: unable to convert unstructured object to {2}/{3}, Kind={4}: {5}",
                     configuration["metadata"]["namespace"].as_string(), configuration["metadata"]["name"].as_string(), kind.gvk.group, kind.gvk.version,
                     kind.gvk.kind, wrong.message());
    refresh_last_applied(manager, configuration, object);
    set_managed_fields(object, outcome.managed.to_json());
    if (live) keep_times_of_unchanged(*live, object);
    return object;
}

}  // namespace skiff::api
