#include "agent/runtime/start_fifo.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"

namespace skiff::agent::runtime {

namespace {

constexpr int kTimeoutMs = 10'000;

}  // namespace

Status release_fifo(const std::string& fifo_path, int watched_pid) {
    // Non-blocking: with nobody on the other side the open must not wait for ever.
    Fd fifo(::open(fifo_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fifo) return errno == ENOENT ? error(Reason::Conflict, "the container was started before or is gone") : errno_status("start container", errno);
    Fd watched(static_cast<int>(::syscall(SYS_pidfd_open, watched_pid, 0)));
    if (!watched) return error(Reason::InternalError, "the container ended before it was started");
    for (;;) {
        pollfd ready[2] = {{fifo.get(), POLLIN, 0}, {watched.get(), POLLIN, 0}};
        int n = ::poll(ready, 2, kTimeoutMs);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) return error(Reason::Timeout, "the container's first process does not start");
        char byte = 0;
        ssize_t got = ::read(fifo.get(), &byte, 1);
        if (got > 0) break;
        if (ready[1].revents) return error(Reason::InternalError, "the container ended before it was started");
        if (got < 0 && errno != EAGAIN && errno != EINTR) return errno_status("start container", errno);
    }
    ::unlink(fifo_path.c_str());
    return {};
}

}  // namespace skiff::agent::runtime
