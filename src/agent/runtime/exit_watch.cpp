#include "agent/runtime/exit_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/thread_pool.h"

namespace skiff::agent::runtime {

Status ExitWatch::start(const std::string& folder, std::function<void(const std::string& id)> ended) {
    inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    wake_.reset(::eventfd(0, EFD_CLOEXEC));
    if (!inotify_ || ::inotify_add_watch(inotify_.get(), folder.c_str(), IN_MOVED_TO) < 0) return errno_status("watch " + folder, errno);
    thread_ = std::jthread([this, ended = std::move(ended)] {
        set_thread_name("exits");
        alignas(inotify_event) char buffer[8192];
        for (;;) {
            pollfd ready[2] = {{inotify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0 && errno != EINTR) return;
            if (ready[1].revents) return;
            for (ssize_t n; (n = ::read(inotify_.get(), buffer, sizeof buffer)) > 0;) {
                for (ssize_t at = 0; at < n;) {
                    auto* event = reinterpret_cast<inotify_event*>(buffer + at);
                    std::string name = event->len ? event->name : "";
                    if (name.ends_with(".json")) ended(name.substr(0, name.size() - 5));
                    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
                }
            }
        }
    });
    return {};
}

void ExitWatch::stop() {
    if (!thread_.joinable()) return;
    uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
}

}  // namespace skiff::agent::runtime
