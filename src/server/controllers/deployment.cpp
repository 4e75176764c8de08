#include "server/controllers/deployment.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "server/controllers/conditions.h"
#include "server/controllers/deployment_rollout.h"
#include "server/controllers/deployment_status.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/pod_template.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"
#include "server/controllers/write_pace.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Output;
using reconcile::Requeue;

namespace {

SetSize size_of(const ObjectPtr& set) {
    auto tree = set->tree();
    const auto& annotations = (*tree)["metadata"]["annotations"];
    const auto& status = (*tree)["status"];
    SetSize size;
    size.name = set->meta().name;
    size.created = set->meta().creation_timestamp;
    size.replicas = (*tree)["spec"]["replicas"].as_int(1);
    size.actual = status["replicas"].as_int();
    size.ready = status["readyReplicas"].as_int();
    size.available = status["availableReplicas"].as_int();
    size.terminating = status["terminatingReplicas"].as_int();
    size.current = status["observedGeneration"].as_int() >= set->meta().generation;
    size.desired_before = parse_int(annotations[kDesiredReplicas].as_string()).value_or(-1);
    size.max_before = parse_int(annotations[kMaxReplicas].as_string()).value_or(-1);
    return size;
}

// One Deployment with its sets during a reconcile; every write replaces what it changed, so later steps see it.
struct Rollout {
    ObjectPtr deployment;
    api::TreePtr tree;
    DeploymentFacts facts;
    ObjectPtr newest;                 // null: not made yet
    std::vector<ObjectPtr> old;
    json::Value status;               // as it will be written
    bool scaled = false;
    SetSize newest_size_now;

    const SetSize* newest_size() {
        if (!newest) return nullptr;
        newest_size_now = size_of(newest);
        return &newest_size_now;
    }
    const json::Value& spec() const { return (*tree)["spec"]; }
};

std::vector<SetSize> sizes_of(const std::vector<ObjectPtr>& sets) {
    std::vector<SetSize> sizes;
    for (const auto& set : sets) sizes.push_back(size_of(set));
    return sizes;
}

std::vector<SetSize> all_sizes(const Rollout& rollout) {
    auto sizes = sizes_of(rollout.old);
    if (rollout.newest) sizes.push_back(size_of(rollout.newest));
    return sizes;
}

class DeploymentController : public reconcile::Controller {
public:
    explicit DeploymentController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "deployment"; }
    std::vector<Gvr> inputs() const override { return {kDeployments, kReplicaSets, kPods}; }
    std::vector<Output> outputs() const override { return {{kReplicaSets, ""}, {kDeployments, ""}, {kDeployments, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        deployments_ = context.informers.informer(kDeployments);
        sets_ = context.informers.informer(kReplicaSets);
        pods_ = context.informers.informer(kPods);
        add_orphan_index(*sets_);
        facts_->follow(*pods_);
        deployments_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        sets_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { set_changed(previous, current); }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        Rollout rollout;
        rollout.deployment = deployments_->get(parts[0], parts[1]);
        if (!rollout.deployment) return Requeue{};
        rollout.tree = rollout.deployment->tree();
        rollout.facts = read_deployment_facts(*rollout.tree);
        rollout.status = (*rollout.tree)["status"].is_object() ? (*rollout.tree)["status"] : json::Value::object();

        auto selector = read_selector(rollout.spec()["selector"]);
        if (selector.empty()) {
            context_->events.event(reconcile::ObjectReference::to(*rollout.deployment), "Warning", "SelectingAll",
                                   "This deployment is selecting all pods. A non-empty selector is required.");
            rollout.status.set("observedGeneration", rollout.facts.generation);
            return write_status(rollout);
        }
        Claimer claimer(context_->client, kDeployments, rollout.deployment, selector);
        sort_sets(rollout, TRY(claimer.claim(*sets_)));
        if (rollout.deployment->meta().deleting()) {
            rollout.status = deployment_counts(rollout.facts, rollout.status, rollout.newest_size(), all_sizes(rollout), now());
            return write_status(rollout);
        }
        note_pause(rollout);
        bool scaling = !rollout.facts.spec.recreate && scaling_needed(rollout.facts.spec, all_sizes(rollout));
        if (rollout.facts.paused || scaling) return resize_all(rollout);
        return rollout.facts.spec.recreate ? recreate(rollout) : roll(rollout);
    }

private:
    WallTime now() const { return context_->clock.now(); }

    void set_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        std::string old_key = previous ? controller_key(previous->meta(), "Deployment", "apps") : "";
        std::string new_key = current ? controller_key(current->meta(), "Deployment", "apps") : "";
        if (!old_key.empty()) context_->queue.add(old_key);
        if (!new_key.empty() && new_key != old_key) context_->queue.add(new_key);
        if (!current || current->meta().controller() || current->meta().deleting()) return;
        if (previous && !previous->meta().controller() && previous->meta().labels == current->meta().labels) return;
        for (const auto& deployment : deployments_->list(current->meta().ns)) {
            auto selector = read_selector((*deployment->tree())["spec"]["selector"]);
            if (!selector.empty() && selector.matches(current->meta().labels)) context_->queue.add(deployment->meta().key());
        }
    }

    // Recreate waits until the last old pod is gone or has finished.
    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        if (!previous || (current && !facts_->get(current)->finished())) return;
        std::string set_key = controller_key(previous->meta(), "ReplicaSet", "apps");
        if (set_key.empty()) return;
        auto parts = split_views(set_key, '/');
        auto set = sets_->get(parts[0], parts[1]);
        std::string key = set ? controller_key(set->meta(), "Deployment", "apps") : "";
        if (key.empty()) return;
        auto owner = split_views(key, '/');
        auto deployment = deployments_->get(owner[0], owner[1]);
        if (deployment && (*deployment->tree())["spec"]["strategy"]["type"].as_string() == "Recreate") context_->queue.add(key);
    }

    // The newest set is the oldest one with the wanted template: of two equal ones the first stays.
    void sort_sets(Rollout& rollout, std::vector<ObjectPtr> sets) {
        std::sort(sets.begin(), sets.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
            const auto &l = a->meta(), &r = b->meta();
            return l.creation_timestamp != r.creation_timestamp ? l.creation_timestamp < r.creation_timestamp : l.name < r.name;
        });
        for (const auto& set : sets) {
            if (!rollout.newest && same_template((*set->tree())["spec"]["template"], rollout.spec()["template"])) rollout.newest = set;
            else rollout.old.push_back(set);
        }
    }

    void note_pause(Rollout& rollout) {
        if (!rollout.facts.progress_deadline_s) return;
        const auto* condition = find_condition(rollout.status, "Progressing");
        std::string reason = condition ? (*condition)["reason"].as_string() : "";
        if (reason == "ProgressDeadlineExceeded") return;
        if (rollout.facts.paused && reason != "DeploymentPaused")
            set_deployment_condition(rollout.status, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now());
        else if (!rollout.facts.paused && reason == "DeploymentPaused")
            set_deployment_condition(rollout.status, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now());
    }

    Result<Requeue> resize_all(Rollout& rollout) {
        if (rollout.newest) TRY(adjust_newest(rollout));
        auto newest = rollout.newest_size();
        TRY(resize(rollout, scale_sets(rollout.facts.spec, newest, sizes_of(rollout.old))));
        if (rollout.facts.paused) TRY(remove_history(rollout));
        rollout.status = deployment_counts(rollout.facts, rollout.status, rollout.newest_size(), all_sizes(rollout), now());
        return write_status(rollout);
    }

    Result<Requeue> roll(Rollout& rollout) {
        TRY(ensure_newest(rollout));
        if (!rollout.newest) return write_progress(rollout);
        TRY(resize(rollout, step_new_set(rollout.facts.spec, size_of(rollout.newest), sizes_of(rollout.old))));
        if (!rollout.scaled) TRY(resize(rollout, step_old_sets(rollout.facts.spec, size_of(rollout.newest), sizes_of(rollout.old))));
        return write_progress(rollout);
    }

    Result<Requeue> recreate(Rollout& rollout) {
        std::vector<Resize> down;
        for (const auto& size : sizes_of(rollout.old))
            if (size.replicas > 0) down.push_back({size.name, 0});
        TRY(resize(rollout, down));
        if (rollout.scaled || old_pods_remain(rollout)) return write_progress(rollout);
        TRY(ensure_newest(rollout));
        if (rollout.newest && size_of(rollout.newest).replicas != rollout.facts.spec.replicas)
            TRY(resize(rollout, {{rollout.newest->meta().name, rollout.facts.spec.replicas}}));
        return write_progress(rollout);
    }

    bool old_pods_remain(const Rollout& rollout) {
        for (const auto& set : rollout.old)
            for (const auto& pod : pods_->by_index(Informer::kByOwner, set->meta().uid))
                if (!facts_->get(pod)->finished()) return true;
        return false;
    }

    int64_t next_revision(const Rollout& rollout) {
        int64_t highest = 0;
        for (const auto& set : rollout.old) highest = std::max(highest, revision_of(*set->tree()));
        return highest + 1;
    }

    // The newest set carries the highest revision and its Deployment's annotations.
    Status adjust_newest(Rollout& rollout) {
        json::Value set = *rollout.newest->tree();
        bool changed = update_set_annotations(set, *rollout.tree, next_revision(rollout), true);
        if (set["spec"]["minReadySeconds"].as_int() != rollout.spec()["minReadySeconds"].as_int()) {
            set_or_omit(set.mut("spec"), "minReadySeconds", rollout.spec()["minReadySeconds"]);
            changed = true;
        }
        if (changed) rollout.newest = TRY(context_->client.update(kReplicaSets, rollout.newest->meta().ns, set));
        if (rollout.facts.progress_deadline_s && !find_condition(rollout.status, "Progressing"))
            set_deployment_condition(rollout.status, "Progressing", "True", "FoundNewReplicaSet",
                                     fmt::format("Found new replica set \"{}\"", rollout.newest->meta().name), now());
        return set_own_revision(rollout);
    }

    Status set_own_revision(Rollout& rollout) {
        const std::string& revision = rollout.newest->meta().annotation(kRevision);
        if (rollout.deployment->meta().annotation(kRevision) == revision) return {};
        json::Value deployment = *rollout.deployment->tree();
        deployment.mut("metadata").mut("annotations").set(kRevision, revision);
        // By the status: annotations of the object itself count in its generation.
        client::WriteOptions options;
        options.subresource = "status";
        rollout.deployment = TRY(context_->client.update(kDeployments, rollout.deployment->meta().ns, deployment, options));
        return {};
    }

    Status ensure_newest(Rollout& rollout) {
        if (rollout.newest) return adjust_newest(rollout);
        json::Value set = new_set(rollout);
        const std::string name = set["metadata"]["name"].as_string();
        auto created = context_->client.create(kReplicaSets, rollout.deployment->meta().ns, set);
        if (created.ok()) {
            rollout.newest = *created;
            rollout.scaled = true;
            int64_t replicas = set["spec"]["replicas"].as_int();
            if (replicas > 0) scaled_event(rollout, fmt::format("Scaled up replica set {} from 0 to {}", name, replicas));
            if (rollout.facts.progress_deadline_s)
                set_deployment_condition(rollout.status, "Progressing", "True", "NewReplicaSetCreated", fmt::format("Created new replica set \"{}\"", name), now());
            return set_own_revision(rollout);
        }
        if (created.status().reason() == Reason::AlreadyExists) return resolve_collision(rollout, name);
        if (namespace_terminating(created.status())) return {};
        set_deployment_condition(rollout.status, "Progressing", "False", "ReplicaSetCreateError",
                                 fmt::format("Failed to create new replica set \"{}\": {}", name, created.status().message()), now());
        TRY(write_status(rollout));
        return created.status();
    }

    json::Value new_set(const Rollout& rollout) {
        const auto& pod_template = rollout.spec()["template"];
        std::string hash = template_hash(pod_template, rollout.status["collisionCount"]);
        json::Value labeled = pod_template;
        labeled.mut("metadata").mut("labels").set(kPodTemplateHash, hash);
        json::Value selector = rollout.spec()["selector"];
        selector.mut("matchLabels").set(kPodTemplateHash, hash);
        int64_t others = 0;
        for (const auto& size : sizes_of(rollout.old)) others += size.replicas;
        auto spec = json::Value::object({{"replicas", new_set_size(rollout.facts.spec, others, 0)}, {"selector", selector}, {"template", labeled}});
        set_or_omit(spec, "minReadySeconds", rollout.spec()["minReadySeconds"]);
        auto set = json::Value::object({{"apiVersion", "apps/v1"},
                                        {"kind", "ReplicaSet"},
                                        {"metadata", json::Value::object({{"name", rollout.deployment->meta().name + "-" + hash},
                                                                          {"labels", labeled["metadata"]["labels"]},
                                                                          {"ownerReferences", json::Value::array({controller_reference(*rollout.deployment)})}})},
                                        {"spec", spec}});
        update_set_annotations(set, *rollout.tree, next_revision(rollout), false);
        update_size_annotations(set, rollout.facts.spec.replicas, rollout.facts.spec.replicas + rollout.facts.spec.max_surge);
        return set;
    }

    // The name is taken: by our own set that the cache does not show yet, or by another template with the same hash.
    Status resolve_collision(Rollout& rollout, const std::string& name) {
        auto present = TRY(context_->client.get(kReplicaSets, rollout.deployment->meta().ns, name));
        const auto* owner = present->meta().controller();
        if (owner && owner->uid == rollout.deployment->meta().uid && same_template((*present->tree())["spec"]["template"], rollout.spec()["template"])) {
            rollout.newest = present;
            return adjust_newest(rollout);
        }
        rollout.status.set("collisionCount", rollout.status["collisionCount"].as_int() + 1);
        TRY(write_status(rollout));
        return error(Reason::AlreadyExists, "replica set {} exists with another template; trying the next hash", name);
    }

    Status resize(Rollout& rollout, const std::vector<Resize>& steps) {
        const auto& spec = rollout.facts.spec;
        for (const auto& step : steps) {
            ObjectPtr* slot = rollout.newest && rollout.newest->meta().name == step.name ? &rollout.newest : nullptr;
            for (auto& set : rollout.old)
                if (set->meta().name == step.name) slot = &set;
            if (!slot) continue;
            json::Value set = *(*slot)->tree();
            int64_t from = set["spec"]["replicas"].as_int(1);
            bool annotated = update_size_annotations(set, spec.replicas, spec.replicas + spec.max_surge);
            if (from == step.replicas && !annotated) continue;
            set.mut("spec").set("replicas", step.replicas);
            *slot = TRY(context_->client.update(kReplicaSets, (*slot)->meta().ns, set));
            if (from == step.replicas) continue;
            rollout.scaled = true;
            scaled_event(rollout, fmt::format("Scaled {} replica set {} from {} to {}", from < step.replicas ? "up" : "down", step.name, from, step.replicas));
        }
        return {};
    }

    void scaled_event(const Rollout& rollout, std::string message) {
        context_->events.event(reconcile::ObjectReference::to(*rollout.deployment), "Normal", "ScalingReplicaSet", std::move(message));
    }

    Status remove_history(Rollout& rollout) {
        const auto& limit = rollout.spec()["revisionHistoryLimit"];
        std::vector<HistoryEntry> entries;
        for (const auto& set : rollout.old) {
            auto tree = set->tree();
            const auto& status = (*tree)["status"];
            bool removable = status["replicas"].as_int() == 0 && (*tree)["spec"]["replicas"].as_int(1) == 0 &&
                             set->meta().generation <= status["observedGeneration"].as_int();
            entries.push_back({set->meta().name, revision_of(*tree), removable, set->meta().deleting()});
        }
        for (const auto& name : history_to_remove(std::move(entries), limit.as_int(10))) {
            Status removed = context_->client.remove(kReplicaSets, rollout.deployment->meta().ns, name);
            if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        }
        return {};
    }

    Result<Requeue> write_progress(Rollout& rollout) {
        api::TreePtr failed_set;
        const json::Value* failure = nullptr;
        auto look = [&](const ObjectPtr& set) {
            auto tree = set->tree();
            if (const auto* found = find_condition((*tree)["status"], "ReplicaFailure")) {
                failed_set = tree;
                failure = found;
            }
        };
        for (const auto& set : rollout.old) look(set);
        if (rollout.newest) look(rollout.newest);
        json::Value before = rollout.status;
        rollout.status = deployment_progress(rollout.facts, before, rollout.newest_size(), all_sizes(rollout), failure, now());
        if (deployment_complete(rollout.facts, rollout.status)) TRY(remove_history(rollout));
        return write_status(rollout);
    }

    // Counts in the midst of a big rollout may be told together with the next ones.
    bool may_wait(const Rollout& rollout) const {
        const auto& before = (*rollout.tree)["status"];
        const bool settled = deployment_complete(rollout.facts, rollout.status) && rollout.status["terminatingReplicas"].is_null();
        if (rollout.facts.spec.replicas < static_cast<int64_t>(WritePace::kManyMembers) || settled) return false;
        return !(before == rollout.status) && before["observedGeneration"] == rollout.status["observedGeneration"] &&
               before["collisionCount"].as_int() == rollout.status["collisionCount"].as_int() && before["conditions"].size() == rollout.status["conditions"].size();
    }

    Result<Requeue> write_status(Rollout& rollout) {
        const auto& uid = rollout.deployment->meta().uid;
        const auto& before = (*rollout.tree)["status"];
        const bool idle = only_terminating_differs(before, rollout.status);
        if (idle || may_wait(rollout))
            if (Duration wait = pace_.wait(uid, context_->clock.elapsed(), idle ? WritePace::kIdleGap : WritePace::kGap); wait > Duration::zero()) return Requeue{wait};
        if (!(before == rollout.status)) pace_.wrote(uid, context_->clock.elapsed());
        auto written = TRY(update_status(context_->client, kDeployments, rollout.deployment, rollout.status));
        if (written) rollout.deployment = written;
        return Requeue{progress_check_after(rollout.facts, rollout.status, now()).value_or(Duration::zero())};
    }

    std::shared_ptr<PodFactsCache> facts_;
    WritePace pace_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> deployments_, sets_, pods_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_deployment_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<DeploymentController>(std::move(facts));
}

}  // namespace skiff::controllers
