#include "server/controllers/role_aggregation.h"

#include <algorithm>

#include "server/controllers/resources.h"
#include "server/controllers/selecting.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

class RoleAggregationController : public reconcile::Controller {
public:
    std::string_view name() const override { return "clusterrole-aggregation"; }
    std::vector<Gvr> inputs() const override { return {kClusterRoles}; }
    std::vector<reconcile::Output> outputs() const override { return {{kClusterRoles, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        roles_ = context.informers.informer(kClusterRoles);
        roles_->add_index("aggregating", [](const api::Object& role) {
            return (*role.tree())["aggregationRule"].is_object() ? std::vector<std::string>{"yes"} : std::vector<std::string>{};
        });
        roles_->add_handlers({[this](const ObjectPtr&, const ObjectPtr&) {
            for (const auto& role : roles_->by_index("aggregating", "yes")) context_->queue.add(role->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto role = roles_->get({}, key);
        if (!role || role->meta().deleting()) return Requeue{};
        auto tree = role->tree();
        if (!(*tree)["aggregationRule"].is_object()) return Requeue{};
        auto rules = json::Value::array();
        for (const auto& selector_tree : (*tree)["aggregationRule"]["clusterRoleSelectors"].items()) {
            auto selector = read_selector(selector_tree);
            for (const auto& other : roles_->list())
                if (other->meta().name != key && selector.matches(other->meta().labels)) add_rules(rules, *other);
        }
        if ((*tree)["rules"].items() == rules.items()) return Requeue{};
        auto metadata = json::Value::object({{"resourceVersion", std::to_string(role->meta().resource_version)}});
        TRY(context_->client.patch(kClusterRoles, {}, key, client::PatchType::Merge, json::Value::object({{"metadata", metadata}, {"rules", rules}})));
        return Requeue{};
    }

private:
    static void add_rules(json::Value& rules, const api::Object& role) {
        auto tree = role.tree();
        for (const auto& rule : (*tree)["rules"].items())
            if (std::find(rules.items().begin(), rules.items().end(), rule) == rules.items().end()) rules.push_back(rule);
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> roles_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_role_aggregation_controller() { return std::make_unique<RoleAggregationController>(); }

}  // namespace skiff::controllers
