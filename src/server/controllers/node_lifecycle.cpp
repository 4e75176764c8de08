#include "server/controllers/node_lifecycle.h"

#include <map>
#include <mutex>

#include "server/controllers/conditions.h"
#include "server/controllers/node_health.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kLeaseNamespace = "kube-node-lease";
// Between two nodes of a zone; the second where most of a large zone is down.
constexpr Duration kEvictionInterval = std::chrono::seconds(10), kSlowEvictionInterval = std::chrono::seconds(100);
constexpr size_t kLargeZone = 50;

class NodeLifecycleController : public reconcile::Controller {
public:
    NodeLifecycleController(std::shared_ptr<PodsByNode> pods_by_node, int64_t grace_s)
        : pods_by_node_(std::move(pods_by_node)), grace_(std::chrono::seconds(grace_s)) {}

    std::string_view name() const override { return "node-lifecycle"; }
    std::string service_account() const override { return "node-controller"; }
    std::string event_source() const override { return "node-controller"; }
    std::vector<Gvr> inputs() const override { return {kNodes, kLeases, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kNodes, ""}, {kNodes, "status"}, {kPods, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        leases_ = context.informers.informer(kLeases);
        auto pods = context.informers.informer(kPods);
        pods_by_node_->follow(pods);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { node_changed(previous, current); }});
        leases_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().ns == kLeaseNamespace) heard_of(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto node = nodes_->get({}, key);
        if (!node) {
            std::lock_guard lock(mutex_);
            nodes_known_.erase(key);
            return Requeue{};
        }
        auto tree = node->tree();
        WallTime now = context_->clock.now();
        Duration silent = silence(key);
        if (silent >= grace_) {
            json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
            bool was_ready = node_ready(*tree) == "True";
            if (mark_unknown(status, now)) {
                node = TRY(update_status(context_->client, kNodes, node, status));
                if (!node) return Requeue{};
                tree = node->tree();
                if (was_ready) not_ready_event(*node);
            }
        }
        Requeue requeue;
        TRY(taint(node, *tree, now, requeue));
        TRY(mark_pods(key, node_ready(*tree)));
        Duration look = silent >= grace_ ? Duration::zero() : grace_ - silent;
        if (look > Duration::zero() && (requeue.after == Duration::zero() || look < requeue.after)) requeue.after = look;
        return requeue;
    }

private:
    struct Known {
        Duration heard{-1};            // Clock::elapsed() of the last sign of life; < 0: none yet
        bool was_ready = false, mark_pods = false;
    };

    // The other machine's clock is not trusted: what counts is when a change was seen here.
    void heard_of(const std::string& name) {
        std::lock_guard lock(mutex_);
        nodes_known_[name].heard = context_->clock.elapsed();
    }

    Duration silence(const std::string& name) {
        std::lock_guard lock(mutex_);
        auto& known = nodes_known_[name];
        if (known.heard < Duration::zero()) known.heard = context_->clock.elapsed();
        return context_->clock.elapsed() - known.heard;
    }

    void node_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        const auto& name = (current ? current : previous)->meta().name;
        if (current) {
            std::string ready = node_ready(*current->tree());
            std::lock_guard lock(mutex_);
            auto& known = nodes_known_[name];
            if (known.was_ready && ready != "True") known.mark_pods = true;
            if (ready == "True") known.mark_pods = false;
            known.was_ready = ready == "True";
            // A status that the kubelet posted is a sign of life too; Unknown is our own writing.
            if (ready != "Unknown") known.heard = context_->clock.elapsed();
        }
        context_->queue.add(name);
        // Whether nodes may be drained depends on how the others are.
        if (!previous || !current || node_ready(*previous->tree()) != node_ready(*current->tree()))
            for (const auto& other : nodes_->list())
                if (node_ready(*other->tree()) != "True") context_->queue.add(other->meta().name);
    }

    void not_ready_event(const api::Object& node) {
        context_->events.event(reconcile::ObjectReference::to(node), "Normal", "NodeNotReady", "Node " + node.meta().name + " status is now: NodeNotReady");
    }

    static std::string zone_of(const api::Object& node) { return node.meta().label("topology.kubernetes.io/region") + "/" + node.meta().label("topology.kubernetes.io/zone"); }

    // Whether the node may get its NoExecute taint now. Once it has it, it keeps it unless the whole cluster is down.
    bool may_evict(const api::Object& node, const json::Value& tree, Requeue& requeue) {
        size_t zone_ready = 0, zone_down = 0, all_ready = 0;
        for (const auto& other : nodes_->list()) {
            bool ready = node_ready(*other->tree()) == "True";
            if (ready) ++all_ready;
            if (zone_of(*other) == zone_of(node)) ++(ready ? zone_ready : zone_down);
        }
        if (all_ready == 0) return false;      // nobody could take the pods; rather it is us who are cut off
        for (const auto& taint : tree["spec"]["taints"].items()) {
            const auto& key = taint["key"].as_string();
            if (taint["effect"].as_string() == "NoExecute" && (key == kNotReadyTaint || key == kUnreachableTaint)) return true;
        }
        const bool partial = zone_state(zone_ready, zone_down) == ZoneState::Partial;
        if (partial && zone_ready + zone_down <= kLargeZone) return false;
        std::lock_guard lock(mutex_);
        Duration now = context_->clock.elapsed();
        auto [it, first] = zone_next_.try_emplace(zone_of(node), now);
        if (it->second > now) {
            requeue.after = it->second - now;
            return false;
        }
        it->second = now + (partial ? kSlowEvictionInterval : kEvictionInterval);
        return true;
    }

    Status taint(const ObjectPtr& node, const json::Value& tree, WallTime now, Requeue& requeue) {
        std::string ready = node_ready(tree);
        bool evict = (ready == "False" || ready == "Unknown") && may_evict(*node, tree, requeue);
        auto taints = wanted_taints(tree, evict, now);
        if (taints.items() == tree["spec"]["taints"].items()) return {};
        auto metadata = json::Value::object({{"resourceVersion", std::to_string(node->meta().resource_version)}});
        auto spec = json::Value::object({{"taints", taints.size() ? taints : json::Value()}});
        auto patched = context_->client.patch(kNodes, {}, node->meta().name, client::PatchType::Merge,
                                              json::Value::object({{"metadata", metadata}, {"spec", spec}}));
        if (!patched.ok() && patched.status().reason() != Reason::NotFound) return std::move(patched).status();
        return {};
    }

    // Once when the node stops being ready; a dead kubelet's pods whenever they look ready.
    Status mark_pods(const std::string& name, const std::string& ready) {
        {
            std::lock_guard lock(mutex_);
            if (ready == "True" || ready.empty() || (ready != "Unknown" && !nodes_known_[name].mark_pods)) return {};
        }
        for (const auto& pod : pods_by_node_->on(name)) {
            auto tree = pod->tree();
            if (!condition_true((*tree)["status"], "Ready")) continue;
            json::Value status = (*tree)["status"];
            set_condition(status, {"Ready", "False", {}, {}}, context_->clock.now());
            auto written = update_status(context_->client, kPods, pod, status);
            if (!written.ok()) return std::move(written).status();
            context_->events.event(reconcile::ObjectReference::to(*pod), "Warning", "NodeNotReady", "Node is not ready");
        }
        std::lock_guard lock(mutex_);
        nodes_known_[name].mark_pods = false;
        return {};
    }

    std::shared_ptr<PodsByNode> pods_by_node_;
    const Duration grace_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> nodes_, leases_;
    std::mutex mutex_;
    std::map<std::string, Known> nodes_known_;
    std::map<std::string, Duration> zone_next_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_node_lifecycle_controller(std::shared_ptr<PodsByNode> pods, int64_t grace_s) {
    return std::make_unique<NodeLifecycleController>(std::move(pods), grace_s);
}

}  // namespace skiff::controllers
