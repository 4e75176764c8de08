#include "agent/nodeapi/port_link.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <utility>

#include "agent/nodeapi/fd_io.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr size_t kQueueMax = 512 << 10;

class PortLink : public std::enable_shared_from_this<PortLink> {
public:
    PortLink(std::shared_ptr<net::Stream> stream, Fd socket, sys::Poller& poller, std::function<void()> ended)
        : stream_(std::move(stream)), socket_(std::move(socket)), write_end_(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0)), poller_(poller), ended_(std::move(ended)) {}

    void begin() {
        self_ = shared_from_this();
        std::weak_ptr<PortLink> weak = self_;
        writer_ = std::make_unique<FdWriter>(
            poller_, write_end_.get(), [this] { stream_->resume(); },
            [weak, &poller = poller_] {
                poller.post([weak] {
                    if (auto self = weak.lock()) self->finish();
                });
            });
        reader_ = std::make_unique<FdReader>(
            poller_, socket_.get(), [this](std::string_view bytes) { return from_pod(bytes); },
            [this] {
                stream_->shutdown_write();
                half_ended();
            });
        stream_->on_drained([weak, &poller = poller_] {
            if (auto self = weak.lock(); self && self->held_back_.exchange(false))
                poller.post([self] {
                    if (self->reader_) self->reader_->resume();
                });
        });
        stream_->start(
            [weak, &poller = poller_](std::string_view bytes) {
                poller.post([weak, text = std::string(bytes)] {
                    auto self = weak.lock();
                    if (self && self->writer_ && !self->writer_->write(text)) self->stream_->pause();
                });
            },
            [weak, &poller = poller_](Status status) {
                poller.post([weak, clean = status.ok()] {
                    if (auto self = weak.lock()) self->client_ended(clean);
                });
            });
    }

private:
    bool from_pod(std::string_view bytes) {
        if (!stream_->write(bytes)) return true;
        if (stream_->queued_bytes() <= kQueueMax) return true;
        held_back_ = true;
        return stream_->queued_bytes() == 0 && held_back_.exchange(false);
    }

    void client_ended(bool clean) {
        if (!writer_) return;
        if (!clean) return finish();
        writer_->finish([weak = weak_from_this(), &poller = poller_] {
            poller.post([weak] {
                auto self = weak.lock();
                if (!self) return;
                ::shutdown(self->write_end_.get(), SHUT_WR);
                self->half_ended();
            });
        });
    }

    void half_ended() {
        if (++ended_halves_ == 2) poller_.post([self = shared_from_this()] { self->finish(); });
    }

    void finish() {
        auto self = std::exchange(self_, nullptr);
        if (!self) return;
        reader_.reset();
        writer_.reset();
        stream_->close();
        if (ended_) ended_();
    }

    std::shared_ptr<net::Stream> stream_;
    Fd socket_, write_end_;              // two descriptors of one socket: the poller watches each once
    sys::Poller& poller_;
    std::function<void()> ended_;
    std::unique_ptr<FdWriter> writer_;
    std::unique_ptr<FdReader> reader_;
    std::atomic<bool> held_back_{false};
    int ended_halves_ = 0;
    std::shared_ptr<PortLink> self_;
};

}  // namespace

void link_stream(std::shared_ptr<net::Stream> stream, Fd socket, sys::Poller& poller, std::function<void()> ended) {
    std::make_shared<PortLink>(std::move(stream), std::move(socket), poller, std::move(ended))->begin();
}

}  // namespace skiff::agent::nodeapi
