#include "agent/nodeapi/command_session.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <utility>

#include "agent/nodeapi/fd_io.h"
#include "base/fd.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr int64_t kReapTimeoutMs = 10'000;

class CommandSession : public std::enable_shared_from_this<CommandSession> {
public:
    CommandSession(std::unique_ptr<runtime::Session> session, std::shared_ptr<CommandChannels> channels, sys::Poller& poller, ThreadPool& pool)
        : session_(std::move(session)), channels_(std::move(channels)), poller_(poller), pool_(pool) {}

    void begin() {
        self_ = shared_from_this();
        std::weak_ptr<CommandSession> weak = self_;
        if (session_->in_fd() >= 0) {
            // A terminal is one descriptor for both directions; the poller watches each descriptor once.
            if (session_->in_fd() == session_->out_fd()) in_copy_.reset(::fcntl(session_->in_fd(), F_DUPFD_CLOEXEC, 0));
            in_ = std::make_unique<FdWriter>(
                poller_, in_copy_ ? in_copy_.get() : session_->in_fd(), [this] { channels_->resume_input(); }, [] {});
        }
        out_ = reader(session_->out_fd(), OutChannel::Out);
        if (session_->err_fd() >= 0) err_ = reader(session_->err_fd(), OutChannel::Err);
        CommandChannels::Handlers handlers;
        handlers.input = [weak](std::string_view bytes) {
            if (auto self = weak.lock(); self && self->in_ && !self->in_->write(bytes)) self->channels_->pause_input();
        };
        handlers.input_ended = [weak] {
            auto self = weak.lock();
            if (!self || !self->in_) return;
            self->in_->finish([weak] {
                if (auto done = weak.lock()) done->poller_.post([done] { done->close_input(); });
            });
        };
        handlers.resize = [weak](uint16_t columns, uint16_t rows) {
            if (auto self = weak.lock()) (void)self->session_->resize(columns, rows);
        };
        handlers.drained = [weak] {
            auto self = weak.lock();
            if (self && self->out_) self->out_->resume();
            if (self && self->err_) self->err_->resume();
        };
        handlers.gone = [weak] {
            if (auto self = weak.lock()) self->release();
        };
        channels_->start(std::move(handlers));
        if (open_ends_ == 0) outputs_ended();
    }

private:
    std::unique_ptr<FdReader> reader(int fd, OutChannel channel) {
        if (fd < 0) return nullptr;
        ++open_ends_;
        return std::make_unique<FdReader>(
            poller_, fd, [this, channel](std::string_view bytes) { return channels_->write(channel, bytes); },
            [this] {
                if (--open_ends_ == 0) outputs_ended();
            });
    }

    // All output has been passed on: the exit code is next.
    void outputs_ended() {
        const bool taken = pool_.submit([self = shared_from_this()] {
            auto code = self->session_->wait(kReapTimeoutMs);
            self->poller_.post([self, code = std::move(code)] {
                if (!self->self_) return;
                self->channels_->finish(code.ok() ? exit_status(*code) : failure_status(code.status()));
                self->release();
            });
        });
        if (!taken) {
            channels_->finish(failure_status(error(Reason::ServiceUnavailable, "the node is busy")));
            release();
        }
    }

    void close_input() {
        if (!in_) return;
        in_.reset();
        session_->close_in();
    }

    void release() {
        // The readers may be on the stack right now: they go with this object, after the present callback.
        auto self = std::exchange(self_, nullptr);
        if (!self) return;
        poller_.post([self] {
            self->in_.reset();
            self->out_.reset();
            self->err_.reset();
            (void)self->pool_.submit([self] { self->session_.reset(); });   // hanging up may take a moment
        });
    }

    std::shared_ptr<runtime::Session> session_;
    std::shared_ptr<CommandChannels> channels_;
    sys::Poller& poller_;
    ThreadPool& pool_;
    Fd in_copy_;
    std::unique_ptr<FdWriter> in_;
    std::unique_ptr<FdReader> out_, err_;
    int open_ends_ = 0;
    std::shared_ptr<CommandSession> self_;   // until released
};

}  // namespace

void join_command(std::unique_ptr<runtime::Session> session, std::shared_ptr<CommandChannels> channels, sys::Poller& poller, ThreadPool& pool) {
    std::make_shared<CommandSession>(std::move(session), std::move(channels), poller, pool)->begin();
}

json::Value exit_status(int exit_code) {
    if (exit_code <= 0) return json::Value::object({{"metadata", json::Value::object()}, {"status", "Success"}});   // -1: attach has none
    json::Value cause = json::Value::object({{"reason", "ExitCode"}, {"message", std::to_string(exit_code)}});
    return json::Value::object({{"metadata", json::Value::object()},
                                {"status", "Failure"},
                                {"message", fmt::format("command terminated with non-zero exit code: command terminated with exit code {}", exit_code)},
                                {"reason", "NonZeroExitCode"},
                                {"details", json::Value::object({{"causes", json::Value::array({std::move(cause)})}})}});
}

json::Value failure_status(const Status& status) {
    json::Value cause = json::Value::object({{"message", status.message()}});
    return json::Value::object({{"metadata", json::Value::object()},
                                {"status", "Failure"},
                                {"message", "Internal error occurred: " + status.message()},
                                {"reason", "InternalError"},
                                {"details", json::Value::object({{"causes", json::Value::array({std::move(cause)})}})},
                                {"code", 500}});
}

}  // namespace skiff::agent::nodeapi
