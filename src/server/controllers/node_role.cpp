#include "server/controllers/node_role.h"

#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kLabel = "node-role.kubernetes.io/control-plane";

class NodeRoleController : public reconcile::Controller {
public:
    explicit NodeRoleController(std::string server_node) : server_node_(std::move(server_node)) {}
    std::string_view name() const override { return "node-role"; }
    std::vector<Gvr> inputs() const override { return {kNodes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kNodes, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        nodes_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().name == server_node_ && !current->meta().find_label(kLabel)) context_->queue.add(server_node_);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto node = nodes_->get({}, key);
        if (!node || node->meta().find_label(kLabel)) return Requeue{};
        auto patch = json::Value::object();
        patch.mut("metadata").mut("labels").set(kLabel, "true");
        auto patched = context_->client.patch(kNodes, {}, key, client::PatchType::Strategic, patch);
        if (!patched.ok() && patched.status().reason() != Reason::NotFound) return std::move(patched).status();
        return Requeue{};
    }

private:
    const std::string server_node_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> nodes_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_node_role_controller(std::string server_node) { return std::make_unique<NodeRoleController>(std::move(server_node)); }

}  // namespace skiff::controllers
