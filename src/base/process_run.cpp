#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "base/process.h"

namespace skiff::process {

namespace {

struct Pipe {
    Fd read, write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

int64_t now_ms() {
    struct timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

// Reads what is there; false at the end of the stream.
bool take(int fd, std::string& into, size_t bytes_max) {
    char buffer[16384];
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0) return errno == EINTR || errno == EAGAIN;
    if (n == 0) return false;
    if (into.size() < bytes_max) into.append(buffer, std::min(static_cast<size_t>(n), bytes_max - into.size()));
    return true;
}

// False when there is nothing left to write.
bool give(int fd, std::string_view& in) {
    ssize_t n = ::write(fd, in.data(), in.size());
    if (n < 0) return errno == EINTR || errno == EAGAIN;   // EPIPE: the program does not want more
    in.remove_prefix(static_cast<size_t>(n));
    return !in.empty();
}

}  // namespace

Result<Output> run(Spawn what, const Bounds& bounds, std::string_view in) {
    Pipe out = TRY(make_pipe()), err = TRY(make_pipe()), input = TRY(make_pipe());
    what.fds.push_back({out.write.get(), 1});
    what.fds.push_back({err.write.get(), 2});
    if (!in.empty()) what.fds.push_back({input.read.get(), 0});
    Child child = TRY(spawn(what));
    out.write.reset();
    err.write.reset();
    input.read.reset();
    if (in.empty()) input.write.reset();
    else ::fcntl(input.write.get(), F_SETFL, O_NONBLOCK);

    Output output;
    int64_t deadline = now_ms() + bounds.timeout_ms;
    // Ends when both streams end, or when the program does: a grandchild may keep the pipes open for ever.
    bool ended = false;
    while ((out.read || err.read) && !ended) {
        std::array<struct pollfd, 4> polls{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {input.write.get(), POLLOUT, 0}, {child.pidfd(), POLLIN, 0}}};
        int64_t left = deadline - now_ms();
        int ready = left <= 0 ? 0 : ::poll(polls.data(), polls.size(), static_cast<int>(left));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return error(Reason::Timeout, "{} did not end within {} ms", what.args[0], bounds.timeout_ms);
        if (ready < 0) return errno_status("poll", errno);
        ended = polls[3].revents && !polls[0].revents && !polls[1].revents;
        if (polls[0].revents && !take(out.read.get(), output.out, bounds.output_bytes_max)) out.read.reset();
        if (polls[1].revents && !take(err.read.get(), output.err, bounds.output_bytes_max)) err.read.reset();
        if (polls[2].revents && !give(input.write.get(), in)) input.write.reset();
    }
    output.exit = TRY(child.wait(std::max<int64_t>(1, deadline - now_ms())));
    return output;
}

}  // namespace skiff::process
