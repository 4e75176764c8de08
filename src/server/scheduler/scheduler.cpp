#include "server/scheduler/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "api/timestamp.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "reconcile/events.h"
#include "reconcile/informer.h"
#include "server/scheduler/claims.h"
#include "server/scheduler/cycle.h"
#include "server/scheduler/preemption.h"
#include "server/scheduler/queue.h"

namespace skiff::scheduler {

namespace {

using api::Gvr;
using api::ObjectPtr;

const Gvr kPods{"", "v1", "pods"}, kNodes{"", "v1", "nodes"}, kNamespaces{"", "v1", "namespaces"}, kBudgets{"policy", "v1", "poddisruptionbudgets"};
constexpr std::string_view kName = "default-scheduler";
constexpr size_t kBinderQueueMax = 100'000;
// Pods that no event freed are looked at again, as kube-scheduler does.
constexpr Duration kRetryAll = std::chrono::minutes(5);

// What informers tell; applied by the scheduling thread before its next cycle.
struct Change {
    enum class Kind { Pod, Node, Other } kind;
    ObjectPtr before, after;
};

class ThreadScheduler : public Scheduler {
public:
    ThreadScheduler(std::shared_ptr<client::Client> client, Clock& clock, size_t binders, reconcile::Drive drive)
        : client_(client),
          clock_(clock),
          drive_(drive),
          informers_(reconcile::InformerFactory::create(client, clock, drive)),
          event_writer_(reconcile::EventWriter::create(inline_drive() ? reconcile::EventWriter::Mode::Inline : reconcile::EventWriter::Mode::Thread)),
          events_(reconcile::EventRecorder::create(event_writer_, client, clock, std::string(kName))),
          pods_(informers_->informer(kPods)),
          nodes_(informers_->informer(kNodes)),
          namespaces_(informers_->informer(kNamespaces)),
          budgets_(informers_->informer(kBudgets)),
          claims_(*informers_),
          binders_("bind", inline_drive() ? 0 : binders, kBinderQueueMax) {
        pods_->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Pod, b, a}); }});
        nodes_->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Node, b, a}); }});
        for (const auto& input : claims_.inputs())
            input->add_handlers({[this](const ObjectPtr& b, const ObjectPtr& a) { tell({Change::Kind::Other, b, a}); }});
        snapshot_.namespace_labels = [this](const std::string& ns) -> const api::Labels* {
            held_namespace_ = namespaces_->get("", ns);
            return held_namespace_ ? &held_namespace_->meta().labels : nullptr;
        };
        snapshot_.claim = [this](const std::string& ns, const std::string& name) { return claims_.state(ns, name); };
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
        std::vector<PodPtr> unbound;
        {
            std::lock_guard lock(mutex_);
            changes.swap(changes_);
            unbound.swap(unbound_);
        }
        for (const auto& change : changes) apply(change);
        for (const auto& pod : unbound) take_back(pod);
        return !changes.empty() || !unbound.empty();
    }

    void tell(Change change) {
        {
            std::lock_guard lock(mutex_);
            changes_.push_back(std::move(change));
        }
        wake_.notify_one();
    }

    void run() {
        set_thread_name("sched");
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

    void apply(const Change& change) {
        switch (change.kind) {
            case Change::Kind::Pod: return apply_pod(change.before, change.after);
            case Change::Kind::Node: return apply_node(change.before, change.after);
            case Change::Kind::Other: return move_all();
        }
    }

    void count_affinity(const NodeInfo& node, size_t sign) {
        if (!node.object) return;
        if (!node.anti_affinity_pods.empty()) snapshot_.anti_affinity_nodes += sign;
        if (!node.affinity_pods.empty()) snapshot_.affinity_nodes += sign;
    }

    template <typename F>
    void change_node(const std::string& name, F&& change) {
        // Pods may be heard of before their node; such a node has no object and stands apart.
        auto known = snapshot_.nodes.find(name);
        auto& node = known != snapshot_.nodes.end() ? known->second : strangers_[name];
        count_affinity(node, static_cast<size_t>(-1));
        change(node);
        count_affinity(node, 1);
    }

    void apply_pod(const ObjectPtr& before, const ObjectPtr& after) {
        const auto& uid = (after ? after : before)->meta().uid;
        auto pod = after ? pod_info(after) : nullptr;
        const bool on_node = pod && !pod->node_name.empty() && !pod->terminal;
        nominate(uid, pod && pod->node_name.empty() && !pod->terminal ? pod : nullptr);
        auto where = placed_.find(uid);
        if (where != placed_.end() && (!on_node || where->second != pod->node_name)) {
            // An assumed pod whose binding is not seen yet stays where it is.
            if (pod && pod->node_name.empty() && assumed_.count(uid)) return;
            change_node(where->second, [&](NodeInfo& node) { node.remove_pod(uid); });
            placed_.erase(where);
            move_all();
        }
        assumed_.erase(uid);
        if (on_node) {
            change_node(pod->node_name, [&](NodeInfo& node) { node.add_pod(pod); });
            const bool fresh = placed_.insert_or_assign(uid, pod->node_name).second;
            queue_.remove(uid);
            // A pod that arrives may be the partner that another one's affinity waits for.
            if (fresh) move_all();
            return;
        }
        if (!pod || pod->terminal || pod->deleting || pod->scheduler_name != kName || pod->gated) return queue_.remove(uid);
        if (before && queue_.has(uid) && only_status_changed(before, after)) return queue_.replace(pod);
        queue_.put(pod);
    }

    // Keeps snapshot_.nominated: a pod stands there while its status names a node and it is bound to none. Null removes it.
    void nominate(const std::string& uid, const PodPtr& pod) {
        auto held = nominated_.find(uid);
        if (held == nominated_.end() && (!pod || pod->nominated_node.empty())) return;
        if (held != nominated_.end()) {
            auto& list = snapshot_.nominated[held->second];
            list.erase(std::remove_if(list.begin(), list.end(), [&](const PodPtr& p) { return p->uid == uid; }), list.end());
            if (list.empty()) snapshot_.nominated.erase(held->second);
            nominated_.erase(held);
        }
        if (!pod || pod->nominated_node.empty()) return;
        snapshot_.nominated[pod->nominated_node].push_back(pod);
        nominated_[uid] = pod->nominated_node;
    }

    // Our own condition must not make the pod active again.
    static bool only_status_changed(const ObjectPtr& before, const ObjectPtr& after) {
        auto old_tree = before->tree(), new_tree = after->tree();
        return (*old_tree)["spec"] == (*new_tree)["spec"] && before->meta().labels == after->meta().labels;
    }

    void apply_node(const ObjectPtr& before, const ObjectPtr& after) {
        const auto& name = (after ? after : before)->meta().name;
        if (!after) {
            auto it = snapshot_.nodes.find(name);
            if (it == snapshot_.nodes.end()) return;
            count_affinity(it->second, static_cast<size_t>(-1));
            it->second.object = nullptr;
            strangers_[name] = std::move(it->second);
            snapshot_.nodes.erase(it);
            return;
        }
        auto [it, added] = snapshot_.nodes.try_emplace(name);
        auto& node = it->second;
        if (added) {
            if (auto stranger = strangers_.extract(name)) node = std::move(stranger.mapped());
        } else if (!matters(before, after)) {
            node.object = after;
            return;
        }
        if (!added) count_affinity(node, static_cast<size_t>(-1));
        node.set_node(after);
        count_affinity(node, 1);
        move_all();
    }

    // Heartbeats change nothing that scheduling looks at.
    static bool matters(const ObjectPtr& before, const ObjectPtr& after) {
        if (!before || before->meta().labels != after->meta().labels) return true;
        auto old_tree = before->tree(), new_tree = after->tree();
        return !((*old_tree)["spec"] == (*new_tree)["spec"] && (*old_tree)["status"]["allocatable"] == (*new_tree)["status"]["allocatable"] &&
                 (*old_tree)["status"]["images"] == (*new_tree)["status"]["images"]);
    }

    void schedule(const PodPtr& pod) {
        const auto moves = moves_;
        auto decision = decide(*pod, snapshot_, seed_++);
        if (decision.node.empty()) return refuse(pod, decision, moves);
        auto there = assumed(pod, decision.node);
        change_node(decision.node, [&](NodeInfo& node) { node.add_pod(there); });
        placed_[pod->uid] = decision.node;
        nominate(pod->uid, nullptr);
        assumed_.insert(pod->uid);
        queue_.remove(pod->uid);
        if (!later([this, pod, node = decision.node] { bind(pod, node); })) take_back(pod);
    }

    // On a binder thread.
    void bind(const PodPtr& pod, const std::string& node) {
        Status outcome;
        bool ready = true;
        if (!pod->claims.empty()) {
            auto selected = claims_.select_node(*client_, *pod, node);
            if (!selected.ok()) outcome = std::move(selected).status();
            else ready = *selected;
        }
        if (outcome.ok() && ready) {
            auto binding = json::Value::object({{"apiVersion", "v1"}, {"kind", "Binding"}});
            binding.set("metadata", json::Value::object({{"name", pod->name}, {"namespace", pod->ns}, {"uid", pod->uid}}));
            binding.set("target", json::Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}));
            auto bound = client_->create(kPods, pod->ns, binding, {.subresource = "binding"}, pod->name);
            if (!bound.ok()) outcome = std::move(bound).status();
        }
        if (outcome.ok() && ready) {
            events_->event(reconcile::ObjectReference::to(*pod->object), "Normal", "Scheduled",
                           fmt::format("Successfully assigned {}/{} to {}", pod->ns, pod->name, node));
            return;
        }
        if (!outcome.ok() && outcome.reason() != Reason::NotFound && outcome.reason() != Reason::Conflict)
            log::warn("scheduler", "binding failed", {{"pod", pod->key}, {"node", node}, {"error", outcome.message()}});
        std::lock_guard lock(mutex_);
        unbound_.push_back(pod);
        wake_.notify_one();
    }

    void take_back(const PodPtr& pod) {
        if (auto it = placed_.find(pod->uid); it != placed_.end() && assumed_.erase(pod->uid)) {
            change_node(it->second, [&](NodeInfo& node) { node.remove_pod(pod->uid); });
            placed_.erase(it);
            if (auto current = pods_->get(pod->ns, pod->name); current && current->meta().uid == pod->uid)
                queue_.park(pod_info(current), clock_.elapsed());
            // The failure may be over already: looked at again after the usual back-off.
            if (queue_.has(pod->uid) && pod->claims.empty()) move_all();
        }
    }

    void refuse(const PodPtr& pod, const Decision& decision, uint64_t moves) {
        auto message = decision.message();
        std::vector<Budget> budgets;
        if (!decision.preemptable.empty())
            for (const auto& budget : budgets_->list()) budgets.push_back(read_budget(*budget));
        auto preemption = find_preemption(*pod, snapshot_, decision, budgets);
        // A pod that waits for its victims keeps its place.
        std::string nominated = preemption.not_eligible.empty() ? preemption.node : pod->nominated_node;
        if (decision.nodes_total) message += preemption.message(decision);
        std::vector<PodPtr> outranked;
        if (!preemption.node.empty()) {
            for (const auto& other : snapshot_.nominated[preemption.node])
                if (other->priority < pod->priority) outranked.push_back(other);
            for (const auto& other : outranked) nominate(other->uid, nullptr);
            auto chosen = std::make_shared<PodInfo>(*pod);
            chosen->nominated_node = nominated;
            nominate(pod->uid, chosen);
        } else if (nominated.empty()) {
            nominate(pod->uid, nullptr);
        }
        queue_.failed(pod, clock_.elapsed(), moves != moves_);
        later([this, pod, message, nominated, preemption, outranked] {
            for (const auto& other : outranked) clear_nomination(*other);
            if (!preemption.node.empty()) evict(preemption, *pod);
            events_->event(reconcile::ObjectReference::to(*pod->object), "Warning", "FailedScheduling", message);
            write_condition(*pod, message, nominated);
        });
    }

    void clear_nomination(const PodInfo& pod) {
        auto patch = json::Value::object();
        patch.mut("status").set("nominatedNodeName", json::Value());
        (void)client_->patch(kPods, pod.ns, pod.name, client::PatchType::Strategic, patch, {.subresource = "status"});
    }

    void evict(const Preemption& preemption, const PodInfo& pod) {
        for (const auto& victim : preemption.victims) {
            auto condition = json::Value::object({{"type", "DisruptionTarget"}, {"status", "True"}, {"reason", "PreemptionByScheduler"},
                                                  {"message", std::string(kName) + ": preempting to accommodate a higher priority pod"},
                                                  {"lastTransitionTime", api::format_time(clock_.now())}});
            auto patch = json::Value::object();
            patch.mut("status").set("conditions", json::Value::array({condition}));
            (void)client_->patch(kPods, victim->ns, victim->name, client::PatchType::Strategic, patch, {.subresource = "status"});
            auto removed = client_->remove(kPods, victim->ns, victim->name, {.uid = victim->uid});
            if (!removed.ok() && removed.reason() != Reason::NotFound)
                log::warn("scheduler", "preemption failed", {{"victim", victim->key}, {"error", removed.message()}});
            events_->event(reconcile::ObjectReference::to(*victim->object), "Normal", "Preempted",
                           fmt::format("Preempted by pod {} on node {}", pod.uid, preemption.node));
        }
    }

    void write_condition(const PodInfo& pod, const std::string& message, const std::string& nominated) {
        auto current = pods_->get(pod.ns, pod.name);
        if (!current || current->meta().uid != pod.uid) return;
        auto tree = current->tree();
        for (const auto& c : (*tree)["status"]["conditions"].items())
            if (c["type"].as_string() == "PodScheduled" && c["message"].as_string() == message &&
                (*tree)["status"]["nominatedNodeName"].as_string() == nominated)
                return;
        auto condition = json::Value::object({{"type", "PodScheduled"}, {"status", "False"}, {"reason", "Unschedulable"}, {"message", message},
                                              {"lastTransitionTime", api::format_time(clock_.now())}});
        if (const auto generation = (*tree)["metadata"]["generation"].as_int()) condition.set("observedGeneration", generation);
        auto patch = json::Value::object();
        patch.mut("status").set("conditions", json::Value::array({condition}));
        if (nominated != (*tree)["status"]["nominatedNodeName"].as_string())
            patch.mut("status").set("nominatedNodeName", nominated.empty() ? json::Value() : json::Value(nominated));
        auto written = client_->patch(kPods, pod.ns, pod.name, client::PatchType::Strategic, patch, {.subresource = "status"});
        if (!written.ok() && written.status().reason() != Reason::NotFound)
            log::warn("scheduler", "cannot write PodScheduled", {{"pod", pod.key}, {"error", written.status().message()}});
    }

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    const reconcile::Drive drive_;
    std::unique_ptr<reconcile::InformerFactory> informers_;
    std::shared_ptr<reconcile::EventWriter> event_writer_;
    std::unique_ptr<reconcile::EventRecorder> events_;
    std::shared_ptr<reconcile::Informer> pods_, nodes_, namespaces_, budgets_;
    Claims claims_;
    ObjectPtr held_namespace_;

    // The scheduling thread's own.
    Snapshot snapshot_;
    std::map<std::string, NodeInfo> strangers_;
    std::map<std::string, std::string> placed_;       // pod uid -> node
    std::set<std::string> assumed_;
    std::map<std::string, std::string> nominated_;    // pod uid -> node
    PodQueue queue_;
    uint64_t seed_ = inline_drive() ? 1 : random_u64(), moves_ = 0;
    std::deque<std::function<void()>> tasks_;         // Drive::Caller: what binders would do
    Duration last_move_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Change> changes_;
    std::vector<PodPtr> unbound_;                     // with mutex_: bindings that failed
    bool stopping_ = false;

    ThreadPool binders_;
    std::jthread thread_;
};

}  // namespace

std::unique_ptr<Scheduler> Scheduler::create(std::shared_ptr<client::Client> client, Clock& clock, size_t binders, reconcile::Drive drive) {
    return std::make_unique<ThreadScheduler>(std::move(client), clock, binders, drive);
}

}  // namespace skiff::scheduler
