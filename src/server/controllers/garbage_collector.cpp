#include "server/controllers/garbage_collector.h"

#include <map>
#include <shared_mutex>

#include "base/log.h"
#include "base/strings.h"
#include "server/controllers/garbage_verdict.h"
#include "server/controllers/resources.h"
#include "server/controllers/served_resources.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kDiscover = "discover";      // the key that looks for new resources
const Gvr kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
const Gvr kApiServices{"apiregistration.k8s.io", "v1", "apiservices"};

// "group|version|resource|namespace|name"
std::string key_of(const Gvr& gvr, const api::Meta& meta) { return join({gvr.group, gvr.version, gvr.resource, meta.ns, meta.name}, "|"); }

struct Target {
    Gvr gvr;
    std::string ns, name;
};
Target parse_key(const std::string& key) {
    std::vector<std::string> parts;
    size_t from = 0;
    for (size_t at; (at = key.find('|', from)) != std::string::npos; from = at + 1) parts.push_back(key.substr(from, at - from));
    parts.push_back(key.substr(from));
    parts.resize(5);
    return {{parts[0], parts[1], parts[2]}, parts[3], parts[4]};
}

class GarbageCollector : public reconcile::Controller {
public:
    explicit GarbageCollector(std::shared_ptr<const api::KindRegistry> kinds) : kinds_(std::move(kinds)) {}
    std::string_view name() const override { return "garbage-collector"; }
    std::string service_account() const override { return "generic-garbage-collector"; }
    std::string event_source() const override { return "garbage-collector-controller"; }
    std::vector<Gvr> inputs() const override { return {}; }
    std::vector<reconcile::Output> outputs() const override { return {reconcile::Output::any()}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        context.queue.add(kDiscover);
    }

    Result<Requeue> reconcile(const std::string& key) override {
        if (key == kDiscover) return find_resources();
        auto target = parse_key(key);
        auto fresh = context_->client.get(target.gvr, target.ns, target.name);
        if (!fresh.ok() && fresh.status().reason() == Reason::NotFound) return Requeue{};
        auto object = TRY(std::move(fresh));
        if (orphans_dependents(object->meta())) return orphan(target.gvr, object);
        if (deletes_dependents(object->meta())) return delete_dependents(target.gvr, object);
        return collect(target.gvr, object);
    }

private:
    Result<Requeue> find_resources() {
        auto served = TRY(discover(context_->client, kinds_.get()));
        std::map<Gvr, bool> present;
        for (const auto& resource : served.resources) {
            if (!resource.has_verb("list") || !resource.has_verb("watch") || !resource.has_verb("delete")) continue;
            // Events come and go by the thousand and own nothing.
            if (resource.gvr.resource == "events" && (resource.gvr.group.empty() || resource.gvr.group == "events.k8s.io")) continue;
            present[resource.gvr] = true;
            {
                std::unique_lock lock(mutex_);
                by_kind_[{resource.gvr.group, resource.kind}] = {resource.gvr, resource.namespaced};
                if (followed_.count(resource.gvr)) continue;
            }
            follow(resource.gvr);
        }
        if (served.failed.empty()) forget_others(present);
        context_->informers.start();
        return Requeue{};
    }

    void follow(const Gvr& gvr) {
        auto informer = context_->informers.informer(gvr);
        {
            std::unique_lock lock(mutex_);
            followed_[gvr] = informer;
        }
        informer->add_handlers({[this, gvr](const ObjectPtr& previous, const ObjectPtr& current) { changed(gvr, previous, current); }});
    }

    void forget_others(const std::map<Gvr, bool>& present) {
        std::vector<std::shared_ptr<Informer>> gone;
        {
            std::unique_lock lock(mutex_);
            for (auto it = followed_.begin(); it != followed_.end();) {
                if (present.count(it->first)) {
                    ++it;
                    continue;
                }
                gone.push_back(it->second);
                it = followed_.erase(it);
            }
        }
        for (const auto& informer : gone) context_->informers.drop(informer);
    }

    void changed(const Gvr& gvr, const ObjectPtr& previous, const ObjectPtr& current) {
        if (gvr == kDefinitions || gvr == kApiServices) context_->queue.add(kDiscover);
        if (!current) {
            for (const auto& [dependent_gvr, dependent] : dependents(previous->meta().uid)) context_->queue.add(key_of(dependent_gvr, dependent->meta()));
            wake_owners(previous->meta());
            return;
        }
        const auto& meta = current->meta();
        if (orphans_dependents(meta) || deletes_dependents(meta)) {
            if (!previous || !previous->meta().deleting() || previous->meta().finalizers != meta.finalizers) context_->queue.add(key_of(gvr, meta));
        }
        bool owners_changed = !previous || !same_owners(previous->meta().owners, meta.owners);
        if (!meta.owners.empty() && owners_changed) context_->queue.add(key_of(gvr, meta));
        if (previous && owners_changed) wake_owners(previous->meta());
    }

    static bool same_owners(const std::vector<api::OwnerReference>& a, const std::vector<api::OwnerReference>& b) {
        if (a.size() != b.size()) return false;
        for (size_t i = 0; i < a.size(); ++i)
            if (a[i].uid != b[i].uid || a[i].block_owner_deletion != b[i].block_owner_deletion) return false;
        return true;
    }

    // Owners that wait for this dependent to go.
    void wake_owners(const api::Meta& dependent) {
        for (const auto& owner : dependent.owners) {
            auto kind = find_kind(owner);
            if (!kind) continue;
            auto informer = context_->informers.find(kind->gvr);
            auto object = informer ? informer->get(kind->namespaced ? dependent.ns : "", owner.name) : nullptr;
            if (object && object->meta().uid == owner.uid && deletes_dependents(object->meta())) context_->queue.add(key_of(kind->gvr, object->meta()));
        }
    }

    struct Kind {
        Gvr gvr;
        bool namespaced;
    };
    std::optional<Kind> find_kind(const api::OwnerReference& owner) {
        std::shared_lock lock(mutex_);
        auto it = by_kind_.find({api::GroupVersion::parse(owner.api_version).group, owner.kind});
        return it == by_kind_.end() ? std::nullopt : std::optional(it->second);
    }

    std::vector<std::pair<Gvr, ObjectPtr>> dependents(const std::string& uid) {
        std::vector<std::pair<Gvr, ObjectPtr>> found;
        std::shared_lock lock(mutex_);
        for (const auto& [gvr, informer] : followed_)
            for (auto& object : informer->by_index(Informer::kByOwner, uid)) found.emplace_back(gvr, std::move(object));
        return found;
    }

    // Solid when in doubt: an owner of a kind that is not served may come back.
    Result<OwnerState> look_at_owner(const api::Meta& object, const api::OwnerReference& reference) {
        auto kind = find_kind(reference);
        if (!kind) return OwnerState::Solid;
        if (kind->namespaced && object.ns.empty()) return OwnerState::Solid;
        auto owner = context_->client.get(kind->gvr, kind->namespaced ? object.ns : "", reference.name);
        if (!owner.ok() && owner.status().reason() == Reason::NotFound) return OwnerState::Absent;
        auto present = TRY(std::move(owner));
        if (present->meta().uid != reference.uid) return OwnerState::Absent;
        return deletes_dependents(present->meta()) ? OwnerState::Waiting : OwnerState::Solid;
    }

    Result<Requeue> collect(const Gvr& gvr, const ObjectPtr& object) {
        const auto& meta = object->meta();
        if (meta.owners.empty() || meta.deleting()) return Requeue{};
        std::vector<OwnerState> states;
        for (const auto& owner : meta.owners) states.push_back(TRY(look_at_owner(meta, owner)));
        size_t count = 0;
        bool deleting = false;
        for (const auto& [dependent_gvr, dependent] : dependents(meta.uid)) {
            ++count;
            deleting = deleting || deletes_dependents(dependent->meta());
        }
        auto verdict = judge_garbage(meta, states, count, deleting);
        if (verdict.kind == GarbageVerdict::Kind::Keep) return Requeue{};
        if (verdict.kind == GarbageVerdict::Kind::DropReferences) {
            TRY(drop_references(gvr, object, verdict.drop_uids));
            return Requeue{};
        }
        client::DeleteOptions options;
        options.uid = meta.uid;
        options.propagation = verdict.propagation;
        if (verdict.unblock) TRY(stop_blocking(gvr, object));
        else options.resource_version = std::to_string(meta.resource_version);
        log::debug("gc", "delete", {{"resource", gvr.group_resource()}, {"object", meta.key()}, {"propagation", verdict.propagation}});
        Status removed = context_->client.remove(gvr, meta.ns, meta.name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

    Result<Requeue> delete_dependents(const Gvr& gvr, const ObjectPtr& owner) {
        bool blocked = false;
        for (const auto& [dependent_gvr, dependent] : dependents(owner->meta().uid)) {
            for (const auto& reference : dependent->meta().owners)
                if (reference.uid == owner->meta().uid && reference.block_owner_deletion) blocked = true;
            if (!dependent->meta().deleting()) context_->queue.add(key_of(dependent_gvr, dependent->meta()));
        }
        if (!blocked) TRY(remove_finalizer(gvr, owner, kForegroundFinalizer));
        return Requeue{};
    }

    Result<Requeue> orphan(const Gvr& gvr, const ObjectPtr& owner) {
        for (const auto& [dependent_gvr, dependent] : dependents(owner->meta().uid))
            TRY(drop_references(dependent_gvr, dependent, {owner->meta().uid}));
        TRY(remove_finalizer(gvr, owner, kOrphanFinalizer));
        return Requeue{};
    }

    Status drop_references(const Gvr& gvr, const ObjectPtr& object, const std::vector<std::string>& uids) {
        auto kept = json::Value::array();
        auto tree = object->tree();
        for (const auto& reference : (*tree)["metadata"]["ownerReferences"].items())
            if (std::find(uids.begin(), uids.end(), reference["uid"].as_string()) == uids.end()) kept.push_back(reference);
        return patch_meta(gvr, object, "ownerReferences", kept.size() ? std::move(kept) : json::Value());
    }

    // In a circle of foreground deletions nobody would ever go first.
    Status stop_blocking(const Gvr& gvr, const ObjectPtr& object) {
        json::Value references = (*object->tree())["metadata"]["ownerReferences"];
        for (auto& reference : references.mut_items())
            if (reference["blockOwnerDeletion"].as_bool()) reference.set("blockOwnerDeletion", false);
        return patch_meta(gvr, object, "ownerReferences", std::move(references));
    }

    Status remove_finalizer(const Gvr& gvr, const ObjectPtr& object, std::string_view finalizer) {
        auto kept = json::Value::array();
        for (const auto& present : object->meta().finalizers)
            if (present != finalizer) kept.push_back(present);
        return patch_meta(gvr, object, "finalizers", kept.size() ? std::move(kept) : json::Value());
    }

    Status patch_meta(const Gvr& gvr, const ObjectPtr& object, std::string_view field, json::Value value) {
        const auto& meta = object->meta();
        auto metadata = json::Value::object({{"uid", meta.uid}, {"resourceVersion", std::to_string(meta.resource_version)}, {field, std::move(value)}});
        auto patched = context_->client.patch(gvr, meta.ns, meta.name, client::PatchType::Merge, json::Value::object({{"metadata", metadata}}));
        if (!patched.ok() && patched.status().reason() != Reason::NotFound) return std::move(patched).status();
        return {};
    }

    const std::shared_ptr<const api::KindRegistry> kinds_;
    reconcile::Context* context_ = nullptr;
    std::shared_mutex mutex_;
    std::map<Gvr, std::shared_ptr<Informer>> followed_;
    std::map<std::pair<std::string, std::string>, Kind> by_kind_;      // group, kind
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_garbage_collector(std::shared_ptr<const api::KindRegistry> kinds) {
    return std::make_unique<GarbageCollector>(std::move(kinds));
}

}  // namespace skiff::controllers
