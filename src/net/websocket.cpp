#include "net/websocket.h"

#include <atomic>
#include <mutex>

#include "base/random.h"

namespace skiff::net {

namespace {

constexpr uint8_t kCloseOpcode = 8, kPingOpcode = 9, kPongOpcode = 10;
constexpr size_t kReasonBytesMax = 123;
constexpr size_t kPongQueueMax = 64 << 10;   // a peer that pings and never reads gets no more pongs

// Held by the user's handle, and by what runs on the stream's thread.
class Core final : public WsParser::Sink, public std::enable_shared_from_this<Core> {
public:
    Core(std::shared_ptr<Stream> stream, WsRole role, size_t message_bytes_max)
        : stream_(std::move(stream)), role_(role), parser_(role, message_bytes_max) {}

    void start(std::function<void(WsKind, std::string_view)> message, std::function<void(Status)> closed) {
        message_ = std::move(message);
        closed_ = std::move(closed);
        // Weak, as the stream belongs to us.
        stream_->start(
            [weak = weak_from_this()](std::string_view bytes) {
                if (auto self = weak.lock()) self->on_bytes(bytes);
            },
            [weak = weak_from_this()](Status status) {
                if (auto self = weak.lock()) self->on_end(std::move(status));
            });
    }
    // The user's handle is gone. On the stream's thread.
    void release() {
        forget();
        ended_ = true;
        std::shared_ptr<Stream> stream;
        {
            std::lock_guard lock(mutex_);
            close_sent_ = true;
            stream = std::move(stream_);
        }
    }

    // prefix: bytes of the message that come before payload.
    bool send(uint8_t opcode, std::string_view prefix, Bytes payload) {
        std::lock_guard lock(mutex_);
        if (close_sent_) return false;
        return send_locked(opcode, prefix, std::move(payload));
    }
    void close(uint16_t code, std::string_view reason) {
        std::lock_guard lock(mutex_);
        if (close_sent_) return;
        std::string payload;
        if (code != WsClose::kNoStatus) {
            payload += static_cast<char>(code >> 8);
            payload += static_cast<char>(code & 0xff);
            payload += reason.substr(0, kReasonBytesMax);
        }
        send_locked(kCloseOpcode, payload, nullptr);
        close_sent_ = true;
        stream_->shutdown_write();
    }
    uint16_t close_code() const { return close_code_; }
    Stream& stream() { return *stream_; }

    void on_message(WsKind kind, std::string_view message) override {
        if (message_) message_(kind, message);
    }
    void on_ping(std::string_view payload) override {
        if (stream_->queued_bytes() < kPongQueueMax) send(kPongOpcode, payload, nullptr);
    }
    void on_pong(std::string_view) override {}
    void on_close(uint16_t code, std::string_view reason) override {
        close_code_ = code;
        close(code, {});
        const bool normal = code == WsClose::kNormal || code == WsClose::kGoingAway || code == WsClose::kNoStatus;
        end(normal ? Status() : error(Reason::ServiceUnavailable, "websocket: close {} {}", code, reason));
    }

private:
    void forget() {
        message_ = nullptr;
        closed_ = nullptr;
    }
    bool send_locked(uint8_t opcode, std::string_view prefix, Bytes payload) {
        const size_t size = prefix.size() + (payload ? payload->size() : 0);
        if (stream_->queued_bytes() + size > Stream::kQueueBytesMax) return false;
        if (role_ == WsRole::Server) {
            std::string head = ws_frame_header(opcode, size, nullptr);
            head += prefix;
            if (!payload || payload->empty()) return stream_->write(make_bytes(std::move(head)));
            return stream_->write(make_bytes(std::move(head))) && stream_->write(std::move(payload));
        }
        const uint64_t random = random_u64();
        const uint8_t mask[4] = {static_cast<uint8_t>(random), static_cast<uint8_t>(random >> 8), static_cast<uint8_t>(random >> 16), static_cast<uint8_t>(random >> 24)};
        std::string masked(prefix);
        if (payload) masked += *payload;
        ws_mask(masked, mask);
        return stream_->write(make_bytes(ws_frame_header(opcode, size, mask) + masked));
    }
    void on_bytes(std::string_view bytes) {
        if (ended_) return;
        if (parser_.feed(bytes, *this)) return;
        close_code_ = parser_.error_code();
        close(parser_.error_code(), {});
        end(error(Reason::BadRequest, "websocket: the peer broke the protocol ({})", parser_.error_code()));
    }
    void on_end(Status status) {
        if (!ended_) {
            close_code_ = WsClose::kAbnormal;
            end(status.ok() ? error(Reason::ServiceUnavailable, "websocket: the connection ended without a close frame") : std::move(status));
        }
        if (stream_) stream_->close();
    }
    void end(Status status) {
        if (ended_) return;
        ended_ = true;
        auto closed = std::move(closed_);
        forget();
        if (closed) closed(std::move(status));
    }

    std::shared_ptr<Stream> stream_;   // null after release()
    const WsRole role_;
    WsParser parser_;
    std::function<void(WsKind, std::string_view)> message_;
    std::function<void(Status)> closed_;
    bool ended_ = false;
    std::atomic<uint16_t> close_code_{WsClose::kAbnormal};
    std::mutex mutex_;          // keeps the pieces of one frame together
    bool close_sent_ = false;
};

class Socket final : public WebSocket {
public:
    Socket(std::shared_ptr<Stream> stream, WsRole role, std::string protocol, size_t message_bytes_max)
        : core_(std::make_shared<Core>(std::move(stream), role, message_bytes_max)), protocol_(std::move(protocol)) {}
    ~Socket() override {
        core_->close(WsClose::kGoingAway, {});
        core_->stream().post([core = core_] { core->release(); });   // there, because a callback may be running
    }
    const std::string& protocol() const override { return protocol_; }
    void start(std::function<void(WsKind, std::string_view)> message, std::function<void(Status)> closed) override {
        core_->start(std::move(message), std::move(closed));
    }
    uint16_t close_code() const override { return core_->close_code(); }
    bool send(WsKind kind, Bytes payload) override { return core_->send(static_cast<uint8_t>(kind), {}, std::move(payload)); }
    bool send_channel(uint8_t channel, Bytes payload) override {
        const char prefix = static_cast<char>(channel);
        return core_->send(static_cast<uint8_t>(WsKind::Binary), {&prefix, 1}, std::move(payload));
    }
    bool ping() override { return core_->send(kPingOpcode, {}, nullptr); }
    void close(uint16_t code, std::string_view reason) override { core_->close(code, reason); }
    void pause() override { core_->stream().pause(); }
    void resume() override { core_->stream().resume(); }
    size_t queued_bytes() const override { return core_->stream().queued_bytes(); }
    void on_drained(std::function<void()> drained) override { core_->stream().on_drained(std::move(drained)); }
    void post(std::function<void()> task) override { core_->stream().post(std::move(task)); }

private:
    std::shared_ptr<Core> core_;
    const std::string protocol_;
};

class Tunnel final : public Stream {
public:
    explicit Tunnel(std::shared_ptr<WebSocket> socket) : socket_(std::move(socket)) {}
    void start(std::function<void(std::string_view)> data, std::function<void(Status)> closed) override {
        socket_->start(
            [data = std::move(data)](WsKind kind, std::string_view message) {
                if (kind == WsKind::Binary) data(message);
            },
            std::move(closed));
    }
    void pause() override { socket_->pause(); }
    void resume() override { socket_->resume(); }
    bool write(Bytes bytes) override { return socket_->send(WsKind::Binary, std::move(bytes)); }
    size_t queued_bytes() const override { return socket_->queued_bytes(); }
    void on_drained(std::function<void()> drained) override { socket_->on_drained(std::move(drained)); }
    void shutdown_write() override { socket_->close(); }
    void close() override { socket_->close(WsClose::kGoingAway); }
    void post(std::function<void()> task) override { socket_->post(std::move(task)); }

private:
    std::shared_ptr<WebSocket> socket_;
};

}  // namespace

std::shared_ptr<WebSocket> WebSocket::over(std::shared_ptr<Stream> stream, WsRole role, std::string protocol, size_t message_bytes_max) {
    return std::make_shared<Socket>(std::move(stream), role, std::move(protocol), message_bytes_max);
}

std::shared_ptr<Stream> make_websocket_stream(std::shared_ptr<WebSocket> socket) { return std::make_shared<Tunnel>(std::move(socket)); }

}  // namespace skiff::net
