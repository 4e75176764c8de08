#include "agent/sys/netns.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <thread>

#include "base/fd.h"

namespace skiff::agent::sys {

Status with_netns(const std::string& path, const std::function<Status()>& run) {
    Fd ns(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!ns) return errno_status("open network namespace " + path, errno);
    Status result;
    std::jthread inside([&] {
        if (::setns(ns.get(), CLONE_NEWNET) < 0) {
            result = errno_status("enter network namespace " + path, errno);
            return;
        }
        result = run();
    });
    inside.join();
    return result;
}

}  // namespace skiff::agent::sys
