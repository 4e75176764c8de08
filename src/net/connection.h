// Connection: one established TCP connection, plain or TLS, on one loop. HTTP sessions and Streams sit on top of it.
//
// Reading is by events on the loop's thread and keeps no buffer while idle. Writing may come from any thread: pieces are queued and
// go out together when the loop gets to it. Held by shared_ptr; it holds its events object until it is closed, which breaks the ring.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/tls_session.h"

namespace skiff::net {

// All on the loop's thread, one at a time.
class ConnectionEvents {
public:
    virtual ~ConnectionEvents() = default;
    virtual void on_open() {}                          // connected, TLS is up
    virtual void on_data(std::string_view bytes) = 0;
    // Once, the last event but on_drained: ok when the peer ended its direction (writing may go on), else the connection is gone.
    virtual void on_closed(Status status) = 0;
    virtual void on_drained() {}                       // everything queued has been taken by the kernel
    virtual void on_gone() {}                          // after close(): nothing will be called any more
};

class Connection final : public SocketEvents, public LoopMember, public std::enable_shared_from_this<Connection> {
public:
    struct TlsChoice {
        std::shared_ptr<TlsServerContext> server;      // one of both, or none for plain TCP
        std::shared_ptr<TlsClientContext> client;
        std::string host;                              // for client
    };
    // Takes a connected, non-blocking socket. Nothing happens before start().
    Connection(Loop& loop, Fd fd, std::string remote_address, TlsChoice tls);
    ~Connection() override;

    // Loop thread only.
    void start(std::shared_ptr<ConnectionEvents> events);
    void set_events(std::shared_ptr<ConnectionEvents> events) {
        if (!closed()) events_ = std::move(events);
    }
    void set_reading(bool on);
    void flush();
    void close_now();
    bool peer_has_ended() const { return peer_done_ && !closed(); }

    // Any thread. False when closed; the pieces are dropped then.
    bool write(Bytes piece);
    bool write(std::vector<Bytes> pieces);
    // The same without waking the loop: the caller makes sure that flush() is called.
    bool queue(std::vector<Bytes> pieces);
    void flush_soon() { schedule_flush(false); }
    size_t queued_bytes() const { return queued_bytes_.load(std::memory_order_relaxed); }
    void shutdown_write();                             // after what is queued
    void close_when_drained();
    void close();
    bool closed() const { return closed_.load(std::memory_order_acquire); }

    Loop& loop() { return loop_; }
    bool is_tls() const { return is_tls_; }
    const std::string& remote_address() const { return remote_address_; }
    const TlsSession* tls() const { return tls_.get(); }

private:
    enum class Ending { None, ShutdownWrite, Close };
    enum class Sent { All, Some, Turn, Failed };   // Turn: others get theirs before it goes on

    void abandon() override;
    void on_readable() override;
    void on_writable() override;
    void handshake();
    void handshake_in_turn();
    void read_some();
    void wait_readable();
    void wait_writable();
    void schedule_flush(bool force);
    void end_after_drain(Ending ending);
    Sent send_plain(std::string& why);
    Sent send_tls(std::string& why);
    void sent(size_t bytes);
    void finish_writing();
    void write_failed(const std::string& why);
    void peer_done(Status status);

    const std::shared_ptr<Loop> keep_loop_;
    Loop& loop_;
    Socket socket_;
    const std::string remote_address_;
    const bool is_tls_, is_server_;
    std::unique_ptr<TlsSession> tls_;
    std::shared_ptr<ConnectionEvents> events_;

    // Loop thread.
    bool open_ = false;              // connected, and shaken hands
    bool reading_ = true;
    bool read_waiting_ = false, write_waiting_ = false;
    bool read_wants_write_ = false;  // TLS: reading goes on when the socket can be written
    bool dispatching_ = false;       // on_readable() flushes at its end
    bool turn_waiting_ = false;      // flush() comes again by itself
    bool peer_done_ = false, write_ended_ = false;
    Ending ending_ = Ending::None;
    std::vector<Bytes> sending_;
    size_t sending_first_ = 0, sending_offset_ = 0;

    std::mutex mutex_;               // guards what follows
    std::vector<Bytes> incoming_;
    bool flush_scheduled_ = false;
    Ending wanted_ending_ = Ending::None;

    std::atomic<size_t> queued_bytes_{0};
    std::atomic<bool> closed_{false};
};

// "10.42.0.7:51234", "[::1]:80"
std::string address_text(const void* sockaddr_pointer);

}  // namespace skiff::net
