// Poller: one epoll thread that tells when file descriptors are ready: stdio of execs, log files through inotify, manifests.
// Callbacks run on that thread and must not block. Any thread may call the methods. The descriptors stay the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <condition_variable>
#include <thread>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::sys {

class Poller {
public:
    using Ready = std::function<void(uint32_t events)>;   // EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR
    Poller();
    ~Poller();
    // Level-triggered. One watch per descriptor.
    Status watch(int fd, uint32_t events, Ready ready);
    Status change(int fd, uint32_t events);
    // Afterwards the callback does not run any more (waits for it, except on the poller's own thread). Call before closing fd.
    void forget(int fd);
    // Runs a function on the poller's thread.
    void post(std::function<void()> task);
    bool on_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
    void stop();

private:
    void work();
    void wake();
    Fd epoll_, wake_;
    std::mutex mutex_;
    std::condition_variable ran_;
    std::map<int, std::shared_ptr<Ready>> watches_;
    std::vector<std::function<void()>> tasks_;
    int running_fd_ = -1;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace skiff::agent::sys
