#include "agent/runtime/process_watch.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/thread_pool.h"

namespace skiff::agent::runtime {

Status ProcessWatch::start(std::function<void(const std::string&)> ended) {
    ended_ = std::move(ended);
    epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    wake_.reset(::eventfd(0, EFD_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_.get();
    if (!epoll_ || !wake_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) < 0) return errno_status("watch processes", errno);
    thread_ = std::thread([this] { work(); });
    return {};
}

Status ProcessWatch::add(const std::string& name, pid_t pid) {
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return errno_status("watch process", errno);
    const int fd = pidfd.get();
    std::lock_guard lock(mutex_);
    watched_[fd] = {name, std::move(pidfd)};
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
    int error_number = errno;
    watched_.erase(fd);
    return errno_status("watch process", error_number);
}

void ProcessWatch::work() {
    set_thread_name("containers");
    epoll_event events[16];
    for (;;) {
        int count = ::epoll_wait(epoll_.get(), events, 16, -1);
        if (count < 0 && errno != EINTR) return;
        for (int i = 0; i < count; ++i) {
            if (events[i].data.fd == wake_.get()) return;
            std::string name;
            {
                std::lock_guard lock(mutex_);
                auto found = watched_.find(events[i].data.fd);
                if (found == watched_.end()) continue;
                name = std::move(found->second.first);
                watched_.erase(found);   // closing takes it out of the epoll set
            }
            ended_(name);
        }
    }
}

void ProcessWatch::stop() {
    if (!thread_.joinable()) return;
    uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
}

}  // namespace skiff::agent::runtime
