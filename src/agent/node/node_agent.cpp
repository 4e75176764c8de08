#include "agent/node/node_agent.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/thread_pool.h"
#include "reconcile/timestamp.h"

namespace skiff::agent::node {

namespace {

using std::chrono::seconds;
constexpr Duration kRenew = seconds(10), kReport = seconds(300), kRetryFirst = std::chrono::milliseconds(100), kRetryMax = seconds(7);
constexpr Duration kNetworkPatience = seconds(25);   // less than the lease lasts
constexpr int kLeaseSeconds = 40;
const api::Gvr kNodes{"", "v1", "nodes"};
const api::Gvr kLeases{"coordination.k8s.io", "v1", "leases"};
const std::string kLeaseNamespace = "kube-node-lease";

class Agent : public NodeAgent {
public:
    explicit Agent(Options options) : options_(std::move(options)) { state_.network_message = "Network plugin returns error: pod CIDR is not assigned yet"; }
    ~Agent() override { stop(); }

    void start() override {
        thread_ = std::thread([this] {
            set_thread_name("node");
            work();
        });
    }

    void stop() override {
        {
            std::lock_guard lock(mutex_);
            stopped_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

    void set_network(bool ready, const std::string& message) override {
        std::lock_guard lock(mutex_);
        if (!std::exchange(network_known_, true)) changed_.notify_all();
        if (state_.network_ready == ready && state_.network_message == message) return;
        state_.network_ready = ready;
        state_.network_message = message;
        report_ = true;
        changed_.notify_all();
    }

    void set_runtime(bool ready, const std::string& message) override {
        std::lock_guard lock(mutex_);
        if (state_.runtime_ready == ready && state_.runtime_message == message) return;
        state_.runtime_ready = ready;
        state_.runtime_message = message;
        report_ = true;
        changed_.notify_all();
    }

    void set_pressure(bool memory, bool disk, bool pid) override {
        std::lock_guard lock(mutex_);
        if (state_.memory_pressure == memory && state_.disk_pressure == disk && state_.pid_pressure == pid) return;
        state_.memory_pressure = memory;
        state_.disk_pressure = disk;
        state_.pid_pressure = pid;
        report_ = true;
        changed_.notify_all();
    }

    void report_soon() override {
        std::lock_guard lock(mutex_);
        report_ = true;
        changed_.notify_all();
    }

private:
    // Sleeps until the deadline, a stop, or (when asked) a report. False when stopped.
    bool wait_until(Duration deadline, bool wake_for_report) {
        std::unique_lock lock(mutex_);
        while (!stopped_ && !(wake_for_report && report_) && options_.clock->elapsed() < deadline) options_.clock->wait_until(changed_, lock, deadline);
        return !stopped_;
    }

    void work() {
        Duration retry = kRetryFirst;
        while (!register_node()) {
            if (!wait_until(options_.clock->elapsed() + retry, false)) return;
            retry = std::min(kRetryMax, retry * 2);
        }
        if (!await_network()) return;
        Duration next_lease = Duration{0};
        while (true) {
            bool report;
            {
                std::lock_guard lock(mutex_);
                if (stopped_) return;
                report = std::exchange(report_, false);
            }
            const Duration now = options_.clock->elapsed();
            const bool lease_due = now >= next_lease;
            const bool reported = report_status(report || lease_due);
            if (lease_due) {
                const bool renewed = renew_lease();
                if (!renewed && !node_known_) register_node();
                next_lease = options_.clock->elapsed() + (renewed ? kRenew : seconds(1));
            }
            if (!reported) next_lease = std::min(next_lease, options_.clock->elapsed() + seconds(1));
            if (!wait_until(next_lease, true)) return;
        }
    }

    // A node that was Ready before this agent started stays Ready while the agent finds its network again: a restart must not flip it.
    // False when stopped.
    bool await_network() {
        bool was_ready = false;
        for (const auto& condition : last_status_["conditions"].items())
            was_ready = was_ready || (condition["type"].as_string() == "Ready" && condition["status"].as_string() == "True");
        const Duration deadline = options_.clock->elapsed() + (was_ready ? kNetworkPatience : Duration{0});
        std::unique_lock lock(mutex_);
        while (!stopped_ && !network_known_ && options_.clock->elapsed() < deadline) options_.clock->wait_until(changed_, lock, deadline);
        return !stopped_;
    }

    // Creates the Node, or brings an old one's labels up to date.
    bool register_node() {
        auto created = options_.client->create(kNodes, "", new_node(options_.identity, options_.machine));
        if (!created.ok() && created.status().reason() == Reason::AlreadyExists) {
            const json::Value patch = json::Value::object({{"metadata", json::Value::object({{"labels", usual_labels(options_.identity, options_.machine)}})}});
            created = options_.client->patch(kNodes, "", options_.identity.name, client::PatchType::Strategic, patch);
        }
        if (!created.ok()) {
            log::warn("node", "not registered yet", {{"error", created.status().message()}});
            return false;
        }
        take(*created);
        node_known_ = true;
        log::info("node", "registered", {{"name", options_.identity.name}});
        return true;
    }

    void take(const api::ObjectPtr& node) {
        uid_ = node->meta().uid;
        last_status_ = (*node->tree())["status"];
    }

    // Writes the status when it has changed or is due. True unless a write failed.
    bool report_status(bool look) {
        const Duration now = options_.clock->elapsed();
        if (!look) return true;
        NodeState state;
        {
            std::lock_guard lock(mutex_);
            state = state_;
        }
        state.pressure = read_pressure(options_.data_dir);
        if (options_.images) state.images = options_.images();
        if (auto seen = options_.client->get(kNodes, "", options_.identity.name); seen.ok()) take(*seen);
        json::Value status = node_status(options_.identity, options_.machine, state, last_status_["conditions"], options_.clock->now());
        const auto gone = keep_extended_resources(status, last_status_);
        if (now < next_report_ && gone.empty() && !status_changed(last_sent_, status)) return true;
        json::Value patch = json::Value::object({{"status", status}});
        for (const auto& name : gone) patch.mut("status").mut("allocatable").set(name, json::Value());
        auto written = options_.client->patch(kNodes, "", options_.identity.name, client::PatchType::Strategic, patch, {.subresource = "status"});
        if (!written.ok()) {
            if (written.status().reason() == Reason::NotFound) node_known_ = false;
            log::warn("node", "status not written", {{"error", written.status().message()}});
            return false;
        }
        take(*written);
        last_sent_ = std::move(status);
        next_report_ = now + kReport;
        return true;
    }

    bool renew_lease() {
        json::Value lease = json::Value::object({{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}});
        json::Value meta = json::Value::object({{"name", options_.identity.name}, {"namespace", kLeaseNamespace}});
        meta.set("ownerReferences", json::Value::array({json::Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", options_.identity.name}, {"uid", uid_}})}));
        if (!lease_version_.empty()) meta.set("resourceVersion", lease_version_);
        lease.set("metadata", std::move(meta));
        lease.set("spec", json::Value::object({{"holderIdentity", options_.identity.name},
                                               {"leaseDurationSeconds", kLeaseSeconds},
                                               {"renewTime", reconcile::format_micro_time(options_.clock->now())}}));
        auto written = lease_version_.empty() ? options_.client->create(kLeases, kLeaseNamespace, lease) : options_.client->update(kLeases, kLeaseNamespace, lease);
        if (!written.ok() && (written.status().reason() == Reason::AlreadyExists || written.status().reason() == Reason::Conflict)) {
            auto present = options_.client->get(kLeases, kLeaseNamespace, options_.identity.name);
            if (present.ok()) {
                lease_version_ = std::to_string((*present)->meta().resource_version);
                lease.mut("metadata").set("resourceVersion", lease_version_);
                written = options_.client->update(kLeases, kLeaseNamespace, lease);
            }
        }
        if (!written.ok()) {
            lease_version_.clear();
            log::warn("node", "lease not renewed", {{"error", written.status().message()}});
            return false;
        }
        lease_version_ = std::to_string((*written)->meta().resource_version);
        return true;
    }

    Options options_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    NodeState state_;                         // without pressure and images
    bool stopped_ = false, report_ = true;
    bool network_known_ = false;              // up or not: somebody has said so

    // Of the thread alone.
    bool node_known_ = false;
    std::string uid_, lease_version_;
    json::Value last_status_, last_sent_;
    Duration next_report_{0};
};

}  // namespace

std::unique_ptr<NodeAgent> NodeAgent::create(Options options) { return std::make_unique<Agent>(std::move(options)); }

}  // namespace skiff::agent::node
