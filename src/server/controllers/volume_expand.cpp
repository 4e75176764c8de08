#include "server/controllers/volume_expand.h"

#include "api/quantity.h"
#include "base/strings.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

bool wants_more(const json::Value& claim) {
    if (claim["status"]["phase"].as_string() != "Bound") return false;
    auto size = [](const json::Value& quantity) { return api::Quantity::parse_or_zero(quantity.as_string()); };
    return size(claim["status"]["capacity"]["storage"]) < size(claim["spec"]["resources"]["requests"]["storage"]);
}

class VolumeExpand : public reconcile::Controller {
public:
    std::string_view name() const override { return "volume-expand"; }
    std::string service_account() const override { return "expand-controller"; }
    std::string event_source() const override { return "volume_expand"; }
    std::vector<Gvr> inputs() const override { return {kVolumeClaims}; }
    std::vector<reconcile::Output> outputs() const override { return {}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        claims_ = context.informers.informer(kVolumeClaims);
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current && !current->meta().deleting() && wants_more(*current->tree()) && !(previous && wants_more(*previous->tree())))
                context_->queue.add(current->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto claim = claims_->get(parts[0], parts[1]);
        if (claim && wants_more(*claim->tree()))
            context_->events.event(reconcile::ObjectReference::to(*claim), "Normal", "ExternalExpanding", "waiting for an external controller to expand this PVC");
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> claims_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_volume_expand_controller() { return std::make_unique<VolumeExpand>(); }

}  // namespace skiff::controllers
