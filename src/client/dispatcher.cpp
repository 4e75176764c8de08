#include "client/dispatcher.h"

#include <algorithm>

#include "base/thread_pool.h"

namespace skiff::client {

Dispatcher::~Dispatcher() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Dispatcher::post(const void* owner, std::function<void()> task, size_t tasks_max) {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    if (tasks_.size() >= tasks_max) {
        auto waiting = std::count_if(tasks_.begin(), tasks_.end(), [&](const Task& t) { return t.owner == owner; });
        if (static_cast<size_t>(waiting) >= tasks_max) return false;
    }
    tasks_.push_back({owner, std::move(task)});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
    return true;
}

void Dispatcher::leave(const void* owner) {
    std::unique_lock lock(mutex_);
    std::erase_if(tasks_, [&](const Task& task) { return task.owner == owner; });
    if (thread_.joinable() && std::this_thread::get_id() == thread_.get_id()) return;
    changed_.wait(lock, [&] { return running_ != owner; });
}

void Dispatcher::run() {
    set_thread_name(thread_name_);
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stopped_ || !tasks_.empty(); });
        if (stopped_) return;
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        running_ = task.owner;
        lock.unlock();
        task.run();
        task.run = nullptr;
        lock.lock();
        running_ = nullptr;
        changed_.notify_all();
    }
}

}  // namespace skiff::client
