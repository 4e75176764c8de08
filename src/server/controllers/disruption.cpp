#include "server/controllers/disruption.h"

#include <algorithm>
#include <map>

#include "api/go_text.h"
#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/deployment_rollout.h"
#include "server/controllers/resources.h"
#include "server/controllers/selecting.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

// A granted eviction that led to no deletion by then is forgotten.
constexpr Duration kDeletionTimeout = std::chrono::minutes(2);

class DisruptionController : public reconcile::Controller {
public:
    explicit DisruptionController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "disruption"; }
    std::string event_source() const override { return "controllermanager"; }
    std::vector<Gvr> inputs() const override {
        return {kDisruptionBudgets, kPods, kReplicaSets, kDeployments, kStatefulSets, kReplicationControllers};
    }
    std::vector<reconcile::Output> outputs() const override { return {{kDisruptionBudgets, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        budgets_ = context.informers.informer(kDisruptionBudgets);
        pods_ = context.informers.informer(kPods);
        facts_->follow(*pods_);
        for (const auto& [kind, gvr] : {std::pair{"ReplicaSet", kReplicaSets}, {"Deployment", kDeployments}, {"StatefulSet", kStatefulSets}, {"ReplicationController", kReplicationControllers}}) {
            auto informer = context.informers.informer(gvr);
            scales_[kind] = informer;
            informer->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
                if (previous && current && previous->meta().generation == current->meta().generation) return;
                for (const auto& budget : budgets_->list((current ? current : previous)->meta().ns)) context_->queue.add(budget->meta().key());
            }});
        }
        budgets_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current) context_->queue.add(current->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            for (const auto& budget : budgets_->list((current ? current : previous)->meta().ns)) {
                auto selector = read_selector((*budget->tree())["spec"]["selector"]);
                if ((current && selector.matches(current->meta().labels)) || (previous && selector.matches(previous->meta().labels)))
                    context_->queue.add(budget->meta().key());
            }
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto budget = budgets_->get(parts[0], parts[1]);
        if (!budget || budget->meta().deleting()) return Requeue{};
        auto tree = budget->tree();
        const auto& spec = (*tree)["spec"];
        auto selector = read_selector(spec["selector"]);
        std::vector<PodRef> pods;
        for (const auto& pod : pods_->list(parts[0]))
            if (selector.matches(pod->meta().labels)) pods.push_back({pod, facts_->get(pod)});

        WallTime now = context_->clock.now();
        if (pods.empty()) tell(budget, "Normal", "NoPods", "No matching pods found");
        const bool scaled = budget_needs_scale(spec);
        if (scaled && std::any_of(pods.begin(), pods.end(), [](const PodRef& pod) { return !pod.meta().controller(); })) tell(budget, "Warning", "UnmanagedPods", unmanaged_text(spec["selector"]));
        auto scale = scaled ? expected_scale(pods) : Result<int64_t>(int64_t{0});
        if (!scale.ok()) return fail_safe(budget, *tree, scale.status());
        auto numbers = budget_numbers(spec, std::count_if(pods.begin(), pods.end(), [](const PodRef& pod) { return !pod.facts->finished(); }), *scale);
        Requeue requeue;
        auto disrupted = still_disrupted((*tree)["status"]["disruptedPods"], std::string(parts[0]), now, requeue);
        int64_t healthy = 0;
        for (const auto& pod : pods)
            if (!pod.facts->deleting && pod.facts->ready && !disrupted.has(pod.meta().name)) ++healthy;
        auto status = budget_status((*tree)["status"], numbers, healthy, disrupted, budget->meta().generation, now);
        TRY(update_status(context_->client, kDisruptionBudgets, budget, status));
        return requeue;
    }

private:
    void tell(const ObjectPtr& budget, const char* type, const char* reason, const std::string& message) { context_->events.event(reconcile::ObjectReference::to(*budget), type, reason, message); }

    static std::string unmanaged_text(const json::Value& selector) {
        return fmt::format("Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. "
                           "To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.", api::go_selector(selector));
    }

    Result<int64_t> expected_scale(const std::vector<PodRef>& pods) {
        std::map<std::string, int64_t> by_controller;
        for (const auto& pod : pods) {
            const auto* reference = pod.meta().controller();
            if (!reference) continue;
            std::string kind = reference->kind;
            ObjectPtr owner = find_controller(kind, pod.meta().ns, reference->name);
            if (owner && kind == "ReplicaSet")
                if (const auto* above = owner->meta().controller(); above && above->kind == "Deployment")
                    if (auto deployment = find_controller("Deployment", pod.meta().ns, above->name)) owner = deployment;
            if (!owner && !scales_.count(kind)) return error(Reason::Invalid, "{}.{} does not implement the scale subresource", lower(kind), reference->api_version);
            if (owner) by_controller[owner->meta().uid] = (*owner->tree())["spec"]["replicas"].as_int(1);
        }
        int64_t total = 0;
        for (const auto& [uid, replicas] : by_controller) total += replicas;
        return total;
    }

    ObjectPtr find_controller(const std::string& kind, const std::string& ns, const std::string& name) {
        auto it = scales_.find(kind);
        return it == scales_.end() ? nullptr : it->second->get(ns, name);
    }

    json::Value still_disrupted(const json::Value& present, const std::string& ns, WallTime now, Requeue& requeue) {
        auto kept = json::Value::object();
        for (const auto& [name, time] : present.members()) {
            auto pod = pods_->get(ns, name);
            auto since = reconcile::parse_time(time.as_string());
            if (!pod || pod->meta().deleting() || !since) continue;
            Duration left = *since + kDeletionTimeout - now;
            if (left <= Duration::zero()) continue;
            kept.mut_members().push_back({name, time});
            if (requeue.after == Duration::zero() || left < requeue.after) requeue.after = left;
        }
        return kept;
    }

    // Nothing may be evicted while the numbers are not known.
    Result<Requeue> fail_safe(const ObjectPtr& budget, const json::Value& tree, const Status& why) {
        tell(budget, "Warning", "CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: " + why.message());
        json::Value status = tree["status"].is_object() ? tree["status"] : json::Value::object();
        status.set("disruptionsAllowed", 0);
        set_condition(status, {"DisruptionAllowed", "False", "SyncFailed", why.message()}, context_->clock.now());
        TRY(update_status(context_->client, kDisruptionBudgets, budget, status));
        return Requeue{};
    }

    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> budgets_, pods_;
    std::map<std::string, std::shared_ptr<Informer>> scales_;
};

}  // namespace

bool budget_needs_scale(const json::Value& spec) { return spec.has("maxUnavailable") || spec["minAvailable"].is_string(); }

BudgetNumbers budget_numbers(const json::Value& spec, int64_t pods, int64_t scale) {
    if (!spec.has("maxUnavailable") && !spec.has("minAvailable")) return {};
    if (spec.has("maxUnavailable")) return {scale, std::max<int64_t>(0, scale - resolve_share(spec["maxUnavailable"], scale, true))};
    if (spec["minAvailable"].is_string()) return {scale, resolve_share(spec["minAvailable"], scale, true)};
    return {pods, spec["minAvailable"].as_int()};
}

json::Value budget_status(const json::Value& before, const BudgetNumbers& numbers, int64_t healthy, const json::Value& disrupted, int64_t generation, WallTime now) {
    json::Value status = before.is_object() ? before : json::Value::object();
    int64_t allowed = numbers.expected > 0 ? std::max<int64_t>(0, healthy - numbers.desired_healthy) : 0;
    status.set("observedGeneration", generation);
    status.set("disruptionsAllowed", allowed);
    status.set("currentHealthy", healthy);
    status.set("desiredHealthy", numbers.desired_healthy);
    status.set("expectedPods", numbers.expected);
    set_or_omit(status, "disruptedPods", disrupted);
    set_condition(status, {"DisruptionAllowed", allowed > 0 ? "True" : "False", allowed > 0 ? "SufficientPods" : "InsufficientPods", {}}, now);
    for (auto& condition : status.mut("conditions").mut_items())
        if (condition["type"].as_string() == "DisruptionAllowed") {
            condition.set("observedGeneration", generation);
            if (condition["message"].is_null()) condition.set("message", "");      // a required field of metav1.Condition
        }
    return status;
}

std::unique_ptr<reconcile::Controller> make_disruption_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<DisruptionController>(std::move(facts));
}

}  // namespace skiff::controllers
