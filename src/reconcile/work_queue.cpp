#include "reconcile/work_queue.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "base/text_map.h"
#include "reconcile/queue_metrics.h"

namespace skiff::reconcile {

namespace {

constexpr Duration kBackoffFirst = std::chrono::milliseconds(5);
constexpr Duration kBackoffMax = std::chrono::seconds(1000);

// The keys of one queue; guarded by the hub's mutex.
struct Keys {
    explicit Keys(Clock& c) : clock(c) {}
    Clock& clock;
    std::optional<QueueMetrics> metrics;
    std::deque<std::string> ready;
    TextMap<Duration> since;   // of dirty keys, when somebody wants to know
    TextSet dirty;        // wants a run: in ready, or running and added again
    TextSet running;
    std::multimap<Duration, std::string> delayed;
    TextMap<std::multimap<Duration, std::string>::iterator> delayed_by_key;
    TextMap<int> failures;

    bool add(const std::string& key) {
        if (!dirty.insert(key).second) return false;
        if (metrics) {
            metrics->adds->add();
            since[key] = clock.elapsed();
        }
        if (running.count(key)) return false;
        push(key);
        return true;
    }
    void push(const std::string& key) {
        ready.push_back(key);
        if (metrics) metrics->depth->add(1);
    }
    std::string pop(Duration now) {
        std::string key = std::move(ready.front());
        ready.pop_front();
        dirty.erase(key);
        running.insert(key);
        if (!metrics) return key;
        metrics->depth->add(-1);
        if (auto it = since.find(key); it != since.end()) {
            metrics->waited->observe(std::chrono::duration<double>(now - it->second).count());
            since.erase(it);
        }
        return key;
    }
    void add_at(const std::string& key, Duration due) {
        if (auto it = delayed_by_key.find(key); it != delayed_by_key.end()) {
            if (it->second->first <= due) return;
            delayed.erase(it->second);
            delayed_by_key.erase(it);
        }
        delayed_by_key[key] = delayed.emplace(due, key);
    }
    void promote(Duration now) {
        while (!delayed.empty() && delayed.begin()->first <= now) {
            std::string key = std::move(delayed.begin()->second);
            delayed.erase(delayed.begin());
            delayed_by_key.erase(key);
            add(key);
        }
    }
};

// What the queues of one set share. One waiting worker, the leader, also watches the time; the others sleep until notified.
struct Hub {
    explicit Hub(Clock& c) : clock(c) {}
    Clock& clock;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::unique_ptr<Keys>> queues;
    size_t turn = 0;
    bool stopped = false;
    bool has_leader = false;

    std::optional<Duration> next_due() const {
        std::optional<Duration> due;
        for (const auto& keys : queues)
            if (!keys->delayed.empty()) due = std::min(due.value_or(Duration::max()), keys->delayed.begin()->first);
        return due;
    }

    std::optional<QueueSet::Item> pop() {
        Duration now = clock.elapsed();
        for (auto& keys : queues) keys->promote(now);
        for (size_t i = 0; i < queues.size(); ++i) {
            size_t at = (turn + i) % queues.size();
            Keys& keys = *queues[at];
            if (keys.ready.empty()) continue;
            turn = at + 1;
            return QueueSet::Item{at, keys.pop(now)};
        }
        return std::nullopt;
    }

    std::optional<QueueSet::Item> wait_pop() {
        std::unique_lock lock(mutex);
        for (;;) {
            if (stopped) return std::nullopt;
            if (auto item = pop()) {
                changed.notify_one();   // another worker takes over what is left, and the time
                return item;
            }
            auto due = next_due();
            if (due && !has_leader) {
                has_leader = true;
                clock.wait_until(changed, lock, *due);
                has_leader = false;
            } else {
                changed.wait(lock);
            }
        }
    }

    void done(size_t queue, const std::string& key) {
        std::lock_guard lock(mutex);
        Keys& keys = *queues[queue];
        keys.running.erase(key);
        if (!keys.dirty.count(key)) return;
        keys.push(key);
        changed.notify_one();
    }

    void shut_down() {
        std::lock_guard lock(mutex);
        stopped = true;
        changed.notify_all();
    }
};

class Queue : public WorkQueue {
public:
    Queue(std::shared_ptr<Hub> hub, size_t index) : hub_(std::move(hub)), index_(index) {}

    void add(const std::string& key) override {
        std::lock_guard lock(hub_->mutex);
        if (keys().add(key)) hub_->changed.notify_one();
    }
    void add_after(const std::string& key, Duration delay) override {
        if (delay <= Duration::zero()) return add(key);
        std::lock_guard lock(hub_->mutex);
        keys().add_at(key, hub_->clock.elapsed() + delay);
        hub_->changed.notify_all();
    }
    void add_rate_limited(const std::string& key) override {
        Duration delay = kBackoffFirst;
        {
            std::lock_guard lock(hub_->mutex);
            if (keys().metrics) keys().metrics->retries->add();
            int failures = keys().failures[key]++;
            delay = failures < 18 ? kBackoffFirst * (int64_t{1} << failures) : kBackoffMax;
        }
        add_after(key, std::min(delay, kBackoffMax));
    }
    void forget(const std::string& key) override {
        std::lock_guard lock(hub_->mutex);
        keys().failures.erase(key);
    }
    std::optional<std::string> get() override {
        auto item = hub_->wait_pop();
        if (!item) return std::nullopt;
        return std::move(item->key);
    }
    std::optional<std::string> try_get() override {
        std::lock_guard lock(hub_->mutex);
        auto item = hub_->pop();
        if (!item) return std::nullopt;
        return std::move(item->key);
    }
    void done(const std::string& key) override { hub_->done(index_, key); }
    void shut_down() override { hub_->shut_down(); }
    size_t size() const override {
        std::lock_guard lock(hub_->mutex);
        return hub_->queues[index_]->ready.size();
    }

private:
    Keys& keys() { return *hub_->queues[index_]; }
    std::shared_ptr<Hub> hub_;
    size_t index_;
};

class Set : public QueueSet {
public:
    explicit Set(Clock& clock) : hub_(std::make_shared<Hub>(clock)) {}

    WorkQueue& add_queue() override {
        std::lock_guard lock(hub_->mutex);
        hub_->queues.push_back(std::make_unique<Keys>(hub_->clock));
        queues_.push_back(std::make_unique<Queue>(hub_, hub_->queues.size() - 1));
        return *queues_.back();
    }
    std::optional<Item> get() override { return hub_->wait_pop(); }
    std::optional<Item> try_get() override {
        std::lock_guard lock(hub_->mutex);
        return hub_->pop();
    }
    void done(const Item& item) override { hub_->done(item.queue, item.key); }
    std::optional<Duration> next_due() override {
        std::lock_guard lock(hub_->mutex);
        return hub_->next_due();
    }
    void shut_down() override { hub_->shut_down(); }
    void measure(size_t queue, const QueueMetrics& metrics) {
        std::lock_guard lock(hub_->mutex);
        hub_->queues[queue]->metrics = metrics;
    }

private:
    std::shared_ptr<Hub> hub_;
    std::vector<std::unique_ptr<Queue>> queues_;
};

}  // namespace

std::unique_ptr<WorkQueue> WorkQueue::create(Clock& clock) {
    auto hub = std::make_shared<Hub>(clock);
    hub->queues.push_back(std::make_unique<Keys>(clock));
    return std::make_unique<Queue>(hub, 0);
}

void measure_queue(QueueSet& queues, size_t queue, const QueueMetrics& metrics) { static_cast<Set&>(queues).measure(queue, metrics); }

std::unique_ptr<QueueSet> QueueSet::create(Clock& clock) { return std::make_unique<Set>(clock); }

}  // namespace skiff::reconcile
