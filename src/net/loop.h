// Loop: one thread's event loop, the only place that knows Boost.Asio. A connection belongs to one loop for its whole life, so its
// state needs no locks. Internal to net; the public face is IoThreads.
//
// Threads: post(), stop() and in_thread() from anywhere; Socket and LoopTimer only on the loop's thread (creation and destruction may
// happen elsewhere while nothing is pending).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"

namespace skiff::net {

// Something that holds on to others until its loop tells it to let go: an open connection and its events are a ring.
class LoopMember {
public:
    virtual ~LoopMember() = default;
    virtual void abandon() = 0;                  // the loop has stopped
};

// All connections wait while one callback runs; the log names the one that took long. Lives as long as the callback.
class LoopTurn {
public:
    explicit LoopTurn(std::string what) : what_(std::move(what)), start_(Clock::system().elapsed()) {}
    ~LoopTurn();
    LoopTurn(const LoopTurn&) = delete;
    LoopTurn& operator=(const LoopTurn&) = delete;

private:
    const std::string what_;
    const Duration start_;
};

// Held by shared_ptr: sockets and timers keep it, so that one that outlives IoThreads is still safe to destroy.
class Loop : public std::enable_shared_from_this<Loop> {
public:
    Loop();
    ~Loop();
    void run();                                  // until stop(); what a task throws ends the process
    void stop();
    bool stopped() const;
    // After run() has ended on all loops, in two rounds over them: what is pending may own sockets of another loop, so every loop
    // refuses new tasks before any drops its own.
    void refuse_tasks();
    void drop_pending();                         // abandons its members too
    void join(const std::shared_ptr<LoopMember>& member);   // any thread
    void leave(LoopMember* member);                          // from its destructor, any thread
    void post(std::function<void()> task);
    // For work of a millisecond that strangers can ask for a thousand times: one such task a turn of the loop, so that everybody else's events come
    // between; handshakes and pieces of large answers by turns. Loop thread only.
    enum class Slow { Handshake, Bulk };
    void post_slow(Slow kind, std::function<void()> task);
    bool in_thread() const;
    static constexpr size_t kScratchBytes = 64 << 10;
    char* scratch();                             // for one read or write at a time, loop thread only

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

// Fires once per arm(). Destroying it cancels.
class LoopTimer {
public:
    explicit LoopTimer(Loop& loop);
    ~LoopTimer();
    void arm(Duration delay, std::function<void()> task);   // replaces what was armed
    void cancel();

private:
    struct State;
    std::shared_ptr<State> state_;
};

class SocketEvents {
public:
    virtual ~SocketEvents() = default;
    virtual void on_readable() = 0;
    virtual void on_writable() = 0;
};

// A non-blocking descriptor whose readiness is waited for. A pending wait keeps its events object alive.
class Socket {
public:
    Socket(Loop& loop, Fd fd);
    ~Socket();
    int fd() const;                              // -1 once closed
    void wait_readable(std::shared_ptr<SocketEvents> events);
    void wait_writable(std::shared_ptr<SocketEvents> events);
    void close();                                // pending waits are dropped without a call
    Fd release();                                // the same, and the descriptor lives on

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace skiff::net
