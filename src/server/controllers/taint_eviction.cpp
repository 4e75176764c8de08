#include <map>
#include <mutex>
#include <set>

#include "base/strings.h"
#include "server/controllers/conditions.h"
#include "server/controllers/node_health.h"
#include "server/controllers/node_lifecycle.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

bool has_no_execute(const api::Object& node) {
    auto tree = node.tree();
    for (const auto& taint : (*tree)["spec"]["taints"].items())
        if (taint["effect"].as_string() == "NoExecute") return true;
    return false;
}

class TaintEvictionController : public reconcile::Controller {
public:
    explicit TaintEvictionController(std::shared_ptr<PodsByNode> pods_by_node) : pods_by_node_(std::move(pods_by_node)) {}

    std::string_view name() const override { return "taint-eviction"; }
    std::string service_account() const override { return "node-controller"; }
    std::vector<Gvr> inputs() const override { return {kNodes, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kPods, ""}, {kPods, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        pods_ = context.informers.informer(kPods);
        pods_by_node_->follow(pods_);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            bool tainted = current && has_no_execute(*current);
            {
                std::lock_guard lock(mutex_);
                if (tainted) tainted_.insert(current->meta().name);
                else tainted_.erase((current ? current : previous)->meta().name);
            }
            if (!current || (!tainted && !(previous && has_no_execute(*previous)))) return;
            for (const auto& pod : pods_by_node_->on(current->meta().name)) context_->queue.add(pod->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!current) forget(previous->meta().key());
            else if (!current->meta().deleting() && any_tainted()) context_->queue.add(current->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto pod = pods_->get(parts[0], parts[1]);
        if (!pod || pod->meta().deleting()) return Requeue{};
        auto tree = pod->tree();
        auto node = nodes_->get({}, (*tree)["spec"]["nodeName"].as_string());
        if (!node) return Requeue{};
        WallTime now = context_->clock.now();
        auto eviction = eviction_time((*node->tree())["spec"]["taints"], (*tree)["spec"]["tolerations"], first_seen(key, now));
        if (eviction.never) {
            if (forget(key))
                context_->events.event(reconcile::ObjectReference::to(*pod), "Normal", "TaintManagerEviction", "Cancelling deletion of Pod " + key);
            return Requeue{};
        }
        if (eviction.at > now) return Requeue{eviction.at - now};
        TRY(evict(pod, *tree, key));
        return Requeue{};
    }

private:
    bool any_tainted() {
        std::lock_guard lock(mutex_);
        return !tainted_.empty();
    }

    WallTime first_seen(const std::string& key, WallTime now) {
        std::lock_guard lock(mutex_);
        return waiting_.try_emplace(key, now).first->second;
    }

    bool forget(const std::string& key) {
        std::lock_guard lock(mutex_);
        return waiting_.erase(key) != 0;
    }

    Status evict(const ObjectPtr& pod, const json::Value& tree, const std::string& key) {
        context_->events.event(reconcile::ObjectReference::to(*pod), "Normal", "TaintManagerEviction", "Marking for deletion Pod " + key);
        json::Value status = tree["status"];
        set_condition(status, {"DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"}, context_->clock.now());
        auto marked = TRY(update_status(context_->client, kPods, pod, status));
        if (!marked) return {};
        client::DeleteOptions options;
        options.uid = pod->meta().uid;
        Status removed = context_->client.remove(kPods, pod->meta().ns, pod->meta().name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return {};
    }

    std::shared_ptr<PodsByNode> pods_by_node_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> nodes_, pods_;
    std::mutex mutex_;
    std::set<std::string> tainted_;                // nodes with a NoExecute taint
    std::map<std::string, WallTime> waiting_;      // pods that a taint will evict, since when it is known
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_taint_eviction_controller(std::shared_ptr<PodsByNode> pods) {
    return std::make_unique<TaintEvictionController>(std::move(pods));
}

}  // namespace skiff::controllers
