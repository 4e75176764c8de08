#include "server/controllers/stateful_set.h"

#include <fmt/format.h>

#include <set>

#include "base/strings.h"
#include "server/controllers/claim_owners.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/revision_history.h"
#include "server/controllers/stateful_plan.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

class StatefulSetController : public reconcile::Controller {
public:
    explicit StatefulSetController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "statefulset"; }
    std::vector<Gvr> inputs() const override { return {kStatefulSets, kPods, kControllerRevisions, kVolumeClaims}; }
    std::vector<reconcile::Output> outputs() const override {
        return {{kPods, ""}, {kVolumeClaims, ""}, {kControllerRevisions, ""}, {kStatefulSets, "status"}};
    }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        sets_ = context.informers.informer(kStatefulSets);
        pods_ = context.informers.informer(kPods);
        claims_ = context.informers.informer(kVolumeClaims);
        revisions_ = context.informers.informer(kControllerRevisions);
        add_orphan_index(*pods_);
        add_orphan_index(*revisions_);
        facts_->follow(*pods_);
        sets_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        auto owned = [this](const ObjectPtr& previous, const ObjectPtr& current) {
            for (const auto& object : {previous, current})
                if (auto key = object ? controller_key(object->meta(), "StatefulSet", "apps") : ""; !key.empty()) context_->queue.add(key);
        };
        revisions_->add_handlers({owned});
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!current) claim_gone(previous->meta());
        }});
        pods_->add_handlers({[this, owned](const ObjectPtr& previous, const ObjectPtr& current) {
            owned(previous, current);
            if (!current || current->meta().controller() || current->meta().deleting()) return;
            for (const auto& set : sets_->list(current->meta().ns))
                if (read_selector((*set->tree())["spec"]["selector"]).matches(current->meta().labels)) context_->queue.add(set->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto set = sets_->get(parts[0], parts[1]);
        if (!set) return Requeue{};
        auto tree = set->tree();
        json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
        RevisionHistory history(context_->client, kStatefulSets, set, "controller.kubernetes.io/hash");
        json::Value collisions = status["collisionCount"];
        Status loaded = history.load(*revisions_, collisions);
        if (!collisions.is_null() && !(collisions == status["collisionCount"])) {
            status.set("collisionCount", collisions);
            TRY(update_status(context_->client, kStatefulSets, set, status));
        }
        TRY(std::move(loaded));

        auto pods = TRY(claim(set, *tree));
        StatefulSpec spec = read_stateful_spec(*tree);
        spec.update_revision = history.current()->meta().name;
        auto current = history.find(status["currentRevision"].as_string());
        spec.current_revision = current ? current->meta().name : spec.update_revision;
        auto plan = plan_stateful_set(spec, pods, status, set->meta().generation, context_->clock.now());
        Status failed = own_claims(set, *tree, spec, pods);
        for (const auto& step : plan.steps)
            if (Status done = carry_out(set, *tree, history, step); !done.ok() && failed.ok()) failed = std::move(done);
        auto written = update_status(context_->client, kStatefulSets, set, plan.status);
        TRY(std::move(failed));
        TRY(std::move(written));
        TRY(truncate(history, *tree, plan.status, pods));
        return next_look(spec, pods);
    }

private:
    // A set may wait for the name of a claim to be free, or have a pod that waits for it.
    void claim_gone(const api::Meta& claim) {
        for (const auto& set : sets_->list(claim.ns)) {
            const auto tree = set->tree();
            for (const auto& claim_template : (*tree)["spec"]["volumeClaimTemplates"].items())
                if (claim.name.starts_with(claim_template["metadata"]["name"].as_string() + "-" + set->meta().name + "-")) context_->queue.add(set->meta().key());
        }
    }

    Result<std::vector<StatefulPod>> claim(const ObjectPtr& set, const json::Value& tree) {
        const auto& name = set->meta().name;
        Claimer claimer(context_->client, kStatefulSets, set, read_selector(tree["spec"]["selector"]));
        claimer.may_adopt = [&](const api::Object& pod) { return stateful_ordinal(name, pod.meta().name) >= 0; };
        std::vector<StatefulPod> pods;
        auto claimed = TRY(claimer.claim(*pods_));
        for (const auto& pod : claimed) {
            int64_t ordinal = stateful_ordinal(name, pod->meta().name);
            if (ordinal >= 0) pods.push_back({ordinal, {pod, facts_->get(pod)}, pod->meta().label(kRevisionHash)});
        }
        return pods;
    }

    void event(const ObjectPtr& set, bool warning, const char* reason, std::string message) {
        context_->events.event(reconcile::ObjectReference::to(*set), warning ? "Warning" : "Normal", reason, std::move(message));
    }

    Status carry_out(const ObjectPtr& set, const json::Value& tree, const RevisionHistory& history, const StatefulStep& step) {
        switch (step.kind) {
            case StatefulStep::Kind::Create: return create(set, tree, history, step);
            case StatefulStep::Kind::CheckClaims: return make_claims(set, tree, step.ordinal);
            case StatefulStep::Kind::Recreate:
                event(set, true, "RecreatingFailedPod", fmt::format("StatefulSet {} is recreating failed Pod {}", set->meta().key(), step.pod->meta().name));
                return remove(set, step.pod);
            default:
                return remove(set, step.pod);
        }
    }

    Status create(const ObjectPtr& set, const json::Value& tree, const RevisionHistory& history, const StatefulStep& step) {
        if (read_retention(tree).delete_when_scaled)
            for (const auto& name : stateful_claim_names(tree, set->meta().name, step.ordinal)) {
                auto claim = claims_->get(set->meta().ns, name);
                if (claim && claim_of_former_pod(claim->meta(), set->meta().name + "-" + std::to_string(step.ordinal))) return {};      // its end wakes us
            }
        TRY(make_claims(set, tree, step.ordinal));
        auto revision = history.find(step.revision);
        auto pod = revision ? stateful_pod(apply_revision(tree, *revision), *set, step.ordinal, step.revision) : stateful_pod(tree, *set, step.ordinal, step.revision);
        const std::string name = pod["metadata"]["name"].as_string();
        auto created = context_->client.create(kPods, set->meta().ns, pod);
        if (created.ok()) {
            event(set, false, "SuccessfulCreate", fmt::format("create Pod {} in StatefulSet {} successful", name, set->meta().name));
            return {};
        }
        if (namespace_terminating(created.status())) return {};
        event(set, true, "FailedCreate", fmt::format("create Pod {} in StatefulSet {} failed error: {}", name, set->meta().name, created.status().message()));
        return std::move(created).status();
    }

    Status remove(const ObjectPtr& set, const ObjectPtr& pod) {
        client::DeleteOptions options;
        options.uid = pod->meta().uid;
        Status removed = context_->client.remove(kPods, pod->meta().ns, pod->meta().name, options);
        if (!removed.ok() && (removed.reason() == Reason::NotFound || removed.reason() == Reason::Conflict)) return {};
        if (removed.ok()) event(set, false, "SuccessfulDelete", fmt::format("delete Pod {} in StatefulSet {} successful", pod->meta().name, set->meta().name));
        else event(set, true, "FailedDelete", fmt::format("delete Pod {} in StatefulSet {} failed error: {}", pod->meta().name, set->meta().name, removed.message()));
        return removed;
    }

    Status make_claims(const ObjectPtr& set, const json::Value& tree, int64_t ordinal) {
        for (const auto& claim : stateful_claims(tree, *set, ordinal)) {
            const auto& name = claim["metadata"]["name"].as_string();
            if (auto present = claims_->get(set->meta().ns, name)) {
                if (present->meta().deleting()) return error(Reason::Conflict, "pvc {} is being deleted", name);      // its end wakes us
                continue;
            }
            auto created = context_->client.create(kVolumeClaims, set->meta().ns, claim);
            if (!created.ok() && created.status().reason() == Reason::AlreadyExists) continue;
            if (!created.ok()) {
                event(set, true, "FailedCreate", fmt::format("create Claim {} for Pod {}-{} in StatefulSet {} failed error: {}", name, set->meta().name, ordinal,
                                                             set->meta().name, created.status().message()));
                return std::move(created).status();
            }
            event(set, false, "SuccessfulCreate", fmt::format("create Claim {} Pod {}-{} in StatefulSet {} success", name, set->meta().name, ordinal, set->meta().name));
        }
        return {};
    }

    // Claims go with the set or with a pod that is scaled away, as the retention policy says.
    Status own_claims(const ObjectPtr& set, const json::Value& tree, const StatefulSpec& spec, const std::vector<StatefulPod>& pods) {
        if (tree["spec"]["volumeClaimTemplates"].size() == 0) return {};
        const auto retention = read_retention(tree);
        for (const auto& pod : pods) {
            const bool condemned = pod.ordinal < spec.start || pod.ordinal >= spec.start + spec.replicas;
            for (const auto& name : stateful_claim_names(tree, set->meta().name, pod.ordinal)) {
                auto claim = claims_->get(set->meta().ns, name);
                if (!claim) continue;
                auto owners = claim_owners(claim->meta(), *set, pod.pod.meta(), retention, condemned);
                if (owners.conflict && (owners.references || tree["status"]["observedGeneration"].as_int() != set->meta().generation))
                    event(set, true, "ConflictingController",
                          fmt::format("PersistentVolumeClaim {} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim",
                                      claim->meta().name));
                if (!owners.references) continue;
                json::Value next = *claim->tree();
                if (owners.references->size() == 0) next.mut("metadata").erase("ownerReferences");
                else next.mut("metadata").set("ownerReferences", std::move(*owners.references));
                auto written = context_->client.update(kVolumeClaims, set->meta().ns, next);
                if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
            }
        }
        return {};
    }

    Status truncate(RevisionHistory& history, const json::Value& tree, const json::Value& status, const std::vector<StatefulPod>& pods) {
        std::set<std::string> live{status["currentRevision"].as_string(), status["updateRevision"].as_string()};
        for (const auto& pod : pods) live.insert(pod.revision);
        return history.truncate(tree["spec"]["revisionHistoryLimit"].as_int(10), {live.begin(), live.end()});
    }

    Requeue next_look(const StatefulSpec& spec, const std::vector<StatefulPod>& pods) {
        Requeue requeue;
        WallTime now = context_->clock.now();
        for (const auto& pod : pods)
            if (auto at = pod.pod.facts->available_at(spec.min_ready_s, now))
                if (requeue.after == Duration::zero() || *at - now < requeue.after) requeue.after = *at - now;
        return requeue;
    }

    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> sets_, pods_, claims_, revisions_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_stateful_set_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<StatefulSetController>(std::move(facts));
}

}  // namespace skiff::controllers
