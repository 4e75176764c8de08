// The inside of a SPDY session. It is held by the session's handle and each stream's handle.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "net/spdy.h"

namespace skiff::net {

struct SpdyStreamState {
    explicit SpdyStreamState(uint32_t i, Headers h) : id(i), headers(std::move(h)) {}
    const uint32_t id;
    const Headers headers;

    // Receiving; the transport's thread.
    std::function<void(std::string_view)> data;
    std::function<void(Status)> closed;
    std::string buffer;
    bool started = false, remote_ended = false;
    Status end_status;
    size_t consumed = 0;                      // delivered, not yet given back to the peer's window
    std::atomic<bool> paused{false}, released{false};

    // Sending; guarded by the session's mutex.
    std::function<void()> drained;
    std::vector<Bytes> waiting;               // for the reply, or for the window
    std::atomic<size_t> waiting_bytes{0};
    bool replied = false, finishing = false, fin_sent = false, ended = false;
    bool remote_fin = false;
    int64_t window = 0;
};
using SpdyStatePtr = std::shared_ptr<SpdyStreamState>;

class SpdyCore final : public SpdyParser::Sink, public std::enable_shared_from_this<SpdyCore> {
public:
    SpdyCore(std::shared_ptr<Stream> transport, SpdyRole role) : transport_(std::move(transport)), role_(role), next_id_(role == SpdyRole::Client ? 1 : 2) {}

    void start(std::function<void(std::shared_ptr<SpdyStream>)> opened, std::function<void(Status)> closed);
    std::shared_ptr<SpdyStream> open(Headers headers);
    void close();
    void release();                            // the session's handle is gone; transport's thread
    void ping();
    void post(std::function<void()> task);

    bool write(const SpdyStatePtr& stream, Bytes bytes);
    void finish(const SpdyStatePtr& stream);
    void reset(const SpdyStatePtr& stream, uint32_t status);
    size_t queued_bytes(const SpdyStatePtr& stream) const;
    void set_drained(const SpdyStatePtr& stream, std::function<void()> drained);
    void begin(const SpdyStatePtr& stream, std::function<void(std::string_view)> data, std::function<void(Status)> closed);
    void deliver(const SpdyStatePtr& stream);  // transport's thread

    void on_control(SpdyControl frame) override;
    void on_data(uint32_t stream_id, std::string_view bytes, bool last_piece, bool fin) override;

private:
    void stream_arrived(SpdyControl frame);
    void settings_arrived(const SpdyControl& frame);
    void window_arrived(const SpdyControl& frame);
    void on_bytes(std::string_view bytes);
    void on_end(Status status);
    void on_drained();
    SpdyStatePtr find(uint32_t id);
    void remote_end(const SpdyStatePtr& stream, Status status);
    void taken(const SpdyStatePtr& stream, size_t bytes);
    // With the mutex held.
    bool send_control(const SpdyControl& frame);
    bool send_control(SpdyType type, uint32_t stream_id, uint32_t value = 0, uint8_t flags = 0);
    void send_waiting(SpdyStreamState& stream);
    void send_data(SpdyStreamState& stream, Bytes bytes, uint8_t flags);
    void forget_if_over(SpdyStreamState& stream);

    std::shared_ptr<Stream> transport_;        // null after release
    const SpdyRole role_;
    SpdyParser parser_;
    std::function<void(std::shared_ptr<SpdyStream>)> opened_;   // transport's thread, as are the next three
    std::function<void(Status)> closed_;
    size_t buffered_ = 0;
    bool transport_paused_ = false, ended_ = false, failed_ = false;

    mutable std::mutex mutex_;                 // guards what follows, and the sending side of the streams
    SpdyEncoder encoder_;
    std::map<uint32_t, SpdyStatePtr> streams_;
    uint32_t next_id_, last_remote_id_ = 0;
    bool closing_ = false, going_away_ = false;
    bool flow_control_ = false;                // the peer announced windows
    int64_t initial_window_ = 64 << 10;        // of what we send
};

}  // namespace skiff::net
