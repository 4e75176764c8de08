#include "embedded/local_storage/provisioner.h"

#include "base/strings.h"
#include "embedded/local_storage/volume_plan.h"

namespace skiff::local_storage {

using api::Gvr;
using api::ObjectPtr;
using reconcile::Informer;
using reconcile::Requeue;

namespace {

const Gvr kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kClasses{"storage.k8s.io", "v1", "storageclasses"},
    kNodes{"", "v1", "nodes"};
constexpr const char* kVolumePrefix = "volume|";

class Provisioner : public reconcile::Controller {
public:
    explicit Provisioner(NodeDirectories directories) : directories_(std::move(directories)) {}
    std::string_view name() const override { return "local-path"; }
    // The binder's role allows exactly what a provisioner does.
    std::string service_account() const override { return "persistent-volume-binder"; }
    std::string event_source() const override { return kProvisioner; }
    std::vector<Gvr> inputs() const override { return {kClaims, kVolumes, kClasses, kNodes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kVolumes, ""}, {kVolumes, "status"}, {kClaims, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        claims_ = context.informers.informer(kClaims);
        volumes_ = context.informers.informer(kVolumes);
        classes_ = context.informers.informer(kClasses);
        nodes_ = context.informers.informer(kNodes);
        claims_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (!current) return;
            const auto its_class = class_of(*current);
            if (read_claim(*current, its_class.get()) || !wanted_growth(*current, its_class.get()).empty()) context_->queue.add(current->meta().key());
        }});
        classes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!previous && current)
                for (const auto& claim : claims_->list()) context_->queue.add(claim->meta().key());
        }});
        volumes_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && node_to_clean(*current)) context_->queue.add(kVolumePrefix + current->meta().name);
        }});
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            // A node that is gone takes its directories along.
            if (previous && !current)
                for (const auto& volume : volumes_->list())
                    if (node_to_clean(*volume) == previous->meta().name) context_->queue.add(kVolumePrefix + volume->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        if (key.rfind(kVolumePrefix, 0) == 0) return remove(key.substr(std::string_view(kVolumePrefix).size()));
        auto parts = split_views(key, '/');
        auto claim = claims_->get(parts[0], parts[1]);
        auto storage_class = claim ? class_of(*claim) : nullptr;
        if (std::string size = claim ? wanted_growth(*claim, storage_class.get()) : std::string(); !size.empty()) return grow(claim, size);
        auto wish = claim ? read_claim(*claim, storage_class.get()) : std::nullopt;
        if (!wish || volumes_->get({}, wish->volume)) return Requeue{};
        const auto about = reconcile::ObjectReference::to(*claim);
        auto failed = [&](const std::string& why) {
            context_->events.event(about, "Warning", "ProvisioningFailed", fmt::format("failed to provision volume with StorageClass \"{}\": {}", (*storage_class)["metadata"]["name"].as_string(), why));
        };
        if (!wish->refusal.empty()) {
            failed(wish->refusal);
            return Requeue{};
        }
        auto node = nodes_->get({}, wish->node);
        if (!node) {
            failed("node " + wish->node + " not found");
            return Requeue{};
        }
        context_->events.event(about, "Normal", "Provisioning", fmt::format("External provisioner is provisioning volume for claim \"{}\"", claim->meta().key()));
        auto path = directories_.make(wish->node, wish->volume);
        if (!path.ok()) {
            failed(path.status().message());
            return std::move(path).status();
        }
        const std::string& label = node->meta().label("kubernetes.io/hostname");
        auto made = context_->client.create(kVolumes, {}, volume_for(*claim, *storage_class, *wish, label.empty() ? wish->node : label, *path));
        if (!made.ok() && made.status().reason() != Reason::AlreadyExists) return std::move(made).status();
        context_->events.event(about, "Normal", "ProvisioningSucceeded", "Successfully provisioned volume " + wish->volume);
        return Requeue{};
    }

private:
    api::TreePtr class_of(const api::Object& claim) const {
        auto found = classes_->get({}, (*claim.tree())["spec"]["storageClassName"].as_string());
        return found ? found->tree() : nullptr;
    }

    Result<Requeue> grow(const ObjectPtr& claim, const std::string& size) {
        const auto tree = claim->tree();
        auto volume = volumes_->get({}, (*tree)["spec"]["volumeName"].as_string());
        if (!volume || (*volume->tree())["spec"]["claimRef"]["uid"].as_string() != claim->meta().uid) return Requeue{};
        json::Value wider = *volume->tree();
        wider.mut("spec").mut("capacity").set("storage", size);
        if (!(wider == *volume->tree())) TRY(context_->client.update(kVolumes, {}, wider));
        json::Value next = *tree;
        next.set("status", grown_status((*tree)["status"], size));
        TRY(context_->client.update(kClaims, claim->meta().ns, next, {.subresource = "status"}));
        context_->events.event(reconcile::ObjectReference::to(*claim), "Normal", "VolumeResizeSuccessful", "Resize volume succeeded");
        return Requeue{};
    }

    Result<Requeue> remove(const std::string& name) {
        auto volume = volumes_->get({}, name);
        auto node = volume ? node_to_clean(*volume) : std::nullopt;
        if (!node) return Requeue{};
        if (nodes_->get({}, *node)) {
            if (Status cleaned = directories_.remove(*node, name); !cleaned.ok()) {
                context_->events.event(reconcile::ObjectReference::to(*volume), "Warning", "VolumeFailedDelete", cleaned.message());
                return cleaned;
            }
        }
        client::DeleteOptions options;
        options.uid = volume->meta().uid;
        Status removed = context_->client.remove(kVolumes, {}, name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

    const NodeDirectories directories_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> claims_, volumes_, classes_, nodes_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_local_path_provisioner(NodeDirectories directories) { return std::make_unique<Provisioner>(std::move(directories)); }

}  // namespace skiff::local_storage
