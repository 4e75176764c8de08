#include "agent/pods/pod_manager.h"

#include <algorithm>
#include <set>
#include <thread>

#include "agent/pods/admission.h"
#include "agent/pods/adoption.h"
#include "agent/pods/allocation.h"
#include "agent/pods/container_spec.h"
#include "agent/pods/container_status.h"
#include "agent/pods/exec_runner.h"
#include "agent/pods/hooks.h"
#include "agent/pods/mirror_pods.h"
#include "agent/pods/pod_entry.h"
#include "agent/pods/status_writer.h"
#include "agent/pods/step_image.h"
#include "agent/pods/sync.h"
#include "agent/pods/sysctls.h"
#include "base/file.h"
#include "base/log.h"
#include "reconcile/work_queue.h"

namespace skiff::agent::pods {

namespace {

using EntryPtr = std::shared_ptr<PodEntry>;
constexpr int64_t kEvictionGraceS = 1;   // a hard threshold leaves no time
constexpr size_t kTaskThreads = 2, kQueueMax = 4096;

class Manager : public PodManager {
public:
    explicit Manager(Options options)
        : options_(std::move(options)),
          tasks_("pod-task", kTaskThreads, kQueueMax),
          pulls_("pull", options_.pull_workers, kQueueMax),
          queue_(reconcile::WorkQueue::create(*options_.clock)),
          exec_(*options_.runtime, *options_.poller, *options_.timers, tasks_),
          status_writer_(options_.client, *options_.clock),
          mirrors_(options_.client, options_.config.node_name) {}

    ~Manager() override { stop(); }

    Status open() {
        volumes::VolumeManager::Options volume_options;
        volume_options.pods_dir = options_.config.pods_dir;
        volume_options.memory_dir = options_.memory_dir;
        volume_options.client = options_.client;
        volume_options.timers = options_.timers;
        volume_options.pool = &tasks_;
        volume_options.clock = options_.clock;
        volume_options.refresh_failed = [this](const std::string& uid, const Status& status) { volume_refresh_failed(uid, status); };
        volume_options.referenced_changed = [this](const std::string& uid) {
            post(uid, [](PodState& state) { state.volumes_retry_at = Duration{0}; });
        };
        volumes_ = TRY(volumes::VolumeManager::open(std::move(volume_options)));
        if (options_.io) {
            runner_ = probes::Runner::create(*options_.io, *options_.timers,
                                             [this](const std::string& id, const std::vector<std::string>& command, Duration timeout, std::function<void(probes::ExecResult)> done) {
                                                 exec_.run(id, command, timeout, std::move(done));
                                             });
        }
        probes::Prober::Callbacks callbacks;
        callbacks.changed = [this](const probes::Change& change) {
            post(change.pod_uid, [change](PodState& state) { take_probe_change(state, change); });
        };
        callbacks.failed = [this](const probes::Change& change) { probe_failed(change); };
        prober_ = probes::Prober::create(runner_, *options_.timers, *options_.clock, std::move(callbacks));
        services_.reset(new Services{options_.config, options_.client, *options_.runtime, *options_.images, nullptr, *volumes_, *prober_, runner_, *options_.events,
                                     status_writer_, pulls_, *options_.timers, *options_.clock, options_.services});
        return {};
    }

    void start() override {
        found_ = find_running(*options_.runtime);
        forget_root_file_systems();
        options_.runtime->on_change([this](const runtime::ContainerStatus& status) { container_changed(status); });
        for (size_t i = 0; i < options_.workers; ++i)
            workers_.emplace_back([this, i] {
                set_thread_name("pod-worker-" + std::to_string(i));
                while (auto uid = queue_->get()) {
                    sync(*uid);
                    queue_->done(*uid);
                }
            });
        options_.pods->add_handlers({[this](const api::ObjectPtr& previous, const api::ObjectPtr& current) { pod_changed(previous, current); }});
    }

    void sources_ready() override {
        FoundByUid orphans;
        {
            std::lock_guard lock(mutex_);
            orphans.swap(found_);
            ready_ = true;
        }
        for (const auto& [uid, found] : orphans) {
            log::info("pods", "ending a pod that is wanted no more", {{"uid", uid}});
            PodState state;
            state.gone = true;
            add(uid, stand_in(uid, found), std::move(state), found);
        }
        for (const auto& uid : volumes_->uids_on_disk())
            if (!entry_of(uid)) (void)volumes_->teardown(uid);
        forget_addresses();
        reconcile_mirrors();
    }

    void set_network(network::PodNetwork* network) override {
        std::vector<std::string> uids;
        {
            std::lock_guard lock(mutex_);
            for (const auto& [uid, entry] : entries_) uids.push_back(uid);
        }
        services_->network = network;
        for (const auto& uid : uids) queue_->add(uid);
        forget_addresses();
    }

    void set_static(std::vector<api::ObjectPtr> pods) override {
        std::map<std::string, api::ObjectPtr> wanted;
        for (auto& pod : pods) wanted[pod->meta().uid] = pod;
        std::map<std::string, api::ObjectPtr> before;
        {
            std::lock_guard lock(mutex_);
            before = std::exchange(static_pods_, wanted);
        }
        for (const auto& [uid, pod] : before)
            if (!wanted.count(uid)) post(uid, [](PodState& state) { state.gone = true; });
        for (const auto& [uid, pod] : wanted) {
            if (before.count(uid)) continue;
            PodState state;
            state.from_manifest = true;
            add(uid, pod, std::move(state), take_found(uid));
        }
        reconcile_mirrors();
    }

    bool evict(std::string_view uid, const std::string& message) override {
        const PodSnapshotPtr pod = find_uid(uid);
        if (!pod || !pod->active) return false;
        options_.events->event(reconcile::ObjectReference::to(*pod->pod), "Warning", "Evicted", message);
        post(pod->uid, [message, now = options_.clock->elapsed()](PodState& state) {
            if (state.termination || state.terminal_at_adoption) return;
            state.termination = Termination{.grace_s = kEvictionGraceS, .since = now, .reason = "Evicted", .message = message, .failed = true, .disrupted = true};
        });
        return true;
    }

    void set_pressure(const NodePressure& pressure) override {
        std::lock_guard lock(mutex_);
        pressure_ = pressure;
    }

    void stop() override {
        queue_->shut_down();
        for (auto& worker : workers_)
            if (worker.joinable()) worker.join();
        workers_.clear();
        pulls_.stop();
        tasks_.stop();
        status_writer_.stop();
    }

    PodSnapshotPtr find(std::string_view ns, std::string_view name) const override {
        PodSnapshotPtr best;
        for (auto& snapshot : list())
            if (snapshot->ns == ns && snapshot->name == name && (!best || snapshot->active || snapshot->pod->meta().creation_timestamp > best->pod->meta().creation_timestamp)) best = snapshot;
        return best;
    }

    PodSnapshotPtr find_uid(std::string_view uid) const override {
        std::lock_guard lock(mutex_);
        auto found = entries_.find(std::string(uid));
        return found == entries_.end() ? nullptr : found->second->snapshot();
    }

    std::vector<PodSnapshotPtr> list() const override {
        std::vector<PodSnapshotPtr> result;
        std::lock_guard lock(mutex_);
        for (const auto& [uid, entry] : entries_)
            if (auto snapshot = entry->snapshot()) result.push_back(std::move(snapshot));
        return result;
    }

    std::shared_ptr<void> watch(std::string_view uid, std::function<void()> changed) override {
        const EntryPtr entry = entry_of(std::string(uid));
        return entry ? entry->watch(std::move(changed)) : nullptr;
    }

private:
    // What containers left that ended with the machine. Before anything runs here: none is being made meanwhile.
    void forget_root_file_systems() {
        std::set<std::string> kept;
        for (const auto& [uid, found] : found_)
            for (const auto& container : found.containers) kept.insert(container.id);
        for (const auto& uid : volumes_->uids_on_disk())
            for (const auto& volume : file::list_dir(options_.config.pods_dir + "/" + uid + "/image-volumes").value_or({})) kept.insert(image_volume_id(uid, volume));
        if (const Status removed = options_.images->keep_only(kept); !removed.ok()) log::warn("pods", "old root file systems stay", {{"error", removed.message()}});
    }

    // Addresses of pods that are no more, once it is known which are.
    void forget_addresses() {
        network::PodNetwork* network = services_->network.load();
        if (!network || !ready_ || addresses_checked_.exchange(true)) return;
        std::vector<std::string> uids;
        {
            std::lock_guard lock(mutex_);
            for (const auto& [uid, entry] : entries_) uids.push_back(uid);
        }
        if (const Status kept = network->keep_only(uids); !kept.ok()) log::warn("pods", "old addresses stay", {{"error", kept.message()}});
    }

    EntryPtr entry_of(const std::string& uid) const {
        std::lock_guard lock(mutex_);
        auto found = entries_.find(uid);
        return found == entries_.end() ? nullptr : found->second;
    }

    void post(const std::string& uid, std::function<void(PodState&)> change) {
        if (EntryPtr entry = entry_of(uid)) {
            entry->post(std::move(change));
            queue_->add(uid);
        }
    }

    Found take_found(const std::string& uid) {
        std::lock_guard lock(mutex_);
        auto found = found_.find(uid);
        if (found == found_.end()) return {};
        Found result = std::move(found->second);
        found_.erase(found);
        return result;
    }

    void add(const std::string& uid, const api::ObjectPtr& pod, PodState state, const Found& found) {
        state.uid = uid;
        state.key = pod->meta().key();
        state.pod = pod;
        const api::TreePtr tree = pod->tree();
        const Leftovers leftovers = adopt(state, *tree, found, options_.clock->elapsed(), options_.clock->now());
        for (auto& [name, container] : state.containers)      // runs that only the API remembers may still have their log
            for (auto& run : container.runs)
                if (run.status.log_path.empty()) run.status.log_path = container_log_path(options_.config, *tree, uid, name, run.status.attempt);
        auto entry = std::make_shared<PodEntry>(std::move(state));
        entry->state.last_status = (*tree)["status"];
        entry->publish(make_snapshot(entry->state, *tree));
        {
            std::lock_guard lock(mutex_);
            entries_[uid] = entry;
        }
        if (!leftovers.containers.empty() || !leftovers.sandboxes.empty())
            (void)tasks_.submit([this, leftovers] {
                for (const auto& id : leftovers.containers) {
                    (void)options_.runtime->remove(id);
                    (void)options_.images->unmount_rootfs(id);
                }
                for (const auto& id : leftovers.sandboxes) (void)options_.runtime->remove_sandbox(id);
            });
        queue_->add(uid);
    }

    void pod_changed(const api::ObjectPtr& previous, const api::ObjectPtr& current) {
        const api::ObjectPtr& pod = current ? current : previous;
        if (pod->meta().annotations.size() > 0 && !pod->meta().annotation(kMirrorAnnotation).empty()) return mirror_changed(pod, current != nullptr);
        const std::string& uid = pod->meta().uid;
        if (current && previous && previous->meta().uid != uid) post(previous->meta().uid, [](PodState& state) { state.gone = true; });
        if (!current) return post(uid, [](PodState& state) { state.gone = true; });
        if (entry_of(uid)) return post(uid, [current](PodState& state) { state.pod = current; });
        add(uid, current, PodState(), take_found(uid));
    }

    void mirror_changed(const api::ObjectPtr& mirror, bool present) {
        std::string uid;
        {
            std::lock_guard lock(mutex_);
            if (present) mirror_objects_[mirror->meta().key()] = mirror;
            else mirror_objects_.erase(mirror->meta().key());
            for (const auto& [static_uid, pod] : static_pods_)
                if (pod->meta().key() == mirror->meta().key()) uid = static_uid;
        }
        if (!uid.empty())
            post(uid, [mirror, present](PodState& state) {
                state.mirror_uid = present ? mirror->meta().uid : "";
                state.mirror = present ? mirror : nullptr;
            });
        reconcile_mirrors();
    }

    void reconcile_mirrors() {
        if (!ready_ || mirrors_queued_.exchange(true)) return;
        const bool taken = tasks_.submit([this] {
            mirrors_queued_ = false;
            std::lock_guard one(mirrors_mutex_);
            std::map<std::string, api::ObjectPtr> wanted, present;
            {
                std::lock_guard lock(mutex_);
                for (const auto& [uid, pod] : static_pods_) wanted[pod->meta().key()] = pod;
                present = mirror_objects_;
            }
            if (!mirrors_.reconcile(wanted, present)) options_.timers->after(std::chrono::seconds(5), [this] { reconcile_mirrors(); });
        });
        if (!taken) mirrors_queued_ = false;
    }

    void container_changed(const runtime::ContainerStatus& status) {
        auto uid = status.labels.find(label::kPodUid);
        if (uid == status.labels.end()) return;
        post(uid->second, [status, now = options_.clock->elapsed()](PodState& state) {
            auto container = state.containers.find(status.name);
            if (container == state.containers.end()) return;
            for (auto& run : container->second.runs) {
                if (run.status.id != status.id || run.exited()) continue;
                run.status = status;
                if (run.exited()) run.ended = now;
            }
        });
    }

    void volume_refresh_failed(const std::string& uid, const Status& status) {
        if (EntryPtr entry = entry_of(uid))
            if (auto snapshot = entry->snapshot()) options_.events->event(reconcile::ObjectReference::to(*snapshot->pod), "Warning", "FailedMount", status.message());
    }

    void probe_failed(const probes::Change& change) {
        EntryPtr entry = entry_of(change.pod_uid);
        auto snapshot = entry ? entry->snapshot() : nullptr;
        if (!snapshot) return;
        reconcile::ObjectReference about = reconcile::ObjectReference::to(*snapshot->pod);
        const api::TreePtr tree = snapshot->pod->tree();
        if (const ContainerRef container = find_container(*tree, change.container); container.spec) about.field_path = field_path(container);
        const std::string kind = probes::kind_name(change.kind);
        if (change.warning) options_.events->event(about, "Warning", "ProbeWarning", kind + " probe warning: " + change.message);
        else options_.events->event(about, "Warning", "Unhealthy", kind + " probe failed: " + change.message);
    }

    // What the other pods of this node were granted.
    NodeLoad load_without(const std::string& uid) const {
        NodeLoad load;
        for (const auto& other : list())
            if (other->uid != uid && other->active && !other->containers.empty() && other->admitted) load.add(other->granted);
        return load;
    }

    std::optional<Waiting> fits(const std::string& uid, const json::Value& pod) const {
        NodePressure pressure;
        {
            std::lock_guard lock(mutex_);
            pressure = pressure_;
        }
        if (auto refused = refuse_under_pressure(pod, pressure)) return refused;
        if (auto refused = refuse_sysctls(pod)) return refused;
        return refuse(pod, load_without(uid), options_.config);
    }

    static ResizeClaim resize_claim(const PodSnapshot& snapshot, api::TreePtr pod) {
        ResizeClaim claim{std::move(pod), snapshot.granted, ""};
        for (const auto& condition : (*snapshot.status)["conditions"].items())
            if (condition["type"].as_string() == "PodResizePending") claim.since = condition["lastTransitionTime"].as_string();
        return claim;
    }

    // The pod with what it is granted. One at a time, and told to the others before the next is decided: room is given once.
    api::TreePtr grant(const std::string& uid, PodEntry& entry) {
        std::lock_guard one(grants_mutex_);
        const PodSnapshotPtr before = entry.snapshot();
        const api::TreePtr wanted = entry.state.pod->tree();
        bool decided = false;
        const auto others = [&] {
            decided = true;
            NodeLoad load = load_without(uid);
            std::vector<ResizeClaim> waiting;
            for (const auto& other : list())
                if (other->uid != uid && other->resize_deferred && other->active) waiting.push_back(resize_claim(*other, other->pod->tree()));
            if (waiting.empty() || !before) return load;
            return load_before(std::move(load), resize_claim(*before, wanted), std::move(waiting), options_.config);
        };
        api::TreePtr tree = allocate(entry.state, wanted, others, options_.config);
        if (decided && before) {
            auto now = std::make_shared<PodSnapshot>(*before);
            now->granted = load_of(*tree);
            now->resize_deferred = entry.state.resize.pending && entry.state.resize.pending->reason == "Deferred";
            entry.publish(std::move(now));
        }
        return tree;
    }

    // A resize that was put off for lack of room may go now.
    void wake_deferred_resizes() {
        for (const auto& snapshot : list())
            if (snapshot->resize_deferred) queue_->add(snapshot->uid);
    }

    void sync(const std::string& uid) {
        EntryPtr entry = entry_of(uid);
        if (!entry) return;
        entry->take_inbox();
        const auto before = entry->snapshot();
        const api::TreePtr tree = grant(uid, *entry);
        Sync one{*services_, entry->state, *tree, [this, uid](std::function<void(PodState&)> change) { post(uid, std::move(change)); }, {}};
        sync_pod(one, [this, &uid](const json::Value& pod) { return fits(uid, pod); });
        const PodState& state = entry->state;
        const bool over = state.terminal_at_adoption || (state.termination && state.termination->resources_released && state.final_status_written);
        if (state.gone && over) {
            remove_dead(one);
            remove(uid, state);
            return entry->tell_watchers();
        }
        auto snapshot = make_snapshot(state, *tree);
        const bool freed = before && before->admitted && (!snapshot->active || !(before->granted == snapshot->granted)) && before->active;
        entry->publish(std::move(snapshot));
        if (freed) wake_deferred_resizes();
        if (one.wake_after) *one.wake_after > Duration{0} ? queue_->add_after(uid, *one.wake_after) : queue_->add(uid);
    }

    void remove(const std::string& uid, const PodState& state) {
        status_writer_.forget(state.from_manifest ? state.mirror_uid : uid);
        (void)file::remove_tree(options_.config.log_dir + "/" + state.pod->meta().ns + "_" + state.pod->meta().name + "_" + uid);
        std::lock_guard lock(mutex_);
        entries_.erase(uid);
    }

    Options options_;
    std::mutex grants_mutex_;                             // before mutex_ and those of entries
    ThreadPool tasks_, pulls_;
    std::unique_ptr<reconcile::WorkQueue> queue_;
    ExecRunner exec_;
    StatusWriter status_writer_;
    MirrorPods mirrors_;
    std::unique_ptr<volumes::VolumeManager> volumes_;
    std::shared_ptr<probes::Runner> runner_;
    std::unique_ptr<probes::Prober> prober_;
    std::unique_ptr<Services> services_;
    std::vector<std::thread> workers_;

    mutable std::mutex mutex_;
    NodePressure pressure_;
    std::map<std::string, EntryPtr> entries_;                    // by uid
    FoundByUid found_;                                            // not yet claimed by a pod
    std::map<std::string, api::ObjectPtr> static_pods_;           // by uid
    std::map<std::string, api::ObjectPtr> mirror_objects_;        // by namespace/name
    std::atomic<bool> ready_{false}, mirrors_queued_{false}, addresses_checked_{false};
    std::mutex mirrors_mutex_;
};

}  // namespace

Result<std::unique_ptr<PodManager>> PodManager::create(Options options) {
    auto manager = std::make_unique<Manager>(std::move(options));
    TRY(manager->open());
    return std::unique_ptr<PodManager>(std::move(manager));
}

}  // namespace skiff::agent::pods
