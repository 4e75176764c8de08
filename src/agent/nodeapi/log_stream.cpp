#include "agent/nodeapi/log_stream.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/fd.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr size_t kPiece = 64 << 10, kQueueMax = 512 << 10;
// A rotation renames the file first and makes the new one then.
constexpr int kLooks = 50;
constexpr Duration kLook = std::chrono::milliseconds(100);

class LogStream : public std::enable_shared_from_this<LogStream> {
public:
    LogStream(std::shared_ptr<net::ResponseStream> stream, LogSource source, LogOptions options, sys::Poller& poller, sys::Timers& timers, Fd file)
        : stream_(std::move(stream)), source_(std::move(source)), follow_(options.follow), filter_(std::move(options)), poller_(poller), timers_(timers), file_(std::move(file)) {}

    void begin() {
        std::weak_ptr<LogStream> weak = weak_from_this();
        stream_->on_closed([weak, &poller = poller_] {
            if (auto self = weak.lock()) poller.post([self] { self->finish(); });
        });
        stream_->on_drained([weak, &poller = poller_] {
            if (auto self = weak.lock(); self && self->held_back_.exchange(false)) poller.post([self] { self->pump(); });
        });
        self_ = shared_from_this();
        if (follow_) watch();
        poller_.post([self = shared_from_this()] { self->pump(); });
    }

private:
    void watch() {
        inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        watch_file();
        std::weak_ptr<LogStream> weak = weak_from_this();
        (void)poller_.watch(inotify_.get(), EPOLLIN, [weak](uint32_t) {
            if (auto self = weak.lock()) self->file_changed();
        });
        // The writer closes the file before the agent knows of the container's end, and may have done so before this stream began.
        if (source_.watch)
            container_watch_ = source_.watch([weak, &poller = poller_] {
                if (auto self = weak.lock()) poller.post([self] { self->pump(); });
            });
    }

    void watch_file() { ::inotify_add_watch(inotify_.get(), source_.path.c_str(), IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF); }

    void file_changed() {
        alignas(inotify_event) char buffer[4096];
        for (;;) {
            const ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
            if (got <= 0) break;
            for (ssize_t at = 0; at < got;) {
                const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
                if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF)) rotated_ = true, looks_left_ = kLooks;
                at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            }
        }
        pump();
    }

    // On the poller's thread.
    void pump() {
        if (finished_) return;
        if (stream_->queued_bytes() > kQueueMax) {
            held_back_ = true;
            if (stream_->queued_bytes() > 0) return;
            held_back_ = false;                      // drained between the two looks
        }
        std::string piece(kPiece, '\0');
        const bool was_running = source_.running();  // before reading: what was written until the end is then read
        const ssize_t got = ::read(file_.get(), piece.data(), piece.size());
        if (got > 0) {
            std::string out;
            const bool more = filter_.feed(std::string_view(piece).substr(0, static_cast<size_t>(got)), out);
            if (!out.empty() && !stream_->write(net::make_bytes(std::move(out)))) return finish();
            if (!more) return end();
            poller_.post([self = shared_from_this()] { self->pump(); });
            return;
        }
        if (rotated_ && reopen()) return poller_.post([self = shared_from_this()] { self->pump(); });
        if (!follow_) return end();
        if (!was_running) return end();
        look_later();
    }

    // The writer renamed its file and goes on in a new one of the same name.
    bool reopen() {
        Fd next(::open(source_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!next) return false;
        file_ = std::move(next);
        rotated_ = false;
        watch_file();
        return true;
    }

    // Only while a rotation is without its new file.
    void look_later() {
        if (looking_ || !rotated_ || looks_left_ <= 0) return;
        --looks_left_;
        looking_ = true;
        std::weak_ptr<LogStream> weak = weak_from_this();
        timer_ = timers_.after(kLook, [weak] {
            if (auto self = weak.lock())
                self->poller_.post([self] {
                    self->looking_ = false;
                    self->pump();
                });
        });
    }

    void end() {
        stream_->end();
        finish();
    }

    void finish() {
        if (std::exchange(finished_, true)) return;
        if (inotify_) poller_.forget(inotify_.get());
        timers_.cancel(timer_);
        container_watch_.reset();
        self_.reset();
    }

    std::shared_ptr<net::ResponseStream> stream_;
    LogSource source_;
    const bool follow_;
    LogFilter filter_;
    sys::Poller& poller_;
    sys::Timers& timers_;
    Fd file_, inotify_;
    std::shared_ptr<void> container_watch_;
    std::shared_ptr<LogStream> self_;        // until finished
    std::atomic<bool> held_back_{false};
    bool rotated_ = false, finished_ = false, looking_ = false;
    int looks_left_ = 0;
    sys::Timers::Id timer_ = 0;
};

void refuse(net::Exchange& exchange, int code, std::string text) {
    net::Response response;
    response.code = code;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = net::make_bytes(std::move(text));
    exchange.respond(std::move(response));
}

}  // namespace

void stream_log(net::ExchangePtr exchange, LogSource source, LogOptions options, sys::Poller& poller, sys::Timers& timers) {
    Fd file(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return refuse(*exchange, errno == ENOENT ? 404 : 500, "the log of the container cannot be opened\n");
    if (options.tail_lines) {
        auto start = tail_offset(file.get(), *options.tail_lines);
        if (!start.ok()) return refuse(*exchange, 500, start.status().message());
        ::lseek(file.get(), *start, SEEK_SET);
    }
    net::Headers headers;
    headers.set("Content-Type", "text/plain");
    auto stream = exchange->stream(200, std::move(headers));
    std::make_shared<LogStream>(std::move(stream), std::move(source), std::move(options), poller, timers, std::move(file))->begin();
}

}  // namespace skiff::agent::nodeapi
