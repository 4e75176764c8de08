#include "net/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>

namespace skiff::net {

namespace {

constexpr size_t kPiecesPerSend = 64;
constexpr size_t kTlsRecordBytes = 16 << 10;
constexpr size_t kBytesPerTurn = 256 << 10;  // of an answer; then others get their turn
constexpr int kReadsPerWake = 4;             // then others get their turn
constexpr unsigned kPeerSilenceMs = 60'000;  // unacknowledged data or keep-alive probes this long mean that the peer is gone

void set_options(int fd) {
    const int on = 1, idle_s = 30, interval_s = 10, probes = 3;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kPeerSilenceMs, sizeof kPeerSilenceMs);
}

Status broken(std::string_view what, std::string_view why) { return error(Reason::ServiceUnavailable, "{}: {}", what, why); }

}  // namespace

std::string address_text(const void* sockaddr_pointer) {
    char text[INET6_ADDRSTRLEN] = "";
    const auto* address = static_cast<const sockaddr*>(sockaddr_pointer);
    if (address->sa_family == AF_INET) {
        const auto* v4 = static_cast<const sockaddr_in*>(sockaddr_pointer);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
        return std::string(text) + ":" + std::to_string(ntohs(v4->sin_port));
    }
    const auto* v6 = static_cast<const sockaddr_in6*>(sockaddr_pointer);
    const std::string port = std::to_string(ntohs(v6->sin6_port));
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, sizeof text);
        return std::string(text) + ":" + port;
    }
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + port;
}

Connection::Connection(Loop& loop, Fd fd, std::string remote_address, TlsChoice tls)
    : keep_loop_(loop.shared_from_this()), loop_(loop), socket_(loop, std::move(fd)), remote_address_(std::move(remote_address)), is_tls_(tls.server || tls.client), is_server_(tls.server != nullptr) {
    set_options(socket_.fd());
    if (tls.server) tls_ = TlsSession::server(tls.server, socket_.fd());
    if (tls.client) tls_ = TlsSession::client(tls.client, socket_.fd(), tls.host);
}

Connection::~Connection() { loop_.leave(this); }

void Connection::abandon() {
    closed_ = true;
    socket_.close();
    auto events = std::move(events_);
    events_.reset();
}

void Connection::start(std::shared_ptr<ConnectionEvents> events) {
    events_ = std::move(events);
    loop_.join(shared_from_this());
    if (tls_) return is_server_ ? wait_readable() : handshake();
    open_ = true;
    auto keep = events_;
    keep->on_open();
    flush();
    if (reading_) wait_readable();
}

// A server's part takes a millisecond, and a thousand clients may come at once.
void Connection::handshake_in_turn() {
    if (!is_server_) return handshake();
    loop_.post_slow(Loop::Slow::Handshake, [self = shared_from_this()] { self->handshake(); });
}

void Connection::handshake() {
    if (closed()) return;
    switch (tls_->handshake()) {
        case TlsSession::Io::WantRead: return wait_readable();
        case TlsSession::Io::WantWrite: return wait_writable();
        case TlsSession::Io::Done: break;
        default:
            peer_done(broken("tls handshake", tls_->error()));
            return close_now();
    }
    open_ = true;
    auto keep = events_;
    if (keep) keep->on_open();
    flush();
    if (reading_) read_some();   // the first request may have come with the end of the handshake
}

void Connection::wait_readable() {
    if (read_waiting_ || closed()) return;
    read_waiting_ = true;
    socket_.wait_readable(shared_from_this());
}

void Connection::wait_writable() {
    if (write_waiting_ || closed()) return;
    write_waiting_ = true;
    socket_.wait_writable(shared_from_this());
}

void Connection::on_readable() {
    read_waiting_ = false;
    if (closed()) return;
    if (!open_) return handshake_in_turn();
    if (reading_ && !peer_done_) read_some();
}

void Connection::on_writable() {
    write_waiting_ = false;
    if (closed()) return;
    if (!open_) return handshake_in_turn();
    flush();
    if (read_wants_write_ && !closed()) {
        read_wants_write_ = false;
        read_some();
    }
}

void Connection::read_some() {
    dispatching_ = true;
    bool more = true;
    for (int i = 0; i < kReadsPerWake && more && reading_ && !peer_done_ && !closed(); ++i) {
        char* buffer = loop_.scratch();
        size_t taken = 0;
        if (tls_) {
            const auto io = tls_->read(buffer, Loop::kScratchBytes, taken);
            if (io == TlsSession::Io::WantRead) break;
            if (io == TlsSession::Io::WantWrite) {
                read_wants_write_ = true;
                wait_writable();
                break;
            }
            if (io == TlsSession::Io::Eof) peer_done({});
            if (io == TlsSession::Io::Error) peer_done(broken("read", tls_->error()));
            more = tls_->has_pending();
        } else {
            const ssize_t n = ::recv(socket_.fd(), buffer, Loop::kScratchBytes, MSG_DONTWAIT);
            if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
            if (n == 0) peer_done({});
            if (n < 0) peer_done(broken("read", strerror(errno)));
            taken = n > 0 ? static_cast<size_t>(n) : 0;
            more = taken == Loop::kScratchBytes;
        }
        if (taken > 0) {
            auto keep = events_;
            if (keep) keep->on_data({buffer, taken});
        }
    }
    dispatching_ = false;
    flush();
    if (closed() || peer_done_ || !reading_) return;
    if (tls_ && tls_->has_pending()) {
        loop_.post([self = shared_from_this()] { self->on_readable(); });
        return;
    }
    wait_readable();
}

void Connection::set_reading(bool on) {
    if (reading_ == on) return;
    reading_ = on;
    if (!on || !open_ || peer_done_ || dispatching_ || closed()) return;
    if (tls_ && tls_->has_pending()) loop_.post([self = shared_from_this()] { self->on_readable(); });
    else wait_readable();
}

void Connection::peer_done(Status status) {
    if (peer_done_) return;
    peer_done_ = true;
    const bool failed = !status.ok();
    auto keep = events_;
    if (keep) keep->on_closed(std::move(status));
    if (failed) close_now();
}

// ---- Writing

bool Connection::queue(std::vector<Bytes> pieces) {
    if (closed()) return false;
    std::lock_guard lock(mutex_);
    if (wanted_ending_ != Ending::None) return false;
    size_t bytes = 0;
    for (auto& piece : pieces) {
        if (!piece || piece->empty()) continue;
        bytes += piece->size();
        incoming_.push_back(std::move(piece));
    }
    queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    return true;
}

bool Connection::write(std::vector<Bytes> pieces) {
    if (!queue(std::move(pieces))) return false;
    schedule_flush(false);
    return true;
}

bool Connection::write(Bytes piece) {
    if (closed()) return false;
    if (!piece || piece->empty()) return true;
    {
        std::lock_guard lock(mutex_);
        if (wanted_ending_ != Ending::None) return false;
        queued_bytes_.fetch_add(piece->size(), std::memory_order_relaxed);
        incoming_.push_back(std::move(piece));
    }
    schedule_flush(false);
    return true;
}

void Connection::schedule_flush(bool force) {
    if (!force && loop_.in_thread() && dispatching_) return;
    {
        std::lock_guard lock(mutex_);
        if (flush_scheduled_) return;
        flush_scheduled_ = true;
    }
    loop_.post([self = shared_from_this()] { self->flush(); });
}

void Connection::end_after_drain(Ending ending) {
    if (closed()) return;
    {
        std::lock_guard lock(mutex_);
        if (ending > wanted_ending_) wanted_ending_ = ending;
    }
    schedule_flush(true);
}

void Connection::shutdown_write() { end_after_drain(Ending::ShutdownWrite); }
void Connection::close_when_drained() { end_after_drain(Ending::Close); }

void Connection::flush() {
    {
        std::lock_guard lock(mutex_);
        flush_scheduled_ = false;
        ending_ = wanted_ending_;
        if (sending_.empty()) sending_.swap(incoming_);
        else {
            sending_.insert(sending_.end(), std::make_move_iterator(incoming_.begin()), std::make_move_iterator(incoming_.end()));
            incoming_.clear();
        }
    }
    if (closed() || dispatching_ || write_waiting_ || turn_waiting_) return;
    if (!open_) {
        if (ending_ == Ending::Close) close_now();
        return;
    }
    if (sending_.empty()) return finish_writing();
    std::string why;
    const Sent outcome = tls_ ? send_tls(why) : send_plain(why);
    if (outcome == Sent::Failed) return write_failed(why);
    if (outcome == Sent::Some) return wait_writable();
    if (outcome == Sent::Turn) {
        turn_waiting_ = true;
        return loop_.post_slow(Loop::Slow::Bulk, [self = shared_from_this()] {
            self->turn_waiting_ = false;
            self->flush();
        });
    }
    std::vector<Bytes>().swap(sending_);   // an idle connection keeps no memory for its queue
    sending_first_ = 0;
    auto keep = events_;
    finish_writing();
    if (keep && !closed()) keep->on_drained();
}

// The peer may have answered before it closed its side; that answer is still worth reading.
void Connection::write_failed(const std::string& why) {
    write_ended_ = true;
    {
        std::lock_guard lock(mutex_);
        wanted_ending_ = std::max(wanted_ending_, Ending::ShutdownWrite);
    }
    std::vector<Bytes>().swap(sending_);
    sending_first_ = sending_offset_ = 0;
    queued_bytes_ = 0;
    if (reading_ && !peer_done_ && ending_ != Ending::Close) return wait_readable();
    peer_done(broken("write", why));
    close_now();
}

void Connection::finish_writing() {
    if (ending_ == Ending::None || write_ended_) {
        if (ending_ == Ending::Close) close_now();
        return;
    }
    write_ended_ = true;
    if (tls_) tls_->close_notify();
    if (ending_ == Ending::Close) return close_now();
    ::shutdown(socket_.fd(), SHUT_WR);
}

// Takes bytes off the front of the queue.
void Connection::sent(size_t bytes) {
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    while (bytes > 0) {
        const size_t rest = sending_[sending_first_]->size() - sending_offset_;
        if (bytes < rest) {
            sending_offset_ += bytes;
            return;
        }
        bytes -= rest;
        sending_[sending_first_++].reset();
        sending_offset_ = 0;
    }
}

Connection::Sent Connection::send_plain(std::string& why) {
    size_t total = 0;
    while (sending_first_ < sending_.size()) {
        if (total >= kBytesPerTurn) return Sent::Turn;
        iovec parts[kPiecesPerSend];
        size_t count = 0;
        for (size_t i = sending_first_; i < sending_.size() && count < kPiecesPerSend; ++i, ++count) {
            const size_t skip = i == sending_first_ ? sending_offset_ : 0;
            parts[count] = {const_cast<char*>(sending_[i]->data()) + skip, sending_[i]->size() - skip};
        }
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = count;
        const ssize_t n = ::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return Sent::Some;
        if (n < 0) {
            why = strerror(errno);
            return Sent::Failed;
        }
        total += static_cast<size_t>(n);
        sent(static_cast<size_t>(n));
    }
    return Sent::All;
}

Connection::Sent Connection::send_tls(std::string& why) {
    size_t total = 0;
    while (sending_first_ < sending_.size()) {
        if (total >= kBytesPerTurn) return Sent::Turn;
        // Small pieces share a record. On a retry the same bytes come first again, as OpenSSL demands.
        const Bytes& front = sending_[sending_first_];
        const char* data = front->data() + sending_offset_;
        size_t size = front->size() - sending_offset_;
        if (size < kTlsRecordBytes && sending_first_ + 1 < sending_.size()) {
            char* record = loop_.scratch();
            size_t filled = 0;
            for (size_t i = sending_first_; i < sending_.size() && filled < kTlsRecordBytes; ++i) {
                const size_t skip = i == sending_first_ ? sending_offset_ : 0;
                const size_t take = std::min(sending_[i]->size() - skip, kTlsRecordBytes - filled);
                memcpy(record + filled, sending_[i]->data() + skip, take);
                filled += take;
            }
            data = record;
            size = filled;
        }
        size_t taken = 0;
        const auto io = tls_->write(data, size, taken);
        if (io == TlsSession::Io::WantWrite) return Sent::Some;
        if (io == TlsSession::Io::WantRead) {
            wait_readable();   // cannot happen without renegotiation; a key update is answered by reading
            return Sent::Some;
        }
        if (io != TlsSession::Io::Done) {
            why = io == TlsSession::Io::Eof ? "connection closed" : tls_->error();
            return Sent::Failed;
        }
        total += taken;
        sent(taken);
    }
    return Sent::All;
}

// ---- Closing

void Connection::close() {
    if (closed()) return;
    if (loop_.in_thread() && !dispatching_) {
        close_now();
        return;
    }
    loop_.post([self = shared_from_this()] { self->close_now(); });
}

void Connection::close_now() {
    if (closed_.exchange(true)) return;
    auto keep = shared_from_this();
    socket_.close();
    queued_bytes_ = 0;
    std::vector<Bytes> dropped, dropped_too = std::move(sending_);   // their owners may hear of it
    sending_.clear();
    {
        std::lock_guard lock(mutex_);
        dropped.swap(incoming_);
    }
    auto events = std::move(events_);
    events_.reset();
    if (!events) return;
    const bool tell = !peer_done_;
    peer_done_ = true;
    // Posted: whoever closes must not be called back from within.
    loop_.post([events, tell] {
        if (tell) events->on_closed(error(Reason::ServiceUnavailable, "connection closed"));
        events->on_gone();
    });
}

}  // namespace skiff::net
