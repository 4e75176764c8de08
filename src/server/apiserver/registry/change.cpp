// One change of a stored object: read, make, check, admit, validate, compare-and-swap; used by update, patch, apply and subresources.
#include <algorithm>

#include "api/decode.h"
#include "api/go_text.h"
#include "api/kinds/validate_status.h"
#include "base/strings.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/registry/metadata.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/service_hooks.h"
#include "server/apiserver/registry/traits.h"

namespace skiff::apiserver {

std::string shown_prefix(const api::KindInfo& kind, bool dry_run) {
    const std::string& plural = kind.plural;
    std::string prefix = dry_run ? "/" : "/registry/";
    if (kind.custom || kind.gvk.group == "apiextensions.k8s.io" || kind.gvk.group == "apiregistration.k8s.io") return prefix + kind.gvk.group + "/" + plural;
    if (plural == "replicationcontrollers") return prefix + "controllers";
    if (plural == "nodes") return prefix + "minions";
    if (plural == "services") return prefix + "services/specs";
    if (plural == "endpoints") return prefix + "services/endpoints";
    return prefix + (plural == "ingresses" ? std::string("ingress") : plural);
}

Status check_revision_text(const json::Value& meta) {
    const std::string& version = meta["resourceVersion"].as_string();
    if (version.empty() || (parse_int(version) && version[0] != '-')) return {};
    return error(Reason::Unknown, "strconv.ParseUint: parsing {}: invalid syntax", api::go_quote(version));
}

namespace {

// The caller's resourceVersion and uid against the present object's.
Status check_preconditions(const Change& change, const json::Value& meta, const Item& item, bool may_lack_version, bool dry_run) {
    const api::KindInfo& kind = *change.kind;
    const std::string& name = change.name;
    const std::string& uid = meta["uid"].as_string();
    if (change.check_uid && !uid.empty() && uid != item.object->meta().uid)
        return conflict(kind, name,
                        fmt::format("StorageError: invalid object, Code: 4, Key: {}/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                    shown_prefix(kind, dry_run), object_key(change.ns, name), uid, item.object->meta().uid));
    const std::string& version = meta["resourceVersion"].as_string();
    if (version.empty() || version == "0") {
        if (may_lack_version) return {};
        return error(Reason::Invalid, "{} \"{}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update",
                     kind.gvr().group_resource(), name)
            .with_details({kind.gvk.group, kind.plural, name, ""})
            .with_cause({"FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"});
    }
    TRY(check_revision_text(meta));
    if (version != std::to_string(item.revision)) return modified_conflict(kind, name);
    return {};
}

// Metadata that an update cannot leave out.
void carry_metadata(const api::KindInfo& kind, json::Value& meta, const json::Value& old) {
    for (const char* key : {"creationTimestamp", "deletionTimestamp"})
        if (old.has(key)) meta.set(key, old[key]);
    for (const char* key : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
        if (meta[key].empty() && old.has(key)) meta.set(key, old[key]);
        else if (meta[key].is_null()) meta.erase(key);
    }
    meta.erase("selfLink");
    meta.set("resourceVersion", old["resourceVersion"]);
    if (kind.has_generation || old.has("generation")) meta.set("generation", old["generation"]);
    else meta.erase("generation");
}

// Everything but metadata and status (custom kinds may have no status apart), which metadata.generation counts.
bool content_differs(const api::KindInfo& kind, const json::Value& a, const json::Value& b) {
    bool status_counts = kind.custom != nullptr && !kind.has_status;
    auto one_way = [status_counts](const json::Value& x, const json::Value& y) {
        for (const json::Member& member : x.members()) {
            if (member.key == "metadata" || (member.key == "status" && !status_counts)) continue;
            const json::Value* other = y.find(member.key);
            if (other == nullptr || !(*other == member.value)) return true;
        }
        return false;
    };
    if (kind.plural == "deployments" && !(a["metadata"]["annotations"] == b["metadata"]["annotations"])) return true;
    // Of slices the labels count as well: they say whose endpoints these are.
    if (kind.plural == "endpointslices" && !(a["metadata"]["labels"] == b["metadata"]["labels"])) return true;
    return one_way(a, b) || one_way(b, a);
}

// Of the metadata, status writers change what the kind lets them: mostly labels, annotations, finalizers and owners too.
void take_metadata(const api::KindInfo& kind, const json::Value& wanted, json::Value& kept) {
    constexpr std::string_view kFixed[] = {"servicecidrs", "resourceclaims", "volumeattachments", "validatingadmissionpolicies", "flowschemas", "prioritylevelconfigurations"};
    json::Value meta = wanted;
    auto keep = [&](std::string_view key) {
        if (const json::Value* before = kept.find(key)) meta.set(key, *before);
        else meta.erase(key);
    };
    if (kind.custom || std::find(std::begin(kFixed), std::end(kFixed), kind.plural) != std::end(kFixed))
        for (const char* key : {"labels", "annotations", "finalizers", "ownerReferences"}) keep(key);
    else if (kind.plural == "deployments") keep("labels");
    else if (kind.plural == "pods") keep("ownerReferences");
    else if (kind.plural == "apiservices")
        for (const char* key : {"labels", "annotations"}) keep(key);
    kept = std::move(meta);
}

void keep_parts(const Change& change, json::Value& object, const json::Value& old) {
    if (change.part == Change::Part::Main && change.kind->has_status) {
        if (old.has("status")) object.set("status", old["status"]);
        else object.erase("status");
    } else if (change.part == Change::Part::Status) {
        json::Value kept = old;
        if (object.has("status")) kept.set("status", object["status"]);
        else kept.erase("status");
        take_metadata(*change.kind, object["metadata"], kept.mut("metadata"));
        object = std::move(kept);
    }
}

bool same_but_times(const json::Value& managers, const json::Value& before) {
    if (managers.size() != before.size()) return false;
    for (size_t i = 0; i < managers.size(); ++i) {
        size_t same = 0;
        for (const json::Member& member : managers[i].members()) {
            if (member.key == "time") continue;
            const json::Value* other = before[i].find(member.key);
            if (other == nullptr || !(*other == member.value)) return false;
            ++same;
        }
        if (before[i].size() - (before[i].has("time") ? 1 : 0) != same) return false;
    }
    return true;
}

// Equal but for managedFields' timestamps.
bool unchanged(const json::Value& object, const json::Value& old) {
    if (object.size() != old.size()) return false;
    for (const json::Member& member : object.members()) {
        const json::Value* other = old.find(member.key);
        if (other == nullptr) return false;
        if (member.key != "metadata") {
            if (!(*other == member.value)) return false;
            continue;
        }
        if (member.value.size() != other->size()) return false;
        for (const json::Member& m : member.value.members()) {
            const json::Value* o = other->find(m.key);
            if (o == nullptr) return false;
            if (m.key == "managedFields" ? !same_but_times(m.value, *o) : !(*o == m.value)) return false;
        }
    }
    return true;
}

// An update that leaves a deleted object without finalizers ends it.
bool ends_object(const json::Value& object, const json::Value& old) {
    const json::Value& meta = object["metadata"];
    if (meta["deletionTimestamp"].as_string().empty() || meta["finalizers"].size() > 0) return false;
    if (object["kind"].as_string() == "Namespace" && object["apiVersion"].as_string() == "v1" && object["spec"]["finalizers"].size() > 0) return false;
    return old["metadata"].has("deletionGracePeriodSeconds") ? old["metadata"]["deletionGracePeriodSeconds"].as_int() == 0 : true;
}

Status validate(const Change& change, const json::Value& object, const json::Value& old) {
    if (!change.validate) return {};
    if (change.part == Change::Part::Status) return validate_status_update(*change.kind, object, old);
    return validate_update(*change.kind, object, old);
}

class Attempt {
public:
    Attempt(Core& core, RequestContext& context, const Change& change, ItemPtr item)
        : core_(core), context_(context), change_(change), kind_(*change.kind), item_(std::move(item)), tree_(shared_tree_as(core, *item_->object, kind_)), old_(*tree_) {}

    Result<Answer> run() {
        json::Value object = TRY(change_.make(old_));
        TRY(check_preconditions(change_, object["metadata"], *item_, change_.part == Change::Part::Whole || traits_of(kind_).unconditional_update, context_.dry_run));
        carry_metadata(kind_, object.mut("metadata"), old_["metadata"]);
        if (change_.track) track_fields(core_.kinds, kind_, &old_, object, context_, core_.clock);
        AdmissionRequest admission{Operation::Update, kind_, change_.ns, change_.name, context_.attributes.subresource, context_.attributes.user};
        admission.object = &object;
        admission.old_object = &old_;
        admission.dry_run = context_.dry_run;
        admission.warnings = &context_.warnings;
        admission.annotations = &context_.annotations;
        admission.context = &context_;
        bool admit = change_.admit && !context_.internal;
        json::Value shown, shown_old;
        if (admit && change_.form) show(admission, object, shown, shown_old);
        if (admit) TRY(core_.admission.mutate(admission));
        api::drop_empty_lists(kind_, object);
        if (!admission.managers) drop_repeated_owners(object.mut("metadata"), context_.warnings, " after mutating admission happens");
        if (admission.managers && !change_.form) carry_metadata(kind_, object.mut("metadata"), old_["metadata"]);
        if (admission.managers && !change_.form) TRY(settle_metadata(object.mut("metadata"), *admission.managers, old_["metadata"]["namespace"].as_string(), context_.warnings));
        if (admit && change_.form && !(shown == change_.form->show(object))) object = TRY(change_.form->take(object, shown));
        // Managers and webhooks have seen what was asked for; what this door does not let through goes now.
        if (change_.settle) TRY(settle(object));
        keep_parts(change_, object, old_);
        if (change_.part == Change::Part::Status && !kind_.custom) prepare_status(object);
        if (change_.part == Change::Part::Main && kind_.hooks.prepare_update) kind_.hooks.prepare_update(object, old_);
        if (change_.part == Change::Part::Main) carry_service_fields(kind_, object, old_);
        // Of priority classes it stays what it was in the beginning.
        if (kind_.has_generation && kind_.plural != "priorityclasses" && change_.bump_generation && change_.part != Change::Part::Status && content_differs(kind_, object, old_))
            object.mut("metadata").set("generation", old_["metadata"]["generation"].as_int() + 1);
        ServiceClaim claim;
        if (change_.part == Change::Part::Main) TRY(claim.on_update(core_, kind_, object, old_, context_.dry_run));
        TRY(validate(change_, object, old_));
        hide_service_fields(kind_, object);
        // Of a replication controller Kubernetes looks at the template that was, of service accounts only what a request newly sets is warned of.
        if (change_.part == Change::Part::Main && kind_.hooks.warnings && is_warned(object))
            for (std::string& warning : kind_.hooks.warnings(kind_.plural == "replicationcontrollers" ? old_ : object))
                if (kind_.plural != "serviceaccounts" || kind_.hooks.warnings(old_).empty()) context_.warnings.push_back(std::move(warning));
        if (admit && change_.form) show(admission, object, shown, shown_old);
        if (admit) TRY(core_.admission.validate(admission));
        auto answer = store(object, claim);
        if (admit) core_.admission.finished(admission, answer.ok() && !context_.dry_run);
        return answer;
    }

private:
    // People do not change pods: nobody is warned then. Of templates of pods it is said again when something changed.
    bool is_warned(const json::Value& object) const {
        constexpr std::string_view kWithTemplates[] = {"podtemplates", "replicationcontrollers", "replicasets", "deployments", "daemonsets", "statefulsets", "jobs", "cronjobs"};
        if (kind_.plural == "pods") return false;
        bool has_template = std::find(std::begin(kWithTemplates), std::end(kWithTemplates), kind_.plural) != std::end(kWithTemplates);
        return !has_template || kind_.custom || !(object["metadata"]["generation"] == old_["metadata"]["generation"]);
    }

    Status settle(json::Value& object) const {
        json::Value managers = object["metadata"]["managedFields"];
        object = TRY(change_.settle(old_, std::move(object)));
        if (managers.empty()) object.mut("metadata").erase("managedFields");
        else object.mut("metadata").set("managedFields", std::move(managers));
        return {};
    }

    void show(AdmissionRequest& admission, const json::Value& object, json::Value& shown, json::Value& shown_old) const {
        shown = change_.form->show(object);
        shown_old = change_.form->show(old_);
        admission.object = &shown;
        admission.old_object = &shown_old;
        admission.body = change_.form->kind;
    }

    void prepare_status(json::Value& object) const {
        api::kinds::drop_disabled_status_fields(object);
        if (kind_.plural == "persistentvolumes") stamp_phase(object);
        // A Job without labels is read with its template's.
        if (const json::Value& labels = object["spec"]["template"]["metadata"]["labels"]; kind_.gvk.kind == "Job" && labels.size() > 0 && object["metadata"]["labels"].size() == 0)
            object.mut("metadata").set("labels", json::Value(labels));
        // What nobody sets is kept.
        const json::Value& quality = old_["status"]["qosClass"];
        if (kind_.gvk.kind == "Pod" && object["status"]["qosClass"].empty() && !quality.empty()) object.mut("status").set("qosClass", quality);
        api::kinds::carry_status_fields(object, old_);
    }

    void stamp_phase(json::Value& object) const {
        constexpr const char* kTime = "lastPhaseTransitionTime";
        const json::Value &before = old_["status"], &now = std::as_const(object)["status"];
        const bool same = before["phase"] == now["phase"];
        if (!now[kTime].is_null() && (same || !(now[kTime] == before[kTime]))) return;
        if (!same) object.mut("status").set(kTime, timestamp_now(core_.clock));
        else if (before.has(kTime)) object.mut("status").set(kTime, json::Value(before[kTime]));
    }

    Result<Answer> store(const json::Value& object, ServiceClaim& claim) {
        Answer answer;
        answer.kind = &kind_;
        if (unchanged(object, old_) && !ends_object(object, old_)) {
            answer.object = item_->object;
            return answer;
        }
        if (context_.dry_run) {
            answer.object = unwritten_object(core_, kind_, object);
            return answer;
        }
        if (ends_object(object, old_)) {
            // What is deleted is the object as it was stored; its writer sees what it has written.
            TRY(commit_delete(core_, kind_, old_, *item_));
            answer.object = api::Object::from_tree(object);
            claim.on_delete(core_, kind_, object);
        } else {
            answer.object = TRY(commit_object(core_, kind_, object, item_.get()));
        }
        claim.keep();
        return answer;
    }

    Core& core_;
    RequestContext& context_;
    const Change& change_;
    const api::KindInfo& kind_;
    ItemPtr item_;
    const api::TreePtr tree_;
    const json::Value& old_;
};

}  // namespace

Result<Answer> change_object(Core& core, RequestContext& context, const Change& change) {
    const api::KindInfo& kind = *change.kind;
    std::string key = object_key(change.ns, change.name);
    size_t warnings = context.warnings.size();
    for (size_t attempt = 0;; ++attempt) {
        context.warnings.resize(warnings);
        ItemPtr item = core.cache.resource(kind)->get(key);
        if (!item) {
            if (change.create_missing) return change.create_missing();
            return not_found(kind, change.name);
        }
        item = TRY(presented(core, kind, std::move(item)));
        auto answer = Attempt(core, context, change, item).run();
        if (answer.ok() || !raced(answer.status())) return answer;
        // The cache learns of it, and the change starts again; a caller that named a version then fails its precondition.
        if (attempt >= core.retries_max) return modified_conflict(kind, change.name);
        catch_up(core);
    }
}

}  // namespace skiff::apiserver
