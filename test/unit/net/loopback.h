// A server on loopback, a raw blocking socket against it, and an event to wait for: what the tests of net share.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "base/fd.h"
#include "net/http_server.h"
#include "net/io_threads.h"

namespace skiff::net {

// Waits for something that another thread does; gives up after 10 s so that a broken test ends.
class Event {
public:
    void set() {
        std::lock_guard lock(mutex_);
        set_ = true;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return set_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

class RawSocket {
public:
    explicit RawSocket(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval limit{10, 0};
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    bool connected() const { return connected_; }
    int fd() const { return fd_.get(); }
    void send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (n <= 0) return;
            text.remove_prefix(static_cast<size_t>(n));
        }
    }
    // Until marker stands at the end, or the peer closes.
    std::string read_until(std::string_view marker) {
        std::string out;
        char buffer[4096];
        while (marker.empty() || !out.ends_with(marker)) {
            const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
            if (n <= 0) break;
            out.append(buffer, static_cast<size_t>(n));
        }
        return out;
    }
    std::string read_all() { return read_until(""); }
    void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }

private:
    Fd fd_;
    bool connected_ = false;
};

inline Response text_response(std::string body, int code = 200) {
    Response response;
    response.code = code;
    response.headers.set("Content-Type", "text/plain");
    response.body = make_bytes(std::move(body));
    return response;
}

}  // namespace skiff::net
