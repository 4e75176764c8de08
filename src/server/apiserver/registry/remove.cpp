// Delete: preconditions, grace period, finalizers for propagation, and the end of the object (k8s.io/apiserver generic registry's rules).
#include <algorithm>

#include "api/timestamp.h"
#include "server/apiserver/crd/naming.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/service_hooks.h"
#include "server/apiserver/registry/traits.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kInstanceCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr std::string_view kForeground = "foregroundDeletion";

bool has(const std::vector<std::string>& list, std::string_view value) { return std::find(list.begin(), list.end(), value) != list.end(); }

// The finalizers that the propagation policy asks for, behind those of the object.
std::vector<std::string> wanted_finalizers(const Traits& traits, const DeleteOptions& options, const std::vector<std::string>& present) {
    bool orphan = false, foreground = false;
    if (traits.orphaning) {
        if (options.orphan_dependents) orphan = *options.orphan_dependents;
        else if (!options.propagation.empty()) orphan = options.propagation == "Orphan";
        else orphan = has(present, kOrphan) || (traits.orphans_by_default && !has(present, kForeground));
        if (options.orphan_dependents) foreground = false;
        else if (!options.propagation.empty()) foreground = options.propagation == "Foreground";
        else foreground = has(present, kForeground);
    }
    std::vector<std::string> out;
    for (const std::string& f : present)
        if (f != kOrphan && f != kForeground) out.push_back(f);
    if (orphan) out.emplace_back(kOrphan);
    if (foreground) out.emplace_back(kForeground);
    return out;
}

// What deleting means for the object as it is now.
struct Plan {
    bool remove = false;       // it goes now
    bool marked = false;       // with a time to go, which watchers see first
    bool update = false;       // it is marked and stays
    json::Value object;        // the state to store or to delete with
};

class Planner {
public:
    Planner(Core& core, const api::KindInfo& kind, const DeleteOptions& options, const Item& item)
        : core_(core), kind_(kind), options_(options), meta_(item.object->meta()) {
        plan_.object = tree_as(core, *item.object, kind);
    }

    Plan run() {
        json::Value& meta = plan_.object.mut("metadata");
        std::vector<std::string> finalizers = wanted_finalizers(traits_of(kind_), options_, meta_.finalizers);
        bool pending = false;
        std::optional<int64_t> grace = grace_period(pending);
        bool finalizers_differ = finalizers != meta_.finalizers;
        if (pending) return std::move(plan_);
        if (traits_of(kind_).instances_first && !meta_.deleting()) return mark_definition(meta);
        if (finalizers_differ) set_finalizers(meta, finalizers);
        bool namespace_content = kind_.gvr().group_resource() == "namespaces" && plan_.object["spec"]["finalizers"].size() > 0;
        if (grace) {
            mark(meta, *grace, true);
            plan_.marked = true;
            plan_.update = !finalizers.empty() || *grace > 0;
        } else if (!finalizers.empty() || namespace_content) {
            mark(meta, 0, false);
            if (namespace_content) {
                plan_.object.mut("status").set("phase", "Terminating");
                meta.erase("deletionGracePeriodSeconds");
            }
            plan_.update = true;
        }
        plan_.remove = !plan_.update;
        return std::move(plan_);
    }

private:
    Plan mark_definition(json::Value& meta) {
        meta.set("deletionTimestamp", api::format_time(core_.clock.now()));
        meta.erase("deletionGracePeriodSeconds");
        json::Value& finalizers = meta.mut("finalizers");
        bool present = std::any_of(finalizers.items().begin(), finalizers.items().end(), [](const json::Value& f) { return f.as_string() == kInstanceCleanup; });
        if (!present) finalizers.push_back(kInstanceCleanup);
        set_condition(plan_.object.mut("status"), "Terminating", true, "InstanceDeletionPending",
                      "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", core_.clock.now());
        plan_.update = true;
        return std::move(plan_);
    }

    // The grace period to set, nothing when the kind or object has none. pending: a deletion goes on and this one adds nothing.
    std::optional<int64_t> grace_period(bool& pending) {
        if (!traits_of(kind_).graceful_delete) return {};
        std::optional<int64_t> asked = options_.grace_period_s;
        if (asked && *asked < 0) asked = 1;
        if (meta_.deleting()) {
            const int64_t left = plan_.object["metadata"]["deletionGracePeriodSeconds"].as_int();
            if (left == 0) return {};
            if (asked && *asked < left) return asked;
            pending = true;
            return {};
        }
        int64_t grace = asked ? *asked : plan_.object["spec"]["terminationGracePeriodSeconds"].as_int(0);
        const std::string& phase = plan_.object["status"]["phase"].as_string();
        if (plan_.object["spec"]["nodeName"].as_string().empty() || phase == "Failed" || phase == "Succeeded") grace = 0;
        return std::max<int64_t>(grace, 0);
    }

    void set_finalizers(json::Value& meta, const std::vector<std::string>& finalizers) {
        if (finalizers.empty()) {
            meta.erase("finalizers");
            return;
        }
        json::Value list = json::Value::array();
        for (const std::string& f : finalizers) list.push_back(f);
        meta.set("finalizers", std::move(list));
    }

    void mark(json::Value& meta, int64_t grace_s, bool graceful) {
        bool first = !meta_.deleting();
        WallTime from = core_.clock.now();
        if (!first && graceful)
            if (auto was = api::parse_time(meta_.deletion_timestamp)) from = *was - std::chrono::seconds(meta["deletionGracePeriodSeconds"].as_int());
        if (first || graceful) {
            meta.set("deletionTimestamp", api::format_time(from + std::chrono::seconds(grace_s)));
            meta.set("deletionGracePeriodSeconds", grace_s);
        } else if (!meta.has("deletionGracePeriodSeconds")) {
            meta.set("deletionGracePeriodSeconds", grace_s);
        }
        if (first && meta_.generation > 0) meta.set("generation", meta_.generation + 1);
    }

    Core& core_;
    const api::KindInfo& kind_;
    const DeleteOptions& options_;
    const api::Meta& meta_;
    Plan plan_;
};

Answer answer_of(const api::KindInfo& kind, api::ObjectPtr object, bool removed, const DeleteOptions& options) {
    Answer answer;
    answer.kind = &kind;
    bool show_object = traits_of(kind).answers_deleted || !removed;
    if (!removed && options.orphan_dependents && !*options.orphan_dependents) answer.code = 202;
    if (show_object) {
        answer.object = std::move(object);
    } else {
        answer.value = success_value(kind, object->meta());
        answer.value_type = "meta.v1.Status";
    }
    return answer;
}

// What goes at once is deleted as it is stored. Where a grace period is the custom, watchers see the mark first, though there is no time left;
// nobody waits for the disk for that.
Result<api::ObjectPtr> commit_plan(Core& core, const api::KindInfo& kind, const Plan& plan, const json::Value& old, const Item& item) {
    if (plan.update) return commit_object(core, kind, plan.object, &item);
    if (!plan.marked) return commit_delete(core, kind, old, item);
    api::ObjectPtr marked = TRY(commit_object(core, kind, plan.object, &item, store::Durability::Cheap));
    // Who sees the mark may write to the object meanwhile, or end it as was asked.
    for (size_t attempt = 0;; ++attempt) {
        ItemPtr now = core.cache.resource(kind)->get(item.key);
        if (!now || now->object->meta().uid != marked->meta().uid || !now->object->meta().finalizers.empty()) return marked;
        auto removed = commit_delete(core, kind, tree_as(core, *now->object, kind), *now);
        if (removed.ok() || !raced(removed.status()) || attempt >= core.retries_max) return removed;
        catch_up(core);
    }
}

Result<Answer> try_delete(Core& core, RequestContext& context, const DeleteOptions& options, const Item& item) {
    const api::KindInfo& kind = *context.kind;
    TRY(check_preconditions(kind, options, item.object->meta().name, item.object->meta().uid, std::to_string(item.revision)));
    // Who deletes a collection names none of its objects.
    const bool named = context.attributes.verb != "deletecollection";
    AdmissionRequest admission{Operation::Delete, kind, context.attributes.ns, named ? item.object->meta().name : std::string(), "", context.attributes.user};
    admission.context = &context;
    admission.deletion = &options;
    json::Value old = tree_as(core, *item.object, kind);
    admission.old_object = &old;
    admission.dry_run = options.dry_run;
    admission.warnings = &context.warnings;
    admission.annotations = &context.annotations;
    if (!context.internal) {
        TRY(core.admission.mutate(admission));
        TRY(core.admission.validate(admission));
    }
    Plan plan = Planner(core, kind, options, item).run();
    api::ObjectPtr object = item.object;
    Status failed;
    if ((plan.remove || plan.update) && !options.dry_run && !(plan.update && plan.object == old)) {
        auto stored = commit_plan(core, kind, plan, old, item);
        if (stored.ok()) object = std::move(stored).value();
        else failed = std::move(stored).status();
        if (failed.ok() && plan.remove) {
            ServiceClaim claim;
            claim.on_delete(core, kind, old);
            claim.keep();
        }
    } else if (options.dry_run) {
        object = api::Object::from_tree(plan.object);
    }
    if (!context.internal) core.admission.finished(admission, failed.ok() && !options.dry_run);
    if (!failed.ok()) return failed;
    return answer_of(kind, object, plan.remove, options);
}

}  // namespace

Status check_preconditions(const api::KindInfo& kind, const DeleteOptions& options, const std::string& name, const std::string& uid, const std::string& resource_version) {
    // Namespaces and definitions are looked at by code of their own.
    if (kind.plural == "namespaces" || kind.plural == "customresourcedefinitions") {
        if (options.uid && *options.uid != uid) return conflict(kind, name, fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", *options.uid, uid));
        if (options.resource_version && *options.resource_version != resource_version)
            return conflict(kind, name, fmt::format("Precondition failed: ResourceVersion in precondition: {}, ResourceVersion in object meta: {}", *options.resource_version, resource_version));
    }
    // Events of both groups are one type inside kube-apiserver, which names it by the older one.
    const std::string group = kind.gvk.group == "events.k8s.io" ? "" : kind.gvk.group;
    const std::string shown = group.empty() ? kind.gvk.kind : kind.gvk.kind + "." + group;
    if (options.uid && *options.uid != uid)
        return error(Reason::Conflict,
                     "Operation cannot be fulfilled on {} \"{}\": the UID in the precondition ({}) does not match the UID in record ({}). The object might have been "
                     "deleted and then recreated",
                     shown, name, *options.uid, uid)
            .with_details({group, kind.gvk.kind, name, ""});
    if (options.resource_version && *options.resource_version != resource_version)
        return error(Reason::Conflict,
                     "Operation cannot be fulfilled on {} \"{}\": the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({}). The "
                     "object might have been modified",
                     shown, name, *options.resource_version, resource_version)
            .with_details({group, kind.gvk.kind, name, ""});
    return {};
}

void warn_of_orphans(RequestContext& context, const DeleteOptions& options) {
    const api::Gvk& kind = context.kind->gvk;
    if (!options.orphan_dependents && options.propagation.empty() && kind.group == "batch" && kind.kind == "Job")
        context.warnings.emplace_back("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set "
                                      "propagationPolicy=Orphan to suppress this warning");
}

Result<Answer> delete_object(Core& core, RequestContext& context, DeleteOptions options) {
    const api::KindInfo& kind = *context.kind;
    const Attributes& a = context.attributes;
    if (a.verb != "deletecollection") warn_of_orphans(context, options);
    for (size_t attempt = 0;; ++attempt) {
        ItemPtr item = core.cache.resource(kind)->get(object_key(a.ns, a.name));
        if (!item) return not_found(kind, a.name);
        item = TRY(presented(core, kind, std::move(item)));
        auto answer = try_delete(core, context, options, *item);
        if (answer.ok() || !raced(answer.status())) return answer;
        if (attempt >= core.retries_max) return modified_conflict(kind, a.name);
        catch_up(core);
    }
}

}  // namespace skiff::apiserver
