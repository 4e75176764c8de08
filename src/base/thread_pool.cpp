#include "base/thread_pool.h"

#include <pthread.h>

#include <algorithm>

namespace skiff {

namespace {
thread_local ThreadPool* current_pool = nullptr;
}

void set_thread_name(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

ThreadPool::ThreadPool(std::string name, size_t threads, size_t queue_max) : name_(std::move(name)), queue_max_(queue_max), threads_max_(threads) {
    for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() { stop(); }

bool ThreadPool::submit(Lane lane, std::function<void()> task) {
    {
        std::lock_guard lock(mutex_);
        if (stopped_ || queued_ >= queue_max_) return false;
        auto found = lanes_.find(lane.name);
        if (found == lanes_.end()) found = lanes_.try_emplace(std::string(lane.name)).first;
        found->second.share = lane.share;
        found->second.tasks.push_back(std::move(task));
        ++queued_;
    }
    ready_.notify_one();
    return true;
}

void ThreadPool::stop() {
    Lanes dropped;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        // Lanes stay for the tasks that run in them.
        for (auto& [name, lane] : lanes_) dropped[name].tasks.swap(lane.tasks);
        queued_ = 0;
    }
    dropped.clear();
    ready_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    // No task runs any more, so nobody adds a spare.
    for (auto& spare : spares_)
        if (spare.thread.joinable()) spare.thread.join();
}

size_t ThreadPool::queued() const {
    std::lock_guard lock(mutex_);
    return queued_;
}

ThreadPool::Lanes::iterator ThreadPool::choose() {
    auto best = lanes_.end();
    if (queued_ == 0) return best;
    const bool plenty = threads_max_ < 2 * kKept || running_ + kKept < width();
    double least = 0;
    for (auto it = lanes_.begin(); it != lanes_.end(); ++it) {
        const LaneQueue& lane = it->second;
        if (lane.tasks.empty()) continue;
        const double own = std::max(1.0, lane.share * static_cast<double>(width()));
        if (!plenty && static_cast<double>(lane.running) + 1 > own) continue;
        const double load = (static_cast<double>(lane.running) + 1) / std::max(lane.share, 1e-3);
        if (best != lanes_.end() && load >= least) continue;
        best = it;
        least = load;
    }
    return best;
}

void ThreadPool::run_one(Lanes::iterator lane, std::unique_lock<std::mutex>& lock) {
    auto task = std::move(lane->second.tasks.front());
    lane->second.tasks.pop_front();
    --queued_;
    ++running_;
    ++lane->second.running;
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    --running_;
    if (--lane->second.running == 0 && lane->second.tasks.empty()) lanes_.erase(lane);
}

void ThreadPool::work(size_t index) {
    set_thread_name(name_ + "-" + std::to_string(index));
    current_pool = this;
    std::unique_lock lock(mutex_);
    for (;;) {
        Lanes::iterator lane;
        ready_.wait(lock, [&] { return stopped_ || (lane = choose()) != lanes_.end(); });
        if (stopped_) return;
        run_one(lane, lock);
    }
}

// A spare serves until as many run as should: those that wait are replaced, nobody else.
void ThreadPool::work_spare(size_t slot) {
    set_thread_name(name_ + "-spare");
    current_pool = this;
    std::unique_lock lock(mutex_);
    for (;;) {
        Lanes::iterator lane;
        ready_.wait(lock, [&] { return stopped_ || spares_running_ > blocked_ || (lane = choose()) != lanes_.end(); });
        if (stopped_ || spares_running_ > blocked_) break;
        run_one(lane, lock);
    }
    --spares_running_;
    spares_[slot].running = false;
}

ThreadPool::Blocking::Blocking() : pool_(current_pool) {
    if (pool_ == nullptr) return;
    std::lock_guard lock(pool_->mutex_);
    ++pool_->blocked_;
    if (pool_->stopped_ || pool_->spares_running_ >= pool_->blocked_ || pool_->spares_running_ >= kSpareMax) return;
    size_t slot = 0;
    while (slot < pool_->spares_.size() && pool_->spares_[slot].running) ++slot;
    if (slot == pool_->spares_.size()) pool_->spares_.emplace_back();
    Spare& spare = pool_->spares_[slot];
    // A thread that ended here has nothing left to do but return.
    if (spare.thread.joinable()) spare.thread.join();
    spare.running = true;
    ++pool_->spares_running_;
    spare.thread = std::jthread([pool = pool_, slot] { pool->work_spare(slot); });
}

ThreadPool::Blocking::~Blocking() {
    if (pool_ == nullptr) return;
    {
        std::lock_guard lock(pool_->mutex_);
        --pool_->blocked_;
    }
    pool_->ready_.notify_all();
}

}  // namespace skiff
