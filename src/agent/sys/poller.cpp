#include "agent/sys/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <vector>

#include "base/thread_pool.h"

namespace skiff::agent::sys {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = wake_.get()}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
    thread_ = std::thread([this] { work(); });
}

Poller::~Poller() { stop(); }

Status Poller::watch(int fd, uint32_t events, Ready ready) {
    std::lock_guard lock(mutex_);
    epoll_event event{.events = events, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return errno_status("epoll_ctl add", errno);
    watches_[fd] = std::make_shared<Ready>(std::move(ready));
    return {};
}

Status Poller::change(int fd, uint32_t events) {
    epoll_event event{.events = events, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) return errno_status("epoll_ctl mod", errno);
    return {};
}

void Poller::forget(int fd) {
    std::shared_ptr<Ready> dropped;
    std::unique_lock lock(mutex_);
    auto found = watches_.find(fd);
    if (found == watches_.end()) return;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    dropped = std::move(found->second);
    watches_.erase(found);
    if (!on_thread()) ran_.wait(lock, [&] { return running_fd_ != fd; });
}

void Poller::post(std::function<void()> task) {
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        tasks_.push_back(std::move(task));
    }
    wake();
}

void Poller::wake() {
    const uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(wake_.get(), &one, sizeof one);
}

void Poller::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    wake();
    if (thread_.joinable() && !on_thread()) thread_.join();
}

void Poller::work() {
    set_thread_name("poller");
    epoll_event events[32];
    for (;;) {
        const int count = ::epoll_wait(epoll_.get(), events, 32, -1);
        if (count < 0 && errno != EINTR) return;
        // Before the tasks are taken: what a task posts must wake the next round.
        uint64_t value;
        [[maybe_unused]] auto got = ::read(wake_.get(), &value, sizeof value);
        std::vector<std::function<void()>> tasks;
        {
            std::lock_guard lock(mutex_);
            if (stopped_) return;
            tasks.swap(tasks_);
        }
        for (auto& task : tasks) task();
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == wake_.get()) continue;
            std::shared_ptr<Ready> ready;
            {
                std::lock_guard lock(mutex_);
                auto found = watches_.find(fd);
                if (found == watches_.end()) continue;   // forgotten by an earlier callback of this round
                ready = found->second;
                running_fd_ = fd;
            }
            (*ready)(events[i].events);
            ready.reset();
            std::lock_guard lock(mutex_);
            running_fd_ = -1;
            ran_.notify_all();
        }
    }
}

}  // namespace skiff::agent::sys
