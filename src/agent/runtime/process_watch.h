// ProcessWatch: tells the moment a process ends: pidfds in an epoll set, one sleeping thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::runtime {

class ProcessWatch {
public:
    ~ProcessWatch() { stop(); }
    // ended(name) on the watch's thread, once for each process that was added.
    Status start(std::function<void(const std::string& name)> ended);
    // A process that has ended already is told of at once. Any thread.
    Status add(const std::string& name, pid_t pid);
    void stop();

private:
    void work();
    Fd epoll_, wake_;
    std::function<void(const std::string&)> ended_;
    std::mutex mutex_;
    std::map<int, std::pair<std::string, Fd>> watched_;   // by pidfd
    std::thread thread_;
};

}  // namespace skiff::agent::runtime
