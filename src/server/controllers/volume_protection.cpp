#include "server/controllers/volume_protection.h"

#include <algorithm>

#include "base/strings.h"
#include "server/controllers/garbage_verdict.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kClaimFinalizer = "kubernetes.io/pvc-protection";
constexpr const char* kVolumeFinalizer = "kubernetes.io/pv-protection";
constexpr const char* kClassFinalizer = "kubernetes.io/vac-protection";

Status write_finalizers(client::Client& client, const Gvr& gvr, const ObjectPtr& object, const char* finalizer, bool present) {
    json::Value tree = *object->tree();
    auto kept = json::Value::array();
    for (const auto& other : object->meta().finalizers)
        if (other != finalizer) kept.push_back(other);
    if (present) kept.push_back(finalizer);
    if (kept.size() == 0) tree.mut("metadata").erase("finalizers");
    else tree.mut("metadata").set("finalizers", std::move(kept));
    auto written = client.update(gvr, object->meta().ns, tree);
    if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
    return {};
}

class ClaimProtection : public reconcile::Controller {
public:
    std::string_view name() const override { return "pvc-protection"; }
    std::vector<Gvr> inputs() const override { return {kVolumeClaims, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kVolumeClaims, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        claims_ = context.informers.informer(kVolumeClaims);
        pods_ = context.informers.informer(kPods);
        claims_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().deleting() == has_finalizer(current->meta(), kClaimFinalizer)) context_->queue.add(current->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current) return;
            for (const auto& claim : claims_->list(previous->meta().ns))
                if (claim->meta().deleting()) context_->queue.add(claim->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto claim = claims_->get(parts[0], parts[1]);
        if (!claim) return Requeue{};
        bool protected_now = has_finalizer(claim->meta(), kClaimFinalizer);
        if (!claim->meta().deleting()) {
            if (!protected_now) TRY(write_finalizers(context_->client, kVolumeClaims, claim, kClaimFinalizer, true));
            return Requeue{};
        }
        if (!protected_now || in_use(pods_->list(parts[0]), claim->meta().name)) return Requeue{};
        // The cache may not show a pod that was bound a moment ago.
        client::ListOptions options;
        options.ns = claim->meta().ns;
        auto fresh = TRY(context_->client.list(kPods, options));
        if (in_use(fresh.items, claim->meta().name)) return Requeue{std::chrono::seconds(1)};
        TRY(write_finalizers(context_->client, kVolumeClaims, claim, kClaimFinalizer, false));
        return Requeue{};
    }

private:
    // Only a pod that stands on a node can have mounted it.
    static bool in_use(const std::vector<ObjectPtr>& pods, const std::string& claim) {
        return std::any_of(pods.begin(), pods.end(), [&](const ObjectPtr& pod) {
            auto tree = pod->tree();
            return !(*tree)["spec"]["nodeName"].as_string().empty() && pod_uses_claim(*tree, claim);
        });
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> claims_, pods_;
};

class VolumeProtection : public reconcile::Controller {
public:
    std::string_view name() const override { return "pv-protection"; }
    std::vector<Gvr> inputs() const override { return {kVolumes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kVolumes, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        volumes_ = context.informers.informer(kVolumes);
        volumes_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().deleting() == has_finalizer(current->meta(), kVolumeFinalizer)) context_->queue.add(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto volume = volumes_->get({}, key);
        if (!volume) return Requeue{};
        bool protected_now = has_finalizer(volume->meta(), kVolumeFinalizer);
        bool deleting = volume->meta().deleting();
        if (deleting == protected_now && !(deleting && (*volume->tree())["status"]["phase"].as_string() == "Bound"))
            TRY(write_finalizers(context_->client, kVolumes, volume, kVolumeFinalizer, !deleting));
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> volumes_;
};

// A VolumeAttributesClass stays while a claim asks for it or has it, or a volume has it.
class AttributesClassProtection : public reconcile::Controller {
public:
    std::string_view name() const override { return "volumeattributesclass-protection"; }
    std::vector<Gvr> inputs() const override { return {kVolumes, kVolumeClaims, kAttributesClasses}; }
    std::vector<reconcile::Output> outputs() const override { return {{kAttributesClasses, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        classes_ = context.informers.informer(kAttributesClasses);
        claims_ = context.informers.informer(kVolumeClaims);
        volumes_ = context.informers.informer(kVolumes);
        classes_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().deleting() == has_finalizer(current->meta(), kClassFinalizer)) context_->queue.add(current->meta().name);
        }});
        auto released = [this](const ObjectPtr& previous, const ObjectPtr&) {
            if (previous)
                for (const auto& name : classes_of(*previous->tree())) context_->queue.add(name);
        };
        claims_->add_handlers({released});
        volumes_->add_handlers({released});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto object = classes_->get({}, key);
        if (!object) return Requeue{};
        const bool protected_now = has_finalizer(object->meta(), kClassFinalizer), deleting = object->meta().deleting();
        if (deleting == protected_now && !(deleting && in_use(key))) TRY(write_finalizers(context_->client, kAttributesClasses, object, kClassFinalizer, !deleting));
        return Requeue{};
    }

private:
    static std::vector<std::string> classes_of(const json::Value& tree) {
        std::vector<std::string> names;
        for (const auto* name : {&tree["spec"]["volumeAttributesClassName"], &tree["status"]["currentVolumeAttributesClassName"],
                                 &tree["status"]["modifyVolumeStatus"]["targetVolumeAttributesClassName"]})
            if (!name->as_string().empty()) names.push_back(name->as_string());
        return names;
    }

    bool in_use(const std::string& name) const {
        auto uses = [&](const ObjectPtr& object) {
            const auto names = classes_of(*object->tree());
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        const auto claims = claims_->list(), volumes = volumes_->list();
        return std::any_of(claims.begin(), claims.end(), uses) || std::any_of(volumes.begin(), volumes.end(), uses);
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> classes_, claims_, volumes_;
};

}  // namespace

bool pod_uses_claim(const json::Value& pod, const std::string& claim) {
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        if (volume["persistentVolumeClaim"]["claimName"].as_string() == claim) return true;
        if (!volume["ephemeral"].is_null() && pod["metadata"]["name"].as_string() + "-" + volume["name"].as_string() == claim) return true;
    }
    return false;
}

std::unique_ptr<reconcile::Controller> make_claim_protection_controller() { return std::make_unique<ClaimProtection>(); }
std::unique_ptr<reconcile::Controller> make_volume_protection_controller() { return std::make_unique<VolumeProtection>(); }
std::unique_ptr<reconcile::Controller> make_attributes_class_protection_controller() { return std::make_unique<AttributesClassProtection>(); }

}  // namespace skiff::controllers
