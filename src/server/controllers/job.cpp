#include "server/controllers/job.h"

#include <algorithm>
#include <mutex>

#include "base/strings.h"
#include "server/controllers/job_plan.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr std::string_view kByJob = "job";       // pods by the key of the Job that their controller reference names, alive or not

bool tracked(const api::Meta& pod) { return std::find(pod.finalizers.begin(), pod.finalizers.end(), kJobFinalizer) != pod.finalizers.end(); }

json::Value finalizers_without(const api::Meta& pod) {
    auto kept = json::Value::array();
    for (const auto& finalizer : pod.finalizers)
        if (finalizer != kJobFinalizer) kept.push_back(finalizer);
    return kept.size() ? kept : json::Value();
}

class JobController : public reconcile::Controller {
public:
    std::string_view name() const override { return "job"; }
    std::vector<Gvr> inputs() const override { return {kJobs, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kPods, ""}, {kJobs, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        control_ = std::make_unique<PodControl>(context);
        jobs_ = context.informers.informer(kJobs);
        pods_ = context.informers.informer(kPods);
        add_orphan_index(*pods_);
        pods_->add_index(std::string(kByJob), [](const api::Object& pod) {
            auto key = controller_key(pod.meta(), "Job", "batch");
            return key.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::move(key)};
        });
        jobs_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto job = jobs_->get(parts[0], parts[1]);
        TRY(release_strangers(key, job));
        if (!job) {
            std::lock_guard lock(mutex_);
            backoffs_.erase(key);
            return Requeue{};
        }
        auto tree = job->tree();
        const auto& manager = (*tree)["spec"]["managedBy"].as_string();
        if (job->meta().deleting() || job_finished((*tree)["status"]) || (!manager.empty() && manager != "kubernetes.io/job-controller")) return Requeue{};
        auto claimed = TRY(claim(job, *tree));
        WallTime now = context_->clock.now();
        std::vector<JobPod> pods;
        for (const auto& pod : claimed) pods.push_back(read_job_pod(pod, *tree, now));
        auto plan = decide(key, *tree, pods, now);
        return carry_out(job, *tree, plan);
    }

private:
    static api::LabelSelector selector_of(const api::Object& job, const json::Value& tree) {
        if (!tree["spec"]["selector"].is_null()) return read_selector(tree["spec"]["selector"]);
        return api::LabelSelector::from_map(json::Value::object({{"batch.kubernetes.io/controller-uid", job.meta().uid}}));
    }

    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        std::string old_key = previous ? controller_key(previous->meta(), "Job", "batch") : "";
        std::string new_key = current ? controller_key(current->meta(), "Job", "batch") : "";
        if (!old_key.empty()) context_->queue.add(old_key);
        if (!new_key.empty() && new_key != old_key) context_->queue.add(new_key);
        if (!current || current->meta().controller() || current->meta().deleting()) return;
        if (previous && !previous->meta().controller() && previous->meta().labels == current->meta().labels) return;
        for (const auto& job : jobs_->list(current->meta().ns))
            if (selector_of(*job, *job->tree()).matches(current->meta().labels)) context_->queue.add(job->meta().key());
    }

    // Pods of Jobs that are gone, going or finished must not be held by our finalizer.
    Status release_strangers(const std::string& key, const ObjectPtr& job) {
        std::string alive;
        if (job && !job->meta().deleting() && !job_finished((*job->tree())["status"])) alive = job->meta().uid;
        for (const auto& pod : pods_->by_index(kByJob, key))
            if (tracked(pod->meta()) && pod->meta().controller()->uid != alive) TRY(release(pod));
        return {};
    }

    Result<std::vector<ObjectPtr>> claim(const ObjectPtr& job, const json::Value& tree) {
        Claimer claimer(context_->client, kJobs, job, selector_of(*job, tree));
        claimer.on_adopt = [](json::Value& metadata, const api::Object& pod) {
            auto finalizers = json::Value::array();
            for (const auto& finalizer : pod.meta().finalizers) finalizers.push_back(finalizer);
            if (!tracked(pod.meta())) finalizers.push_back(kJobFinalizer);
            metadata.set("finalizers", std::move(finalizers));
        };
        claimer.on_release = [](json::Value& metadata, const api::Object& pod) { metadata.set("finalizers", finalizers_without(pod.meta())); };
        return claimer.claim(*pods_);
    }

    JobPlan decide(const std::string& key, const json::Value& tree, const std::vector<JobPod>& pods, WallTime now) {
        std::lock_guard lock(mutex_);
        auto& backoff = backoffs_[key];
        auto plan = plan_job(tree, pods, backoff, now);
        std::erase_if(backoff.seen, [&](const std::string& uid) {
            return std::none_of(pods.begin(), pods.end(), [&](const JobPod& pod) { return pod.uid == uid; });
        });
        return plan;
    }

    Result<Requeue> carry_out(ObjectPtr job, const json::Value& tree, JobPlan& plan) {
        if (!plan.release.empty() || plan.status_before["uncountedTerminatedPods"].size() != 0) {
            job = TRY(update_status(context_->client, kJobs, job, plan.status_before));
            if (!job) return Requeue{};
            for (const auto& pod : plan.release) TRY(release(pod));
        }
        Status failed = make_pods(*job, tree, plan);
        for (const auto& pod : plan.remove) {
            if (tracked(pod->meta()) && !plan.removed_fail) TRY(release(pod));
            if (Status removed = control_->remove(*job, pod); !removed.ok() && failed.ok()) failed = removed;
        }
        TRY(std::move(failed));
        auto written = TRY(update_status(context_->client, kJobs, job, plan.status_after));
        if (written)
            for (const auto& event : plan.events)
                context_->events.event(reconcile::ObjectReference::to(*written), event.warning ? "Warning" : "Normal", event.reason, event.message);
        return Requeue{plan.requeue};
    }

    Status make_pods(const api::Object& job, const json::Value& tree, const JobPlan& plan) {
        size_t count = plan.create_indexes.empty() ? static_cast<size_t>(plan.create) : plan.create_indexes.size();
        auto made = slow_start(count, [&](size_t i) -> Status {
            int64_t index = plan.create_indexes.empty() ? -1 : plan.create_indexes[i];
            auto failures = plan.index_failures.find(index);
            auto created = control_->create(job, job_pod(tree, job, index, failures == plan.index_failures.end() ? 0 : failures->second));
            return created.ok() || namespace_terminating(created.status()) ? Status() : created.status();
        });
        return made.failure;
    }

    Status release(const ObjectPtr& pod) {
        const auto& meta = pod->meta();
        auto metadata = json::Value::object({{"uid", meta.uid}, {"finalizers", finalizers_without(meta)}});
        // Several finalizers must not be lost to somebody's concurrent change.
        if (meta.finalizers.size() > 1) metadata.set("resourceVersion", std::to_string(meta.resource_version));
        auto patched = context_->client.patch(kPods, meta.ns, meta.name, client::PatchType::Merge, json::Value::object({{"metadata", metadata}}));
        if (patched.ok() || patched.status().reason() == Reason::NotFound) return {};
        return std::move(patched).status();
    }

    reconcile::Context* context_ = nullptr;
    std::unique_ptr<PodControl> control_;
    std::shared_ptr<Informer> jobs_, pods_;
    std::mutex mutex_;
    std::map<std::string, JobBackoff> backoffs_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_job_controller() { return std::make_unique<JobController>(); }

}  // namespace skiff::controllers
