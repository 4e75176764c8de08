#include "server/controllers/namespace.h"

#include <algorithm>

#include "server/controllers/namespace_content.h"
#include "server/controllers/resources.h"
#include "server/controllers/served_resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kFinalizer = "kubernetes";
// Content that finalizers keep is looked at again after this; pods that end are heard of at once.
constexpr Duration kLookAgain = std::chrono::seconds(1);
constexpr Duration kLookAgainForPods = std::chrono::seconds(5);

class NamespaceController : public reconcile::Controller {
public:
    explicit NamespaceController(std::shared_ptr<const api::KindRegistry> kinds) : kinds_(std::move(kinds)) {}
    std::string_view name() const override { return "namespace"; }
    std::vector<Gvr> inputs() const override { return {kNamespaces, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {reconcile::Output::any()}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        namespaces_ = context.informers.informer(kNamespaces);
        pods_ = context.informers.informer(kPods);
        namespaces_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().deleting()) context_->queue.add(current->meta().name);
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current) return;
            auto ns = namespaces_->get({}, previous->meta().ns);
            if (ns && ns->meta().deleting()) context_->queue.add(ns->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto ns = namespaces_->get({}, key);
        if (!ns || !ns->meta().deleting()) return Requeue{};
        bool ours = false;
        auto tree = ns->tree();
        for (const auto& finalizer : (*tree)["spec"]["finalizers"].items()) ours = ours || finalizer.as_string() == kFinalizer;
        if (!ours) return Requeue{};

        auto served = TRY(discover(context_->client, kinds_.get()));
        NamespaceRemains remains;
        remains.discovery_failed = served.failed;
        remove_content(key, served.resources, remains);
        bool waits_for_pods = remains.resources.count("pods.") != 0;

        json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
        status.set("phase", "Terminating");
        if (!remains.empty()) {
            set_namespace_conditions(status, remains, context_->clock.now());
            TRY(update_status(context_->client, kNamespaces, ns, status));
            return Requeue{waits_for_pods ? kLookAgainForPods : kLookAgain};
        }
        return finalize(ns);
    }

private:
    // Pods go before everything else, so that policies and secrets hold as long as something runs.
    void remove_content(const std::string& ns, const std::vector<ServedResource>& resources, NamespaceRemains& remains) {
        remove_all(ns, kPods, remains);
        if (!remains.resources.empty()) return;
        for (const auto& resource : resources) {
            if (!resource.namespaced || !resource.has_verb("list") || !resource.has_verb("delete") || resource.gvr == kPods) continue;
            remove_all(ns, resource.gvr, remains);
        }
    }

    void remove_all(const std::string& ns, const Gvr& gvr, NamespaceRemains& remains) {
        client::ListOptions options;
        options.ns = ns;
        auto list = context_->client.list(gvr, options);
        if (!list.ok()) {
            // A resource that went away meanwhile holds nothing.
            if (list.status().reason() != Reason::NotFound && list.status().reason() != Reason::MethodNotAllowed)
                remains.deletion_failed.push_back(gvr.group_resource() + ": " + list.status().message());
            return;
        }
        if (list->items.empty()) return;
        for (const auto& object : list->items) {
            if (object->meta().deleting()) continue;
            client::DeleteOptions delete_options;
            delete_options.uid = object->meta().uid;
            delete_options.propagation = "Background";
            Status removed = context_->client.remove(gvr, ns, object->meta().name, delete_options);
            if (!removed.ok() && removed.reason() != Reason::NotFound && removed.reason() != Reason::Conflict)
                remains.deletion_failed.push_back(gvr.group_resource() + ": " + removed.message());
        }
        count_remains(gvr, options, remains);
    }

    void count_remains(const Gvr& gvr, const client::ListOptions& options, NamespaceRemains& remains) {
        auto list = context_->client.list(gvr, options);
        if (!list.ok() || list->items.empty()) return;
        remains.resources[gvr.resource + "." + gvr.group] = static_cast<int>(list->items.size());
        for (const auto& object : list->items)
            for (const auto& finalizer : object->meta().finalizers) ++remains.finalizers[finalizer];
    }

    Result<Requeue> finalize(const ObjectPtr& ns) {
        json::Value tree = *ns->tree();
        auto kept = json::Value::array();
        for (const auto& finalizer : std::as_const(tree)["spec"]["finalizers"].items())
            if (finalizer.as_string() != kFinalizer) kept.push_back(finalizer);
        tree.mut("spec").set("finalizers", kept);
        client::WriteOptions options;
        options.subresource = "finalize";
        auto written = context_->client.update(kNamespaces, {}, tree, options);
        if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
        return Requeue{};
    }

    const std::shared_ptr<const api::KindRegistry> kinds_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> namespaces_, pods_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_namespace_controller(std::shared_ptr<const api::KindRegistry> kinds) {
    return std::make_unique<NamespaceController>(std::move(kinds));
}

}  // namespace skiff::controllers
