#include "server/controllers/job_plan.h"

#include <algorithm>

#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

namespace {

constexpr Duration kBackoffFirst = std::chrono::seconds(10);
constexpr Duration kBackoffMax = std::chrono::minutes(10);
constexpr int64_t kCreateMax = 500;
constexpr size_t kUncountedMax = 500;

struct Target {
    std::string type, reason, message;      // FailureTarget or SuccessCriteriaMet; type "" none
};

// One decision in the making.
class Planner {
public:
    Planner(const json::Value& job, const std::vector<JobPod>& pods, JobBackoff& backoff, WallTime now)
        : spec_(job["spec"]), pods_(pods), backoff_(backoff), now_(now) {
        status_ = job["status"].is_object() ? job["status"] : json::Value::object();
        indexed_ = spec_["completionMode"].as_string() == "Indexed";
        has_completions_ = spec_["completions"].is_int();
        completions_ = spec_["completions"].as_int();
        parallelism_ = spec_["parallelism"].as_int(1);
        per_index_ = spec_["backoffLimitPerIndex"].is_int();
        replace_failed_only_ = spec_["podReplacementPolicy"].as_string() == "Failed" || !spec_["podFailurePolicy"].is_null();
        suspended_ = spec_["suspend"].as_bool();
    }

    JobPlan run() {
        start_clock();
        survey();
        find_target();
        if (!target_.type.empty() || suspended_) remove_active();
        else manage();
        finish();
        return std::move(plan_);
    }

private:
    void condition(const std::string& type, const std::string& value, const std::string& reason, const std::string& message) {
        if (set_condition(status_, {type, value, reason, message}, now_)) {
            for (auto& present : status_.mut("conditions").mut_items())
                if (present["type"].as_string() == type) present.set("lastProbeTime", reconcile::format_time(now_));
        }
    }

    void sooner(Duration after) {
        if (after <= Duration::zero()) after = std::chrono::milliseconds(1);
        if (plan_.requeue == Duration::zero() || after < plan_.requeue) plan_.requeue = after;
    }

    void start_clock() {
        bool was_suspended = condition_true(status_, "Suspended");
        if (suspended_ && !was_suspended) {
            condition("Suspended", "True", "JobSuspended", "Job suspended");
            plan_.events.push_back({false, "Suspended", "Job suspended"});
        } else if (!suspended_ && was_suspended) {
            condition("Suspended", "False", "JobResumed", "Job resumed");
            status_.set("startTime", reconcile::format_time(now_));
            plan_.events.push_back({false, "Resumed", "Job resumed"});
        }
        if (!suspended_ && status_["startTime"].is_null()) status_.set("startTime", reconcile::format_time(now_));
    }

    bool counts_as_failed(const JobPod& pod) const {
        if (pod.phase == PodPhase::Failed) return true;
        // A pod that is being deleted may never come to an end of its own. What a failed job still had running has failed with it.
        return (!replace_failed_only_ || condition_true(status_, "FailureTarget")) && pod.deleting && pod.phase != PodPhase::Succeeded;
    }

    // Counts what is finished and collects what has to lose its finalizer.
    void survey() {
        for (auto list : {"succeeded", "failed"})
            for (const auto& uid : status_["uncountedTerminatedPods"][list].items()) uncounted_[list].insert(uid.as_string());
        if (indexed_) {
            succeeded_indexes_ = parse_indexes(status_["completedIndexes"].as_string(), completions_);
            if (per_index_) failed_indexes_ = parse_indexes(status_["failedIndexes"].as_string(), completions_);
        }
        for (const auto& pod : pods_) {
            if (pod.active()) active_.push_back(&pod);
            if (pod.active() && pod.ready) ++ready_;
            if (pod.terminating()) ++terminating_;
            bool valid_index = !indexed_ || (pod.index >= 0 && pod.index < completions_);
            if (!pod.tracked) continue;
            if (pod.phase == PodPhase::Succeeded) {
                note_finish(pod, true);
                if (indexed_ && valid_index) succeeded_indexes_.insert(pod.index);
                else if (!indexed_) add_uncounted("succeeded", pod.uid);
                finished_.push_back(&pod);
            } else if (counts_as_failed(pod)) {
                note_finish(pod, false);
                if (pod.action != FailureAction::Ignore && valid_index) add_uncounted("failed", pod.uid);
                finished_.push_back(&pod);
            }
        }
        if (per_index_) find_failed_indexes();
        for (int64_t index : succeeded_indexes_) failed_indexes_.erase(index);
        succeeded_ = indexed_ ? static_cast<int64_t>(succeeded_indexes_.size()) : status_["succeeded"].as_int() + static_cast<int64_t>(uncounted_["succeeded"].size());
        failed_ = status_["failed"].as_int() + static_cast<int64_t>(uncounted_["failed"].size());
    }

    void add_uncounted(const char* list, const std::string& uid) {
        if (uncounted_["succeeded"].size() + uncounted_["failed"].size() < kUncountedMax) uncounted_[list].insert(uid);
    }

    void note_finish(const JobPod& pod, bool success) {
        if (!backoff_.seen.insert(pod.uid).second) return;
        if (success) {
            backoff_.failures = 0;
        } else if (pod.action != FailureAction::Ignore) {
            ++backoff_.failures;
            backoff_.last_failure = std::max(backoff_.last_failure, pod.finished_at);
        }
    }

    // A failed pod of an index keeps its finalizer, and with it the count of failures, until its replacement is there.
    void find_failed_indexes() {
        std::map<int64_t, const JobPod*> newest;
        for (const auto& pod : pods_)
            if (pod.index >= 0 && pod.index < completions_) {
                auto*& slot = newest[pod.index];
                if (!slot || slot->index_failures < pod.index_failures || (slot->index_failures == pod.index_failures && slot->created < pod.created)) slot = &pod;
            }
        for (const auto& [index, pod] : newest) {
            if (!counts_as_failed(*pod)) continue;
            int64_t failures = pod->index_failures + (pod->action == FailureAction::Ignore ? 0 : 1);
            if (pod->action == FailureAction::FailIndex || failures > spec_["backoffLimitPerIndex"].as_int()) {
                failed_indexes_.insert(index);
            } else if (!succeeded_indexes_.count(index)) {
                plan_.index_failures[index] = failures;
                retry_after_[index] = failures > 0 ? backoff_delay(failures) - (now_ - pod->finished_at) : Duration::zero();
                kept_.insert(pod->uid);
            }
        }
    }

    static Duration backoff_delay(int64_t failures) {
        if (failures <= 0) return Duration::zero();
        return failures > 10 ? kBackoffMax : std::min(kBackoffFirst * (int64_t{1} << (failures - 1)), kBackoffMax);
    }

    void find_target() {
        for (auto type : {"FailureTarget", "SuccessCriteriaMet"})
            if (const auto* present = find_condition(status_, type); present && (*present)["status"].as_string() == "True") {
                target_ = {type, (*present)["reason"].as_string(), (*present)["message"].as_string()};
                return;
            }
        if (find_failure()) return;
        if (indexed_ && !spec_["successPolicy"].is_null())
            if (auto met = met_success_policy(spec_, succeeded_indexes_, completions_)) {
                target_ = {"SuccessCriteriaMet", "SuccessPolicy", *met};
                return;
            }
        bool done = has_completions_ ? succeeded_ >= completions_ && active_.size() == 0 : succeeded_ > 0 && active_.empty();
        if (done && !suspended_) target_ = {"SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"};
    }

    bool find_failure() {
        auto fail = [&](const char* reason, std::string message) {
            target_ = {"FailureTarget", reason, std::move(message)};
            return true;
        };
        for (const auto& pod : pods_)
            if (pod.phase == PodPhase::Failed && pod.action == FailureAction::FailJob) return fail("PodFailurePolicy", pod.action_message);
        int64_t limit = spec_["backoffLimit"].as_int(per_index_ ? INT32_MAX : 6);
        if (failed_ > limit || restarts_exceed(limit)) return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (deadline_passed()) return fail("DeadlineExceeded", "Job was active longer than specified deadline");
        if (!per_index_) return false;
        auto failed = static_cast<int64_t>(failed_indexes_.size());
        if (spec_["maxFailedIndexes"].is_int() && failed > spec_["maxFailedIndexes"].as_int())
            return fail("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        if (failed > 0 && failed + succeeded_ >= completions_) return fail("FailedIndexes", "Job has failed indexes");
        return false;
    }

    bool restarts_exceed(int64_t limit) const {
        if (spec_["template"]["spec"]["restartPolicy"].as_string() != "OnFailure") return false;
        int64_t restarts = 0;
        for (const auto* pod : active_) restarts += pod->restarts;
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    bool deadline_passed() {
        if (!spec_["activeDeadlineSeconds"].is_int() || suspended_) return false;
        auto start = reconcile::parse_time(status_["startTime"].as_string());
        if (!start) return false;
        Duration left = *start + std::chrono::seconds(spec_["activeDeadlineSeconds"].as_int()) - now_;
        if (left <= Duration::zero()) return true;
        sooner(left);
        return false;
    }

    void remove_active() {
        for (const auto* pod : active_) plan_.remove.push_back(pod->object);
        plan_.removed_fail = target_.type == "FailureTarget";
        active_left_ = 0;
    }

    // Finished ones replaced, missing ones made, surplus ones removed.
    void manage() {
        auto active = static_cast<int64_t>(active_.size());
        int64_t wanted = has_completions_ ? std::clamp<int64_t>(completions_ - succeeded_ - static_cast<int64_t>(failed_indexes_.size()), 0, parallelism_)
                         : succeeded_ > 0  ? std::min(active, parallelism_)
                                           : parallelism_;
        remove_surplus(active - wanted);
        active_left_ = active - static_cast<int64_t>(plan_.remove.size());
        if (!plan_.remove.empty()) return;
        int64_t missing = wanted - active - (replace_failed_only_ ? terminating_ : 0);
        if (missing <= 0) return;
        if (!per_index_ && backoff_.failures > 0) {
            Duration left = backoff_.last_failure + backoff_delay(backoff_.failures) - now_;
            if (left > Duration::zero()) return sooner(left);
        }
        missing = std::min(missing, kCreateMax);
        if (indexed_) choose_indexes(missing);
        else plan_.create = missing;
        active_left_ += indexed_ ? static_cast<int64_t>(plan_.create_indexes.size()) : plan_.create;
    }

    void remove_surplus(int64_t surplus) {
        std::vector<const JobPod*> candidates = active_;
        // Those that are not ready and the youngest go first.
        std::sort(candidates.begin(), candidates.end(), [](const JobPod* a, const JobPod* b) {
            bool left = a->phase == PodPhase::Running, right = b->phase == PodPhase::Running;
            if (left != right) return !left;
            if (a->ready != b->ready) return !a->ready;
            return a->created != b->created ? a->created > b->created : a->uid < b->uid;
        });
        std::set<const JobPod*> removed;
        if (indexed_) {
            // Oldest first: the first of an index stays.
            std::set<int64_t> taken = succeeded_indexes_;
            for (auto it = candidates.rbegin(); it != candidates.rend(); ++it)
                if ((*it)->index < 0 || (*it)->index >= completions_ || failed_indexes_.count((*it)->index) || !taken.insert((*it)->index).second) removed.insert(*it);
        }
        for (const auto* pod : candidates)
            if (static_cast<int64_t>(removed.size()) < surplus) removed.insert(pod);
        for (const auto* pod : removed) plan_.remove.push_back(pod->object);
    }

    void choose_indexes(int64_t missing) {
        std::set<int64_t> taken = succeeded_indexes_;
        taken.insert(failed_indexes_.begin(), failed_indexes_.end());
        for (const auto& pod : pods_)
            if (pod.active() || (replace_failed_only_ && pod.terminating())) taken.insert(pod.index);
        for (int64_t index = 0; index < completions_ && missing > 0; ++index) {
            if (taken.count(index)) continue;
            if (auto wait = retry_after_.find(index); wait != retry_after_.end() && wait->second > Duration::zero()) {
                sooner(wait->second);
                continue;
            }
            plan_.create_indexes.push_back(index);
            --missing;
        }
    }

    static void set_uncounted(json::Value& status, const std::map<std::string, std::set<std::string>>& uncounted) {
        auto lists = json::Value::object();
        for (const auto& [list, uids] : uncounted) {
            auto items = json::Value::array();
            for (const auto& uid : uids) items.push_back(uid);
            if (items.size() != 0) lists.set(list, std::move(items));
        }
        status.set("uncountedTerminatedPods", std::move(lists));
    }

    void finish() {
        for (const auto* pod : finished_) {
            bool listed = pod->action == FailureAction::Ignore || indexed_ || uncounted_["succeeded"].count(pod->uid) || uncounted_["failed"].count(pod->uid);
            if (!listed) sooner(std::chrono::milliseconds(1));      // the list was full; the rest comes next
            // Its failures live on in the replacement, which has to be seen first.
            if (listed && (!kept_.count(pod->uid) || !target_.type.empty())) plan_.release.push_back(pod->object);
        }
        if (!target_.type.empty()) condition(target_.type, "True", target_.reason, target_.message);
        set_or_omit(status_, "active", active_left_);
        status_.set("ready", std::min(ready_, active_left_));
        status_.set("terminating", terminating_ + static_cast<int64_t>(plan_.remove.size()));
        if (indexed_) {
            set_or_omit(status_, "completedIndexes", write_indexes(succeeded_indexes_));
            set_or_omit(status_, "succeeded", succeeded_);
            if (per_index_) status_.set("failedIndexes", write_indexes(failed_indexes_));
        }
        plan_.status_before = status_;
        set_uncounted(plan_.status_before, uncounted_);
        if (!indexed_) set_or_omit(status_, "succeeded", succeeded_);

        // Held pods stay uncounted until they are released.
        std::map<std::string, std::set<std::string>> held;
        int64_t held_count = 0;
        for (const auto& uid : kept_)
            if (uncounted_["failed"].count(uid) && target_.type.empty()) {
                held["failed"].insert(uid);
                ++held_count;
            }
        set_or_omit(status_, "failed", failed_ - held_count);
        set_uncounted(status_, held);
        conclude();
        plan_.status_after = std::move(status_);
    }

    // The last condition comes when all pods have ended and all are counted.
    void conclude() {
        if (target_.type.empty() || active_left_ > 0 || terminating_ > 0 || !plan_.remove.empty()) return;
        if (target_.type == "FailureTarget") {
            condition("Failed", "True", target_.reason, target_.message);
            plan_.events.push_back({true, target_.reason, target_.message});
        } else {
            condition("Complete", "True", target_.reason, target_.message);
            status_.set("completionTime", reconcile::format_time(now_));
            plan_.events.push_back({false, "Completed", "Job completed"});
        }
        plan_.requeue = Duration::zero();
    }

    const json::Value& spec_;
    const std::vector<JobPod>& pods_;
    JobBackoff& backoff_;
    const WallTime now_;
    JobPlan plan_;
    json::Value status_;
    bool indexed_ = false, has_completions_ = false, per_index_ = false, replace_failed_only_ = false, suspended_ = false;
    int64_t completions_ = 0, parallelism_ = 1;
    std::map<std::string, std::set<std::string>> uncounted_;
    IndexSet succeeded_indexes_, failed_indexes_;
    std::map<int64_t, Duration> retry_after_;
    std::set<std::string> kept_;
    std::vector<const JobPod*> active_, finished_;
    int64_t ready_ = 0, terminating_ = 0, succeeded_ = 0, failed_ = 0, active_left_ = 0;
    Target target_;
};

}  // namespace

bool job_finished(const json::Value& status) { return condition_true(status, "Complete") || condition_true(status, "Failed"); }

JobPlan plan_job(const json::Value& job, const std::vector<JobPod>& pods, JobBackoff& backoff, WallTime now) {
    return Planner(job, pods, backoff, now).run();
}

json::Value job_pod(const json::Value& job, const api::Object& owner, int64_t index, int64_t index_failures) {
    auto pod = pod_from_template(job["spec"]["template"], owner);
    auto& metadata = pod.mut("metadata");
    metadata.mut("finalizers").push_back(kJobFinalizer);
    if (job["spec"]["selector"].is_null()) {
        metadata.mut("labels").set("batch.kubernetes.io/controller-uid", owner.meta().uid);
        metadata.mut("labels").set("batch.kubernetes.io/job-name", owner.meta().name);
    }
    if (index < 0) return pod;
    std::string text = std::to_string(index);
    metadata.set("generateName", owner.meta().name + "-" + text + "-");
    metadata.mut("annotations").set(kIndexKey, text);
    metadata.mut("labels").set(kIndexKey, text);
    if (job["spec"]["backoffLimitPerIndex"].is_int()) metadata.mut("annotations").set(kIndexFailures, std::to_string(index_failures));
    auto& spec = pod.mut("spec");
    if (spec["hostname"].is_null()) spec.set("hostname", owner.meta().name + "-" + text);
    auto path = json::Value::object({{"fieldPath", std::string("metadata.labels['") + kIndexKey + "']"}});
    auto variable = json::Value::object({{"name", "JOB_COMPLETION_INDEX"}, {"valueFrom", json::Value::object({{"fieldRef", path}})}});
    for (auto list : {"containers", "initContainers"})
        if (auto* containers = spec.find(list))
            for (auto& container : containers->mut_items()) {
                const auto& env = container["env"].items();
                bool present = std::any_of(env.begin(), env.end(), [](const json::Value& v) { return v["name"].as_string() == "JOB_COMPLETION_INDEX"; });
                if (!present) container.mut("env").push_back(variable);
            }
    return pod;
}

}  // namespace skiff::controllers
