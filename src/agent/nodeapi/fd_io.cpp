#include "agent/nodeapi/fd_io.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace skiff::agent::nodeapi {

namespace {
constexpr size_t kPiece = 32 << 10;
}

FdReader::FdReader(sys::Poller& poller, int fd, std::function<bool(std::string_view)> data, std::function<void()> end)
    : poller_(poller), fd_(fd), data_(std::move(data)), end_(std::move(end)) {
    (void)poller_.watch(fd_, EPOLLIN, [this](uint32_t) { ready(); });
}

FdReader::~FdReader() {
    if (!ended_ && !paused_) poller_.forget(fd_);
}

void FdReader::resume() {
    if (ended_ || !std::exchange(paused_, false)) return;
    (void)poller_.watch(fd_, EPOLLIN, [this](uint32_t) { ready(); });
}

void FdReader::ready() {
    char buffer[kPiece];
    const ssize_t got = ::read(fd_, buffer, sizeof buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        if (data_(std::string_view(buffer, static_cast<size_t>(got)))) return;
        // Not only masked: a hang-up would be told again and again.
        paused_ = true;
        poller_.forget(fd_);
        return;
    }
    ended_ = true;                       // EIO is how a terminal's master says that
    poller_.forget(fd_);
    end_();
}

FdWriter::FdWriter(sys::Poller& poller, int fd, std::function<void()> drained, std::function<void()> failed)
    : poller_(poller), fd_(fd), drained_(std::move(drained)), failed_(std::move(failed)) {}

FdWriter::~FdWriter() { watch(false); }

void FdWriter::watch(bool on) {
    if (watching_ == on) return;
    watching_ = on;
    if (on) (void)poller_.watch(fd_, EPOLLOUT, [this](uint32_t) { flush(); });
    else poller_.forget(fd_);
}

bool FdWriter::write(std::string_view bytes) {
    if (broken_) return true;
    queue_.append(bytes);
    if (!watching_) flush();
    full_ = full_ || queue_.size() > kQueueMax;
    return !full_;
}

void FdWriter::finish(std::function<void()> done) {
    done_ = std::move(done);
    if (!watching_) flush();
}

void FdWriter::flush() {
    size_t written = 0;
    while (written < queue_.size()) {
        const ssize_t put = ::write(fd_, queue_.data() + written, queue_.size() - written);
        if (put > 0) {
            written += static_cast<size_t>(put);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) break;
        broken_ = true;
        queue_.clear();
        watch(false);
        if (failed_) failed_();
        return;
    }
    queue_.erase(0, written);
    watch(!queue_.empty());
    if (!queue_.empty()) return;
    if (std::exchange(full_, false) && drained_) drained_();
    if (auto done = std::exchange(done_, nullptr)) done();
}

}  // namespace skiff::agent::nodeapi
