#include "agent/sys/timers.h"

#include "base/thread_pool.h"

namespace skiff::agent::sys {

Timers::Timers(Clock& clock) : clock_(clock), thread_([this] { work(); }) {}

Timers::~Timers() { stop(); }

Timers::Id Timers::after(Duration delay, std::function<void()> due) {
    std::lock_guard lock(mutex_);
    if (stopped_) return 0;
    const Id id = next_id_++;
    auto position = entries_.emplace(clock_.elapsed() + delay, Entry{id, std::move(due)});
    by_id_[id] = position;
    if (position == entries_.begin()) changed_.notify_one();
    return id;
}

bool Timers::cancel(Id id) {
    if (id == 0) return false;
    std::function<void()> dropped;   // its captures are destroyed without the lock
    std::unique_lock lock(mutex_);
    if (auto found = by_id_.find(id); found != by_id_.end()) {
        dropped = std::move(found->second->second.due);
        entries_.erase(found->second);
        by_id_.erase(found);
        return true;
    }
    if (std::this_thread::get_id() != thread_.get_id()) ran_.wait(lock, [&] { return running_ != id; });
    return false;
}

void Timers::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable() && std::this_thread::get_id() != thread_.get_id()) thread_.join();
}

void Timers::work() {
    set_thread_name("timers");
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        if (entries_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const auto first = entries_.begin();
        if (first->first > clock_.elapsed()) {
            clock_.wait_until(changed_, lock, first->first);
            continue;
        }
        auto due = std::move(first->second.due);
        running_ = first->second.id;
        by_id_.erase(running_);
        entries_.erase(first);
        lock.unlock();
        due();
        due = nullptr;
        lock.lock();
        running_ = 0;
        ran_.notify_all();
    }
}

}  // namespace skiff::agent::sys
