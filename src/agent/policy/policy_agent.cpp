#include "agent/policy/policy_agent.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <thread>

#include "agent/policy/pod_policies.h"
#include "agent/policy/policy_rules.h"
#include "agent/sys/nft.h"
#include "base/fd.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/thread_pool.h"

namespace skiff::agent::policy {

namespace {

using reconcile::Gvr;
using reconcile::ObjectPtr;

constexpr int kCheckEveryMs = 60'000, kRetryMs = 1'000;

class WatchingPolicyAgent : public PolicyAgent {
public:
    WatchingPolicyAgent(Options options, reconcile::InformerFactory& informers, sys::NetlinkSocket socket, sys::NftMonitor monitor)
        : options_(std::move(options)),
          informers_(informers),
          policies_(informers.informer(Gvr{"networking.k8s.io", "v1", "networkpolicies"})),
          namespaces_(informers.informer(Gvr{"", "v1", "namespaces"})),
          socket_(std::move(socket)),
          monitor_(std::move(monitor)),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        policies_->add_handlers({[this](const ObjectPtr&, const ObjectPtr&) { wake(); }});
        namespaces_->add_handlers({[this](const ObjectPtr& before, const ObjectPtr& after) {
            if (!before || !after || before->meta().labels != after->meta().labels) wake();
        }});
    }

    ~WatchingPolicyAgent() override { stop(); }

    void start() override {
        thread_ = std::jthread([this] { run(); });
    }

    void stop() override {
        stopping_ = true;
        wake();
        if (thread_.joinable()) thread_.join();
    }

private:
    void wake() {
        uint64_t one = 1;
        [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
    }

    void run() {
        set_thread_name("policy");
        bool written = sync();
        while (!stopping_) {
            pollfd ready[2] = {{wake_.get(), POLLIN, 0}, {monitor_.fd(), POLLIN, 0}};
            // Without rules there is nothing to look after, and nothing that could be damaged.
            const bool guarding = !current_.empty();
            const int n = ::poll(ready, guarding ? 2 : 1, !written ? kRetryMs : guarding ? kCheckEveryMs : -1);
            uint64_t count = 0;
            [[maybe_unused]] auto drained = ::read(wake_.get(), &count, sizeof count);
            if (stopping_) return;
            const bool suspicious = guarding && (n == 0 || (ready[1].revents && monitor_.drain(options_.table)));
            if (suspicious && written && !intact()) {
                log::warn("policy", "rules were changed by somebody else: written anew");
                known_ = false;
            }
            written = sync();
        }
    }

    void follow_pods() {
        pods_ = informers_.informer(Gvr{"", "v1", "pods"});
        pods_->add_handlers({[this](const ObjectPtr& before, const ObjectPtr& after) {
            const auto key = (after ? after : before)->meta().key();
            bool changed = true;
            {
                auto facts = facts_.lock();
                if (after) {
                    PodFacts fresh = pod_facts(*after->tree(), after->meta().labels);
                    auto& held = (*facts)[key];
                    changed = !(held == fresh);
                    held = std::move(fresh);
                } else {
                    changed = facts->erase(key) > 0;
                }
            }
            if (changed) wake();
        }});
        informers_.start();
    }

    // True when the kernel holds what is wanted.
    bool sync() {
        if (!policies_->synced() || !namespaces_->synced()) return false;
        std::vector<api::TreePtr> held;
        std::vector<const json::Value*> policies;
        for (const auto& policy : policies_->list()) {
            held.push_back(policy->tree());
            policies.push_back(held.back().get());
        }
        if (!policies.empty() && !pods_) follow_pods();
        if (pods_ && !pods_->synced()) return false;
        std::vector<PodPolicy> wanted;
        if (!policies.empty()) {
            std::vector<NamespaceFacts> namespaces;
            for (const auto& space : namespaces_->list()) namespaces.push_back({space->meta().name, space->meta().labels});
            auto facts = facts_.lock();
            std::vector<const PodFacts*> pods;
            for (const auto& [key, pod] : *facts) pods.push_back(&pod);
            wanted = pod_policies(policies, pods, namespaces, options_.node_name);
        }
        if (known_ && wanted == current_) return true;
        if (auto s = write(wanted); !s.ok()) {
            log::error("policy", "cannot write rules", {{"error", s.message()}});
            known_ = false;
            return false;
        }
        known_ = true;
        current_ = std::move(wanted);
        return true;
    }

    Status write(const std::vector<PodPolicy>& wanted) {
        TRY(policy_batch(options_.table, wanted).commit(socket_, "write policy rules"));
        rule_count_ = wanted.empty() ? 0 : TRY(sys::nft_rule_count(socket_, sys::kFamilyInet, options_.table));
        return {};
    }

    bool intact() {
        auto count = sys::nft_rule_count(socket_, sys::kFamilyInet, options_.table);
        return count.ok() && *count == rule_count_;
    }

    Options options_;
    reconcile::InformerFactory& informers_;
    std::shared_ptr<reconcile::Informer> policies_, namespaces_, pods_;
    Guarded<std::map<std::string, PodFacts>> facts_;
    sys::NetlinkSocket socket_;
    sys::NftMonitor monitor_;
    Fd wake_;
    std::vector<PodPolicy> current_;
    size_t rule_count_ = 0;
    bool known_ = false;                   // current_ is what the kernel holds; not so at the start, when rules of an earlier run may stand
    std::atomic<bool> stopping_{false};
    std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<PolicyAgent>> PolicyAgent::create(Options options, reconcile::InformerFactory& informers) {
    auto socket = TRY(sys::NetlinkSocket::open_netfilter());
    auto monitor = TRY(sys::NftMonitor::open());
    return std::unique_ptr<PolicyAgent>(std::make_unique<WatchingPolicyAgent>(std::move(options), informers, std::move(socket), std::move(monitor)));
}

}  // namespace skiff::agent::policy
