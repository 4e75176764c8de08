#include "server/controllers/service_account.h"

#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

class ServiceAccountController : public reconcile::Controller {
public:
    std::string_view name() const override { return "service-account"; }
    std::vector<Gvr> inputs() const override { return {kNamespaces, kServiceAccounts}; }
    std::vector<reconcile::Output> outputs() const override { return {{kServiceAccounts, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        namespaces_ = context.informers.informer(kNamespaces);
        accounts_ = context.informers.informer(kServiceAccounts);
        namespaces_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && !current->meta().deleting()) context_->queue.add(current->meta().name);
        }});
        accounts_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!current && previous->meta().name == "default") context_->queue.add(previous->meta().ns);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto ns = namespaces_->get({}, key);
        if (!ns || ns->meta().deleting() || accounts_->get(key, "default")) return Requeue{};
        auto account = json::Value::object({{"apiVersion", "v1"},
                                            {"kind", "ServiceAccount"},
                                            {"metadata", json::Value::object({{"name", "default"}, {"namespace", key}})}});
        auto created = context_->client.create(kServiceAccounts, key, account);
        if (created.ok() || created.status().reason() == Reason::AlreadyExists || namespace_terminating(created.status())) return Requeue{};
        return std::move(created).status();
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> namespaces_, accounts_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_service_account_controller() { return std::make_unique<ServiceAccountController>(); }

}  // namespace skiff::controllers
