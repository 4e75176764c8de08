#include "server/controllers/cron_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr int64_t kMissedMax = 100;
constexpr Duration kJustAfter = std::chrono::milliseconds(100);
// Waiting knows nothing of the wall clock: one that was set (a board without its own, after the network is up) is noticed by then.
constexpr Duration kLookAgain = std::chrono::minutes(10);

// "Complete", "Failed", or "" while it runs.
std::string finished_as(const json::Value& job) {
    for (auto type : {"Complete", "Failed"})
        if (condition_true(job["status"], type)) return type;
    return {};
}

class CronJobController : public reconcile::Controller {
public:
    std::string_view name() const override { return "cronjob"; }
    std::vector<Gvr> inputs() const override { return {kCronJobs, kJobs}; }
    std::vector<reconcile::Output> outputs() const override { return {{kJobs, ""}, {kCronJobs, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        crons_ = context.informers.informer(kCronJobs);
        jobs_ = context.informers.informer(kJobs);
        crons_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        jobs_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            for (const auto& object : {previous, current})
                if (auto key = object ? controller_key(object->meta(), "CronJob", "batch") : ""; !key.empty()) context_->queue.add(key);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto cron = crons_->get(parts[0], parts[1]);
        if (!cron) return Requeue{};
        auto tree = cron->tree();
        json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
        std::vector<ObjectPtr> jobs;
        for (const auto& job : jobs_->by_index(Informer::kByOwner, cron->meta().uid))
            if (job->meta().controller() && job->meta().controller()->uid == cron->meta().uid) jobs.push_back(job);
        review_active(cron, jobs, status);
        TRY(remove_history(cron, *tree, jobs));
        auto requeue = start_due(cron, *tree, status);
        TRY(update_status(context_->client, kCronJobs, cron, status));
        return requeue;
    }

private:
    void event(const ObjectPtr& cron, bool warning, const char* reason, std::string message) {
        context_->events.event(reconcile::ObjectReference::to(*cron), warning ? "Warning" : "Normal", reason, std::move(message));
    }

    static json::Value reference_to(const api::Object& job) {
        return json::Value::object({{"kind", "Job"},
                                    {"namespace", job.meta().ns},
                                    {"name", job.meta().name},
                                    {"uid", job.meta().uid},
                                    {"apiVersion", "batch/v1"},
                                    {"resourceVersion", std::to_string(job.meta().resource_version)}});
    }

    void review_active(const ObjectPtr& cron, const std::vector<ObjectPtr>& jobs, json::Value& status) {
        auto kept = json::Value::array();
        const json::Array active = std::as_const(status)["active"].items();      // a copy: status changes below
        for (const auto& reference : active) {
            auto job = std::find_if(jobs.begin(), jobs.end(), [&](const ObjectPtr& j) { return j->meta().uid == reference["uid"].as_string(); });
            if (job == jobs.end()) {
                event(cron, true, "MissingJob", "Active job went missing: " + reference["name"].as_string());
                continue;
            }
            std::string ended = finished_as(*(*job)->tree());
            if (ended.empty()) {
                kept.push_back(reference);
                continue;
            }
            event(cron, false, "SawCompletedJob", fmt::format("Saw completed job: {}, condition: {}", (*job)->meta().name, ended));
        }
        for (const auto& job : jobs) {
            auto tree = job->tree();
            const auto& completed = (*tree)["status"]["completionTime"].as_string();
            std::string ended = finished_as(*tree);
            if (ended == "Complete" && completed > status["lastSuccessfulTime"].as_string()) status.set("lastSuccessfulTime", completed);
            bool known = std::any_of(active.begin(), active.end(), [&](const json::Value& r) { return r["uid"].as_string() == job->meta().uid; });
            // Made by us in a run that could not write its status any more.
            if (!known && ended.empty() && !job->meta().deleting()) kept.push_back(reference_to(*job));
        }
        set_or_omit(status, "active", std::move(kept));
    }

    Status remove_history(const ObjectPtr& cron, const json::Value& tree, const std::vector<ObjectPtr>& jobs) {
        for (auto [type, field, fallback] : {std::tuple{"Complete", "successfulJobsHistoryLimit", 3}, std::tuple{"Failed", "failedJobsHistoryLimit", 1}}) {
            std::vector<ObjectPtr> ended;
            for (const auto& job : jobs)
                if (!job->meta().deleting() && finished_as(*job->tree()) == type) ended.push_back(job);
            std::sort(ended.begin(), ended.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
                auto left = a->tree(), right = b->tree();
                const auto &l = (*left)["status"]["startTime"].as_string(), &r = (*right)["status"]["startTime"].as_string();
                return l != r ? l < r : a->meta().name < b->meta().name;
            });
            int64_t surplus = static_cast<int64_t>(ended.size()) - tree["spec"][field].as_int(fallback);
            for (int64_t i = 0; i < surplus; ++i) TRY(remove_job(cron, ended[static_cast<size_t>(i)]->meta().name));
        }
        return {};
    }

    Status remove_job(const ObjectPtr& cron, const std::string& name) {
        client::DeleteOptions options;
        options.propagation = "Background";
        Status removed = context_->client.remove(kJobs, cron->meta().ns, name, options);
        if (removed.reason() == Reason::NotFound) return {};
        if (removed.ok()) event(cron, false, "SuccessfulDelete", "Deleted job " + name);
        else event(cron, true, "FailedDelete", "Deleted job: " + removed.message());
        return removed;
    }

    // A schedule that cannot be read stays unread until it is changed.
    std::optional<CronSchedule> read_schedule(const ObjectPtr& cron, const json::Value& tree) {
        const auto& zone_name = tree["spec"]["timeZone"].as_string();
        auto zone = TimeZone::load(zone_name);
        if (!zone.ok()) {
            event(cron, true, "UnknownTimeZone", fmt::format("invalid timeZone: \"{}\": {}", zone_name, zone.status().message()));
            return std::nullopt;
        }
        auto schedule = CronSchedule::parse(tree["spec"]["schedule"].as_string(), *zone);
        if (schedule.ok()) return *schedule;
        event(cron, true, "UnparseableSchedule", fmt::format("unparseable schedule: \"{}\" : {}", tree["spec"]["schedule"].as_string(), schedule.status().message()));
        return std::nullopt;
    }

    Result<Requeue> start_due(const ObjectPtr& cron, const json::Value& tree, json::Value& status) {
        const auto& spec = tree["spec"];
        if (cron->meta().deleting() || spec["suspend"].as_bool()) return Requeue{};
        auto schedule = read_schedule(cron, tree);
        if (!schedule) return Requeue{};
        WallTime now = context_->clock.now();
        auto since = reconcile::parse_time(status["lastScheduleTime"].as_string());
        if (!since) since = reconcile::parse_time(cron->meta().creation_timestamp);
        std::optional<int64_t> deadline;
        if (spec["startingDeadlineSeconds"].is_int()) deadline = spec["startingDeadlineSeconds"].as_int();
        auto due = due_time(*schedule, since.value_or(now), deadline, now);
        if (due.missed_many)
            event(cron, true, "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        Requeue requeue{due.next ? std::min<Duration>(*due.next - now + kJustAfter, kLookAgain) : Duration::zero()};
        if (!due.due) return requeue;
        if (deadline && *due.due + std::chrono::seconds(*deadline) < now) {
            event(cron, true, "MissSchedule", "Missed scheduled time to start a job: " + reconcile::format_time(*due.due));
            return requeue;
        }
        if (jobs_->get(cron->meta().ns, job_name(cron, *due.due))) {
            // Started by a run whose status got lost: what is active now is that very job, neither in its way nor to be replaced.
            status.set("lastScheduleTime", reconcile::format_time(*due.due));
            return requeue;
        }
        const auto& policy = spec["concurrencyPolicy"].as_string();
        if (policy == "Forbid" && status["active"].size() != 0) {
            event(cron, false, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return requeue;
        }
        if (policy == "Replace") {
            for (const auto& reference : std::as_const(status)["active"].items()) TRY(remove_job(cron, reference["name"].as_string()));
            status.erase("active");
        }
        TRY(start_job(cron, tree, *due.due, status));
        return requeue;
    }

    // One name for each time: nobody can start it twice.
    static std::string job_name(const ObjectPtr& cron, WallTime scheduled) {
        return cron->meta().name + "-" + std::to_string(std::chrono::floor<std::chrono::minutes>(scheduled).time_since_epoch().count());
    }

    Status start_job(const ObjectPtr& cron, const json::Value& tree, WallTime scheduled, json::Value& status) {
        const auto& from = tree["spec"]["jobTemplate"];
        auto metadata = json::Value::object({{"name", job_name(cron, scheduled)}, {"namespace", cron->meta().ns}});
        if (from["metadata"]["labels"].size() != 0) metadata.set("labels", from["metadata"]["labels"]);
        metadata.set("annotations", from["metadata"]["annotations"].is_object() ? from["metadata"]["annotations"] : json::Value::object());
        metadata.mut("annotations").set("batch.kubernetes.io/cronjob-scheduled-timestamp", reconcile::format_time(scheduled));
        metadata.set("ownerReferences", json::Value::array({controller_reference(*cron)}));
        auto job = json::Value::object({{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", metadata}, {"spec", from["spec"]}});
        auto created = context_->client.create(kJobs, cron->meta().ns, job);
        if (!created.ok() && created.status().reason() == Reason::AlreadyExists) {
            // Started by a run whose status got lost, or somebody else's: either way this time is over.
            status.set("lastScheduleTime", reconcile::format_time(scheduled));
            return {};
        }
        if (!created.ok()) {
            if (namespace_terminating(created.status())) return {};
            event(cron, true, "FailedCreate", "Error creating job: " + created.status().message());
            return std::move(created).status();
        }
        event(cron, false, "SuccessfulCreate", "Created job " + (*created)->meta().name);
        status.mut("active").push_back(reference_to(**created));
        status.set("lastScheduleTime", reconcile::format_time(scheduled));
        return {};
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> crons_, jobs_;
};

}  // namespace

CronDue due_time(const CronSchedule& schedule, WallTime since, std::optional<int64_t> starting_deadline_s, WallTime now) {
    CronDue result;
    if (starting_deadline_s) since = std::max<WallTime>(since, now - std::chrono::seconds(*starting_deadline_s));
    int64_t passed = 0;
    auto time = schedule.next(since);
    while (time && *time <= now) {
        result.due = time;
        if (++passed > kMissedMax) {
            // Far behind: the last one of the recent past is enough, found from ever nearer starts.
            result.missed_many = true;
            for (auto back : {Duration(std::chrono::hours(24 * 366)), Duration(std::chrono::hours(24 * 32)), Duration(std::chrono::hours(25)),
                              Duration(std::chrono::hours(1)), Duration(std::chrono::minutes(2))})
                if (auto near = schedule.next(std::max<WallTime>(*result.due, now - back)); near && *near <= now) result.due = near;
            for (auto near = schedule.next(*result.due); near && *near <= now; near = schedule.next(*near)) result.due = near;
            time = schedule.next(now);
            break;
        }
        time = schedule.next(*time);
    }
    result.next = time;
    return result;
}

std::unique_ptr<reconcile::Controller> make_cron_job_controller() { return std::make_unique<CronJobController>(); }

}  // namespace skiff::controllers
