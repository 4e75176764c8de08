// Dispatcher: one thread that runs tasks in order, each for an owner. An owner that leaves waits for its running task and its waiting
// ones are dropped. Started by the first task.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace skiff::client {

class Dispatcher {
public:
    explicit Dispatcher(std::string thread_name) : thread_name_(std::move(thread_name)) {}
    ~Dispatcher();
    // False when more than tasks_max of this owner wait, or after the end.
    bool post(const void* owner, std::function<void()> task, size_t tasks_max = SIZE_MAX);
    // From now on no task of the owner runs. May be called from a task of the owner.
    void leave(const void* owner);

private:
    void run();
    struct Task {
        const void* owner;
        std::function<void()> run;
    };
    const std::string thread_name_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    const void* running_ = nullptr;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace skiff::client
