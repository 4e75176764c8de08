#include "server/scheduler/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "reconcile/informer.h"
#include "server/scheduler/claims.h"
#include "server/scheduler/cluster_state.h"
#include "server/scheduler/cycle.h"
#include "server/scheduler/devices/claim_writes.h"
#include "server/scheduler/extenders.h"
#include "server/scheduler/preemption.h"
#include "server/scheduler/queue.h"
#include "server/scheduler/writes.h"

namespace skiff::scheduler {

namespace {

using api::Gvr;
using api::ObjectPtr;

const Gvr kPods{"", "v1", "pods"}, kNodes{"", "v1", "nodes"}, kNamespaces{"", "v1", "namespaces"}, kBudgets{"policy", "v1", "poddisruptionbudgets"},
    kResourceClaims{"resource.k8s.io", "v1", "resourceclaims"}, kDeviceSlices{"resource.k8s.io", "v1", "resourceslices"},
    kDeviceClasses{"resource.k8s.io", "v1", "deviceclasses"};
constexpr size_t kBinderQueueMax = 100'000;
// Pods that no event freed are looked at again, as kube-scheduler does.
constexpr Duration kRetryAll = std::chrono::minutes(5);

// What informers tell; applied by the scheduling thread before its next cycle.
struct Change {
    enum class Kind { Pod, Node, Claim, DeviceSlice, DeviceClass, Other } kind;
    ObjectPtr before, after;
};

std::vector<std::string> names_of(const std::vector<Profile>& profiles) {
    std::vector<std::string> names;
    for (const auto& profile : profiles) names.push_back(profile.name);
    return names;
}

// Our own condition must not make the pod active again.
bool only_status_changed(const ObjectPtr& before, const ObjectPtr& after) {
    auto old_tree = before->tree(), new_tree = after->tree();
    return (*old_tree)["spec"] == (*new_tree)["spec"] && before->meta().labels == after->meta().labels &&
           (*old_tree)["status"]["resourceClaimStatuses"] == (*new_tree)["status"]["resourceClaimStatuses"];
}

// A pod whose binding failed, or waits for its claims.
struct Unbound {
    PodPtr pod;
    bool failed;
};

class ThreadScheduler : public Scheduler {
public:
    ThreadScheduler(std::shared_ptr<client::Client> client, Clock& clock, size_t binders, reconcile::Drive drive, Configuration configuration)
        : client_(client),
          clock_(clock),
          drive_(drive),
          configuration_(std::move(configuration)),
          informers_(reconcile::InformerFactory::create(client, clock, drive)),
          event_writer_(reconcile::EventWriter::create(inline_drive() ? reconcile::EventWriter::Mode::Inline : reconcile::EventWriter::Mode::Thread)),
          pods_(informers_->informer(kPods)),
          nodes_(informers_->informer(kNodes)),
          namespaces_(informers_->informer(kNamespaces)),
          budgets_(informers_->informer(kBudgets)),
          claims_(*informers_),
          writes_(client, clock, pods_, event_writer_, names_of(configuration_.profiles)),
          extenders_(configuration_.extenders),
          queue_(configuration_.backoff_first, configuration_.backoff_max),
          binders_("bind", inline_drive() ? 0 : binders, kBinderQueueMax) {
        pods_->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Pod, b, a}); }});
        nodes_->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Node, b, a}); }});
        const std::pair<Gvr, Change::Kind> devices[] = {
            {kResourceClaims, Change::Kind::Claim}, {kDeviceSlices, Change::Kind::DeviceSlice}, {kDeviceClasses, Change::Kind::DeviceClass}};
        for (const auto& [gvr, kind] : devices)
            informers_->informer(gvr)->add_handlers({[this, kind = kind](const ObjectPtr& b, const ObjectPtr& a) { tell({kind, b, a}); }});
        for (const auto& input : claims_.inputs())
            input->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Other, b, a}); }});
        auto& snapshot = state_.snapshot();
        snapshot.namespace_labels = [this](const std::string& ns) -> const api::Labels* {
            held_namespace_ = namespaces_->get("", ns);
            return held_namespace_ ? &held_namespace_->meta().labels : nullptr;
        };
        snapshot.claim = [this](const std::string& ns, const std::string& name) { return claims_.state(ns, name); };
        snapshot.devices = &devices_;
        snapshot.volume_limit = [this](const std::string& node, const std::string& driver) { return claims_.volume_limit(node, driver); };
    }

    ~ThreadScheduler() override { stop(); }

    void start() override {
        informers_->start();
        thread_ = std::jthread([this] { run(); });
    }

    void stop() override {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        extenders_.stop();
        if (thread_.joinable()) thread_.join();
        binders_.stop();
        informers_->stop();
        event_writer_->stop();
    }

    bool run_next() override {
        informers_->start();
        informers_->step();
        if (!tasks_.empty()) {
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            task();
            event_writer_->flush();
            return true;
        }
        bool any = take_news();
        if (clock_.elapsed() - last_move_ >= kRetryAll) move_all();
        if (auto pod = queue_.pop(clock_.elapsed())) {
            schedule(pod);
            any = true;
        }
        return any;
    }

    std::optional<Duration> next_due() override {
        auto pod = queue_.next_due(clock_.elapsed()), watch = informers_->next_due();
        return pod && watch ? std::min(pod, watch) : pod ? pod : watch;
    }

private:
    bool inline_drive() const { return drive_ == reconcile::Drive::Caller; }

    // What informers and binders told since the last time.
    bool take_news() {
        std::deque<Change> changes;
        std::vector<Unbound> unbound;
        {
            std::lock_guard lock(mutex_);
            changes.swap(changes_);
            unbound.swap(unbound_);
        }
        for (const auto& change : changes) apply(change);
        for (const auto& [pod, failed] : unbound) take_back(pod, failed);
        return !changes.empty() || !unbound.empty();
    }

    void tell(Change change) {
        {
            std::lock_guard lock(mutex_);
            changes_.push_back(std::move(change));
        }
        wake_.notify_one();
    }

    // A device that a claim has is free for those who have not heard of the claim. An API that does not answer is not waited for without end.
    void wait_for_caches() {
        auto stopping = [this] {
            std::lock_guard lock(mutex_);
            return stopping_;
        };
        for (int i = 0; i < 20 && !stopping() && !informers_->wait_synced(std::chrono::milliseconds(500)); ++i) {}
    }

    void run() {
        set_thread_name("sched");
        wait_for_caches();
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                while (!stopping_ && changes_.empty() && unbound_.empty()) {
                    const auto now = clock_.elapsed();
                    auto due = queue_.next_due(now);
                    if (due && *due <= now) break;
                    if (queue_.size() && now - last_move_ >= kRetryAll) break;
                    auto deadline = due ? *due : now + kRetryAll;
                    // Nothing waits: sleep until told.
                    if (queue_.size() == 0) wake_.wait(lock);
                    else clock_.wait_until(wake_, lock, deadline);
                }
                if (stopping_) return;
            }
            take_news();
            const auto now = clock_.elapsed();
            if (now - last_move_ >= kRetryAll) move_all();
            // Several cycles between looks at the inbox keep throughput high without delaying news.
            for (int i = 0; i < 16; ++i) {
                auto pod = queue_.pop(clock_.elapsed());
                if (!pod) break;
                schedule(pod);
            }
        }
    }

    bool later(std::function<void()> task) {
        if (!inline_drive()) return binders_.submit(std::move(task));
        tasks_.push_back(std::move(task));
        return true;
    }

    void move_all() {
        last_move_ = clock_.elapsed();
        ++moves_;
        queue_.move_all(last_move_);
    }

    void move_partners() {
        ++arrivals_;
        queue_.move_lonely(clock_.elapsed());
    }

    const Profile* profile_of(const PodInfo& pod) const {
        for (const auto& profile : configuration_.profiles)
            if (profile.name == pod.scheduler_name) return &profile;
        return nullptr;
    }

    void apply(const Change& change) {
        switch (change.kind) {
            case Change::Kind::Pod: return apply_pod(change.before, change.after);
            case Change::Kind::Node:
                if (state_.apply_node(change.before, change.after)) move_all();
                return;
            case Change::Kind::Claim: return apply_claim(change.before, change.after);
            case Change::Kind::DeviceSlice:
                devices_.apply_slice(change.before, change.after);
                return move_claimants();
            case Change::Kind::DeviceClass:
                devices_.apply_class(change.before, change.after);
                return move_claimants();
            case Change::Kind::Other: return move_all();
        }
    }

    void move_claimants() {
        queue_.move_where([](const PodInfo& pod) { return !pod.resource_claims.empty(); }, clock_.elapsed());
    }

    void apply_claim(const ObjectPtr& before, const ObjectPtr& after) {
        const auto news = devices_.apply_claim(before, after);
        if (!news.any) return;
        const auto& meta = (after ? after : before)->meta();
        auto uses = [&](const PodInfo& pod) {
            return pod.ns == meta.ns && std::any_of(pod.resource_claims.begin(), pod.resource_claims.end(), [&](const PodClaim& c) { return c.claim == meta.name; });
        };
        queue_.move_where([&](const PodInfo& pod) { return news.freed ? !pod.resource_claims.empty() : uses(pod); }, clock_.elapsed());
        std::vector<PodPtr> ready;
        for (const auto& [uid, pod] : waiting_)
            if (uses(*pod) && !devices_.awaits_claims(*pod)) ready.push_back(pod);
        for (const auto& pod : ready) enqueue(pod);
    }

    // A pod whose claims are still being made from templates is not looked at before.
    void enqueue(const PodPtr& pod) {
        if (!pod->resource_claims.empty() && devices_.awaits_claims(*pod)) {
            queue_.remove(pod->uid);
            waiting_[pod->uid] = pod;
            return;
        }
        waiting_.erase(pod->uid);
        queue_.put(pod);
    }

    void apply_pod(const ObjectPtr& before, const ObjectPtr& after) {
        const auto news = state_.apply_pod(before, after);
        const auto& pod = news.pod;
        if (news.waits_for_binding || (after && !pod)) return;
        if (news.left) move_all();
        waiting_.erase((after ? after : before)->meta().uid);
        if (news.placed) {
            queue_.remove(pod->uid);
            if (news.fresh || before->meta().labels != after->meta().labels) move_partners();
            return;
        }
        const auto& uid = (after ? after : before)->meta().uid;
        if (!pod || pod->terminal || pod->deleting || pod->gated || !profile_of(*pod)) return queue_.remove(uid);
        if (before && queue_.has(uid) && only_status_changed(before, after)) return queue_.replace(pod);
        enqueue(pod);
    }

    void schedule(const PodPtr& pod) {
        const auto* profile = profile_of(*pod);
        const auto moves = news_for(*pod);
        auto decision = decide(*pod, state_.snapshot(), seed_++, *profile, start_, extenders_.advisor());
        start_ = std::move(decision.next);
        if (!decision.error.empty()) return postpone(pod, decision.error);
        if (decision.node.empty()) return refuse(pod, *profile, decision, moves);
        std::vector<Reservation> reservations;
        if (!pod->resource_claims.empty() && profile->runs("DynamicResources")) {
            auto reserved = devices_.reserve(*pod, state_.snapshot().nodes.at(decision.node));
            if (!reserved.ok()) return postpone(pod, reserved.status().message());
            reservations = std::move(*reserved);
            devices_.assume(pod->uid, reservations);
        }
        state_.assume(pod, decision.node);
        queue_.remove(pod->uid);
        // Who waits for company may have it now.
        move_partners();
        if (!later([this, pod, node = decision.node, reservations = std::move(reservations)] { bind(pod, node, reservations); })) take_back(pod, true);
    }

    // What has happened so far that may help the pod.
    uint64_t news_for(const PodInfo& pod) const { return moves_ + (pod.looks_at_pods() ? arrivals_ : 0); }

    // On a binder thread.
    void bind(const PodPtr& pod, const std::string& node, const std::vector<Reservation>& reservations) {
        Status outcome;
        bool ready = true;
        if (!pod->claims.empty()) {
            auto selected = claims_.select_node(*client_, *pod, node);
            if (!selected.ok()) outcome = std::move(selected).status();
            else ready = *selected;
        }
        const auto written = claim_written();
        const bool reserves = !reservations.empty() && outcome.ok() && ready;
        if (reserves) outcome = reserve_claims(*client_, *pod, reservations, written);
        const bool reserved = reserves && outcome.ok();
        if (outcome.ok() && ready) outcome = extenders_.binds(*pod) ? extenders_.bind(*pod, node) : writes_.bind(*pod, node);
        if (outcome.ok() && ready) return writes_.bound(*pod, node);
        if (reserved) release_claims(*client_, *pod, reservations, written);
        if (!outcome.ok() && outcome.reason() != Reason::NotFound && outcome.reason() != Reason::Conflict)
            log::warn("scheduler", "binding failed", {{"pod", pod->key}, {"node", node}, {"error", outcome.message()}});
        std::lock_guard lock(mutex_);
        unbound_.push_back({pod, !outcome.ok()});
        wake_.notify_one();
    }

    // What binders write is known before its event comes.
    ClaimWritten claim_written() {
        return [this](const ObjectPtr& claim) { tell({Change::Kind::Claim, nullptr, claim}); };
    }

    void take_back(const PodPtr& pod, bool failed) {
        devices_.take_back(pod->uid);
        if (!state_.take_back(pod)) return;
        if (auto current = pods_->get(pod->ns, pod->name); current && current->meta().uid == pod->uid) queue_.park(pod_info(current), clock_.elapsed());
        // The failure may be over already: looked at again after the usual back-off.
        if (failed && queue_.has(pod->uid)) move_all();
    }

    // Nobody said no, but somebody who must be asked did not answer.
    void postpone(const PodPtr& pod, const std::string& message) {
        queue_.failed(pod, clock_.elapsed(), true);
        later([this, pod, message] { writes_.refused(*pod, "SchedulerError", message, pod->nominated_node); });
    }

    void refuse(const PodPtr& pod, const Profile& profile, const Decision& decision, uint64_t moves) {
        auto message = decision.message();
        std::vector<Budget> budgets;
        if (!decision.preemptable.empty())
            for (const auto& budget : budgets_->list()) budgets.push_back(read_budget(*budget));
        Preemption preemption;
        if (profile.preempts) preemption = find_preemption(*pod, state_.snapshot(), decision, budgets, profile, seed_,
                                                               [&](std::vector<Preemption>& candidates) { return extenders_.judge(*pod, candidates); });
        // A pod that waits for its victims keeps its place.
        std::string nominated = preemption.not_eligible.empty() ? preemption.node : pod->nominated_node;
        ObjectPtr hindrance = decision.reasons.count(kClaimElsewhere) ? devices_.hindrance(*pod, state_.snapshot().nodes) : nullptr;
        const bool has_claims = !pod->resource_claims.empty() && decision.whole_reason.empty();
        const char* claims = hindrance ? "deallocation of ResourceClaim completed" : has_claims ? "still not schedulable" : "no new claims to deallocate";
        // In kube-scheduler the plugin of claims, which did not come to look at this pod, ends the search for room with these words.
        const bool unseen = !decision.whole_reason.empty() && decision.refused_by != "DynamicResources" && profile.runs("DynamicResources");
        if (decision.nodes_total && profile.preempts) message += unseen ? " not found" : preemption.message(decision, claims);
        auto outranked = take_place(pod, preemption, nominated);
        queue_.failed(pod, clock_.elapsed(), moves != news_for(*pod));
        later([this, pod, message, nominated, preemption, outranked, hindrance] {
            if (hindrance) deallocate_claim(*client_, *hindrance, claim_written());
            for (const auto& other : outranked) writes_.clear_nomination(*other);
            if (!preemption.node.empty()) writes_.evict(preemption, *pod);
            writes_.refused(*pod, "Unschedulable", message, nominated);
        });
    }

    // Nominates the pod for the node that preemption found; those of lower priority that waited for it are returned.
    std::vector<PodPtr> take_place(const PodPtr& pod, const Preemption& preemption, const std::string& nominated) {
        std::vector<PodPtr> outranked;
        if (preemption.node.empty()) {
            if (nominated.empty()) state_.nominate(pod->uid, nullptr);
            return outranked;
        }
        for (const auto& other : state_.snapshot().nominated[preemption.node])
            if (other->priority < pod->priority) outranked.push_back(other);
        for (const auto& other : outranked) state_.nominate(other->uid, nullptr);
        auto chosen = std::make_shared<PodInfo>(*pod);
        chosen->nominated_node = nominated;
        state_.nominate(pod->uid, chosen);
        return outranked;
    }

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    const reconcile::Drive drive_;
    const Configuration configuration_;
    std::unique_ptr<reconcile::InformerFactory> informers_;
    std::shared_ptr<reconcile::EventWriter> event_writer_;
    std::shared_ptr<reconcile::Informer> pods_, nodes_, namespaces_, budgets_;
    Claims claims_;
    Writes writes_;
    Extenders extenders_;
    ObjectPtr held_namespace_;

    // The scheduling thread's own.
    ClusterState state_;
    PodQueue queue_;
    DeviceState devices_;
    std::map<std::string, PodPtr> waiting_;           // by uid: for claims that are made from templates
    std::string start_;                               // the node that the next cycle asks first
    uint64_t seed_ = inline_drive() ? 1 : random_u64(), moves_ = 0, arrivals_ = 0;
    std::deque<std::function<void()>> tasks_;         // Drive::Caller: what binders would do
    Duration last_move_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Change> changes_;
    std::vector<Unbound> unbound_;                    // with mutex_
    bool stopping_ = false;

    ThreadPool binders_;
    std::jthread thread_;
};

}  // namespace

std::unique_ptr<Scheduler> Scheduler::create(std::shared_ptr<client::Client> client, Clock& clock, size_t binders, reconcile::Drive drive,
                                             Configuration configuration) {
    return std::make_unique<ThreadScheduler>(std::move(client), clock, binders, drive, std::move(configuration));
}

}  // namespace skiff::scheduler
