#include "server/controllers/owning.h"

namespace skiff::controllers {

json::Value controller_reference(const api::Object& owner) {
    return json::Value::object({{"apiVersion", owner.api_version()},
                                {"kind", owner.kind()},
                                {"name", owner.meta().name},
                                {"uid", owner.meta().uid},
                                {"controller", true},
                                {"blockOwnerDeletion", true}});
}

std::string controller_key(const api::Meta& meta, std::string_view kind, std::string_view group) {
    const auto* controller = meta.controller();
    if (!controller || controller->kind != kind || api::GroupVersion::parse(controller->api_version).group != group) return {};
    return meta.ns.empty() ? controller->name : meta.ns + "/" + controller->name;
}

void add_orphan_index(reconcile::Informer& informer) {
    informer.add_index(std::string(kOrphans), [](const api::Object& object) {
        return object.meta().controller() ? std::vector<std::string>{} : std::vector<std::string>{object.meta().ns};
    });
}

Claim decide_claim(const api::Meta& object, const api::Meta& owner, const api::LabelSelector& selector) {
    bool matches = selector.matches(object.labels);
    if (const auto* controller = object.controller()) {
        if (controller->uid != owner.uid) return Claim::Ignore;
        if (matches) return Claim::Keep;
        return owner.deleting() ? Claim::Ignore : Claim::Release;
    }
    if (!matches || owner.deleting() || object.deleting() || object.ns != owner.ns) return Claim::Ignore;
    return Claim::Adopt;
}

Result<std::vector<ObjectPtr>> Claimer::claim(const reconcile::Informer& dependents) {
    std::vector<ObjectPtr> claimed;
    auto candidates = dependents.by_index(reconcile::Informer::kByOwner, owner_->meta().uid);
    for (auto& orphan : dependents.by_index(kOrphans, owner_->meta().ns)) candidates.push_back(std::move(orphan));
    Status failed;
    for (const auto& object : candidates) {
        switch (decide_claim(object->meta(), owner_->meta(), selector_)) {
            case Claim::Keep: claimed.push_back(object); break;
            case Claim::Adopt: {
                if (may_adopt && !may_adopt(*object)) break;
                auto adopted = adopt(dependents.gvr(), object);
                if (!adopted.ok()) failed = adopted.status();
                else if (*adopted) claimed.push_back(object);
                break;
            }
            case Claim::Release:
                if (Status released = release(dependents.gvr(), object); !released.ok()) failed = released;
                break;
            case Claim::Ignore: break;
        }
    }
    if (!failed.ok()) return failed;
    return claimed;
}

// A cached owner may be gone already; an adoption by it would confuse the garbage collector.
Status Claimer::check_owner() {
    if (owner_checked_) return {};
    auto fresh = TRY(client_.get(owner_gvr_, owner_->meta().ns, owner_->meta().name));
    if (fresh->meta().uid != owner_->meta().uid)
        return error(Reason::NotFound, "original {} {} is gone: got uid {}, wanted {}", owner_->kind(), owner_->meta().key(), fresh->meta().uid,
                     owner_->meta().uid);
    if (fresh->meta().deleting()) return error(Reason::Conflict, "{} {} is being deleted", owner_->kind(), owner_->meta().key());
    owner_checked_ = true;
    return {};
}

Result<bool> Claimer::adopt(const Gvr& gvr, const ObjectPtr& object) {
    TRY(check_owner());
    auto references = (*object->tree())["metadata"]["ownerReferences"];
    references.push_back(controller_reference(*owner_));
    auto metadata = json::Value::object({{"uid", object->meta().uid},
                                         {"resourceVersion", std::to_string(object->meta().resource_version)},
                                         {"ownerReferences", references}});
    if (on_adopt) on_adopt(metadata, *object);
    auto patched = client_.patch(gvr, object->meta().ns, object->meta().name, client::PatchType::Merge,
                                 json::Value::object({{"metadata", metadata}}));
    if (patched.ok()) return true;
    if (patched.status().reason() == Reason::NotFound) return false;
    return std::move(patched).status();
}

Status Claimer::release(const Gvr& gvr, const ObjectPtr& object) {
    auto references = json::Value::array();
    auto tree = object->tree();
    for (const auto& reference : (*tree)["metadata"]["ownerReferences"].items())
        if (reference["uid"].as_string() != owner_->meta().uid) references.push_back(reference);
    auto metadata = json::Value::object({{"uid", object->meta().uid},
                                         {"resourceVersion", std::to_string(object->meta().resource_version)},
                                         {"ownerReferences", references.size() ? references : json::Value()}});
    if (on_release) on_release(metadata, *object);
    auto patched = client_.patch(gvr, object->meta().ns, object->meta().name, client::PatchType::Merge,
                                 json::Value::object({{"metadata", metadata}}));
    if (patched.ok() || patched.status().reason() == Reason::NotFound || patched.status().reason() == Reason::Invalid) return {};
    return std::move(patched).status();
}

}  // namespace skiff::controllers
