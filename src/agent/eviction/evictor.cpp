#include "agent/eviction/evictor.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/eviction/image_gc.h"
#include "agent/eviction/local_storage.h"
#include "agent/eviction/ranking.h"
#include "agent/eviction/signals.h"
#include "agent/pods/pod_disk.h"
#include "base/log.h"

namespace skiff::agent::eviction {

namespace {

using std::chrono::seconds;
constexpr Duration kLook = seconds(10), kLookNear = seconds(1), kImageGc = std::chrono::minutes(5), kVictimMax = seconds(30);

bool about_disk(Signal signal) { return signal == Signal::NodeFsAvailable || signal == Signal::NodeFsInodesFree || signal == Signal::ImageFsAvailable; }

class Watcher : public Evictor {
public:
    explicit Watcher(Options options) : options_(std::move(options)) {
        if (!options_.read_pressure) options_.read_pressure = [dir = options_.data_dir] { return node::read_pressure(dir); };
    }
    ~Watcher() override { stop(); }

    void start() override {
        thread_ = std::thread([this] {
            set_thread_name("eviction");
            while (wait()) look();
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

    void look() override {
        const Duration now = options_.clock->elapsed();
        node::Pressure pressure = options_.read_pressure();
        auto shorts = shortages(pressure);
        near_ = near_threshold(pressure);
        tell(conditions_.update(shorts, now));
        if (std::any_of(shorts.begin(), shorts.end(), [](const Shortage& s) { return about_disk(s.signal); }) && free_images(INT64_MAX, Duration{0}, now) > 0)
            shorts = shortages(options_.read_pressure());
        else if (now - last_gc_ >= kImageGc) collect_images(pressure, now);
        if (!shorts.empty()) evict_one(shorts.front(), now);
        else end_greedy_pods();
    }

private:
    bool wait() {
        std::unique_lock lock(mutex_);
        const Duration deadline = options_.clock->elapsed() + (near_ ? kLookNear : kLook);
        while (!stopped_ && options_.clock->elapsed() < deadline) options_.clock->wait_until(changed_, lock, deadline);
        return !stopped_;
    }

    void tell(const Conditions& conditions) {
        if (conditions == told_) return;
        told_ = conditions;
        log::warn("eviction", "the node's pressure has changed", {{"memory", conditions.memory}, {"disk", conditions.disk}, {"pid", conditions.pid}});
        options_.pods->set_pressure({conditions.memory, conditions.disk, conditions.pid});
        options_.node->set_pressure(conditions.memory, conditions.disk, conditions.pid);
    }

    // The bytes that went; images of which a container has just come into being refuse to go.
    int64_t free_images(int64_t bytes, Duration age_min, Duration now) {
        gc_.observe(options_.images->list(), options_.images->used(), now);
        int64_t freed = 0;
        for (const auto& id : gc_.choose(bytes, age_min, now).ids) {
            const auto image = options_.images->get(id);
            if (const Status removed = options_.images->remove(id); !removed.ok()) {
                log::warn("eviction", "an image stays", {{"image", id}, {"error", removed.message()}});
                continue;
            }
            freed += image.ok() ? image->size_bytes : 1;
            log::info("eviction", "removed an unused image", {{"image", id}});
        }
        if (freed > 0) options_.node->report_soon();
        return freed;
    }

    void collect_images(const node::Pressure& pressure, Duration now) {
        last_gc_ = now;
        const int64_t wanted = ImageGc::bytes_to_free(pressure.disk_bytes, pressure.disk_available_bytes);
        if (wanted == 0) return gc_.observe(options_.images->list(), options_.images->used(), now);
        const int64_t freed = free_images(wanted, ImageGc::kAgeMin, now);
        if (freed >= wanted) return;
        reconcile::ObjectReference node{"v1", "Node", "", options_.config.node_name, options_.config.node_name, "", ""};
        options_.events->event(node, "Warning", "FreeDiskSpaceFailed",
                               "Failed to garbage collect required amount of images. Attempted to free " + std::to_string(wanted) + " bytes, but only found " + std::to_string(freed) +
                                   " bytes eligible to free.");
    }

    Candidate candidate(const pods::PodSnapshot& pod, const json::Value& tree, Signal signal) {
        Candidate result{.uid = pod.uid, .pod = &tree};
        const auto usage = options_.runtime->pod_usage(pod.sandbox_id);
        if (usage.ok()) result.memory_bytes = usage->memory_working_set_bytes, result.pids = usage->pids;
        for (const auto& container : pod.containers) {
            if (!container.running) continue;
            const auto used = options_.runtime->usage(container.id);
            result.containers.push_back({container.name, used.ok() ? used->memory_working_set_bytes : 0, 0});
        }
        if (!about_disk(signal)) return result;
        const pods::PodDisk disk = pods::read_pod_disk(pod, options_.config, *options_.images);
        result.disk_bytes = disk.total_bytes();
        result.inodes = disk.total_inodes();
        for (auto& container : result.containers)
            for (const auto* list : {&disk.roots, &disk.logs})
                for (const auto& use : *list)
                    if (use.name == container.name) container.disk_bytes += use.bytes;
        return result;
    }

    void evict_one(const Shortage& shortage, Duration now) {
        // One after the other: what a victim frees must be seen before the next is chosen.
        if (!victim_.empty() && now - victim_at_ < kVictimMax)
            if (const auto last = options_.pods->find_uid(victim_); last && !last->sandbox_id.empty()) return;
        std::vector<api::TreePtr> trees;
        std::vector<Candidate> candidates;
        for (const auto& pod : options_.pods->list()) {
            if (!pod->active || pod->sandbox_id.empty()) continue;
            trees.push_back(pod->pod->tree());
            if (may_be_evicted(*trees.back())) candidates.push_back(candidate(*pod, *trees.back(), shortage.signal));
        }
        rank(candidates, shortage.signal);
        for (const auto& victim : candidates) {
            const std::string why = message(shortage, victim);
            if (!options_.pods->evict(victim.uid, why)) continue;
            log::warn("eviction", "ended a pod", {{"uid", victim.uid}, {"why", why}});
            victim_ = victim.uid;
            victim_at_ = now;
            return;
        }
    }

    // Pods that broke a limit of their own.
    void end_greedy_pods() {
        for (const auto& pod : options_.pods->list()) {
            if (!pod->active || !pod->limits_disk || pod->sandbox_id.empty()) continue;
            const api::TreePtr tree = pod->pod->tree();
            if (!may_be_evicted(*tree)) continue;
            const auto why = over_local_limits(*tree, pods::read_pod_disk(*pod, options_.config, *options_.images));
            if (why) options_.pods->evict(pod->uid, *why);
        }
    }

    Options options_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;

    // Of the thread alone.
    bool near_ = false;
    ConditionMemory conditions_;
    Conditions told_;
    ImageGc gc_;
    Duration last_gc_{0}, victim_at_{0};
    std::string victim_;
};

}  // namespace

std::unique_ptr<Evictor> Evictor::create(Options options) { return std::make_unique<Watcher>(std::move(options)); }

}  // namespace skiff::agent::eviction
