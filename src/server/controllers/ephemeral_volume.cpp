#include "server/controllers/ephemeral_volume.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

bool has_ephemeral(const api::Object& pod) {
    auto tree = pod.tree();
    for (const auto& volume : (*tree)["spec"]["volumes"].items())
        if (!volume["ephemeral"].is_null()) return true;
    return false;
}

class EphemeralVolumeController : public reconcile::Controller {
public:
    std::string_view name() const override { return "ephemeral-volume"; }
    std::string event_source() const override { return "ephemeral_volume"; }
    std::vector<Gvr> inputs() const override { return {kPods, kVolumeClaims}; }
    std::vector<reconcile::Output> outputs() const override { return {{kVolumeClaims, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        pods_ = context.informers.informer(kPods);
        claims_ = context.informers.informer(kVolumeClaims);
        // The volumes of a pod never change.
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current && !previous && !current->meta().deleting() && has_ephemeral(*current)) context_->queue.add(current->meta().key());
        }});
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current) return;
            if (auto key = controller_key(previous->meta(), "Pod", ""); !key.empty()) context_->queue.add(key);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto pod = pods_->get(parts[0], parts[1]);
        if (!pod || pod->meta().deleting()) return Requeue{};
        auto tree = pod->tree();
        for (const auto& volume : (*tree)["spec"]["volumes"].items())
            if (!volume["ephemeral"].is_null()) TRY(ensure(pod, volume));
        return Requeue{};
    }

private:
    Status ensure(const ObjectPtr& pod, const json::Value& volume) {
        const auto& meta = pod->meta();
        std::string name = meta.name + "-" + volume["name"].as_string();
        if (auto present = claims_->get(meta.ns, name)) {
            const auto* owner = present->meta().controller();
            if (owner && owner->uid == meta.uid) return {};
            return error(Reason::Conflict, "PVC {}/{} was not created for pod {} (pod is not owner)", meta.ns, name, meta.key());
        }
        const auto& from = volume["ephemeral"]["volumeClaimTemplate"];
        auto metadata = json::Value::object({{"name", name}, {"namespace", meta.ns}, {"ownerReferences", json::Value::array({controller_reference(*pod)})}});
        for (auto field : {"labels", "annotations"})
            if (from["metadata"][field].size() != 0) metadata.set(field, from["metadata"][field]);
        auto claim = json::Value::object({{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}, {"metadata", metadata}, {"spec", from["spec"]}});
        auto created = context_->client.create(kVolumeClaims, meta.ns, claim);
        if (created.ok() || namespace_terminating(created.status())) return {};
        context_->events.event(reconcile::ObjectReference::to(*pod), "Warning", "FailedCreate",
                               fmt::format("ephemeral volume {}: create PVC {}: {}", volume["name"].as_string(), name, created.status().message()));
        return std::move(created).status();
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> pods_, claims_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_ephemeral_volume_controller() { return std::make_unique<EphemeralVolumeController>(); }

}  // namespace skiff::controllers
