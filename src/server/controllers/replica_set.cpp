#include "server/controllers/replica_set.h"

#include <algorithm>

#include "base/strings.h"
#include "base/text_map.h"
#include "server/controllers/conditions.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"
#include "server/controllers/write_pace.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Output;
using reconcile::Requeue;

namespace {

constexpr size_t kBurst = 500;   // creations or deletions of one pass

struct Flavor {
    std::string name, kind, group;
    Gvr gvr;
};

class ReplicaSetController : public reconcile::Controller {
public:
    ReplicaSetController(Flavor flavor, std::shared_ptr<PodFactsCache> facts) : flavor_(std::move(flavor)), facts_(std::move(facts)) {}

    std::string_view name() const override { return flavor_.name; }
    std::string service_account() const override { return flavor_.name + (flavor_.group.empty() ? "" : "-controller"); }
    std::string event_source() const override { return service_account(); }
    std::vector<Gvr> inputs() const override { return {flavor_.gvr, kPods}; }
    std::vector<Output> outputs() const override { return {{kPods, ""}, {flavor_.gvr, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        pods_control_ = std::make_unique<PodControl>(context);
        sets_ = context.informers.informer(flavor_.gvr);
        pods_ = context.informers.informer(kPods);
        add_orphan_index(*pods_);
        facts_->follow(*pods_);
        sets_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto set = sets_->get(parts[0], parts[1]);
        if (!set) return Requeue{};
        auto tree = set->tree();
        auto selector = selector_of(*tree);
        Claimer claimer(context_->client, flavor_.gvr, set, selector);
        auto claimed = TRY(claimer.claim(*pods_));
        std::vector<PodRef> active;
        int64_t terminating = 0;
        for (const auto& pod : claimed) {
            auto facts = facts_->get(pod);
            if (facts->deleting && !facts->finished()) ++terminating;
            if (facts->active()) active.push_back({pod, std::move(facts)});
        }
        Status managed;
        if (!set->meta().deleting()) managed = manage(set, *tree, active);
        // The counts of before tell nothing: they are written when what was made and removed here is seen.
        const auto wanted = static_cast<size_t>(std::max<int64_t>(0, (*tree)["spec"]["replicas"].as_int(1)));
        if (managed.ok() && !set->meta().deleting() && active.size() != wanted) return Requeue{};
        return finish(set, *tree, active, terminating, std::move(managed));
    }

private:
    api::LabelSelector selector_of(const json::Value& set) const {
        return flavor_.group.empty() ? api::LabelSelector::from_map(set["spec"]["selector"]) : read_selector(set["spec"]["selector"]);
    }

    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        std::string old_key = previous ? controller_key(previous->meta(), flavor_.kind, flavor_.group) : "";
        std::string new_key = current ? controller_key(current->meta(), flavor_.kind, flavor_.group) : "";
        if (!old_key.empty()) context_->queue.add(old_key);
        if (!new_key.empty() && new_key != old_key) context_->queue.add(new_key);
        if (!current || current->meta().controller() || current->meta().deleting()) return;
        // Labels of an orphan may have begun to match.
        if (previous && !previous->meta().controller() && previous->meta().labels == current->meta().labels) return;
        for (const auto& set : sets_->list(current->meta().ns))
            if (selector_of(*set->tree()).matches(current->meta().labels)) context_->queue.add(set->meta().key());
    }

    Status manage(const ObjectPtr& set, const json::Value& tree, const std::vector<PodRef>& active) {
        auto wanted = static_cast<size_t>(std::max<int64_t>(0, tree["spec"]["replicas"].as_int(1)));
        if (active.size() < wanted) return create_pods(set, tree, std::min(wanted - active.size(), kBurst));
        if (active.size() > wanted) return remove_pods(set, active, std::min(active.size() - wanted, kBurst));
        return {};
    }

    Status create_pods(const ObjectPtr& set, const json::Value& tree, size_t count) {
        auto pod = pod_from_template(tree["spec"]["template"], *set);
        auto result = slow_start(count, [&](size_t) -> Status {
            auto created = pods_control_->create(*set, pod);
            return created.ok() || namespace_terminating(created.status()) ? Status() : created.status();
        });
        return result.failure;
    }

    Status remove_pods(const ObjectPtr& set, std::vector<PodRef> active, size_t count) {
        if (count < active.size()) sort_for_deletion(active, family_on_nodes(*set), context_->clock.now());
        Status failed;
        for (size_t i = 0; i < count; ++i)
            if (Status removed = pods_control_->remove(*set, active[i].object); !removed.ok() && failed.ok()) failed = removed;
        return failed;
    }

    // Active pods by node of all sets with the same owner: a rollout's old and new sets avoid doubling up together.
    TextMap<int> family_on_nodes(const api::Object& set) {
        TextMap<int> counts;
        std::vector<ObjectPtr> family;
        if (const auto* owner = set.meta().controller()) family = sets_->by_index(Informer::kByOwner, owner->uid);
        else family = {sets_->get(set.meta().ns, set.meta().name)};
        for (const auto& member : family) {
            if (!member) continue;
            for (const auto& pod : pods_->by_index(Informer::kByOwner, member->meta().uid)) {
                auto facts = facts_->get(pod);
                if (facts->active()) ++counts[facts->node];
            }
        }
        return counts;
    }

    Result<Requeue> finish(const ObjectPtr& set, const json::Value& tree, const std::vector<PodRef>& active, int64_t terminating, Status managed) {
        int64_t min_ready_s = tree["spec"]["minReadySeconds"].as_int();
        WallTime now = context_->clock.now();
        auto counts = count_replicas(active, tree["spec"]["template"]["metadata"]["labels"], min_ready_s, now);
        json::Value status = tree["status"].is_object() ? tree["status"] : json::Value::object();
        status.set("replicas", counts.replicas);
        set_or_omit(status, "fullyLabeledReplicas", counts.fully_labeled);
        set_or_omit(status, "readyReplicas", counts.ready);
        set_or_omit(status, "availableReplicas", counts.available);
        set_or_omit(status, "terminatingReplicas", terminating);
        status.set("observedGeneration", set->meta().generation);
        bool too_few = counts.replicas < tree["spec"]["replicas"].as_int(1);
        if (!managed.ok() && managed.reason() != Reason::Conflict && !find_condition(status, "ReplicaFailure"))
            set_condition(status, {"ReplicaFailure", "True", too_few ? "FailedCreate" : "FailedDelete", managed.message()}, now);
        else if (managed.ok())
            remove_condition(status, "ReplicaFailure");
        const bool idle = only_terminating_differs(tree["status"], status);
        if (managed.ok() && (idle || may_wait(tree, status, counts)))
            if (Duration wait = pace_.wait(set->meta().uid, context_->clock.elapsed(), idle ? WritePace::kIdleGap : WritePace::kGap); wait > Duration::zero()) return Requeue{wait};
        if (!(tree["status"] == status)) pace_.wrote(set->meta().uid, context_->clock.elapsed());
        TRY(update_status(context_->client, flavor_.gvr, set, status));
        TRY(std::move(managed));

        Requeue requeue;
        for (const auto& pod : active)
            if (auto at = pod.facts->available_at(min_ready_s, now))
                requeue.after = requeue.after == Duration::zero() ? *at - now : std::min<Duration>(requeue.after, *at - now);
        return requeue;
    }

    // Some pods of many: their counts may be told together with the next ones'. The last ones of all are told at once.
    static bool may_wait(const json::Value& tree, const json::Value& status, const ReplicaCounts& counts) {
        const auto& before = tree["status"];
        const int64_t wanted = tree["spec"]["replicas"].as_int(1), many = static_cast<int64_t>(WritePace::kManyMembers);
        if (std::max({wanted, counts.replicas, status["terminatingReplicas"].as_int()}) < many || before == status || !(before["conditions"] == status["conditions"])) return false;
        const bool settled = counts.replicas == wanted && counts.available == wanted && status["terminatingReplicas"].is_null();
        return !settled;
    }

    const Flavor flavor_;
    WritePace pace_;
    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    std::unique_ptr<PodControl> pods_control_;
    std::shared_ptr<Informer> sets_, pods_;
};

}  // namespace

ReplicaCounts count_replicas(const std::vector<PodRef>& active, const json::Value& template_labels, int64_t min_ready_s, WallTime now) {
    ReplicaCounts counts;
    auto labeled = read_selector(json::Value::object({{"matchLabels", template_labels}}));
    for (const auto& pod : active) {
        ++counts.replicas;
        if (labeled.matches(pod.meta().labels)) ++counts.fully_labeled;
        if (!pod.facts->ready) continue;
        ++counts.ready;
        if (pod.facts->available(min_ready_s, now)) ++counts.available;
    }
    return counts;
}

std::unique_ptr<reconcile::Controller> make_replica_set_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<ReplicaSetController>(Flavor{"replicaset", "ReplicaSet", "apps", kReplicaSets}, std::move(facts));
}

std::unique_ptr<reconcile::Controller> make_replication_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<ReplicaSetController>(Flavor{"replication-controller", "ReplicationController", "", kReplicationControllers},
                                                  std::move(facts));
}

}  // namespace skiff::controllers
