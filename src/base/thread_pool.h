// ThreadPool: a bounded queue of tasks run by a fixed number of named threads. No detached work: stop() (or the destructor)
// finishes the tasks that run, drops those that wait, and joins. submit() may be called from any thread, tasks included.
//
// Work of different importance goes in lanes. A free thread takes from the lane that runs least for its share; the last kKept threads are for
// lanes that run less than their share of all threads, so that however much one lane has, the others find a thread.
//
// A task that waits for somebody outside (a webhook) says so with Blocking: then another thread takes its place, so that what the other
// side asks of us meanwhile is served. At most kSpareMax such threads exist; they end when the wait is over and nothing is queued.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace skiff {

// Sets the calling thread's name as ps and top show it (15 characters).
void set_thread_name(const std::string& name);

class ThreadPool {
public:
    // A share of 1: as many threads as there are.
    struct Lane {
        std::string_view name;
        double share = 1;
    };
    static constexpr size_t kKept = 2;               // of pools with at least twice as many

    ThreadPool(std::string name, size_t threads, size_t queue_max);
    ~ThreadPool();
    // False when the queue is full or the pool has stopped; the task is not run then.
    [[nodiscard]] bool submit(std::function<void()> task) { return submit(Lane{}, std::move(task)); }
    [[nodiscard]] bool submit(Lane lane, std::function<void()> task);
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
    struct LaneQueue {
        std::deque<std::function<void()>> tasks;
        double share = 1;
        size_t running = 0;
    };
    using Lanes = std::map<std::string, LaneQueue, std::less<>>;

    void work(size_t index);
    void work_spare(size_t slot);
    // The lane whose turn it is, end() when none may run. All with the lock held.
    Lanes::iterator choose();
    void run_one(Lanes::iterator lane, std::unique_lock<std::mutex>& lock);
    size_t width() const { return threads_max_ + spares_running_; }
    struct Spare {
        std::jthread thread;
        bool running = false;
    };
    std::string name_;
    size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    Lanes lanes_;                                    // those with tasks that wait or run
    size_t queued_ = 0, running_ = 0;
    bool stopped_ = false;
    size_t blocked_ = 0, spares_running_ = 0;
    size_t threads_max_;
    std::vector<Spare> spares_;
    std::vector<std::jthread> threads_;
};

}  // namespace skiff
