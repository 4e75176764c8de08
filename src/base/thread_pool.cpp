#include "base/thread_pool.h"

#include <pthread.h>

namespace skiff {

namespace {
thread_local ThreadPool* current_pool = nullptr;
}

void set_thread_name(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

ThreadPool::ThreadPool(std::string name, size_t threads, size_t queue_max) : name_(std::move(name)), queue_max_(queue_max) {
    for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() { stop(); }

bool ThreadPool::submit(std::function<void()> task) {
    {
        std::lock_guard lock(mutex_);
        if (stopped_ || queue_.size() >= queue_max_) return false;
        queue_.push_back(std::move(task));
    }
    ready_.notify_one();
    return true;
}

void ThreadPool::stop() {
    std::deque<std::function<void()>> dropped;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        dropped.swap(queue_);
    }
    ready_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    // No task runs any more, so nobody adds a spare.
    for (auto& spare : spares_)
        if (spare.thread.joinable()) spare.thread.join();
}

size_t ThreadPool::queued() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

void ThreadPool::work(size_t index) {
    set_thread_name(name_ + "-" + std::to_string(index));
    current_pool = this;
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
            if (stopped_) return;
            task = std::move(queue_.front());
            queue_.pop_front();
        }
        task();
    }
}

// A spare serves until as many run as should: those that wait are replaced, nobody else.
void ThreadPool::work_spare(size_t slot) {
    set_thread_name(name_ + "-spare");
    current_pool = this;
    std::unique_lock lock(mutex_);
    for (;;) {
        ready_.wait(lock, [&] { return stopped_ || !queue_.empty() || spares_running_ > blocked_; });
        if (stopped_ || spares_running_ > blocked_) break;
        auto task = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
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
