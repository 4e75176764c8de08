#include "server/controllers/daemon_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "server/controllers/daemon_placement.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/revision_history.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr size_t kBurst = 250;
// A daemon pod that keeps failing is replaced after 1 s, 2 s, ... 15 min.
constexpr Duration kFailureFirst = std::chrono::seconds(1);
constexpr Duration kFailureMax = std::chrono::minutes(15);

class DaemonSetController : public reconcile::Controller {
public:
    explicit DaemonSetController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "daemon-set"; }
    std::string event_source() const override { return "daemonset-controller"; }
    std::vector<Gvr> inputs() const override { return {kDaemonSets, kPods, kNodes, kControllerRevisions}; }
    std::vector<reconcile::Output> outputs() const override {
        return {{kPods, ""}, {kControllerRevisions, ""}, {kDaemonSets, "status"}};
    }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        control_ = std::make_unique<PodControl>(context);
        sets_ = context.informers.informer(kDaemonSets);
        pods_ = context.informers.informer(kPods);
        nodes_ = context.informers.informer(kNodes);
        revisions_ = context.informers.informer(kControllerRevisions);
        add_orphan_index(*pods_);
        add_orphan_index(*revisions_);
        facts_->follow(*pods_);
        sets_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        auto owned = [this](const ObjectPtr& previous, const ObjectPtr& current) {
            for (const auto& object : {previous, current})
                if (auto key = object ? controller_key(object->meta(), "DaemonSet", "apps") : ""; !key.empty()) context_->queue.add(key);
        };
        revisions_->add_handlers({owned});
        pods_->add_handlers({[this, owned](const ObjectPtr& previous, const ObjectPtr& current) {
            owned(previous, current);
            if (current && !current->meta().controller() && !current->meta().deleting()) adopters(*current);
        }});
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { node_changed(previous, current); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto set = sets_->get(parts[0], parts[1]);
        if (!set || set->meta().deleting()) return Requeue{};
        auto tree = set->tree();
        auto selector = read_selector((*tree)["spec"]["selector"]);
        if (selector.empty()) {
            context_->events.event(reconcile::ObjectReference::to(*set), "Warning", "SelectingAll",
                                   "This daemon set is selecting all pods. A non-empty selector is required.");
            return Requeue{};
        }
        json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
        RevisionHistory history(context_->client, kDaemonSets, set, kRevisionHash);
        json::Value collisions = status["collisionCount"];
        Status loaded = history.load(*revisions_, collisions);
        if (!collisions.is_null() && !(collisions == status["collisionCount"])) {
            status.set("collisionCount", collisions);
            TRY(update_status(context_->client, kDaemonSets, set, status));
        }
        TRY(std::move(loaded));
        Claimer claimer(context_->client, kDaemonSets, set, selector);
        auto pods = TRY(claimer.claim(*pods_));
        return act(set, *tree, std::move(status), history, pods);
    }

private:
    void adopters(const api::Object& pod) {
        for (const auto& set : sets_->list(pod.meta().ns))
            if (read_selector((*set->tree())["spec"]["selector"]).matches(pod.meta().labels)) context_->queue.add(set->meta().key());
    }

    // Heartbeats change a node's status often; only what decides about placement counts.
    void node_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        if (previous && current && previous->meta().labels == current->meta().labels) {
            auto before = previous->tree(), now = current->tree();
            if ((*before)["spec"]["taints"] == (*now)["spec"]["taints"]) return;
        }
        for (const auto& set : sets_->list()) context_->queue.add(set->meta().key());
    }

    std::vector<DaemonNode> survey(const json::Value& set, const std::vector<ObjectPtr>& pods, std::vector<PodRef>& homeless) {
        std::map<std::string, std::vector<PodRef>> by_node;
        for (const auto& pod : pods) by_node[daemon_target(*pod->tree())].push_back({pod, facts_->get(pod)});
        std::vector<DaemonNode> nodes;
        for (const auto& node : nodes_->list()) {
            DaemonNode made{node->meta().name, judge_node(set, *node->tree(), node->meta()), {}};
            if (auto it = by_node.find(made.name); it != by_node.end()) {
                made.pods = std::move(it->second);
                by_node.erase(it);
            }
            std::stable_sort(made.pods.begin(), made.pods.end(), [](const PodRef& a, const PodRef& b) {
                bool left = !a.facts->node.empty(), right = !b.facts->node.empty();
                return left != right ? left : a.facts->created < b.facts->created;
            });
            nodes.push_back(std::move(made));
        }
        // Pods made for a node that went before they were bound.
        for (const auto& [name, left] : by_node)
            for (const auto& pod : left)
                if (pod.facts->node.empty() && !pod.facts->deleting) homeless.push_back(pod);
        return nodes;
    }

    Result<Requeue> act(const ObjectPtr& set, const json::Value& tree, json::Value status, RevisionHistory& history, const std::vector<ObjectPtr>& pods) {
        WallTime now = context_->clock.now();
        std::vector<PodRef> homeless;
        auto nodes = survey(tree, pods, homeless);
        auto desired = std::count_if(nodes.begin(), nodes.end(), [](const DaemonNode& node) { return node.verdict.should_run; });
        auto spec = read_daemon_spec(tree, history.current_hash(), desired);

        Requeue requeue;
        auto plan = plan_daemon_pods(spec, nodes, now);
        plan.remove.insert(plan.remove.end(), homeless.begin(), homeless.end());
        remove_finished(set, plan, requeue);
        Status carried = carry_out(set, tree, spec.hash, plan);
        if (carried.ok()) {
            auto update = plan_daemon_update(spec, nodes, now);
            // What the first plan makes or removes already is not done twice.
            std::erase_if(update.create_on, [&](const std::string& node) { return std::find(plan.create_on.begin(), plan.create_on.end(), node) != plan.create_on.end(); });
            std::erase_if(update.remove, [&](const PodRef& pod) {
                return std::any_of(plan.remove.begin(), plan.remove.end(), [&](const PodRef& other) { return other.object == pod.object; });
            });
            carried = carry_out(set, tree, spec.hash, update);
        }
        if (carried.ok()) carried = history.truncate(tree["spec"]["revisionHistoryLimit"].as_int(10), live_hashes(pods));
        status = daemon_status(spec, nodes, status, set->meta().generation, now);
        TRY(update_status(context_->client, kDaemonSets, set, status));
        TRY(std::move(carried));
        for (const auto& node : nodes)
            for (const auto& pod : node.pods)
                if (auto at = pod.facts->available_at(spec.min_ready_s, now)) sooner(requeue, *at - now);
        return requeue;
    }

    static void sooner(Requeue& requeue, Duration after) {
        if (requeue.after == Duration::zero() || after < requeue.after) requeue.after = after;
    }

    static std::vector<std::string> live_hashes(const std::vector<ObjectPtr>& pods) {
        std::set<std::string> hashes;
        for (const auto& pod : pods) hashes.insert(pod->meta().label(kRevisionHash));
        return {hashes.begin(), hashes.end()};
    }

    void remove_finished(const ObjectPtr& set, DaemonPlan& plan, Requeue& requeue) {
        auto about = reconcile::ObjectReference::to(*set);
        for (const auto& pod : plan.failed) {
            Duration wait = failure_wait(set->meta().uid + "/" + pod.facts->node);
            if (wait > Duration::zero()) {
                sooner(requeue, wait);
                continue;
            }
            context_->events.event(about, "Warning", "FailedDaemonPod",
                                   fmt::format("Found failed daemon pod {} on node {}, will try to kill it", pod.meta().key(), pod.facts->node));
            plan.remove.push_back(pod);
        }
        for (const auto& pod : plan.succeeded) {
            context_->events.event(about, "Normal", "SucceededDaemonPod",
                                   fmt::format("Found succeeded daemon pod {} on node {}, will try to delete it", pod.meta().key(), pod.facts->node));
            plan.remove.push_back(pod);
        }
    }

    // Zero when the failed pod may be removed now; the next one on that node waits twice as long.
    Duration failure_wait(const std::string& place) {
        std::lock_guard lock(failures_mutex_);
        Duration now = context_->clock.elapsed();
        std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.at > 2 * kFailureMax; });
        auto& failure = failures_[place];
        if (failure.wait > Duration::zero() && now < failure.at + failure.wait) return failure.at + failure.wait - now;
        failure.wait = failure.wait == Duration::zero() ? kFailureFirst : std::min(failure.wait * 2, kFailureMax);
        failure.at = now;
        return Duration::zero();
    }

    Status carry_out(const ObjectPtr& set, const json::Value& tree, const std::string& hash, const DaemonPlan& plan) {
        auto made = slow_start(std::min(plan.create_on.size(), kBurst), [&](size_t i) -> Status {
            auto created = control_->create(*set, daemon_pod(tree, *set, plan.create_on[i], hash));
            return created.ok() || namespace_terminating(created.status()) ? Status() : created.status();
        });
        Status failed = std::move(made.failure);
        for (size_t i = 0; i < plan.remove.size() && i < kBurst; ++i)
            if (Status removed = control_->remove(*set, plan.remove[i].object); !removed.ok() && failed.ok()) failed = removed;
        if (failed.ok() && plan.create_on.size() > kBurst) return error(Reason::Conflict, "{} more pods to make", plan.create_on.size() - kBurst);
        return failed;
    }

    struct Failure {
        Duration wait{0}, at{0};
    };
    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    std::unique_ptr<PodControl> control_;
    std::shared_ptr<Informer> sets_, pods_, nodes_, revisions_;
    std::mutex failures_mutex_;
    std::map<std::string, Failure> failures_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_daemon_set_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<DaemonSetController>(std::move(facts));
}

}  // namespace skiff::controllers
