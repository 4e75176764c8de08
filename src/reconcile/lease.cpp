#include "reconcile/lease.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/thread_pool.h"
#include "reconcile/timestamp.h"

namespace skiff::reconcile {

namespace {

const api::Gvr kLeases{"coordination.k8s.io", "v1", "leases"};

class Election : public LeaderElection {
public:
    Election(std::shared_ptr<client::Client> client, Clock& clock, LeaderOptions options)
        : client_(std::move(client)), clock_(clock), options_(std::move(options)) {}
    ~Election() override { stop(); }

    void start() override {
        thread_ = std::thread([this] { run(); });
    }

    void stop() override {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    bool leading() const override { return leading_; }

private:
    void run() {
        set_thread_name("leader");
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            lock.unlock();
            attempt();
            lock.lock();
            Duration deadline = clock_.elapsed() + options_.retry_period;
            while (!stopping_ && clock_.elapsed() < deadline) clock_.wait_until(wake_, lock, deadline);
        }
        lock.unlock();
        if (leading_) {
            step_down();
            release();
        }
    }

    void attempt() {
        bool held = try_hold();
        if (held) {
            renewed_ = clock_.elapsed();
            if (!leading_.exchange(true) && options_.started) options_.started();
        } else if (leading_ && (lost_ || clock_.elapsed() - renewed_ >= options_.renew_deadline)) {
            step_down();
        }
    }

    void step_down() {
        log::warn("leader", "no longer the leader", {{"lease", options_.name}});
        leading_ = false;
        if (options_.stopped) options_.stopped();
    }

    // True when the lease is ours now. lost_: somebody else holds it.
    bool try_hold() {
        lost_ = false;
        auto current = client_->get(kLeases, options_.ns, options_.name);
        if (!current.ok() && current.status().reason() != Reason::NotFound) return false;
        json::Value tree;
        if (current.ok()) tree = *(*current)->tree();
        // The other clock is not trusted: a lease is old when it has not changed for its duration as we saw it.
        if (!(tree["spec"] == observed_)) {
            observed_ = tree["spec"];
            observed_at_ = clock_.elapsed();
        }
        auto step = decide_lease(current.ok() ? &tree : nullptr, options_, clock_.now(), clock_.elapsed() - observed_at_);
        if (step.kind == LeaseStep::Kind::Wait) {
            lost_ = true;
            return false;
        }
        if (step.kind == LeaseStep::Kind::Create) {
            auto lease = json::Value::object({{"apiVersion", "coordination.k8s.io/v1"},
                                              {"kind", "Lease"},
                                              {"metadata", json::Value::object({{"name", options_.name}, {"namespace", options_.ns}})},
                                              {"spec", step.spec}});
            return client_->create(kLeases, options_.ns, lease).ok();
        }
        tree.set("spec", step.spec);
        return client_->update(kLeases, options_.ns, tree).ok();
    }

    void release() {
        auto current = client_->get(kLeases, options_.ns, options_.name);
        if (!current.ok()) return;
        json::Value tree = *(*current)->tree();
        if (tree["spec"]["holderIdentity"].as_string() != options_.identity) return;
        tree.mut("spec").set("holderIdentity", "");
        tree.mut("spec").set("leaseDurationSeconds", 1);
        (void)client_->update(kLeases, options_.ns, tree);
    }

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    const LeaderOptions options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::atomic<bool> leading_{false};
    bool lost_ = false;
    Duration renewed_{0}, observed_at_{0};
    json::Value observed_;
    std::thread thread_;
};

}  // namespace

LeaseStep decide_lease(const json::Value* lease, const LeaderOptions& options, WallTime now, Duration observed_age) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.lease_duration).count();
    json::Value spec = lease ? (*lease)["spec"] : json::Value::object();
    const std::string holder = spec["holderIdentity"].as_string();
    spec.set("leaseDurationSeconds", seconds);
    spec.set("renewTime", format_micro_time(now));
    if (lease && holder == options.identity) return {LeaseStep::Kind::Renew, spec};
    Duration valid = std::chrono::seconds(lease ? (*lease)["spec"]["leaseDurationSeconds"].as_int(seconds) : 0);
    if (lease && !holder.empty() && observed_age < valid) return {LeaseStep::Kind::Wait, {}};
    spec.set("holderIdentity", options.identity);
    spec.set("acquireTime", format_micro_time(now));
    spec.set("leaseTransitions", lease ? spec["leaseTransitions"].as_int() + 1 : 0);
    return {lease ? LeaseStep::Kind::Take : LeaseStep::Kind::Create, spec};
}

std::unique_ptr<LeaderElection> LeaderElection::create(std::shared_ptr<client::Client> client, Clock& clock, LeaderOptions options) {
    return std::make_unique<Election>(std::move(client), clock, std::move(options));
}

}  // namespace skiff::reconcile
