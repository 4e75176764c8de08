#include "server/apiserver/crd/definitions.h"

#include "api/dynamic_kinds.h"
#include "base/log.h"
#include "server/apiserver/crd/rules.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
namespace {

using json::Value;

const api::Gvr kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
constexpr std::string_view kCleanup = "customresourcecleanup.apiextensions.k8s.io";

void append_served(const api::CustomDefinition& definition, const std::shared_ptr<const api::CustomDefinition>& owner, std::vector<std::shared_ptr<const api::KindInfo>>& out) {
    for (const auto& kind : definition.kinds)
        if (kind->custom->served) out.emplace_back(owner, kind.get());
}

bool has_cleanup(const api::Object& object) {
    for (const std::string& finalizer : object.meta().finalizers)
        if (finalizer == kCleanup) return true;
    return false;
}

}  // namespace

Status publish_stored_kinds(store::Store& store, const api::KindRegistry& kinds, Clock& clock) {
    const api::KindInfo* definitions = kinds.find(kDefinitions);
    if (definitions == nullptr) return {};
    store::Listing listing = TRY(store.list(store_key(*definitions, "", "")));
    std::vector<std::shared_ptr<const api::KindInfo>> live;
    for (const store::EntryPtr& entry : listing.entries) {
        auto object = api::Object::from_bytes(entry->value);
        if (!object.ok()) continue;
        api::TreePtr tree = (*object)->tree();
        if (!condition_is_true((*tree)["status"], "Established")) continue;
        auto definition = api::make_custom_definition(*object, kinds.schemas(), entry->mod_revision, add_rules);
        append_served(*definition, definition, live);
        // The cache keeps the objects of definitions that serve no version too.
        if (!definition->kinds.empty() && !definition->kinds.front()->custom->stored->custom->served) live.emplace_back(definition, definition->kinds.front()->custom->stored);
    }
    if (!live.empty()) kinds.dynamic().publish(std::move(live), clock.elapsed());
    return {};
}

struct Definitions::Sink : WatchSink {
    std::function<void()> wake;
    void event(WatchType, const api::ObjectPtr&, SharedLines*) override { wake(); }
    void bookmark(int64_t, bool) override {}
    void end(const Status&) override {}
};

Definitions::Definitions(Core& core, std::function<void()> changed) : core_(core), kind_(*core.kinds.find(kDefinitions)), changed_(std::move(changed)) {}
Definitions::~Definitions() { stop(); }

void Definitions::start() {
    sink_ = std::make_shared<Sink>();
    sink_->wake = [this] { schedule(); };
    core_.cache.before_visible(kind_, [this](std::string_view name, const api::Object& object) { establish(name, object); });
    WatchSpec spec;
    spec.start = WatchSpec::Start::Now;
    watch_ = core_.cache.watch(kind_, std::move(spec), sink_);
    schedule();
}

void Definitions::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    watch_.reset();
    core_.cache.before_visible(kind_, nullptr);
}

// Passes follow one another; an event during a pass makes one more.
void Definitions::schedule() {
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        if (std::exchange(again_, true) || running_) return;
        running_ = true;
    }
    bool taken = core_.pool->submit([this] { pass(); });
    if (taken) return;
    std::lock_guard lock(mutex_);
    running_ = again_ = false;   // the pool is full: the next event tries again
}

void Definitions::pass() {
    while (true) {
        {
            std::lock_guard lock(mutex_);
            if (stopped_ || !again_) {
                running_ = false;
                return;
            }
            again_ = false;
        }
        bool changed = forget_missing();
        for (const ItemPtr& item : core_.cache.resource(kind_)->range("").items) changed |= visit(item);
        if (changed) publish();
        for (auto& [name, entry] : entries_) {
            api::ObjectPtr object = core_.cache.get(kDefinitions, "", name);
            if (object && object->meta().deleting() && has_cleanup(*object)) remove_instances(entry, object);
        }
    }
}

// True when the live kinds have to be published again.
bool Definitions::visit(const ItemPtr& item) {
    Entry& entry = entries_[item->key];
    if (entry.revision == item->revision) return false;
    api::ObjectPtr object = item->object;
    api::TreePtr tree = object->tree();
    if (!object->meta().deleting() && settle_names(entry, object, *tree)) {
        object = core_.cache.get(kDefinitions, "", item->key);
        if (!object) return false;
        tree = object->tree();
    }
    entry.revision = object->meta().resource_version;
    return make_live(entry, object, *tree);
}

TakenNames Definitions::taken_by_others(const std::string& group, const std::string& name) const {
    TakenNames taken;
    for (const ItemPtr& item : core_.cache.resource(kind_)->range("").items) {
        if (item->key == name || !item->key.ends_with("." + group)) continue;
        api::TreePtr tree = item->object->tree();
        if ((*tree)["spec"]["group"].as_string() == group) taken.add((*tree)["status"]["acceptedNames"]);
    }
    return taken;
}

// True when the status was written. Whoever reads that a definition is established finds its resource, and whoever finds the resource, in discovery say,
// reads a definition that is established: the kinds are published in the moment in which the status is there (establish).
bool Definitions::settle_names(Entry& entry, const api::ObjectPtr& object, const Value& tree) {
    const Value& status = tree["status"];
    TakenNames taken = taken_by_others(tree["spec"]["group"].as_string(), object->meta().name);
    Value wanted = named_status(tree, taken, core_.clock.now());
    if (wanted == status) return false;
    Value preview = tree;
    preview.set("status", std::move(wanted));
    const bool due = make_live(entry, api::Object::from_tree(preview), preview);
    if (due) {
        std::lock_guard lock(mutex_);
        prepared_ = {object->meta().name, live_kinds()};
    }
    Status written = write(object->meta().name, [&](Value& definition) { definition.set("status", named_status(definition, taken, core_.clock.now())); });
    if (written.ok()) return true;
    if (due) entry.spec = {};      // so that it is live anew with the next try
    std::lock_guard lock(mutex_);
    prepared_ = {};
    return false;
}

void Definitions::establish(std::string_view name, const api::Object& object) {
    Kinds kinds;
    {
        std::lock_guard lock(mutex_);
        if (prepared_.first != name || !condition_is_true((*object.tree())["status"], "Established")) return;
        kinds = std::exchange(prepared_, {}).second;
    }
    core_.kinds.dynamic().publish(std::move(kinds), core_.clock.elapsed());
    changed_();
}

bool Definitions::make_live(Entry& entry, const api::ObjectPtr& object, const Value& tree) {
    if (!condition_is_true(tree["status"], "Established")) return false;
    bool terminating = condition_is_true(tree["status"], "Terminating");
    const Value& names = tree["status"]["acceptedNames"];
    if (entry.live && entry.live->uid == object->meta().uid && entry.spec == tree["spec"] && entry.names == names && entry.terminating == terminating) return false;
    int64_t since = std::max(object->meta().resource_version, core_.store.current_revision());
    // Objects of an earlier life of the server may be newer than the definition: they are in form.
    if (!entry.live) since = object->meta().resource_version;
    entry.live = api::make_custom_definition(object, core_.kinds.schemas(), since, add_rules);
    entry.spec = tree["spec"];
    entry.names = names;
    entry.terminating = terminating;
    core_.cache.open_resource(entry.live->kinds.front()->storage_prefix, entry.live->indexed_fields);
    return true;
}

bool Definitions::forget_missing() {
    bool changed = false;
    for (auto it = entries_.begin(); it != entries_.end();) {
        if (core_.cache.get(kDefinitions, "", it->first)) {
            ++it;
            continue;
        }
        if (it->second.live) {
            core_.cache.close_resource(it->second.live->kinds.front()->storage_prefix);
            changed = true;
        }
        // The names are free: others of the group may take them.
        for (auto& [name, other] : entries_) other.revision = 0;
        it = entries_.erase(it);
    }
    return changed;
}

Definitions::Kinds Definitions::live_kinds() const {
    Kinds live;
    for (const auto& [name, entry] : entries_)
        if (entry.live) append_served(*entry.live, entry.live, live);
    return live;
}

void Definitions::publish() {
    core_.kinds.dynamic().publish(live_kinds(), core_.clock.elapsed());
    changed_();
}

// Deletes what is left; once nothing is, the definition may go. Objects with finalizers are waited for.
void Definitions::remove_instances(Entry& entry, const api::ObjectPtr& object) {
    const std::string name = object->meta().name;
    ResourceCache* resource = entry.live ? core_.cache.resource(*entry.live->kinds.front()) : nullptr;
    if (resource) {
        const api::KindInfo& stored = *entry.live->kinds.front()->custom->stored;
        for (const ItemPtr& item : resource->range("").items) {
            if (item->object->meta().deleting()) continue;
            RequestContext context;
            context.id = "definitions";
            context.kind = &stored;
            context.internal = true;
            context.attributes.verb = "delete";
            context.attributes.ns = item->object->meta().ns;
            context.attributes.name = item->object->meta().name;
            auto deleted = delete_object(core_, context, {});
            if (!deleted.ok() && deleted.status().reason() != Reason::NotFound)
                log::warn("crd", "an instance cannot be deleted", {{"definition", name}, {"key", item->key}, {"why", deleted.status().message()}});
        }
        if (resource->size() > 0) {
            if (entry.instances) return;
            WatchSpec spec;
            spec.start = WatchSpec::Start::Now;
            entry.instances = core_.cache.watch(stored, std::move(spec), sink_);
            if (resource->size() > 0) return;
        }
    }
    entry.instances.reset();
    Status written = write(name, [&](Value& definition) {
        set_condition(definition.mut("status"), "Terminating", true, "InstanceDeletionCompleted", "removed all instances", core_.clock.now());
        Value& finalizers = definition.mut("metadata").mut("finalizers");
        std::erase_if(finalizers.mut_items(), [](const Value& f) { return f.as_string() == kCleanup; });
        if (finalizers.size() == 0) definition.mut("metadata").erase("finalizers");
    });
    if (!written.ok() && written.reason() != Reason::NotFound) log::warn("crd", "a definition's finalizer cannot be removed", {{"definition", name}, {"why", written.message()}});
}

Status Definitions::write(const std::string& name, const std::function<void(Value& definition)>& change) {
    RequestContext context;
    context.id = "definitions";
    context.kind = &kind_;
    context.internal = true;
    context.attributes.verb = "update";
    context.attributes.name = name;
    // Its managedFields are those of the server's own controllers, which write the status.
    context.attributes.subresource = "status";
    context.field_manager = "kube-apiserver";
    Change wanted;
    wanted.kind = &kind_;
    wanted.name = name;
    wanted.part = Change::Part::Whole;
    wanted.validate = wanted.admit = wanted.bump_generation = false;
    wanted.make = [&](const Value& old) -> Result<Value> {
        Value definition = old;
        change(definition);
        return definition;
    };
    TRY(change_object(core_, context, wanted));
    return {};
}

}  // namespace skiff::apiserver
