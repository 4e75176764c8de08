// ThreadPool: a bounded queue of tasks run by a fixed number of named threads. No detached work: stop() (or the destructor)
// finishes the tasks that run, drops those that wait, and joins. submit() may be called from any thread, tasks included.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace skiff {

// Sets the calling thread's name as ps and top show it (15 characters).
void set_thread_name(const std::string& name);

class ThreadPool {
public:
    ThreadPool(std::string name, size_t threads, size_t queue_max);
    ~ThreadPool();
    // False when the queue is full or the pool has stopped; the task is not run then.
    [[nodiscard]] bool submit(std::function<void()> task);
    void stop();
    size_t queued() const;

private:
    void work(size_t index);
    std::string name_;
    size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> queue_;
    bool stopped_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace skiff
