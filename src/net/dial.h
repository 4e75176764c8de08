// Dial: a name and port to a connected socket. Addresses are tried one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/status.h"
#include "net/io_threads_impl.h"

namespace skiff::net {

struct Dialed {
    Fd fd;
    std::string address;   // 10.0.0.1:6443
};

// Everything on loop's thread. done comes at most once, not after cancel(), and holds until then whatever it captured.
class Dial final : public SocketEvents, public std::enable_shared_from_this<Dial> {
public:
    Dial(IoThreads& io, Loop& loop) : io_(io), loop_(loop), timer_(loop) {}
    void start(const std::string& host, uint16_t port, std::function<void(Result<Dialed>)> done);
    void cancel();

private:
    void on_readable() override {}
    void on_writable() override;
    void try_next();
    void finish(Result<Dialed> result);

    IoThreads& io_;
    Loop& loop_;
    LoopTimer timer_;
    std::function<void(Result<Dialed>)> done_;
    std::vector<std::string> addresses_;
    size_t next_ = 0;
    uint16_t port_ = 0;
    std::unique_ptr<Socket> socket_;
    Status failure_;
};

}  // namespace skiff::net
