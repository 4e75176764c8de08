#include "server/controllers/pod_gc.h"

#include <algorithm>
#include <mutex>

#include "base/strings.h"
#include "base/text_map.h"
#include "server/controllers/conditions.h"
#include "server/controllers/node_health.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr Duration kNodeQuarantine = std::chrono::seconds(40);     // a node may come right back
constexpr const char* kTerminated = "terminated";
constexpr const char* kSweep = "sweep";        // once after the start: pods whose node went while nobody looked
constexpr const char* kNodePrefix = "node|";

class PodGcController : public reconcile::Controller {
public:
    PodGcController(std::shared_ptr<PodsByNode> pods_by_node, std::shared_ptr<PodFactsCache> facts, int64_t terminated_max)
        : pods_by_node_(std::move(pods_by_node)), facts_(std::move(facts)), terminated_max_(static_cast<size_t>(terminated_max)) {}

    std::string_view name() const override { return "pod-garbage-collector"; }
    std::string service_account() const override { return "pod-garbage-collector"; }
    std::vector<Gvr> inputs() const override { return {kPods, kNodes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kPods, ""}, {kPods, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        pods_ = context.informers.informer(kPods);
        facts_->follow(*pods_);
        pods_by_node_->follow(pods_);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!current) context_->queue.add_after(kNodePrefix + previous->meta().name, kNodeQuarantine);
            else if (out_of_service(*current)) context_->queue.add(kNodePrefix + current->meta().name);
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
        context.queue.add_after(kSweep, kNodeQuarantine);
    }

    Result<Requeue> reconcile(const std::string& key) override {
        if (key == kTerminated) return remove_terminated();
        if (key == kSweep) return sweep();
        if (key.rfind(kNodePrefix, 0) == 0) return look_at_node(key.substr(std::string_view(kNodePrefix).size()));
        auto parts = split_views(key, '/');
        auto pod = pods_->get(parts[0], parts[1]);
        if (pod && pod->meta().deleting() && facts_->get(pod)->node.empty()) TRY(force(pod, {}));
        return Requeue{};
    }

private:
    static bool out_of_service(const api::Object& node) {
        auto tree = node.tree();
        if (node_ready(*tree) == "True") return false;
        for (const auto& taint : (*tree)["spec"]["taints"].items())
            if (taint["key"].as_string() == kOutOfServiceTaint) return true;
        return false;
    }

    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        const auto& meta = (current ? current : previous)->meta();
        auto facts = current ? facts_->get(current) : nullptr;
        {
            std::lock_guard lock(mutex_);
            if (facts && facts->finished()) finished_.insert(meta.uid);
            else finished_.erase(meta.uid);
            if (terminated_max_ > 0 && finished_.size() > terminated_max_) context_->queue.add(kTerminated);
        }
        if (!current) return;
        if (meta.deleting() && facts->node.empty()) context_->queue.add(meta.key());
        if (facts->node.empty()) return;
        auto node = nodes_->get({}, facts->node);
        if (!node && nodes_->synced()) context_->queue.add_after(kNodePrefix + facts->node, kNodeQuarantine);
        else if (node && meta.deleting() && out_of_service(*node)) context_->queue.add(kNodePrefix + facts->node);
    }

    Result<Requeue> sweep() {
        for (const auto& pod : pods_->list()) {
            const auto& node = facts_->get(pod)->node;
            if (!node.empty() && !nodes_->get({}, node)) context_->queue.add(kNodePrefix + node);
        }
        return Requeue{};
    }

    Result<Requeue> look_at_node(const std::string& name) {
        auto node = nodes_->get({}, name);
        if (node) {
            if (!out_of_service(*node)) return Requeue{};
            for (const auto& pod : pods_by_node_->on(name))
                if (pod->meta().deleting()) TRY(force(pod, "PodGC: node is out of service"));
            return Requeue{};
        }
        // The cache may lag behind a node that has just come back.
        auto fresh = context_->client.get(kNodes, {}, name);
        if (fresh.ok() || fresh.status().reason() != Reason::NotFound) return fresh.ok() ? Result<Requeue>(Requeue{}) : Result<Requeue>(fresh.status());
        for (const auto& pod : pods_by_node_->on(name)) TRY(force(pod, "PodGC: node no longer exists"));
        return Requeue{};
    }

    // Fails the pod first, so that its owner counts it, then removes it at once.
    Status force(const ObjectPtr& pod, const std::string& disruption) {
        auto facts = facts_->get(pod);
        if (!facts->finished()) {
            json::Value status = (*pod->tree())["status"];
            auto patch = json::Value::object({{"phase", "Failed"}});
            if (!disruption.empty()) {
                set_condition(status, {"DisruptionTarget", "True", "DeletionByPodGC", disruption}, context_->clock.now());
                patch.set("conditions", status["conditions"]);
            }
            client::WriteOptions options;
            options.subresource = "status";
            auto patched = context_->client.patch(kPods, pod->meta().ns, pod->meta().name, client::PatchType::Merge,
                                                  json::Value::object({{"metadata", json::Value::object({{"uid", pod->meta().uid}})}, {"status", patch}}), options);
            if (!patched.ok()) return patched.status().reason() == Reason::NotFound ? Status() : patched.status();
        }
        client::DeleteOptions options;
        options.grace_period_s = 0;
        options.uid = pod->meta().uid;
        Status removed = context_->client.remove(kPods, pod->meta().ns, pod->meta().name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound && removed.reason() != Reason::Conflict) return removed;
        return {};
    }

    Result<Requeue> remove_terminated() {
        std::vector<PodRef> finished;
        for (const auto& pod : pods_->list()) {
            auto facts = facts_->get(pod);
            if (facts->finished() && !facts->deleting) finished.push_back({pod, facts});
        }
        if (finished.size() <= terminated_max_) return Requeue{};
        std::sort(finished.begin(), finished.end(), [](const PodRef& a, const PodRef& b) { return a.facts->created < b.facts->created; });
        for (size_t i = 0; i < finished.size() - terminated_max_; ++i) TRY(force(finished[i].object, {}));
        return Requeue{};
    }

    std::shared_ptr<PodsByNode> pods_by_node_;
    std::shared_ptr<PodFactsCache> facts_;
    const size_t terminated_max_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> nodes_, pods_;
    std::mutex mutex_;
    TextSet finished_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_pod_gc_controller(std::shared_ptr<PodsByNode> pods, std::shared_ptr<PodFactsCache> facts, int64_t terminated_max) {
    return std::make_unique<PodGcController>(std::move(pods), std::move(facts), terminated_max);
}

}  // namespace skiff::controllers
