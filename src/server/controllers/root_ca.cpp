#include "server/controllers/root_ca.h"

#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kName = "kube-root-ca.crt";
constexpr const char* kDescriptionKey = "kubernetes.io/description";
// As Kubernetes describes it; tools compare it.
constexpr const char* kDescription =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or "
    "kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

class RootCaController : public reconcile::Controller {
public:
    explicit RootCaController(std::string ca_pem) : data_(json::Value::object({{"ca.crt", std::move(ca_pem)}})) {}
    std::string_view name() const override { return "root-ca-cert-publisher"; }
    std::string service_account() const override { return "root-ca-cert-publisher"; }
    std::vector<Gvr> inputs() const override { return {kNamespaces, kConfigMaps}; }
    std::vector<reconcile::Output> outputs() const override { return {{kConfigMaps, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        namespaces_ = context.informers.informer(kNamespaces);
        maps_ = context.informers.informer(kConfigMaps);
        namespaces_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && !current->meta().deleting()) context_->queue.add(current->meta().name);
        }});
        maps_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& meta = (current ? current : previous)->meta();
            if (meta.name == kName) context_->queue.add(meta.ns);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto ns = namespaces_->get({}, key);
        if (!ns || ns->meta().deleting()) return Requeue{};
        auto present = maps_->get(key, kName);
        if (!present) return create(key);
        json::Value map = *present->tree();
        if (map["data"] == data_ && present->meta().annotation(kDescriptionKey) == kDescription) return Requeue{};
        map.set("data", data_);
        map.erase("binaryData");
        map.mut("metadata").mut("annotations").set(kDescriptionKey, kDescription);
        TRY(context_->client.update(kConfigMaps, key, map));
        return Requeue{};
    }

private:
    Result<Requeue> create(const std::string& ns) {
        auto annotations = json::Value::object({{kDescriptionKey, kDescription}});
        auto map = json::Value::object({{"apiVersion", "v1"},
                                        {"kind", "ConfigMap"},
                                        {"metadata", json::Value::object({{"name", kName}, {"namespace", ns}, {"annotations", annotations}})},
                                        {"data", data_}});
        auto created = context_->client.create(kConfigMaps, ns, map);
        if (created.ok() || created.status().reason() == Reason::AlreadyExists || namespace_terminating(created.status())) return Requeue{};
        return std::move(created).status();
    }

    const json::Value data_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> namespaces_, maps_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_root_ca_controller(std::string ca_pem) {
    return std::make_unique<RootCaController>(std::move(ca_pem));
}

}  // namespace skiff::controllers
