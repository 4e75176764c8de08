#include "server/controllers/volume_binder.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"
#include "server/controllers/volume_matching.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kVolumePrefix = "volume|";      // keys of volumes; those of claims are namespace/name
constexpr const char* kNoProvisioner = "kubernetes.io/no-provisioner";

class VolumeBinder : public reconcile::Controller {
public:
    std::string_view name() const override { return "persistentvolume-binder"; }
    std::string service_account() const override { return "persistent-volume-binder"; }
    std::string event_source() const override { return "persistentvolume-controller"; }
    std::vector<Gvr> inputs() const override { return {kVolumes, kVolumeClaims, kStorageClasses, kNodes}; }
    std::vector<reconcile::Output> outputs() const override {
        return {{kVolumes, ""}, {kVolumes, "status"}, {kVolumeClaims, ""}, {kVolumeClaims, "status"}};
    }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        volumes_ = context.informers.informer(kVolumes);
        claims_ = context.informers.informer(kVolumeClaims);
        classes_ = context.informers.informer(kStorageClasses);
        nodes_ = context.informers.informer(kNodes);
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            auto object = current ? current : previous;
            context_->queue.add(object->meta().key());
            const auto volume = (*object->tree())["spec"]["volumeName"].as_string();
            if (!volume.empty()) context_->queue.add(kVolumePrefix + volume);
        }});
        volumes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { volume_changed(previous, current); }});
        classes_->add_handlers({[this](const ObjectPtr&, const ObjectPtr&) { wake_pending(); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        if (key.rfind(kVolumePrefix, 0) == 0) {
            auto volume = volumes_->get({}, key.substr(std::string_view(kVolumePrefix).size()));
            if (volume) TRY(sync_volume(volume));
            return Requeue{};
        }
        auto parts = split_views(key, '/');
        auto claim = claims_->get(parts[0], parts[1]);
        if (!claim) return Requeue{};
        auto tree = claim->tree();
        TRY(claim->meta().annotation(kBindCompleted).empty() ? sync_unbound(claim, *tree) : sync_bound(claim, *tree));
        return Requeue{};
    }

private:
    void volume_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        auto object = current ? current : previous;
        context_->queue.add(kVolumePrefix + object->meta().name);
        auto tree = object->tree();
        const auto& reference = (*tree)["spec"]["claimRef"];
        if (reference.is_object()) context_->queue.add(reference["namespace"].as_string() + "/" + reference["name"].as_string());
        else wake_pending();
    }

    void wake_pending() {
        for (const auto& claim : claims_->list())
            if (claim->meta().annotation(kBindCompleted).empty()) context_->queue.add(claim->meta().key());
    }

    void event(const ObjectPtr& about, bool warning, const char* reason, std::string message) {
        context_->events.event(reconcile::ObjectReference::to(*about), warning ? "Warning" : "Normal", reason, std::move(message));
    }

    Status claim_phase(const ObjectPtr& claim, const json::Value& tree, const char* phase) {
        json::Value status = unbound_claim_status(tree["status"], phase);
        if (status == tree["status"]) return {};
        TRY(update_status(context_->client, kVolumeClaims, claim, status));
        return {};
    }

    Status volume_phase(const ObjectPtr& volume, const char* phase, const std::string& message = {}) {
        json::Value status = (*volume->tree())["status"];
        if (!status.is_object()) status = json::Value::object();
        if (status["phase"].as_string() == phase && status["message"].as_string() == message) return {};
        status.set("phase", phase);
        set_or_omit(status, "message", message);
        TRY(update_status(context_->client, kVolumes, volume, status));
        return {};
    }

    Status sync_bound(const ObjectPtr& claim, const json::Value& tree) {
        const auto& name = tree["spec"]["volumeName"].as_string();
        auto volume = name.empty() ? nullptr : volumes_->get({}, name);
        const char* reason = "ClaimLost";
        const char* message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
        if (volume) {
            auto volume_tree = volume->tree();
            if ((*volume_tree)["spec"]["claimRef"].is_null() || reserved_for(*volume_tree, tree)) return bind(claim, volume);
            reason = "ClaimMisbound";
            message = "Two claims are bound to the same volume, this one is bound incorrectly";
        }
        if (tree["status"]["phase"].as_string() != "Lost") event(claim, true, reason, message);
        return claim_phase(claim, tree, "Lost");
    }

    Status sync_unbound(const ObjectPtr& claim, const json::Value& tree) {
        if (claim->meta().deleting()) return {};
        const auto& name = tree["spec"]["volumeName"].as_string();
        if (!name.empty()) return bind_named(claim, tree, name);
        auto storage_class = classes_->get({}, claim_class(tree));
        const auto& selected = claim->meta().annotation(kSelectedNode);
        bool waits = storage_class && (*storage_class->tree())["volumeBindingMode"].as_string() == "WaitForFirstConsumer" && selected.empty();
        auto node = selected.empty() ? nullptr : nodes_->get({}, selected);
        auto volume = best_volume(volumes_->list(), tree, node ? &node->meta() : nullptr, waits);
        if (volume) return bind(claim, volume);
        TRY(claim_phase(claim, tree, "Pending"));
        if (waits) {
            event(claim, false, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return {};
        }
        return ask_provisioner(claim, tree, storage_class);
    }

    // Dynamic provisioning is done by whoever serves the class; the annotation calls for it.
    Status ask_provisioner(const ObjectPtr& claim, const json::Value& tree, const ObjectPtr& storage_class) {
        std::string wanted = claim_class(tree);
        if (wanted.empty()) {
            event(claim, false, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
            return {};
        }
        if (!storage_class) {
            event(claim, true, "ProvisioningFailed", fmt::format("storageclass.storage.k8s.io \"{}\" not found", wanted));
            return {};
        }
        std::string provisioner = (*storage_class->tree())["provisioner"].as_string();
        if (provisioner == kNoProvisioner) {
            event(claim, false, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
            return {};
        }
        if (claim->meta().annotation("volume.kubernetes.io/storage-provisioner") != provisioner) {
            json::Value next = tree;
            next.mut("metadata").mut("annotations").set("volume.kubernetes.io/storage-provisioner", provisioner);
            next.mut("metadata").mut("annotations").set("volume.beta.kubernetes.io/storage-provisioner", provisioner);
            TRY(context_->client.update(kVolumeClaims, claim->meta().ns, next));
        }
        event(claim, false, "ExternalProvisioning",
              fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or manually by the system administrator. If volume creation is "
                          "delayed, please verify that the provisioner is running and correctly registered.",
                          provisioner));
        return {};
    }

    Status bind_named(const ObjectPtr& claim, const json::Value& tree, const std::string& name) {
        auto volume = volumes_->get({}, name);
        if (!volume) return claim_phase(claim, tree, "Pending");
        auto volume_tree = volume->tree();
        bool free = (*volume_tree)["spec"]["claimRef"].is_null();
        if (!free && !reserved_for(*volume_tree, tree)) {
            event(claim, true, "FailedBinding", fmt::format("volume \"{}\" already bound to a different claim.", name));
            return claim_phase(claim, tree, "Pending");
        }
        if (std::string why = mismatch(*volume_tree, tree); free && !why.empty()) {
            event(claim, true, "VolumeMismatch", fmt::format("Cannot bind to requested volume \"{}\": {}", name, why));
            return claim_phase(claim, tree, "Pending");
        }
        return bind(claim, volume);
    }

    // Four writes at most, each only when needed, in an order that can be taken up again anywhere.
    Status bind(ObjectPtr claim, ObjectPtr volume) {
        auto claim_tree = claim->tree();
        const auto reference = (*volume->tree())["spec"]["claimRef"];
        if (reference.is_null() || reference["uid"].as_string().empty())
            volume = TRY(context_->client.update(kVolumes, {}, bound_volume(*volume->tree(), *claim_tree)));
        TRY(volume_phase(volume, "Bound"));
        json::Value next = bound_claim(*claim_tree, volume->meta().name);
        if (!(next == *claim_tree)) claim = TRY(context_->client.update(kVolumeClaims, claim->meta().ns, next));
        json::Value status = bound_claim_status((*claim->tree())["status"], *volume->tree());
        TRY(update_status(context_->client, kVolumeClaims, claim, status));
        return {};
    }

    Status sync_volume(const ObjectPtr& volume) {
        auto tree = volume->tree();
        const auto& reference = (*tree)["spec"]["claimRef"];
        if (reference.is_null() || reference["uid"].as_string().empty()) return volume_phase(volume, "Available");
        auto claim = context_->client.get(kVolumeClaims, reference["namespace"].as_string(), reference["name"].as_string());
        if (!claim.ok() && claim.status().reason() != Reason::NotFound) return std::move(claim).status();
        if (!claim.ok() || (*claim)->meta().uid != reference["uid"].as_string()) return release(volume, *tree);
        auto claim_tree = (*claim)->tree();
        const auto& bound_to = (*claim_tree)["spec"]["volumeName"].as_string();
        if (bound_to == volume->meta().name) return volume_phase(volume, "Bound");
        if (bound_to.empty()) return {};      // the claim's own sync goes on from here
        // The claim chose another volume; a reservation that was ours is taken back.
        if (volume->meta().annotation(kBoundByController).empty()) return volume_phase(volume, "Available");
        json::Value next = *tree;
        next.mut("spec").erase("claimRef");
        next.mut("metadata").mut("annotations").erase(kBoundByController);
        TRY(context_->client.update(kVolumes, {}, next));
        return {};
    }

    Status release(const ObjectPtr& volume, const json::Value& tree) {
        const auto& policy = tree["spec"]["persistentVolumeReclaimPolicy"].as_string();
        if (tree["status"]["phase"].as_string() == "Failed") return {};
        if (policy == "Recycle") {
            event(volume, true, "VolumeFailedRecycle", "no volume plugin matched");
            return volume_phase(volume, "Failed", "no volume plugin matched");
        }
        return volume_phase(volume, "Released");      // Retain: kept as it is; Delete: its provisioner removes it
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> volumes_, claims_, classes_, nodes_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_volume_binder() { return std::make_unique<VolumeBinder>(); }

}  // namespace skiff::controllers
