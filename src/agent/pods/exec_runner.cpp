#include "agent/pods/exec_runner.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

namespace skiff::agent::pods {

namespace {

constexpr size_t kOutputBytesMax = 10 << 10;   // as much as the kubelet keeps of a probe's output
constexpr int64_t kReapTimeoutMs = 5000;

}  // namespace

struct ExecRunner::Call : std::enable_shared_from_this<ExecRunner::Call> {
    ExecRunner& runner;
    std::function<void(probes::ExecResult)> done;
    std::shared_ptr<runtime::Session> session;   // shared with a reap() under way
    std::mutex mutex;
    std::string output;
    int open_ends = 0;
    bool finished = false;
    sys::Timers::Id timer = 0;

    explicit Call(ExecRunner& owner) : runner(owner) {}

    void finish(probes::ExecResult result) {
        {
            std::lock_guard lock(mutex);
            if (finished) return;
            finished = true;
            result.output = std::move(output);
        }
        runner.timers_.cancel(timer);
        if (session) {
            runner.poller_.forget(session->out_fd());
            if (session->err_fd() >= 0) runner.poller_.forget(session->err_fd());
        }
        done(std::move(result));
        // Hanging up may block for a moment: not on this thread.
        if (session)
            if (!runner.pool_.submit([self = shared_from_this()] { self->session.reset(); })) session.reset();
    }

    void readable(int fd) {
        char buffer[4096];
        for (;;) {
            const ssize_t got = ::read(fd, buffer, sizeof buffer);
            if (got > 0) {
                std::lock_guard lock(mutex);
                if (output.size() < kOutputBytesMax) output.append(buffer, std::min<size_t>(static_cast<size_t>(got), kOutputBytesMax - output.size()));
                continue;
            }
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
            runner.poller_.forget(fd);
            if (--open_ends > 0) return;
            if (!runner.pool_.submit([self = shared_from_this()] { self->reap(); })) finish({error(Reason::ServiceUnavailable, "the agent is busy")});
            return;
        }
    }

    void reap() {
        std::shared_ptr<runtime::Session> held;
        {
            std::lock_guard lock(mutex);
            if (finished) return;
            held = session;
        }
        auto code = held->wait(kReapTimeoutMs);
        if (!code.ok()) return finish({std::move(code).status()});
        finish({Status(), *code});
    }

    void begin(const std::string& container_id, const std::vector<std::string>& command) {
        auto started = runner.runtime_.exec({.container_id = container_id, .args = command, .out = true, .err = true});
        if (!started.ok()) return finish({std::move(started).status()});
        {
            std::lock_guard lock(mutex);
            if (finished) return;                    // timed out meanwhile; the session's end kills the command
            session = std::shared_ptr<runtime::Session>(std::move(*started));
        }
        auto self = shared_from_this();
        const int out = session->out_fd(), err = session->err_fd();
        open_ends = (out >= 0) + (err >= 0);
        runner.poller_.post([self, out, err] {       // both watches are set before either end can close
            std::lock_guard lock(self->mutex);
            if (self->finished) return;
            for (const int fd : {out, err})
                if (fd >= 0) (void)self->runner.poller_.watch(fd, EPOLLIN, [self, fd](uint32_t) { self->readable(fd); });
        });
    }
};

void ExecRunner::run(const std::string& container_id, const std::vector<std::string>& command, Duration timeout, std::function<void(probes::ExecResult)> done) {
    auto call = std::make_shared<Call>(*this);
    call->done = std::move(done);
    call->timer = timers_.after(timeout, [call] { call->finish({.timed_out = true}); });
    if (!pool_.submit([call, container_id, command] { call->begin(container_id, command); })) call->finish({error(Reason::ServiceUnavailable, "the agent is busy")});
}

}  // namespace skiff::agent::pods
