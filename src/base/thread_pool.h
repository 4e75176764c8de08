// ThreadPool: a bounded queue of tasks run by a fixed number of named threads. No detached work: stop() (or the destructor)
// finishes the tasks that run, drops those that wait, and joins. submit() may be called from any thread, tasks included.
//
// A task that waits for somebody outside (a webhook) says so with Blocking: then another thread takes its place, so that what the other
// side asks of us meanwhile is served. At most kSpareMax such threads exist; they end when the wait is over and nothing is queued.
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

    static constexpr size_t kSpareMax = 64;
    // For the time of a wait, on the waiting thread. Does nothing on threads that are no pool's.
    class Blocking {
    public:
        Blocking();
        ~Blocking();
        Blocking(const Blocking&) = delete;
        Blocking& operator=(const Blocking&) = delete;

    private:
        ThreadPool* pool_;
    };

private:
    void work(size_t index);
    void work_spare(size_t slot);
    struct Spare {
        std::jthread thread;
        bool running = false;
    };
    std::string name_;
    size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> queue_;
    bool stopped_ = false;
    size_t blocked_ = 0, spares_running_ = 0;
    std::vector<Spare> spares_;
    std::vector<std::jthread> threads_;
};

}  // namespace skiff
