#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/thread_pool.h"
#include "reconcile/informer_feed.h"
#include "reconcile/work_queue.h"

namespace skiff::reconcile {

namespace {

// A watch that lived this long was a good one: the next is started at once.
constexpr Duration kWatchLivedMin = std::chrono::seconds(1);

class Factory : public InformerFactory {
public:
    Factory(std::shared_ptr<client::Client> client, Clock& clock, Drive drive)
        : client_(std::move(client)), clock_(clock), drive_(drive), queues_(QueueSet::create(clock)), queue_(&queues_->add_queue()) {}
    ~Factory() override { stop(); }

    std::shared_ptr<Informer> informer(const Gvr& gvr, const std::string& field_selector, const std::string& ns,
                                       const std::string& label_selector) override {
        InformerScope scope{gvr, field_selector, ns, label_selector};
        std::lock_guard lock(mutex_);
        for (const auto& [id, slot] : slots_)
            if (slot.feed->scope() == scope) return slot.feed;
        std::string id = std::to_string(++last_id_);
        auto feed = std::make_shared<InformerFeed>(scope, clock_, [this, id](Duration lived) { ended(id, lived); });
        slots_[id].feed = feed;
        return feed;
    }

    std::shared_ptr<Informer> find(const Gvr& gvr) override {
        InformerScope scope{gvr, {}, {}, {}};
        std::lock_guard lock(mutex_);
        for (const auto& [id, slot] : slots_)
            if (slot.feed->scope() == scope) return slot.feed;
        return nullptr;
    }

    void drop(const std::shared_ptr<Informer>& informer) override {
        std::lock_guard lock(mutex_);
        for (auto& [id, slot] : slots_)
            if (slot.feed == informer) {
                slot.dropped = true;
                queue_->add(id);   // its watch ends on the factory's thread
            }
    }

    void start() override {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        for (auto& [id, slot] : slots_) {
            if (slot.started) continue;
            slot.started = true;
            queue_->add(id);
        }
        if (drive_ == Drive::Threads && !thread_.joinable()) thread_ = std::thread([this] { run(); });
    }

    bool step() override {
        bool any = false;
        while (auto item = queues_->try_get()) {
            connect(item->key);
            queues_->done(*item);
            any = true;
        }
        return any;
    }

    std::optional<Duration> next_due() override { return queues_->next_due(); }

    bool wait_synced(Duration timeout) override {
        if (drive_ == Drive::Caller) timeout = Duration::zero();
        std::unique_lock lock(mutex_);
        return synced_.wait_for(lock, timeout, [&] {
            for (const auto& [id, slot] : slots_)
                if (slot.started && !slot.dropped && !slot.feed->synced()) return stopped_;
            return true;
        });
    }

    void stop() override {
        {
            std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        queues_->shut_down();
        synced_.notify_all();
        if (thread_.joinable()) thread_.join();
        for (auto& [id, slot] : slots_) slot.feed->disconnect();
    }

private:
    struct Slot {
        std::shared_ptr<InformerFeed> feed;
        bool started = false, dropped = false;
    };

    void ended(const std::string& id, Duration lived) {
        if (lived >= kWatchLivedMin) queue_->forget(id);
        queue_->add_rate_limited(id);
    }

    void run() {
        set_thread_name("informers");
        while (auto item = queues_->get()) {
            connect(item->key);
            queues_->done(*item);
        }
    }

    void connect(const std::string& id) {
        std::shared_ptr<InformerFeed> feed;
        {
            std::lock_guard lock(mutex_);
            auto slot = slots_.find(id);
            if (slot == slots_.end()) return;
            feed = slot->second.feed;
            if (slot->second.dropped) slots_.erase(slot);
            else if (stopped_) return;
            else slot->second.started = true;
        }
        if (!wanted(id)) {
            feed->disconnect();
            return;
        }
        Status status = feed->connect(*client_);
        if (!status.ok()) {
            log::debug("informer", "cannot watch", {{"resource", feed->gvr().group_resource()}, {"error", status.message()}});
            queue_->add_rate_limited(id);
        }
        { std::lock_guard lock(mutex_); }   // a waiter is either before its check or already waiting
        synced_.notify_all();
    }

    bool wanted(const std::string& id) {
        std::lock_guard lock(mutex_);
        return slots_.count(id) != 0;
    }

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    const Drive drive_;
    const std::unique_ptr<QueueSet> queues_;
    WorkQueue* const queue_;                     // ids of informers to connect
    std::mutex mutex_;
    std::condition_variable synced_;
    std::map<std::string, Slot> slots_;
    int last_id_ = 0;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<InformerFactory> InformerFactory::create(std::shared_ptr<client::Client> client, Clock& clock, Drive drive) {
    return std::make_unique<Factory>(std::move(client), clock, drive);
}

}  // namespace skiff::reconcile
