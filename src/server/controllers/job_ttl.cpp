#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/job.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

// When the Job finished; nothing when it did not or keeps no TTL.
std::optional<WallTime> expires_at(const json::Value& job) {
    if (!job["spec"]["ttlSecondsAfterFinished"].is_int()) return std::nullopt;
    for (auto type : {"Complete", "Failed"}) {
        const auto* condition = find_condition(job["status"], type);
        if (!condition || (*condition)["status"].as_string() != "True") continue;
        auto finished = reconcile::parse_time((*condition)["lastTransitionTime"].as_string());
        if (finished) return *finished + std::chrono::seconds(job["spec"]["ttlSecondsAfterFinished"].as_int());
    }
    return std::nullopt;
}

class JobTtlController : public reconcile::Controller {
public:
    std::string_view name() const override { return "ttl-after-finished"; }
    std::vector<Gvr> inputs() const override { return {kJobs}; }
    std::vector<reconcile::Output> outputs() const override { return {{kJobs, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        jobs_ = context.informers.informer(kJobs);
        jobs_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && !current->meta().deleting() && expires_at(*current->tree())) context_->queue.add(current->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto job = jobs_->get(parts[0], parts[1]);
        if (!job || job->meta().deleting()) return Requeue{};
        auto expires = expires_at(*job->tree());
        if (!expires) return Requeue{};
        if (*expires > context_->clock.now()) return Requeue{*expires - context_->clock.now()};
        client::DeleteOptions options;
        options.uid = job->meta().uid;
        options.resource_version = std::to_string(job->meta().resource_version);
        options.propagation = "Foreground";
        Status removed = context_->client.remove(kJobs, job->meta().ns, job->meta().name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> jobs_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_job_ttl_controller() { return std::make_unique<JobTtlController>(); }

}  // namespace skiff::controllers
